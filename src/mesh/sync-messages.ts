/**
 * How a node that was away asks others what it lacks: ours beyond upstream's messages, so in a topic and version of its
 * own (`GossipMessage`, bincode). The one that lacks asks, one question at a time; the other answers and remembers nothing.
 */
import { bytes, type Codec, string, u32 } from '../common/codec.ts'
import { cid } from '../common/codecs.ts'
import { list, struct, variants } from '../common/shapes.ts'
import type { RunEvidence } from './service.ts'

export const SYNC_TOPIC = 'icn-runtime-web/sync/1'
/** Names in one `Fetch`. */
export const MOST_FETCHED = 64
/** Bytes of content in one `Items`; what does not fit is asked for again. */
export const MOST_ITEM_BYTES = 524_288

/** Signed statements of governance; receipts, each with its execution record. */
export type SyncSet = 'Statements' | 'Receipts'

interface Ask {
  /** Of the question, so that its answer is known. */
  readonly number: number
  readonly set: SyncSet
  readonly prefix: string
  /** Of the branch where it is asked: the other sees whether it lacks something itself. */
  readonly fingerprint: Uint8Array
}

/** As `Branch` of sync-set.ts. */
interface Tell {
  readonly number: number
  readonly fingerprint: Uint8Array
  readonly names: readonly Uint8Array[]
  readonly below: readonly Uint8Array[]
}

interface Fetch {
  readonly number: number
  readonly set: SyncSet
  readonly names: readonly Uint8Array[]
}

interface Item {
  readonly name: Uint8Array
  /** A signed message as its author sent it; or bincode of the CIDs of a receipt and its record. */
  readonly data: Uint8Array
}

interface Items {
  readonly number: number
  readonly items: readonly Item[]
  /** Names of the question that were not looked at, for want of room. */
  readonly left: number
}

export type SyncMessage =
  | { readonly Ask: Ask }
  | { readonly Tell: Tell }
  | { readonly Fetch: Fetch }
  | { readonly Items: Items }

const syncSet: Codec<SyncSet> = variants<SyncSet>('SyncSet', { Statements: null, Receipts: null })

export const syncMessage: Codec<SyncMessage> = variants<SyncMessage>('SyncMessage', {
  Ask: struct<Ask>('Ask', { number: u32, set: syncSet, prefix: string, fingerprint: bytes }),
  Tell: struct<Tell>('Tell', { number: u32, fingerprint: bytes, names: list(bytes), below: list(bytes) }),
  Fetch: struct<Fetch>('Fetch', { number: u32, set: syncSet, names: list(bytes) }),
  Items: struct<Items>('Items', {
    number: u32,
    items: list(struct<Item>('Item', { name: bytes, data: bytes })),
    left: u32,
  }),
})

/** A receipt's item. */
export const runEvidence: Codec<RunEvidence> = struct<RunEvidence>('RunEvidence', {
  receipt: cid,
  record: cid,
})
