/**
 * The job manager: takes what is Pending, runs it here, and ends it. One job at a time, in order of submission; a run
 * never happens while a database transaction is open, and what it did is committed with its receipt, its payment and its
 * end in one. Whatever goes wrong with a job ends that job, signed and refunded; whatever goes wrong with the store
 * leaves the job open, to be taken up again.
 */
import { IcnError } from '../common/errors.ts'
import type { JobRequest, JobStatus, RunResult } from '../protocol/api.ts'
import type { Transaction } from '../storage/types.ts'
import type { RuntimeContext } from './context.ts'
import { untilAborted } from './exclusive.ts'
import { readSubmission } from './job-request.ts'
import { beginJob, endJob, isOpen, jobEvent, jobStatus, submitJob } from './job-rules.ts'
import type { Modules } from './modules.ts'
import { failed, isStoreFault, type Performed, perform } from './perform.ts'
import { unknownJob } from './receipts.ts'
import { killed, Recovery } from './recovery.ts'
import { StaleRun, settle } from './settle.ts'
import { JOBS, type JobRow } from './tables.ts'

/** Runs begun of a job that never came back; after that many it is failed. */
const MOST_ATTEMPTS = 2
/** Runs made again because other tabs changed what they had read. */
const MOST_RERUNS = 32

interface Waiting {
  readonly id: string
  /** Begun with its submission: the run may start as it is. */
  readonly begun: JobRow | undefined
  readonly signal: AbortSignal | undefined
  readonly resolve: (result: RunResult | undefined) => void
  readonly reject: (error: unknown) => void
}

export class JobManager {
  readonly #context: RuntimeContext
  readonly #modules: Modules
  readonly #queue: Waiting[] = []
  readonly #closing = new AbortController()
  readonly #recovery: Recovery
  #working: Promise<void> | undefined
  /** A run is being submitted that will be the next. */
  #reserved = false

  constructor(context: RuntimeContext, modules: Modules) {
    this.#context = context
    this.#modules = modules
    this.#recovery = new Recovery(context, this.#closing.signal, {
      take: (id) => void this.enqueue(id),
      fail: (row, error) => this.#settle(row, failed(error)),
    })
  }

  /** Ends what killed the worker before, takes over what nobody runs any more. */
  start(): Promise<void> {
    return this.#recovery.start()
  }

  /** Pending when this resolves; it is run in the background. */
  async submit(request: JobRequest): Promise<string> {
    const submission = readSubmission(request, this.#context)
    const row = await this.#context.store.transact((tx) => submitJob(tx, submission))
    this.#context.count('runtime_jobs_submitted_total')
    this.enqueue(row.id)
    return row.id
  }

  /** Submits and runs; resolves with how it ended. `alongside` commits with the submission. */
  async run(
    request: JobRequest,
    signal: AbortSignal | undefined,
    alongside: (tx: Transaction) => void,
  ): Promise<RunResult> {
    const submission = readSubmission(request, this.#context)
    const { store, identity } = this.#context
    // With nothing before it, it is submitted and begun in one commit.
    const idle = this.#working === undefined && !this.#reserved
    if (idle) this.#reserved = true
    let row: JobRow
    try {
      row = await store.transact((tx) => {
        alongside(tx)
        const pending = submitJob(tx, submission)
        return idle ? beginJob(tx, pending, identity) : pending
      })
    } finally {
      if (idle) this.#reserved = false
    }
    this.#context.count('runtime_jobs_submitted_total')
    const result = await this.enqueue(row.id, signal, idle ? row : undefined)
    if (result !== undefined) return result
    throw new IcnError('Aborted', `Job ${row.id} was cancelled before its run was committed.`, {
      data: { job: row.id },
    })
  }

  async status(id: string): Promise<JobStatus> {
    return jobStatus(await this.#context.store.read((tx) => known(tx, id)))
  }

  async cancel(id: string): Promise<JobStatus> {
    const { store, time } = this.#context
    const row = await store.transact((tx) => {
      const ended = endJob(tx, known(tx, id), { state: 'Cancelled', now: time.seconds() })
      tx.emit(jobEvent(ended))
      return ended
    })
    this.#context.count('runtime_job_cancellations_total')
    return jobStatus(row)
  }

  /** Resolves when the job has ended, in whichever tab. @throws IcnError UnknownJob */
  async wait(id: string, signal?: AbortSignal): Promise<JobStatus> {
    const { store } = this.#context
    let changed = () => {}
    const unsubscribe = store.subscribe(({ type, detail }) => {
      if (type !== 'job' || (detail as JobStatus).jobId === id) changed()
    })
    const over = AbortSignal.any([this.#closing.signal, ...(signal === undefined ? [] : [signal])])
    const given = untilAborted(over)
    try {
      for (;;) {
        const change = new Promise<void>((resolve) => {
          changed = resolve
        })
        const status = await this.status(id)
        if (status.state !== 'Pending' && status.state !== 'Assigned') return status
        await Promise.race([change, given])
        if (over.aborted) throw abortion(signal)
      }
    } finally {
      unsubscribe()
    }
  }

  /** Puts an open job at the end of the queue. Resolves with its result, or undefined when it ended otherwise. */
  enqueue(id: string, signal?: AbortSignal, begun?: JobRow): Promise<RunResult | undefined> {
    if (this.#closing.signal.aborted) return Promise.reject(this.#closing.signal.reason)
    const result = new Promise<RunResult | undefined>((resolve, reject) => {
      this.#queue.push({ id, begun, signal, resolve, reject })
    })
    // Background jobs have nobody to tell; a store that failed is told to whoever asks next.
    result.catch(() => {})
    this.#working ??= this.#work().finally(() => {
      this.#working = undefined
    })
    return result
  }

  /** What runs is finished; what waits stays Pending for the next start. */
  async close(): Promise<void> {
    this.#closing.abort(new IcnError('Closed', 'The runtime was closed.'))
    for (const { reject } of this.#queue.splice(0)) reject(this.#closing.signal.reason)
    await this.#working
  }

  async #work(): Promise<void> {
    for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
      try {
        next.resolve(await this.#process(next))
      } catch (error) {
        next.reject(error)
      }
    }
  }

  async #process({ id, begun, signal }: Waiting): Promise<RunResult | undefined> {
    const context = this.#context
    if (signal?.aborted) {
      await this.cancel(id).catch(() => {})
      throw abortion(signal)
    }
    const begin = (tx: Transaction): JobRow | undefined => {
      const found = tx.get(JOBS, id)
      if (found === undefined || !isOpen(found) || found.owner !== context.owner) return undefined
      // Assigned to somebody else: it ends with their receipt.
      if (found.executor !== undefined && found.executor !== `${context.identity}`) return undefined
      return beginJob(tx, found, context.identity)
    }
    const row = begun ?? (await context.store.transact(begin))
    if (row === undefined) return undefined
    const done =
      row.attempts > MOST_ATTEMPTS
        ? failed(killed(id, 'crash', 0))
        : await perform(context, this.#modules, row, signal)
    return this.#settle(row, done, signal)
  }

  /** Commits a run's end; a run whose state has moved under it is made again. */
  async #settle(row: JobRow, first: Performed, signal?: AbortSignal): Promise<RunResult | undefined> {
    const context = this.#context
    let done = first
    let refused: Performed | undefined
    for (let attempt = 1; ; attempt++) {
      try {
        const result = await settle(context, row, done)
        if (result === undefined) return undefined
        context.count(result.success ? 'runtime_jobs_completed_total' : 'runtime_jobs_failed_total')
        context.count('runtime_receipts_anchored_total')
        const children = done.run?.outcome.submitted ?? []
        if (children.length > 0) context.count('runtime_jobs_submitted_total', children.length)
        for (const child of children) void this.enqueue(child)
        return result
      } catch (error) {
        if (!(error instanceof StaleRun)) {
          // What cannot be committed for the job's own sake ends it; a second failure is not the job's.
          if (!IcnError.is(error) || isStoreFault(error) || done === refused) throw error
          refused = failed(error)
          done = refused
          continue
        }
        done =
          attempt < MOST_RERUNS
            ? await perform(context, this.#modules, row, signal)
            : failed(contention(row.id))
      }
    }
  }
}

function known(tx: Transaction, id: string): JobRow {
  const row = tx.get(JOBS, id)
  if (row === undefined) throw unknownJob(id)
  return row
}

function contention(id: string): IcnError {
  return new IcnError(
    'ProcessingFailure',
    `Job ${id} was run ${MOST_RERUNS} times, and each time other tabs changed what it had read.`,
    { data: { reason: 'contention', job: id } },
  )
}

function abortion(signal: AbortSignal | undefined): IcnError {
  const reason: unknown = signal?.aborted ? signal.reason : undefined
  if (IcnError.is(reason)) return reason
  return signal?.aborted
    ? new IcnError('Aborted', 'The call was aborted by its caller.', { cause: reason })
    : new IcnError('Closed', 'The runtime was closed.')
}
