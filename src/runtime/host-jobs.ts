/** The job rules as host calls reach them: from inside a run, or from the page's `runtime.call`. */
import { Cid } from '../common/cid.ts'
import type { HostJobs } from '../host/context.ts'
import type { RuntimeContext } from './context.ts'
import { pendingJobs, submitJob } from './job-rules.ts'
import { lifecycleJson } from './lifecycle.ts'
import { anchorReceipt } from './receipts.ts'
import type { JobRow } from './tables.ts'

/** @param now seconds since the epoch @param parent the job whose run makes the calls */
export function hostJobs(context: RuntimeContext, now: bigint, parent?: JobRow): HostJobs {
  return {
    submit: (tx, job) =>
      Cid.parse(
        submitJob(tx, {
          manifest: job.manifestCid,
          spec: job.spec,
          cost: job.costMana,
          maxWaitMs: job.maxExecutionWaitMs,
          entry: 'run',
          fuel: context.limits.fuel,
          creator: context.identity,
          now,
          owner: context.owner,
          ...(parent === undefined ? {} : { parent }),
        }).id,
      ),
    pending: pendingJobs,
    status: lifecycleJson,
    anchor: (tx, receipt) => anchorReceipt(tx, context, receipt, now),
  }
}
