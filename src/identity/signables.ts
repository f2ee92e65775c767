/** Other signed records of icn-common and icn-identity (ref §2.11, §3.3): transaction, DID document, credential claim. */
import { concatBytes, u64le, utf8 } from '../common/bytes.ts'
import { bytes, type Codec, string, u64 } from '../common/codec.ts'
import { did, signatureBytes } from '../common/codecs.ts'
import type { Did } from '../common/did.ts'
import { option, struct } from '../common/shapes.ts'

/** icn-common's `Transaction`; named apart from the store's. */
export interface SignedTransaction {
  readonly id: string
  readonly timestamp: bigint
  readonly senderDid: Did
  readonly recipientDid: Did | null
  readonly payloadType: string
  readonly payload: Uint8Array
  readonly nonce: bigint
  readonly manaLimit: bigint
  readonly manaPrice: bigint
  readonly signature: Uint8Array | null
}

export const signedTransaction: Codec<SignedTransaction> = struct<SignedTransaction>('Transaction', {
  id: string,
  timestamp: u64,
  senderDid: did,
  recipientDid: option(did),
  payloadType: string,
  payload: bytes,
  nonce: u64,
  manaLimit: u64,
  manaPrice: u64,
  signature: option(signatureBytes),
})

export function transactionSignable(transaction: Omit<SignedTransaction, 'signature'>): Uint8Array {
  return concatBytes(
    utf8(transaction.id),
    u64le(transaction.timestamp),
    utf8(transaction.senderDid.toString()),
    utf8(transaction.recipientDid?.toString() ?? ''),
    utf8(transaction.payloadType),
    transaction.payload,
    u64le(transaction.nonce),
    u64le(transaction.manaLimit),
    u64le(transaction.manaPrice),
  )
}

export interface DidDocument {
  readonly id: Did
  readonly publicKey: Uint8Array
}

export const didDocument: Codec<DidDocument> = struct<DidDocument>('DidDocument', {
  id: did,
  publicKey: bytes,
})

export function didDocumentSignable(document: DidDocument): Uint8Array {
  return concatBytes(utf8(document.id.toString()), document.publicKey)
}

/** One claim of a credential, as its issuer signs it. */
export interface CredentialClaim {
  readonly issuer: Did
  readonly holder: Did
  readonly key: string
  readonly value: string
  /** Seconds since the epoch. */
  readonly expiresAt: bigint | null
}

export function credentialClaimSignable(claim: CredentialClaim): Uint8Array {
  return concatBytes(
    utf8(claim.issuer.toString()),
    utf8(claim.holder.toString()),
    utf8(claim.key),
    utf8(claim.value),
    claim.expiresAt === null ? new Uint8Array(0) : u64le(claim.expiresAt),
  )
}
