/** What all written bodies share: the indices of what metering adds, and how metered code stops itself. */
import type { ParsedModule } from './module.ts'
import { Op } from './opcodes.ts'
import type { ModulePlan } from './plan.ts'
import type { ProfilePlaces } from './profile-places.ts'
import type { TypeTable } from './type-table.ts'
import type { FuelTable } from './types.ts'
import type { Writer } from './writer.ts'

/** Indices of what metering adds. */
export interface AddedIndices {
  readonly fuel: number
  readonly depth: number
  readonly reason: number
  readonly pages: number
}

/** Values of the `icn:reason` global. */
export const Reason = { fuel: 1, depth: 2 } as const

export interface EmitContext {
  readonly module: ParsedModule
  readonly plan: ModulePlan
  readonly types: TypeTable
  readonly table: FuelTable
  readonly added: AddedIndices
  /** The function that stands for an original one in a `ref.func`. */
  named(index: number): number
  /** The function that stands for `memory.grow`. */
  growMemory(): number
  /** The function that stands for `table.grow` of a table. */
  growTable(table: number): number
  /** Where fuel is counted by function and loop as well. */
  readonly profile: ProfilePlaces | null
}

/** Set the reason and trap. */
export function writeStop(out: Writer, added: AddedIndices, reason: number): void {
  out.byte(Op.i32Const)
  out.byte(reason)
  out.byte(Op.globalSet)
  out.u32(added.reason)
  out.byte(Op.unreachable)
}
