/**
 * One worker's life as the page sees it: handshake, calls, messages, and the one report that it has died. A worker can
 * end without a word to its page; the Web Lock it holds while it lives is then granted to us.
 */
import { transfer, wrap } from 'comlink'
import { IcnError } from '../common/errors.ts'
import { decodeError } from '../protocol/errors.ts'
import {
  type Hello,
  isWorkerMessage,
  type Outcome,
  PROTOCOL_VERSION,
  type RunningGuest,
  type Welcome,
  type WorkerFacade,
  type WorkerMessage,
} from '../protocol/messages.ts'
import type { Call } from './call.ts'

/** What the supervisor needs of a `Worker`. */
export interface WorkerLike {
  postMessage(message: unknown, transfer?: Transferable[]): void
  addEventListener(type: string, listener: (event: Event) => void): void
  removeEventListener(type: string, listener: (event: Event) => void): void
  terminate(): void
}

export interface LinkListener {
  message(message: WorkerMessage): void
  /** At most once, and never after `end`. */
  died(error: IcnError): void
}

/** Loading the script, opening the database and recovering; a database blocked by another tab reports itself sooner. */
const START_LIMIT_MS = 60_000
const CLOSE_LIMIT_MS = 5_000

export class Link {
  /** The guest that holds the worker's thread. */
  running: RunningGuest | null = null
  executionMs = 0
  readonly #worker: WorkerLike
  // comlink releases the other end when its proxy is collected: this field keeps it.
  readonly #remote: WorkerFacade
  readonly #listener: LinkListener
  readonly #watch = new AbortController()
  #ended = false
  #reportStart: ((error: IcnError) => void) | undefined

  constructor(worker: WorkerLike, listener: LinkListener) {
    this.#worker = worker
    this.#listener = listener
    this.#remote = wrap<WorkerFacade>(worker as Worker) as unknown as WorkerFacade
    worker.addEventListener('message', this.#onMessage)
    worker.addEventListener('error', this.#onError)
    worker.addEventListener('messageerror', this.#onError)
  }

  /** @throws IcnError VersionMismatch, WorkerCrashed, or whatever the runtime could not start for */
  async start(hello: Hello, ports: Transferable[] = []): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined
    const failed = new Promise<never>((_, reject) => {
      this.#reportStart = reject
      const late = () =>
        reject(crashed(`The worker did not start within ${START_LIMIT_MS} ms.`, 'startTimeout'))
      timer = setTimeout(late, START_LIMIT_MS)
    })
    try {
      const welcome = unpack<Welcome>(
        await Promise.race([this.#remote.start(transfer(hello, ports)), failed]),
      )
      if (welcome.protocol !== PROTOCOL_VERSION)
        throw new IcnError(
          'VersionMismatch',
          `The worker speaks version ${welcome.protocol} of the protocol and this page version ${PROTOCOL_VERSION}; both must come from the same release.`,
          { data: { page: PROTOCOL_VERSION, worker: welcome.protocol } },
        )
      this.executionMs = welcome.executionMs
      if (welcome.lifeLock) this.#watchLock(welcome.lifeLock)
    } finally {
      clearTimeout(timer)
      this.#reportStart = undefined
    }
  }

  async call(call: Call): Promise<{ value: unknown } | { error: IcnError }> {
    const outcome = await this.#remote.call(call.id, call.method, call.args, call.onProgress !== undefined)
    return 'error' in outcome ? { error: decodeError(outcome.error) } : outcome
  }

  abort(id: number): void {
    // The answer tells nothing; that the worker is gone by now is told otherwise.
    void this.#remote.abort(id)
  }

  /** Lets the runtime finish what it has answered for, then ends the worker. */
  async close(): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined
    const limit = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, CLOSE_LIMIT_MS)
      this.#watch.signal.addEventListener('abort', () => resolve())
    })
    await Promise.race([this.#remote.close(), limit]).finally(() => clearTimeout(timer))
    this.end()
  }

  /** Nothing is heard of this worker from here on; a start under way fails with Closed. */
  end(): void {
    if (this.#ended) return
    this.#ended = true
    this.#reportStart?.(new IcnError('Closed', 'The worker was ended before it had started.'))
    this.#watch.abort()
    this.#worker.removeEventListener('message', this.#onMessage)
    this.#worker.removeEventListener('error', this.#onError)
    this.#worker.removeEventListener('messageerror', this.#onError)
    this.#worker.terminate()
  }

  readonly #onMessage = (event: Event): void => {
    const { data } = event as MessageEvent
    if (!isWorkerMessage(data)) return
    if (data.icn === 'guest') this.running = data.guest
    this.#listener.message(data)
  }

  readonly #onError = (event: Event): void => {
    const { message } = event as ErrorEvent
    if (event.type === 'messageerror')
      this.#die('A message from the worker could not be read.', 'messageError')
    else if (message) this.#die(`The worker failed: ${message}`, 'error')
    else
      this.#die('The worker’s script could not be loaded: check its URL and the policy worker-src.', 'load')
  }

  #watchLock(name: string): void {
    const { signal } = this.#watch
    navigator.locks
      .request(name, { signal }, () => this.#die('The worker ended without a word.', 'gone'))
      .catch(() => {}) // we let go of it
  }

  #die(message: string, reason: string): void {
    if (this.#ended) return
    const error = crashed(message, reason)
    if (this.#reportStart) this.#reportStart(error)
    else this.#listener.died(error)
    this.end()
  }
}

export function crashed(message: string, reason: string): IcnError {
  return new IcnError('WorkerCrashed', message, { data: { reason } })
}

function unpack<T>(outcome: Outcome<T>): T {
  if ('error' in outcome) throw decodeError(outcome.error)
  return outcome.value
}
