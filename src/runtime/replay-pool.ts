/**
 * A pool of workers that replay runs, each with what it is sent and nothing else. What a worker is busy with when it dies
 * is tried once more, alone in another; what then ends that one too cannot be replayed here. Where no worker can be had,
 * or they die of what is no receipt's doing, the caller's own thread does the work.
 */
import { Cid } from '../common/cid.ts'
import type { ReceiptVerification, RunLimits } from '../protocol/api.ts'
import { decodeError, encodeError } from '../protocol/errors.ts'
import type { Runnable } from './modules.ts'
import type { Evidence } from './replay.ts'
import {
  type FromReplayer,
  packEvidence,
  packModule,
  REPLAYER_VERSION,
  type ReplayWorker,
  type ToReplayer,
} from './replay-wire.ts'

/** From the script's request to its first word. */
const START_MS = 10_000
/** Receipts a worker has at once: one under way, and the next, so that it need not wait for it. */
const MOST_AT_ONCE = 2
/** Workers that may die without any answer between, before the pool is given up: two for each of so many receipts. */
const MOST_DEATHS = 8

export interface PoolOptions {
  readonly spawn: () => ReplayWorker
  readonly size: number
  readonly limits: RunLimits
  /** How long a worker may take for one receipt. */
  readonly patienceMs: number
  /** Compiled modules for the workers. @throws IcnError DagOperationFailed */
  load(cid: Cid, limits: RunLimits): Promise<Runnable>
  /** Does without workers. */
  alone(evidence: Evidence): Promise<ReceiptVerification>
}

interface Task {
  readonly evidence: Evidence
  /** Workers that died while they had it. */
  deaths: number
  resolve(answer: ReceiptVerification | Promise<ReceiptVerification>): void
  reject(error: unknown): void
}

export class ReplayPool {
  readonly #options: PoolOptions
  readonly #hands = new Set<Hand>()
  readonly #waiting: Task[] = []
  /** Each was the end of two workers; blamed for it as soon as another receipt is no worker's end. */
  readonly #suspects: Task[] = []
  #deathsInRow = 0
  #closed = false

  constructor(options: PoolOptions) {
    this.#options = options
    for (let n = 0; n < options.size; n++) this.#hire()
  }

  /** Most receipts worth having under way at once. */
  get room(): number {
    return this.#options.size * MOST_AT_ONCE * 2
  }

  /** @throws IcnError as `verifyEvidence` */
  verify(evidence: Evidence): Promise<ReceiptVerification> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ evidence, deaths: 0, resolve, reject })
      this.#share()
    })
  }

  /** Ends the workers at once; what is under way is never answered. */
  close(): void {
    this.#closed = true
    this.#waiting.length = 0
    for (const hand of this.#hands) hand.end()
    this.#hands.clear()
  }

  #hire(): void {
    try {
      const hand: Hand = new Hand(this.#options, {
        ready: () => this.#share(),
        answered: () => {
          this.#deathsInRow = 0
          this.#blame()
          this.#share()
        },
        died: (tasks, started) => this.#bury(hand, tasks, started),
      })
      this.#hands.add(hand)
    } catch {
      // The engine has no workers inside of workers, or this page may have none.
    }
  }

  #share(): void {
    if (this.#closed) return
    if (this.#hands.size === 0) {
      for (const task of [...this.#suspects.splice(0), ...this.#waiting.splice(0)]) {
        task.resolve(this.#options.alone(task.evidence))
      }
      return
    }
    for (const hand of this.#hands) {
      while (this.#waiting.length > 0 && hand.takes(this.#waiting[0]!)) hand.give(this.#waiting.shift()!)
    }
  }

  /** @param started it had come so far as to take receipts: the script is good, and another will do as well */
  #bury(hand: Hand, tasks: readonly Task[], started: boolean): void {
    this.#hands.delete(hand)
    for (const task of [...tasks].reverse()) {
      task.deaths++
      if (task.deaths === 1) this.#waiting.unshift(task)
      else this.#suspects.push(task)
    }
    if (started && ++this.#deathsInRow < MOST_DEATHS) this.#hire()
    this.#share()
    // Nobody is left to show that it is not them.
    if (this.#waiting.length === 0 && [...this.#hands].every((other) => other.free)) this.#blame()
  }

  #blame(): void {
    const seconds = this.#options.patienceMs / 1_000
    const reason = `The run ended two workers that made it again: it takes more than ${seconds} s here, or more memory than there is.`
    for (const task of this.#suspects.splice(0)) task.resolve({ status: 'notReplayable', reason })
  }
}

interface HandListener {
  ready(): void
  answered(): void
  /** At most once, and never after `end`. */
  died(tasks: readonly Task[], started: boolean): void
}

/** One worker's life. */
class Hand {
  readonly #worker: ReplayWorker
  readonly #options: PoolOptions
  readonly #listener: HandListener
  readonly #tasks = new Map<number, Task>()
  #lastId = 0
  #ready = false
  #ended = false
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(options: PoolOptions, listener: HandListener) {
    const worker = options.spawn()
    this.#worker = worker
    this.#options = options
    this.#listener = listener
    worker.addEventListener('message', (event) => this.#onMessage((event as MessageEvent).data))
    for (const type of ['error', 'messageerror']) {
      worker.addEventListener(type, (event) => {
        // An error nobody handles goes on to the worker above, whose page would take that one for dead.
        event.preventDefault()
        this.#die()
      })
    }
    this.#watch(START_MS)
  }

  get free(): boolean {
    return this.#tasks.size === 0
  }

  /** What has been the end of a worker is taken by one that has nothing else, and will have nothing else beside it. */
  takes({ deaths }: Task): boolean {
    if (!this.#ready) return false
    const careful = deaths > 0 || [...this.#tasks.values()].some((task) => task.deaths > 0)
    return this.#tasks.size < (careful ? 1 : MOST_AT_ONCE)
  }

  give(task: Task): void {
    const id = ++this.#lastId
    this.#tasks.set(id, task)
    this.#post({ icn: 'replay', id, evidence: packEvidence(task.evidence) })
    if (this.#tasks.size === 1) this.#watch(this.#options.patienceMs)
  }

  end(): void {
    this.#ended = true
    clearTimeout(this.#timer)
    this.#worker.terminate()
  }

  #onMessage(message: FromReplayer): void {
    if (this.#ended) return
    if (message.icn === 'ready') {
      this.#begin(message.version)
    } else if (message.icn === 'load') {
      void this.#bring(message.key, message.cid, message.limits)
    } else {
      const task = this.#tasks.get(message.id)
      this.#tasks.delete(message.id)
      this.#watch(this.#tasks.size === 0 ? undefined : this.#options.patienceMs)
      if ('value' in message.outcome) task?.resolve(message.outcome.value)
      else task?.reject(decodeError(message.outcome.error))
      this.#listener.answered()
    }
  }

  #begin(version: number): void {
    if (version !== REPLAYER_VERSION) {
      this.#die()
      return
    }
    this.#ready = true
    this.#watch(undefined)
    this.#post({ icn: 'limits', limits: this.#options.limits })
    this.#listener.ready()
  }

  async #bring(key: string, cid: string, limits: RunLimits): Promise<void> {
    const outcome = await this.#options.load(Cid.parse(cid), limits).then(
      (module) => ({ value: packModule(module) }),
      (error: unknown) => ({ error: encodeError(error) }),
    )
    if (!this.#ended) this.#post({ icn: 'module', key, outcome })
  }

  #post(message: ToReplayer): void {
    this.#worker.postMessage(message)
  }

  /** A worker may end without a word: then its silence tells. */
  #watch(patience: number | undefined): void {
    clearTimeout(this.#timer)
    this.#timer = patience === undefined ? undefined : setTimeout(() => this.#die(), patience)
  }

  #die(): void {
    if (this.#ended) return
    this.end()
    this.#listener.died([...this.#tasks.values()], this.#ready)
  }
}
