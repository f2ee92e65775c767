/**
 * Blocks handed to others. What one peer and all of them may take a second is bounded in bytes, counting those that were
 * read from the store and hashed for them; who asks for more is not answered, and asks again later.
 */
import type { Cid } from '../common/cid.ts'
import { encodeBincode } from '../common/codec.ts'
import type { Did } from '../common/did.ts'
import { type DagBlock, dagBlock } from '../dag/block.ts'
import {
  BLOCK_TOPIC,
  type BlockMessage,
  blockMessage,
  MOST_BLOCK_BYTES,
  TOO_LARGE,
  WHOLE_BYTES,
} from './block-pieces.ts'
import { Bucket } from './bucket.ts'
import { type GossipLink, gossipOf } from './gossip-link.ts'
import type { DagBlockRequest } from './protocol-types.ts'
import { keepNewest } from './waiting.ts'

const MIB = 1_048_576
/** Bytes at once and per second: the largest module, read and sent, goes through without a stop. */
const PEER = [128 * MIB, 16 * MIB] as const
const ALL = [256 * MIB, 48 * MIB] as const
/** What an answer costs beside its bytes. */
const ANSWER_BYTES = 1_024
const MOST_PEERS = 256
/** Large blocks kept as they are sent, and for how long after the last ask for any, ms. */
const MOST_KEPT = 2
const KEPT_MS = 15_000

interface Encoded {
  readonly value: DagBlock
  /** As bincode. */
  readonly bytes: Uint8Array
}

type Ask = Extract<BlockMessage, { Ask: unknown }>['Ask']

export class BlocksServed {
  readonly #link: GossipLink
  readonly #most: number
  readonly #all: Bucket
  readonly #peers = new Map<string, Bucket>()
  readonly #large = new Map<string, Encoded>()
  readonly #reading = new Map<string, Promise<Encoded | undefined>>()
  #forget: ReturnType<typeof setTimeout> | undefined
  #closed = false

  /** @param most bytes of a block, as bincode */
  constructor(link: GossipLink, most = MOST_BLOCK_BYTES) {
    this.#link = link
    this.#most = most
    this.#all = new Bucket(...ALL, link.time.milliseconds())
  }

  /** As a whole, in upstream's message. */
  async whole({ blockCid, priority }: DagBlockRequest, to: Did): Promise<void> {
    const spend = this.#allowance(to)
    if (spend === undefined) return
    // An ask that is repeated in one second is answered by a message of its own.
    const none = (why: string) => {
      const error = priority === 0 ? why : `${why} (${priority})`
      return this.#link.send({ DagBlockResponse: { blockCid, blockData: null, error } }, to)
    }
    try {
      const block = await this.#read(blockCid, spend)
      if (block === undefined) await none('not found')
      // It is asked for in pieces next.
      else if (block.bytes.length > WHOLE_BYTES) await none(TOO_LARGE)
      else await this.#link.send({ DagBlockResponse: { blockCid, blockData: block.value, error: null } }, to)
    } catch {
      await none('unavailable').catch(() => {})
    }
  }

  async piece({ cid, offset, length, number }: Ask, to: Did): Promise<void> {
    const spend = this.#allowance(to)
    if (spend === undefined) return
    const block = await this.#read(cid, spend).catch(() => undefined)
    let answer: BlockMessage = { None: { cid, offset, number } }
    if (block !== undefined && block.bytes.length <= this.#most && offset < BigInt(block.bytes.length)) {
      const at = Number(offset)
      const data = block.bytes.subarray(at, at + length)
      spend(data.length)
      answer = { Piece: { cid, offset, size: BigInt(block.bytes.length), number, data } }
    }
    await this.#link.send(gossipOf(BLOCK_TOPIC, encodeBincode(blockMessage, answer)), to).catch(() => {})
  }

  close(): void {
    this.#closed = true
    clearTimeout(this.#forget)
    this.#large.clear()
  }

  /** Several pieces of one large block are asked for at a time: it is read once for all of them. */
  #read(cid: Cid, spend: (bytes: number) => void): Promise<Encoded | undefined> {
    const key = cid.toString()
    const large = this.#large.get(key)
    if (large !== undefined) {
      this.#keep(key, large)
      return Promise.resolve(large)
    }
    const known = this.#reading.get(key)
    if (known !== undefined) return known
    const reading = this.#readAnew(cid, spend).finally(() => this.#reading.delete(key))
    this.#reading.set(key, reading)
    return reading
  }

  async #readAnew(cid: Cid, spend: (bytes: number) => void): Promise<Encoded | undefined> {
    const value = await this.#link.node()?.block(cid)
    if (value === undefined) return undefined
    const bytes = encodeBincode(dagBlock, value)
    spend(bytes.length)
    const encoded = { value, bytes }
    if (bytes.length > WHOLE_BYTES) this.#keep(cid.toString(), encoded)
    return encoded
  }

  #keep(key: string, encoded: Encoded): void {
    if (this.#closed) return
    keepNewest(this.#large, key, encoded, MOST_KEPT)
    clearTimeout(this.#forget)
    this.#forget = setTimeout(() => this.#large.clear(), KEPT_MS)
    ;(this.#forget as { unref?: () => void }).unref?.()
  }

  /** What pays for an answer, or undefined when the peer, or all together, had their share. */
  #allowance(to: Did): ((bytes: number) => void) | undefined {
    const now = this.#link.time.milliseconds()
    const key = to.toString()
    const peer = this.#peers.get(key) ?? new Bucket(...PEER, now)
    keepNewest(this.#peers, key, peer, MOST_PEERS)
    if (!peer.hasSome(now) || !this.#all.hasSome(now)) return undefined
    const spend = (bytes: number) => {
      peer.owe(bytes)
      this.#all.owe(bytes)
    }
    spend(ANSWER_BYTES)
    return spend
  }
}
