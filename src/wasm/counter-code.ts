/** Code that keeps the counter, which lives in a local of each counted function. */
import { type EmitContext, Reason, writeStop } from './emit-context.ts'
import { Op } from './opcodes.ts'
import type { FunctionPlan } from './plan.ts'
import type { Writer } from './writer.ts'

export class CounterCode {
  readonly #context: EmitContext
  #out!: Writer
  /** Local indices of the counter, the depth and, where one is needed, a spare i32. */
  fuel = 0
  depth = 0
  spare = 0
  /** Whether all comparisons of the body stop at one place, behind a block around it all. */
  shared = false
  /** Labels open inside that block. */
  labels = 0
  /** The `local.set` written last. */
  #setLocal = 0
  #setStart = 0
  #setEnd = -1

  constructor(context: EmitContext) {
    this.#context = context
  }

  /** A body begins whose own parameters are so many; the counter is the first behind them, the depth the second. */
  begin(out: Writer, params: number): void {
    this.#out = out
    this.fuel = params
    this.depth = params + 1
    this.#setEnd = -1
  }

  get(local: number): void {
    const out = this.#out
    // Read where it has just been set, with nothing written since: the `local.set` becomes a `local.tee`.
    if (out.length === this.#setEnd && local === this.#setLocal) {
      out.bytes[this.#setStart] = Op.localTee
      return
    }
    out.byte(Op.localGet)
    out.u32(local)
  }

  set(local: number): void {
    const out = this.#out
    this.#setLocal = local
    this.#setStart = out.length
    out.byte(Op.localSet)
    out.u32(local)
    this.#setEnd = out.length
  }

  /** The counter less the pending amount, as a value. */
  handOver(pending: number): void {
    const out = this.#out
    this.get(this.fuel)
    if (pending === 0) return
    out.byte(Op.i64Const)
    out.signed(pending)
    out.byte(Op.i64Sub)
  }

  /** The counter into the global, for whoever looks when the module has stopped. */
  writeBack(pending: number): void {
    this.handOver(pending)
    this.#out.byte(Op.globalSet)
    this.#out.u32(this.#context.added.fuel)
  }

  charge(units: number): void {
    if (units === 0) return
    this.handOver(units)
    this.set(this.fuel)
  }

  /** Stop unless the counter is above what is pending. */
  compareFuel(pending: number): void {
    const out = this.#out
    this.get(this.fuel)
    out.byte(Op.i64Const)
    out.signed(pending)
    out.byte(Op.i64LeS)
    if (this.shared) {
      out.byte(Op.brIf)
      out.u32(this.labels)
    } else this.#stopIf(Reason.fuel)
  }

  #stopIf(reason: number): void {
    const out = this.#out
    out.byte(Op.if)
    out.byte(0x40)
    writeStop(out, this.#context.added, reason)
    out.byte(Op.end)
  }

  enterDepth({ weight, need }: FunctionPlan): void {
    const out = this.#out
    this.get(this.depth)
    out.byte(Op.i32Const)
    out.signed(weight)
    out.byte(Op.i32Sub)
    out.byte(Op.localTee)
    out.u32(this.depth)
    out.byte(Op.i32Const)
    out.signed(need)
    out.byte(Op.i32LtS)
    out.byte(Op.if)
    out.byte(0x40)
    this.writeBack(this.#context.table.entry)
    writeStop(out, this.#context.added, Reason.depth)
    out.byte(Op.end)
  }
}
