/**
 * Points of BN254 as arkworks 0.4 compresses them (ref §8.2): x little-endian (Fp2: c0, then c1), the two top bits of the
 * last byte say which y, or infinity. What is read is on the curve and in the subgroup of prime order.
 */
import { bn254 } from '@noble/curves/bn254.js'
import { concatBytes, littleEndian } from '../common/bytes.ts'
import { ProofError } from './proof-error.ts'

const { Fp, Fp2 } = bn254.fields
export const G1 = bn254.G1.Point
export const G2 = bn254.G2.Point
export type G1Point = InstanceType<typeof G1>
export type G2Point = InstanceType<typeof G2>
type Fp2Value = ReturnType<typeof Fp2.sqrt>

export const G1_BYTES = 32
export const G2_BYTES = 64

const LARGER = 0x80
const INFINITY = 0x40
/** Curve y² = x³ + 3; its twist y² = x³ + 3 / (9 + i). */
const B1 = Fp.create(3n)
const B2 = Fp2.div(Fp2.fromBigTuple([3n, 0n]), Fp2.fromBigTuple([9n, 1n]))

/** @param title names the point in the error @throws ProofError invalidProof */
export function readG1(bytes: Uint8Array, title: string): G1Point {
  const { flags, numbers } = split(bytes, G1_BYTES, title)
  const x = numbers[0]!
  if (flags === INFINITY) return infinity(numbers, G1.ZERO, title)
  const root = squareRoot(() => Fp.sqrt(Fp.add(Fp.mul(Fp.sqr(x), x), B1)), title)
  const larger = root > Fp.neg(root)
  return G1.fromAffine({ x, y: larger === (flags === LARGER) ? root : Fp.neg(root) })
}

/** @param title names the point in the error @throws ProofError invalidProof */
export function readG2(bytes: Uint8Array, title: string): G2Point {
  const { flags, numbers } = split(bytes, G2_BYTES, title)
  if (flags === INFINITY) return infinity(numbers, G2.ZERO, title)
  const x = Fp2.fromBigTuple([numbers[0]!, numbers[1]!])
  const root = squareRoot(() => Fp2.sqrt(Fp2.add(Fp2.mul(Fp2.sqr(x), x), B2)), title)
  const other = Fp2.neg(root)
  const point = G2.fromAffine({ x, y: isLarger(root, other) === (flags === LARGER) ? root : other })
  if (!point.isTorsionFree())
    throw new ProofError('invalidProof', `${title} is not in the subgroup of prime order`)
  return point
}

function split(
  bytes: Uint8Array,
  size: number,
  title: string,
): { flags: number; numbers: readonly bigint[] } {
  if (bytes.length !== size) {
    throw new ProofError('invalidProof', `${title} has ${bytes.length} bytes, expected ${size}`)
  }
  const flags = bytes[size - 1]! & 0xc0
  if (flags === (LARGER | INFINITY)) throw new ProofError('invalidProof', `${title} has both flags set`)
  const numbers: bigint[] = []
  for (let at = 0; at < size; at += 32) {
    const part = bytes.slice(at, at + 32)
    if (at + 32 === size) part[31]! &= 0x3f
    const number = littleEndian(part)
    if (number >= Fp.ORDER) throw new ProofError('invalidProof', `${title} has a coordinate beyond the field`)
    numbers.push(number)
  }
  return { flags, numbers }
}

/** Infinity has one form only. */
function infinity<P>(numbers: readonly bigint[], zero: P, title: string): P {
  if (numbers.every((number) => number === 0n)) return zero
  throw new ProofError('invalidProof', `${title} is infinity with a coordinate`)
}

function squareRoot<T>(work: () => T, title: string): T {
  try {
    return work()
  } catch {
    throw new ProofError('invalidProof', `${title} is not on the curve`)
  }
}

function isLarger(a: Fp2Value, b: Fp2Value): boolean {
  return a.c1 === b.c1 ? a.c0 > b.c0 : a.c1 > b.c1
}

export function writeG1(point: G1Point): Uint8Array {
  if (point.is0()) return written(0n, INFINITY)
  const { x, y } = point.toAffine()
  return written(x, y > Fp.neg(y) ? LARGER : 0)
}

export function writeG2(point: G2Point): Uint8Array {
  if (point.is0()) return concatBytes(written(0n, 0), written(0n, INFINITY))
  const { x, y } = point.toAffine()
  return concatBytes(written(x.c0, 0), written(x.c1, isLarger(y, Fp2.neg(y)) ? LARGER : 0))
}

function written(number: bigint, flags: number): Uint8Array {
  const bytes = Uint8Array.from({ length: 32 }, (_, i) => Number((number >> BigInt(8 * i)) & 255n))
  bytes[31]! |= flags
  return bytes
}
