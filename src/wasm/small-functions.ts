/**
 * How much V8 inlines hangs on the share of small functions in a module: few of them are taken as a sign that a toolchain
 * has inlined already, and the budget falls to a tenth (`InliningTree::BudgetScaleFactor` in its `inlining-tree.h`, the
 * size in `module-decoder-impl.h`). Metered bodies are longer and entries come along, so the share falls though nothing
 * was inlined, and calls that were free in the plain module no longer are. Empty functions that nothing calls, four bytes
 * each, keep the share what it was.
 */
import type { Body } from './module.ts'
import { Op } from './opcodes.ts'
import type { Writer } from './writer.ts'

/** Bytes from which on a body is not small. */
const SMALL = 50

export class SmallFunctions {
  /** The share wanted, as a fraction; above one half V8 makes no difference. */
  readonly #wanted: readonly [small: number, of: number]
  #small = 0
  #count = 0

  constructor(bodies: readonly Body[]) {
    const small = bodies.reduce((sum, { start, end }) => sum + (end - start < SMALL ? 1 : 0), 0)
    this.#wanted = 2 * small >= bodies.length ? [1, 2] : [small, bodies.length]
  }

  /** A body has been written, in so many bytes with its size in front, which takes one if the body is small. */
  written(bytes: number): void {
    this.#count++
    if (bytes - 1 < SMALL) this.#small++
  }

  /** Empty functions that are needed beside what was written. */
  get missing(): number {
    const [small, of] = this.#wanted
    return Math.max(0, Math.ceil((small * this.#count - of * this.#small) / (of - small)))
  }
}

export function writeEmpty(out: Writer): void {
  for (const byte of [2, 0, Op.end]) out.byte(byte)
}
