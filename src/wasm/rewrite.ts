/** First design: the counter in a global, added to and compared at Wasmtime's own places. */
import { BodyAnalyser, Place } from './analysis.ts'
import { assemble } from './assemble.ts'
import { Op } from './opcodes.ts'
import { type ParsedModule, Type } from './sections.ts'
import { type FuelTable, METER_EXPORTS, type WasmLimits } from './types.ts'
import type { Writer } from './writer.ts'

export function rewrite(module: ParsedModule, limits: WasmLimits, fuel: FuelTable): Uint8Array<ArrayBuffer> {
  const analyser = new BodyAnalyser(module, limits, fuel)
  const imported = module.imports.length
  const firstGlobal = module.globals.length
  const FUEL = firstGlobal
  const REASON = firstGlobal + 2
  const PAGES = firstGlobal + 3
  const growType = module.types.length
  const growFunction = module.functions.length
  const stop = (out: Writer): void => {
    for (const byte of [Op.if, 0x40, Op.i32Const, 1, Op.globalSet]) out.byte(byte)
    out.u32(REASON)
    out.byte(Op.unreachable)
    out.byte(Op.end)
  }
  const charge = (out: Writer, units: number, check: boolean): void => {
    if (units > 0) {
      out.byte(Op.globalGet)
      out.u32(FUEL)
      out.byte(Op.i64Const)
      out.signed(units)
      out.byte(Op.i64Sub)
      out.byte(Op.globalSet)
      out.u32(FUEL)
    }
    if (!check) return
    out.byte(Op.globalGet)
    out.u32(FUEL)
    for (const byte of [Op.i64Const, 0, Op.i64LeS]) out.byte(byte)
    stop(out)
  }
  const body = (out: Writer, i: number): void => {
    const { start, end } = module.bodies[i]!
    const facts = analyser.analyse(imported + i, module.bodies[i]!)
    const { table } = analyser
    const size = out.placeholder()
    out.copy(module.bytes, start, facts.groupsStart)
    out.copy(module.bytes, facts.groupsStart, facts.codeStart)
    charge(out, fuel.entry, true)
    let at = facts.codeStart
    for (let row = 0; row < table.count; row++) {
      const kind = table.kind(row)
      if (kind === Place.memoryBulk || kind === Place.tableBulk || kind === Place.refFunc) continue
      out.copy(module.bytes, at, table.start(row))
      at = table.end(row)
      if (kind === Place.dead) continue
      charge(out, table.cost(row), false)
      if (kind === Place.memoryGrow) {
        out.byte(Op.call)
        out.u32(growFunction)
      } else {
        out.copy(module.bytes, table.start(row), at)
        if (kind === Place.loop) charge(out, 0, true)
      }
    }
    out.copy(module.bytes, at, end)
    out.patch(size)
  }
  return assemble(module, limits, {
    types: [{ params: [Type.i32], results: [Type.i32] }],
    functionTypes: [...module.functions.slice(imported), ...(module.memory === null ? [] : [growType])],
    globals: [
      { type: Type.i64, init: [Op.i64Const, 0] },
      { type: Type.i32, init: [Op.i32Const, 0] },
      { type: Type.i32, init: [Op.i32Const, 0] },
      { type: Type.i32, init: [Op.i32Const, 0] },
    ],
    exports: [
      { name: METER_EXPORTS.fuel, kind: 3, index: FUEL },
      { name: METER_EXPORTS.depth, kind: 3, index: FUEL + 1 },
      { name: METER_EXPORTS.reason, kind: 3, index: REASON },
      { name: METER_EXPORTS.pages, kind: 3, index: PAGES },
      ...(module.start === null ? [] : [{ name: METER_EXPORTS.start, kind: 0, index: module.start }]),
      ...(module.memory === null || module.exports.some((e) => e.kind === 2)
        ? []
        : [{ name: METER_EXPORTS.memory, kind: 2, index: 0 }]),
    ],
    exported: (index) => index,
    referenced: (index) => index,
    code: (out) => {
      out.u32(module.bodies.length + (module.memory === null ? 0 : 1))
      for (let i = 0; i < module.bodies.length; i++) body(out, i)
      if (module.memory !== null) growBody(out, PAGES)
    },
  })
}

/** `memory.grow` held to the run's own page limit: `n > pages - size` answers -1 and touches nothing. */
function growBody(out: Writer, pages: number): void {
  const size = out.placeholder()
  out.byte(0)
  out.byte(Op.localGet)
  out.byte(0)
  out.byte(Op.globalGet)
  out.u32(pages)
  for (const byte of [Op.memorySize, 0, Op.i32Sub, Op.i32GtU, Op.if, 0x7f]) out.byte(byte)
  for (const byte of [Op.i32Const, 0x7f, Op.else]) out.byte(byte)
  for (const byte of [Op.localGet, 0, Op.memoryGrow, 0, Op.end, Op.end]) out.byte(byte)
  out.patch(size)
}
