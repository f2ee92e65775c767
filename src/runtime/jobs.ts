/**
 * The job manager: takes what is Pending, runs it here, and ends it. Several jobs are on their way at once, so that their
 * commits share transactions; their guests run one after the other, in order of submission, and never while a database
 * transaction is open. What a run did is committed with its receipt, its payment and its end in one. Whatever goes wrong
 * with a job ends that job, signed and refunded; whatever goes wrong with the store leaves the job open, to be taken up
 * again.
 */
import { IcnError } from '../common/errors.ts'
import type { JobHistory, JobRequest, JobStatus, RunOptions, RunResult } from '../protocol/api.ts'
import type { Transaction } from '../storage/types.ts'
import type { RuntimeContext } from './context.ts'
import { untilAborted } from './exclusive.ts'
import { JobQueue, type Turn } from './job-queue.ts'
import { readSubmission } from './job-request.ts'
import { beginJob, endJob, jobEvent, jobStatus, submitJob } from './job-rules.ts'
import { jobHistory } from './lifecycle.ts'
import type { Modules } from './modules.ts'
import { isOpen } from './open-jobs.ts'
import { Pace } from './pace.ts'
import { failed, isStoreFault, type Performed, prepare, runOn } from './perform.ts'
import { unknownJob } from './receipts.ts'
import { killed, type RecoveryActions } from './recovery.ts'
import { type ProgressListener, ProgressListeners } from './run-progress.ts'
import { done, type Source, StaleRun, settle, within } from './settle.ts'
import { JOBS, type JobRow } from './tables.ts'

/** Runs begun of a job that never came back, the first perhaps in company; after that many it is failed. */
const MOST_ATTEMPTS = 2
/** Runs made outside a transaction; what comes between them, this tab's own commits too, may make each of them stale. */
const MOST_OUTSIDE = 4
/** Runs made inside, where only other tabs can come between. */
const MOST_INSIDE = 32

/** Of a job under way nobody has been told yet; its end is strict and makes its beginning safe with it. */
const UNPROMISED = { durability: 'relaxed' } as const

interface Waiting {
  readonly id: string
  /** Begun with its submission: the run may start as it is. */
  readonly begun: JobRow | undefined
  readonly signal: AbortSignal | undefined
  /** Count its fuel by function and loop. */
  readonly profile: boolean
  readonly resolve: (result: RunResult | undefined) => void
  readonly reject: (error: unknown) => void
}

export class JobManager implements RecoveryActions {
  readonly #context: RuntimeContext
  readonly #modules: Modules
  readonly #queue: JobQueue<Waiting>
  readonly #pace = new Pace()
  readonly #progress = new ProgressListeners()
  readonly #closing = new AbortController()
  readonly #offer: (id: string) => void

  /** @param offer gives a job to the mesh, which brings it to its end */
  constructor(context: RuntimeContext, modules: Modules, offer: (id: string) => void = () => {}) {
    this.#offer = offer
    this.#context = context
    this.#modules = modules
    this.#queue = new JobQueue(context.jobsInFlight, async (job, turn) => {
      await this.#process(job, turn).then(job.resolve, job.reject)
    })
  }

  take({ id, attempts }: JobRow): void {
    void this.enqueue(id, { alone: attempts > 0 })
  }

  fail(row: JobRow, error: IcnError): Promise<unknown> {
    return this.#settle(row, done(failed(error)))
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
    { signal, profile = false, onProgress }: Pick<RunOptions, 'signal' | 'profile' | 'onProgress'>,
    alongside: (tx: Transaction) => void,
  ): Promise<RunResult> {
    const submission = readSubmission(request, this.#context)
    const { store, identity } = this.#context
    // With nothing before it that it would have to wait for, it is submitted and begun in one commit.
    const begun = this.#queue.reserve()
    let row: JobRow
    try {
      const change = (tx: Transaction) => {
        alongside(tx)
        const pending = submitJob(tx, submission)
        return begun ? beginJob(tx, pending, identity) : pending
      }
      row = await store.transact(change, undefined, UNPROMISED)
    } catch (error) {
      if (begun) this.#queue.release()
      throw error
    }
    this.#context.count('runtime_jobs_submitted_total')
    const unwatch = this.#progress.add(row.id, onProgress)
    const result = await this.enqueue(row.id, {
      signal,
      profile,
      begun: begun ? row : undefined,
    }).finally(unwatch)
    if (result !== undefined) return result
    throw new IcnError('Aborted', `Job ${row.id} was cancelled before its run was committed.`, {
      data: { job: row.id },
    })
  }

  async status(id: string): Promise<JobStatus> {
    return jobStatus(await this.#context.store.read((tx) => known(tx, id)))
  }

  async history(id: string): Promise<JobHistory> {
    return this.#context.store.read((tx) => jobHistory(tx, known(tx, id)))
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
  async wait(id: string, signal?: AbortSignal, onProgress?: ProgressListener): Promise<JobStatus> {
    const { store } = this.#context
    const unwatch = this.#progress.add(id, onProgress)
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
      unwatch()
    }
  }

  /**
   * Puts an open job at the end of the queue, or, with `begun`, into the slot reserved for it. Resolves with its result,
   * or undefined when it ended otherwise. @param alone it was under way when a worker ended
   */
  enqueue(
    id: string,
    {
      signal,
      begun,
      profile = false,
      alone = false,
    }: Partial<Pick<Waiting, 'signal' | 'begun' | 'profile'>> & { alone?: boolean } = {},
  ): Promise<RunResult | undefined> {
    if (this.#closing.signal.aborted) {
      if (begun !== undefined) this.#queue.release()
      return Promise.reject(this.#closing.signal.reason)
    }
    const result = new Promise<RunResult | undefined>((resolve, reject) => {
      const job = { id, begun, signal, profile, resolve, reject }
      if (begun === undefined) this.#queue.add(job, alone)
      else this.#queue.launch(job)
    })
    // Background jobs have nobody to tell; a store that failed is told to whoever asks next.
    result.catch(() => {})
    return result
  }

  /** What runs is finished; what waits stays Pending for the next start. */
  async close(): Promise<void> {
    this.#closing.abort(new IcnError('Closed', 'The runtime was closed.'))
    for (const { reject } of this.#queue.clear()) reject(this.#closing.signal.reason)
    await this.#queue.idle()
  }

  async #process({ id, begun, signal, profile }: Waiting, turn: Turn): Promise<RunResult | undefined> {
    const context = this.#context
    await this.#checkWanted(id, signal)
    let offered = false
    const begin = (tx: Transaction): JobRow | undefined => {
      const found = tx.get(JOBS, id)
      if (found === undefined || !isOpen(found) || found.owner !== context.owner) return undefined
      offered = found.via === 'mesh'
      if (offered) return undefined
      // Assigned to somebody else: it ends with their receipt.
      if (found.executor !== undefined && found.executor !== `${context.identity}`) return undefined
      return beginJob(tx, found, context.identity)
    }
    const row = begun ?? (await context.store.transact(begin, undefined, UNPROMISED))
    if (offered) this.#offer(id)
    if (row === undefined) return undefined
    if (row.attempts > MOST_ATTEMPTS) return this.#settle(row, done(failed(killed(id, 'crash', 0))))
    // From its beginning: a run has effects at its end alone.
    if (row.attempts > 1) context.count('runtime_job_resumes_total')
    const work = await prepare(context, this.#modules, row, profile)
    await turn.mine
    await this.#checkWanted(id, signal)
    if ('done' in work) return this.#inTurn(turn, this.#settle(row, done(work.done)))
    const { input } = work
    let made = 0
    const run = (tx: Transaction): Performed => {
      made += 1
      const performed = runOn(context, input, row, signal, tx, this.#progress.watch(id, input, made))
      this.#pace.note(input, performed.elapsedMs)
      return performed
    }
    const inside = within(run, MOST_INSIDE, () => failed(contention(id)))
    if (this.#pace.isQuick(input)) return this.#inTurn(turn, this.#settle(row, inside))
    // Others would wait for a long run inside a transaction; it is made outside, on what all before it have left.
    await turn.clear
    await this.#checkWanted(id, signal)
    let outside = 0
    const next = async () => (outside++ < MOST_OUTSIDE ? done(await context.store.read(run)) : inside)
    return this.#inTurn(turn, this.#settle(row, await next(), next))
  }

  /** `ending` is in the store's hands by now, behind those before it: the next may follow. */
  #inTurn<T>(turn: Turn, ending: Promise<T>): Promise<T> {
    turn.pass()
    return ending
  }

  /** @throws IcnError when the caller gave up; the job is cancelled then */
  async #checkWanted(id: string, signal: AbortSignal | undefined): Promise<void> {
    if (!signal?.aborted) return
    await this.cancel(id).catch(() => {})
    throw abortion(signal)
  }

  /** Commits a run's end; a run whose state has moved under it is made `again`. */
  async #settle(row: JobRow, first: Source, again?: () => Promise<Source>): Promise<RunResult | undefined> {
    const context = this.#context
    let source = first
    let refused = false
    for (;;) {
      try {
        const settled = await settle(context, row, source)
        if (settled === undefined) return undefined
        const { result, performed } = settled
        context.count(result.success ? 'runtime_jobs_completed_total' : 'runtime_jobs_failed_total')
        context.count('runtime_receipts_anchored_total')
        const { counts = [], submitted: children = [] } = performed.run?.outcome ?? {}
        for (const [metric, times] of counts) context.count(metric, times)
        if (children.length > 0) context.count('runtime_jobs_submitted_total', children.length)
        for (const child of children) void this.enqueue(child)
        return result
      } catch (error) {
        if (!(error instanceof StaleRun && again !== undefined)) {
          // What cannot be committed for the job's own sake ends it; a second failure is not the job's.
          if (!IcnError.is(error) || isStoreFault(error) || refused) throw error
          refused = true
          source = done(failed(error))
          continue
        }
        context.count('runtime_job_reruns_total')
        source = await again()
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
    `Job ${id} was run ${MOST_INSIDE} times, and each time other tabs changed what it had read.`,
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
