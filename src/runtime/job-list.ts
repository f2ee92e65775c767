/** Jobs in pages, newest first, of one state when asked. */
import { IcnError } from '../common/errors.ts'
import type { JobState, JobStatus, Listing } from '../protocol/api.ts'
import type { Transaction } from '../storage/types.ts'
import { jobStatus } from './job-rules.ts'
import { JOB_ORDER, JOBS, OPEN_JOBS } from './tables.ts'

const STATES: readonly string[] = [
  'Pending',
  'Assigned',
  'Completed',
  'Failed',
  'Cancelled',
] satisfies JobState[]
/** Most jobs looked at for one page; a page may be shorter than its limit and still have a next. */
const MOST_LOOKED_AT = 5_000

export function listJobs(
  tx: Transaction,
  { after, limit }: { readonly after?: string; readonly limit: number },
  state?: JobState,
): Listing<JobStatus> {
  if (state !== undefined && !STATES.includes(state)) {
    throw new IcnError('InvalidSpec', `state must be one of ${STATES.join(', ')}, got ${String(state)}.`)
  }
  const order = state === 'Pending' || state === 'Assigned' ? OPEN_JOBS : JOB_ORDER
  const items: JobStatus[] = []
  let cursor = after
  for (let looked = 0; looked < MOST_LOOKED_AT; looked += limit) {
    const rows = tx.list(order, { ...(cursor === undefined ? {} : { after: cursor }), limit, reverse: true })
    for (const [key, id] of rows) {
      cursor = key
      const row = tx.get(JOBS, id)
      if (row !== undefined && (state === undefined || row.state === state)) items.push(jobStatus(row))
      if (items.length === limit) return { items, next: key }
    }
    if (rows.length < limit) return { items }
  }
  return cursor === undefined ? { items } : { items, next: cursor }
}
