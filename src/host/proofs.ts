/**
 * Zero-knowledge proofs (ref §1.4, §8). A proof is paid by the complexity of its circuit and only when it holds: what is
 * false or cannot be judged costs no mana, but reputation. The pairing is loaded before a run that could need it begins.
 */
import { sha256 } from '@noble/hashes/sha2.js'
import { fromHex, utf8 } from '../common/bytes.ts'
import { Cid, RAW } from '../common/cid.ts'
import { cidOf } from '../common/cid-of.ts'
import { decodeJson, encodeJson, mismatch } from '../common/codec.ts'
import { Did } from '../common/did.ts'
import { IcnError } from '../common/errors.ts'
import { isArray, isObject, type JsonObject, type JsonValue } from '../common/json.ts'
import { parseJson } from '../common/json-parse.ts'
import { late } from '../common/late.ts'
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
import { payAndStore } from './storing.ts'

/** Fuel of the pairing check, and of each public input's multiplication and key point. */
const PAIRING_FUEL = 16_000_000
const INPUT_FUEL = 200_000
/** Fuel of an issuer's signature over a key. */
const SIGNATURE_FUEL = 600_000
/** Public inputs a verifier takes when a proof brings none (ref §8.2). */
const DEFAULT_INPUTS: JsonValue = [2020]

type Groth16 = typeof import('../zk/groth16.ts')
let groth16: Groth16 | undefined

/** To be awaited before a transaction in which proofs are verified. @throws IcnError ProcessingFailure (codeUnavailable) */
export const loadProofs = late('The code that verifies proofs', async () => {
  groth16 = await import('../zk/groth16.ts')
})

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

  /** `ZkCredentialProof` JSON of the dummy backend; the others need a witness, which a request does not carry. */
  host_generate_zk_proof(context: HostContext, json: string): string {
    const request = unreadable('Invalid proof request: ', () => readRequest(json))
    const cost = zkCost(complexityOf(request.claimType))
    requireMana(context, cost)
    if (!isDummy(context, request.backend)) {
      throw fault(
        new ProofError('unsupportedBackend', `${nameOf(request.backend)} proofs are not generated here`),
      )
    }
    pay(context, cost, request.claimType)
    // Not random: a run answers the same when it is made again, and a dummy hides nothing.
    const proof = sha256(utf8(`icn dummy proof\n${json}`))
    return encodeJson(zkCredentialProof, { ...request, proof })
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
    try {
      groth16!.inputsOfKey(key)
    } catch (error) {
      throw error instanceof ProofError ? fault(error) : error
    }
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

function verify(context: HostContext, proof: ZkCredentialProof): boolean {
  if (isDummy(context, proof.backend)) {
    if (proof.proof.length === 0) throw new ProofError('invalidProof', 'the proof is empty')
    return true
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
  context.charge(PAIRING_FUEL + INPUT_FUEL * groth16!.inputsOfKey(key))
  return groth16!.verifyGroth16(key, proof.proof, inputs)
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

function isDummy({ dummyProofs }: HostContext, backend: ZkProofType): boolean {
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

function readRequest(json: string): ZkCredentialProof {
  const request = objectOf(json, 'Proof request')
  const backend = textAt(request, 'backend').toLowerCase()
  const key = request.verification_key ?? null
  if (key !== null && typeof key !== 'string')
    throw mismatch('Proof request.verification_key', 'a string', key)
  return {
    issuer: Did.parse(textAt(request, 'issuer')),
    holder: Did.parse(textAt(request, 'holder')),
    claimType: textAt(request, 'claim_type'),
    proof: new Uint8Array(0),
    schema: Cid.parse(textAt(request, 'schema')),
    vkCid: null,
    disclosedFields: [],
    challenge: null,
    backend:
      backend === 'groth16' ? 'Groth16' : backend === 'bulletproofs' ? 'Bulletproofs' : { Other: backend },
    verificationKey: key === null ? null : hex(key, 'verification_key'),
    publicInputs: request.public_inputs ?? null,
    verificationKeySignature: null,
  }
}

function readKey(json: string): { issuer: Did; circuit: string; key: Uint8Array; signature: Uint8Array } {
  const object = objectOf(json, 'Verifying key')
  const circuit = textAt(object, 'circuit')
  if (circuit.length > 100 || circuitName(circuit) === '') {
    throw mismatch('Verifying key.circuit', 'a name of at most 100 characters', circuit)
  }
  return {
    issuer: Did.parse(textAt(object, 'issuer')),
    circuit,
    key: hex(textAt(object, 'verification_key'), 'verification_key'),
    signature: hex(textAt(object, 'signature'), 'signature'),
  }
}

function objectOf(text: string, what: string): JsonObject {
  const json = parseJson(text, what)
  if (isObject(json)) return json
  throw mismatch(what, 'an object', json)
}

function textAt(object: JsonObject, name: string): string {
  const value = object[name]
  if (typeof value === 'string') return value
  throw mismatch(name, 'a string', value)
}

/** Any number of leading `0x` is taken off, as upstream does. */
function hex(text: string, title: string): Uint8Array {
  return fromHex(text.replace(/^(0x)+/, ''), title)
}
