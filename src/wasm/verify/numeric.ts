/**
 * The numeric operators of the specification's chapter 4.3, on the interpreter's values: i32 a signed number, i64 a
 * signed bigint, f32 and f64 their **bits** (number, bigint), so that nothing is lost to JavaScript's NaN. Every NaN
 * that arithmetic produces is the canonical one, which the specification always allows.
 */
import { PREFIX_FC } from './decode.ts'

export class WasmTrap extends Error {}
export type Value = number | bigint | object | null

const view = new DataView(new ArrayBuffer(8))
export const CANONICAL_F32 = 0x7fc00000
export const CANONICAL_F64 = 0x7ff8000000000000n

export function f32(bits: number): number {
  view.setUint32(0, bits)
  return view.getFloat32(0)
}
export function f64(bits: bigint): number {
  view.setBigUint64(0, bits)
  return view.getFloat64(0)
}
export function b32(value: number): number {
  if (Number.isNaN(value)) return CANONICAL_F32
  view.setFloat32(0, value)
  return view.getUint32(0)
}
export function b64(value: number): bigint {
  if (Number.isNaN(value)) return CANONICAL_F64
  view.setFloat64(0, value)
  return view.getBigUint64(0)
}

const wrap = (value: bigint) => BigInt.asIntN(64, value)
const unsigned = (value: bigint) => BigInt.asUintN(64, value)
const bool = (value: boolean) => (value ? 1 : 0)
function trap(what: string): never {
  throw new WasmTrap(what)
}

export function nearest(x: number): number {
  if (!Number.isFinite(x) || Math.abs(x) >= 2 ** 52) return x
  const low = Math.floor(x)
  const rest = x - low
  const even = low % 2 === 0 ? low : low + 1
  const rounded = rest < 0.5 ? low : rest > 0.5 ? low + 1 : even
  return rounded === 0 && (x < 0 || Object.is(x, -0)) ? -0 : rounded
}
export function popcount(value: number): number {
  let count = 0
  for (let rest = value >>> 0; rest !== 0; rest = (rest & (rest - 1)) >>> 0) count++
  return count
}
const low32 = (value: bigint) => Number(BigInt.asUintN(32, value))
const high32 = (value: bigint) => Number(BigInt.asUintN(32, value >> 32n))
const ctz = (value: number) => (value === 0 ? 32 : 31 - Math.clz32(value & -value))

type Unary = (a: never) => Value
type Binary = (a: never, b: never) => Value
export const UNARY = new Map<number, Unary>()
export const BINARY = new Map<number, Binary>()

function put(
  table: Map<number, Unary | Binary>,
  first: number,
  functions: readonly (Unary | Binary)[],
): void {
  functions.forEach((one, i) => {
    table.set(first + i, one)
  })
}

// Comparisons.
put(UNARY, 0x45, [(a: number) => bool(a === 0)])
put(BINARY, 0x46, [
  (a: number, b: number) => bool(a === b),
  (a: number, b: number) => bool(a !== b),
  (a: number, b: number) => bool(a < b),
  (a: number, b: number) => bool(a >>> 0 < b >>> 0),
  (a: number, b: number) => bool(a > b),
  (a: number, b: number) => bool(a >>> 0 > b >>> 0),
  (a: number, b: number) => bool(a <= b),
  (a: number, b: number) => bool(a >>> 0 <= b >>> 0),
  (a: number, b: number) => bool(a >= b),
  (a: number, b: number) => bool(a >>> 0 >= b >>> 0),
])
put(UNARY, 0x50, [(a: bigint) => bool(a === 0n)])
put(BINARY, 0x51, [
  (a: bigint, b: bigint) => bool(a === b),
  (a: bigint, b: bigint) => bool(a !== b),
  (a: bigint, b: bigint) => bool(a < b),
  (a: bigint, b: bigint) => bool(unsigned(a) < unsigned(b)),
  (a: bigint, b: bigint) => bool(a > b),
  (a: bigint, b: bigint) => bool(unsigned(a) > unsigned(b)),
  (a: bigint, b: bigint) => bool(a <= b),
  (a: bigint, b: bigint) => bool(unsigned(a) <= unsigned(b)),
  (a: bigint, b: bigint) => bool(a >= b),
  (a: bigint, b: bigint) => bool(unsigned(a) >= unsigned(b)),
])
const compare: ((a: number, b: number) => boolean)[] = [
  (a, b) => a === b,
  (a, b) => a !== b,
  (a, b) => a < b,
  (a, b) => a > b,
  (a, b) => a <= b,
  (a, b) => a >= b,
]
put(
  BINARY,
  0x5b,
  compare.map((one) => (a: number, b: number) => bool(one(f32(a), f32(b)))),
)
put(
  BINARY,
  0x61,
  compare.map((one) => (a: bigint, b: bigint) => bool(one(f64(a), f64(b)))),
)

// i32 arithmetic.
put(UNARY, 0x67, [(a: number) => Math.clz32(a), (a: number) => ctz(a), (a: number) => popcount(a)])
put(BINARY, 0x6a, [
  (a: number, b: number) => (a + b) | 0,
  (a: number, b: number) => (a - b) | 0,
  (a: number, b: number) => Math.imul(a, b),
  (a: number, b: number) => {
    if (b === 0) trap('integer divide by zero')
    if (a === -0x80000000 && b === -1) trap('integer overflow')
    return (a / b) | 0
  },
  (a: number, b: number) => (b === 0 ? trap('integer divide by zero') : ((a >>> 0) / (b >>> 0)) | 0),
  (a: number, b: number) => (b === 0 ? trap('integer divide by zero') : (a % b) | 0),
  (a: number, b: number) => (b === 0 ? trap('integer divide by zero') : ((a >>> 0) % (b >>> 0)) | 0),
  (a: number, b: number) => a & b,
  (a: number, b: number) => a | b,
  (a: number, b: number) => a ^ b,
  (a: number, b: number) => a << b,
  (a: number, b: number) => a >> b,
  (a: number, b: number) => (a >>> b) | 0,
  (a: number, b: number) => (a << b) | (b & 31 ? a >>> (32 - (b & 31)) : 0),
  (a: number, b: number) => (a >>> b) | (b & 31 ? a << (32 - (b & 31)) : 0),
])
// i64 arithmetic.
put(UNARY, 0x79, [
  (a: bigint) => BigInt(high32(a) === 0 ? 32 + Math.clz32(low32(a)) : Math.clz32(high32(a))),
  (a: bigint) => BigInt(low32(a) === 0 ? 32 + ctz(high32(a)) : ctz(low32(a))),
  (a: bigint) => BigInt(popcount(low32(a)) + popcount(high32(a))),
])
const MIN64 = -(1n << 63n)
put(BINARY, 0x7c, [
  (a: bigint, b: bigint) => wrap(a + b),
  (a: bigint, b: bigint) => wrap(a - b),
  (a: bigint, b: bigint) => wrap(a * b),
  (a: bigint, b: bigint) => {
    if (b === 0n) trap('integer divide by zero')
    if (a === MIN64 && b === -1n) trap('integer overflow')
    return a / b
  },
  (a: bigint, b: bigint) => (b === 0n ? trap('integer divide by zero') : wrap(unsigned(a) / unsigned(b))),
  (a: bigint, b: bigint) => (b === 0n ? trap('integer divide by zero') : a % b),
  (a: bigint, b: bigint) => (b === 0n ? trap('integer divide by zero') : wrap(unsigned(a) % unsigned(b))),
  (a: bigint, b: bigint) => a & b,
  (a: bigint, b: bigint) => a | b,
  (a: bigint, b: bigint) => a ^ b,
  (a: bigint, b: bigint) => wrap(a << (b & 63n)),
  (a: bigint, b: bigint) => a >> (b & 63n),
  (a: bigint, b: bigint) => wrap(unsigned(a) >> (b & 63n)),
  (a: bigint, b: bigint) => wrap((unsigned(a) << (b & 63n)) | (unsigned(a) >> (64n - (b & 63n)))),
  (a: bigint, b: bigint) => wrap((unsigned(a) >> (b & 63n)) | (unsigned(a) << (64n - (b & 63n)))),
])

// Floats. abs, neg and copysign act on the sign bit alone.
export const FLOAT_UNARY: ((x: number) => number)[] = [Math.ceil, Math.floor, Math.trunc, nearest, Math.sqrt]
export const FLOAT_BINARY: ((x: number, y: number) => number)[] = [
  (x, y) => x + y,
  (x, y) => x - y,
  (x, y) => x * y,
  (x, y) => x / y,
  Math.min,
  Math.max,
]
const SIGN64 = 1n << 63n
put(UNARY, 0x8b, [
  (a: number) => a & 0x7fffffff,
  (a: number) => (a ^ 0x80000000) >>> 0,
  ...FLOAT_UNARY.map((one) => (a: number) => b32(one(f32(a)))),
])
put(BINARY, 0x92, [
  ...FLOAT_BINARY.map((one) => (a: number, b: number) => b32(Math.fround(one(f32(a), f32(b))))),
  (a: number, b: number) => ((a & 0x7fffffff) | (b & 0x80000000)) >>> 0,
])
put(UNARY, 0x99, [
  (a: bigint) => a & ~SIGN64,
  (a: bigint) => a ^ SIGN64,
  ...FLOAT_UNARY.map((one) => (a: bigint) => b64(one(f64(a)))),
])
put(BINARY, 0xa0, [
  ...FLOAT_BINARY.map((one) => (a: bigint, b: bigint) => b64(one(f64(a), f64(b)))),
  (a: bigint, b: bigint) => (a & ~SIGN64) | (b & SIGN64),
])

// Conversions.
export function truncate(x: number, low: number, high: number, saturate: boolean): bigint {
  if (Number.isNaN(x)) return saturate ? 0n : trap('invalid conversion to integer')
  const whole = Math.trunc(x)
  if (whole < low) return saturate ? BigInt(low) : trap('integer overflow')
  // `high` is one past the greatest value, which is exact in a double.
  if (whole >= high) return saturate ? BigInt(high) - 1n : trap('integer overflow')
  return BigInt(whole)
}
const to32 = (x: number, signed: boolean, sat: boolean) =>
  Number(truncate(x, signed ? -(2 ** 31) : 0, signed ? 2 ** 31 : 2 ** 32, sat)) | 0
const to64 = (x: number, signed: boolean, sat: boolean) =>
  wrap(truncate(x, signed ? -(2 ** 63) : 0, signed ? 2 ** 63 : 2 ** 64, sat))

/** bigint to f32 with one rounding: through a double would round twice. */
function roundToSingle(value: bigint): number {
  const negative = value < 0n
  let magnitude = negative ? -value : value
  const bits = magnitude.toString(2).length
  let shift = 0n
  if (bits > 24) {
    shift = BigInt(bits - 24)
    const rest = magnitude & ((1n << shift) - 1n)
    const half = 1n << (shift - 1n)
    magnitude >>= shift
    if (rest > half || (rest === half && magnitude & 1n)) magnitude++
  }
  const result = Number(magnitude << shift)
  return negative ? -result : result
}

put(UNARY, 0xa7, [
  (a: bigint) => Number(BigInt.asIntN(32, a)),
  (a: number) => to32(f32(a), true, false),
  (a: number) => to32(f32(a), false, false),
  (a: bigint) => to32(f64(a), true, false),
  (a: bigint) => to32(f64(a), false, false),
  (a: number) => BigInt(a),
  (a: number) => BigInt(a >>> 0),
  (a: number) => to64(f32(a), true, false),
  (a: number) => to64(f32(a), false, false),
  (a: bigint) => to64(f64(a), true, false),
  (a: bigint) => to64(f64(a), false, false),
  (a: number) => b32(Math.fround(a)),
  (a: number) => b32(Math.fround(a >>> 0)),
  (a: bigint) => b32(roundToSingle(a)),
  (a: bigint) => b32(roundToSingle(unsigned(a))),
  (a: bigint) => b32(Math.fround(f64(a))),
  (a: number) => b64(a),
  (a: number) => b64(a >>> 0),
  (a: bigint) => b64(Number(a)),
  (a: bigint) => b64(Number(unsigned(a))),
  (a: number) => b64(f32(a)),
  (a: number) => a | 0,
  (a: bigint) => wrap(a),
  (a: number) => a >>> 0,
  (a: bigint) => unsigned(a),
  (a: number) => (a << 24) >> 24,
  (a: number) => (a << 16) >> 16,
  (a: bigint) => BigInt.asIntN(8, a),
  (a: bigint) => BigInt.asIntN(16, a),
  (a: bigint) => BigInt.asIntN(32, a),
])
put(UNARY, PREFIX_FC, [
  (a: number) => to32(f32(a), true, true),
  (a: number) => to32(f32(a), false, true),
  (a: bigint) => to32(f64(a), true, true),
  (a: bigint) => to32(f64(a), false, true),
  (a: number) => to64(f32(a), true, true),
  (a: number) => to64(f32(a), false, true),
  (a: bigint) => to64(f64(a), true, true),
  (a: bigint) => to64(f64(a), false, true),
])
