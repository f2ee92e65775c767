/**
 * Signed messages of icn-network (ref §3.9): the signature covers sender ‖ bincode(message). Every message is verified; a
 * repeated one is refused, by a window of time and a cache of digests inside it (ref §14 rows 57–58).
 */
import { sha256 } from '@noble/hashes/sha2.js'
import { concatBytes, utf8 } from '../common/bytes.ts'
import { type Codec, decodeBincode, encodeBincode } from '../common/codec.ts'
import { did, signatureBytes } from '../common/codecs.ts'
import type { Did } from '../common/did.ts'
import { IcnError } from '../common/errors.ts'
import { struct } from '../common/shapes.ts'
import { requireSignature } from '../identity/require-signature.ts'
import type { DidResolver } from '../identity/resolver.ts'
import type { Signer } from '../identity/signer.ts'
import { protocolMessage } from './protocol.ts'
import type { ProtocolMessage } from './protocol-types.ts'

/** Largest encoded message that is read, bytes: what can be signed, and room for the frame. */
export const MAX_MESSAGE_BYTES = 1_048_576

export interface SignedMessage {
  readonly message: ProtocolMessage
  readonly sender: Did
  readonly signature: Uint8Array
}

export const signedMessage: Codec<SignedMessage> = struct<SignedMessage>('SignedMessage', {
  message: protocolMessage,
  sender: did,
  signature: signatureBytes,
})

export function messageSignable(message: ProtocolMessage, sender: Did): Uint8Array {
  return concatBytes(utf8(sender.toString()), encodeBincode(protocolMessage, message))
}

/** @throws IcnError PermissionDenied when the message names another sender. */
export async function signMessage(message: ProtocolMessage, signer: Signer): Promise<SignedMessage> {
  if (!message.sender.equals(signer.did)) {
    throw new IcnError(
      'PermissionDenied',
      `A message of ${message.sender} cannot be signed by ${signer.did}.`,
    )
  }
  const signature = await signer.sign(messageSignable(message, signer.did))
  return { message, sender: signer.did, signature }
}

/** @throws IcnError Serialization on bytes that are not exactly one signed message, ResourceLimitExceeded on too many. */
export function decodeSignedMessage(encoded: Uint8Array): SignedMessage {
  if (encoded.length > MAX_MESSAGE_BYTES) {
    throw new IcnError(
      'ResourceLimitExceeded',
      `A network message has ${encoded.length} bytes, the most is ${MAX_MESSAGE_BYTES}.`,
      { data: { limit: MAX_MESSAGE_BYTES, actual: encoded.length } },
    )
  }
  return decodeBincode(signedMessage, encoded, 'Signed message')
}

/** Accepts each message once. Holds the digests of one window of time, so it cannot grow without bound. */
export class MessageVerifier {
  readonly #resolver: DidResolver
  readonly #windowSeconds: bigint
  readonly #capacity: number
  /** Half a digest to the message's timestamp, oldest insertion first. */
  readonly #seen = new Map<string, bigint>()
  #forgotAt: bigint | undefined

  /**
   * @param windowSeconds how far a timestamp may be from now, either way
   * @param capacity digests held at most: by default three times what one peer may send within the window
   */
  constructor(resolver: DidResolver, windowSeconds = 300n, capacity = 65_536) {
    this.#resolver = resolver
    this.#windowSeconds = windowSeconds
    this.#capacity = capacity
  }

  /**
   * @param now seconds since the epoch
   * @param again it may have been received before: what it says proves itself, and nothing is done by it twice
   * @throws IcnError SignatureError with `data.reason` `senderMismatch`, `stale`, `duplicate` or one of
   * `requireSignature`'s; ResourceLimitExceeded when more messages than the capacity arrive within one window
   */
  accept(signed: SignedMessage, now: bigint, again = false): ProtocolMessage {
    const { message, sender, signature } = signed
    const refuse = (reason: string, why: string) =>
      new IcnError('SignatureError', `A message of ${sender} is refused: ${why}.`, {
        data: { sender: sender.toString(), reason },
      })
    if (!message.sender.equals(sender))
      throw refuse('senderMismatch', `it names ${message.sender} as its sender`)
    const age = now - message.timestamp
    if (age > this.#windowSeconds || age < -this.#windowSeconds) {
      throw refuse('stale', `its timestamp is ${age} s from now, the most is ${this.#windowSeconds} s`)
    }
    const signable = messageSignable(message, sender)
    // Sixteen bytes, a character each: nobody finds another message with the same.
    const digest = String.fromCharCode(...sha256(signable).subarray(0, 16))
    if (this.#seen.has(digest)) {
      // Its signature was good then.
      if (again) return message
      throw refuse('duplicate', 'it was received before')
    }
    requireSignature('Message', sender, signable, signature, this.#resolver)
    this.#forget(now)
    if (this.#seen.size >= this.#capacity) {
      throw new IcnError(
        'ResourceLimitExceeded',
        `More than ${this.#capacity} messages arrived within ${this.#windowSeconds} s.`,
        { data: { limit: this.#capacity } },
      )
    }
    this.#seen.set(digest, message.timestamp)
    return message
  }

  /** Drops digests whose message would be stale anyway. */
  #forget(now: bigint): void {
    // All of them are looked at, so not for every message of a flood.
    if (this.#seen.size < this.#capacity || this.#forgotAt === now) return
    this.#forgotAt = now
    for (const [digest, timestamp] of this.#seen) {
      if (now - timestamp > this.#windowSeconds) this.#seen.delete(digest)
    }
  }
}
