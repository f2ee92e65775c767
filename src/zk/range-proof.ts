/**
 * Bulletproofs as ICN writes them (ref §8.5): that a committed value has 64 bits. 672 bytes of proof in the layout of the
 * crate `bulletproofs` 5, then the commitment, 32 bytes; the transcript is named `ZkCredentialProof`. Import this late: it
 * brings the curve with it.
 */
import { utf8 } from '../common/bytes.ts'
import { Transcript } from './merlin.ts'
import { ProofError } from './proof-error.ts'
import {
  BITS,
  combine,
  Scalars as F,
  type RangePoint,
  readPoint,
  readScalar,
  sumOf,
  WIDTH,
  wideScalar,
} from './range-bases.ts'

export const ROUNDS = 6
/** A, S, T1, T2; three scalars; L and R of each round; two scalars; the commitment. */
export const RANGE_PROOF_BYTES = (4 + 3 + 2 * ROUNDS + 2 + 1) * WIDTH

/** A transcript as prover and verifier begin it. */
export function beginRange(commitment: Uint8Array): Transcript {
  const transcript = new Transcript('ZkCredentialProof')
  transcript.append('dom-sep', utf8('rangeproof v1'))
  transcript.appendNumber('n', BigInt(BITS))
  transcript.appendNumber('m', 1n)
  transcript.append('V', commitment)
  return transcript
}

/** From here on the rounds of the inner product are written. */
export function beginRounds(transcript: Transcript): void {
  transcript.append('dom-sep', utf8('ipp v1'))
  transcript.appendNumber('n', BigInt(BITS))
}

export function challengeOf(transcript: Transcript, label: string): bigint {
  return wideScalar(transcript.challenge(label, 64))
}

/**
 * The commitment may be the identity, which everyone can open; no point of the proof may.
 * @param bytes proof and commitment
 * @throws ProofError invalidProof for another length or a scalar beyond the group's order, verificationFailed for a proof
 * that does not hold: as upstream, this never answers false
 */
export function verifyRange(bytes: Uint8Array): true {
  if (bytes.length !== RANGE_PROOF_BYTES) {
    throw new ProofError(
      'invalidProof',
      `a range proof and its commitment have ${RANGE_PROOF_BYTES} bytes, got ${bytes.length}`,
    )
  }
  const part = (at: number) => bytes.subarray(at * WIDTH, (at + 1) * WIDTH)
  const scalar = (at: number, title: string) => readScalar(part(at), `the proof's ${title}`)
  const [tx, txBlinding, eBlinding] = [scalar(4, 't_x'), scalar(5, 't_x blinding'), scalar(6, 'e blinding')]
  const last = 7 + 2 * ROUNDS
  const [a, b] = [scalar(last, 'a'), scalar(last + 1, 'b')]
  const commitment = part(last + 2)

  const transcript = beginRange(commitment)
  const points: RangePoint[] = []
  const take = (at: number, label: string) => {
    const point = readPoint(part(at), `the proof's ${label}`)
    if (point.is0()) throw new ProofError('verificationFailed', `the proof's ${label} is the identity`)
    points.push(point)
    transcript.append(label, part(at))
  }
  take(0, 'A')
  take(1, 'S')
  const y = challengeOf(transcript, 'y')
  const z = challengeOf(transcript, 'z')
  take(2, 'T_1')
  take(3, 'T_2')
  const x = challengeOf(transcript, 'x')
  transcript.append('t_x', part(4))
  transcript.append('t_x_blinding', part(5))
  transcript.append('e_blinding', part(6))
  const w = challengeOf(transcript, 'w')
  beginRounds(transcript)
  const rounds: bigint[] = []
  for (let round = 0; round < ROUNDS; round++) {
    take(7 + 2 * round, 'L')
    take(8 + 2 * round, 'R')
    rounds.push(challengeOf(transcript, 'u'))
  }
  points.push(readPoint(commitment, 'the commitment'))

  // Two equations are checked as one, the second multiplied by what nobody could know before all of the proof was written.
  transcript.append('a', part(last))
  transcript.append('b', part(last + 1))
  const c = challengeOf(transcript, 'c')

  const yInverse = inverse(y)
  const inverses = rounds.map(inverse)
  const s = roundFactors(rounds, inverses)
  const zz = F.sqr(z)
  const g = s.map((factor) => F.neg(F.add(z, F.mul(a, factor))))
  let yPower = 1n
  const h = s.map((_, i) => {
    const bit = F.sub(F.mul(zz, F.create(1n << BigInt(i))), F.mul(b, s[BITS - 1 - i]!))
    const factor = F.add(z, F.mul(yPower, bit))
    yPower = F.mul(yPower, yInverse)
    return factor
  })
  const fixed = combine({
    value: F.add(F.mul(w, F.sub(tx, F.mul(a, b))), F.mul(c, F.sub(delta(y, z), tx))),
    blinding: F.neg(F.add(eBlinding, F.mul(c, txBlinding))),
    g,
    h,
  })
  const given = sumOf(points, [
    1n,
    x,
    F.mul(c, x),
    F.mul(c, F.sqr(x)),
    ...rounds.flatMap((u, i) => [F.sqr(u), F.sqr(inverses[i]!)]),
    F.mul(c, zz),
  ])
  if (fixed.add(given).is0()) return true
  throw new ProofError('verificationFailed', 'the range proof does not hold for its commitment')
}

/** By which each of the 64 first bases stands in the last one: a product of each round's challenge or its inverse. */
function roundFactors(rounds: readonly bigint[], inverses: readonly bigint[]): readonly bigint[] {
  return Array.from({ length: BITS }, (_, i) =>
    rounds.reduce(
      (product, u, round) => F.mul(product, ((i >> (ROUNDS - 1 - round)) & 1) === 1 ? u : inverses[round]!),
      1n,
    ),
  )
}

/** (z - z²)·Σ yⁱ - z³·(2⁶⁴ - 1). */
function delta(y: bigint, z: bigint): bigint {
  let [sum, power] = [0n, 1n]
  for (let i = 0; i < BITS; i++) {
    sum = F.add(sum, power)
    power = F.mul(power, y)
  }
  const zz = F.sqr(z)
  return F.sub(F.mul(F.sub(z, zz), sum), F.mul(F.mul(zz, z), (1n << BigInt(BITS)) - 1n))
}

/** A challenge is zero for nobody who cannot find preimages; the crate's inverse of zero would be zero. */
function inverse(challenge: bigint): bigint {
  if (challenge === 0n) throw new ProofError('verificationFailed', 'a challenge of the proof is zero')
  return F.inv(challenge)
}
