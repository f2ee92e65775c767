/** How much may be signed. Apart from the curve, so that signing by WebCrypto carries none. */
import { IcnError } from '../common/errors.ts'

/** Longest message that is signed or verified, bytes (ref §3.5). Empty ones are refused too. */
export const MAX_SIGNED_BYTES = 1_048_576

/** @throws IcnError CryptoError on a message that could be signed but never verified. */
export function checkSignable(message: Uint8Array): void {
  if (message.length > 0 && message.length <= MAX_SIGNED_BYTES) return
  throw new IcnError(
    'CryptoError',
    `A message to sign must have 1 to ${MAX_SIGNED_BYTES} bytes, got ${message.length}.`,
    { data: { limit: MAX_SIGNED_BYTES, actual: message.length } },
  )
}
