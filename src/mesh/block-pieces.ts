/**
 * Blocks that do not fit into a message, in pieces: ours beyond upstream's messages, so in a topic and version of its own
 * (`GossipMessage`, bincode). Pieces are cut from the block as upstream writes it in bincode, at multiples of `PIECE_BYTES`;
 * nothing is known of their content before the whole has the CID it was asked for by.
 */
import type { Cid } from '../common/cid.ts'
import { bytes, type Codec, u32, u64 } from '../common/codec.ts'
import { cid } from '../common/codecs.ts'
import { struct, variants } from '../common/shapes.ts'

export const BLOCK_TOPIC = 'icn-runtime-web/block/1'
export const PIECE_BYTES = 262_144
/** Longest block as bincode that still goes in one of upstream's messages: 1 MiB less what is around it. */
export const WHOLE_BYTES = 1_048_576 - 4_096
/** Largest block that is asked for, bytes: the largest module, and its frame. */
export const MOST_BLOCK_BYTES = 52_428_800 + 65_536
/** `DagBlockResponse.error` of a block that is to be asked for in pieces. */
export const TOO_LARGE = 'too large'

interface Ask {
  readonly cid: Cid
  readonly offset: bigint
  /** Bytes, at most `PIECE_BYTES`. */
  readonly length: number
  /** Sets repeated asks of one second apart, which would be taken for one message; the answer carries it too. */
  readonly number: number
}

interface Piece {
  readonly cid: Cid
  readonly offset: bigint
  /** Of the whole, bytes. */
  readonly size: bigint
  readonly number: number
  readonly data: Uint8Array
}

interface None {
  readonly cid: Cid
  readonly offset: bigint
  readonly number: number
}

export type BlockMessage = { readonly Ask: Ask } | { readonly Piece: Piece } | { readonly None: None }

export const blockMessage: Codec<BlockMessage> = variants<BlockMessage>('BlockMessage', {
  Ask: struct<Ask>('Ask', { cid, offset: u64, length: u32, number: u32 }),
  Piece: struct<Piece>('Piece', { cid, offset: u64, size: u64, number: u32, data: bytes }),
  None: struct<None>('None', { cid, offset: u64, number: u32 }),
})
