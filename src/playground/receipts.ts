/** Receipts with the jobs they belong to: where no run was recorded, the job tells what happened. */
import type { IcnRuntime, JobStatus, StoredReceipt } from '../index.ts'
import { number } from './format.ts'
import { nameOf } from './names.ts'
import { type Ending, ending } from './words.ts'

export interface ReceiptEntry {
  readonly stored: StoredReceipt
  /** Looked up only where the receipt has no run; absent when the job is not known here either. */
  readonly job?: JobStatus
}

export function withJobs(
  runtime: IcnRuntime,
  receipts: readonly StoredReceipt[],
  signal: AbortSignal,
): Promise<readonly ReceiptEntry[]> {
  return Promise.all(
    receipts.map(async (stored) => {
      if (stored.run) return { stored }
      const job = await runtime.jobs.status(stored.receipt.jobId, { signal }).catch(() => undefined)
      return job ? { stored, job } : { stored }
    }),
  )
}

export function endingOf({ stored, job }: ReceiptEntry): Ending {
  return ending(stored.receipt.success, stored.run?.result ?? null, stored.run?.failure ?? job?.failure)
}

/** What the contract was called when it ran here; a job that ended without a run names it too. */
export function nameOfRun({ stored, job }: ReceiptEntry): string | undefined {
  const cid = stored.run?.moduleCid ?? job?.manifestCid
  return cid === undefined ? undefined : nameOf(cid)
}

/** What it cost, or why nothing is known of that. */
export function costOf({ stored, job }: ReceiptEntry, did: string): string {
  const foreign = stored.receipt.executor !== did
  if (stored.run && foreign) return `${number(stored.run.fuelUsed)} fuel, from another node`
  if (stored.run) return `${number(stored.run.fuelUsed)} fuel, ${number(stored.run.manaCharged)} mana`
  if (foreign) return 'from another node'
  return job?.kind === 'CclWasm' ? 'stopped from outside' : 'no contract ran'
}
