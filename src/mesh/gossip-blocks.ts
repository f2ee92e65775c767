/** Messages about blocks: upstream's request and response, and our pieces of large ones. */
import type { Cid } from '../common/cid.ts'
import { decodeBincode } from '../common/codec.ts'
import type { Did } from '../common/did.ts'
import type { DagBlock } from '../dag/block.ts'
import { BLOCK_TOPIC, blockMessage, PIECE_BYTES } from './block-pieces.ts'
import { BlocksAsked } from './blocks-asked.ts'
import { BlocksServed } from './blocks-served.ts'
import type { GossipLink } from './gossip-link.ts'
import type { ProtocolMessage } from './protocol-types.ts'

export class GossipBlocks {
  readonly #link: GossipLink
  readonly #asked: BlocksAsked
  readonly #served: BlocksServed

  /** @param most bytes of a block, as bincode, that are sent or taken; the largest module with its frame when absent */
  constructor(link: GossipLink, most?: number) {
    this.#link = link
    this.#asked = new BlocksAsked(link, most)
    this.#served = new BlocksServed(link, most)
  }

  request(
    cid: Cid,
    from: Did,
    timeoutMs: number,
    signal?: AbortSignal,
    mostBytes?: number,
  ): Promise<DagBlock | undefined> {
    return this.#asked.request(cid, from, timeoutMs, signal, mostBytes)
  }

  expects(message: ProtocolMessage): boolean {
    return this.#asked.expects(message)
  }

  provesItself(message: ProtocolMessage): boolean {
    return this.#asked.provesItself(message)
  }

  /** @returns whether it was about blocks */
  take({ payload, sender }: ProtocolMessage): boolean {
    if ('DagBlockRequest' in payload) void this.#served.whole(payload.DagBlockRequest, sender)
    else if ('DagBlockResponse' in payload) this.#asked.answered(payload.DagBlockResponse, sender)
    else if ('GossipMessage' in payload && payload.GossipMessage.topic === BLOCK_TOPIC) {
      this.#piece(payload.GossipMessage.payload, sender)
    } else return false
    return true
  }

  close(): void {
    this.#served.close()
  }

  #piece(data: Uint8Array, sender: Did): void {
    const message = decodeBincode(blockMessage, data, 'Block message')
    if ('Ask' in message) {
      const { length } = message.Ask
      this.#link.rule(length > 0 && length <= PIECE_BYTES, sender, 'an ask for too much, or for nothing')
      void this.#served.piece(message.Ask, sender)
    } else if ('Piece' in message) this.#asked.piece(message.Piece, sender)
    else this.#asked.none(message.None.cid, message.None.offset, sender)
  }
}
