/** How long the runs of a module take, to tell those that may run inside a transaction from those that may not. */
import type { RunInput } from './execute.ts'

/** A run that holds the thread this long would make the others of its commit wait. */
const QUICK_MS = 5
const MOST_KNOWN = 1_000

export class Pace {
  /** By module and entry, in order of last use: the shorter of the last two, since a busy machine makes any run long. */
  readonly #recent = new Map<string, { readonly last: number; readonly shorter: number }>()

  note(input: RunInput, elapsedMs: number): void {
    const key = keyOf(input)
    const { last = elapsedMs } = this.#recent.get(key) ?? {}
    this.#recent.delete(key)
    this.#recent.set(key, { last: elapsedMs, shorter: Math.min(last, elapsedMs) })
    if (this.#recent.size > MOST_KNOWN) this.#recent.delete(this.#recent.keys().next().value!)
  }

  /** False when nothing is known. */
  isQuick(input: RunInput): boolean {
    return (this.#recent.get(keyOf(input))?.shorter ?? QUICK_MS) < QUICK_MS
  }
}

function keyOf({ module, entry }: RunInput): string {
  return `${module.cid} ${entry}`
}
