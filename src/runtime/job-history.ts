/**
 * What happened to a job of the mesh, as ICN's lifecycle records in the DAG (ref §2.9, §7.6): bids, assignment, checkpoints,
 * receipt and changes of status, JSON in blocks that link to the job's as `parent_job`, each put in the transaction that
 * makes it so. Upstream gives the status blocks CIDs that are not theirs; here every block has its Merkle CID.
 */
import { utf8 } from '../common/bytes.ts'
import { Cid, RAW } from '../common/cid.ts'
import { type Codec, encodeJson } from '../common/codec.ts'
import { Did } from '../common/did.ts'
import { IcnError } from '../common/errors.ts'
import { buildBlock, type DagBlock } from '../dag/block.ts'
import { getBlock, putBlock } from '../dag/blocks.ts'
import { sequenceKey } from '../dag/rows.ts'
import type { ExecutionReceipt } from '../identity/receipt.ts'
import { type JobCheckpoint, jobCheckpoint } from '../mesh/progress.ts'
import {
  type JobLifecycleStatus,
  jobAssignmentRecord,
  jobBidRecord,
  jobReceiptRecord,
  meshJobStateChange,
} from '../mesh/records.ts'
import type { MeshJobBid } from '../mesh/types.ts'
import type { Transaction } from '../storage/types.ts'
import { type HistoryKind, JOB_HISTORY, JOBS, type JobRow } from './tables.ts'

/** Bids kept of one job; the winner's is always among them. */
const MOST_BIDS = 32
/** More blocks than a job can have: bids, checkpoints, and a handful of changes. */
const MOST_ENTRIES = 256

export interface HistoryEntry {
  readonly kind: HistoryKind
  readonly block: DagBlock
}

/** Where a job of the mesh stands, as ICN names it. */
export function statusOf(row: JobRow): JobLifecycleStatus {
  if (row.state !== 'Pending' && row.state !== 'Assigned') return row.state
  return row.stage ?? (row.state === 'Pending' ? 'Submitted' : 'Assigned')
}

/** @param now seconds since the epoch @returns the row with its new status, which is put where it is new */
export function changeStatus(tx: Transaction, row: JobRow, to: JobLifecycleStatus, now: bigint): JobRow {
  const from = statusOf(row)
  if (row.via !== 'mesh' || from === to) return row
  const change = { jobId: Cid.parse(row.id), oldState: from, newState: to }
  append(tx, row, 'state', meshJobStateChange, change, Did.parse(row.creator), now)
  const changed = { ...row, stage: to }
  tx.put(JOBS, row.id, changed)
  return changed
}

/** The bids that counted, the winner's first. */
export function noteBids(
  tx: Transaction,
  row: JobRow,
  bids: readonly MeshJobBid[],
  winner: MeshJobBid | undefined,
  now: bigint,
): void {
  const rest = bids.filter((bid) => bid !== winner)
  const kept = [...(winner === undefined ? [] : [winner]), ...rest].slice(0, MOST_BIDS)
  for (const [n, bid] of kept.entries()) {
    const { jobId, executorDid, priceMana, resources, signature } = bid
    const record = { jobId, bidId: bidId(n), executorDid, priceMana, resources, submittedAt: now, signature }
    append(tx, row, 'bid', jobBidRecord, record, executorDid, now)
  }
}

export function noteAssignment(tx: Transaction, row: JobRow, winner: MeshJobBid, now: bigint): void {
  const record = {
    jobId: winner.jobId,
    winningBidId: bidId(0),
    assignedExecutorDid: winner.executorDid,
    assignedAt: now,
    finalPriceMana: winner.priceMana,
    committedResources: winner.resources,
  }
  append(tx, row, 'assignment', jobAssignmentRecord, record, Did.parse(row.creator), now)
}

export function noteCheckpoint(tx: Transaction, row: JobRow, checkpoint: JobCheckpoint): void {
  append(tx, row, 'checkpoint', jobCheckpoint, checkpoint, checkpoint.executorDid, checkpoint.timestamp)
}

export function noteReceipt(tx: Transaction, row: JobRow, receipt: ExecutionReceipt, now: bigint): void {
  if (row.via !== 'mesh') return
  const { jobId, executorDid, success, cpuMs, resultCid, sig: signature } = receipt
  const errorMessage = success ? null : 'The executor reported that the job failed.'
  const record = { jobId, executorDid, success, cpuMs, resultCid, completedAt: now, errorMessage, signature }
  append(tx, row, 'receipt', jobReceiptRecord, record, executorDid, now)
}

/** In order; blocks that were pruned or damaged since are left out. */
export function historyOf(tx: Transaction, row: JobRow): readonly HistoryEntry[] {
  // Of jobs that were run here nothing is kept but the job, its row and its receipt.
  if (row.via !== 'mesh') return []
  return tx.list(JOB_HISTORY, { prefix: `${row.id}/`, limit: MOST_ENTRIES }).flatMap(([, entry]) => {
    const block = getBlock(tx, Cid.parse(entry.cid))
    return block === undefined ? [] : [{ kind: entry.kind, block }]
  })
}

function bidId(n: number): string {
  return `bid_${n}`
}

function append<T>(
  tx: Transaction,
  row: JobRow,
  kind: HistoryKind,
  codec: Codec<T>,
  record: T,
  authorDid: Did,
  timestamp: bigint,
): void {
  const prefix = `${row.id}/`
  const [last] = tx.list(JOB_HISTORY, { prefix, limit: 1, reverse: true })
  const next = last === undefined ? 0 : Number(last[0].slice(prefix.length)) + 1
  if (next >= MOST_ENTRIES) return
  const block = buildBlock({
    data: utf8(encodeJson(codec, record)),
    links: [{ cid: Cid.parse(row.id), name: 'parent_job', size: 0n }],
    timestamp,
    authorDid,
    codec: RAW,
  })
  try {
    putBlock(tx, block)
  } catch (error) {
    // Names of links are no part of a CID: a block that somebody else made to look like this one keeps no job from its end.
    if (IcnError.is(error, 'DagOperationFailed')) return
    throw error
  }
  tx.put(JOB_HISTORY, `${prefix}${sequenceKey(next)}`, { kind, cid: `${block.cid}` })
}
