/** Calls: the counter and the depth are handed to the callee and the counter is taken back behind its results. */
import type { CounterCode } from './counter-code.ts'
import type { EmitContext } from './emit-context.ts'
import { Op } from './opcodes.ts'
import type { ProfileCharges } from './profile-charges.ts'
import type { Writer } from './writer.ts'

export class CallCode {
  readonly #context: EmitContext
  readonly #bytes: Uint8Array
  readonly #counter: CounterCode
  readonly #profile: ProfileCharges | null
  #out!: Writer
  /** Of the calling frame. */
  #weight = 0

  constructor(context: EmitContext, counter: CounterCode, profile: ProfileCharges | null) {
    this.#context = context
    this.#bytes = context.module.bytes
    this.#counter = counter
    this.#profile = profile
  }

  /** A body begins. */
  begin(out: Writer, weight: number): void {
    this.#out = out
    this.#weight = weight
  }

  call(callee: number, pending: number, start: number, end: number): void {
    const out = this.#out
    const counter = this.#counter
    const { module, plan, added, table } = this.#context
    if (callee < module.imports.length) {
      counter.handOver(pending)
      out.byte(Op.globalSet)
      out.u32(added.fuel)
      out.copy(this.#bytes, start, end)
      out.byte(Op.globalGet)
      out.u32(added.fuel)
      counter.set(counter.fuel)
      return
    }
    const target = plan.functions[callee - module.imports.length]!
    if (target.constantCost >= 0) {
      // Its entry is compared here; its cost joins what is pending.
      this.#profile?.entry(callee, table.entry)
      counter.compareFuel(pending + table.entry)
      out.copy(this.#bytes, start, end)
      return
    }
    counter.handOver(pending)
    if (target.depth) counter.get(counter.depth)
    out.copy(this.#bytes, start, end)
    counter.set(counter.fuel)
  }

  /** The frame is given back before the callee's is taken, so its weight is too. */
  #depthAfterReturn(): void {
    const out = this.#out
    const counter = this.#counter
    counter.get(counter.depth)
    out.byte(Op.i32Const)
    out.signed(this.#weight)
    out.byte(Op.i32Add)
  }

  returnCall(callee: number, pending: number): void {
    const out = this.#out
    const counter = this.#counter
    const { module, plan, added, table } = this.#context
    const imported = callee < module.imports.length
    const target = imported ? null : plan.functions[callee - module.imports.length]!
    if (target !== null && target.constantCost < 0) {
      counter.handOver(pending)
      if (target.depth) this.#depthAfterReturn()
      out.byte(Op.returnCall)
      out.u32(callee)
      return
    }
    // These take no counter, so it must be put behind their results: a call and a return. Neither can recur.
    if (target === null) {
      counter.handOver(pending)
      out.byte(Op.globalSet)
      out.u32(added.fuel)
    } else {
      this.#profile?.entry(callee, table.entry)
      counter.compareFuel(pending + table.entry)
    }
    out.byte(Op.call)
    out.u32(callee)
    if (target === null) {
      out.byte(Op.globalGet)
      out.u32(added.fuel)
    } else counter.handOver(pending + target.constantCost)
    out.byte(Op.return)
  }

  /** @param tail whether it is a `return_call_indirect` */
  callIndirect(type: number, tail: boolean, pending: number, start: number, end: number): void {
    const out = this.#out
    const counter = this.#counter
    const { plan, types, added } = this.#context
    // Behind the type index stands the table index.
    let tableAt = start + 1
    while (this.#bytes[tableAt]! >= 0x80) tableAt++
    tableAt++
    if (plan.directTables) {
      counter.set(counter.spare)
      counter.handOver(pending)
      if (tail) this.#depthAfterReturn()
      else counter.get(counter.depth)
      counter.get(counter.spare)
      out.byte(this.#bytes[start]!)
      out.u32(types.counted(type, true))
      out.copy(this.#bytes, tableAt, end)
      if (!tail) counter.set(counter.fuel)
      return
    }
    counter.handOver(pending)
    out.byte(Op.globalSet)
    out.u32(added.fuel)
    counter.get(counter.depth)
    out.byte(Op.globalSet)
    out.u32(added.depth)
    out.byte(Op.callIndirect)
    out.copy(this.#bytes, start + 1, end)
    out.byte(Op.globalGet)
    out.u32(added.fuel)
    if (tail) out.byte(Op.return)
    else counter.set(counter.fuel)
  }
}
