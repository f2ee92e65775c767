/** Signers: who signs receipts, blocks and messages. WebCrypto and noble give the same bytes for the same key. */
import { getPublicKey, hashes, sign } from '@noble/ed25519'
import { sha512 } from '@noble/hashes/sha2.js'
import { expectBytes, KEY_BYTES } from '../common/bytes.ts'
import type { Did } from '../common/did.ts'
import { didKey } from '../common/did-key.ts'
import { checkSignable } from './signing-limit.ts'

export interface Signer {
  /** `did:key` of the public key, in the proper base58btc form (ref §14 row 37). */
  readonly did: Did
  /** 32 bytes. */
  readonly publicKey: Uint8Array
  /** 64 bytes. @throws IcnError CryptoError on an empty message or one above 1 MiB. */
  sign(payload: Uint8Array): Promise<Uint8Array>
}

/** The public key of a seed, 32 bytes. */
export function publicKeyOfSeed(seed: Uint8Array): Uint8Array {
  expectBytes(seed, 'Seed', KEY_BYTES)
  hashes.sha512 = sha512
  return getPublicKey(seed)
}

/** RFC 8032 signature by a 32-byte seed. @throws IcnError CryptoError on an empty or oversized message. */
export function signWithSeed(seed: Uint8Array, message: Uint8Array): Uint8Array {
  checkSignable(message)
  hashes.sha512 = sha512
  return sign(message, seed)
}

/** Signs with a seed of 32 bytes held in memory: for fixed test identities and where WebCrypto has no Ed25519. */
export function nobleSigner(seed: Uint8Array): Signer {
  const secret = expectBytes(seed, 'Seed', KEY_BYTES).slice()
  const publicKey = publicKeyOfSeed(secret)
  return { did: didKey(publicKey), publicKey, sign: async (payload) => signWithSeed(secret, payload) }
}
