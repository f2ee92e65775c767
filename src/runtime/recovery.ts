/**
 * Jobs whose worker is gone. Each runtime holds a lock of its own name while it lives; whoever is granted it knows that
 * the jobs it owned are nobody's, and takes them over. What the page knows to have ended its worker is not run again.
 */
import { IcnError } from '../common/errors.ts'
import type { JobStatus } from '../protocol/api.ts'
import type { KilledRun, RuntimeContext } from './context.ts'
import { untilAborted } from './exclusive.ts'
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
  readonly #actions: () => Promise<RecoveryActions>
  readonly #watched = new Set<string>()

  /** @param actions loads them: most starts find nothing to take over */
  constructor(context: RuntimeContext, signal: AbortSignal, actions: () => Promise<RecoveryActions>) {
    this.#context = context
    this.#signal = signal
    this.#actions = actions
  }

  async start(): Promise<void> {
    const context = this.#context
    const { store } = context
    await this.#holdOwnership()
    for (const { jobId, reason } of context.killed) {
      await this.#failKilled(jobId, reason).catch((error) => {
        if (IcnError.is(error, 'Closed')) throw error
        context.report(`Job ${jobId}, which ended its worker, could not be ended: ${error}`)
      })
    }
    const unsubscribe = store.subscribe(({ type, detail }, origin) => {
      if (origin !== 'remote' || type !== 'job') return
      // Another tab's job: should that tab end, somebody must take it over.
      const { jobId, state } = detail as JobStatus
      if (state === 'Pending') void this.#watch(jobId)
    })
    void untilAborted(this.#signal).then(unsubscribe)
    for (const row of await store.read(openJobs)) this.#adoptFrom(row.owner)
  }

  /** Held as long as this instance lives: whoever is granted it knows that its jobs are nobody's. */
  #holdOwnership(): Promise<void> {
    const { runExclusive, owner } = this.#context
    const signal = this.#signal
    return new Promise((held, failed) => {
      const task = () => {
        held()
        return untilAborted(signal)
      }
      runExclusive(`owner/${owner}`, task, signal).catch((error) => {
        if (!signal.aborted) failed(error)
      })
    })
  }

  async #failKilled(id: string, reason: KilledRun['reason']): Promise<void> {
    const { store, owner, limits } = this.#context
    const actions = await this.#actions()
    const row = await store.transact((tx) => {
      const found = tx.get(JOBS, id)
      if (found === undefined || !isOpen(found)) return undefined
      tx.put(JOBS, id, { ...found, owner })
      return found
    })
    if (row === undefined) return
    await actions.fail(row, killed(id, reason, limits.executionMs))
  }

  async #watch(id: string): Promise<void> {
    const row = await this.#context.store.read((tx) => tx.get(JOBS, id)).catch(() => undefined)
    if (row !== undefined && isOpen(row)) this.#adoptFrom(row.owner)
  }

  /** Waits for the owner's end and takes its open jobs. */
  #adoptFrom(owner: string): void {
    const { store, runExclusive, owner: self } = this.#context
    if (owner === self || this.#watched.has(owner)) return
    this.#watched.add(owner)
    const adopt = async () => {
      // Before they are ours: where the code does not come, somebody else may have them.
      const actions = await this.#actions()
      const taken = await store.transact((tx) => {
        const left = openJobs(tx).filter((row) => row.owner === owner)
        for (const row of left) tx.put(JOBS, row.id, { ...row, owner: self })
        return left
      })
      for (const row of taken) actions.take(row)
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
