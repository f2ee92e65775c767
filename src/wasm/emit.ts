/**
 * Writes one metered body. Untouched bytes are copied verbatim; at the places of the analysis charges, comparisons and
 * the handing over of the counter are written in between.
 *
 * The counter lives in a local: an extra parameter behind the original ones, and an extra result. Its fuel is written
 * to the exported global only where control leaves the module. The value stack is never disturbed: everything goes
 * through locals. A stop sets `icn:reason` and traps.
 */
import type { BodyFacts } from './analysis.ts'
import { CallCode } from './calls.ts'
import { CounterCode } from './counter-code.ts'
import { type EmitContext, Reason, writeStop } from './emit-context.ts'
import { callCompares } from './header-comparison.ts'
import { readNumber, skipNumber } from './instructions.ts'
import type { LoopVersion } from './loops.ts'
import { type Signature, Type } from './module.ts'
import type { NanSites } from './nan.ts'
import { NumericOp, Op } from './opcodes.ts'
import type { Charges } from './optimise.ts'
import { Place, type PlaceTable } from './places.ts'
import type { FunctionPlan } from './plan.ts'
import { ProfileCharges } from './profile-charges.ts'
import { Verbatim } from './verbatim.ts'
import type { Writer } from './writer.ts'

export class BodyEmitter {
  readonly #context: EmitContext
  readonly #bytes: Uint8Array
  readonly #profile: ProfileCharges | null
  readonly #counter: CounterCode
  readonly #verbatim: Verbatim
  readonly #calls: CallCode
  #out!: Writer
  #places!: PlaceTable
  #charges!: Charges
  #plan!: FunctionPlan
  #versions: ReadonlyMap<number, LoopVersion> = new Map()
  /** Inside a loop written twice: open labels outside of which branches go one label further, or -1. */
  #deeper = -1
  /** A spare i64 local. */
  #wide = 0

  constructor(context: EmitContext) {
    this.#context = context
    this.#bytes = context.module.bytes
    this.#profile = context.profile === null ? null : new ProfileCharges(context.profile)
    this.#counter = new CounterCode(context)
    this.#verbatim = new Verbatim(context.module.bytes)
    this.#calls = new CallCode(context, this.#counter, this.#profile)
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
    this.#versions = versions
    this.#deeper = -1
    const params = type.params.length
    const counted = this.#plan.constantCost < 0
    const shift = !counted ? 0 : this.#plan.depth ? 2 : 1
    this.#profile?.begin(out, module.imports.length + i)
    this.#counter.begin(out, params)
    this.#calls.begin(out, this.#plan.weight)
    this.#verbatim.begin(out, places, nanSites, params, shift)
    const size = out.placeholder()
    this.#declareLocals(facts, params + shift + facts.locals, counted && this.#needsSpare())
    if (!counted) {
      this.#rows(facts.codeStart, false)
    } else this.#counted(module.imports.length + i, type, facts)
    out.patch(size)
  }

  #counted(index: number, type: Signature, facts: BodyFacts): void {
    const out = this.#out
    const { added, table } = this.#context
    this.#counter.shared = this.#comparisons() > 0
    const wrapped = this.#charges.branchesToEnd
    this.#counter.labels = wrapped ? 1 : 0
    if (this.#counter.shared) {
      out.byte(Op.block)
      out.byte(0x40)
    }
    if (wrapped) {
      out.byte(Op.block)
      out.signed(this.#context.types.blockType(type.results))
    }
    this.#profile?.entry(index, table.entry)
    this.#counter.compareFuel(table.entry)
    if (this.#plan.depth) this.#counter.enterDepth(this.#plan)
    this.#rows(facts.codeStart, true)
    if (wrapped) out.byte(Op.end)
    this.#counter.handOver(this.#charges.pendingAtEnd)
    if (this.#counter.shared) {
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
    this.#counter.spare = first
    if (spare) added.push(Type.i32)
    this.#wide = first + added.length
    if (this.#versions.size > 0) added.push(Type.i64)
    added.push(...this.#verbatim.locals(first + added.length))
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
    let count = 0
    for (let row = 0; row < places.count; row++) {
      const kind = places.kind(row)
      if (kind === Place.memoryBulk || kind === Place.tableBulk) count++
      else if (kind === Place.loop && this.#headerCompares(row)) count++
      else if (
        (kind === Place.call || kind === Place.returnCall) &&
        this.#constantCost(places.argument(row)) >= 0
      )
        count++
    }
    return count
  }

  /** With a profile always: of a run that is stopped it tells the very stretch. */
  #headerCompares(loop: number): boolean {
    const { module, profile } = this.#context
    return profile !== null || !callCompares(this.#bytes, this.#places, loop, module.imports.length)
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
        this.#verbatim.copy(at, places.start(row))
        this.#twice(row, version)
        row = version.endRow
        at = places.end(row)
        continue
      }
      const start = places.start(row)
      const end = places.end(row)
      this.#verbatim.copy(at, start)
      at = end
      const kind = places.kind(row)
      if (kind !== Place.dead) this.#profile?.row(kind, places.cost(row))
      switch (kind) {
        case Place.dead:
          break
        case Place.memoryGrow:
          out.byte(Op.call)
          out.u32(this.#context.growMemory())
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
        this.#calls.call(this.#places.argument(row), before, start, end)
        return
      case Place.returnCall:
        this.#calls.returnCall(this.#places.argument(row), before)
        return
      case Place.callIndirect:
      case Place.returnCallIndirect: {
        const tail = kind === Place.returnCallIndirect
        this.#calls.callIndirect(this.#places.argument(row), tail, before, start, end)
        return
      }
      case Place.return:
        this.#counter.handOver(before)
        out.byte(Op.return)
        return
      case Place.unreachable:
        // A run that gives itself up shows exact fuel; where the engine traps, it is that of the last call outside.
        this.#counter.writeBack(before)
        out.byte(Op.unreachable)
        return
      case Place.memoryBulk:
      case Place.tableBulk:
        this.#bulk(this.#places.argument(row), before)
        if (this.#places.argument(row) === NumericOp.tableGrow) {
          out.byte(Op.call)
          out.u32(this.#context.growTable(readNumber(this.#bytes, skipNumber(this.#bytes, start + 1))))
        } else out.copy(this.#bytes, start, end)
        return
      case Place.end:
        this.#counter.charge(before)
        // The function's own end is written by the caller.
        if (row < this.#places.count - 1) out.byte(Op.end)
        this.#counter.labels--
        return
      case Place.loop: {
        this.#counter.charge(before)
        out.copy(this.#bytes, start, end)
        this.#counter.labels++
        this.#profile?.trip(start)
        this.#counter.charge(this.#charges.header[row]!)
        if (this.#headerCompares(row)) this.#counter.compareFuel(0)
        return
      }
      case Place.br:
      case Place.brIf:
        if (this.#charges.split[row] !== 0) {
          this.#splitBranch(row)
          return
        }
        this.#counter.charge(before)
        out.byte(this.#bytes[start]!)
        out.u32(this.#label(this.#places.argument(row)))
        return
      case Place.brTable:
        this.#counter.charge(before)
        this.#labelTable(start)
        return
    }
    this.#counter.charge(before)
    out.copy(this.#bytes, start, end)
    if (kind === Place.block || kind === Place.if) this.#counter.labels++
  }

  /** A label of the original, past the extra one around a loop written twice. */
  #label(label: number): number {
    return this.#deeper >= 0 && label >= this.#counter.labels - this.#deeper ? label + 1 : label
  }

  /** A `br_if` that charges only when taken. */
  #splitBranch(row: number): void {
    const out = this.#out
    out.byte(Op.if)
    out.byte(0x40)
    this.#counter.charge(this.#charges.split[row]!)
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
    this.#counter.charge(this.#charges.before[row]!)
    this.#fuelLasts(version)
    out.byte(Op.if)
    out.copy(this.#bytes, places.start(row) + 1, bodyStart)
    this.#counter.labels++
    this.#deeper = this.#counter.labels
    const { cursor } = this.#verbatim
    for (const charged of [true, false]) {
      this.#verbatim.cursor = cursor
      if (charged) {
        this.#counter.get(this.#wide)
        this.#counter.set(this.#counter.fuel)
      }
      out.copy(this.#bytes, places.start(row), bodyStart)
      this.#counter.labels++
      if (!charged) {
        this.#counter.charge(this.#charges.header[row]!)
        this.#counter.compareFuel(0)
      }
      this.#rows(bodyStart, true, row + 1, endRow)
      if (charged) out.byte(Op.else)
    }
    this.#deeper = -1
    this.#counter.labels--
    out.byte(Op.end)
  }

  /** Leaves on the stack whether all trips can be charged, and in the wide local what is left then. */
  #fuelLasts({ cost }: LoopVersion): void {
    const out = this.#out
    this.#counter.handOver(cost)
    out.byte(Op.localTee)
    out.u32(this.#wide)
    out.byte(Op.i64Const)
    out.byte(0)
    out.byte(Op.i64GtS)
  }

  /** Charge by the operand on top of the stack and compare at once, where it comes to a unit at all. */
  #bulk(sub: number, pending: number): void {
    const out = this.#out
    const { table } = this.#context
    out.byte(Op.localTee)
    out.u32(this.#counter.spare)
    this.#counter.charge(pending)
    this.#counter.get(this.#counter.spare)
    out.byte(Op.i32Const)
    out.signed(sub <= NumericOp.memoryFill ? table.memoryBytesPerUnit : table.tableElementsPerUnit)
    out.byte(Op.i32DivU)
    out.byte(Op.localTee)
    out.u32(this.#counter.spare)
    out.byte(Op.if)
    out.byte(0x40)
    this.#counter.labels++
    this.#profile?.units(this.#counter.spare)
    this.#counter.get(this.#counter.fuel)
    this.#counter.get(this.#counter.spare)
    out.byte(Op.i64ExtendI32U)
    out.byte(Op.i64Sub)
    this.#counter.set(this.#counter.fuel)
    this.#counter.compareFuel(0)
    this.#counter.labels--
    out.byte(Op.end)
  }
}
