/** A job as `host_get_job_status` tells of it: HEAD's JobLifecycle (ref §2.9), made from our row and its blocks. */
import { Cid } from '../common/cid.ts'
import { decodeJson, encodeJson } from '../common/codec.ts'
import { Did } from '../common/did.ts'
import { getBlock } from '../dag/blocks.ts'
import { executionReceipt } from '../identity/receipt.ts'
import { type JobLifecycle, jobLifecycle, jobRecord } from '../mesh/records.ts'
import type { Transaction } from '../storage/types.ts'
import { JOBS, type JobRow } from './tables.ts'

/** JSON, or undefined for a job that is not known. */
export function lifecycleJson(tx: Transaction, id: Cid): string | undefined {
  const row = tx.get(JOBS, id.toString())
  const block = row === undefined ? undefined : getBlock(tx, id)
  if (row === undefined || block === undefined) return undefined
  const job = decodeJson(jobRecord, block.data, 'Job')
  const life: JobLifecycle = {
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
  return encodeJson(jobLifecycle, life)
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
