/** The jobs that have not ended. Apart from the rules that make and end them, so that a start can look for them alone. */
import type { Transaction } from '../storage/types.ts'
import { JOBS, type JobRow, OPEN_JOBS } from './tables.ts'

/** Most jobs that may wait or run at once; a submission beyond is refused (ref §14 row 46). */
export const MOST_OPEN_JOBS = 1_000

export function isOpen(row: JobRow): boolean {
  return row.state === 'Pending' || row.state === 'Assigned'
}

/** Its executor has told how far it is (ref §2.9); a run made here is over before anybody could ask. */
export function isLongRunning({ progress }: JobRow): boolean {
  return progress !== undefined
}

/** Open jobs, oldest first. */
export function openJobs(tx: Transaction): readonly JobRow[] {
  return tx.list(OPEN_JOBS, { limit: MOST_OPEN_JOBS }).flatMap(([, id]) => tx.get(JOBS, id) ?? [])
}
