/** Plan, then every body, then what is added behind them: the metered module. */
import { Analyses } from './analyses.ts'
import { type AddedExport, assemble } from './assemble.ts'
import { BodyEmitter } from './emit.ts'
import type { AddedIndices, EmitContext } from './emit-context.ts'
import { findLoopVersions } from './loops.ts'
import { type ParsedModule, Type } from './module.ts'
import type { LocalShift } from './names.ts'
import { NanFinder, NO_SITES } from './nan.ts'
import { Op } from './opcodes.ts'
import { ChargePlacer } from './optimise.ts'
import { planModule } from './plan.ts'
import { ProfilePlaces } from './profile-places.ts'
import { SmallFunctions, writeEmpty } from './small-functions.ts'
import { TypeTable } from './type-table.ts'
import { type FuelTable, METER_EXPORTS, type WasmLimits } from './types.ts'
import { EntryFor, writeEntry, writeImportAdapter, writeMemoryGrow, writeTableGrow } from './wrappers.ts'
import { Writer } from './writer.ts'

/** A function added behind the original ones. */
interface AddedFunction {
  readonly type: number
  write(out: Writer): void
}

/** Bytes of loop bodies that may be written twice: this many in any module, and this share of its code. */
const LOOP_ROOM = 2048
const LOOP_SHARE = 0.08

export interface RewriteOptions {
  readonly canonicalNaN: boolean
  readonly loopVersions: boolean
  /** Count by function and loop too. Versions of loops are left out then: both would count the same trips. */
  readonly profile: boolean
}

export function rewrite(
  module: ParsedModule,
  limits: WasmLimits,
  table: FuelTable,
  options: RewriteOptions,
): Uint8Array<ArrayBuffer> {
  const analyses = new Analyses(module, limits, table)
  const plan = planModule(module, analyses, table.entry)
  const imported = module.imports.length
  const types = new TypeTable(module.types)
  const functions: AddedFunction[] = []
  const addFunction = (type: number, write: (out: Writer) => void): number =>
    module.functions.length + functions.push({ type, write }) - 1

  const globals = module.globals.length
  const added: AddedIndices = {
    fuel: globals,
    depth: globals + 1,
    reason: globals + 2,
    pages: globals + 3,
  }
  const firstFree = globals + 4
  const profile = options.profile ? new ProfilePlaces(firstFree, imported, module.bodies.length) : null
  /** The global that counts what was denied. Asked for when all bodies are written, and the profile's places known. */
  const denied = (name: string): number => {
    if (!deniedNames.includes(name)) deniedNames.push(name)
    return firstFree + (profile?.globals ?? 0) + deniedNames.indexOf(name)
  }
  const deniedNames: string[] = []
  /** One stand-in for each function and use, made when it is first asked for. */
  const standIns = (make: (index: number) => number): ((index: number) => number) => {
    const made = new Map<number, number>()
    return (index) => {
      const known = made.get(index)
      if (known !== undefined) return known
      const fresh = make(index)
      made.set(index, fresh)
      return fresh
    }
  }
  const exported = standIns((index) =>
    index < imported
      ? index
      : addFunction(module.functions[index]!, (out) => writeEntry(out, context, index, EntryFor.outside)),
  )
  const referenced = standIns((index) => {
    if (plan.directTables) {
      if (index >= imported) return index
      return addFunction(types.counted(module.functions[index]!, true), (out) =>
        writeImportAdapter(out, context, index),
      )
    }
    if (index < imported) return index
    return addFunction(module.functions[index]!, (out) => writeEntry(out, context, index, EntryFor.table))
  })
  const declared = new Set<number>()
  const named = (index: number): number => {
    const standIn = referenced(index)
    declared.add(standIn)
    return standIn
  }
  /** By table, -1 for the memory. */
  const grow = standIns((index) => {
    const params = index < 0 ? [Type.i32] : [module.tables[index]?.type ?? Type.funcref, Type.i32]
    return addFunction(types.index({ params, results: [Type.i32] }), (out) => {
      if (index < 0) writeMemoryGrow(out, context, denied(METER_EXPORTS.memoryDenied))
      else writeTableGrow(out, index, limits.tableElements, denied(METER_EXPORTS.tableDenied))
    })
  })
  const context: EmitContext = {
    module,
    plan,
    types,
    table,
    added,
    named,
    growMemory: () => grow(-1),
    growTable: grow,
    profile,
  }

  const exports = meterExports(module, added, exported)
  if (profile !== null) {
    const reader = types.index({ params: [Type.i32], results: [Type.i64] })
    const index = addFunction(reader, (out) => profile.writeReader(out))
    exports.push({ name: METER_EXPORTS.profile, kind: 0, index })
  }
  for (const { index } of module.exportSites) exported(index)
  for (const { index } of [...module.elementSites, ...module.globalSites]) referenced(index)
  const zero64 = { type: Type.i64, init: [Op.i64Const, 0] }
  const original = plan.functions.map(({ constantCost, depth }, i) => {
    const type = module.functions[imported + i]!
    return constantCost >= 0 ? type : types.counted(type, depth)
  })
  const small = new SmallFunctions(module.bodies)
  const code = writeCode(context, analyses, functions, limits, options, small)
  const empty = Array.from({ length: small.missing }, () => types.index({ params: [], results: [] }))
  for (const _ of empty) writeEmpty(code)
  for (const name of deniedNames) exports.push({ name, kind: 3, index: denied(name) })

  return assemble(module, limits, {
    types: types.added,
    functionTypes: [...original, ...functions.map(({ type }) => type), ...empty],
    globals: [
      zero64,
      { type: Type.i32, init: [Op.i32Const, 0] },
      { type: Type.i32, init: [Op.i32Const, 0] },
      { type: Type.i32, init: [Op.i32Const, 0] },
      ...new Array<typeof zero64>((profile?.globals ?? 0) + deniedNames.length).fill(zero64),
    ],
    exports,
    exported,
    referenced,
    declared: [...declared],
    shifted: (index) => localShift(context, index),
    code,
    custom: profile?.section() ?? null,
  })
}

/** Bodies are written first, for they may still ask for types and stand-ins that stand before them in the module. */
function writeCode(
  context: EmitContext,
  analyses: Analyses,
  added: readonly AddedFunction[],
  limits: WasmLimits,
  options: RewriteOptions,
  small: SmallFunctions,
): Writer {
  const { module, plan, table } = context
  const imported = module.imports.length
  const out = new Writer(Math.ceil(module.bytes.length * 1.4) + 1024)
  const constant = (callee: number): number =>
    callee < imported ? -1 : plan.functions[callee - imported]!.constantCost
  const placer = new ChargePlacer(module.bytes, constant)
  const codeBytes = module.bodies.reduce((sum, { start, end }) => sum + end - start, 0)
  let room = options.loopVersions && !options.profile ? LOOP_ROOM + codeBytes * LOOP_SHARE : 0
  const emitter = new BodyEmitter(context)
  const finder = new NanFinder(module, limits)
  module.bodies.forEach((body, i) => {
    const { facts, table: places } = analyses.of(i)
    const floats = options.canonicalNaN && (facts.floatArithmetic || facts.simd)
    const charges = placer.place(places, table.entry)
    const params = module.types[module.functions[imported + i]!]!.params.length
    const nan = floats ? finder.find(imported + i, body, facts.codeStart, params + facts.locals) : NO_SITES
    const { versions, used } = findLoopVersions(module, places, charges, facts.codeStart, params, room)
    room -= used
    const before = out.length
    emitter.emit(out, i, facts, places, charges, nan, versions)
    small.written(out.length - before)
  })
  // A body written here may add another, so the length is read anew each time.
  for (let i = 0; i < added.length; i++) {
    const before = out.length
    added[i]!.write(out)
    small.written(out.length - before)
  }
  return out
}

function meterExports(
  module: ParsedModule,
  added: AddedIndices,
  exported: (index: number) => number,
): AddedExport[] {
  const exports: AddedExport[] = [
    { name: METER_EXPORTS.fuel, kind: 3, index: added.fuel },
    { name: METER_EXPORTS.depth, kind: 3, index: added.depth },
    { name: METER_EXPORTS.reason, kind: 3, index: added.reason },
    { name: METER_EXPORTS.pages, kind: 3, index: added.pages },
  ]
  if (module.start !== null)
    exports.push({ name: METER_EXPORTS.start, kind: 0, index: exported(module.start) })
  if (module.memory !== null && !module.exports.some(({ kind }) => kind === 2))
    exports.push({ name: METER_EXPORTS.memory, kind: 2, index: 0 })
  return exports
}

/** The counter and the depth are handed over behind a function's own parameters. */
function localShift({ module, plan }: EmitContext, index: number): LocalShift {
  const own = plan.functions[index - module.imports.length]
  const params = module.types[module.functions[index] ?? -1]?.params.length ?? 0
  if (own === undefined || own.constantCost >= 0) return { params, by: 0 }
  return { params, by: own.depth ? 2 : 1 }
}
