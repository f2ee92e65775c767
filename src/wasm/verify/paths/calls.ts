/**
 * Calls, host calls and tail calls: what is handed over before them, how the counter comes back behind them, and that
 * everything consumed has been taken from it.
 */
import type { Instr } from '../decode.ts'
import type { HandOver } from './hand-over.ts'
import {
  CALL,
  CALL_INDIRECT,
  GET,
  GLOBAL_GET,
  I64_CONST,
  RETURN,
  RETURN_CALL,
  RETURN_CALL_INDIRECT,
  SET,
  TEE,
} from './operators.ts'
import { formOf, isCounted } from './pair.ts'
import type { Sides, State } from './sides.ts'

/** @returns where the path goes on; null where it does not come back */
export function passCall(
  sides: Sides,
  hand: HandOver,
  state: State,
  wanted: Instr,
  one: Instr,
): State | null {
  const { original, constant } = sides.pair
  const tail = wanted.op === RETURN_CALL
  const callee = wanted.a
  const imported = callee < original.imports.length
  if (one.a !== callee) sides.fail(state, `function ${one.a} is called, not ${callee}`)
  if (!sides.counted) return sides.fail(state, 'a call in a function whose callers charge for it')
  const cost = constant.get(callee)
  if (imported || cost !== undefined) {
    if (one.op !== CALL) sides.fail(state, 'a call is gone')
    if (!hand.isEmpty) sides.fail(state, 'a counter for a function that takes none')
    if (imported ? !hand.written || hand.compared : hand.written || !hand.compared)
      sides.fail(state, imported ? 'fuel is not written before a host call' : 'no comparison for a callee')
    // What follows a call that never returns is never run.
    if (cost === null) return null
    if (tail) return returns(sides, hand, state, imported ? null : state.pending + cost!)
    if (imported) return after(sides, hand, state, counterBack(sides, state, true), 0)
    return after(sides, hand, state, state.q + 1, state.pending + cost!)
  }
  if (one.op !== wanted.op) sides.fail(state, 'a call is gone')
  const form = formOf(sides.pair, callee)
  takeHandOver(sides, hand, state, form === 'depth')
  if (tail) return null
  return after(sides, hand, state, counterBack(sides, state, false), 0)
}

/** @returns where the path goes on; null where it does not come back */
export function passCallIndirect(
  sides: Sides,
  hand: HandOver,
  state: State,
  wanted: Instr,
  one: Instr,
): State | null {
  const { metered, original } = sides.pair
  const tail = wanted.op === RETURN_CALL_INDIRECT
  if (!sides.counted || one.b !== wanted.b) return sides.fail(state, 'an indirect call is changed')
  if (one.a === wanted.a) {
    // Through the globals: the callee is an entry of the original type.
    if (one.op !== CALL_INDIRECT || !hand.written || !hand.isEmpty)
      sides.fail(state, 'fuel is not written before an indirect call')
    if (tail) return returns(sides, hand, state, null)
    return after(sides, hand, state, counterBack(sides, state, true), 0)
  }
  const type = original.types[wanted.a]!
  if (one.op !== wanted.op || !isCounted(type, metered.types[one.a]!, true))
    sides.fail(state, 'an indirect call of another type')
  hand.pop(state, 'held')
  takeHandOver(sides, hand, state, true)
  if (tail) return null
  return after(sides, hand, state, counterBack(sides, state, false), 0)
}

function takeHandOver(sides: Sides, hand: HandOver, state: State, depth: boolean): void {
  if (depth) hand.pop(state, 'depth')
  const less = hand.popFuel(state)
  if (less !== state.pending)
    sides.fail(state, `handed over the counter less ${less}; ${state.pending} is uncharged`)
  if (hand.written || hand.compared) sides.fail(state, 'a hand-over that nothing takes')
  hand.settle(state)
}

/** Behind a call: the counter that comes back, into the local, from the stack or from the global. */
function counterBack(sides: Sides, state: State, fromGlobal: boolean): number {
  const code = sides.metered.code
  let at = state.q + 1
  if (fromGlobal) {
    const get = code[at++]!
    if (get.op !== GLOBAL_GET || get.a !== sides.pair.globals.fuel)
      sides.fail(state, 'the counter is not read back after a call')
  }
  const set = code[at]!
  if ((set.op !== SET && set.op !== TEE) || set.a !== sides.fuel)
    sides.fail(state, 'the counter is not kept after a call')
  return at + 1
}

function after(sides: Sides, hand: HandOver, state: State, q: number, pending: number): State {
  if (state.cover !== null) sides.fail(state, 'a call inside a loop charged for all trips')
  hand.settle(state)
  if (sides.metered.code[q - 1]!.op === TEE) hand.push({ is: 'fuel', less: 0 })
  return sides.advance({ ...state, p: state.p + 1, q, pending })
}

/** `return` behind a call that stands for a tail call, with the counter on the stack; `less` null: from the global. */
function returns(sides: Sides, hand: HandOver, state: State, less: number | null): null {
  const code = sides.metered.code
  let at = state.q + 1
  const first = code[at++]!
  if (less === null) {
    if (first.op !== GLOBAL_GET || first.a !== sides.pair.globals.fuel)
      sides.fail(state, 'no counter is returned')
  } else {
    if (first.op !== GET || first.a !== sides.fuel) sides.fail(state, 'no counter is returned')
    let given = 0
    if (code[at]!.op === I64_CONST) {
      given = Number(code[at]!.x as bigint)
      at += 2
    }
    if (given !== less) sides.fail(state, `handed back the counter less ${given}; ${less} is uncharged`)
  }
  if (code[at]!.op !== RETURN) sides.fail(state, 'a tail call does not return')
  hand.settle(state)
  return null
}
