/** From a DID to the key its signatures are checked with (ref §3.4). */
import type { Did } from '../common/did.ts'
import { publicKeyOf } from '../common/did-key.ts'

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
