/** Bodies of the functions metering adds: entries of original type around counted functions, and bounded growth. */
import { type EmitContext, Reason, writeStop } from './emit-context.ts'
import { Type } from './module.ts'
import { Op } from './opcodes.ts'
import type { Writer } from './writer.ts'

/** From where an added entry is called. */
export const EntryFor = { outside: 0, table: 1 } as const

/**
 * A function of the original type that takes the counter and the depth from the globals and puts the counter back.
 * Seen from outside, the depth global is halved for the time of the call: should the host call in again, each nesting
 * gets half of what the one before had, and all together stay below twice the budget. A table's entry is called by
 * metered code, which has just written the exact depth.
 */
export function writeEntry(out: Writer, context: EmitContext, index: number, entryFor: number): void {
  const { module, plan, added, table, profile } = context
  const type = module.types[module.functions[index]!]!
  const target = plan.functions[index - module.imports.length]!
  const fromOutside = entryFor === EntryFor.outside
  const saved = type.params.length
  const size = out.placeholder()
  out.byte(fromOutside ? 1 : 0)
  if (fromOutside) {
    out.byte(1)
    out.byte(Type.i32)
  }
  const global = (op: number, at: number): void => {
    out.byte(op)
    out.u32(at)
  }
  if (fromOutside) {
    global(Op.globalGet, added.depth)
    global(Op.localTee, saved)
    out.byte(Op.i32Const)
    out.byte(1)
    out.byte(Op.i32ShrU)
    global(Op.globalSet, added.depth)
  }
  const stopIf = (reason: number): void => {
    out.byte(Op.if)
    out.byte(0x40)
    writeStop(out, added, reason)
    out.byte(Op.end)
  }
  if (!target.depth) {
    if (fromOutside) global(Op.localGet, saved)
    else global(Op.globalGet, added.depth)
    out.byte(Op.i32Const)
    out.signed(target.need)
    out.byte(Op.i32LtS)
    stopIf(Reason.depth)
  }
  if (target.constantCost >= 0) {
    if (profile !== null) {
      profile.enter(out, profile.function(index))
      profile.spend(out, profile.function(index), table.entry)
    }
    global(Op.globalGet, added.fuel)
    out.byte(Op.i64Const)
    out.signed(table.entry)
    out.byte(Op.i64LeS)
    stopIf(Reason.fuel)
    global(Op.globalGet, added.fuel)
    out.byte(Op.i64Const)
    out.signed(target.constantCost)
    out.byte(Op.i64Sub)
    global(Op.globalSet, added.fuel)
  }
  for (let p = 0; p < type.params.length; p++) global(Op.localGet, p)
  if (target.constantCost < 0) global(Op.globalGet, added.fuel)
  if (target.depth) {
    if (fromOutside) global(Op.localGet, saved)
    else global(Op.globalGet, added.depth)
  }
  global(Op.call, index)
  if (target.constantCost < 0) global(Op.globalSet, added.fuel)
  if (fromOutside) {
    global(Op.localGet, saved)
    global(Op.globalSet, added.depth)
  }
  out.byte(Op.end)
  out.patch(size)
}

/** An imported function in the handed-over form, for tables that hold that form. */
export function writeImportAdapter(out: Writer, context: EmitContext, index: number): void {
  const { module, added } = context
  const params = module.types[module.functions[index]!]!.params.length
  const size = out.placeholder()
  out.byte(0)
  out.byte(Op.localGet)
  out.u32(params)
  out.byte(Op.globalSet)
  out.u32(added.fuel)
  for (let p = 0; p < params; p++) {
    out.byte(Op.localGet)
    out.u32(p)
  }
  out.byte(Op.call)
  out.u32(index)
  out.byte(Op.globalGet)
  out.u32(added.fuel)
  out.byte(Op.end)
  out.patch(size)
}

/** `memory.grow` held to the run's own page limit: `n > pages - size` answers -1 and touches nothing. */
export function writeGrow(out: Writer, context: EmitContext): void {
  const size = out.placeholder()
  out.byte(0)
  out.byte(Op.localGet)
  out.byte(0)
  out.byte(Op.globalGet)
  out.u32(context.added.pages)
  for (const byte of [Op.memorySize, 0, Op.i32Sub, Op.i32GtU, Op.if, 0x7f]) out.byte(byte)
  for (const byte of [Op.i32Const, 0x7f, Op.else]) out.byte(byte)
  for (const byte of [Op.localGet, 0, Op.memoryGrow, 0, Op.end, Op.end]) out.byte(byte)
  out.patch(size)
}
