/** From a DID to the key its signatures are checked with (ref §3.4). */
import { toHex } from '../common/bytes.ts'
import type { Did } from '../common/did.ts'
import { publicKeyOf } from '../common/did-key.ts'
import { IcnError } from '../common/errors.ts'
import { verifyStrict } from './ed25519.ts'

export interface DidResolver {
  /** The Ed25519 public key, 32 bytes. @throws IcnError InvalidSpec when the DID is malformed or unknown. */
  resolve(did: Did): Uint8Array
}

/** Resolves the DIDs that carry their key: did:key and did:peer:0. */
export class KeyDidResolver implements DidResolver {
  resolve(did: Did): Uint8Array {
    return publicKeyOf(did)
  }
}

/** Resolves DIDs registered beforehand (did:web and the like), everything else through `next`. */
export class RegistryDidResolver implements DidResolver {
  readonly #keys = new Map<string, Uint8Array>()
  readonly #next: DidResolver

  constructor(next: DidResolver = new KeyDidResolver()) {
    this.#next = next
  }

  /** Registers a key, or replaces it: a rotation. */
  register(did: Did, publicKey: Uint8Array): void {
    this.#keys.set(did.toString(), publicKey.slice())
  }

  resolve(did: Did): Uint8Array {
    return this.#keys.get(did.toString()) ?? this.#next.resolve(did)
  }
}

/**
 * The one check of a signature by a DID.
 * @param what the name errors carry, for instance `Receipt`
 * @throws IcnError SignatureError with `data.reason`: `unsigned`, `signatureLength`, `unresolvable` or `badSignature`
 */
export function requireSignature(
  what: string,
  signer: Did,
  message: Uint8Array,
  signature: Uint8Array,
  resolver: DidResolver,
): void {
  const data = { signer: signer.toString() }
  if (signature.length === 0) {
    throw new IcnError('SignatureError', `${what} is not signed.`, { data: { ...data, reason: 'unsigned' } })
  }
  if (signature.length !== 64) {
    throw new IcnError('SignatureError', `${what}: a signature has 64 bytes, got ${signature.length}.`, {
      data: { ...data, reason: 'signatureLength', expected: 64, actual: signature.length },
    })
  }
  let key: Uint8Array
  try {
    key = resolver.resolve(signer)
  } catch (cause) {
    throw new IcnError(
      'SignatureError',
      `${what}: its signer cannot be resolved. ${(cause as Error).message}`,
      {
        data: { ...data, reason: 'unresolvable' },
        cause,
      },
    )
  }
  if (!verifyStrict(key, message, signature)) {
    throw new IcnError('SignatureError', `${what}: the signature does not hold for ${signer}.`, {
      data: { ...data, reason: 'badSignature', signature: toHex(signature) },
    })
  }
}
