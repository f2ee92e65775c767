/** Whether proofs hold, and what finding out costs in fuel; mana and reputation are the caller's matter. */
import { toHex } from '../common/bytes.ts'
import { isArray, type JsonValue } from '../common/json.ts'
import { inputsOfKey, verifyGroth16, verifyGroth16Batch } from '../zk/groth16.ts'
import { keyFor } from '../zk/keys.ts'
import type { ZkCredentialProof, ZkProofType } from '../zk/proof.ts'
import { ProofError } from '../zk/proof-error.ts'
import { verifyRange } from '../zk/range-proof.ts'
import type { HostContext } from './context.ts'

/** Fuel of the pairing check, and of each public input's multiplication and key point. */
const PAIRING_FUEL = 16_000_000
const INPUT_FUEL = 200_000
/** Fuel of a check of several proofs at once, and of each of them. */
const BATCH_FUEL = 20_000_000
const BATCHED_FUEL = 4_000_000
/** Fuel of checking a range proof. */
const RANGE_FUEL = 12_000_000
/** Fuel of an issuer's signature over a key. */
const SIGNATURE_FUEL = 600_000
/** Public inputs a verifier takes when a proof brings none (ref §8.2). */
const DEFAULT_INPUTS: JsonValue = [2020]

/** What judging a proof needs of a run. */
export type Judge = Pick<HostContext, 'tx' | 'resolver' | 'dummyProofs' | 'charge'>

/**
 * @throws ProofError when it cannot be judged
 */
export function holds(judge: Judge, proof: ZkCredentialProof): boolean {
  if (isDummy(judge, proof.backend)) {
    if (proof.proof.length === 0) throw new ProofError('invalidProof', 'the proof is empty')
    return true
  }
  if (proof.backend === 'Bulletproofs') {
    judge.charge(RANGE_FUEL)
    return verifyRange(proof.proof)
  }
  const { key, inputs } = statementOf(judge, proof)
  judge.charge(PAIRING_FUEL + INPUT_FUEL * inputsOfKey(key))
  return verifyGroth16(key, proof.proof, inputs)
}

/**
 * Whether all of them hold: Groth16 under one key, at once.
 * @throws ProofError when one cannot be judged, named by its place
 */
export function allHold(judge: Judge, proofs: readonly ZkCredentialProof[]): boolean {
  let first: string | undefined
  const statements = proofs.map((proof, i) => {
    try {
      const { key, inputs } = statementOf(judge, proof)
      first ??= toHex(key)
      if (toHex(key) !== first) {
        throw new ProofError('verificationFailed', 'its verifying key is another than that of the first')
      }
      return { key, inputs, proof: proof.proof }
    } catch (error) {
      throw error instanceof ProofError ? new ProofError(error.fault, `proof ${i}: ${error.detail}`) : error
    }
  })
  const { key } = statements[0]!
  judge.charge(BATCH_FUEL + (BATCHED_FUEL + INPUT_FUEL * inputsOfKey(key)) * proofs.length)
  return verifyGroth16Batch(key, statements)
}

/** @throws ProofError unsupportedBackend for one that is not of Groth16, and when nobody vouches for its key */
function statementOf(
  judge: Judge,
  proof: ZkCredentialProof,
): { readonly key: Uint8Array; readonly inputs: readonly bigint[] } {
  if (proof.backend !== 'Groth16') {
    throw new ProofError('unsupportedBackend', `${nameOf(proof.backend)} proofs are not verified here`)
  }
  if (proof.proof.length !== 128) {
    throw new ProofError('invalidProof', `a proof has 128 bytes, got ${proof.proof.length}`)
  }
  const inputs = inputsOf(proof.publicInputs ?? DEFAULT_INPUTS)
  judge.charge(SIGNATURE_FUEL)
  const key = keyFor(judge.tx, proof, judge.resolver)
  return { key, inputs }
}

/** @throws ProofError invalidProof */
export function inputsOf(json: JsonValue): readonly bigint[] {
  const wrong = () => new ProofError('invalidProof', 'public inputs are an array of whole numbers below 2^64')
  if (!isArray(json)) throw wrong()
  return json.map((value) => {
    if ((typeof value !== 'number' && typeof value !== 'bigint') || value < 0) throw wrong()
    return BigInt(value)
  })
}

export function isDummy({ dummyProofs }: Pick<Judge, 'dummyProofs'>, backend: ZkProofType): boolean {
  return dummyProofs && typeof backend === 'object' && backend.Other === 'dummy'
}

export function nameOf(backend: ZkProofType): string {
  return typeof backend === 'string' ? backend : JSON.stringify(backend.Other.slice(0, 60))
}
