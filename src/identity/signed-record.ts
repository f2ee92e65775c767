/** Records that carry their signer's DID and a `signature`: signed last and verified in one way (ref §14 rows 36, 38). */
import type { Did } from '../common/did.ts'
import { IcnError } from '../common/errors.ts'
import { requireSignature } from './require-signature.ts'
import type { DidResolver } from './resolver.ts'
import type { Signer } from './signer.ts'

export interface SignedRecord<T> {
  /** Exactly the bytes the signature covers. */
  signable(record: Omit<T, 'signature'>): Uint8Array
  /** @throws IcnError PermissionDenied when the record names another signer. */
  sign(record: Omit<T, 'signature'>, signer: Signer): Promise<T>
  /** @throws IcnError SignatureError, see `requireSignature`. */
  verify(record: T, resolver: DidResolver): void
}

/** @param what the name errors carry, for instance `Bid` @param signerOf the DID that must have signed */
// @__NO_SIDE_EFFECTS__
export function signedRecord<T extends { readonly signature: Uint8Array }>(
  what: string,
  signerOf: (record: Omit<T, 'signature'>) => Did,
  signable: (record: Omit<T, 'signature'>) => Uint8Array,
): SignedRecord<T> {
  return {
    signable,
    async sign(record, signer) {
      const named = signerOf(record)
      if (!named.equals(signer.did)) {
        throw new IcnError('PermissionDenied', `${what} of ${named} cannot be signed by ${signer.did}.`, {
          data: { named: named.toString(), signer: signer.did.toString() },
        })
      }
      return { ...record, signature: await signer.sign(signable(record)) } as T
    },
    verify: (record, resolver) =>
      requireSignature(what, signerOf(record), signable(record), record.signature, resolver),
  }
}
