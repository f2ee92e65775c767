/**
 * Makes the proofs that range-proof.ts checks: that the value of a commitment has 64 bits, without saying it. Not constant
 * in time: who measures the prover on the same machine may learn of the value. Import this late.
 */
import { shake256 } from '@noble/hashes/sha3.js'
import { concatBytes, u64le, utf8 } from '../common/bytes.ts'
import type { Transcript } from './merlin.ts'
import { BITS, combine, Scalars as F, type RangePoint, readScalar, WIDTH, wideScalar } from './range-bases.ts'
import { beginRange, beginRounds, challengeOf } from './range-proof.ts'

const NONE: readonly bigint[] = Array.from({ length: BITS }, () => 0n)

/**
 * The same arguments make the same proof: all that is secret in it comes from `entropy` and `blinding`, and one of them
 * must be what nobody can guess.
 * @param value u64
 * @param blinding 32 bytes, little-endian; drawn when null, and then known to nobody
 * @param entropy 32 bytes
 * @returns proof and commitment, 704 bytes
 * @throws ProofError invalidProof when the blinding is not below the order of the group
 */
export function proveRange(value: bigint, blinding: Uint8Array | null, entropy: Uint8Array): Uint8Array {
  const given = blinding === null ? null : readScalar(blinding, 'the blinding')
  const draw = scalarsFrom(value, given, entropy)
  const opening = given ?? draw()
  const commitment = commit(value, opening).toBytes()
  const transcript = beginRange(commitment)
  const out: Uint8Array[] = []
  const say = (label: string, message: Uint8Array) => {
    transcript.append(label, message)
    out.push(message)
  }

  const bits = NONE.map((_, i) => (value >> BigInt(i)) & 1n)
  const aBlinding = draw()
  const sBlinding = draw()
  const sLeft = NONE.map(draw)
  const sRight = NONE.map(draw)
  const others = bits.map((bit) => F.sub(bit, 1n))
  say('A', combine({ value: 0n, blinding: aBlinding, g: bits, h: others }).toBytes())
  say('S', combine({ value: 0n, blinding: sBlinding, g: sLeft, h: sRight }).toBytes())
  const y = challengeOf(transcript, 'y')
  const z = challengeOf(transcript, 'z')
  const zz = F.sqr(z)

  const yPowers = powersOf(y)
  const left = bits.map((bit) => F.sub(bit, z))
  const right = others.map((other, i) =>
    F.add(F.mul(yPowers[i]!, F.add(other, z)), F.mul(zz, 1n << BigInt(i))),
  )
  const rightX = sRight.map((s, i) => F.mul(yPowers[i]!, s))
  const t1 = F.add(inner(left, rightX), inner(sLeft, right))
  const t2 = inner(sLeft, rightX)
  const t1Blinding = draw()
  const t2Blinding = draw()
  say('T_1', commit(t1, t1Blinding).toBytes())
  say('T_2', commit(t2, t2Blinding).toBytes())
  const x = challengeOf(transcript, 'x')

  const at = (first: bigint, second: bigint) => F.add(first, F.mul(x, second))
  const a = left.map((first, i) => at(first, sLeft[i]!))
  const b = right.map((first, i) => at(first, rightX[i]!))
  say('t_x', F.toBytes(inner(a, b)))
  say('t_x_blinding', F.toBytes(at(F.mul(zz, opening), at(t1Blinding, t2Blinding))))
  say('e_blinding', F.toBytes(at(aBlinding, sBlinding)))
  const w = challengeOf(transcript, 'w')
  beginRounds(transcript)
  return concatBytes(...out, ...proveInner(transcript, w, powersOf(F.inv(y)), a, b), commitment)
}

/**
 * L and R of each round and the last two scalars. The bases are not folded: in which measure each of the first 64 stands in
 * a folded one is kept instead, so that every point is one combination of the same bases.
 */
function proveInner(
  transcript: Transcript,
  w: bigint,
  hFactors: readonly bigint[],
  a: readonly bigint[],
  b: readonly bigint[],
): readonly Uint8Array[] {
  const out: Uint8Array[] = []
  let g: readonly bigint[] = NONE.map(() => 1n)
  let h = hFactors
  while (a.length > 1) {
    const half = a.length / 2
    const low = (i: number) => i % (2 * half) < half
    const [aLow, aHigh, bLow, bHigh] = [a.slice(0, half), a.slice(half), b.slice(0, half), b.slice(half)]
    const point = (label: string, ofA: readonly bigint[], ofB: readonly bigint[], gIsLow: boolean) => {
      const bytes = combine({
        value: F.mul(w, inner(ofA, ofB)),
        blinding: 0n,
        g: g.map((factor, i) => (low(i) === gIsLow ? F.mul(factor, ofA[i % half]!) : 0n)),
        h: h.map((factor, i) => (low(i) === gIsLow ? 0n : F.mul(factor, ofB[i % half]!))),
      }).toBytes()
      transcript.append(label, bytes)
      out.push(bytes)
    }
    point('L', aLow, bHigh, false)
    point('R', aHigh, bLow, true)
    const u = challengeOf(transcript, 'u')
    const inverse = F.inv(u)
    a = aLow.map((first, i) => F.add(F.mul(first, u), F.mul(aHigh[i]!, inverse)))
    b = bLow.map((first, i) => F.add(F.mul(first, inverse), F.mul(bHigh[i]!, u)))
    g = g.map((factor, i) => F.mul(factor, low(i) ? inverse : u))
    h = h.map((factor, i) => F.mul(factor, low(i) ? u : inverse))
  }
  return [...out, F.toBytes(a[0]!), F.toBytes(b[0]!)]
}

function commit(value: bigint, blinding: bigint): RangePoint {
  return combine({ value, blinding, g: NONE, h: NONE })
}

function inner(left: readonly bigint[], right: readonly bigint[]): bigint {
  return left.reduce((sum, factor, i) => F.add(sum, F.mul(factor, right[i]!)), 0n)
}

function powersOf(base: bigint): readonly bigint[] {
  let power = 1n
  return NONE.map(() => {
    const now = power
    power = F.mul(power, base)
    return now
  })
}

/** What is proved goes in with the entropy: should that ever come twice, no two proofs share a secret number. */
function scalarsFrom(value: bigint, blinding: bigint | null, entropy: Uint8Array): () => bigint {
  const stream = shake256
    .create()
    .update(utf8('icn range proof secrets v1'))
    .update(entropy)
    .update(u64le(value))
    .update(blinding === null ? new Uint8Array(WIDTH) : F.toBytes(blinding))
  return () => wideScalar(stream.xof(64))
}
