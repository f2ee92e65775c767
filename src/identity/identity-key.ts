/**
 * The node's own key: made once, kept by whoever holds it (IndexedDB stores a CryptoKey whole), opened as a signer. The
 * private half is a non-extractable CryptoKey; only where the platform has no Ed25519 is it a seed.
 */
import { expectBytes, KEY_BYTES } from '../common/bytes.ts'
import { IcnError } from '../common/errors.ts'
import type { KeyHolder } from '../storage/types.ts'
import { nobleSigner, publicKeyOfSeed, type Signer } from './signer.ts'
import { webCryptoSigner } from './webcrypto-signer.ts'

/** What is stored: survives structured clone, and so IndexedDB, as it is. */
export type IdentityKey =
  | { readonly kind: 'webcrypto'; readonly publicKey: Uint8Array; readonly privateKey: CryptoKey }
  | { readonly kind: 'seed'; readonly publicKey: Uint8Array; readonly seed: Uint8Array }

/** The stored identity, made first when there is none; two tabs that open at once end with one. */
export async function openIdentity(holder: KeyHolder, name = 'identity'): Promise<Signer> {
  const stored = (await holder.get(name)) ?? (await holder.put(name, await generateIdentityKey()))
  return signerOf(stored as IdentityKey)
}

/** @throws IcnError CryptoError when what was stored is not a key. */
export async function signerOf(key: IdentityKey): Promise<Signer> {
  if (key.kind === 'webcrypto') return webCryptoSigner(key.privateKey, key.publicKey)
  if (key.kind === 'seed') return nobleSigner(key.seed)
  throw new IcnError('CryptoError', 'The stored identity key has an unknown form.', {
    data: { kind: String((key as { kind?: unknown }).kind) },
  })
}

/** A new non-extractable Ed25519 key; a random seed where WebCrypto has no Ed25519. */
export async function generateIdentityKey(): Promise<IdentityKey> {
  let pair: CryptoKeyPair
  try {
    pair = (await crypto.subtle.generateKey('Ed25519', false, ['sign', 'verify'])) as CryptoKeyPair
  } catch {
    return identityKeyOfSeed(crypto.getRandomValues(new Uint8Array(KEY_BYTES)))
  }
  const publicKey = new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey))
  return { kind: 'webcrypto', publicKey, privateKey: pair.privateKey }
}

/** @param seed 32 bytes */
export async function identityKeyOfSeed(seed: Uint8Array): Promise<IdentityKey> {
  expectBytes(seed, 'Seed', KEY_BYTES)
  return { kind: 'seed', publicKey: publicKeyOfSeed(seed), seed: seed.slice() }
}
