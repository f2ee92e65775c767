/** The one clock (ref §14 row 62). Whoever needs the time is given a provider; nothing else reads `Date`. */
import { IcnError } from './errors.ts'

export interface TimeProvider {
  /** Whole seconds since the Unix epoch. */
  seconds(): bigint
  /** Milliseconds since the Unix epoch. */
  milliseconds(): number
}

export class SystemTimeProvider implements TimeProvider {
  seconds(): bigint {
    return BigInt(Math.floor(Date.now() / 1000))
  }

  milliseconds(): number {
    return Date.now()
  }
}

/** Stands still until it is told to move: for tests and replays. */
export class FixedTimeProvider implements TimeProvider {
  #milliseconds: number

  /** @param seconds since the epoch @throws IcnError InvalidSpec when negative or not finite */
  constructor(seconds: number) {
    if (!Number.isFinite(seconds) || seconds < 0) {
      throw new IcnError('InvalidSpec', `A fixed time must be a number of seconds from 0 on, got ${seconds}.`)
    }
    this.#milliseconds = Math.floor(seconds * 1000)
  }

  advance(milliseconds: number): void {
    this.#milliseconds += milliseconds
  }

  seconds(): bigint {
    return BigInt(Math.floor(this.#milliseconds / 1000))
  }

  milliseconds(): number {
    return this.#milliseconds
  }
}
