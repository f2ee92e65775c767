/** How long the runs of a module take, to tell those that may run inside a transaction from those that may not. */
import type { RunInput } from './execute.ts'

/** A run that holds the thread this long would make the others of its commit wait. */
const QUICK_MS = 4
const MOST_KNOWN = 1_000

export class Pace {
  /** By module and entry, in order of last use. */
  readonly #lastMs = new Map<string, number>()

  note(input: RunInput, elapsedMs: number): void {
    const key = keyOf(input)
    this.#lastMs.delete(key)
    this.#lastMs.set(key, elapsedMs)
    if (this.#lastMs.size > MOST_KNOWN) this.#lastMs.delete(this.#lastMs.keys().next().value!)
  }

  /** False when nothing is known. */
  isQuick(input: RunInput): boolean {
    return (this.#lastMs.get(keyOf(input)) ?? QUICK_MS) < QUICK_MS
  }
}

function keyOf({ module, entry }: RunInput): string {
  return `${module.cid} ${entry}`
}
