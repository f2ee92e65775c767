/**
 * Walks one original body and its metered form side by side along every path, keeping what the original has consumed
 * and the metered form has not yet charged. At each place where that matters the two must agree exactly:
 *
 * - a comparison stands at the function's entry, at every loop header and nowhere else (before a call of a function
 *   that its callers charge, it is that function's entry), and compares what Wasmtime compares; only where a loop
 *   begins with a call, the comparison at the callee's entry stands for the header's;
 * - a call, a host call and an exit hand over a counter from which everything consumed has been taken;
 * - paths that meet at one place of the metered code bring the same amount, so no path is left out by stopping there.
 *
 * Nothing is taken from the rewriter but its output. What metering adds is known by its locals and globals, may touch
 * nothing else, and every original instruction must be there, once and in order. A loop written twice, whose trips are
 * charged together, is the one thing no sum along a path shows (cover.ts).
 */
import type { Instr } from '../decode.ts'
import { passCall, passCallIndirect } from './calls.ts'
import { leaveCover, placeIn } from './cover.ts'
import { HandOver } from './hand-over.ts'
import {
  BR_IF,
  BR_TABLE,
  CALL,
  CALL_INDIRECT,
  IF,
  LOOP,
  MEMORY_GROW,
  REF_FUNC,
  RETURN,
  RETURN_CALL,
  RETURN_CALL_INDIRECT,
  UNREACHABLE,
} from './operators.ts'
import { stepOwn } from './own.ts'
import type { Pair } from './pair.ts'
import { passNaN } from './shapes.ts'
import { Sides, type State } from './sides.ts'

const UNSET = -2

export class BodyWalk {
  readonly #pair: Pair
  readonly #sides: Sides
  readonly #hand: HandOver
  /** By position of the metered code: the original's next instruction and what was pending there. */
  readonly #seenP: Int32Array
  readonly #seenPending: Float64Array
  readonly #work: State[] = []
  /** Paths that have come out of a loop whose trips are charged together. */
  readonly #left: State[] = []
  #exit: number | null = null
  /** Loops written twice. */
  covered = 0

  constructor(pair: Pair, index: number) {
    this.#pair = pair
    this.#sides = new Sides(pair, index)
    this.#hand = new HandOver(this.#sides)
    const { length } = this.#sides.metered.code
    this.#seenP = new Int32Array(length).fill(UNSET)
    this.#seenPending = new Float64Array(length)
  }

  /** @returns the fuel of every path where the callers charge it, null where none returns. @throws PathError */
  run(): number | null {
    const sides = this.#sides
    const pending = this.#pair.costs.entry
    this.#work.push(
      sides.counted
        ? { p: -1, q: 0, pending, cover: null }
        : sides.advance({ p: 0, q: 0, pending, cover: null }),
    )
    for (;;) {
      const state = this.#work.pop()
      if (state !== undefined) this.#follow(state)
      else if (this.#left.length > 0) {
        const behind = leaveCover(sides, this.#left.pop()!)
        this.covered++
        this.#follow(behind)
      } else break
    }
    return this.#exit
  }

  #follow(from: State): void {
    const sides: Sides = this.#sides
    const hand = this.#hand
    let state: State | null = from
    hand.clear()
    while (state !== null) {
      if (hand.isEmpty) {
        state.q = sides.skip(state)
        if (state.cover !== null) {
          const place = placeIn(sides, state.cover, state)
          if (place === 'behind') this.#left.push({ ...state })
          if (place !== 'inside') return
        }
        const { q, p, pending }: State = state
        if (this.#seenP[q] !== UNSET) {
          if (this.#seenP[q] !== p)
            sides.fail(state, `this place stands for instruction ${this.#seenP[q]} as well`)
          if (this.#seenPending[q] !== pending)
            sides.fail(state, `${pending} is uncharged on one path, ${this.#seenPending[q]} on another`)
          // What was written or compared on the way here is not part of what is known of the place.
          if (hand.written || hand.compared) sides.fail(state, 'paths meet between a hand-over and its call')
          return
        }
        if (hand.isIdle) {
          this.#seenP[q] = p
          this.#seenPending[q] = pending
        }
      }
      state = this.#step(state)
    }
  }

  /** One instruction of the metered code. Null where the path ends or goes on as others. */
  #step(state: State): State | null {
    const sides = this.#sides
    const one = sides.metered.code[state.q]!
    if (!sides.counted) return sides.isOwn(one) ? passNaN(sides, state) : this.#match(state, one)
    // Calls and exits take what metering has put on the stack; everything else met above it is metering's own.
    const takes = (one.op >= RETURN && one.op <= RETURN_CALL_INDIRECT) || state.q === sides.metered.last
    if (this.#hand.isEmpty ? !sides.isOwn(one) : takes) return this.#match(state, one)
    const next = stepOwn(sides, this.#hand, state, one)
    if ('q' in next) return next
    this.#work.push(...next)
    return null
  }

  /** The next instruction of the original and that of the metered code must be one and the same. */
  #match(state: State, one: Instr): State | null {
    const sides: Sides = this.#sides
    const hand = this.#hand
    const wanted = sides.original.code[state.p]
    if (wanted === undefined || wanted.op === LOOP)
      return sides.fail(
        state,
        wanted === undefined ? 'no comparison at the entry' : 'no comparison at a loop header',
      )
    if (state.p === sides.original.last || wanted.op === RETURN) {
      this.#leaveFunction(state, one)
      return null
    }
    switch (wanted.op) {
      case CALL:
      case RETURN_CALL:
        return passCall(sides, hand, state, wanted, one)
      case CALL_INDIRECT:
      case RETURN_CALL_INDIRECT:
        return passCallIndirect(sides, hand, state, wanted, one)
      case UNREACHABLE:
        if (one.op !== UNREACHABLE) sides.fail(state, 'unreachable is gone')
        if (sides.counted && !hand.written) sides.fail(state, 'fuel is not written before unreachable')
        return null
    }
    if (!hand.isEmpty || hand.written || hand.compared) sides.fail(state, 'a hand-over that nothing takes')
    switch (wanted.op) {
      case IF:
      case BR_IF:
        return this.#matchCondition(state, wanted, one)
      case BR_TABLE:
        this.#matchTable(state)
        return null
      case MEMORY_GROW:
        if (one.op !== CALL || !this.#pair.grows(one.a, null)) sides.fail(state, 'memory grows unbounded')
        break
      case REF_FUNC:
        if (one.op !== REF_FUNC) sides.fail(state, 'a reference is gone')
        this.#pair.referred(wanted.a, one.a)
        break
      default:
        if (!sides.isSame(wanted, one))
          sides.fail(state, `operator 0x${wanted.op.toString(16)} is not copied`)
        if (this.#pair.costs.unit(wanted.op) > 0) sides.fail(state, 'a bulk operator is not charged')
    }
    return sides.advance({ ...state, p: state.p + 1, q: state.q + 1 })
  }

  /** An `if` may have become a `br_if` and the other way round. */
  #matchCondition(state: State, wanted: Instr, one: Instr): State {
    const sides: Sides = this.#sides
    if (one.op !== IF && one.op !== BR_IF) sides.fail(state, 'a condition is gone')
    const ways = ({ others, targets }: Sides['original'], at: number, isIf: boolean) =>
      isIf ? { taken: at + 1, passed: others[at]! } : { taken: targets[at]!, passed: at + 1 }
    const from = ways(sides.original, state.p, wanted.op === IF)
    const to = ways(sides.metered, state.q, one.op === IF)
    this.#work.push(sides.advance({ ...state, p: from.taken, q: to.taken }))
    return sides.advance({ ...state, p: from.passed, q: to.passed })
  }

  #matchTable(state: State): void {
    const sides: Sides = this.#sides
    const from = sides.original.tables.get(state.p)!
    const to = sides.metered.tables.get(state.q)
    if (to?.length !== from.length) sides.fail(state, 'a br_table has other targets')
    const seen = new Set<string>()
    from.forEach((p, i) => {
      const key = `${p} ${to[i]}`
      if (seen.has(key)) return
      seen.add(key)
      this.#work.push(sides.advance({ ...state, p, q: to[i]! }))
    })
  }

  #leaveFunction(state: State, one: Instr): void {
    const sides: Sides = this.#sides
    if (one.op !== RETURN && state.q !== sides.metered.last) sides.fail(state, 'an exit is gone')
    if (state.cover !== null) sides.fail(state, 'an exit inside a loop charged for all trips')
    if (!sides.counted) {
      if (this.#exit !== null && this.#exit !== state.pending)
        sides.fail(state, `one path costs ${state.pending}, another ${this.#exit}, and the callers charge`)
      this.#exit = state.pending
      return
    }
    const less = this.#hand.popFuel(state)
    if (less !== state.pending)
      sides.fail(state, `handed back the counter less ${less}; ${state.pending} is uncharged`)
    this.#hand.settle(state)
  }
}
