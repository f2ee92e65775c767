/** Vector operators that give a vector, by what they take: for the generator. The interpreter knows all of them. */
import { I32, I64, type Type, V128 } from './decode.ts'

export interface VectorShape {
  readonly sub: number
  readonly operands: readonly (Type | 'address')[]
  readonly memory: boolean
  readonly lanes: number
  readonly laneLimit: number
}

const two = [V128, V128]
const shape = (
  sub: number,
  operands: VectorShape['operands'],
  rest: Partial<VectorShape> = {},
): VectorShape => ({ sub, operands, memory: false, lanes: 0, laneLimit: 1, ...rest })

export const SHAPES: readonly VectorShape[] = [
  ...[15, 16, 17].map((sub) => shape(sub, [I32])),
  shape(18, [I64]),
  ...[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 92, 93].map((sub) => shape(sub, ['address'], { memory: true })),
  shape(13, two, { lanes: 16, laneLimit: 32 }),
  shape(14, two),
  shape(23, [V128, I32], { lanes: 1, laneLimit: 16 }),
  shape(28, [V128, I32], { lanes: 1, laneLimit: 4 }),
  shape(30, [V128, I64], { lanes: 1, laneLimit: 2 }),
  shape(77, [V128]),
  shape(82, [V128, V128, V128]),
  ...[84, 85, 86, 87].map((sub, i) =>
    shape(sub, ['address', V128], { memory: true, lanes: 1, laneLimit: 16 >> i }),
  ),
  ...[107, 108, 109, 139, 171, 173, 203, 204].map((sub) => shape(sub, [V128, I32])),
  ...[
    78, 79, 80, 81, 35, 38, 49, 58, 214, 219, 110, 111, 113, 115, 118, 142, 145, 149, 174, 181, 185, 206, 209,
    213,
  ].map((sub) => shape(sub, two)),
]
