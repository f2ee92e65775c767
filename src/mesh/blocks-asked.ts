/**
 * Blocks of others, by CID (ref §2.13): asked for with upstream's message, and in pieces (block-pieces.ts) where the peer
 * says that it is too large for that. What is handed on has the CID it was asked for by; memory is taken as bytes come,
 * never by a number a peer states.
 */
import { concatBytes } from '../common/bytes.ts'
import type { Cid } from '../common/cid.ts'
import { decodeBincode, encodeBincode } from '../common/codec.ts'
import type { Did } from '../common/did.ts'
import { blockFault, checkUnambiguous, type DagBlock, dagBlock } from '../dag/block.ts'
import {
  BLOCK_TOPIC,
  type BlockMessage,
  blockMessage,
  MOST_BLOCK_BYTES,
  PIECE_BYTES,
  TOO_LARGE,
  WHOLE_BYTES,
} from './block-pieces.ts'
import { Bucket } from './bucket.ts'
import { type GossipLink, gossipOf, holds } from './gossip-link.ts'
import type { DagBlockResponse, ProtocolMessage } from './protocol-types.ts'
import { keepNewest, Slots, sleep, Waiting } from './waiting.ts'

/** Asks to one peer, at once and per second: well below what it takes from us (peer-book.ts). */
const BURST = 64
const PER_SECOND = 48
const MOST_PACES = 256
const MOST_REPEATS = 1_024
/** Blocks fetched in pieces at the same time, and pieces of one asked for at the same time. */
const TRANSFERS = 4
const AT_ONCE = 4
/** Asks of one block in a row that nobody answered. */
const MOST_LOST = 6
/** A block comes at no less than a piece a second, and so many answers' time. */
const LEAST_PIECE_MS = 1_000
const PATIENCE = 8

type Piece = Extract<BlockMessage, { Piece: unknown }>['Piece']

interface Transfer {
  readonly cid: Cid
  readonly from: Did
  readonly timeoutMs: number
  readonly signal: AbortSignal | undefined
  readonly most: number
  /** In a row. */
  lost: number
  /** On the clock of the page. */
  until: number
}

export class BlocksAsked {
  readonly #link: GossipLink
  readonly #most: number
  readonly #whole = new Waiting<DagBlock | 'inPieces'>()
  readonly #pieces = new Waiting<Piece | 'none'>()
  readonly #slots = new Slots(TRANSFERS)
  readonly #paces = new Map<string, Bucket>()
  readonly #repeats = new Map<string, number>()
  /** Transfers at hand, by peer. */
  readonly #fetching = new Map<string, number>()
  #asks = 0

  /** @param most bytes of a block, as bincode */
  constructor(link: GossipLink, most = MOST_BLOCK_BYTES) {
    this.#link = link
    this.#most = most
  }

  /**
   * @param timeoutMs how long each answer is waited for; a block in pieces takes many
   * @param mostBytes of the block as bincode, where less is wanted than is taken at all
   * @returns undefined when the peer has none, gives another, does not answer, or has one that is too large
   * @throws the signal's reason
   */
  async request(
    cid: Cid,
    from: Did,
    timeoutMs: number,
    signal?: AbortSignal,
    mostBytes = this.#most,
  ): Promise<DagBlock | undefined> {
    const key = `${from} ${cid}`
    const ask = { DagBlockRequest: { blockCid: cid, priority: this.#repeat(key) } }
    const answer = await this.#answer(this.#whole, key, from, timeoutMs, signal, () => ask)
    if (answer !== 'inPieces') return answer
    const most = Math.min(mostBytes, this.#most)
    if (most <= WHOLE_BYTES) return undefined
    return this.#slots.run(() =>
      this.#inPieces({ cid, from, timeoutMs, signal, most, lost: 0, until: Infinity }),
    )
  }

  /** An answer to what was asked: it is not counted as its sender's own doing. */
  expects({ payload, sender }: ProtocolMessage): boolean {
    if ('DagBlockResponse' in payload)
      return this.#whole.has(`${sender} ${payload.DagBlockResponse.blockCid}`)
    return (
      'GossipMessage' in payload &&
      payload.GossipMessage.topic === BLOCK_TOPIC &&
      this.#fetching.has(sender.toString())
    )
  }

  /** Whether it may be heard a second time: the same block asked for again in one second is the same message. */
  provesItself(message: ProtocolMessage): boolean {
    const { payload } = message
    return (
      'DagBlockResponse' in payload && payload.DagBlockResponse.blockData !== null && this.expects(message)
    )
  }

  answered({ blockCid, blockData, error }: DagBlockResponse, sender: Did): void {
    const key = `${sender} ${blockCid}`
    if (!this.#whole.has(key)) return
    const sound = blockData === null || isSound(blockData, blockCid)
    const whole = sound ? (blockData ?? undefined) : undefined
    this.#whole.settle(key, error?.startsWith(TOO_LARGE) && blockData === null ? 'inPieces' : whole)
    this.#link.rule(sound, sender, 'a block that is not what its CID says')
  }

  piece(piece: Piece, sender: Did): void {
    const { cid, offset, size, data } = piece
    const key = `${sender} ${cid} ${offset}`
    if (!this.#pieces.has(key)) return
    const left = size - offset
    const exact = BigInt(data.length) === (left < PIECE_BYTES ? left : BigInt(PIECE_BYTES))
    this.#pieces.settle(key, exact && left > 0n ? piece : 'none')
    this.#link.rule(exact, sender, 'a piece of another length than asked for')
  }

  none(cid: Cid, offset: bigint, sender: Did): void {
    this.#pieces.settle(`${sender} ${cid} ${offset}`, 'none')
  }

  async #inPieces(transfer: Transfer): Promise<DagBlock | undefined> {
    const { cid, from, timeoutMs } = transfer
    const peer = from.toString()
    this.#fetching.set(peer, (this.#fetching.get(peer) ?? 0) + 1)
    try {
      const first = await this.#fetch(transfer, 0)
      if (first === undefined || first.size > BigInt(transfer.most)) return undefined
      const count = Math.ceil(Number(first.size) / PIECE_BYTES)
      transfer.until = performance.now() + PATIENCE * timeoutMs + count * LEAST_PIECE_MS
      const parts = [first.data]
      let next = 1
      let whole = true
      const fetchRest = async () => {
        while (whole && next < count) {
          const n = next++
          const piece = await this.#fetch(transfer, n)
          if (piece?.size === first.size) parts[n] = piece.data
          else whole = false
        }
      }
      await Promise.all(Array.from({ length: AT_ONCE }, fetchRest))
      return whole ? this.#made(parts, cid, from) : undefined
    } finally {
      const left = this.#fetching.get(peer)! - 1
      if (left > 0) this.#fetching.set(peer, left)
      else this.#fetching.delete(peer)
    }
  }

  /** One piece, asked for again when it is lost. */
  async #fetch(transfer: Transfer, index: number): Promise<Piece | undefined> {
    const { cid, from, timeoutMs, signal } = transfer
    const offset = BigInt(index * PIECE_BYTES)
    while (transfer.lost < MOST_LOST && performance.now() < transfer.until) {
      const ask = () => {
        this.#asks = (this.#asks + 1) >>> 0
        return gossipOf(
          BLOCK_TOPIC,
          encodeBincode(blockMessage, { Ask: { cid, offset, length: PIECE_BYTES, number: this.#asks } }),
        )
      }
      const piece = await this.#answer(this.#pieces, `${from} ${cid} ${offset}`, from, timeoutMs, signal, ask)
      if (piece === 'none') return undefined
      transfer.lost = piece === undefined ? transfer.lost + 1 : 0
      if (piece !== undefined) return piece
    }
    return undefined
  }

  #made(parts: readonly Uint8Array[], cid: Cid, from: Did): DagBlock | undefined {
    let block: DagBlock | undefined
    const sound = holds(() => {
      block = decodeBincode(dagBlock, concatBytes(...parts), 'Block')
    })
    if (sound && block !== undefined && isSound(block, cid)) return block
    this.#link.breach(from)
    return undefined
  }

  async #answer<T>(
    waiting: Waiting<T>,
    key: string,
    from: Did,
    timeoutMs: number,
    signal: AbortSignal | undefined,
    ask: () => Parameters<GossipLink['send']>[0],
  ): Promise<T | undefined> {
    await this.#turn(from, signal)
    const answered = waiting.wait(key, timeoutMs, signal)
    answered.catch(() => {})
    await this.#link.send(ask(), from)
    return answered
  }

  /** Whoever asks too fast is not heard. */
  async #turn(from: Did, signal: AbortSignal | undefined): Promise<void> {
    const peer = from.toString()
    const pace = this.#paces.get(peer) ?? new Bucket(BURST, PER_SECOND, performance.now())
    keepNewest(this.#paces, peer, pace, MOST_PACES)
    signal?.throwIfAborted()
    while (!pace.take(performance.now())) await sleep(Math.ceil(pace.wait), signal)
  }

  /** Equal messages of one second are taken for one: an ask that is repeated carries a number. */
  #repeat(key: string): number {
    const times = this.#repeats.get(key) ?? 0
    keepNewest(this.#repeats, key, (times + 1) & 0xff, MOST_REPEATS)
    return times
  }
}

function isSound(block: DagBlock, cid: Cid): boolean {
  return block.cid.equals(cid) && blockFault(block) === undefined && holds(() => checkUnambiguous(block))
}
