/**
 * Zero-knowledge proofs (ref §1.4, §8). A proof is paid by the complexity of its circuit and only when it holds: what is
 * false or cannot be judged costs no mana, but reputation. Their mathematics is loaded before a run that could need it.
 */
import { sha256 } from '@noble/hashes/sha2.js'
import { utf8 } from '../common/bytes.ts'
import { RAW } from '../common/cid.ts'
import { cidOf } from '../common/cid-of.ts'
import { decodeJson, encodeJson } from '../common/codec.ts'
import type { Did } from '../common/did.ts'
import { IcnError } from '../common/errors.ts'
import { isArray, type JsonValue } from '../common/json.ts'
import { balanceOf, spendMana } from '../economics/ledger.ts'
import { verifyStrict } from '../identity/ed25519.ts'
import { recordProofAttempt } from '../reputation/reputation.ts'
import { circuitName, complexityOf } from '../zk/circuits.ts'
import { zkCost } from '../zk/cost.ts'
import { keyFor, registeredKey, registrationSignable, storeKey } from '../zk/keys.ts'
import {
  asCredentialProof,
  type ZkCredentialProof,
  type ZkProofType,
  zkCredentialProof,
  zkRevocationProof,
} from '../zk/proof.ts'
import { ProofError } from '../zk/proof-error.ts'
import type { HostContext, HostFunction } from './context.ts'
import { refusal, unreadable } from './errors.ts'
import { provers, verifiers } from './proof-code.ts'
import { readKey, readRequest, type Witness } from './proof-json.ts'
import { payAndStore } from './storing.ts'

/** Fuel of the pairing check, and of each public input's multiplication and key point. */
const PAIRING_FUEL = 16_000_000
const INPUT_FUEL = 200_000
/** Fuel of checking a range proof, and of making one. */
const RANGE_FUEL = 12_000_000
const RANGE_PROVING_FUEL = 64_000_000
/** Fuel of an issuer's signature over a key. */
const SIGNATURE_FUEL = 600_000
/** Public inputs a verifier takes when a proof brings none (ref §8.2). */
const DEFAULT_INPUTS: JsonValue = [2020]
const NO_ENTROPY = new Uint8Array(32)

/** What judging a proof needs of a run. */
export type Judge = Pick<HostContext, 'tx' | 'resolver' | 'dummyProofs' | 'charge'>

export const proofFunctions = {
  host_verify_zk_proof: (context: HostContext, json: string): boolean =>
    attempt(
      context,
      unreadable('Invalid ZkCredentialProof JSON: ', () => decodeJson(zkCredentialProof, json, 'proof')),
    ),

  host_verify_zk_revocation_proof: (context: HostContext, json: string): boolean =>
    attempt(
      context,
      asCredentialProof(
        unreadable('Invalid ZkRevocationProof JSON: ', () => decodeJson(zkRevocationProof, json, 'proof')),
      ),
    ),

  /** `ZkCredentialProof` JSON: a range proof of the witness, or a dummy; Groth16 needs the issuer's proving key. */
  host_generate_zk_proof(context: HostContext, json: string): string {
    const { proof, witness } = unreadable('Invalid proof request: ', () => readRequest(json))
    const cost = zkCost(complexityOf(proof.claimType))
    requireMana(context, cost)
    const bytes = isDummy(context, proof.backend)
      ? // Not random: a run answers the same when it is made again, and a dummy hides nothing.
        sha256(utf8(`icn dummy proof\n${json}`))
      : judged(() => prove(context, proof.backend, witness))
    pay(context, cost, proof.claimType)
    return encodeJson(zkCredentialProof, { ...proof, proof: bytes })
  },

  /** Makes a verifying key of an issuer known for a circuit; anyone may, with the issuer's signature. */
  host_register_zk_key(context: HostContext, json: string): string {
    const { issuer, circuit, key, signature } = unreadable('Invalid verifying key JSON: ', () =>
      readKey(json),
    )
    const name = circuitName(circuit)
    if (!verifyStrict(publicKeyOf(context, issuer), registrationSignable(name, key), signature)) {
      throw refusal('PermissionDenied', `The registration is not signed by its issuer ${issuer}.`, {
        issuer: issuer.toString(),
        circuit: name,
      })
    }
    judged(() => verifiers().inputsOfKey(key))
    const cid = cidOf(RAW, key).toString()
    if (registeredKey(context.tx, cid, issuer)?.circuit === name) return cid
    const row = { issuer: issuer.toString(), circuit: name, key }
    payAndStore(context, key.length, `zk key ${cid}`, () => storeKey(context.tx, row))
    return cid
  },
} satisfies Record<string, HostFunction>

/** @returns false for a proof that does not hold; for one that cannot be judged `lastError` says why */
function attempt(context: HostContext, proof: ZkCredentialProof): boolean {
  const { tx, identity } = context
  const cost = zkCost(complexity(context, proof))
  requireMana(context, cost)
  let valid: boolean
  try {
    valid = verify(context, proof)
  } catch (error) {
    if (!(error instanceof ProofError)) throw error
    recordProofAttempt(tx, identity, false)
    // The reputation it cost stays, so it is told and not thrown.
    context.lastError = fault(error)
    return false
  }
  if (valid) pay(context, cost, proof.claimType)
  recordProofAttempt(tx, identity, valid)
  return valid
}

/**
 * Whether a proof holds, without mana and reputation.
 * @throws ProofError when it cannot be judged
 */
export function verify(context: Judge, proof: ZkCredentialProof): boolean {
  if (isDummy(context, proof.backend)) {
    if (proof.proof.length === 0) throw new ProofError('invalidProof', 'the proof is empty')
    return true
  }
  if (proof.backend === 'Bulletproofs') {
    context.charge(RANGE_FUEL)
    return verifiers().verifyRange(proof.proof)
  }
  if (proof.backend !== 'Groth16') {
    throw new ProofError('unsupportedBackend', `${nameOf(proof.backend)} proofs are not verified here`)
  }
  if (proof.proof.length !== 128) {
    throw new ProofError('invalidProof', `a proof has 128 bytes, got ${proof.proof.length}`)
  }
  const inputs = inputsOf(proof.publicInputs ?? DEFAULT_INPUTS)
  context.charge(SIGNATURE_FUEL)
  const key = keyFor(context.tx, proof, context.resolver)
  context.charge(PAIRING_FUEL + INPUT_FUEL * verifiers().inputsOfKey(key))
  return verifiers().verifyGroth16(key, proof.proof, inputs)
}

/**
 * What is secret in a proof comes from its blinding: a run has no random numbers, and answers the same when it is made
 * again. A page's proof is never made again, so for a page they are drawn.
 */
function prove(context: HostContext, backend: ZkProofType, witness: Witness | null): Uint8Array {
  if (backend !== 'Bulletproofs') {
    throw new ProofError('unsupportedBackend', `${nameOf(backend)} proofs are not generated here`)
  }
  if (witness === null) {
    throw new ProofError(
      'invalidProof',
      'a range proof needs "witness": {"value", "blinding"} in its request',
    )
  }
  const isPage = context.module === null
  if (witness.blinding === null && !isPage) {
    throw new ProofError('invalidProof', 'a contract has no random numbers: "witness.blinding" must be given')
  }
  context.charge(RANGE_PROVING_FUEL)
  const entropy = isPage ? crypto.getRandomValues(new Uint8Array(32)) : NO_ENTROPY
  return provers().proveRange(witness.value, witness.blinding, entropy)
}

function inputsOf(json: JsonValue): readonly bigint[] {
  const wrong = () => new ProofError('invalidProof', 'public inputs are an array of whole numbers below 2^64')
  if (!isArray(json)) throw wrong()
  return json.map((value) => {
    if ((typeof value !== 'number' && typeof value !== 'bigint') || value < 0) throw wrong()
    return BigInt(value)
  })
}

/** Of the circuit a registered key stands for, else of the claim (decision 11). */
function complexity(
  { tx }: HostContext,
  { vkCid, verificationKey, issuer, claimType }: ZkCredentialProof,
): bigint {
  const cid = vkCid ?? (verificationKey === null ? null : cidOf(RAW, verificationKey))
  const registered = cid === null ? undefined : registeredKey(tx, cid.toString(), issuer)
  return complexityOf(registered?.circuit ?? claimType)
}

function isDummy({ dummyProofs }: Pick<Judge, 'dummyProofs'>, backend: ZkProofType): boolean {
  return dummyProofs && typeof backend === 'object' && backend.Other === 'dummy'
}

function nameOf(backend: ZkProofType): string {
  return typeof backend === 'string' ? backend : JSON.stringify(backend.Other.slice(0, 60))
}

/** Charges nothing: what fails later is then not to be given back. @throws IcnError Economic */
function requireMana(context: HostContext, cost: bigint): void {
  if (balanceOf(context.tx, context.identity) < cost) pay(context, cost, 'zk')
}

function pay({ tx, identity, now }: HostContext, cost: bigint, claim: string): void {
  spendMana(tx, identity, cost, { cause: 'zk', reference: claim.slice(0, 100), at: now })
}

/** A proof's fault becomes a refusal. */
function judged<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw error instanceof ProofError ? fault(error) : error
  }
}

function fault(error: ProofError): IcnError {
  return refusal('InvalidParameters', error.message, { reason: error.fault }, error)
}

function publicKeyOf(context: HostContext, did: Did): Uint8Array {
  try {
    return context.resolver.resolve(did)
  } catch (cause) {
    if (!IcnError.is(cause)) throw cause
    throw refusal('InvalidParameters', `The issuer cannot be resolved. ${cause.message}`, cause.data, cause)
  }
}
