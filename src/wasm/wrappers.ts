/** Bodies of the functions metering adds: entries of original type around counted functions, and bounded growth. */
import { type EmitContext, Reason, writeStop } from './emit-context.ts'
import { Type } from './module.ts'
import { NumericOp, Op } from './opcodes.ts'
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

/** `memory.grow` held to the run's own page limit; `denied` is the global that counts. */
export function writeMemoryGrow(out: Writer, { added }: EmitContext, denied: number): void {
  const writeLimit = () => {
    out.byte(Op.globalGet)
    out.u32(added.pages)
  }
  writeGrow(out, 0, denied, writeLimit, [Op.memorySize, 0], [Op.memoryGrow, 0])
}

/** `table.grow` held to the limit of the module's tables; the table itself may have a lower maximum of its own. */
export function writeTableGrow(out: Writer, table: number, limit: number, denied: number): void {
  const writeLimit = () => {
    out.byte(Op.i32Const)
    out.signed(Math.min(limit, 0xffff_ffff) | 0)
  }
  const operator = (sub: number): Instruction => [Op.prefixNumeric, sub, table]
  writeGrow(out, 1, denied, writeLimit, operator(NumericOp.tableSize), operator(NumericOp.tableGrow))
}

/** An operator and its immediates. */
type Instruction = readonly [op: number, ...immediates: number[]]

/**
 * `n > limit - size` is counted, answers -1 and touches nothing. What the engine itself refuses (a lower maximum that the
 * module declares) is not counted: upstream's limiter counts what it denies (ref §10.1, §12.3).
 *
 * @param last the parameter with the number asked for; all of them go to the operator
 */
function writeGrow(
  out: Writer,
  last: number,
  denied: number,
  writeLimit: () => void,
  sizeOperator: Instruction,
  growOperator: Instruction,
): void {
  const size = out.placeholder()
  const write = (op: number, ...immediates: readonly number[]): void => {
    out.byte(op)
    for (const immediate of immediates) out.u32(immediate)
  }
  out.byte(0)
  write(Op.localGet, last)
  writeLimit()
  write(...sizeOperator)
  write(Op.i32Sub)
  write(Op.i32GtU)
  write(Op.if, Type.i32)
  write(Op.globalGet, denied)
  write(Op.i64Const, 1)
  write(Op.i64Add)
  write(Op.globalSet, denied)
  write(Op.i32Const, 0x7f)
  write(Op.else)
  for (let parameter = 0; parameter <= last; parameter++) write(Op.localGet, parameter)
  write(...growOperator)
  write(Op.end)
  write(Op.end)
  out.patch(size)
}
