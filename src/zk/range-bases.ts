/**
 * The points that Bulletproofs of 64 bits are about, as the crate `bulletproofs` 5 derives them: a base for the value and
 * one for its blinding, and 64 pairs for its bits. Made once, when first needed: 128 hashes to the group, and tables for
 * multiplication.
 */
import { interleavedMSMUnsafe, mulAddUnsafe } from '@noble/curves/abstract/curve.js'
import { ristretto255, ristretto255_hasher } from '@noble/curves/ed25519.js'
import { sha3_512, shake256 } from '@noble/hashes/sha3.js'
import { utf8 } from '../common/bytes.ts'
import { ProofError } from './proof-error.ts'

/** Named for its declaration: the library does not export the class. */
export const RangePoint: typeof ristretto255.Point = ristretto255.Point
export type RangePoint = InstanceType<typeof RangePoint>
export const Scalars = RangePoint.Fn

export const BITS = 64
export const WIDTH = 32

/** Of the tables: 2^(6 - 2) points for each base. */
const WINDOW = 6

/** What each base is multiplied by. */
export interface Factors {
  readonly value: bigint
  readonly blinding: bigint
  readonly g: readonly bigint[]
  readonly h: readonly bigint[]
}

let multiply: ((scalars: bigint[]) => RangePoint) | undefined

/** The sum of all bases by their factors. Takes a time that depends on them. */
export function combine({ value, blinding, g, h }: Factors): RangePoint {
  multiply ??= interleavedMSMUnsafe(
    RangePoint,
    [RangePoint.BASE, blindingBase(), ...chain('G'), ...chain('H')],
    WINDOW,
  )
  return multiply([value, blinding, ...g, ...h])
}

/** The sum of points that are not known beforehand. */
export function sumOf(points: readonly RangePoint[], factors: readonly bigint[]): RangePoint {
  return mulAddUnsafe(RangePoint, [...points], [...factors])
}

export function blindingBase(): RangePoint {
  return ristretto255_hasher.deriveToCurve!(sha3_512(RangePoint.BASE.toBytes()))
}

/** Of the first and only party, as the crate counts those who prove together. */
function chain(letter: string): readonly RangePoint[] {
  const stream = shake256.create().update(utf8(`GeneratorsChain${letter}\0\0\0\0`))
  return Array.from({ length: BITS }, () => ristretto255_hasher.deriveToCurve!(stream.xof(64)))
}

/** @throws ProofError verificationFailed for bytes that are no canonical point, as the crate has it */
export function readPoint(bytes: Uint8Array, title: string): RangePoint {
  try {
    return RangePoint.fromBytes(bytes)
  } catch {
    throw new ProofError('verificationFailed', `${title} is not a point of ristretto255`)
  }
}

/** @throws ProofError invalidProof for a number that is not below the order of the group */
export function readScalar(bytes: Uint8Array, title: string): bigint {
  const number = fromLittleEndian(bytes)
  if (number >= Scalars.ORDER) {
    throw new ProofError('invalidProof', `${title} is not below the order of the group`)
  }
  return number
}

export function wideScalar(bytes: Uint8Array): bigint {
  return Scalars.create(fromLittleEndian(bytes))
}

function fromLittleEndian(bytes: Uint8Array): bigint {
  let number = 0n
  for (let i = bytes.length - 1; i >= 0; i--) number = (number << 8n) | BigInt(bytes[i]!)
  return number
}
