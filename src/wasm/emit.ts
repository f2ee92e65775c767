/**
 * Writes one metered body. Untouched bytes are copied verbatim; at the places of the analysis charges, comparisons and
 * the handing over of the counter are written in between.
 *
 * The counter lives in a local: an extra parameter behind the original ones, and an extra result. Its
 * fuel is written to the exported global only where control leaves the module. The value stack is never disturbed: everything goes through
 * locals. A stop sets `icn:reason` and traps.
 */
import type { BodyFacts } from './analysis.ts'
import { readNumber, skipNumber } from './instructions.ts'
import type { LoopVersion } from './loops.ts'
import type { ParsedModule, Signature } from './module.ts'
import { Type } from './module.ts'
import { NanShape, type NanSites, NO_SITES } from './nan.ts'
import { NumericOp, Op } from './opcodes.ts'
import type { Charges } from './optimise.ts'
import { Place, type PlaceTable } from './places.ts'
import type { FunctionPlan, ModulePlan } from './plan.ts'
import { ProfileCharges } from './profile-charges.ts'
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
  /** The function that stands for `memory.grow`. */
  readonly grow: number
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
  /** Where fuel is counted by function and loop as well. */
  readonly profile: ProfilePlaces | null
}

const F32_NAN = [0x00, 0x00, 0xc0, 0x7f]
const F64_NAN = [0, 0, 0, 0, 0, 0, 0xf8, 0x7f]
/** The canonical NaN, positive, as a constant instruction; by shape. */
const CANONICAL_NAN: readonly (readonly number[])[] = [
  [Op.f32Const, ...F32_NAN],
  [Op.f64Const, ...F64_NAN],
  [Op.prefixSimd, 0x0c, ...F32_NAN, ...F32_NAN, ...F32_NAN, ...F32_NAN],
  [Op.prefixSimd, 0x0c, ...F64_NAN, ...F64_NAN],
]
/** Compare for equality and select; by shape. */
const SELECT_UNLESS_NAN: readonly (readonly number[])[] = [
  [Op.f32Eq, Op.select],
  [Op.f64Eq, Op.select],
  [Op.prefixSimd, 0x41, Op.prefixSimd, 0x52],
  [Op.prefixSimd, 0x47, Op.prefixSimd, 0x52],
]

/** Set the reason and trap. */
export function writeStop(out: Writer, added: AddedIndices, reason: number): void {
  out.byte(Op.i32Const)
  out.byte(reason)
  out.byte(Op.globalSet)
  out.u32(added.reason)
  out.byte(Op.unreachable)
}

export class BodyEmitter {
  readonly #context: EmitContext
  readonly #bytes: Uint8Array
  readonly #profile: ProfileCharges | null
  #out!: Writer
  #places!: PlaceTable
  #charges!: Charges
  #plan!: FunctionPlan
  #params = 0
  /** Local indices of the counter, the depth and a spare i32. */
  #fuel = 0
  #depth = 0
  #spare = 0
  /** How far declared locals move. */
  #shift = 0
  #nextLocal = 0
  #nanSites: NanSites = NO_SITES
  #nextNan = 0
  /** Spare locals by NaN shape. */
  readonly #nanLocals = [0, 0, 0, 0]
  /** Labels open inside the stop block, or -1 where stops are written out. */
  #labels = 0
  #shared = false
  #versions: ReadonlyMap<number, LoopVersion> = new Map()
  /** Inside a loop written twice: open labels outside of which branches go one label further, or -1. */
  #deeper = -1
  /** A spare i64 local. */
  #wide = 0

  constructor(context: EmitContext) {
    this.#context = context
    this.#bytes = context.module.bytes
    this.#profile = context.profile === null ? null : new ProfileCharges(context.profile)
  }

  /** The body of defined function `i`, with its size in front. */
  emit(
    out: Writer,
    i: number,
    facts: BodyFacts,
    places: PlaceTable,
    charges: Charges,
    nanSites: NanSites,
    versions: ReadonlyMap<number, LoopVersion>,
  ): void {
    const { module, plan } = this.#context
    const type = module.types[module.functions[module.imports.length + i]!]!
    this.#out = out
    this.#places = places
    this.#charges = charges
    this.#plan = plan.functions[i]!
    this.#params = type.params.length
    this.#nextLocal = 0
    this.#nanSites = nanSites
    this.#nextNan = 0
    this.#versions = versions
    this.#deeper = -1
    this.#profile?.begin(out, module.imports.length + i)
    const size = out.placeholder()
    if (this.#plan.constantCost >= 0) {
      this.#shift = 0
      this.#declareLocals(facts, this.#params + facts.locals, false)
      this.#rows(facts.codeStart, false)
    } else this.#counted(module.imports.length + i, type, facts)
    out.patch(size)
  }

  #counted(index: number, type: Signature, facts: BodyFacts): void {
    const out = this.#out
    const { added, table } = this.#context
    this.#shift = this.#plan.depth ? 2 : 1
    this.#fuel = this.#params
    this.#depth = this.#params + 1
    this.#declareLocals(facts, this.#params + this.#shift + facts.locals, this.#needsSpare())
    this.#shared = this.#comparisons() > 0
    const wrapped = this.#charges.branchesToEnd
    this.#labels = wrapped ? 1 : 0
    if (this.#shared) {
      out.byte(Op.block)
      out.byte(0x40)
    }
    if (wrapped) {
      out.byte(Op.block)
      out.signed(this.#context.types.blockType(type.results))
    }
    this.#profile?.entry(index, table.entry)
    this.#compareFuel(table.entry)
    if (this.#plan.depth) this.#enterDepth()
    this.#rows(facts.codeStart, true)
    if (wrapped) out.byte(Op.end)
    this.#handOver(this.#charges.pendingAtEnd)
    if (this.#shared) {
      out.byte(Op.return)
      out.byte(Op.end)
      writeStop(out, added, Reason.fuel)
    }
    out.byte(Op.end)
  }

  /** The original local groups and, behind them, the spare locals this body needs. */
  #declareLocals(facts: BodyFacts, first: number, spare: boolean): void {
    const out = this.#out
    const added: number[] = []
    this.#spare = first
    if (spare) added.push(Type.i32)
    this.#wide = first + added.length
    if (this.#versions.size > 0) added.push(Type.i64)
    for (const shape of [NanShape.f32, NanShape.f64, NanShape.f32x4, NanShape.f64x2])
      if (this.#nanSites.has(shape)) {
        this.#nanLocals[shape] = first + added.length
        added.push(shape === NanShape.f32 ? Type.f32 : shape === NanShape.f64 ? Type.f64 : Type.v128)
      }
    out.u32(facts.groups + added.length)
    out.copy(this.#bytes, facts.groupsStart, facts.codeStart)
    for (const type of added) {
      out.byte(1)
      out.byte(type)
    }
  }

  /** Comparisons beside the one at entry. */
  #comparisons(): number {
    const places = this.#places
    let count = this.#charges.loops
    for (let row = 0; row < places.count; row++) {
      const kind = places.kind(row)
      if (kind === Place.memoryBulk || kind === Place.tableBulk) count++
      else if (
        (kind === Place.call || kind === Place.returnCall) &&
        this.#constantCost(places.argument(row)) >= 0
      )
        count++
    }
    return count
  }

  #needsSpare(): boolean {
    const places = this.#places
    for (let row = 0; row < places.count; row++) {
      const kind = places.kind(row)
      if (kind === Place.memoryBulk || kind === Place.tableBulk) return true
      if (
        (kind === Place.callIndirect || kind === Place.returnCallIndirect) &&
        this.#context.plan.directTables
      )
        return true
    }
    return false
  }

  #constantCost(callee: number): number {
    const { module, plan } = this.#context
    return callee < module.imports.length ? -1 : plan.functions[callee - module.imports.length]!.constantCost
  }

  /** All rows; of the function's own `end` only what is before it, when counting. */
  #rows(from: number, counting: boolean, firstRow = 0, lastRow = this.#places.count - 1): void {
    const places = this.#places
    const out = this.#out
    let at = from
    for (let row = firstRow; row <= lastRow; row++) {
      const version = counting && this.#deeper < 0 ? this.#versions.get(row) : undefined
      if (version !== undefined) {
        this.#copy(at, places.start(row))
        this.#twice(row, version)
        row = version.endRow
        at = places.end(row)
        continue
      }
      const start = places.start(row)
      const end = places.end(row)
      this.#copy(at, start)
      at = end
      const kind = places.kind(row)
      if (kind !== Place.dead) this.#profile?.row(kind, places.cost(row))
      switch (kind) {
        case Place.dead:
          break
        case Place.memoryGrow:
          out.byte(Op.call)
          out.u32(this.#context.added.grow)
          break
        case Place.refFunc:
          out.byte(Op.refFunc)
          out.u32(this.#context.named(places.argument(row)))
          break
        default:
          if (counting) this.#counting(row, kind, start, end)
          else out.copy(this.#bytes, start, end)
      }
    }
  }

  #counting(row: number, kind: number, start: number, end: number): void {
    const out = this.#out
    const before = this.#charges.before[row]!
    switch (kind) {
      case Place.call:
        this.#call(row, before, start, end)
        return
      case Place.returnCall:
        this.#returnCall(row, before)
        return
      case Place.callIndirect:
      case Place.returnCallIndirect:
        this.#callIndirect(row, kind, before, start, end)
        return
      case Place.return:
        this.#handOver(before)
        out.byte(Op.return)
        return
      case Place.unreachable:
        // A run that gives itself up shows exact fuel; where the engine traps, it is that of the last call outside.
        this.#writeBack(before)
        out.byte(Op.unreachable)
        return
      case Place.memoryBulk:
      case Place.tableBulk:
        this.#bulk(this.#places.argument(row), before)
        out.copy(this.#bytes, start, end)
        return
      case Place.end:
        this.#charge(before)
        // The function's own end is written by the caller.
        if (row < this.#places.count - 1) out.byte(Op.end)
        this.#labels--
        return
      case Place.loop: {
        this.#charge(before)
        out.copy(this.#bytes, start, end)
        this.#labels++
        this.#profile?.trip(start)
        this.#charge(this.#charges.header[row]!)
        this.#compareFuel(0)
        return
      }
      case Place.br:
      case Place.brIf:
        if (this.#charges.split[row] !== 0) {
          this.#splitBranch(row)
          return
        }
        this.#charge(before)
        out.byte(this.#bytes[start]!)
        out.u32(this.#label(this.#places.argument(row)))
        return
      case Place.brTable:
        this.#charge(before)
        this.#labelTable(start)
        return
    }
    this.#charge(before)
    out.copy(this.#bytes, start, end)
    if (kind === Place.block || kind === Place.if) this.#labels++
  }

  /** A label of the original, past the extra one around a loop written twice. */
  #label(label: number): number {
    return this.#deeper >= 0 && label >= this.#labels - this.#deeper ? label + 1 : label
  }

  /** A `br_if` that charges only when taken. */
  #splitBranch(row: number): void {
    const out = this.#out
    out.byte(Op.if)
    out.byte(0x40)
    this.#charge(this.#charges.split[row]!)
    out.byte(Op.br)
    out.u32(this.#label(this.#places.argument(row)) + 1)
    out.byte(Op.end)
  }

  #labelTable(start: number): void {
    const out = this.#out
    let at = start + 1
    const count = readNumber(this.#bytes, at)
    out.byte(Op.brTable)
    out.u32(count)
    for (let left = count; left >= 0; left--) {
      at = skipNumber(this.#bytes, at)
      out.u32(this.#label(readNumber(this.#bytes, at)))
    }
  }

  /** `if` fuel lasts: the loop charged up front, `else` the loop charged and compared on every trip. */
  #twice(row: number, version: LoopVersion): void {
    const out = this.#out
    const places = this.#places
    const bodyStart = places.end(row)
    const endRow = version.endRow
    this.#charge(this.#charges.before[row]!)
    this.#fuelLasts(version)
    out.byte(Op.if)
    out.copy(this.#bytes, places.start(row) + 1, bodyStart)
    this.#labels++
    this.#deeper = this.#labels
    const cursor = [this.#nextLocal, this.#nextNan] as const
    for (const charged of [true, false]) {
      ;[this.#nextLocal, this.#nextNan] = cursor
      if (charged) {
        this.#get(this.#wide)
        this.#set(this.#fuel)
      }
      out.copy(this.#bytes, places.start(row), bodyStart)
      this.#labels++
      if (!charged) {
        this.#charge(this.#charges.header[row]!)
        this.#compareFuel(0)
      }
      this.#rows(bodyStart, true, row + 1, endRow)
      if (charged) out.byte(Op.else)
    }
    this.#deeper = -1
    this.#labels--
    out.byte(Op.end)
  }

  /** Leaves on the stack whether all trips can be charged, and in the wide local what is left then. */
  #fuelLasts({ cost }: LoopVersion): void {
    const out = this.#out
    this.#handOver(cost)
    out.byte(Op.localTee)
    out.u32(this.#wide)
    out.byte(Op.i64Const)
    out.byte(0)
    out.byte(Op.i64GtS)
  }

  /** Copy untouched code, with NaNs made canonical where they can be seen. */
  #copy(from: number, to: number): void {
    let at = from
    const sites = this.#nanSites
    for (; this.#nextNan < sites.count && sites.offset(this.#nextNan) <= to; this.#nextNan++) {
      const offset = sites.offset(this.#nextNan)
      this.#copyShifted(at, offset)
      this.#canonical(sites.shape(this.#nextNan))
      at = offset
    }
    this.#copyShifted(at, to)
  }

  /** `select(x, nan, x == x)`; of vectors the same by lanes. */
  #canonical(shape: number): void {
    const out = this.#out
    const local = this.#nanLocals[shape]!
    out.byte(Op.localTee)
    out.u32(local)
    for (const byte of CANONICAL_NAN[shape]!) out.byte(byte)
    this.#get(local)
    this.#get(local)
    for (const byte of SELECT_UNLESS_NAN[shape]!) out.byte(byte)
  }

  /** Copy with declared locals moved behind the added parameters. */
  #copyShifted(from: number, to: number): void {
    const out = this.#out
    const places = this.#places
    if (this.#shift === 0) {
      out.copy(this.#bytes, from, to)
      return
    }
    const { locals, localCount } = places
    const bytes = this.#bytes
    const limit = this.#params
    let at = from
    let next = this.#nextLocal
    while (next < localCount && locals[next]! < to) {
      const site = locals[next++]! + 1
      let index = bytes[site]!
      let end = site + 1
      if (index >= 0x80) {
        index &= 0x7f
        for (let shift = 7; ; shift += 7) {
          const byte = bytes[end++]!
          index |= (byte & 0x7f) << shift
          if (byte < 0x80) break
        }
      }
      if (index < limit) continue
      out.copy(bytes, at, site)
      out.u32(index + this.#shift)
      at = end
    }
    this.#nextLocal = next
    out.copy(bytes, at, to)
  }

  #get(local: number): void {
    this.#out.byte(Op.localGet)
    this.#out.u32(local)
  }

  #set(local: number): void {
    this.#out.byte(Op.localSet)
    this.#out.u32(local)
  }

  /** The counter less the pending amount, as a value. */
  #handOver(pending: number): void {
    const out = this.#out
    this.#get(this.#fuel)
    if (pending === 0) return
    out.byte(Op.i64Const)
    out.signed(pending)
    out.byte(Op.i64Sub)
  }

  /** The counter into the global, for whoever looks when the module has stopped. */
  #writeBack(pending: number): void {
    this.#handOver(pending)
    this.#out.byte(Op.globalSet)
    this.#out.u32(this.#context.added.fuel)
  }

  #charge(units: number): void {
    if (units === 0) return
    this.#handOver(units)
    this.#set(this.#fuel)
  }

  /** Stop unless the counter is above what is pending. */
  #compareFuel(pending: number): void {
    const out = this.#out
    this.#get(this.#fuel)
    out.byte(Op.i64Const)
    out.signed(pending)
    out.byte(Op.i64LeS)
    if (this.#shared) {
      out.byte(Op.brIf)
      out.u32(this.#labels)
    } else this.#stopIf(Reason.fuel)
  }

  #stopIf(reason: number): void {
    const out = this.#out
    out.byte(Op.if)
    out.byte(0x40)
    writeStop(out, this.#context.added, reason)
    out.byte(Op.end)
  }

  #enterDepth(): void {
    const out = this.#out
    this.#get(this.#depth)
    out.byte(Op.i32Const)
    out.signed(this.#plan.weight)
    out.byte(Op.i32Sub)
    out.byte(Op.localTee)
    out.u32(this.#depth)
    out.byte(Op.i32Const)
    out.signed(this.#plan.need)
    out.byte(Op.i32LtS)
    out.byte(Op.if)
    out.byte(0x40)
    this.#writeBack(this.#context.table.entry)
    writeStop(out, this.#context.added, Reason.depth)
    out.byte(Op.end)
  }

  #call(row: number, pending: number, start: number, end: number): void {
    const out = this.#out
    const { module, plan, added, table } = this.#context
    const callee = this.#places.argument(row)
    if (callee < module.imports.length) {
      this.#handOver(pending)
      out.byte(Op.globalSet)
      out.u32(added.fuel)
      out.copy(this.#bytes, start, end)
      out.byte(Op.globalGet)
      out.u32(added.fuel)
      this.#set(this.#fuel)
      return
    }
    const target = plan.functions[callee - module.imports.length]!
    if (target.constantCost >= 0) {
      // Its entry is compared here; its cost joins what is pending.
      this.#profile?.entry(callee, table.entry)
      this.#compareFuel(pending + table.entry)
      out.copy(this.#bytes, start, end)
      return
    }
    this.#handOver(pending)
    if (target.depth) this.#get(this.#depth)
    out.copy(this.#bytes, start, end)
    this.#set(this.#fuel)
  }

  /** The frame is given back before the callee's is taken, so its weight is too. */
  #depthAfterReturn(): void {
    const out = this.#out
    this.#get(this.#depth)
    out.byte(Op.i32Const)
    out.signed(this.#plan.weight)
    out.byte(Op.i32Add)
  }

  #returnCall(row: number, pending: number): void {
    const out = this.#out
    const { module, plan, added, table } = this.#context
    const callee = this.#places.argument(row)
    const imported = callee < module.imports.length
    const target = imported ? null : plan.functions[callee - module.imports.length]!
    if (target !== null && target.constantCost < 0) {
      this.#handOver(pending)
      if (target.depth) this.#depthAfterReturn()
      out.byte(Op.returnCall)
      out.u32(callee)
      return
    }
    // These take no counter, so it must be put behind their results: a call and a return. Neither can recur.
    if (target === null) {
      this.#handOver(pending)
      out.byte(Op.globalSet)
      out.u32(added.fuel)
    } else {
      this.#profile?.entry(callee, table.entry)
      this.#compareFuel(pending + table.entry)
    }
    out.byte(Op.call)
    out.u32(callee)
    if (target === null) {
      out.byte(Op.globalGet)
      out.u32(added.fuel)
    } else this.#handOver(pending + target.constantCost)
    out.byte(Op.return)
  }

  #callIndirect(row: number, kind: number, pending: number, start: number, end: number): void {
    const out = this.#out
    const { plan, types, added } = this.#context
    const tail = kind === Place.returnCallIndirect
    // Behind the type index stands the table index.
    let tableAt = start + 1
    while (this.#bytes[tableAt]! >= 0x80) tableAt++
    tableAt++
    if (plan.directTables) {
      this.#set(this.#spare)
      this.#handOver(pending)
      if (tail) this.#depthAfterReturn()
      else this.#get(this.#depth)
      this.#get(this.#spare)
      out.byte(this.#bytes[start]!)
      out.u32(types.counted(this.#places.argument(row), true))
      out.copy(this.#bytes, tableAt, end)
      if (!tail) this.#set(this.#fuel)
      return
    }
    this.#handOver(pending)
    out.byte(Op.globalSet)
    out.u32(added.fuel)
    this.#get(this.#depth)
    out.byte(Op.globalSet)
    out.u32(added.depth)
    out.byte(Op.callIndirect)
    out.copy(this.#bytes, start + 1, end)
    out.byte(Op.globalGet)
    out.u32(added.fuel)
    if (tail) out.byte(Op.return)
    else this.#set(this.#fuel)
  }

  /** Charge by the operand on top of the stack and compare at once, where it comes to a unit at all. */
  #bulk(sub: number, pending: number): void {
    const out = this.#out
    const { table } = this.#context
    out.byte(Op.localTee)
    out.u32(this.#spare)
    this.#charge(pending)
    this.#get(this.#spare)
    out.byte(Op.i32Const)
    out.signed(sub <= NumericOp.memoryFill ? table.memoryBytesPerUnit : table.tableElementsPerUnit)
    out.byte(Op.i32DivU)
    out.byte(Op.localTee)
    out.u32(this.#spare)
    out.byte(Op.if)
    out.byte(0x40)
    this.#labels++
    this.#profile?.units(this.#spare)
    this.#get(this.#fuel)
    this.#get(this.#spare)
    out.byte(Op.i64ExtendI32U)
    out.byte(Op.i64Sub)
    this.#set(this.#fuel)
    this.#compareFuel(0)
    this.#labels--
    out.byte(Op.end)
  }
}
