/** Receipts that host calls anchor: counted with the ends of their jobs, once what the calls did is committed. */
import type { HostJobs } from '../host/context.ts'
import type { RuntimeContext } from './context.ts'

export class AnchoredReceipts {
  /** Whether each of the jobs succeeded. */
  readonly #ends: boolean[] = []

  /** The job rules, watched. */
  of(jobs: HostJobs): HostJobs {
    return {
      ...jobs,
      anchor: (tx, receipt) => {
        const cid = jobs.anchor(tx, receipt)
        this.#ends.push(receipt.success)
        return cid
      },
    }
  }

  count(count: (metric: string) => void): void {
    for (const success of this.#ends) countAnchored(count, success)
  }
}

/** Of one receipt. */
export function countAnchored(count: RuntimeContext['count'], success: boolean): void {
  count(success ? 'runtime_jobs_completed_total' : 'runtime_jobs_failed_total')
  count('runtime_receipts_anchored_total')
}
