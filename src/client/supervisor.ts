/**
 * Owns the worker: starts it, gives it the calls, ends it when a guest outstays its limit or its caller gives up, and
 * puts a fresh one on the same database in its place. Every call settles: with the worker's answer, or with Aborted,
 * ExecutionTimeout, WorkerCrashed or Closed. A worker to which code does not come any more is replaced between calls.
 */
import { IcnError } from '../common/errors.ts'
import type { RuntimeOptions } from '../protocol/api.ts'
import { toIcnError } from '../protocol/errors.ts'
import { type KilledJob, PROTOCOL_VERSION, type WorkerMessage } from '../protocol/messages.ts'
import type { MethodName } from '../protocol/methods.ts'
import { Call, Calls, notPlain } from './call.ts'
import { CrashLoop } from './crash-loop.ts'
import { Deadline } from './deadline.ts'
import { Link, type WorkerLike } from './link.ts'
import { forWorker, meshOf } from './mesh-port.ts'

/**
 * Calls refused for want of code, after which the worker is replaced: the second was made after the code had been asked
 * for again. By the older rule of the web, which some browsers follow, a worker in which a module could not be fetched once
 * never fetches it again.
 */
const CODE_REFUSALS = 2

const runAborted = new IcnError('Aborted', 'A run was aborted by its caller.', { data: { method: 'run' } })

export type Emit = (event: string, detail: unknown) => void

export class Supervisor {
  readonly #spawn: () => WorkerLike
  readonly #options: RuntimeOptions
  readonly #emit: Emit
  readonly #calls = new Calls()
  readonly #crashLoop = new CrashLoop()
  readonly #deadline = new Deadline((error) => this.#end('timeout', error))
  /** The worker that serves; undefined while one starts. */
  #link: Link | undefined
  #starting: Link | undefined
  /** Ready to take the present worker's place at the next moment without a call. */
  #next: Link | undefined
  #codeRefusals = 0
  /** Why nothing more is served. */
  #over: IcnError | undefined
  #killed: readonly KilledJob[] = []
  #restarts = 0
  #lastId = 0

  constructor(spawn: () => WorkerLike, options: RuntimeOptions, emit: Emit) {
    this.#spawn = spawn
    this.#options = options
    this.#emit = emit
  }

  /** @throws IcnError what the first worker could not start for, or what `close` was given meanwhile */
  start(): Promise<void> {
    return this.#connect().catch((thrown: unknown) => {
      void this.#leaveMesh()
      throw this.#finish(toIcnError(thrown))
    })
  }

  call(method: MethodName, args: readonly unknown[]): Promise<unknown> {
    if (this.#over) return Promise.reject(this.#over)
    let call: Call
    try {
      call = new Call(++this.#lastId, method, args)
    } catch (thrown) {
      return Promise.reject(notPlain('An argument', method, thrown))
    }
    if (call.signal?.aborted) return Promise.reject(call.aborted())
    this.#calls.add(call, () => this.#abort(call))
    if (this.#link) void this.#send(call, this.#link)
    return call.promise
  }

  /** @param error what calls under way are rejected with, and every later one */
  async close(error = new IcnError('Closed', 'The runtime has been closed.')): Promise<void> {
    const link = this.#link
    this.#finish(error)
    await link?.close()
    await this.#leaveMesh()
  }

  async #connect(): Promise<void> {
    const killed = this.#killed
    this.#serve(await this.#open(killed))
    this.#killed = this.#killed.filter((job) => !killed.includes(job))
    for (const call of this.#calls.all()) void this.#send(call, this.#link!)
  }

  /** A worker that is ready, and not yet the one that serves. */
  async #open(killed: readonly KilledJob[]): Promise<Link> {
    const link = new Link(this.#spawn(), {
      // What is committed is told by all workers on the database, and to the page by the one that serves.
      message: (message) => (this.#link ?? link) === link && this.#onMessage(message),
      died: (error) => {
        if (link === this.#next) this.#next = undefined
        else if (link === this.#link) this.#end('crash', error)
      },
    })
    this.#starting = link
    try {
      const [options, ports] = forWorker(this.#options)
      await link.start({ protocol: PROTOCOL_VERSION, options, killed }, ports)
    } catch (thrown) {
      link.end()
      throw thrown
    }
    if (this.#over) throw this.#over
    this.#starting = undefined
    return link
  }

  #serve(link: Link): void {
    this.#link = link
    // With a store in memory, or a port that cannot be had twice, something would be lost with the worker.
    this.#codeRefusals = this.#options.storage === 'memory' || meshOf(this.#options) ? -Infinity : 0
  }

  /** The present worker serves until the other is ready and no call is under way; should that not start, it goes on. */
  #renew(): void {
    const old = this.#link
    if (!old || old.running || this.#calls.all().length > 0) return
    if (this.#next) {
      this.#serve(this.#next)
      this.#next = undefined
      void old.close()
    } else if (this.#codeRefusals >= CODE_REFUSALS) {
      this.#codeRefusals = 0
      this.#open([]).then(
        (next) => {
          if (this.#link !== old || this.#codeRefusals < 0) return next.end()
          this.#next = next
          this.#renew()
        },
        () => {},
      )
    }
  }

  /** A stream lives in its worker between calls, too. */
  #keep(): void {
    this.#codeRefusals = -Infinity
    this.#next?.end()
    this.#next = undefined
  }

  async #send(call: Call, link: Link): Promise<void> {
    call.sent = true
    call.attempts += 1
    this.#watch(false)
    const answer = await link.call(call).catch((thrown: unknown) => ({ error: call.failed(thrown) }))
    if (link !== this.#link || !this.#calls.take(call)) return
    this.#crashLoop.answered()
    this.#watch(true)
    if ('error' in answer) {
      call.reject(answer.error)
      if (answer.error.data.reason === 'codeUnavailable') this.#codeRefusals += 1
    } else call.resolve(answer.value)
    if (call.method === 'transfers.open') this.#keep()
    else this.#renew()
  }

  #abort(call: Call): void {
    if (!this.#calls.take(call)) return
    call.reject(call.aborted())
    if (this.#link?.running?.call === call.id) this.#end('aborted', runAborted)
    else if (call.sent) this.#link?.abort(call.id)
    this.#watch(false)
  }

  #onMessage(message: WorkerMessage): void {
    if (message.icn === 'events') {
      for (const [name, detail] of message.events) this.#emit(name, detail)
      return
    }
    const id = message.icn === 'guest' ? message.guest?.call : message.call
    const call = id === undefined ? undefined : this.#calls.get(id)
    if (message.icn === 'progress') call?.onProgress?.(message.value)
    else if (message.icn === 'began' && call) call.began = true
    // Its caller gave up while the guest was on its way to the thread; the word to the worker came too late.
    else if (message.icn === 'guest' && id !== undefined && !call) this.#end('aborted', runAborted)
    this.#watch(true)
  }

  #watch(moved: boolean): void {
    const link = this.#link
    if (link?.running) this.#deadline.guest(link.running, link.executionMs)
    else if (link && this.#calls.timed) this.#deadline.silence(link.executionMs, moved)
    else this.#deadline.clear()
  }

  /** The present worker is done for; another takes its place. */
  #end(reason: KilledJob['reason'], error: IcnError): void {
    const link = this.#link
    if (!link) return
    this.#link = undefined
    this.#next?.end()
    this.#next = undefined
    this.#deadline.clear()
    link.end()
    const { running } = link
    if (running) this.#killed = [...this.#killed, { jobId: running.jobId, reason }]
    for (const call of this.#calls.all()) {
      const blamed = reason === 'timeout' && (running ? running.call === call.id : call.began)
      if (!blamed && call.moveOn()) continue
      this.#calls.take(call)
      call.reject(blamed ? call.timedOut(error) : call.crashed(error))
    }
    void this.#restart(reason, error)
  }

  async #restart(reason: KilledJob['reason'], error: IcnError): Promise<void> {
    let hopeless = reason === 'crash' ? this.#crashLoop.crashed(error) : undefined
    while (!hopeless && !this.#over) {
      this.#restarts += 1
      try {
        await this.#connect()
        return this.#emit('restart', { reason, restarts: this.#restarts })
      } catch (thrown) {
        hopeless = this.#crashLoop.crashed(toIcnError(thrown))
        if (!hopeless) await this.#crashLoop.pause()
      }
    }
    if (!hopeless) return
    this.#finish(hopeless)
    void this.#leaveMesh()
  }

  /** It is closed with its runtime, when that has said its last words. */
  async #leaveMesh(): Promise<void> {
    await meshOf(this.#options)
      ?.close()
      .catch(() => {})
  }

  /** The first reason stays. @returns it */
  #finish(error: IcnError): IcnError {
    this.#over ??= error
    this.#deadline.clear()
    this.#starting?.end()
    this.#next?.end()
    this.#link = undefined
    for (const call of this.#calls.all()) if (this.#calls.take(call)) call.reject(this.#over)
    return this.#over
  }
}
