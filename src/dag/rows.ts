/** The tables of the DAG. Rows are plain data: CIDs and DIDs as strings, bytes as Uint8Array, u64 as bigint. */
import { Cid } from '../common/cid.ts'
import { Did } from '../common/did.ts'
import { type Table, table } from '../storage/types.ts'
import type { DagBlock } from './block.ts'

export interface BlockRow {
  /** Number of the put that stored it, from 0: the order of listings. */
  readonly seq: number
  readonly data: Uint8Array
  readonly links: readonly { readonly cid: string; readonly name: string; readonly size: bigint }[]
  readonly timestamp: bigint
  readonly author: string
  readonly signature: Uint8Array | null
  readonly scope: string | null
}

/** What a listing shows without loading the block's data. */
export interface BlockIndexRow {
  readonly cid: string
  /** Bytes of data. */
  readonly size: number
  /** Number of links. */
  readonly links: number
  readonly timestamp: bigint
  readonly author: string
}

export interface BlockMetaRow {
  readonly pinned: boolean
  /** Absolute expiry in seconds since the epoch, or null. */
  readonly ttl: bigint | null
}

export interface DagCounters {
  readonly nextSeq: number
  readonly blocks: number
  /** Bytes of data over all blocks. */
  readonly bytes: number
}

/** By CID string. */
export const BLOCKS: Table<BlockRow> = table('blocks')
/** By `sequenceKey`: newest first when listed in reverse. */
export const BLOCK_INDEX: Table<BlockIndexRow> = table('blockIndex')
/** By CID string; only blocks with a pin or an expiry have a row. */
export const BLOCK_META: Table<BlockMetaRow> = table('blockMeta')
/** By `expiryKey`: the CID string of each block with an expiry, soonest first. */
export const BLOCK_EXPIRY: Table<string> = table('blockExpiry')
/** By CID string, present or not: how many stored blocks link to it. No row means none. */
export const BLOCK_REFS: Table<number> = table('blockRefs')
/** By CID string: stored blocks no stored block links to, which make up the DAG root (ref §3.7). */
export const DAG_HEADS: Table<1> = table('dagHeads')
/** One row, `counters`. */
export const DAG_STATE: Table<DagCounters> = table('dagState')
/** One row, `changes`: how often a block was pinned, so that a long look at the pins knows when it is out of date. */
export const DAG_PINS: Table<number> = table('dagPins')
/** One row, `references`: there while reference counts and heads may not be what the blocks say; see references.ts. */
export const DAG_STALE: Table<number> = table('dagStale')
/** By CID string: blocks taken out by the integrity checker. */
export const QUARANTINE: Table<{ readonly row: BlockRow; readonly reason: string }> = table('quarantine')

/** Sixteen digits, so that string order is number order. */
export function sequenceKey(seq: number): string {
  return `${seq}`.padStart(16, '0')
}

/** Expiry in twenty digits, then the CID. */
export function expiryKey(ttl: bigint, cid: string): string {
  return `${`${ttl}`.padStart(20, '0')}:${cid}`
}

export function toRow(block: DagBlock, seq: number): BlockRow {
  return {
    seq,
    data: block.data,
    links: block.links.map(({ cid, name, size }) => ({ cid: cid.toString(), name, size })),
    timestamp: block.timestamp,
    author: block.authorDid.toString(),
    signature: block.signature,
    scope: block.scope,
  }
}

/** @throws IcnError InvalidSpec when the row was altered into something that is not a block. */
export function fromRow(cid: string, row: BlockRow): DagBlock {
  return {
    cid: Cid.parse(cid),
    data: row.data,
    links: row.links.map((link) => ({ cid: Cid.parse(link.cid), name: link.name, size: link.size })),
    timestamp: row.timestamp,
    authorDid: Did.parse(row.author),
    signature: row.signature,
    scope: row.scope,
  }
}

/** The CIDs a block links to, each once. */
export function linkTargets(row: BlockRow): ReadonlySet<string> {
  return new Set(row.links.map((link) => link.cid))
}
