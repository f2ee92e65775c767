/**
 * The integrity check (ref §7.3, §14 rows 29–30): every block, in pages so that no scan holds the store, each bad one
 * named with its reason, and a repair strategy asked what to do with it.
 */
import { IcnError } from '../common/errors.ts'
import type { Transaction } from '../storage/types.ts'
import { blockFault, checkUnambiguous, type DagBlock } from './block.ts'
import { deleteBlock, markStale, putBlock, rowFault } from './blocks.ts'
import { pinBlock, setBlockTtl } from './retention.ts'
import { BLOCK_INDEX, BLOCK_META, BLOCKS, type BlockRow, QUARANTINE, sequenceKey, toRow } from './rows.ts'
import { shapeFault } from './rows-check.ts'

export interface BadBlock {
  readonly cid: string
  readonly reason: string
  /** What is stored under the CID. */
  readonly stored: BlockRow
}

/** `report` leaves it, `quarantine` moves it aside, `delete` removes it; a block replaces it once it is verified. */
export type Repair = 'report' | 'quarantine' | 'delete' | DagBlock

export interface VerifiedPage {
  readonly checked: number
  readonly bad: readonly BadBlock[]
  /** Pass as `after` for the next page; absent at the end. */
  readonly next?: string
}

/** Checks up to `limit` blocks in CID order. */
export function verifyPage(
  tx: Transaction,
  page: { readonly after?: string; readonly limit: number },
): VerifiedPage {
  const after = page.after === undefined ? {} : { after: page.after }
  const rows = tx.list(BLOCKS, { ...after, limit: page.limit })
  const bad: BadBlock[] = []
  for (const [cid, stored] of rows) {
    const reason = rowFault(cid, stored)
    if (reason !== undefined) bad.push({ cid, reason, stored })
  }
  const next = rows.length === page.limit ? rows.at(-1)?.[0] : undefined
  return next === undefined ? { checked: rows.length, bad } : { checked: rows.length, bad, next }
}

/**
 * Applies a repair to a block found bad. A block that has become good meanwhile is left alone.
 * @returns whether the bad block is gone
 * @throws IcnError DagOperationFailed when the replacement is not the block its CID names
 */
export function repairBlock(tx: Transaction, bad: BadBlock, repair: Repair): boolean {
  const stored = tx.get(BLOCKS, bad.cid)
  if (stored === undefined || rowFault(bad.cid, stored) === undefined) return true
  if (repair === 'report') return false
  if (typeof repair === 'object' && repair.cid.toString() !== bad.cid) {
    throw wrongReplacement(bad.cid, repair, 'It is another block')
  }
  if (typeof repair === 'object') {
    const fault = blockFault(repair)
    if (fault !== undefined) throw wrongReplacement(bad.cid, repair, fault)
    checkUnambiguous(repair)
    // A count made since it was damaged has left out what it links to.
    markStale(tx)
    // In place: order, pin and expiry were made from the same content and still hold.
    if (shapeFault(stored) === undefined && tx.get(BLOCK_INDEX, sequenceKey(stored.seq))?.cid === bad.cid) {
      tx.put(BLOCKS, bad.cid, toRow(repair, stored.seq))
      return true
    }
    // Its number is gone with it: it takes a new one. Pin and expiry were never the row's.
    const meta = tx.get(BLOCK_META, bad.cid)
    deleteBlock(tx, bad.cid)
    putBlock(tx, repair)
    if (meta?.pinned) pinBlock(tx, repair.cid)
    if (meta !== undefined && meta.ttl !== null) setBlockTtl(tx, repair.cid, meta.ttl)
    return true
  }
  if (repair === 'quarantine') tx.put(QUARANTINE, bad.cid, { row: stored, reason: bad.reason })
  deleteBlock(tx, bad.cid)
  return true
}

function wrongReplacement(cid: string, replacement: DagBlock, why: string): IcnError {
  return new IcnError('DagOperationFailed', `Block ${replacement.cid} cannot replace block ${cid}. ${why}.`, {
    data: { cid, replacement: replacement.cid.toString(), reason: 'wrongReplacement' },
  })
}
