/** Whose key signs what: DIDs resolved by this node's resolver, signatures and credentials checked strictly. */
import { fromHex } from '../common/bytes.ts'
import { encodeJson, mismatch } from '../common/codec.ts'
import { did as didCodec, signatureBytes } from '../common/codecs.ts'
import type { Did } from '../common/did.ts'
import { IcnError } from '../common/errors.ts'
import { isObject, type JsonObject, type JsonValue } from '../common/json.ts'
import { parseJson } from '../common/json-parse.ts'
import { verifyStrict } from '../identity/ed25519.ts'
import { credentialClaimSignable, didDocument } from '../identity/signables.ts'
import { bytesOf, didOf } from './arguments.ts'
import type { HostContext, HostFunction } from './context.ts'
import { refusal, unreadable } from './errors.ts'

/** Fuel of one signature checked, beyond the first, which a function's own price covers. */
const SIGNATURE_FUEL = 550_000

export const identityFunctions = {
  /** `DidDocument` JSON (ref §2.11). */
  host_resolve_did(context: HostContext, text: string): string {
    const id = didOf(text)
    return encodeJson(didDocument, { id, publicKey: keyOf(context, id) })
  },

  /** The signature as 64 bytes, or as text of 128 hexadecimal digits. */
  host_verify_did_signature(
    context: HostContext,
    signer: string,
    message: Uint8Array | string,
    signature: Uint8Array | string,
  ): boolean {
    const key = keyOf(context, didOf(signer))
    const signed =
      typeof signature === 'string'
        ? unreadable('Invalid signature: ', () => fromHex(signature.replace(/^0x/, ''), 'A signature'))
        : signature
    if (signed.length !== 64) {
      throw refusal('InvalidParameters', `A signature has 64 bytes, got ${signed.length}.`, {
        length: signed.length,
      })
    }
    return verifyStrict(key, bytesOf(message), signed)
  },

  /** Issued by the one expected, not expired, and every disclosed claim signed by the issuer (ref §2.11, §3.3). */
  host_verify_credential(context: HostContext, json: string, expectedIssuer: string): boolean {
    const expected = didOf(expectedIssuer)
    const credential = unreadable('Invalid Credential JSON: ', () => readCredential(json))
    const { issuer, holder, claims, expiresAt } = credential
    if (!issuer.equals(expected) || claims.length === 0) return false
    if (expiresAt !== null && expiresAt <= context.now) return false
    const publicKey = keyOf(context, issuer)
    return claims.every(({ key, value, signature }, i) => {
      if (i > 0) context.charge(SIGNATURE_FUEL)
      const message = credentialClaimSignable({ issuer, holder, key, value, expiresAt })
      return verifyStrict(publicKey, message, signature)
    })
  },
} satisfies Record<string, HostFunction>

function keyOf(context: HostContext, id: Did): Uint8Array {
  try {
    return context.resolver.resolve(id)
  } catch (cause) {
    if (!IcnError.is(cause)) throw cause
    throw refusal('InvalidParameters', `The DID cannot be resolved. ${cause.message}`, cause.data, cause)
  }
}

interface ReadCredential {
  readonly issuer: Did
  readonly holder: Did
  readonly claims: readonly { readonly key: string; readonly value: string; readonly signature: Uint8Array }[]
  readonly expiresAt: bigint | null
}

/** A claim without a signature is read with an empty one, which holds for nothing. */
function readCredential(text: string): ReadCredential {
  const json = objectAt(parseJson(text, 'Credential'), 'Credential')
  const claims = objectAt(json.claims, 'Credential.claims')
  const signatures = objectAt(json.signatures, 'Credential.signatures')
  const expires = json.expires_at ?? null
  if (expires !== null && typeof expires !== 'number' && typeof expires !== 'bigint') {
    throw mismatch('Credential.expires_at', 'seconds or null', expires)
  }
  return {
    issuer: didCodec.decode(json.issuer ?? null, 'Credential.issuer'),
    holder: didCodec.decode(json.holder ?? null, 'Credential.holder'),
    claims: Object.keys(claims).map((key) => {
      const value = claims[key]
      if (typeof value !== 'string')
        throw mismatch(`Credential.claims.${key.slice(0, 60)}`, 'a string', value)
      const signature = signatures[key]
      return {
        key,
        value,
        signature:
          signature === undefined
            ? new Uint8Array(0)
            : signatureBytes.decode(signature, 'Credential.signatures'),
      }
    }),
    expiresAt: expires === null ? null : BigInt(expires),
  }
}

function objectAt(value: JsonValue | undefined, at: string): JsonObject {
  if (value !== undefined && isObject(value)) return value
  throw mismatch(at, 'an object', value)
}
