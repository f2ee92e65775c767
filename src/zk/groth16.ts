/**
 * Groth16 on BN254 (ref §8.2): e(A, B) = e(alpha, beta) · e(abc[0] + Σ xᵢ·abc[i], gamma) · e(C, delta). This file brings
 * the pairing with it and is loaded when it is first needed; import it late.
 */
import { bn254 } from '@noble/curves/bn254.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { shake256 } from '@noble/hashes/sha3.js'
import { concatBytes, littleEndian, toHex, u64le, utf8 } from '../common/bytes.ts'
import { G1, G1_BYTES, type G1Point, G2_BYTES, type G2Point, readG1, readG2 } from './bn254-points.ts'
import { Lru } from './lru.ts'
import { ProofError } from './proof-error.ts'

const { Fp12, Fr } = bn254.fields
const PROOF_BYTES = G1_BYTES + G2_BYTES + G1_BYTES
const COUNT_AT = G1_BYTES + 3 * G2_BYTES
const POINTS_AT = COUNT_AT + 8
/** Most public inputs of a circuit: each costs a multiplication. */
export const MOST_INPUTS = 64

/** How many keys and results are remembered. */
export const cached = () => ({ keys: preparedKeys.size, results: results.size })

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
  checkShape(proof, inputs, expected)
  const keyDigest = sha256(key)
  return results.get(toHex(sha256(transcriptOf(keyDigest, [{ proof, inputs }]))), () =>
    holds(preparedKey(key, keyDigest, expected), proof, inputs),
  )
}

export interface Groth16Statement {
  readonly proof: Uint8Array
  readonly inputs: readonly bigint[]
}

/**
 * Proofs under one key, checked together: the equations are added up, each multiplied by a number of 128 bits that follows
 * from all of them, so that false ones do not make up for each other but with a chance of 2⁻¹²⁸. One final exponentiation
 * for all, and one pairing for each where each alone takes three.
 * @returns whether all hold; which does not is not known
 * @throws ProofError as verifyGroth16, for the first that cannot be judged
 */
export function verifyGroth16Batch(key: Uint8Array, batch: readonly Groth16Statement[]): boolean {
  const expected = inputsOfKey(key)
  for (const { proof, inputs } of batch) checkShape(proof, inputs, expected)
  const keyDigest = sha256(key)
  const { alphaBeta, gamma, delta, abc } = preparedKey(key, keyDigest, expected)
  const stream = shake256.create().update(utf8('icn groth16 batch v1')).update(transcriptOf(keyDigest, batch))
  const factors = batch.map(() => littleEndian(stream.xof(16)))
  const points = batch.map(({ proof }) => pointsOf(proof))
  const weighted = (of: (i: number) => bigint) =>
    factors.reduce((sum, r, i) => Fr.add(sum, Fr.mul(r, of(i))), 0n)
  const total = weighted(() => 1n)
  const sum = abc.reduce(
    (sofar, point, i) =>
      sofar.add(point.multiplyUnsafe(i === 0 ? total : weighted((j) => batch[j]!.inputs[i - 1]!))),
    G1.ZERO,
  )
  const c = points.reduce((sofar, point, i) => sofar.add(point.c.multiplyUnsafe(factors[i]!)), G1.ZERO)
  const pairings = product([
    ...points.map(({ a, b }, i) => [a.multiplyUnsafe(factors[i]!), linesOf(b)] as const),
    [sum.negate(), gamma],
    [c.negate(), delta],
  ])
  return isOne(Fp12.mul(pairings, Fp12.pow(alphaBeta, total)))
}

function checkShape(proof: Uint8Array, inputs: readonly bigint[], expected: number): void {
  if (proof.length !== PROOF_BYTES) {
    throw new ProofError('invalidProof', `a proof has ${PROOF_BYTES} bytes, got ${proof.length}`)
  }
  if (inputs.length !== expected) {
    throw new ProofError(
      'verificationFailed',
      `the circuit has ${expected} public inputs, got ${inputs.length}`,
    )
  }
}

/** Everything that is stated, one after another; all parts but the last have a fixed length for a key. */
function transcriptOf(keyDigest: Uint8Array, batch: readonly Groth16Statement[]): Uint8Array {
  const statements = batch.map(({ proof, inputs }) =>
    concatBytes(proof, ...inputs.map((input) => u64le(input))),
  )
  return concatBytes(keyDigest, ...statements)
}

function preparedKey(key: Uint8Array, digest: Uint8Array, inputs: number): PreparedKey {
  return preparedKeys.get(toHex(digest), () => prepare(key, inputs))
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
  const { a, b, c } = pointsOf(proof)
  const sum = inputs.reduce((total, input, i) => total.add(abc[i + 1]!.multiplyUnsafe(input)), abc[0]!)
  const left = product([
    [a, linesOf(b)],
    [sum.negate(), gamma],
    [c.negate(), delta],
  ])
  return isOne(Fp12.mul(left, alphaBeta))
}

function pointsOf(proof: Uint8Array): { a: G1Point; b: G2Point; c: G1Point } {
  return {
    a: readG1(proof.subarray(0, G1_BYTES), "the proof's A"),
    b: readG2(proof.subarray(G1_BYTES, G1_BYTES + G2_BYTES), "the proof's B"),
    c: readG1(proof.subarray(G1_BYTES + G2_BYTES), "the proof's C"),
  }
}

/** Of a product short of the final exponentiation. */
function isOne(value: Product): boolean {
  return Fp12.eql(Fp12.finalExponentiate(value), Fp12.ONE)
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
