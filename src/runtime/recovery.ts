/**
 * Jobs whose worker is gone. Each runtime holds a lock of its own name while it lives (ownership.ts); whoever is granted
 * it knows that the jobs it owned are nobody's, and takes them over. What the page knows to have ended its worker is not
 * run again. Loaded when there is such a job: most starts find none.
 */
import { IcnError } from '../common/errors.ts'
import type { KilledRun, RuntimeContext } from './context.ts'
import { isOpen, openJobs } from './open-jobs.ts'
import { JOBS, type JobRow } from './tables.ts'

/** The job manager, as far as jobs are taken over. */
export interface RecoveryActions {
  /** Runs a job that is this runtime's from now on. */
  take(row: JobRow): void
  /** Ends it with a failure receipt and a refund. */
  fail(row: JobRow, error: IcnError): Promise<unknown>
}

export class Recovery {
  readonly #context: RuntimeContext
  readonly #signal: AbortSignal
  readonly #actions: RecoveryActions
  readonly #watched = new Set<string>()

  constructor(context: RuntimeContext, signal: AbortSignal, actions: RecoveryActions) {
    this.#context = context
    this.#signal = signal
    this.#actions = actions
  }

  async failKilled(id: string, reason: KilledRun['reason']): Promise<void> {
    const { store, owner, limits } = this.#context
    const row = await store.transact((tx) => {
      const found = tx.get(JOBS, id)
      if (found === undefined || !isOpen(found)) return undefined
      tx.put(JOBS, id, { ...found, owner })
      return found
    })
    if (row === undefined) return
    await this.#actions.fail(row, killed(id, reason, limits.executionMs))
  }

  /** Should the job's owner end, somebody must take it over. */
  async watch(id: string): Promise<void> {
    const row = await this.#context.store.read((tx) => tx.get(JOBS, id)).catch(() => undefined)
    if (row !== undefined && isOpen(row)) this.adoptFrom(row.owner)
  }

  /** Waits for the owner's end and takes its open jobs. */
  adoptFrom(owner: string): void {
    const { store, runExclusive, owner: self } = this.#context
    if (owner === self || this.#watched.has(owner)) return
    this.#watched.add(owner)
    const adopt = async () => {
      const taken = await store.transact((tx) => {
        const left = openJobs(tx).filter((row) => row.owner === owner)
        for (const row of left) tx.put(JOBS, row.id, { ...row, owner: self })
        return left
      })
      for (const row of taken) this.#actions.take(row)
    }
    void runExclusive(`owner/${owner}`, adopt, this.#signal)
      .catch(() => {})
      .finally(() => this.#watched.delete(owner))
  }
}

/** Why a job that ended its worker failed. */
export function killed(id: string, reason: KilledRun['reason'], executionMs: number): IcnError {
  const data = { job: id, reason: reason === 'timeout' ? 'wallClock' : reason }
  if (reason === 'timeout') {
    const message = `Job ${id} ran longer than ${executionMs} ms and was stopped.`
    return new IcnError('ExecutionTimeout', message, { data: { ...data, limit: executionMs } })
  }
  return reason === 'aborted'
    ? new IcnError('Aborted', `Job ${id} was stopped by its caller.`, { data })
    : new IcnError('WorkerCrashed', `Job ${id} ended its worker.`, { data })
}
