/**
 * Instructions that metering has added, one by one: what they put on the stack, take off the counter and write. Each
 * comparison stands where Wasmtime compares and compares what it compares.
 */
import { I32, I64, type Instr } from '../decode.ts'
import { passGuard } from './cover.ts'
import type { HandOver } from './hand-over.ts'
import {
  CALL,
  GET,
  GLOBAL_GET,
  GLOBAL_SET,
  I32_ADD,
  I32_CONST,
  I32_LT_S,
  I32_SUB,
  I64_CONST,
  I64_GT_S,
  I64_LE_S,
  I64_SUB,
  LOOP,
  RETURN_CALL,
  SET,
  TEE,
} from './operators.ts'
import { passBulk, passDepthStop, passNaN, passStop } from './shapes.ts'
import type { Sides, State } from './sides.ts'

/** @returns where the path goes on, or both ways where it parts */
export function stepOwn(sides: Sides, hand: HandOver, state: State, one: Instr): State | readonly State[] {
  const { op, a, x } = one
  const { fuel, depth } = sides.pair.globals
  const next = { ...state, q: state.q + 1 }
  switch (op) {
    case GET:
      if (a === sides.fuel) hand.push({ is: 'fuel', less: 0 })
      else if (a === sides.depth) hand.push({ is: 'depth' })
      else if (sides.typeOfLocal(a) === I64 && hand.wide !== null) hand.push({ is: 'fuel', less: hand.wide })
      else if (sides.typeOfLocal(a) === I32) hand.push({ is: 'held' })
      else sides.fail(state, `local ${a} is read before it is set`)
      return next
    case SET:
      if (a === sides.fuel) {
        const less = hand.popFuel(state)
        return { ...next, pending: state.pending - less }
      }
      if (hand.isEmpty && a >= sides.firstOwn) {
        // The index of an indirect call is held, a float is looked at.
        const type = sides.typeOfLocal(a)
        if (type === I32) return next
        if (type !== I64) return passNaN(sides, state)
      }
      return sides.fail(state, `local ${a} is set`)
    case TEE:
      if (hand.isEmpty)
        return sides.typeOfLocal(a) === I32 ? passBulk(sides, state, a) : passNaN(sides, state)
      if (a === sides.fuel) {
        const less = hand.popFuel(state)
        hand.push({ is: 'fuel', less: 0 })
        return { ...next, pending: state.pending - less }
      }
      if (a === sides.depth) {
        hand.pop(state, 'depth')
        hand.push({ is: 'depth' })
      } else if (a >= sides.firstOwn && sides.typeOfLocal(a) === I64) {
        hand.wide = hand.popFuel(state)
        hand.push({ is: 'fuel', less: hand.wide })
      } else sides.fail(state, `local ${a} is set`)
      return next
    case GLOBAL_GET:
      return sides.fail(state, 'a global of metering is read where nothing was called')
    case GLOBAL_SET:
      if (a === depth) hand.pop(state, 'depth')
      else if (a === fuel) {
        const less = hand.popFuel(state)
        if (less !== state.pending)
          sides.fail(state, `the global is given the counter less ${less}; ${state.pending} is uncharged`)
        hand.written = true
      } else sides.fail(state, 'the reason is set outside of a stop')
      return next
    case I64_CONST:
      hand.push({ is: 'constant', value: Number(x as bigint) })
      return next
    case I32_CONST:
      hand.push({ is: 'constant', value: a })
      return next
    case I64_SUB: {
      const value = hand.popConstant(state)
      hand.push({ is: 'fuel', less: hand.popFuel(state) + value })
      return next
    }
    case I32_ADD:
    case I32_SUB:
      hand.popConstant(state)
      hand.pop(state, 'depth')
      hand.push({ is: 'depth' })
      return next
    case I64_LE_S: {
      const bound = hand.popConstant(state)
      return compare(sides, hand, next, bound + hand.popFuel(state))
    }
    case I64_GT_S: {
      const bound = hand.popConstant(state)
      return passGuard(sides, hand, next, bound + hand.popFuel(state))
    }
    case I32_LT_S:
      hand.popConstant(state)
      hand.pop(state, 'depth')
      return passDepthStop(sides, next)
  }
  return sides.fail(state, `operator 0x${op.toString(16)} on metering's part of the stack`)
}

/** A comparison that stops when the counter, as it was here, is at most `bound`. */
function compare(sides: Sides, hand: HandOver, state: State, bound: number): State {
  if (!hand.isEmpty) sides.fail(state, 'a comparison in the middle of a hand-over')
  const q = passStop(sides, state, 1)
  const { costs, constant } = sides.pair
  if (state.p < 0 || sides.original.code[state.p]!.op === LOOP) {
    if (bound !== state.pending)
      sides.fail(state, `compared with ${bound}, while ${state.pending} is uncharged`)
    return sides.advance({ ...state, p: state.p + 1, q })
  }
  const { op, a } = sides.original.code[state.p]!
  if ((op !== CALL && op !== RETURN_CALL) || !constant.has(a))
    sides.fail(state, 'a comparison where Wasmtime has none')
  if (bound !== state.pending + costs.entry)
    sides.fail(state, `compared with ${bound}, while ${state.pending} and the callee's entry are uncharged`)
  if (hand.compared) sides.fail(state, 'one entry is compared twice')
  hand.compared = true
  return { ...state, q }
}
