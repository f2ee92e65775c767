/**
 * Groth16 on BN254 (ref §8.2): e(A, B) = e(alpha, beta) · e(abc[0] + Σ xᵢ·abc[i], gamma) · e(C, delta). This file brings
 * the pairing with it and is loaded when it is first needed; import it late.
 */
import { bn254 } from '@noble/curves/bn254.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { concatBytes, toHex, u64le } from '../common/bytes.ts'
import {
  G1_BYTES,
  type G1Point,
  G2_BYTES,
  type G2Point,
  littleEndian,
  readG1,
  readG2,
} from './bn254-points.ts'
import { Lru } from './lru.ts'
import { ProofError } from './proof-error.ts'

const { Fp12 } = bn254.fields
const PROOF_BYTES = G1_BYTES + G2_BYTES + G1_BYTES
const COUNT_AT = G1_BYTES + 3 * G2_BYTES
const POINTS_AT = COUNT_AT + 8
/** Most public inputs of a circuit: each costs a multiplication. */
export const MOST_INPUTS = 64

type Lines = ReturnType<typeof bn254.utils.calcPairingPrecomputes> | null
type Product = ReturnType<typeof bn254.pairing>

interface PreparedKey {
  /** The pairing of alpha, negated, and beta, short of the final exponentiation. */
  readonly alphaBeta: Product
  readonly gamma: Lines
  readonly delta: Lines
  readonly abc: readonly G1Point[]
}

/** As many as upstream keeps (ref §8.3). */
const preparedKeys = new Lru<PreparedKey>(16)
const results = new Lru<boolean>(64)

/** Of a key as it is serialised, without decoding its points. @throws ProofError invalidProof */
export function inputsOfKey(key: Uint8Array): number {
  const count = key.length >= POINTS_AT ? littleEndian(key.subarray(COUNT_AT, POINTS_AT)) : 0n
  if (count < 1n || count > BigInt(MOST_INPUTS + 1) || key.length !== POINTS_AT + Number(count) * G1_BYTES) {
    throw new ProofError(
      'invalidProof',
      `a verifying key has ${POINTS_AT} bytes and ${G1_BYTES} per point of 1 to ${MOST_INPUTS + 1}, got ${key.length} bytes for ${count}`,
    )
  }
  return Number(count) - 1
}

/**
 * @param key compressed verifying key @param proof compressed, 128 bytes @param inputs u64 each
 * @returns whether the equation holds
 * @throws ProofError invalidProof for bytes that are not such a key or proof, verificationFailed for a wrong number of inputs
 */
export function verifyGroth16(key: Uint8Array, proof: Uint8Array, inputs: readonly bigint[]): boolean {
  const expected = inputsOfKey(key)
  if (proof.length !== PROOF_BYTES) {
    throw new ProofError('invalidProof', `a proof has ${PROOF_BYTES} bytes, got ${proof.length}`)
  }
  if (inputs.length !== expected) {
    throw new ProofError(
      'verificationFailed',
      `the circuit has ${expected} public inputs, got ${inputs.length}`,
    )
  }
  const numbers = concatBytes(...inputs.map((input) => u64le(input)))
  const keyDigest = toHex(sha256(key))
  const digest = toHex(sha256(concatBytes(proof, sha256(key), numbers)))
  return results.get(digest, () => {
    const prepared = preparedKeys.get(keyDigest, () => prepare(key, expected))
    return holds(prepared, proof, inputs)
  })
}

function prepare(key: Uint8Array, inputs: number): PreparedKey {
  let at = 0
  const next = <P>(read: (bytes: Uint8Array, title: string) => P, size: number, title: string): P => {
    at += size
    return read(key.subarray(at - size, at), `the key's ${title}`)
  }
  const alpha = next(readG1, G1_BYTES, 'alpha')
  const beta = next(readG2, G2_BYTES, 'beta')
  const gamma = next(readG2, G2_BYTES, 'gamma')
  const delta = next(readG2, G2_BYTES, 'delta')
  at = POINTS_AT
  const abc = Array.from({ length: inputs + 1 }, (_, i) => next(readG1, G1_BYTES, `abc[${i}]`))
  return {
    alphaBeta: product([[alpha.negate(), linesOf(beta)]]),
    gamma: linesOf(gamma),
    delta: linesOf(delta),
    abc,
  }
}

function holds(
  { alphaBeta, gamma, delta, abc }: PreparedKey,
  proof: Uint8Array,
  inputs: readonly bigint[],
): boolean {
  const a = readG1(proof.subarray(0, G1_BYTES), "the proof's A")
  const b = readG2(proof.subarray(G1_BYTES, G1_BYTES + G2_BYTES), "the proof's B")
  const c = readG1(proof.subarray(G1_BYTES + G2_BYTES), "the proof's C")
  const sum = inputs.reduce((total, input, i) => total.add(abc[i + 1]!.multiplyUnsafe(input)), abc[0]!)
  const left = product([
    [a, linesOf(b)],
    [sum.negate(), gamma],
    [c.negate(), delta],
  ])
  return Fp12.eql(Fp12.finalExponentiate(Fp12.mul(left, alphaBeta)), Fp12.ONE)
}

/** What of a pairing depends on its second point alone; null for infinity. */
function linesOf(point: G2Point): Lines {
  return point.is0() ? null : bn254.utils.calcPairingPrecomputes(point)
}

/** Short of the final exponentiation, which is done once over all; a pairing with infinity is one. */
function product(pairs: readonly (readonly [G1Point, Lines])[]): Product {
  const terms = pairs.flatMap(([point, lines]) => {
    if (lines === null || point.is0()) return []
    const { x, y } = point.toAffine()
    return [[lines, x, y] as [NonNullable<Lines>, bigint, bigint]]
  })
  return bn254.millerLoopBatch(terms)
}
