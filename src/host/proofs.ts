/**
 * Zero-knowledge proofs (ref §1.4, §8). A proof is paid by the complexity of its circuit and only when it holds: what is
 * false or cannot be judged costs no mana, but reputation. Their mathematics is loaded before a run that could need it.
 */
import { RAW } from '../common/cid.ts'
import { cidOf } from '../common/cid-of.ts'
import { decodeJson, encodeJson, mismatch } from '../common/codec.ts'
import type { Did } from '../common/did.ts'
import { IcnError } from '../common/errors.ts'
import { isArray } from '../common/json.ts'
import { parseJson } from '../common/json-parse.ts'
import { balanceOf, spendMana } from '../economics/ledger.ts'
import { verifyStrict } from '../identity/ed25519.ts'
import { recordProofAttempt } from '../reputation/reputation.ts'
import { circuitName, complexityOf } from '../zk/circuits.ts'
import { zkCost } from '../zk/cost.ts'
import { registeredKey, registrationSignable, storeKey } from '../zk/keys.ts'
import {
  asCredentialProof,
  type ZkCredentialProof,
  zkCredentialProof,
  zkRevocationProof,
} from '../zk/proof.ts'
import { ProofError } from '../zk/proof-error.ts'
import type { HostContext, HostFunction } from './context.ts'
import { refusal, unreadable } from './errors.ts'
import { verifiers } from './proof-code.ts'
import { readKey, readRequest } from './proof-json.ts'
import { allHold, holds } from './proof-judge.ts'
import { prove } from './proof-making.ts'
import { payAndStore } from './storing.ts'

/** Most proofs checked at once. */
const MOST_AT_ONCE = 16

export const proofFunctions = {
  host_verify_zk_proof: (context: HostContext, json: string): boolean =>
    attemptOne(
      context,
      unreadable('Invalid ZkCredentialProof JSON: ', () => decodeJson(zkCredentialProof, json, 'proof')),
    ),

  host_verify_zk_revocation_proof: (context: HostContext, json: string): boolean =>
    attemptOne(
      context,
      asCredentialProof(
        unreadable('Invalid ZkRevocationProof JSON: ', () => decodeJson(zkRevocationProof, json, 'proof')),
      ),
    ),

  /** Groth16 proofs under one key: true when all hold, and then paid as each would be. */
  host_verify_zk_proofs(context: HostContext, json: string): boolean {
    const proofs = unreadable('Invalid ZkCredentialProof JSON: ', () => readProofs(json))
    const cost = proofs.reduce((sum, proof) => sum + costOf(context, proof), 0n)
    return attempt(context, cost, `${proofs.length} proofs`, () => allHold(context, proofs))
  },

  /** `ZkCredentialProof` JSON; nothing is paid for a request that cannot be met. */
  host_generate_zk_proof(context: HostContext, json: string): string {
    const request = unreadable('Invalid proof request: ', () => readRequest(json))
    const { claimType } = request.proof
    const cost = zkCost(complexityOf(claimType))
    requireMana(context, cost)
    const proof = judged(() => prove(context, request, json))
    pay(context, cost, claimType)
    return encodeJson(zkCredentialProof, proof)
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

function attemptOne(context: HostContext, proof: ZkCredentialProof): boolean {
  return attempt(context, costOf(context, proof), proof.claimType, () => holds(context, proof))
}

/** @returns false for what does not hold; for what cannot be judged `lastError` says why */
function attempt(context: HostContext, cost: bigint, claim: string, judge: () => boolean): boolean {
  const { tx, identity } = context
  requireMana(context, cost)
  let valid: boolean
  try {
    valid = judge()
  } catch (error) {
    if (!(error instanceof ProofError)) throw error
    recordProofAttempt(tx, identity, false)
    // The reputation it cost stays, so it is told and not thrown.
    context.lastError = fault(error)
    return false
  }
  if (valid) pay(context, cost, claim)
  recordProofAttempt(tx, identity, valid)
  return valid
}

/** Of the circuit a registered key stands for, else of the claim (decision 11). */
function costOf(
  { tx }: HostContext,
  { vkCid, verificationKey, issuer, claimType }: ZkCredentialProof,
): bigint {
  const cid = vkCid ?? (verificationKey === null ? null : cidOf(RAW, verificationKey))
  const registered = cid === null ? undefined : registeredKey(tx, cid.toString(), issuer)
  return zkCost(complexityOf(registered?.circuit ?? claimType))
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

/** @throws IcnError Serialization */
function readProofs(json: string): readonly ZkCredentialProof[] {
  const list = parseJson(json, 'proofs')
  if (!isArray(list) || list.length === 0 || list.length > MOST_AT_ONCE) {
    throw mismatch('proofs', `an array of 1 to ${MOST_AT_ONCE} proofs`, list)
  }
  return list.map((item, i) => zkCredentialProof.decode(item, `proofs[${i}]`))
}
