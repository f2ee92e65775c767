/** How long blocks stay: pins, expiry and pruning (ref §7.1, §7.5). Metadata outlives re-puts and restarts. */

import { expectU64 } from '../common/bytes.ts'
import type { Cid } from '../common/cid.ts'
import { IcnError } from '../common/errors.ts'
import type { Transaction } from '../storage/types.ts'
import { deleteBlock, traverse } from './blocks.ts'
import { BLOCK_EXPIRY, BLOCK_META, BLOCKS, type BlockMetaRow, DAG_PINS, expiryKey } from './rows.ts'

const PLAIN: BlockMetaRow = { pinned: false, ttl: null }
const PAGE = 1_000

/** Pin and expiry, or undefined for an unknown block. */
export function blockMetadata(tx: Transaction, cid: Cid): BlockMetaRow | undefined {
  const key = cid.toString()
  return tx.get(BLOCK_META, key) ?? (tx.has(BLOCKS, key) ? PLAIN : undefined)
}

/** Keeps the block and all it links to from pruning. @throws IcnError DagOperationFailed when it is unknown. */
export function pinBlock(tx: Transaction, cid: Cid): void {
  setPinned(tx, cid, true)
}

/** @throws IcnError DagOperationFailed when the block is unknown. */
export function unpinBlock(tx: Transaction, cid: Cid): void {
  setPinned(tx, cid, false)
}

function setPinned(tx: Transaction, cid: Cid, pinned: boolean): void {
  const meta = known(tx, cid)
  if (meta.pinned === pinned) return
  write(tx, cid.toString(), { ...meta, pinned })
  if (pinned) tx.put(DAG_PINS, 'changes', (tx.get(DAG_PINS, 'changes') ?? 0) + 1)
  tx.emit({ type: 'block', detail: { cid: cid.toString(), change: pinned ? 'pinned' : 'unpinned' } })
}

/** @param ttl absolute expiry in seconds since the epoch, or null for none */
export function setBlockTtl(tx: Transaction, cid: Cid, ttl: bigint | null): void {
  const meta = known(tx, cid)
  if (ttl !== null) expectU64(ttl, 'Expiry')
  const key = cid.toString()
  if (meta.ttl !== null) tx.delete(BLOCK_EXPIRY, expiryKey(meta.ttl, key))
  if (ttl !== null) tx.put(BLOCK_EXPIRY, expiryKey(ttl, key), key)
  write(tx, key, { ...meta, ttl })
}

/**
 * Removes blocks whose expiry is at or before `now`, except pinned ones and whatever a pinned one links to, however
 * far down. @param now seconds since the epoch @param limit most blocks to remove @returns the removed CIDs
 */
export function pruneExpired(tx: Transaction, now: bigint, limit = PAGE): readonly string[] {
  const removed: string[] = []
  let kept: ReadonlySet<string> | undefined
  let after: string | undefined
  for (;;) {
    const page = tx.list(BLOCK_EXPIRY, { ...(after === undefined ? {} : { after }), limit: PAGE })
    for (const [key, cid] of page) {
      if (BigInt(key.slice(0, 20)) > now || removed.length === limit) return removed
      kept ??= pinnedClosure(tx)
      if (!kept.has(cid) && deleteBlock(tx, cid)) removed.push(cid)
    }
    if (page.length < PAGE) return removed
    after = page.at(-1)![0]
  }
}

function pinnedClosure(tx: Transaction): ReadonlySet<string> {
  const kept = new Set<string>()
  let after: string | undefined
  for (;;) {
    const page = tx.list(BLOCK_META, { ...(after === undefined ? {} : { after }), limit: PAGE })
    for (const [cid, meta] of page) {
      if (meta.pinned && !kept.has(cid))
        for (const reached of traverse(tx, cid, Number.POSITIVE_INFINITY)) kept.add(reached)
    }
    if (page.length < PAGE) return kept
    after = page.at(-1)![0]
  }
}

function known(tx: Transaction, cid: Cid): BlockMetaRow {
  const meta = blockMetadata(tx, cid)
  if (meta !== undefined) return meta
  throw new IcnError('DagOperationFailed', `Block ${cid} is not in the DAG.`, {
    data: { cid: cid.toString(), reason: 'unknownBlock' },
  })
}

function write(tx: Transaction, cid: string, meta: BlockMetaRow): void {
  if (meta.pinned || meta.ttl !== null) tx.put(BLOCK_META, cid, meta)
  else tx.delete(BLOCK_META, cid)
}
