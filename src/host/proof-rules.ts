/**
 * Proofs that are verified (ref §1.4, §8), and the keys they are verified with. A proof is paid by the complexity of its
 * circuit and only when it holds: what is false or cannot be judged costs no mana, but reputation.
 */
import { RAW } from '../common/cid.ts'
import { cidOf } from '../common/cid-of.ts'
import { decodeJson, mismatch } from '../common/codec.ts'
import type { Did } from '../common/did.ts'
import { IcnError } from '../common/errors.ts'
import { isArray } from '../common/json.ts'
import { parseJson } from '../common/json-parse.ts'
import { verifyStrict } from '../identity/ed25519.ts'
import { recordProofAttempt } from '../reputation/reputation.ts'
import { circuitName, complexityOf } from '../zk/circuits.ts'
import { zkCost } from '../zk/cost.ts'
import { inputsOfKey } from '../zk/groth16.ts'
import { registeredKey, registrationSignable, storeKey } from '../zk/keys.ts'
import {
  asCredentialProof,
  type ZkCredentialProof,
  zkCredentialProof,
  zkRevocationProof,
} from '../zk/proof.ts'
import { ProofError } from '../zk/proof-error.ts'
import type { HostContext } from './context.ts'
import { refusal, unreadable } from './errors.ts'
import { readKey } from './proof-json.ts'
import { allHold, holds } from './proof-judge.ts'
import { fault, judged, pay, requireMana } from './proof-payment.ts'
import { payAndStore } from './storing.ts'

/** Most proofs checked at once. */
const MOST_AT_ONCE = 16

export function verifyProof(context: HostContext, json: string): boolean {
  return attemptOne(
    context,
    unreadable('Invalid ZkCredentialProof JSON: ', () => decodeJson(zkCredentialProof, json, 'proof')),
  )
}

export function verifyRevocation(context: HostContext, json: string): boolean {
  return attemptOne(
    context,
    asCredentialProof(
      unreadable('Invalid ZkRevocationProof JSON: ', () => decodeJson(zkRevocationProof, json, 'proof')),
    ),
  )
}

/** Groth16 proofs under one key: true when all hold, and then paid as each would be. */
export function verifyProofs(context: HostContext, json: string): boolean {
  const proofs = unreadable('Invalid ZkCredentialProof JSON: ', () => readProofs(json))
  const cost = proofs.reduce((sum, proof) => sum + costOf(context, proof), 0n)
  return attempt(context, cost, `${proofs.length} proofs`, () => allHold(context, proofs))
}

/** Makes a verifying key of an issuer known for a circuit; anyone may, with the issuer's signature. */
export function registerKey(context: HostContext, json: string): string {
  const { issuer, circuit, key, signature } = unreadable('Invalid verifying key JSON: ', () => readKey(json))
  const name = circuitName(circuit)
  if (!verifyStrict(publicKeyOf(context, issuer), registrationSignable(name, key), signature)) {
    throw refusal('PermissionDenied', `The registration is not signed by its issuer ${issuer}.`, {
      issuer: issuer.toString(),
      circuit: name,
    })
  }
  judged(() => inputsOfKey(key))
  const cid = cidOf(RAW, key).toString()
  if (registeredKey(context.tx, cid, issuer)?.circuit === name) return cid
  const row = { issuer: issuer.toString(), circuit: name, key }
  payAndStore(context, key.length, `zk key ${cid}`, () => storeKey(context.tx, row))
  return cid
}

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
