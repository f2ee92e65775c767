/**
 * Loops whose header need not compare, because a call follows in a straight line that cannot trap, be left, or change
 * anything beyond locals and operands. Fuel is compared at the callee's entry then, with more of it consumed: what the
 * header would have stopped is stopped there, with the same reason, before anything was done that could be seen.
 */
import { skipInstruction } from './instructions.ts'
import { Op } from './opcodes.ts'
import { Place, type PlaceTable } from './places.ts'

/** @param imported functions that are imported compare nothing */
export function callCompares(bytes: Uint8Array, places: PlaceTable, loop: number, imported: number): boolean {
  const call = loop + 1
  if (places.kind(call) !== Place.call || places.argument(call) < imported) return false
  let at = places.end(loop)
  while (at < places.start(call) && isHarmless(bytes[at]!)) at = skipInstruction(bytes, at)
  return at === places.start(call)
}

/** Of the core instructions those on locals, constants and operands that never trap, and reads of globals. */
function isHarmless(op: number): boolean {
  return (
    op === Op.nop ||
    (op >= Op.drop && op <= Op.globalGet) ||
    (op >= Op.i32Const && op <= Op.i32Mul) ||
    (op >= Op.i32And && op <= Op.i64Mul) ||
    (op >= Op.i64And && op <= Op.i32WrapI64)
  )
}
