/** Vector operators that give a vector, by what they take: for the generator. */
import { I32, type Type, V128 } from './decode.ts'

export interface VectorShape {
  readonly sub: number
  readonly operands: readonly (Type | 'address')[]
  readonly memory: boolean
  readonly lanes: number
  readonly laneLimit: number
}

const shape = (
  sub: number,
  operands: VectorShape['operands'],
  memory = false,
  lanes = 0,
  laneLimit = 0,
): VectorShape => ({
  sub,
  operands,
  memory,
  lanes,
  laneLimit,
})

export const SHAPES: readonly VectorShape[] = [shape(15, [I32])]
export const VECTOR = V128
