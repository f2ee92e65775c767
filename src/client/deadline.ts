/**
 * When to give a worker up. Two clocks, one at a time: a guest on the thread has its wall-clock limit; while no guest
 * runs and calls wait, something must move (an answer, a guest, progress) before the longer limit of silence.
 */
import { IcnError } from '../common/errors.ts'
import type { RunningGuest } from '../protocol/messages.ts'

/** Between the end of a limit and our verdict: the word that the guest has just left may still be in our queue. */
const GRACE_MS = 100
/** On top of the guest's limit: a storage that has not answered for so long will not. */
const SILENCE_MS = 30_000

export class Deadline {
  readonly #expired: (error: IcnError) => void
  #timer: ReturnType<typeof setTimeout> | undefined
  /** What the timer runs for. */
  #subject: RunningGuest | 'silence' | undefined

  constructor(expired: (error: IcnError) => void) {
    this.#expired = expired
  }

  /** Started once for each guest: other calls that come and go do not prolong it. */
  guest(guest: RunningGuest, limitMs: number): void {
    if (this.#subject === guest) return
    const { jobId } = guest
    this.#arm(guest, limitMs, () => {
      const message = `The run of job ${jobId} was still going after its limit of ${limitMs} ms.`
      return new IcnError('ExecutionTimeout', message, { data: { reason: 'guest', limitMs, jobId } })
    })
  }

  /** @param moved starts the limit anew; without it a limit that is already running goes on */
  silence(executionMs: number, moved: boolean): void {
    if (this.#subject === 'silence' && !moved) return
    const limitMs = executionMs + SILENCE_MS
    this.#arm('silence', limitMs, () => {
      const message = `Nothing moved in the worker for ${limitMs} ms.`
      return new IcnError('ExecutionTimeout', message, { data: { reason: 'silence', limitMs } })
    })
  }

  clear(): void {
    clearTimeout(this.#timer)
    this.#subject = undefined
  }

  /** The second timer lets messages that came while the page was busy or asleep be read before the verdict. */
  #arm(subject: RunningGuest | 'silence', limitMs: number, error: () => IcnError): void {
    clearTimeout(this.#timer)
    this.#subject = subject
    this.#timer = setTimeout(() => {
      this.#timer = setTimeout(() => this.#expired(error()), GRACE_MS)
    }, limitMs)
  }
}
