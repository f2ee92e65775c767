/** Sequences of metered code that always look the same, taken in one step: stops, an operand's charge, a canonical NaN. */
import { F32, F64, type Instr, V128 } from '../decode.ts'
import {
  BR_IF,
  CALL,
  GET,
  GLOBAL_SET,
  I32_CONST,
  I32_DIV_U,
  I32_EQZ,
  I64_CONST,
  I64_EXTEND_U,
  I64_LE_S,
  I64_SUB,
  IF,
  SELECT,
  SET,
  TABLE_GROW,
  TEE,
  UNREACHABLE,
  V128_BITSELECT,
  V128_CONST,
} from './operators.ts'
import type { Sides, State } from './sides.ts'

/** The constant's and the comparison's operator. */
const NAN_SCALAR: Readonly<Record<number, readonly [number, number]>> = {
  [F32]: [0x43, 0x5f],
  [F64]: [0x44, 0x65],
}
const NAN_VECTOR = [0xfd41, 0xfd47]

/** Behind a condition under which the run stops: `br_if` or `if`. Where it goes on otherwise. */
export function passStop(sides: Sides, state: State, reason: number): number {
  const { code, targets, others } = sides.metered
  const { op } = code[state.q]!
  if (op !== BR_IF && op !== IF) sides.fail(state, 'a comparison that nothing follows from')
  const stop = sides.skip({ ...state, q: op === IF ? state.q + 1 : targets[state.q]! })
  const [first, second, third] = code.slice(stop, stop + 3)
  const sets = second?.op === GLOBAL_SET && second.a === sides.pair.globals.reason
  if (first?.op !== I32_CONST || first.a !== reason || !sets || third?.op !== UNREACHABLE)
    sides.fail(state, 'a comparison does not lead to a stop')
  return op === IF ? others[state.q]! : state.q + 1
}

/** Behind the comparison of the depth: its stop, the counter written first. */
export function passDepthStop(sides: Sides, state: State): State {
  const { code, others } = sides.metered
  const at = state.q + 1
  if (code[state.q]!.op !== IF) sides.fail(state, 'a depth comparison that nothing follows from')
  // The counter first, so that the run shows exact fuel; then the stop.
  const end = others[state.q]!
  const [set, reason, setReason, stop] = code.slice(end - 5, end - 1)
  const { globals } = sides.pair
  const written = code.slice(at, end - 5)
  const less = written.length === 1 ? 0 : Number(written[1]?.x as bigint)
  const { entry } = sides.pair.costs
  const first = sides.advance({ ...state, p: 0, pending: entry })
  if (state.p !== first.p || state.pending !== first.pending) sides.fail(state, 'depth is compared late')
  if (written[0]?.op !== GET || written[0].a !== sides.fuel || less !== entry)
    sides.fail(state, `stopped by depth with the counter less ${less}; ${entry} is uncharged`)
  if (set?.op !== GLOBAL_SET || set.a !== globals.fuel || reason?.op !== I32_CONST || reason.a !== 2)
    sides.fail(state, 'a depth comparison does not lead to its stop')
  if (setReason?.op !== GLOBAL_SET || setReason.a !== globals.reason || stop?.op !== UNREACHABLE)
    sides.fail(state, 'a depth comparison does not lead to its stop')
  return { ...state, q: end }
}

/** The operand of a bulk operator: what is uncharged, and then its own units, compared at once. */
export function passBulk(sides: Sides, state: State, spare: number): State {
  const op = sides.original.code[state.p]?.op ?? 0
  const unit = sides.pair.costs.unit(op)
  if (unit === 0) sides.fail(state, 'an operand is charged where no bulk operator follows')
  const { code, others } = sides.metered
  let q = state.q + 1
  let charged = 0
  const take = (wanted: number, a?: number): Instr => {
    const one = code[q++]!
    if (one.op !== wanted || (a !== undefined && one.a !== a))
      sides.fail({ ...state, q: q - 1 }, `expected operator 0x${wanted.toString(16)} of an operand's charge`)
    return one
  }
  if (code[q]!.a === sides.fuel) {
    take(GET, sides.fuel)
    charged = Number(take(I64_CONST).x as bigint)
    take(I64_SUB)
    take(SET, sides.fuel)
  }
  if (charged !== state.pending) sides.fail(state, `${charged} is charged of ${state.pending}`)
  take(GET, spare)
  take(I32_CONST, unit)
  take(I32_DIV_U)
  take(TEE, spare)
  take(IF)
  const end = others[q - 1]!
  take(GET, sides.fuel)
  take(GET, spare)
  take(I64_EXTEND_U)
  take(I64_SUB)
  take(TEE, sides.fuel)
  if (Number(take(I64_CONST).x as bigint) !== 0)
    sides.fail(state, 'an operand is compared with something else')
  take(I64_LE_S)
  if (passStop(sides, { ...state, q }, 1) !== end - 1)
    sides.fail(state, 'more than a comparison follows an operand')
  const next = code[end]!
  if (op === TABLE_GROW) {
    if (next.op !== CALL || !sides.pair.grows(next.a, sides.original.code[state.p]!.a))
      sides.fail(state, 'a table grows unbounded')
  } else if (next.op !== op) sides.fail(state, 'the bulk operator does not follow its charge')
  return sides.advance({ ...state, p: state.p + 1, q: end + 1, pending: 0 })
}

/** An arithmetic result made canonical: kept, the canonical NaN, compared with itself, one of both selected. */
export function passNaN(sides: Sides, state: State): State {
  const code = sides.metered.code
  const local = code[state.q]!.a
  const type = sides.typeOfLocal(local)
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
    sides.fail(state, 'a local of metering is used for something else')
  return { ...state, q: state.q + wanted.length }
}
