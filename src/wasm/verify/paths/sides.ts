/**
 * One function in both forms, side by side: which locals and globals of the metered one are metering's own, and how a
 * path goes on in either through what only steers.
 */
import { type Body, type FuncType, I32, I64, type Instr } from '../decode.ts'
import { type Flow, flowOf } from './flow.ts'
import { BLOCK, BR, CALL, ELSE, END, GET, GLOBAL_GET, GLOBAL_SET, isUnseen, LOOP, TEE } from './operators.ts'
import { formOf, type Pair, PathError } from './pair.ts'

/** Inside a loop whose trips are charged together. */
export interface Cover {
  header: number
  /** Charged for all trips. */
  readonly cost: number
  /** Uncharged when the loop was entered, before `cost` was charged. */
  readonly before: number
  /** Of one trip, once known. */
  trip: number
}

/** Where a path stands in both forms. */
export interface State {
  /** Next in the original; -1 is its entry. Its own cost is in `pending`. */
  p: number
  q: number
  /** Consumed by the original and not yet taken off the counter. */
  pending: number
  cover: Cover | null
}

export class Sides {
  readonly pair: Pair
  readonly original: Flow
  readonly metered: Flow
  readonly body: Body
  readonly type: FuncType
  /** The counter is handed over to it; otherwise its callers charge for it. */
  readonly counted: boolean
  /** Own locals: the counter and the depth, or -1; those behind the original ones. */
  readonly fuel: number
  readonly depth: number
  readonly firstOwn: number
  readonly #index: number
  readonly #target: Body
  readonly #shift: number

  constructor(pair: Pair, index: number) {
    const { original, metered } = pair
    this.pair = pair
    this.#index = index
    const own = index - original.imports.length
    this.body = original.bodies[own]!
    this.#target = metered.bodies[own]!
    this.original = flowOf(this.body.code)
    this.metered = flowOf(this.#target.code)
    this.type = original.types[original.funcs[index]!]!
    const params = this.type.params.length
    const form = formOf(pair, index)
    this.counted = form !== 'same'
    this.#shift = form === 'same' ? 0 : form === 'fuel' ? 1 : 2
    this.fuel = this.counted ? params : -1
    this.depth = form === 'depth' ? params + 1 : -1
    this.firstOwn = params + this.#shift + this.body.locals.length
  }

  /** @throws PathError always */
  fail(state: State, what: string): never {
    throw new PathError(
      `function ${this.#index}, instruction ${state.p} of the original at ${state.q} of the metered code: ${what}`,
    )
  }

  /** The original on to the next instruction that the metered form must have, or a loop, with its cost. */
  advance(state: State): State {
    const { code, ends, targets, last } = this.original
    let { p, pending } = state
    for (let steps = 0; ; steps++) {
      if (steps > 2 * code.length) this.fail(state, 'an endless chain of branches')
      const { op } = code[p]!
      pending += this.pair.costs.of(op)
      if (p === last) break
      if (op === BLOCK || op === END) p++
      else if (op === ELSE) p = ends[p]! + 1
      else if (op === BR) p = targets[p]!
      else if (op === LOOP && this.#leftToCall(p)) p++
      else break
    }
    return { ...state, p, pending }
  }

  /**
   * No comparison stands at the header of a loop that begins with a call, with nothing ahead of it that traps or that
   * anyone else could see: the one at the callee's entry stops whatever the header's would have stopped.
   */
  #leftToCall(header: number): boolean {
    const { code } = this.original
    let at = header + 1
    while (isUnseen(code[at]!.op)) at++
    return code[at]!.op === CALL && code[at]!.a >= this.pair.original.imports.length
  }

  /** The metered form on to the next instruction that does something. */
  skip(state: State): number {
    const { code, ends, targets, last } = this.metered
    let { q } = state
    for (let steps = 0; q !== last; steps++) {
      if (steps > 2 * code.length) this.fail(state, 'an endless chain of branches in the metered code')
      const { op } = code[q]!
      if (op === BLOCK || op === LOOP || op === END) q++
      else if (op === ELSE) q = ends[q]! + 1
      else if (op === BR) q = targets[q]!
      else break
    }
    return q
  }

  /** Whether an instruction of the metered code can only be metering's. */
  isOwn({ op, a }: Instr): boolean {
    if (op >= GET && op <= TEE) return a === this.fuel || a === this.depth || a >= this.firstOwn
    const { fuel, depth, reason } = this.pair.globals
    return (op === GLOBAL_GET || op === GLOBAL_SET) && (a === fuel || a === depth || a === reason)
  }

  /** Of one of metering's own. */
  typeOfLocal(local: number): number {
    return local < this.firstOwn
      ? local === this.fuel
        ? I64
        : I32
      : this.#target.locals[local - this.type.params.length - this.#shift]!
  }

  /** The metered form's instruction is the original's, its locals moved behind metering's parameters. */
  isSame(wanted: Instr, one: Instr): boolean {
    if (wanted.op !== one.op || wanted.b !== one.b) return false
    const moved = wanted.op >= GET && wanted.op <= TEE && wanted.a >= this.type.params.length
    if (one.a !== wanted.a + (moved ? this.#shift : 0)) return false
    if (wanted.x === one.x) return true
    return String(wanted.x) === String(one.x)
  }
}
