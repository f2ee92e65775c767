/**
 * How often a loop runs, where that is written in its code: the body is evaluated once with symbols, where a value is a
 * local's value at the start of the trip plus a constant, a constant, a comparison of two such, or unknown. A loop whose
 * only way back is a conditional branch at its end, on a comparison of a local that moves by a constant with a constant,
 * and that is entered with a constant in that local, has a count known beforehand.
 */
import { readNumber, skipInstruction } from './instructions.ts'
import type { ParsedModule } from './module.ts'
import { BASE_OPS, NUMERIC_OPS, Op, SIMD_OPS } from './opcodes.ts'
import { Reader } from './reader.ts'

/** A local plus a constant, or (local -1) the constant alone. */
interface Linear {
  readonly local: number
  readonly plus: number
}

type Symbol = Linear | { readonly compare: number; readonly left: Linear; readonly right: Linear } | null

/** What locals are known to hold. */
export type KnownLocals = (local: number) => number | undefined

/** Longer counts are not looked for. */
const MOST_TRIPS = 1 << 24

/**
 * @param from behind the loop instruction
 * @param last offset of the `br_if` that closes it
 * @param entered what locals hold when the loop is entered
 * @returns how often the body runs when nothing else leaves the loop, or null where that cannot be told
 */
export function tripCount(
  module: ParsedModule,
  from: number,
  last: number,
  entered: KnownLocals,
): number | null {
  return new TripEvaluation(module, from, last, entered).run()
}

const I32_NE = 0x47

class TripEvaluation {
  readonly #module: ParsedModule
  readonly #bytes: Uint8Array
  readonly #from: number
  readonly #last: number
  readonly #entered: KnownLocals
  readonly #locals = new Map<number, Symbol>()
  readonly #stack: Symbol[] = []

  constructor(module: ParsedModule, from: number, last: number, entered: KnownLocals) {
    this.#entered = entered
    this.#module = module
    this.#bytes = module.bytes
    this.#from = from
    this.#last = last
  }

  run(): number | null {
    const bytes = this.#bytes
    const heights: number[] = []
    for (let at = this.#from; at < this.#last; ) {
      const op = bytes[at]!
      const next = skipInstruction(bytes, at)
      if (op === Op.block || op === Op.loop || op === Op.if) {
        if (op === Op.if) this.#stack.pop()
        const code = bytes[at + 1]!
        // A block with parameters or several results is rare enough to leave alone.
        if (code < 0x40 || code >= 0x80) return null
        heights.push(this.#stack.length + (code === 0x40 ? 0 : 1))
      } else if (op === Op.end) {
        const height = heights.pop()
        if (height === undefined) return null
        while (this.#stack.length < height) this.#stack.push(null)
        this.#stack.length = height
        if (height > 0) this.#stack[height - 1] = null
      } else if (heights.length > 0) {
        if (op === Op.localSet || op === Op.localTee) this.#locals.set(readNumber(bytes, at + 1), null)
      } else if (op === Op.br || op === Op.brTable || op === Op.return || op === Op.unreachable) return null
      else this.#step(op, at)
      at = next
    }
    return this.#conclude(this.#stack.pop() ?? null)
  }

  #step(op: number, at: number): void {
    const stack = this.#stack
    const bytes = this.#bytes
    switch (op) {
      case Op.localGet: {
        const local = readNumber(bytes, at + 1)
        const known = this.#locals.get(local)
        stack.push(known === undefined ? { local, plus: 0 } : known)
        return
      }
      case Op.localSet:
        this.#locals.set(readNumber(bytes, at + 1), stack.pop() ?? null)
        return
      case Op.localTee:
        this.#locals.set(readNumber(bytes, at + 1), stack[stack.length - 1] ?? null)
        return
      case Op.i32Const:
        stack.push({
          local: -1,
          plus: new Reader(bytes, at + 1, bytes.length, 'code').signed(32, 'a constant'),
        })
        return
      case Op.i32Add:
      case Op.i32Sub: {
        const right = linear(stack.pop())
        const left = linear(stack.pop())
        stack.push(left === null || right === null ? null : combine(left, right, op))
        return
      }
      case Op.i32Eqz: {
        const value = stack.pop() ?? null
        if (value !== null && 'compare' in value) stack.push({ ...value, compare: negated(value.compare) })
        else stack.push(value === null ? null : { compare: 0x46, left: value, right: { local: -1, plus: 0 } })
        return
      }
      case Op.call: {
        const type = this.#module.types[this.#module.functions[readNumber(bytes, at + 1)]!]!
        this.#replace(type.params.length, type.results.length)
        return
      }
    }
    if (op >= 0x46 && op <= 0x4f) {
      const right = linear(stack.pop())
      const left = linear(stack.pop())
      stack.push(left === null || right === null ? null : { compare: op, left, right })
      return
    }
    const sub = op === Op.prefixNumeric || op === Op.prefixSimd ? readNumber(bytes, at + 1) : op
    const table = op === Op.prefixNumeric ? NUMERIC_OPS : op === Op.prefixSimd ? SIMD_OPS : BASE_OPS
    this.#replace(table.pops[sub]!, table.pushes[sub]!)
  }

  #replace(pops: number, pushes: number): void {
    this.#stack.length = Math.max(0, this.#stack.length - pops)
    for (let i = 0; i < pushes; i++) this.#stack.push(null)
  }

  #conclude(condition: Symbol): number | null {
    if (condition === null) return null
    if (!('compare' in condition)) return this.#moving(I32_NE, condition, { local: -1, plus: 0 })
    const { compare, left, right } = condition
    return this.#moving(compare, left, right) ?? this.#moving(mirrored(compare), right, left)
  }

  #moving(compare: number, value: Linear, bound: Linear): number | null {
    if (value.local < 0 || bound.local >= 0) return null
    const moved = linear(this.#locals.get(value.local))
    const entered = this.#entered(value.local)
    if (entered === undefined || moved === null || moved.local !== value.local || moved.plus === 0)
      return null
    return countTrips(compare, entered + value.plus, moved.plus, bound.plus)
  }
}

/** Trips until `first + k * step` (k from 0) fails the comparison; null where it takes a wrap around or too long. */
function countTrips(compare: number, first: number, step: number, bound: number): number | null {
  const unsigned = [0x46, 0x47, 0x49, 0x4b, 0x4d, 0x4f].includes(compare)
  const read = (value: number): number => (unsigned ? value >>> 0 : value | 0)
  const from = read(first)
  const to = read(bound)
  const distance = step > 0 ? to - from : from - to
  const stride = Math.abs(step)
  let passed: number
  if (compare === I32_NE) {
    if (distance % stride !== 0) return null
    passed = distance / stride
  } else {
    const upward = [0x48, 0x49, 0x4c, 0x4d].includes(compare)
    const orEqual = compare >= 0x4c
    if (compare === 0x46 || upward !== step > 0) return null
    passed = orEqual ? Math.floor(distance / stride) + 1 : Math.ceil(distance / stride)
  }
  if (passed < 0 || passed >= MOST_TRIPS) return null
  const last = from + passed * step
  return last === read(last) ? passed + 1 : null
}

/** `a op b` as `b op' a`; the comparisons stand in the order eq ne lt_s lt_u gt_s gt_u le_s le_u ge_s ge_u. */
function mirrored(compare: number): number {
  return [0x46, 0x47, 0x4a, 0x4b, 0x48, 0x49, 0x4e, 0x4f, 0x4c, 0x4d][compare - 0x46]!
}

function negated(compare: number): number {
  return [0x47, 0x46, 0x4e, 0x4f, 0x4c, 0x4d, 0x4a, 0x4b, 0x48, 0x49][compare - 0x46]!
}

function linear(value: Symbol | undefined): Linear | null {
  return value === undefined || value === null || 'compare' in value ? null : value
}

function combine(left: Linear, right: Linear, op: number): Linear | null {
  const sign = op === Op.i32Add ? 1 : -1
  if (right.local < 0) return { local: left.local, plus: (left.plus + sign * right.plus) | 0 }
  if (left.local < 0 && sign === 1) return { local: right.local, plus: (left.plus + right.plus) | 0 }
  return null
}

/**
 * What locals hold behind a stretch of straight code, where it says so.
 * @param fresh the stretch begins the body of a function with so many parameters: declared locals are zero
 */
export function assignedLocals(
  bytes: Uint8Array,
  from: number,
  to: number,
  fresh: { readonly params: number } | null,
): KnownLocals {
  const known = new Map<number, number | null>()
  let constant: number | null = null
  for (let at = from; at < to; ) {
    const op = bytes[at]!
    const next = skipInstruction(bytes, at)
    if (op === Op.localSet || op === Op.localTee) known.set(readNumber(bytes, at + 1), constant)
    if (op !== Op.localTee)
      constant = op === Op.i32Const ? new Reader(bytes, at + 1, next, 'code').signed(32, 'a constant') : null
    at = next
  }
  return (local) => {
    const assigned = known.get(local)
    if (assigned !== undefined) return assigned ?? undefined
    return fresh !== null && local >= fresh.params ? 0 : undefined
  }
}
