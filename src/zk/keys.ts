/**
 * Whose word a verifying key is (ref §8.3, §14 row 15): its issuer's, by a signature carried with the proof, by a key
 * registered before, or by a block that the issuer signed. What a node's own files say does not count.
 */
import { concatBytes, utf8 } from '../common/bytes.ts'
import { type Cid, RAW } from '../common/cid.ts'
import { cidOf } from '../common/cid-of.ts'
import type { Did } from '../common/did.ts'
import { IcnError } from '../common/errors.ts'
import { getBlock } from '../dag/blocks.ts'
import { verifyStrict } from '../identity/ed25519.ts'
import { verifyBlockSignature } from '../identity/receipt-block.ts'
import type { DidResolver } from '../identity/resolver.ts'
import { type Table, type Transaction, table } from '../storage/types.ts'
import { circuitName } from './circuits.ts'
import type { ZkCredentialProof } from './proof.ts'
import { ProofError } from './proof-error.ts'

export interface ZkKeyRow {
  readonly issuer: string
  /** As `circuitName` writes it. */
  readonly circuit: string
  readonly key: Uint8Array
}

/** By plain CID of the key's bytes and issuer: `CID U+0000 DID`. */
export const ZK_KEYS: Table<ZkKeyRow> = table('zkKeys')
/** By `DID U+0000 circuit`: plain CID of the key registered last. */
export const ZK_CIRCUITS: Table<string> = table('zkCircuits')

/** What an issuer signs to register a key: the circuit is covered, so that the key answers for no other. */
export function registrationSignable(circuit: string, key: Uint8Array): Uint8Array {
  return concatBytes(utf8(`icn zk verifying key\n${circuitName(circuit)}\n`), key)
}

/** Writes only; the signature was checked. @returns the plain CID of the key */
export function storeKey(tx: Transaction, row: ZkKeyRow): string {
  const cid = cidOf(RAW, row.key).toString()
  tx.put(ZK_KEYS, keyOf(cid, row.issuer), row)
  tx.put(ZK_CIRCUITS, `${row.issuer}\u0000${row.circuit}`, cid)
  return cid
}

/** The registered key of that CID by that issuer. */
export function registeredKey(tx: Transaction, cid: string, issuer: Did): ZkKeyRow | undefined {
  return tx.get(ZK_KEYS, keyOf(cid, issuer.toString()))
}

/** @throws ProofError verificationFailed when there is no key its issuer vouches for */
export function keyFor(tx: Transaction, proof: ZkCredentialProof, resolver: DidResolver): Uint8Array {
  const { issuer, verificationKey, verificationKeySignature, vkCid } = proof
  if (verificationKey !== null) {
    const registered = registeredKey(tx, cidOf(RAW, verificationKey).toString(), issuer)
    if (registered !== undefined) return registered.key
    if (signs(issuer, verificationKey, verificationKeySignature, resolver)) return verificationKey
    throw new ProofError('verificationFailed', `the verifying key is not signed by its issuer ${issuer}`)
  }
  if (vkCid !== null) {
    const registered = registeredKey(tx, vkCid.toString(), issuer)
    return registered?.key ?? keyFromBlock(tx, vkCid, issuer, resolver)
  }
  const circuit = circuitName(proof.claimType)
  const cid = tx.get(ZK_CIRCUITS, `${issuer}\u0000${circuit}`)
  const registered = cid === undefined ? undefined : registeredKey(tx, cid, issuer)
  if (registered !== undefined) return registered.key
  throw new ProofError(
    'verificationFailed',
    `the proof names no verifying key, and none of ${issuer} is registered for its claim`,
  )
}

function keyFromBlock(tx: Transaction, cid: Cid, issuer: Did, resolver: DidResolver): Uint8Array {
  const block = getBlock(tx, cid)
  if (block === undefined) {
    throw new ProofError(
      'verificationFailed',
      `the verifying key ${cid} is neither registered nor in the DAG`,
    )
  }
  if (!block.authorDid.equals(issuer)) {
    throw new ProofError(
      'verificationFailed',
      `the verifying key ${cid} is by ${block.authorDid}, not by ${issuer}`,
    )
  }
  try {
    verifyBlockSignature(block, resolver)
  } catch (error) {
    if (!IcnError.is(error)) throw error
    throw new ProofError(
      'verificationFailed',
      `the block of the verifying key ${cid} is not signed by its issuer`,
    )
  }
  return block.data
}

function signs(
  issuer: Did,
  message: Uint8Array,
  signature: Uint8Array | null,
  resolver: DidResolver,
): boolean {
  if (signature === null) return false
  try {
    return verifyStrict(resolver.resolve(issuer), message, signature)
  } catch (error) {
    if (!IcnError.is(error)) throw error
    return false
  }
}

function keyOf(cid: string, issuer: string): string {
  return `${cid}\u0000${issuer}`
}
