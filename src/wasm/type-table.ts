/** The original types, and the ones metering adds behind them: each once, in the order they are asked for. */
import type { Signature } from './module.ts'
import { Type } from './module.ts'

export class TypeTable {
  readonly #original: readonly Signature[]
  readonly #byShape = new Map<string, number>()
  /** By original type, twice: without and with depth. */
  readonly #counted = new Map<number, number>()
  readonly added: Signature[] = []

  constructor(original: readonly Signature[]) {
    this.#original = original
    original.forEach((signature, index) => {
      const key = shape(signature)
      if (!this.#byShape.has(key)) this.#byShape.set(key, index)
    })
  }

  index(signature: Signature): number {
    const key = shape(signature)
    let index = this.#byShape.get(key)
    if (index === undefined) {
      index = this.#original.length + this.added.length
      this.added.push(signature)
      this.#byShape.set(key, index)
    }
    return index
  }

  /** The handed-over form: fuel, and depth where it is counted, behind the parameters; fuel behind the results. */
  counted(type: number, depth: boolean): number {
    const key = type * 2 + (depth ? 1 : 0)
    const known = this.#counted.get(key)
    if (known !== undefined) return known
    const { params, results } = this.#original[type]!
    const index = this.index({
      params: depth ? [...params, Type.i64, Type.i32] : [...params, Type.i64],
      results: [...results, Type.i64],
    })
    this.#counted.set(key, index)
    return index
  }

  /** What a block with these results and no parameters is written as. */
  blockType(results: readonly number[]): number {
    if (results.length === 0) return -0x40
    if (results.length === 1) return results[0]! - 0x80
    return this.index({ params: [], results })
  }
}

function shape({ params, results }: Signature): string {
  return `${params.join()}:${results.join()}`
}
