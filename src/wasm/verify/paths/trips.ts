/**
 * How often a counted loop runs, found by running it: one trip's effect on the locals that decide about the next is
 * read off its code as expressions, and these are computed trip by trip with the interpreter's own operators, from the
 * constants the loop is entered with. Used where a charge stands for all trips together, which no sum along a path can
 * show. Bounded: a loop of more trips than this is not proven.
 */
import { type FuncType, I32, I64, type Instr, PREFIX_FC, type Type } from '../decode.ts'
import { BINARY, UNARY, type Value } from '../numeric.ts'
import type { Flow } from './flow.ts'
import { BLOCK, BR, BR_IF, BR_TABLE, ELSE, END, IF, LOOP, RETURN } from './operators.ts'

const MOST_TRIPS = 1 << 20
/** Over locals as they are when a trip begins; undefined where that is not known. */
type Known =
  | { readonly value: Value }
  | { readonly local: number }
  | { readonly op: number; readonly operands: readonly NonNullable<Known>[] }
  | undefined
type Locals = Map<number, NonNullable<Known>>
/** The type of what a `call` calls. */
type Callee = (one: Instr) => FuncType | undefined

const isSet = (op: number) => op === 0x21 || op === 0x22

function forget(locals: Locals, code: readonly Instr[], from: number, to: number): void {
  for (let at = from; at < to; at++) if (isSet(code[at]!.op)) locals.delete(code[at]!.a)
}

/** The integer operators that cannot trap: eqz, wrap and extend; comparisons and arithmetic without division. */
const isUnary = (op: number) => op === 0x45 || op === 0x50 || op === 0xa7 || op === 0xac || op === 0xad
const isBinary = (op: number) =>
  (op >= 0x46 && op <= 0x5a && op !== 0x50) ||
  (op >= 0x6a && op <= 0x78 && !(op >= 0x6d && op <= 0x70)) ||
  (op >= 0x7c && op <= 0x8a && !(op >= 0x7f && op <= 0x82))

function compute(op: number, values: readonly Value[]): Value {
  const [left, right] = values as [never, never]
  return values.length === 1 ? UNARY.get(op)!(left) : BINARY.get(op)!(left, right)
}

function apply(op: number, operands: readonly Known[]): Known {
  const known: NonNullable<Known>[] = []
  const values: Value[] = []
  for (const one of operands) {
    if (one === undefined) return undefined
    known.push(one)
    if ('value' in one) values.push(one.value)
  }
  return values.length === known.length ? { value: compute(op, values) } : { op, operands: known }
}

/** Steps over one straight-line instruction. Stack entries below what is tracked are unknown. */
function step(one: Instr, stack: Known[], locals: Locals, callee: Callee): void {
  const { op, a, x } = one
  const replace = (pops: number, pushes: number) => {
    for (let i = 0; i < pops; i++) stack.pop()
    for (let i = 0; i < pushes; i++) stack.push(undefined)
  }
  if (op === 0x20) stack.push(locals.get(a))
  else if (isSet(op)) {
    const value = stack.pop()
    if (value === undefined) locals.delete(a)
    else locals.set(a, value)
    if (op === 0x22) stack.push(value)
  } else if (op === 0x41) stack.push({ value: a })
  else if (op === 0x42) stack.push({ value: x as bigint })
  else if (isBinary(op)) {
    const right = stack.pop()
    stack.push(apply(op, [stack.pop(), right]))
  } else if (isUnary(op)) stack.push(apply(op, [stack.pop()]))
  else if (op === 0x01) return
  else if (op === 0x1b || op === 0x1c) replace(3, 1)
  else if (op === 0x23 || op === 0x3f || op === 0x43 || op === 0x44 || op === 0xd0 || op === 0xd2)
    replace(0, 1)
  else if (op === 0x1a || op === 0x24) replace(1, 0)
  else if (op >= 0x36 && op <= 0x3e) replace(2, 0)
  else if ((op >= 0x28 && op <= 0x35) || op === 0x40 || (op >= PREFIX_FC && op < PREFIX_FC + 8)) replace(1, 1)
  else if (BINARY.has(op)) replace(2, 1)
  else if (UNARY.has(op)) replace(1, 1)
  else {
    const type = callee(one)
    if (type !== undefined) replace(type.params.length, type.results.length)
    // Vectors, tables and the rest: nothing tracked on the stack survives them.
    else stack.length = 0
  }
}

/** What locals hold whenever the loop at `header` is entered from above, as far as constants tell. */
function entered(
  flow: Flow,
  header: number,
  params: number,
  locals: readonly Type[],
  callee: Callee,
): Locals {
  const { code, ends } = flow
  let known: Locals = new Map()
  locals.forEach((type, i) => {
    if (type === I32 || type === I64) known.set(params + i, { value: type === I32 ? 0 : 0n })
  })
  const frames: { start: number; before: Locals }[] = []
  let stack: Known[] = []
  for (let at = 0; at < header; at++) {
    const { op } = code[at]!
    if (op === BLOCK || op === LOOP || op === IF) {
      if (op === LOOP) forget(known, code, at, ends[at]!)
      frames.push({ start: at, before: new Map(known) })
      stack = []
    } else if (op === ELSE) {
      known = new Map(frames[frames.length - 1]!.before)
      stack = []
    } else if (op === END) {
      const { start, before } = frames.pop()!
      known = new Map(before)
      forget(known, code, start, at)
      stack = []
    } else if (op === BR || op === BR_IF || op === BR_TABLE || op === RETURN || op === 0x11) stack = []
    else step(code[at]!, stack, known, callee)
  }
  return known
}

/** One trip: what locals become, and the condition of another, over what locals are when it begins. */
function tripOf(flow: Flow, header: number, start: Locals, callee: Callee): { locals: Locals; again: Known } {
  const { code, ends } = flow
  const close = ends[header]! - 1
  const nothing = { locals: new Map(), again: undefined }
  if (code[close]!.op !== BR_IF || flow.targets[close] !== header) return nothing
  const locals: Locals = new Map([...start.keys()].map((local) => [local, { local }]))
  const stack: Known[] = []
  for (let at = header + 1; at < close; at++) {
    const { op } = code[at]!
    if (op === BLOCK || op === IF) {
      // Whether and how far the inside runs is left open, but not whether it comes out at its end.
      const end = ends[at]!
      if (leaves(flow, at, end)) return nothing
      forget(locals, code, at, end)
      // Its values are unknown, those below it too: nothing on the stack is trusted any longer.
      stack.length = 0
      at = end
    } else if (op === LOOP || op === BR || op === BR_IF || op === BR_TABLE || op === RETURN || op === 0x11)
      return nothing
    else step(code[at]!, stack, locals, callee)
  }
  return { locals, again: stack.pop() }
}

function leaves(flow: Flow, from: number, to: number): boolean {
  for (let at = from; at < to; at++) {
    const { op } = flow.code[at]!
    if (op === RETURN || op === 0x12 || op === 0x13 || op === LOOP) return true
    const ways = op === BR || op === BR_IF ? [flow.targets[at]!] : (flow.tables.get(at) ?? [])
    if (ways.some((way) => way < from || way > to + 1)) return true
  }
  return false
}

/** @returns how often the loop's header is passed for one entry, or null where constants do not tell */
export function countTrips(
  flow: Flow,
  header: number,
  params: number,
  locals: readonly Type[],
  callee: Callee,
): number | null {
  const start = entered(flow, header, params, locals, callee)
  const trip = tripOf(flow, header, start, callee)
  // Only what the condition depends on, now or a trip later.
  const needed = new Map<number, NonNullable<Known>>()
  const need = (one: Known): boolean => {
    if (one === undefined) return false
    if ('value' in one) return true
    if ('op' in one) return one.operands.every(need)
    if (needed.has(one.local)) return true
    const next = trip.locals.get(one.local)
    if (next === undefined) return false
    needed.set(one.local, next)
    return need(next)
  }
  if (!need(trip.again)) return null
  const values = new Map<number, Value>()
  for (const local of needed.keys()) {
    const first = start.get(local)
    if (first === undefined || !('value' in first)) return null
    values.set(local, first.value)
  }
  const evaluate = (one: NonNullable<Known>): Value =>
    'value' in one
      ? one.value
      : 'local' in one
        ? values.get(one.local)!
        : compute(one.op, one.operands.map(evaluate))
  for (let trips = 1; trips <= MOST_TRIPS; trips++) {
    if (evaluate(trip.again!) === 0) return trips
    const after = [...needed].map(([local, next]) => [local, evaluate(next)] as const)
    for (const [local, value] of after) values.set(local, value)
  }
  return null
}
