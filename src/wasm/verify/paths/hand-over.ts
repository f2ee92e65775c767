/**
 * What metering has made ready on the way to a call, an exit or a stop: values on the stack, exact fuel in the global, a
 * callee's entry compared.
 */
import type { Sides, State } from './sides.ts'

/** On the stack: the counter less `less`, the call depth, a held operand, or a constant. */
type Own =
  | { readonly is: 'fuel'; readonly less: number }
  | { readonly is: 'depth' | 'held' }
  | { readonly is: 'constant'; readonly value: number }

export class HandOver {
  readonly #sides: Sides
  #stack: Own[] = []
  /** Exact fuel has been put into the global, the callee's entry compared, the wide local set, since the last step. */
  written = false
  compared = false
  wide: number | null = null

  constructor(sides: Sides) {
    this.#sides = sides
  }

  /** Nothing is on the stack. */
  get isEmpty(): boolean {
    return this.#stack.length === 0
  }

  /** Nothing is made ready. */
  get isIdle(): boolean {
    return !this.written && !this.compared && this.wide === null
  }

  /** Another path begins. */
  clear(): void {
    this.#stack = []
    this.#forget()
  }

  /** Taken: nothing of metering is left over. */
  settle(state: State): void {
    if (this.#stack.length > 0) this.#sides.fail(state, 'more is handed over than taken')
    this.#forget()
  }

  #forget(): void {
    this.written = this.compared = false
    this.wide = null
  }

  push(own: Own): void {
    this.#stack.push(own)
  }

  pop(state: State, is: Own['is']): Own {
    const top = this.#stack.pop()
    if (top === undefined || top.is !== is)
      this.#sides.fail(
        state,
        `expected the ${is} on metering's part of the stack, found ${top?.is ?? 'nothing'}`,
      )
    return top
  }

  popFuel(state: State): number {
    return (this.pop(state, 'fuel') as { less: number }).less
  }

  popConstant(state: State): number {
    return (this.pop(state, 'constant') as { value: number }).value
  }
}
