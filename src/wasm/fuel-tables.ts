/** Fuel costs as data. A table never changes once published: records name it, and totals must stay comparable. */
import { Op } from './opcodes.ts'
import type { FuelTable, FuelTableId } from './types.ts'

/**
 * Wasmtime 35, from cranelift's `func_environ` (`fuel_before_op`, `fuel_check`), confirmed on the real engine: entry 1,
 * every operator 1 but the free ones; compared at function entry and loop headers only; consumed >= budget stops; a
 * completed run that overshot in its last straight stretch reports the budget.
 *
 * The operand rates are ours: Wasmtime 35 charges bulk operations 1 whatever their size, which would let 10 MB be
 * filled for one unit. icn-core accepts no bulk operations, so no parity is lost. The rates are of the order of a plain
 * loop of 16-byte stores. `memory.grow` stays at 1: it is MVP, and all growth of a run together is bounded by the page
 * limit (a refused growth and a growth by zero touch no page), so its work needs no price to be bounded.
 */
const WASMTIME_35: FuelTable = {
  id: 'wasmtime-35',
  entry: 1,
  operator: 1,
  freeOperators: [Op.unreachable, Op.nop, Op.block, Op.loop, Op.else, Op.end, Op.return, Op.drop],
  memoryBytesPerUnit: 16,
  tableElementsPerUnit: 4,
}

/** The published tables of fuel costs, by their ids. */
export const FUEL_TABLES: Readonly<Record<FuelTableId, FuelTable>> = { 'wasmtime-35': WASMTIME_35 }
