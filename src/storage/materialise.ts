/**
 * When rows are brought up to date behind the log: in one tab at a time, in the background, and without anybody's
 * transaction waiting for it unless the log's tail has grown far beyond its bound. How it is done is loaded when it is
 * first due (compaction.ts); until that has come the log holds everything, and grows.
 */

import type { IcnError } from '../common/errors.ts'
import { late } from '../common/late.ts'
import type { Compaction, CompactionOptions, Tail } from './compaction.ts'
import { crowdedLevel } from './manifest.ts'
import { PAGE_BYTES } from './page.ts'
import type { Store } from './store.ts'

export interface MaterialiseOptions extends CompactionOptions {
  /** The log is worked off when its tail holds this many bytes, rows or commits. */
  readonly flushBytes: number
  readonly flushRows: number
  readonly flushCommits: number
}

export const MATERIALISE_DEFAULTS: MaterialiseOptions = {
  flushBytes: 2 * 1024 * 1024,
  flushRows: 8192,
  flushCommits: 512,
  fanout: 6,
  pageBytes: PAGE_BYTES,
  slicePages: 16,
}

/** Another tab is at it: no use asking for the lock at every commit. */
const BUSY_MS = 100
/** After a failure (a full disk, as a rule, or code that did not come) nothing is tried for so long. */
const PAUSE_MS = 5000

const code = late('The code that brings stored rows up to date', () => import('./compaction.ts'))

export class Materialiser {
  readonly #store: Store
  readonly #tail: Tail
  readonly #owner: string
  readonly #options: MaterialiseOptions
  /** An attempt, from the moment its code is asked for. */
  #running: Promise<void> | undefined
  /** What is at work: nobody waits for code that is still being loaded. */
  #compaction: Compaction | undefined
  /** Those waiting for the next flush. */
  readonly #flushed: (() => void)[] = []
  #stop!: () => void
  readonly #stopping = new Promise<void>((resolve) => {
    this.#stop = resolve
  })
  #stopped = false
  #pausedUntil = 0
  lastFailure: IcnError | undefined

  constructor(store: Store, tail: Tail, owner: string, options: MaterialiseOptions) {
    this.#store = store
    this.#tail = tail
    this.#owner = owner
    this.#options = options
  }

  get #isDue(): boolean {
    const { manifest } = this.#tail
    return (
      this.flushIsDue ||
      manifest.pending.length > 0 ||
      manifest.garbage.length > 0 ||
      crowdedLevel(manifest.runs, this.#options.fanout) !== undefined
    )
  }

  get flushIsDue(): boolean {
    const { epoch, manifest, tailBytes, tailRows } = this.#tail
    const { flushBytes, flushRows, flushCommits } = this.#options
    return tailBytes >= flushBytes || tailRows >= flushRows || epoch - manifest.applied >= flushCommits
  }

  get stopped(): boolean {
    return this.#stopped
  }

  /** To be called after every change; cheap when nothing is due. */
  poke(): void {
    if (this.#running || this.#stopped || !this.#isDue || Date.now() < this.#pausedUntil) return
    this.#start()
  }

  /** While the tail is far beyond its bound and this tab is at work on it: wait for that. */
  async pressure(): Promise<void> {
    const { flushBytes, flushRows } = this.#options
    while (
      this.#compaction &&
      (this.#tail.tailBytes > flushBytes * 4 || this.#tail.tailRows > flushRows * 4)
    ) {
      const flushed = new Promise<void>((resolve) => this.#flushed.push(resolve))
      await Promise.race([flushed, this.#running])
    }
  }

  /** The tail has become a run. */
  flushed(): void {
    for (const resolve of this.#flushed.splice(0)) resolve()
  }

  /** Works off everything there is, due or not. For tests and before an export. */
  async settle(): Promise<void> {
    await this.#running
    this.#start(true)
    await this.#running
    if (this.lastFailure) throw this.lastFailure
  }

  async stop(): Promise<void> {
    this.#stopped = true
    this.#stop()
    await this.#running
  }

  #start(all = false): void {
    this.#running = this.#attempt(all).then(() => {
      this.#running = undefined
      this.#compaction = undefined
    })
  }

  async #attempt(all: boolean): Promise<void> {
    try {
      const loaded = await Promise.race([code(), this.#stopping])
      if (!loaded) return
      const done = await this.#store.tryLock('materialise', async () => {
        this.#compaction = new loaded.Compaction(this.#store, this.#tail, this.#owner, this.#options, this)
        await this.#compaction.work(all)
        return true
      })
      if (!done) this.#pausedUntil = Date.now() + BUSY_MS
      this.lastFailure = undefined
    } catch (error) {
      // Nothing is lost by it: the log still holds what was not worked off.
      this.lastFailure = error as IcnError
      this.#pausedUntil = Date.now() + PAUSE_MS
    }
  }
}
