/**
 * Storage of blocks as rules over a transaction (ref §7.1): put checks the Merkle CID, get checks it again, a re-put
 * keeps pins and expiry (ref §14 row 32), and every put and delete keeps the set of unreferenced blocks, from which the
 * DAG root is computed (ref §3.7).
 */
import { sha256 } from '@noble/hashes/sha2.js'
import { equalBytes, toHex, utf8 } from '../common/bytes.ts'
import type { Cid } from '../common/cid.ts'
import { IcnError } from '../common/errors.ts'
import type { Transaction } from '../storage/types.ts'
import { blockFault, checkUnambiguous, type DagBlock, isBuilt } from './block.ts'
import {
  BLOCK_EXPIRY,
  BLOCK_INDEX,
  BLOCK_META,
  BLOCK_REFS,
  BLOCKS,
  type BlockIndexRow,
  type BlockRow,
  DAG_HEADS,
  DAG_STALE,
  DAG_STATE,
  type DagCounters,
  expiryKey,
  fromRow,
  linkTargets,
  sequenceKey,
  toRow,
} from './rows.ts'
import { shapeFault } from './rows-check.ts'

/** Most bytes of data in one block. */
export const MAX_BLOCK_BYTES = 64 * 1024 * 1024
/** Most links in one block. */
export const MAX_BLOCK_LINKS = 65_536
/** Most UTF-16 units in the names of one block's links, all together. */
export const MAX_LINK_NAMES = 4 * 1024 * 1024

const NO_COUNTERS: DagCounters = { nextSeq: 0, blocks: 0, bytes: 0 }
const PAGE = 1_000

export function dagCounters(tx: Transaction): DagCounters {
  return tx.get(DAG_STATE, 'counters') ?? NO_COUNTERS
}

/**
 * Stores a block; the same block again changes nothing.
 * @returns whether it was new
 * @throws IcnError DagOperationFailed with `data.reason`: `cidMismatch` (also when what is stored is damaged), `ambiguous`,
 * `tooLarge`, or `conflict` when a different block with the same Merkle CID is stored
 */
export function putBlock(tx: Transaction, block: DagBlock): boolean {
  const cid = block.cid.toString()
  checkBlockSize(block)
  if (!isBuilt(block)) {
    const fault = blockFault(block)
    if (fault !== undefined) throw failed(cid, 'cidMismatch', `is refused. ${fault}`)
    checkUnambiguous(block)
  }
  const counters = dagCounters(tx)
  const row = toRow(block, counters.nextSeq)
  const stored = tx.get(BLOCKS, cid)
  if (stored !== undefined) {
    if (shapeFault(stored) !== undefined) {
      throw failed(
        cid,
        'cidMismatch',
        'is refused: what is stored under its CID is no block; repair that first',
      )
    }
    if (sameBlock(stored, row)) return false
    throw failed(cid, 'conflict', 'is refused: a different block with the same Merkle CID is stored')
  }
  putInOrder(tx, cid, row)
  tx.put(DAG_STATE, 'counters', {
    nextSeq: counters.nextSeq + 1,
    blocks: counters.blocks + 1,
    bytes: counters.bytes + row.data.length,
  })
  for (const target of linkTargets(row)) {
    tx.put(BLOCK_REFS, target, (tx.get(BLOCK_REFS, target) ?? 0) + 1)
    if (tx.has(DAG_HEADS, target)) tx.delete(DAG_HEADS, target)
  }
  if (!tx.has(BLOCK_REFS, cid)) tx.put(DAG_HEADS, cid, 1)
  tx.emit({ type: 'block', detail: { cid, change: 'put' } })
  return true
}

/** The row and its place in the order of listings, which its number says. */
export function putInOrder(tx: Transaction, cid: string, row: BlockRow): void {
  tx.put(BLOCKS, cid, row)
  tx.put(BLOCK_INDEX, sequenceKey(row.seq), {
    cid,
    size: row.data.length,
    links: row.links.length,
    timestamp: row.timestamp,
    author: row.author,
  })
}

/** @throws IcnError DagOperationFailed `tooLarge` */
export function checkBlockSize(block: DagBlock): void {
  const cid = block.cid.toString()
  if (block.data.length > MAX_BLOCK_BYTES || block.links.length > MAX_BLOCK_LINKS) {
    throw failed(
      cid,
      'tooLarge',
      `has ${block.data.length} bytes and ${block.links.length} links, the most are ${MAX_BLOCK_BYTES} and ${MAX_BLOCK_LINKS}`,
    )
  }
  const names = block.links.reduce((sum, link) => sum + link.name.length, 0)
  if (names > MAX_LINK_NAMES) {
    throw failed(cid, 'tooLarge', `has link names of ${names} characters, the most is ${MAX_LINK_NAMES}`)
  }
}

/** The block, its content checked against its CID. @throws IcnError DagOperationFailed `cidMismatch` when it was altered. */
export function getBlock(tx: Transaction, cid: Cid): DagBlock | undefined {
  const key = cid.toString()
  const row = tx.get(BLOCKS, key)
  if (row === undefined) return undefined
  const fault = rowFault(key, row)
  if (fault !== undefined) throw failed(key, 'cidMismatch', `is damaged in the store. ${fault}`)
  return fromRow(key, row)
}

export function hasBlock(tx: Transaction, cid: Cid): boolean {
  return tx.has(BLOCKS, cid.toString())
}

/** Why a stored row is not the block its key names, or undefined when it is. */
export function rowFault(cid: string, row: BlockRow): string | undefined {
  const shape = shapeFault(row)
  if (shape !== undefined) return `The row is not a block: ${shape}.`
  try {
    return blockFault(fromRow(cid, row))
  } catch (error) {
    return `The row is not a block: ${(error as Error).message}`
  }
}

/**
 * Removes a block with its pin and expiry. What a damaged one links to nobody knows any more: the counts of references
 * are then marked as stale, to be made again from the blocks (references.ts).
 * @returns false when there was none
 */
export function deleteBlock(tx: Transaction, cid: string): boolean {
  const row = tx.get(BLOCKS, cid)
  if (row === undefined) return false
  const shapely = shapeFault(row) === undefined
  const sound = shapely && rowFault(cid, row) === undefined
  tx.delete(BLOCKS, cid)
  const index = shapely ? sequenceKey(row.seq) : undefined
  // A row changed by hand may name the number of another block; its own is found by the recount then.
  const placed = index !== undefined && tx.get(BLOCK_INDEX, index)?.cid === cid
  if (placed) tx.delete(BLOCK_INDEX, index)
  const counters = dagCounters(tx)
  tx.put(DAG_STATE, 'counters', {
    ...counters,
    blocks: counters.blocks - 1,
    bytes: counters.bytes - (shapely ? row.data.length : 0),
  })
  const meta = tx.get(BLOCK_META, cid)
  if (meta !== undefined) {
    tx.delete(BLOCK_META, cid)
    if (meta.ttl !== null) tx.delete(BLOCK_EXPIRY, expiryKey(meta.ttl, cid))
  }
  if (tx.has(DAG_HEADS, cid)) tx.delete(DAG_HEADS, cid)
  if (!sound || !placed) markStale(tx)
  for (const target of sound ? linkTargets(row) : []) {
    const left = (tx.get(BLOCK_REFS, target) ?? 1) - 1
    if (left > 0) {
      tx.put(BLOCK_REFS, target, left)
      continue
    }
    tx.delete(BLOCK_REFS, target)
    if (tx.has(BLOCKS, target)) tx.put(DAG_HEADS, target, 1)
  }
  tx.emit({ type: 'block', detail: { cid, change: 'deleted' } })
  return true
}

/** Reference counts and heads are not to be relied on until they are made again from the blocks. */
export function markStale(tx: Transaction): void {
  tx.put(DAG_STALE, 'references', (tx.get(DAG_STALE, 'references') ?? 0) + 1)
}

export interface BlockListing {
  readonly items: readonly (BlockIndexRow & { readonly pinned: boolean })[]
  /** Cursor of the next page, absent at the end. */
  readonly next?: string
}

/** Newest first, without loading any block's data. */
export function listBlocks(
  tx: Transaction,
  page: { readonly after?: string; readonly limit: number },
): BlockListing {
  const after = page.after === undefined ? {} : { after: page.after }
  const found = tx.list(BLOCK_INDEX, { ...after, limit: page.limit, reverse: true })
  const items = found.map(([, row]) => ({ ...row, pinned: tx.get(BLOCK_META, row.cid)?.pinned ?? false }))
  const last = found.at(-1)
  return last !== undefined && found.length === page.limit ? { items, next: last[0] } : { items }
}

/** The DAG root as it is kept: 64 hexadecimal digits (ref §3.7). After damage `soundRoot` (references.ts) makes it anew. */
export function dagRoot(tx: Transaction): string {
  const hash = sha256.create()
  let after: string | undefined
  for (;;) {
    const heads = tx.list(DAG_HEADS, { ...(after === undefined ? {} : { after }), limit: PAGE })
    for (const [cid] of heads) hash.update(utf8(cid))
    if (heads.length < PAGE) return toHex(hash.digest())
    after = heads.at(-1)![0]
  }
}

/** The root over given unreferenced CIDs, in any order. */
export function rootOf(cids: readonly string[]): string {
  return toHex(sha256(utf8([...cids].sort().join(''))))
}

/** Of several roots the one at the greatest height; among equals the smallest CID string. */
export function chooseCanonicalRoot<R extends { readonly cid: string; readonly height: number }>(
  roots: readonly R[],
): R | undefined {
  return [...roots].sort((a, b) => b.height - a.height || (a.cid < b.cid ? -1 : 1))[0]
}

/** CIDs reachable from `start` depth-first, `start` first, each once; links to absent blocks are not followed. */
export function traverse(tx: Transaction, start: string, limit = 100_000): string[] {
  const seen = new Set<string>()
  const stack = [start]
  while (stack.length > 0 && seen.size < limit) {
    const cid = stack.pop()!
    if (seen.has(cid)) continue
    const row = tx.get(BLOCKS, cid)
    if (row === undefined) continue
    seen.add(cid)
    stack.push(...[...linkTargets(row)].reverse())
  }
  return [...seen]
}

/** Where icn-core's file store keeps a block (ref §7.2). */
export function fileLayoutPath(cid: string): string {
  return `${cid.slice(0, 2)}/${cid.slice(2, 4)}/${cid}`
}

/** Whether two rows are the same block, wherever they stand in the order of listings. */
export function sameBlock(a: BlockRow, b: BlockRow): boolean {
  const signature = (row: BlockRow) => row.signature ?? new Uint8Array(0)
  return (
    a.timestamp === b.timestamp &&
    a.author === b.author &&
    a.scope === b.scope &&
    equalBytes(signature(a), signature(b)) &&
    equalBytes(a.data, b.data) &&
    a.links.length === b.links.length &&
    a.links.every((link, i) => {
      const other = b.links[i]!
      return link.cid === other.cid && link.name === other.name && link.size === other.size
    })
  )
}

function failed(cid: string, reason: string, why: string): IcnError {
  return new IcnError('DagOperationFailed', `Block ${cid} ${why}.`, { data: { cid, reason } })
}
