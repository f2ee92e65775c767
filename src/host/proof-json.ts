/** What callers of proof functions send besides proofs: requests for one, and keys to be registered. */
import { fromHex, U64_MAX } from '../common/bytes.ts'
import { Cid } from '../common/cid.ts'
import { mismatch } from '../common/codec.ts'
import { Did } from '../common/did.ts'
import { IcnError } from '../common/errors.ts'
import { isObject, type JsonObject, type JsonValue } from '../common/json.ts'
import { parseJson } from '../common/json-parse.ts'
import { circuitName } from '../zk/circuits.ts'
import type { ZkCredentialProof } from '../zk/proof.ts'

/** What is to be proved, and is not told by the proof. */
export interface Witness {
  /** u64 each, by name. */
  readonly numbers: ReadonlyMap<string, bigint>
  /** 32 bytes from which what hides them is made; null to have them drawn. */
  readonly blinding: Uint8Array | null
}

export interface ProofRequest {
  /** With everything but the bytes of the proof. */
  readonly proof: ZkCredentialProof
  /** An extension of ours, as is the key: ICN's requests have neither. */
  readonly witness: Witness | null
  readonly provingKey: Uint8Array | null
}

export interface KeyRegistration {
  readonly issuer: Did
  readonly circuit: string
  readonly key: Uint8Array
  readonly signature: Uint8Array
}

/** @throws IcnError Serialization or InvalidSpec */
export function readRequest(json: string): ProofRequest {
  const request = objectOf(parseJson(json, 'Proof request'), 'Proof request')
  const issuer = Did.parse(textAt(request, 'issuer'))
  const holder = Did.parse(textAt(request, 'holder'))
  const schema = Cid.parse(textAt(request, 'schema'))
  const backend = textAt(request, 'backend').toLowerCase()
  const proof: ZkCredentialProof = {
    issuer,
    holder,
    claimType: textAt(request, 'claim_type'),
    proof: new Uint8Array(0),
    schema,
    vkCid: null,
    disclosedFields: [],
    challenge: null,
    backend:
      backend === 'groth16' ? 'Groth16' : backend === 'bulletproofs' ? 'Bulletproofs' : { Other: backend },
    verificationKey: keyAt(request, 'verification_key'),
    publicInputs: request.public_inputs ?? null,
    verificationKeySignature: null,
  }
  const witness = readWitness(request.witness ?? null)
  return { proof, witness, provingKey: keyAt(request, 'proving_key') }
}

function readWitness(json: JsonValue): Witness | null {
  if (json === null) return null
  const { blinding = null, ...given } = objectOf(json, 'Proof request.witness')
  const numbers = new Map<string, bigint>()
  for (const [name, value] of Object.entries(given)) {
    const number = typeof value === 'number' || typeof value === 'bigint' ? BigInt(value) : -1n
    if (number < 0n || number > U64_MAX) throw secret(name.slice(0, 60), 'a whole number below 2^64')
    numbers.set(name, number)
  }
  if (blinding === null) return { numbers, blinding: null }
  if (typeof blinding !== 'string' || !/^(0x)*[0-9a-fA-F]{64}$/.test(blinding)) {
    throw secret('blinding', '64 hexadecimal digits')
  }
  return { numbers, blinding: hex(blinding, 'witness.blinding') }
}

/** @throws IcnError Serialization or InvalidSpec */
export function readKey(json: string): KeyRegistration {
  const object = objectOf(parseJson(json, 'Verifying key'), 'Verifying key')
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

function objectOf(json: JsonValue, what: string): JsonObject {
  if (isObject(json)) return json
  throw mismatch(what, 'an object', json)
}

function textAt(object: JsonObject, name: string): string {
  const value = object[name]
  if (typeof value === 'string') return value
  throw mismatch(name, 'a string', value)
}

/** Does not say what came. */
function secret(name: string, expected: string): IcnError {
  const path = `Proof request.witness.${name}`
  return new IcnError('Serialization', `${path}: expected ${expected}.`, { data: { path, expected } })
}

function keyAt(request: JsonObject, name: string): Uint8Array | null {
  const key = request[name] ?? null
  if (key === null) return null
  if (typeof key !== 'string') throw mismatch(`Proof request.${name}`, 'a string', key)
  return hex(key, name)
}

/** Any number of leading `0x` is taken off, as upstream does. */
function hex(text: string, title: string): Uint8Array {
  return fromHex(text.replace(/^(0x)+/, ''), title)
}
