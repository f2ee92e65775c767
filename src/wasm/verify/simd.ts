/** Vector operators. */
import type { Value } from './numeric.ts'

export function SIMD(
  sub: number,
  _a: number,
  _b: number,
  _x: Uint8Array,
  _stack: Value[],
  _address: (width: number) => number,
  _view: DataView,
): void {
  throw new Error(`vector operator ${sub}`)
}
