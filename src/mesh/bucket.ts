/** Lets `burst` through at once and `perSecond` on average. */
export class Bucket {
  readonly #burst: number
  readonly #perSecond: number
  #level: number
  #at: number

  constructor(burst: number, perSecond: number, now: number) {
    this.#burst = burst
    this.#perSecond = perSecond
    this.#level = burst
    this.#at = now
  }

  /** @param now ms */
  take(now: number): boolean {
    if (!this.hasSome(now)) return false
    this.#level -= 1
    return true
  }

  hasSome(now: number): boolean {
    const passed = Math.max(0, now - this.#at)
    this.#level = Math.min(this.#burst, this.#level + (passed * this.#perSecond) / 1_000)
    this.#at = now
    return this.#level >= 1
  }

  /** For what is counted after it was done; what is not there is owed. */
  owe(cost: number): void {
    this.#level -= cost
  }

  /** Until there is one again, ms. */
  get wait(): number {
    return Math.max(0, ((1 - this.#level) / this.#perSecond) * 1_000)
  }
}
