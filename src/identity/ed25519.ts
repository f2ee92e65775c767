/**
 * Ed25519 as ICN verifies it (ref §3.5): strict. S must be canonical, neither the public key nor R may be of small
 * order, encodings must be canonical, and the equation is the cofactorless one. noble's `verify` is cofactored, so the
 * last step is done here on its points.
 */
import { Point } from '@noble/ed25519'
import { sha512 } from '@noble/hashes/sha2.js'
import { concatBytes, KEY_BYTES, littleEndian, SIGNATURE_BYTES } from '../common/bytes.ts'
import { MAX_SIGNED_BYTES } from './signing-limit.ts'

/** True only when `signature` over `message` holds under the strict rules; never throws. */
export function verifyStrict(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  if (publicKey.length !== KEY_BYTES || signature.length !== SIGNATURE_BYTES) return false
  if (message.length === 0 || message.length > MAX_SIGNED_BYTES) return false
  const encodedR = signature.subarray(0, 32)
  try {
    const a = Point.fromBytes(publicKey, false)
    const r = Point.fromBytes(encodedR, false)
    if (a.isSmallOrder() || r.isSmallOrder()) return false
    // Throws for S at or above the group order.
    const sB = Point.BASE.multiply(littleEndian(signature.subarray(32)), false)
    const k = littleEndian(sha512(concatBytes(encodedR, publicKey, message))) % Point.CURVE().n
    return r.add(a.multiply(k, false)).equals(sB)
  } catch {
    return false
  }
}
