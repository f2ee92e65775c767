/** A job as `host_get_job_status` tells of it: HEAD's JobLifecycle (ref §2.9), from the blocks of its history in the DAG. */
import { Cid } from '../common/cid.ts'
import { decodeJson, encodeJson } from '../common/codec.ts'
import { Did } from '../common/did.ts'
import type { DagBlock } from '../dag/block.ts'
import { getBlock } from '../dag/blocks.ts'
import { executionReceipt } from '../identity/receipt.ts'
import { jobCheckpoint } from '../mesh/progress.ts'
import {
  type JobLifecycle,
  jobAssignmentRecord,
  jobBidRecord,
  jobLifecycle,
  jobReceiptRecord,
  jobRecord,
  meshJobStateChange,
} from '../mesh/records.ts'
import type { JobHistory, JobHistoryEntry, JobLifecycleStatus } from '../protocol/api.ts'
import type { Transaction } from '../storage/types.ts'
import { historyOf, statusOf } from './job-history.ts'
import { type HistoryKind, JOBS, type JobRow } from './tables.ts'

/** JSON, or undefined for a job that is not known. */
export function lifecycleJson(tx: Transaction, id: Cid): string | undefined {
  const row = tx.get(JOBS, id.toString())
  const life = row === undefined ? undefined : lifecycleOf(tx, row)
  return life === undefined ? undefined : encodeJson(jobLifecycle, life)
}

/** Undefined when the job's block is not there. */
function lifecycleOf(tx: Transaction, row: JobRow): JobLifecycle | undefined {
  const id = Cid.parse(row.id)
  const block = getBlock(tx, id)
  if (block === undefined) return undefined
  const job = decodeJson(jobRecord, block.data, 'Job')
  if (row.via === 'mesh') {
    const history = historyOf(tx, row)
    const read = <T>(kind: string, decode: (data: Uint8Array) => T): readonly T[] =>
      history.flatMap((entry) => (entry.kind === kind ? [decode(entry.block.data)] : []))
    return {
      // Bidding, and an end without a receipt, are told by the changes of status alone.
      job: { ...job, status: statusOf(row) },
      bids: read('bid', (data) => decodeJson(jobBidRecord, data, 'JobBid')),
      assignment:
        read('assignment', (data) => decodeJson(jobAssignmentRecord, data, 'JobAssignment'))[0] ?? null,
      receipt: read('receipt', (data) => decodeJson(jobReceiptRecord, data, 'JobReceipt'))[0] ?? null,
      checkpoints: read('checkpoint', (data) => decodeJson(jobCheckpoint, data, 'JobCheckpoint')),
      partialOutputs: [],
    }
  }
  return {
    job: row.state === 'Cancelled' ? { ...job, status: 'Cancelled' } : job,
    bids: [],
    assignment:
      row.executor === undefined
        ? null
        : {
            jobId: id,
            winningBidId: 'local',
            assignedExecutorDid: Did.parse(row.executor),
            assignedAt: BigInt(row.submittedAt),
            finalPriceMana: row.price ?? row.cost,
            committedResources: job.resourceRequirements,
          },
    receipt: receiptOf(tx, id, row),
    checkpoints: [],
    partialOutputs: [],
  }
}

/** The same, block by block, for the page. */
export function jobHistory(tx: Transaction, row: JobRow): JobHistory {
  const job = getBlock(tx, Cid.parse(row.id))
  const receipt = row.receipt === undefined ? undefined : getBlock(tx, Cid.parse(row.receipt))
  return {
    jobId: row.id,
    status: statusOf(row),
    entries: [
      ...(job === undefined ? [] : [entryOf('submitted', job, {})]),
      ...historyOf(tx, row).map(({ kind, block }) => entryOf(kind, block, TOLD[kind](block.data))),
      ...(row.via === 'mesh' || receipt === undefined
        ? []
        : [entryOf('receipt', receipt, { success: row.state === 'Completed' })]),
    ],
  }
}

type Told = Partial<JobHistoryEntry>

const TOLD: Readonly<Record<HistoryKind, (data: Uint8Array) => Told>> = {
  bid: (data) => ({ priceMana: decodeJson(jobBidRecord, data, 'JobBid').priceMana }),
  assignment(data) {
    const { assignedExecutorDid, finalPriceMana } = decodeJson(jobAssignmentRecord, data, 'JobAssignment')
    return { executor: `${assignedExecutorDid}`, priceMana: finalPriceMana }
  },
  checkpoint(data) {
    const { stage, progressPercent } = decodeJson(jobCheckpoint, data, 'JobCheckpoint')
    return { stage, percent: progressPercent }
  },
  receipt: (data) => ({ success: decodeJson(jobReceiptRecord, data, 'JobReceipt').success }),
  state(data) {
    const { oldState, newState } = decodeJson(meshJobStateChange, data, 'MeshJobStateChange')
    return { from: oldState as JobLifecycleStatus, to: newState as JobLifecycleStatus }
  },
}

function entryOf(kind: JobHistoryEntry['kind'], block: DagBlock, told: Told): JobHistoryEntry {
  return { kind, cid: `${block.cid}`, at: Number(block.timestamp), by: `${block.authorDid}`, ...told }
}

function receiptOf(tx: Transaction, id: Cid, row: JobRow): JobLifecycle['receipt'] {
  const block = row.receipt === undefined ? undefined : getBlock(tx, Cid.parse(row.receipt))
  if (block === undefined) return null
  const receipt = decodeJson(executionReceipt, block.data, 'Receipt')
  return {
    jobId: id,
    executorDid: receipt.executorDid,
    success: receipt.success,
    cpuMs: receipt.cpuMs,
    resultCid: receipt.resultCid,
    completedAt: BigInt(row.finishedAt ?? row.submittedAt),
    errorMessage: row.failure?.message ?? null,
    signature: receipt.sig,
  }
}
