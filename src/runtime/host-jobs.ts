/** The job rules as host calls reach them: from inside a run, or from the page's `runtime.call`. */

import { Cid } from '../common/cid.ts'
import type { HostJobs } from '../host/context.ts'
import { isWhole, passedOn } from '../host/grant.ts'
import type { RuntimeContext } from './context.ts'
import { pendingJobs, submitJob } from './job-rules.ts'
import { lifecycleJson } from './lifecycle.ts'
import { anchorReceipt, type ReceiptAnchor } from './receipts.ts'
import { COUNTS, type JobRow } from './tables.ts'

/** What of a job shows in the jobs its run submits; all of it is in the execution record. */
export type ParentJob = Pick<JobRow, 'id' | 'depth' | 'fuel' | 'grant'>

/** Whose run it is: this node's, or in a replay the node's that made the run. */
export type HostNode = ReceiptAnchor & Pick<RuntimeContext, 'limits' | 'owner'>

/** @param now seconds since the epoch @param parent the job whose run makes the calls */
export function hostJobs(context: HostNode, now: bigint, parent?: ParentJob): HostJobs {
  return {
    submit: (tx, job) =>
      Cid.parse(
        submitJob(tx, {
          manifest: job.manifestCid,
          spec: job.spec,
          cost: job.costMana,
          maxWaitMs: job.maxExecutionWaitMs,
          entry: 'run',
          fuel: parent?.fuel ?? context.limits.fuel,
          grant: parent?.grant === undefined || isWhole(parent.grant) ? undefined : passedOn(parent.grant),
          creator: context.identity,
          now,
          // A run's effects are the same whoever runs it; whoever commits them owns the jobs (settle.ts).
          owner: parent === undefined ? context.owner : '',
          ...(parent === undefined ? {} : { parent }),
        }).id,
      ),
    open: (tx) => tx.get(COUNTS, 'openJobs') ?? 0,
    pending: pendingJobs,
    status: lifecycleJson,
    anchor: (tx, receipt) => anchorReceipt(tx, context, receipt, now),
  }
}
