/**
 * Proofs made on request. ICN's request says neither what is to be proved nor with which key, and is answered with random
 * bytes there; ours may bring both.
 */
import { sha256 } from '@noble/hashes/sha2.js'
import { utf8 } from '../common/bytes.ts'
import { RAW } from '../common/cid.ts'
import { cidOf } from '../common/cid-of.ts'
import { encodeJson } from '../common/codec.ts'
import { reputationOf } from '../reputation/reputation.ts'
import { complexityOf, reputationToProve } from '../zk/circuits.ts'
import { zkCost } from '../zk/cost.ts'
import { masksOf, proveGroth16 } from '../zk/groth16-prover.ts'
import { type ZkCredentialProof, zkCredentialProof } from '../zk/proof.ts'
import { ProofError } from '../zk/proof-error.ts'
import { witnessOf } from '../zk/r1cs.ts'
import { proveRange as rangeProof } from '../zk/range-prover.ts'
import type { HostContext } from './context.ts'
import { unreadable } from './errors.ts'
import { type ProofRequest, readRequest, type Witness } from './proof-json.ts'
import { inputsOf, isDummy, nameOf } from './proof-judge.ts'
import { judged, pay, requireMana } from './proof-payment.ts'

/** Fuel of making a proof of either kind. */
const GROTH16_FUEL = 36_000_000
const RANGE_FUEL = 64_000_000
const NONE = new Uint8Array(0)

/** `ZkCredentialProof` JSON; nothing is paid for a request that cannot be met. */
export function generateProof(context: HostContext, json: string): string {
  const request = unreadable('Invalid proof request: ', () => readRequest(json))
  const { claimType } = request.proof
  const cost = zkCost(complexityOf(claimType))
  requireMana(context, cost)
  const proof = judged(() => prove(context, request, json))
  pay(context, cost, claimType)
  return encodeJson(zkCredentialProof, proof)
}

/**
 * What is secret in a proof comes from its blinding: a run has no random numbers, and answers the same when it is made
 * again. A page's proof is never made again, so for a page they are drawn.
 * @param json the request as it came
 * @throws ProofError
 */
function prove(context: HostContext, request: ProofRequest, json: string): ZkCredentialProof {
  const { proof } = request
  if (isDummy(context, proof.backend)) {
    // Not random: a run answers the same when it is made again, and a dummy hides nothing.
    return { ...proof, proof: sha256(utf8(`icn dummy proof\n${json}`)) }
  }
  if (proof.backend === 'Bulletproofs') return proveRange(context, request)
  if (proof.backend === 'Groth16') return proveCircuit(context, request, json)
  throw new ProofError('unsupportedBackend', `${nameOf(proof.backend)} proofs are not generated here`)
}

function proveRange(context: HostContext, { proof, witness }: ProofRequest): ZkCredentialProof {
  const [value] = numbersOf(witness, ['value'])
  const entropy = entropyFor(context, witness)
  context.charge(RANGE_FUEL)
  return { ...proof, proof: rangeProof(value!, witness!.blinding, entropy) }
}

/** `vk_cid` names the key that the proof is checked with, as ICN's prover does (ref §8.3). */
function proveCircuit(
  context: HostContext,
  { proof, witness, provingKey }: ProofRequest,
  json: string,
): ZkCredentialProof {
  const { claimType, issuer, publicInputs } = proof
  if (provingKey === null) {
    throw new ProofError('invalidProof', 'a Groth16 proof needs the issuer\'s "proving_key" in its request')
  }
  const numbers = numbersOf(witness, witnessOf(claimType))
  const inputs = inputsOf(publicInputs ?? [])
  const [has, needs] = [reputationOf(context.tx, issuer), reputationToProve(claimType)]
  if (has < needs) {
    throw new ProofError(
      'insufficientReputation',
      `the issuer has ${has}, for this circuit ${needs} are needed`,
    )
  }
  const entropy = entropyFor(context, witness)
  context.charge(GROTH16_FUEL)
  const masks = masksOf(utf8(json), witness!.blinding ?? NONE, entropy)
  const made = proveGroth16(claimType, provingKey, inputs, numbers, masks)
  return { ...proof, proof: made.proof, vkCid: cidOf(RAW, made.verifyingKey) }
}

/** @throws ProofError invalidProof unless the witness has just these */
function numbersOf(witness: Witness | null, names: readonly string[]): readonly bigint[] {
  const given = witness?.numbers
  if (given === undefined || given.size !== names.length || !names.every((name) => given.has(name))) {
    const fields = [...names, 'blinding'].map((name) => JSON.stringify(name)).join(', ')
    throw new ProofError('invalidProof', `the request needs "witness": {${fields}}`)
  }
  return names.map((name) => given.get(name)!)
}

/** @throws ProofError invalidProof for a contract that gives no blinding */
function entropyFor({ module }: HostContext, witness: Witness | null): Uint8Array {
  if (module === null) return crypto.getRandomValues(new Uint8Array(32))
  if (witness?.blinding != null) return NONE
  throw new ProofError('invalidProof', 'a contract has no random numbers: "witness.blinding" must be given')
}
