/**
 * Encrypted key files as icn-node writes them (ref §3.8): AES-256-GCM under a key from PBKDF2-HMAC-SHA256 with 100,000
 * iterations. Two layouts: HEAD's carries a random salt, the seed era's has a constant one.
 */
import { concatBytes, expectBytes, KEY_BYTES, utf8 } from '../common/bytes.ts'
import { IcnError } from '../common/errors.ts'

const ITERATIONS = 100_000
const SALT_BYTES = 16
const NONCE_BYTES = 12
const TAG_BYTES = 16
const SEALED_BYTES = KEY_BYTES + TAG_BYTES
const SEED_ERA_SALT = utf8('icn-ed25519')

/** Randomness is a parameter for tests only. */
export interface KeyFileRandomness {
  /** 16 bytes. */
  readonly salt: Uint8Array
  /** 12 bytes. */
  readonly nonce: Uint8Array
}

/** HEAD's layout: salt(16) ‖ nonce(12) ‖ ciphertext and tag(48). @param secretKey 32 bytes */
export async function encryptKeyFile(
  secretKey: Uint8Array,
  passphrase: string,
  randomness: KeyFileRandomness = {
    salt: crypto.getRandomValues(new Uint8Array(SALT_BYTES)),
    nonce: crypto.getRandomValues(new Uint8Array(NONCE_BYTES)),
  },
): Promise<Uint8Array> {
  expectBytes(secretKey, 'Secret key', KEY_BYTES)
  const salt = expectBytes(randomness.salt, 'Salt', SALT_BYTES)
  const nonce = expectBytes(randomness.nonce, 'Nonce', NONCE_BYTES)
  const key = await deriveKey(passphrase, salt)
  const sealed = await crypto.subtle.encrypt(
    { name: 'AES-GCM', iv: nonce as BufferSource },
    key,
    secretKey as BufferSource,
  )
  return concatBytes(salt, nonce, new Uint8Array(sealed))
}

/**
 * Reads both layouts, told apart by length (76 and 60 bytes).
 * @returns the secret key, 32 bytes
 * @throws IcnError CryptoError on another length, a wrong passphrase or an altered file
 */
export async function decryptKeyFile(file: Uint8Array, passphrase: string): Promise<Uint8Array> {
  const seedEra = file.length === NONCE_BYTES + SEALED_BYTES
  if (!seedEra && file.length !== SALT_BYTES + NONCE_BYTES + SEALED_BYTES) {
    throw new IcnError('CryptoError', `An encrypted key file has 76 or 60 bytes, got ${file.length}.`, {
      data: { actual: file.length },
    })
  }
  const salt = seedEra ? SEED_ERA_SALT : file.subarray(0, SALT_BYTES)
  const rest = seedEra ? file : file.subarray(SALT_BYTES)
  const key = await deriveKey(passphrase, salt)
  try {
    const iv = rest.subarray(0, NONCE_BYTES) as BufferSource
    const sealed = rest.subarray(NONCE_BYTES) as BufferSource
    return new Uint8Array(await crypto.subtle.decrypt({ name: 'AES-GCM', iv }, key, sealed))
  } catch (cause) {
    throw new IcnError(
      'CryptoError',
      'The key file cannot be opened: wrong passphrase, or the file was altered.',
      {
        cause,
      },
    )
  }
}

async function deriveKey(passphrase: string, salt: Uint8Array): Promise<CryptoKey> {
  const material = await crypto.subtle.importKey('raw', utf8(passphrase) as BufferSource, 'PBKDF2', false, [
    'deriveKey',
  ])
  return crypto.subtle.deriveKey(
    { name: 'PBKDF2', hash: 'SHA-256', salt: salt as BufferSource, iterations: ITERATIONS },
    material,
    { name: 'AES-GCM', length: 256 },
    false,
    ['encrypt', 'decrypt'],
  )
}
