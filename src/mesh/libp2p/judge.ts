/**
 * What gossipsub may pass on. Every node of the mesh asks the same of a message, so that none is blamed for passing on
 * what the next one refuses: what no honest node sends is rejected, which counts against the peer it came from; what may
 * be honest but is of no use (late, known, too much, not signed) is ignored, which counts against nobody. The service
 * behind the transport believes none of this and checks every message itself.
 */
import { decodeBincode } from '../../common/codec.ts'
import { IcnError } from '../../common/errors.ts'
import { KeyDidResolver } from '../../identity/resolver.ts'
import { Bucket } from '../bucket.ts'
import { protocolMessage } from '../protocol.ts'
import { decodeSignedMessage, MAX_MESSAGE_BYTES, MessageVerifier } from '../signed-message.ts'

export type Verdict = 'accept' | 'ignore' | 'reject'

/** Messages of one neighbour that are looked at, at once and per second: a signature takes half a millisecond to check. */
const BURST = 1_024
const PER_SECOND = 512
/** So many bytes to hash take as long as another signature. */
const BYTES_OF_ONE = 65_536
/** Neighbours whose rate is remembered. */
const MOST_NEIGHBOURS = 1_024
const WINDOW_SECONDS = 300n
/** Digests remembered within that window: more than one neighbour can bring. */
const MOST_DIGESTS = 262_144

/** Refused by `MessageVerifier` for what may be nobody's fault. */
const HARMLESS = new Set<unknown>(['stale', 'duplicate', 'unresolvable'])

export class Judge {
  readonly counts: Record<Verdict, number> = { accept: 0, ignore: 0, reject: 0 }
  readonly #verifier = new MessageVerifier(new KeyDidResolver(), WINDOW_SECONDS, MOST_DIGESTS)
  readonly #buckets = new Map<string, Bucket>()

  /** @param neighbour who handed it over, whoever wrote it @param now ms */
  judge(neighbour: string, bytes: Uint8Array, now = Date.now()): Verdict {
    const verdict = this.#verdictOn(neighbour, bytes, now)
    this.counts[verdict]++
    return verdict
  }

  #verdictOn(neighbour: string, bytes: Uint8Array, now: number): Verdict {
    if (bytes.length > MAX_MESSAGE_BYTES) return 'reject'
    const bucket = this.#bucketOf(neighbour, now)
    if (!bucket.hasSome(now)) return 'ignore'
    bucket.owe(1 + bytes.length / BYTES_OF_ONE)
    try {
      this.#verifier.accept(decodeSignedMessage(bytes), BigInt(Math.floor(now / 1_000)))
      return 'accept'
    } catch (error) {
      if (!IcnError.is(error)) throw error
      if (error.code === 'SignatureError') return HARMLESS.has(error.data.reason) ? 'ignore' : 'reject'
      // More than can be remembered.
      if (error.code === 'ResourceLimitExceeded') return 'ignore'
      return isUnsigned(bytes) ? 'ignore' : 'reject'
    }
  }

  #bucketOf(neighbour: string, now: number): Bucket {
    const known = this.#buckets.get(neighbour)
    if (known !== undefined) return known
    if (this.#buckets.size >= MOST_NEIGHBOURS) {
      const [oldest] = this.#buckets.keys()
      this.#buckets.delete(oldest!)
    }
    const bucket = new Bucket(BURST, PER_SECOND, now)
    this.#buckets.set(neighbour, bucket)
    return bucket
  }
}

/** Upstream's nodes also send messages without a signature around them (ref §3.9). */
function isUnsigned(bytes: Uint8Array): boolean {
  try {
    decodeBincode(protocolMessage, bytes, 'message')
    return true
  } catch {
    return false
  }
}
