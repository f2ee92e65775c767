/**
 * Walks one original body and its metered form side by side along every path, keeping what the original has consumed
 * and the metered form has not yet charged. At each place where that matters the two must agree exactly:
 *
 * - a comparison stands at the function's entry, at every loop header and nowhere else (before a call of a function
 *   that its callers charge, it is that function's entry), and compares what Wasmtime compares;
 * - a call, a host call and an exit hand over a counter from which everything consumed has been taken;
 * - paths that meet at one place of the metered code bring the same amount, so no path is left out by stopping there.
 *
 * Nothing is taken from the rewriter but its output. What metering adds is known by its locals and globals, may touch
 * nothing else, and every original instruction must be there, once and in order. A loop written twice, whose trips are
 * charged together, is the one thing no sum along a path shows: there the trips are counted by `countTrips`.
 */
import { type Body, F32, F64, type FuncType, I32, I64, type Instr, V128 } from '../decode.ts'
import { BLOCK, BR, BR_IF, BR_TABLE, ELSE, END, type Flow, flowOf, IF, LOOP, RETURN } from './flow.ts'
import { formOf, isCounted, type Pair, PathError } from './pair.ts'
import { countTrips } from './trips.ts'

const UNREACHABLE = 0x00
const CALL = 0x10
const CALL_INDIRECT = 0x11
const RETURN_CALL = 0x12
const RETURN_CALL_INDIRECT = 0x13
const GET = 0x20
const SET = 0x21
const TEE = 0x22
const GLOBAL_GET = 0x23
const GLOBAL_SET = 0x24
const I32_CONST = 0x41
const I64_CONST = 0x42
const I32_LT_S = 0x48
const I64_GT_S = 0x55
const I64_LE_S = 0x57
const I32_SUB = 0x6b
const I32_ADD = 0x6a
const I32_DIV_U = 0x6e
const I64_SUB = 0x7d
const I64_EXTEND_U = 0xad
const MEMORY_GROW = 0x40
const REF_FUNC = 0xd2
const I32_EQZ = 0x45
const SELECT = 0x1b
const V128_CONST = 0xfd0c
const V128_BITSELECT = 0xfd52
/** The constant's and the comparison's operator. */
const NAN_SCALAR: Readonly<Record<number, readonly [number, number]>> = {
  [F32]: [0x43, 0x5f],
  [F64]: [0x44, 0x65],
}
const NAN_VECTOR = [0xfd41, 0xfd47]

/** What metering has put on the stack: the counter less `less`, the call depth, a held operand, or a constant. */
type Own =
  | { readonly is: 'fuel'; readonly less: number }
  | { readonly is: 'depth' | 'held' }
  | { readonly is: 'constant'; readonly value: number }

/** Inside a loop whose trips are charged together. */
interface Cover {
  header: number
  /** Charged for all trips. */
  readonly cost: number
  /** Uncharged when the loop was entered, before `cost` was charged. */
  readonly before: number
  /** Of one trip, once known. */
  trip: number
}

interface State {
  /** Next in the original; -1 is its entry. Its own cost is in `pending`. */
  p: number
  q: number
  /** Consumed by the original and not yet taken off the counter. */
  pending: number
  cover: Cover | null
}

const UNSET = -2

export class BodyWalk {
  readonly #pair: Pair
  readonly #index: number
  readonly #original: Flow
  readonly #metered: Flow
  readonly #body: Body
  readonly #target: Body
  readonly #type: FuncType
  /** Own locals: the counter and the depth, or -1; those behind the original ones. */
  readonly #fuel: number
  readonly #depth: number
  readonly #firstOwn: number
  readonly #shift: number
  readonly #counted: boolean
  /** By position of the metered code: the original's next instruction and what was pending there. */
  readonly #seenP: Int32Array
  readonly #seenPending: Float64Array
  #work: State[] = []
  #left: State[] = []
  #stack: Own[] = []
  /** Exact fuel has been put into the global, the callee's entry compared, the wide local set, since the last step. */
  #written = false
  #compared = false
  #wide: number | null = null
  #exit: number | null = null
  /** Loops written twice. */
  covered = 0

  constructor(pair: Pair, index: number) {
    const { original, metered } = pair
    this.#pair = pair
    this.#index = index
    const own = index - original.imports.length
    this.#body = original.bodies[own]!
    this.#target = metered.bodies[own]!
    this.#original = flowOf(this.#body.code)
    this.#metered = flowOf(this.#target.code)
    this.#type = original.types[original.funcs[index]!]!
    const params = this.#type.params.length
    const form = formOf(pair, index)
    this.#counted = form !== 'same'
    this.#shift = form === 'same' ? 0 : form === 'fuel' ? 1 : 2
    this.#fuel = this.#counted ? params : -1
    this.#depth = form === 'depth' ? params + 1 : -1
    this.#firstOwn = params + this.#shift + this.#body.locals.length
    this.#seenP = new Int32Array(this.#target.code.length).fill(UNSET)
    this.#seenPending = new Float64Array(this.#target.code.length)
  }

  /** @returns the fuel of every path where the callers charge it, null where none returns. @throws PathError */
  run(): number | null {
    const entry = this.#pair.costs.entry
    this.#work.push(
      this.#counted
        ? { p: -1, q: 0, pending: entry, cover: null }
        : this.#advance({ p: 0, q: 0, pending: entry, cover: null }),
    )
    for (;;) {
      const state = this.#work.pop()
      if (state !== undefined) this.#follow(state)
      else if (this.#left.length > 0) this.#leave(this.#left.pop()!)
      else break
    }
    return this.#exit
  }

  #fail(state: State, what: string): never {
    throw new PathError(
      `function ${this.#index}, instruction ${state.p} of the original at ${state.q} of the metered code: ${what}`,
    )
  }

  /** The original on to the next instruction that the metered form must have, or a loop, with its cost. */
  #advance(state: State): State {
    const { code, ends, targets, last } = this.#original
    let { p, pending } = state
    for (let steps = 0; ; steps++) {
      if (steps > 2 * code.length) this.#fail(state, 'an endless chain of branches')
      const { op } = code[p]!
      pending += this.#pair.costs.of(op)
      if (p === last) break
      if (op === BLOCK || op === END) p++
      else if (op === ELSE) p = ends[p]! + 1
      else if (op === BR) p = targets[p]!
      else break
    }
    return { ...state, p, pending }
  }

  #skip(state: State): number {
    const { code, ends, targets, last } = this.#metered
    let { q } = state
    for (let steps = 0; q !== last; steps++) {
      if (steps > 2 * code.length) this.#fail(state, 'an endless chain of branches in the metered code')
      const { op } = code[q]!
      if (op === BLOCK || op === LOOP || op === END) q++
      else if (op === ELSE) q = ends[q]! + 1
      else if (op === BR) q = targets[q]!
      else break
    }
    return q
  }

  #follow(from: State): void {
    let state: State | null = from
    this.#stack = []
    this.#written = this.#compared = false
    this.#wide = null
    while (state !== null) {
      if (this.#stack.length === 0) {
        state.q = this.#skip(state)
        if (state.cover !== null && !this.#inCover(state)) return
        const { q, p, pending }: State = state
        if (this.#seenP[q] !== UNSET) {
          if (this.#seenP[q] !== p)
            this.#fail(state, `this place stands for instruction ${this.#seenP[q]} as well`)
          if (this.#seenPending[q] !== pending)
            this.#fail(state, `${pending} is uncharged on one path, ${this.#seenPending[q]} on another`)
          // What was written or compared on the way here is not part of what is known of the place.
          if (this.#written || this.#compared)
            this.#fail(state, 'paths meet between a hand-over and its call')
          return
        }
        if (!this.#written && !this.#compared && this.#wide === null) {
          this.#seenP[q] = p
          this.#seenPending[q] = pending
        }
      }
      state = this.#step(state)
    }
  }

  /** Keeps account of a loop whose trips are charged together. False where this path ends or has left it. */
  #inCover(state: State): boolean {
    const cover = state.cover!
    const { code, ends } = this.#original
    if (state.p >= 0 && code[state.p]!.op === LOOP) {
      if (cover.header < 0) {
        cover.header = state.p
        state.pending = 0
        Object.assign(state, this.#advance({ ...state, p: state.p + 1 }))
        return true
      }
      if (state.p === cover.header) {
        if (cover.trip >= 0 && cover.trip !== state.pending)
          this.#fail(state, `a trip costs ${state.pending} on one path and ${cover.trip} on another`)
        cover.trip = state.pending
        return false
      }
    }
    if (state.p > cover.header && state.p < ends[cover.header]!) return true
    this.#left.push({ ...state })
    return false
  }

  /** Behind such a loop: what all trips consumed against what was charged for them. */
  #leave(state: State): void {
    const { header, cost, before, trip } = state.cover!
    if (trip < 0) this.#fail(state, 'a loop charged for all trips that never comes back')
    const { original } = this.#pair
    const trips = countTrips(
      this.#original,
      header,
      this.#type.params.length,
      this.#body.locals,
      ({ op, a }) => (op === CALL ? original.types[original.funcs[a]!] : undefined),
    )
    if (trips === null) this.#fail(state, 'a loop is charged for all trips, but their number is not constant')
    // The last header is passed with this much uncharged, had nothing been charged up front.
    if (before + (trips - 1) * trip > cost)
      this.#fail(state, `${cost} does not cover ${trips} trips of ${trip} with ${before} before them`)
    this.covered++
    const pending = before - cost + (trips - 1) * trip + state.pending
    this.#follow({ ...state, pending, cover: null })
  }

  /** One instruction of the metered code. Null where the path ends or goes on as others. */
  #step(state: State): State | null {
    const code = this.#metered.code
    const one = code[state.q]!
    if (!this.#counted) return this.#isOwn(one) ? this.#nan(state) : this.#match(state, one)
    // Calls and exits take what metering has put on the stack; everything else met above it is metering's own.
    const takes = (one.op >= RETURN && one.op <= RETURN_CALL_INDIRECT) || state.q === this.#metered.last
    if (this.#stack.length > 0 ? !takes : this.#isOwn(one)) return this.#own(state, one)
    return this.#match(state, one)
  }

  #isOwn({ op, a }: Instr): boolean {
    if (op >= GET && op <= TEE) return a === this.#fuel || a === this.#depth || a >= this.#firstOwn
    const { fuel, depth, reason } = this.#pair.globals
    return (op === GLOBAL_GET || op === GLOBAL_SET) && (a === fuel || a === depth || a === reason)
  }

  #typeOfLocal(local: number): number {
    return local < this.#firstOwn
      ? local === this.#fuel
        ? I64
        : I32
      : this.#target.locals[local - this.#type.params.length - this.#shift]!
  }

  #pop(state: State, is: Own['is']): Own {
    const top = this.#stack.pop()
    if (top === undefined || top.is !== is)
      this.#fail(state, `expected the ${is} on metering's part of the stack, found ${top?.is ?? 'nothing'}`)
    return top
  }

  #popFuel(state: State): number {
    return (this.#pop(state, 'fuel') as { less: number }).less
  }

  #popConstant(state: State): number {
    return (this.#pop(state, 'constant') as { value: number }).value
  }

  #own(state: State, one: Instr): State | null {
    const stack = this.#stack
    const { op, a, x } = one
    const { fuel, depth } = this.#pair.globals
    const next = { ...state, q: state.q + 1 }
    switch (op) {
      case GET:
        if (a === this.#fuel) stack.push({ is: 'fuel', less: 0 })
        else if (a === this.#depth) stack.push({ is: 'depth' })
        else if (this.#typeOfLocal(a) === I64 && this.#wide !== null)
          stack.push({ is: 'fuel', less: this.#wide })
        else if (this.#typeOfLocal(a) === I32) stack.push({ is: 'held' })
        else this.#fail(state, `local ${a} is read before it is set`)
        return next
      case SET:
        if (a === this.#fuel) {
          const less = this.#popFuel(state)
          return { ...next, pending: state.pending - less }
        }
        if (stack.length === 0 && a >= this.#firstOwn) {
          // The index of an indirect call is held, a float is looked at.
          const type = this.#typeOfLocal(a)
          if (type === I32) return next
          if (type !== I64) return this.#nan(state)
        }
        return this.#fail(state, `local ${a} is set`)
      case TEE:
        if (stack.length === 0) return this.#typeOfLocal(a) === I32 ? this.#bulk(state, a) : this.#nan(state)
        if (a === this.#depth) {
          this.#pop(state, 'depth')
          stack.push({ is: 'depth' })
        } else if (a >= this.#firstOwn && this.#typeOfLocal(a) === I64) {
          this.#wide = this.#popFuel(state)
          stack.push({ is: 'fuel', less: this.#wide })
        } else this.#fail(state, `local ${a} is set`)
        return next
      case GLOBAL_GET:
        return this.#fail(state, 'a global of metering is read where nothing was called')
      case GLOBAL_SET:
        if (a === depth) this.#pop(state, 'depth')
        else if (a === fuel) {
          const less = this.#popFuel(state)
          if (less !== state.pending)
            this.#fail(state, `the global is given the counter less ${less}; ${state.pending} is uncharged`)
          this.#written = true
        } else this.#fail(state, 'the reason is set outside of a stop')
        return next
      case I64_CONST:
        stack.push({ is: 'constant', value: Number(x as bigint) })
        return next
      case I32_CONST:
        stack.push({ is: 'constant', value: a })
        return next
      case I64_SUB: {
        const value = this.#popConstant(state)
        stack.push({ is: 'fuel', less: this.#popFuel(state) + value })
        return next
      }
      case I32_ADD:
      case I32_SUB:
        this.#popConstant(state)
        this.#pop(state, 'depth')
        stack.push({ is: 'depth' })
        return next
      case I64_LE_S: {
        const bound = this.#popConstant(state)
        return this.#compare(next, bound + this.#popFuel(state))
      }
      case I64_GT_S: {
        const bound = this.#popConstant(state)
        return this.#guard(next, bound + this.#popFuel(state))
      }
      case I32_LT_S:
        this.#popConstant(state)
        this.#pop(state, 'depth')
        return this.#depthStop(next)
    }
    return this.#fail(state, `operator 0x${op.toString(16)} on metering's part of the stack`)
  }

  /** Behind a condition under which the run stops: `br_if` or `if`. Where it goes on otherwise. */
  #stops(state: State, reason: number): number {
    const { code, targets, others } = this.#metered
    const { op } = code[state.q]!
    if (op !== BR_IF && op !== IF) this.#fail(state, 'a comparison that nothing follows from')
    const stop = this.#skip({ ...state, q: op === IF ? state.q + 1 : targets[state.q]! })
    const [first, second, third] = code.slice(stop, stop + 3)
    const sets = second?.op === GLOBAL_SET && second.a === this.#pair.globals.reason
    if (first?.op !== I32_CONST || first.a !== reason || !sets || third?.op !== UNREACHABLE)
      this.#fail(state, 'a comparison does not lead to a stop')
    return op === IF ? others[state.q]! : state.q + 1
  }

  /** A comparison that stops when the counter, as it was here, is at most `bound`. */
  #compare(state: State, bound: number): State | null {
    if (this.#stack.length > 0) this.#fail(state, 'a comparison in the middle of a hand-over')
    const q = this.#stops(state, 1)
    const { costs, constant } = this.#pair
    if (state.p < 0 || this.#original.code[state.p]!.op === LOOP) {
      if (bound !== state.pending)
        this.#fail(state, `compared with ${bound}, while ${state.pending} is uncharged`)
      return this.#advance({ ...state, p: state.p + 1, q })
    }
    const { op, a } = this.#original.code[state.p]!
    if ((op !== CALL && op !== RETURN_CALL) || !constant.has(a))
      this.#fail(state, 'a comparison where Wasmtime has none')
    if (bound !== state.pending + costs.entry)
      this.#fail(state, `compared with ${bound}, while ${state.pending} and the callee's entry are uncharged`)
    if (this.#compared) this.#fail(state, 'one entry is compared twice')
    this.#compared = true
    return { ...state, q }
  }

  #depthStop(state: State): State {
    const { code, others } = this.#metered
    const at = state.q + 1
    if (code[state.q]!.op !== IF) this.#fail(state, 'a depth comparison that nothing follows from')
    // The counter first, so that the run shows exact fuel; then the stop.
    const end = others[state.q]!
    const [set, reason, setReason, stop] = code.slice(end - 5, end - 1)
    const { globals } = this.#pair
    const written = code.slice(at, end - 5)
    const less = written.length === 1 ? 0 : Number(written[1]?.x as bigint)
    const { entry } = this.#pair.costs
    const first = this.#advance({ ...state, p: 0, pending: entry })
    if (state.p !== first.p || state.pending !== first.pending) this.#fail(state, 'depth is compared late')
    if (written[0]?.op !== GET || written[0].a !== this.#fuel || less !== entry)
      this.#fail(state, `stopped by depth with the counter less ${less}; ${entry} is uncharged`)
    if (set?.op !== GLOBAL_SET || set.a !== globals.fuel || reason?.op !== I32_CONST || reason.a !== 2)
      this.#fail(state, 'a depth comparison does not lead to its stop')
    if (setReason?.op !== GLOBAL_SET || setReason.a !== globals.reason || stop?.op !== UNREACHABLE)
      this.#fail(state, 'a depth comparison does not lead to its stop')
    return { ...state, q: end }
  }

  /** `if` the counter is above `cost`: a loop charged for all trips; else the loop charged trip by trip. */
  #guard(state: State, cost: number): null {
    const { code, others } = this.#metered
    const [branch, get, set] = code.slice(state.q, state.q + 3)
    if (branch?.op !== IF || this.#original.code[state.p]!.op !== LOOP || state.cover !== null)
      this.#fail(state, 'fuel is looked at where no loop begins')
    if (get?.op !== GET || set?.op !== SET || set.a !== this.#fuel || this.#wide === null)
      this.#fail(state, 'a loop is not charged for all trips')
    if (get.a < this.#firstOwn || this.#typeOfLocal(get.a) !== I64)
      this.#fail(state, 'the counter is set to something else')
    // The condition must be on the very value the counter becomes.
    if (cost !== this.#wide) this.#fail(state, `looked for ${cost}, charged ${this.#wide}`)
    const cover: Cover = { header: -1, cost, before: state.pending, trip: -1 }
    this.#work.push({ ...state, q: state.q + 3, cover })
    this.#work.push({ ...state, q: others[state.q]! })
    return null
  }

  /** The operand of a bulk operator: what is uncharged, and then its own units, compared at once. */
  #bulk(state: State, spare: number): State {
    const op = this.#original.code[state.p]?.op ?? 0
    const unit = this.#pair.costs.unit(op)
    if (unit === 0) this.#fail(state, 'an operand is charged where no bulk operator follows')
    const { code, others } = this.#metered
    let q = state.q + 1
    let charged = 0
    const take = (wanted: number, a?: number): Instr => {
      const one = code[q++]!
      if (one.op !== wanted || (a !== undefined && one.a !== a))
        this.#fail(
          { ...state, q: q - 1 },
          `expected operator 0x${wanted.toString(16)} of an operand's charge`,
        )
      return one
    }
    if (code[q]!.a === this.#fuel) {
      take(GET, this.#fuel)
      charged = Number(take(I64_CONST).x as bigint)
      take(I64_SUB)
      take(SET, this.#fuel)
    }
    if (charged !== state.pending) this.#fail(state, `${charged} is charged of ${state.pending}`)
    take(GET, spare)
    take(I32_CONST, unit)
    take(I32_DIV_U)
    take(TEE, spare)
    take(IF)
    const end = others[q - 1]!
    take(GET, this.#fuel)
    take(GET, spare)
    take(I64_EXTEND_U)
    take(I64_SUB)
    take(SET, this.#fuel)
    take(GET, this.#fuel)
    if (Number(take(I64_CONST).x as bigint) !== 0)
      this.#fail(state, 'an operand is compared with something else')
    take(I64_LE_S)
    if (this.#stops({ ...state, q }, 1) !== end - 1)
      this.#fail(state, 'more than a comparison follows an operand')
    if (code[end]!.op !== op) this.#fail(state, 'the bulk operator does not follow its charge')
    return this.#advance({ ...state, p: state.p + 1, q: end + 1, pending: 0 })
  }

  /** An arithmetic result made canonical: kept, the canonical NaN, compared with itself, one of both selected. */
  #nan(state: State): State {
    const code = this.#metered.code
    const local = code[state.q]!.a
    const type = this.#typeOfLocal(local)
    const scalar = NAN_SCALAR[type]
    const wanted =
      scalar !== undefined
        ? [SET, scalar[0], GET, GET, GET, scalar[1], I32_EQZ, SELECT]
        : [TEE, V128_CONST, GET, GET, null, V128_BITSELECT]
    const given = code.slice(state.q, state.q + wanted.length)
    const good = given.every(
      ({ op, a }, i) =>
        (wanted[i] === null ? NAN_VECTOR.includes(op) : op === wanted[i]) &&
        (op < GET || op > TEE || a === local),
    )
    if (!good || (scalar === undefined && type !== V128))
      this.#fail(state, 'a local of metering is used for something else')
    return { ...state, q: state.q + wanted.length }
  }

  /** The next instruction of the original and that of the metered code must be one and the same. */
  #match(state: State, one: Instr): State | null {
    const wanted = this.#original.code[state.p]
    if (wanted === undefined || wanted.op === LOOP)
      return this.#fail(
        state,
        wanted === undefined ? 'no comparison at the entry' : 'no comparison at a loop header',
      )
    const exits = state.p === this.#original.last || wanted.op === RETURN
    if (exits) return this.#leaveFunction(state, one)
    const expectNothing = () => {
      if (this.#stack.length > 0 || this.#written || this.#compared)
        this.#fail(state, 'a hand-over that nothing takes')
    }
    switch (wanted.op) {
      case CALL:
      case RETURN_CALL:
        return this.#call(state, wanted, one)
      case CALL_INDIRECT:
      case RETURN_CALL_INDIRECT:
        return this.#callIndirect(state, wanted, one)
      case UNREACHABLE:
        if (one.op !== UNREACHABLE) this.#fail(state, 'unreachable is gone')
        if (this.#counted && !this.#written) this.#fail(state, 'fuel is not written before unreachable')
        return null
    }
    expectNothing()
    const q = state.q
    switch (wanted.op) {
      case IF:
      case BR_IF: {
        if (one.op !== IF && one.op !== BR_IF) this.#fail(state, 'a condition is gone')
        const { others, targets } = this.#original
        const taken = wanted.op === IF ? state.p + 1 : targets[state.p]!
        const passed = wanted.op === IF ? others[state.p]! : state.p + 1
        const takenTo = one.op === IF ? q + 1 : this.#metered.targets[q]!
        const passedTo = one.op === IF ? this.#metered.others[q]! : q + 1
        this.#work.push(this.#advance({ ...state, p: taken, q: takenTo }))
        return this.#advance({ ...state, p: passed, q: passedTo })
      }
      case BR_TABLE: {
        const from = this.#original.tables.get(state.p)!
        const to = this.#metered.tables.get(q)
        if (to?.length !== from.length) this.#fail(state, 'a br_table has other targets')
        const seen = new Set<string>()
        from.forEach((p, i) => {
          const key = `${p} ${to[i]}`
          if (seen.has(key)) return
          seen.add(key)
          this.#work.push(this.#advance({ ...state, p, q: to[i]! }))
        })
        return null
      }
      case MEMORY_GROW:
        if (one.op !== CALL || !this.#pair.grows(one.a)) this.#fail(state, 'memory grows unbounded')
        break
      case REF_FUNC:
        if (one.op !== REF_FUNC) this.#fail(state, 'a reference is gone')
        this.#pair.referred(wanted.a, one.a)
        break
      default:
        if (!this.#same(wanted, one)) this.#fail(state, `operator 0x${wanted.op.toString(16)} is not copied`)
        if (this.#pair.costs.unit(wanted.op) > 0) this.#fail(state, 'a bulk operator is not charged')
    }
    return this.#advance({ ...state, p: state.p + 1, q: q + 1 })
  }

  #same(wanted: Instr, one: Instr): boolean {
    if (wanted.op !== one.op || wanted.b !== one.b) return false
    const moved = wanted.op >= GET && wanted.op <= TEE && wanted.a >= this.#type.params.length
    if (one.a !== wanted.a + (moved ? this.#shift : 0)) return false
    if (wanted.x === one.x) return true
    return String(wanted.x) === String(one.x)
  }

  #leaveFunction(state: State, one: Instr): null {
    if (one.op !== RETURN && state.q !== this.#metered.last) this.#fail(state, 'an exit is gone')
    if (state.cover !== null) this.#fail(state, 'an exit inside a loop charged for all trips')
    if (!this.#counted) {
      if (this.#exit !== null && this.#exit !== state.pending)
        this.#fail(state, `one path costs ${state.pending}, another ${this.#exit}, and the callers charge`)
      this.#exit = state.pending
      return null
    }
    const less = this.#popFuel(state)
    if (less !== state.pending)
      this.#fail(state, `handed back the counter less ${less}; ${state.pending} is uncharged`)
    this.#settle(state)
    return null
  }

  /** Nothing of metering is left over. */
  #settle(state: State): void {
    if (this.#stack.length > 0) this.#fail(state, 'more is handed over than taken')
    this.#written = this.#compared = false
    this.#wide = null
  }

  /** A counter that comes back from a call, into the local: from the stack, or from the global. */
  #fresh(state: State, q: number, fromGlobal: boolean): number {
    const code = this.#metered.code
    let at = q
    if (fromGlobal) {
      const get = code[at++]!
      if (get.op !== GLOBAL_GET || get.a !== this.#pair.globals.fuel)
        this.#fail(state, 'the counter is not read back after a call')
    }
    const set = code[at]!
    if (set.op !== SET || set.a !== this.#fuel) this.#fail(state, 'the counter is not kept after a call')
    return at + 1
  }

  #after(state: State, q: number, pending: number): State {
    if (state.cover !== null) this.#fail(state, 'a call inside a loop charged for all trips')
    this.#settle(state)
    return this.#advance({ ...state, p: state.p + 1, q, pending })
  }

  /** `return` behind a call that stands for a tail call, with the counter on the stack. */
  #returns(state: State, q: number, less: number | null): null {
    const code = this.#metered.code
    let at = q
    const first = code[at++]!
    if (less === null) {
      if (first.op !== GLOBAL_GET || first.a !== this.#pair.globals.fuel)
        this.#fail(state, 'no counter is returned')
    } else {
      if (first.op !== GET || first.a !== this.#fuel) this.#fail(state, 'no counter is returned')
      let given = 0
      if (code[at]!.op === I64_CONST) {
        given = Number(code[at]!.x as bigint)
        at += 2
      }
      if (given !== less) this.#fail(state, `handed back the counter less ${given}; ${less} is uncharged`)
    }
    if (code[at]!.op !== RETURN) this.#fail(state, 'a tail call does not return')
    this.#settle(state)
    return null
  }

  #call(state: State, wanted: Instr, one: Instr): State | null {
    const { original, constant } = this.#pair
    const tail = wanted.op === RETURN_CALL
    const callee = wanted.a
    const imported = callee < original.imports.length
    if (one.a !== callee) this.#fail(state, `function ${one.a} is called, not ${callee}`)
    if (!this.#counted) return this.#fail(state, 'a call in a function whose callers charge for it')
    const cost = constant.get(callee)
    if (imported || cost !== undefined) {
      if (one.op !== CALL) this.#fail(state, 'a call is gone')
      if (this.#stack.length > 0) this.#fail(state, 'a counter for a function that takes none')
      if (imported ? !this.#written || this.#compared : this.#written || !this.#compared)
        this.#fail(state, imported ? 'fuel is not written before a host call' : 'no comparison for a callee')
      // What follows a call that never returns is never run.
      if (cost === null) return null
      if (tail) return this.#returns(state, state.q + 1, imported ? null : state.pending + cost!)
      if (imported) return this.#after(state, this.#fresh(state, state.q + 1, true), 0)
      return this.#after(state, state.q + 1, state.pending + cost!)
    }
    if (one.op !== wanted.op) this.#fail(state, 'a call is gone')
    const form = formOf(this.#pair, callee)
    this.#takeHandOver(state, form === 'depth')
    if (tail) return null
    return this.#after(state, this.#fresh(state, state.q + 1, false), 0)
  }

  #takeHandOver(state: State, depth: boolean): void {
    if (depth) this.#pop(state, 'depth')
    const less = this.#popFuel(state)
    if (less !== state.pending)
      this.#fail(state, `handed over the counter less ${less}; ${state.pending} is uncharged`)
    if (this.#written || this.#compared) this.#fail(state, 'a hand-over that nothing takes')
    this.#settle(state)
  }

  #callIndirect(state: State, wanted: Instr, one: Instr): State | null {
    const { metered, original } = this.#pair
    const tail = wanted.op === RETURN_CALL_INDIRECT
    if (!this.#counted || one.b !== wanted.b) return this.#fail(state, 'an indirect call is changed')
    if (one.a === wanted.a) {
      // Through the globals: the callee is an entry of the original type.
      if (one.op !== CALL_INDIRECT || !this.#written || this.#stack.length > 0)
        this.#fail(state, 'fuel is not written before an indirect call')
      if (tail) return this.#returns(state, state.q + 1, null)
      return this.#after(state, this.#fresh(state, state.q + 1, true), 0)
    }
    const type = original.types[wanted.a]!
    if (one.op !== wanted.op || !isCounted(type, metered.types[one.a]!, true))
      this.#fail(state, 'an indirect call of another type')
    this.#pop(state, 'held')
    this.#takeHandOver(state, true)
    if (tail) return null
    return this.#after(state, this.#fresh(state, state.q + 1, false), 0)
  }
}
