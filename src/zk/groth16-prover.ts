/**
 * Proofs of ICN's circuits with a proving key of arkworks 0.4 (ref §8.2). A circuit has at most four equations, so that the
 * polynomials are divided as at school. Import this late: it brings the pairing with it.
 */
import { bn254 } from '@noble/curves/bn254.js'
import { shake256 } from '@noble/hashes/sha3.js'
import { concatBytes, littleEndian, u64le, utf8 } from '../common/bytes.ts'
import {
  G1,
  G1_BYTES,
  type G1Point,
  G2_BYTES,
  type G2Point,
  readG1,
  readG2,
  writeG1,
  writeG2,
} from './bn254-points.ts'
import { verifyGroth16 } from './groth16.ts'
import { ProofError } from './proof-error.ts'
import { type Assigned, assign, type Combination } from './r1cs.ts'

const { Fr } = bn254.fields

interface ProvingKey {
  /** As a verifier takes it. */
  readonly verifying: Uint8Array
  readonly alpha: G1Point
  readonly beta1: G1Point
  readonly beta2: G2Point
  readonly delta1: G1Point
  readonly delta2: G2Point
  readonly a: readonly G1Point[]
  readonly b1: readonly G1Point[]
  readonly b2: readonly G2Point[]
  readonly h: readonly G1Point[]
  readonly l: readonly G1Point[]
}

export interface Groth16Proof {
  readonly proof: Uint8Array
  readonly verifyingKey: Uint8Array
}

/** Two numbers below the order of the group that nobody may know: they hide the secret numbers. */
export type Masks = readonly [bigint, bigint]

/**
 * @param circuit its name, in any spelling @param inputs u64 each @param witness u64 each, as `witnessOf` names them
 * @throws ProofError verificationFailed for a statement that is not true or a key of another circuit, invalidProof for bytes
 * that are no proving key, unsupportedBackend for a circuit that is not known
 */
export function proveGroth16(
  circuit: string,
  key: Uint8Array,
  inputs: readonly bigint[],
  witness: readonly bigint[],
  masks: Masks,
): Groth16Proof {
  const assigned = assign(circuit, inputs, witness)
  const { open, hidden } = assigned
  const z = [...open, ...hidden]
  const h = quotient(assigned)
  const pk = readProvingKey(key, open.length, hidden.length, h.length)
  const [r, s] = masks
  const a = sum1(pk.a, z).add(pk.alpha).add(times1(pk.delta1, r))
  const b1 = sum1(pk.b1, z).add(pk.beta1).add(times1(pk.delta1, s))
  const b2 = pk.b2.reduce(
    (total, point, i) => total.add(point.multiplyUnsafe(z[i]!)),
    pk.beta2.add(pk.delta2.multiplyUnsafe(s)),
  )
  const c = sum1(pk.l, hidden)
    .add(sum1(pk.h, h))
    .add(times1(a, s))
    .add(times1(b1, r))
    .add(times1(pk.delta1, Fr.neg(Fr.mul(r, s))))
  const proof = concatBytes(writeG1(a), writeG2(b2), writeG1(c))
  // A key of another circuit with lists of the same lengths shows here only.
  if (!verifyGroth16(pk.verifying, proof, inputs)) throw otherCircuit()
  return { proof, verifyingKey: pk.verifying }
}

/** The same arguments make the same masks; `blinding` or `entropy` must be what nobody can guess. */
export function masksOf(statement: Uint8Array, blinding: Uint8Array, entropy: Uint8Array): Masks {
  const stream = shake256
    .create()
    .update(utf8('icn groth16 masks v1'))
    .update(u64le(BigInt(blinding.length)))
    .update(blinding)
    .update(u64le(BigInt(entropy.length)))
    .update(entropy)
    .update(statement)
  const draw = () => Fr.create(littleEndian(stream.xof(64)))
  return [draw(), draw()]
}

/** Coefficients of (A·B) / (Xⁿ - 1), where A and B have the sides of equation i at the n-th root of one to the i. */
function quotient({ equations, open, hidden }: Assigned): readonly bigint[] {
  const z = [...open, ...hidden]
  const value = (side: Combination) =>
    side.reduce((sum, [factor, at]) => Fr.add(sum, Fr.mul(Fr.create(factor), z[at]!)), 0n)
  let size = 1
  while (size < equations.length + open.length) size *= 2
  const pad = (values: readonly bigint[]) => Array.from({ length: size }, (_, i) => values[i] ?? 0n)
  // A row for each open variable keeps their polynomials apart; its other side is zero.
  const a = interpolate(pad([...equations.map((row) => value(row.a)), ...open]))
  const b = interpolate(pad(equations.map((row) => value(row.b))))
  const product = Array.from({ length: 2 * size - 1 }, () => 0n)
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) product[i + j] = Fr.add(product[i + j]!, Fr.mul(a[i]!, b[j]!))
  }
  // Q·(Xⁿ - 1) is Q moved up by n, less Q, and Q has less than n coefficients: the upper half is Q.
  return product.slice(size)
}

/** The polynomial that has these values at the roots of one, by their sums. */
function interpolate(values: readonly bigint[]): readonly bigint[] {
  const { length } = values
  // 5 generates the field, as arkworks has it.
  const root = Fr.pow(5n, (Fr.ORDER - 1n) / BigInt(length))
  const inverse = Fr.inv(BigInt(length))
  return values.map((_, i) => {
    const step = Fr.inv(Fr.pow(root, BigInt(i)))
    let [sum, power] = [0n, 1n]
    for (const value of values) {
      sum = Fr.add(sum, Fr.mul(value, power))
      power = Fr.mul(power, step)
    }
    return Fr.mul(sum, inverse)
  })
}

function sum1(points: readonly G1Point[], factors: readonly bigint[]): G1Point {
  return factors.reduce((total, factor, i) => total.add(times1(points[i]!, factor)), G1.ZERO)
}

function times1(point: G1Point, factor: bigint): G1Point {
  return point.multiplyUnsafe(factor)
}

/**
 * Every point is checked to be on its curve and in its subgroup; how many there are, before any of them is read.
 * @throws ProofError
 */
function readProvingKey(bytes: Uint8Array, open: number, hidden: number, rows: number): ProvingKey {
  let at = 0
  const take = (size: number): Uint8Array => {
    if (at + size > bytes.length) {
      throw new ProofError('invalidProof', `the proving key ends after ${bytes.length} bytes`)
    }
    at += size
    return bytes.subarray(at - size, at)
  }
  const g1 = (title: string) => readG1(take(G1_BYTES), `the proving key's ${title}`)
  const g2 = (title: string) => readG2(take(G2_BYTES), `the proving key's ${title}`)
  const list = <P>(count: number, read: (title: string) => P, title: string): readonly P[] => {
    if (littleEndian(take(8)) !== BigInt(count)) throw otherCircuit()
    return Array.from({ length: count }, (_, i) => read(`${title}[${i}]`))
  }
  const alpha = g1('alpha')
  const beta2 = g2('beta')
  g2('gamma')
  const delta2 = g2('delta')
  list(open, g1, 'abc')
  const verifying = bytes.slice(0, at)
  const key = {
    verifying,
    alpha,
    beta2,
    delta2,
    beta1: g1('beta in G1'),
    delta1: g1('delta in G1'),
    a: list(open + hidden, g1, 'a query'),
    b1: list(open + hidden, g1, 'b query in G1'),
    b2: list(open + hidden, g2, 'b query'),
    h: list(rows, g1, 'h query'),
    l: list(hidden, g1, 'l query'),
  }
  if (at !== bytes.length) {
    throw new ProofError('invalidProof', `the proving key has ${bytes.length - at} bytes too many`)
  }
  return key
}

function otherCircuit(): ProofError {
  return new ProofError('verificationFailed', 'the proving key is not of this circuit')
}
