/** Tells a bad moment from a worker that cannot live: too many crashes in a short time, none of them after an answer. */
import { IcnError } from '../common/errors.ts'

const MOST_CRASHES = 5
const WINDOW_MS = 10_000
const PAUSE_MS = 200

export class CrashLoop {
  #crashes: number[] = []

  /** Counts a crash, or a start that failed. @returns what to give up with, or undefined to try again */
  crashed(error: IcnError): IcnError | undefined {
    const now = performance.now()
    this.#crashes = [...this.#crashes.filter((at) => now - at < WINDOW_MS), now]
    const crashes = this.#crashes.length
    if (error.code === 'VersionMismatch' || error.data.reason === 'noReplacement') return error
    if (crashes <= MOST_CRASHES) return undefined
    const code = error.code === 'StorageUnavailable' ? error.code : 'WorkerCrashed'
    const message = `The worker ended ${crashes} times within ${WINDOW_MS / 1000} s without answering a call, so no further one is started. ${error.message}`
    return new IcnError(code, message, {
      data: { ...error.data, crashes, windowMs: WINDOW_MS },
      cause: error,
    })
  }

  answered(): void {
    this.#crashes = []
  }

  /** A thread that was stuck lives on for some two seconds after its end, with its connection to the database. */
  pause(): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, PAUSE_MS * this.#crashes.length))
  }
}
