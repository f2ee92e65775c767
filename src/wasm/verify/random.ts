/** A seeded generator of numbers (mulberry32): the same seed gives the same module on every machine. */
export class Random {
  #state: number
  constructor(seed: number) {
    this.#state = seed | 0
  }
  u32(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return (t ^ (t >>> 14)) >>> 0
  }
  /** 0 … n − 1 */
  below(n: number): number {
    return this.u32() % n
  }
  chance(percent: number): boolean {
    return this.below(100) < percent
  }
  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!
  }
}
