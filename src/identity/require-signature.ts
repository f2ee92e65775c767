/** The signature of a DID over a message, demanded. */
import { toHex } from '../common/bytes.ts'
import type { Did } from '../common/did.ts'
import { IcnError } from '../common/errors.ts'
import { verifyStrict } from './ed25519.ts'
import type { DidResolver } from './resolver.ts'

/** @param what the name errors carry, for instance `Receipt` */
export type Demand = readonly [
  what: string,
  signer: Did,
  message: Uint8Array,
  signature: Uint8Array,
  resolver: DidResolver,
]

/**
 * The one check of a signature by a DID.
 * @throws IcnError SignatureError with `data.reason`: `unsigned`, `signatureLength`, `unresolvable` or `badSignature`
 */
export function requireSignature(...demand: Demand): void {
  const [, , message, signature] = demand
  if (!verifyStrict(keyFor(demand), message, signature)) throw badSignature(demand)
}

export function badSignature([what, signer, , signature]: Demand): IcnError {
  return new IcnError('SignatureError', `${what}: the signature does not hold for ${signer}.`, {
    data: { signer: signer.toString(), reason: 'badSignature', signature: toHex(signature) },
  })
}

/** @throws IcnError SignatureError `unsigned`, `signatureLength`, `unresolvable` */
export function keyFor([what, signer, , signature, resolver]: Demand): Uint8Array {
  const data = { signer: signer.toString() }
  if (signature.length === 0) {
    throw new IcnError('SignatureError', `${what} is not signed.`, { data: { ...data, reason: 'unsigned' } })
  }
  if (signature.length !== 64) {
    throw new IcnError('SignatureError', `${what}: a signature has 64 bytes, got ${signature.length}.`, {
      data: { ...data, reason: 'signatureLength', expected: 64, actual: signature.length },
    })
  }
  try {
    return resolver.resolve(signer)
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
}
