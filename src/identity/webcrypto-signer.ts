/** The signer that carries no curve: the platform signs, with a key it need not show. */
import { expectBytes, KEY_BYTES } from '../common/bytes.ts'
import { didKey } from '../common/did-key.ts'
import { IcnError } from '../common/errors.ts'
import type { Signer } from './signer.ts'
import { checkSignable } from './signing-limit.ts'

/** Signs with an Ed25519 CryptoKey, which may be non-extractable. @param publicKey 32 bytes */
export function webCryptoSigner(privateKey: CryptoKey, publicKey: Uint8Array): Signer {
  expectBytes(publicKey, 'Public key', KEY_BYTES)
  return {
    did: didKey(publicKey),
    publicKey,
    async sign(payload) {
      checkSignable(payload)
      try {
        return new Uint8Array(await crypto.subtle.sign('Ed25519', privateKey, payload as BufferSource))
      } catch (cause) {
        throw new IcnError('CryptoError', 'The platform refused to sign with the identity key.', { cause })
      }
    },
  }
}
