/**
 * The outer half of rewriting: every section of the original in its place, with what metering adds at the end of each,
 * so that no index shifts and element, data and name sections stay valid.
 */
import { readNumber, skipNumber } from './instructions.ts'
import { type FunctionSite, type ParsedModule, type Section, SectionId, type Signature } from './module.ts'
import { type LocalShift, writeNames } from './names.ts'
import { METER_EXPORTS, type WasmLimits } from './types.ts'
import { Writer } from './writer.ts'

export interface AddedGlobal {
  readonly type: number
  /** Constant expression without its `end`. */
  readonly init: readonly number[]
}

export interface AddedExport {
  readonly name: string
  readonly kind: number
  readonly index: number
}

/** What metering adds and changes around the bodies. */
export interface Additions {
  readonly types: readonly Signature[]
  /** Type of every defined function, original and added. */
  readonly functionTypes: readonly number[]
  readonly globals: readonly AddedGlobal[]
  readonly exports: readonly AddedExport[]
  /** The function that stands for an original one in exports. */
  exported(index: number): number
  /** The same in element segments and constant expressions. */
  referenced(index: number): number
  /** Functions that `ref.func` names in bodies, and that must be declared for it in an element segment. */
  readonly declared: readonly number[]
  /** How the locals of an original function have moved. */
  shifted(index: number): LocalShift
  /** All bodies, original and added, without the count. */
  readonly code: Writer
  /** A custom section at the very end. */
  readonly custom: { readonly name: string; readonly contents: Uint8Array } | null
}

/** The order sections are written in; where one is missing and metering needs it, it is made here. */
const ORDER = [1, 2, 3, 4, 5, 6, 7, 9, 12, 10, 11] as const

export function assemble(module: ParsedModule, limits: WasmLimits, add: Additions): Uint8Array<ArrayBuffer> {
  const out = new Writer(Math.ceil(module.bytes.length * 1.4) + 1024)
  out.copy(module.bytes, 0, 8)
  const sections = module.sections
  let next = 0
  // Custom sections behind all others stay there: the name section must, whatever is added.
  const lastKnown = sections.findLastIndex((section) => section.id !== SectionId.custom)
  const customs = (end: number): void => {
    while (next < end && sections[next]!.id === SectionId.custom) {
      const section = sections[next++]!
      copyCustom(module, out, section, add)
    }
  }
  for (const id of ORDER) {
    customs(lastKnown)
    if (next < sections.length && sections[next]!.id === SectionId.start) {
      next++
      customs(lastKnown)
    }
    const found = next < sections.length && sections[next]!.id === id ? sections[next++]! : null
    const made =
      id === SectionId.type || id === SectionId.function || id === SectionId.global
        ? true
        : id === SectionId.export ||
          id === SectionId.code ||
          (id === SectionId.element && add.declared.length > 0)
    if (found === null && !made) continue
    out.byte(id)
    const size = out.placeholder()
    if (id === SectionId.type) writeTypes(module, out, add.types)
    else if (id === SectionId.function) writeVector(out, add.functionTypes)
    else if (id === SectionId.table) writeTables(module, out, limits)
    else if (id === SectionId.memory) writeMemory(module, out, limits)
    else if (id === SectionId.global) writeGlobals(module, out, found?.contents, found?.end, add)
    else if (id === SectionId.export) writeExports(module, out, add)
    else if (id === SectionId.code) {
      out.u32(add.functionTypes.length)
      out.copy(add.code.bytes, 0, add.code.length)
    } else if (id === SectionId.element) writeElements(module, out, found, add)
    else out.copy(module.bytes, found!.contents, found!.end)
    out.patch(size)
  }
  customs(sections.length)
  if (add.custom !== null) {
    out.byte(SectionId.custom)
    const size = out.placeholder()
    out.name(add.custom.name)
    out.copy(add.custom.contents, 0, add.custom.contents.length)
    out.patch(size)
  }
  return out.finish()
}

function writeVector(out: Writer, values: readonly number[]): void {
  out.u32(values.length)
  for (const value of values) out.u32(value)
}

function writeTypes(module: ParsedModule, out: Writer, added: readonly Signature[]): void {
  out.u32(module.types.length + added.length)
  for (const signature of [...module.types, ...added]) {
    out.byte(0x60)
    writeVector(out, signature.params)
    writeVector(out, signature.results)
  }
}

/** A missing or larger maximum becomes the limit, so that growth fails at the same size in every engine. */
function writeTables(module: ParsedModule, out: Writer, limits: WasmLimits): void {
  out.u32(module.tables.length)
  for (const table of module.tables) {
    out.byte(table.type)
    out.byte(1)
    out.u32(table.initial)
    out.u32(Math.min(table.maximum ?? limits.tableElements, limits.tableElements))
  }
}

function writeMemory(module: ParsedModule, out: Writer, limits: WasmLimits): void {
  out.u32(module.memory === null ? 0 : 1)
  if (module.memory === null) return
  out.byte(1)
  out.u32(module.memory.initial)
  out.u32(module.memory.maximum ?? Math.min(limits.memoryPages, 65_536))
}

function writeGlobals(
  module: ParsedModule,
  out: Writer,
  contents: number | undefined,
  end: number | undefined,
  add: Additions,
): void {
  out.u32(module.globals.length + add.globals.length)
  if (contents !== undefined && end !== undefined)
    copyReplacing(module, out, skipNumber(module.bytes, contents), end, module.globalSites, add.referenced)
  for (const { type, init } of add.globals) {
    out.byte(type)
    out.byte(1)
    for (const byte of init) out.byte(byte)
    out.byte(0x0b)
  }
}

function writeElements(module: ParsedModule, out: Writer, found: Section | null, add: Additions): void {
  const contents = found?.contents ?? 0
  const count = found === null ? 0 : readNumber(module.bytes, contents)
  out.u32(count + (add.declared.length > 0 ? 1 : 0))
  if (found !== null) {
    const first = skipNumber(module.bytes, contents)
    copyReplacing(module, out, first, found.end, module.elementSites, add.referenced)
  }
  if (add.declared.length === 0) return
  // A declarative segment of function indices.
  out.byte(3)
  out.byte(0)
  writeVector(out, add.declared)
}

function writeExports(module: ParsedModule, out: Writer, add: Additions): void {
  out.u32(module.exports.length + add.exports.length)
  for (const { name, kind, index } of module.exports) {
    out.name(name)
    out.byte(kind)
    out.u32(kind === 0 ? add.exported(index) : index)
  }
  for (const { name, kind, index } of add.exports) {
    out.name(name)
    out.byte(kind)
    out.u32(index)
  }
}

/** Copy a stretch with the function indices at the sites replaced. */
function copyReplacing(
  module: ParsedModule,
  out: Writer,
  from: number,
  to: number,
  sites: readonly FunctionSite[],
  replace: (index: number) => number,
): void {
  let at = from
  for (const site of sites) {
    out.copy(module.bytes, at, site.start)
    out.u32(replace(site.index))
    at = site.end
  }
  out.copy(module.bytes, at, to)
}

/** Sections that speak of code offsets would lie about the rewritten code; one of the meter's own name would lie too. */
function misleads(name: string): boolean {
  return (
    name === METER_EXPORTS.profile ||
    name.startsWith('.debug_') ||
    name.startsWith('reloc.') ||
    name.startsWith('metadata.code.') ||
    name === 'linking' ||
    name === 'sourceMappingURL' ||
    name === 'external_debug_info'
  )
}

function copyCustom(module: ParsedModule, out: Writer, section: Section, add: Additions): void {
  const { contents, end, name } = section
  if (misleads(name)) return
  out.byte(SectionId.custom)
  const size = out.placeholder()
  if (name === 'name') {
    out.name(name)
    writeNames(out, module.bytes.subarray(skipNumber(module.bytes, contents) + name.length, end), add.shifted)
  } else out.copy(module.bytes, contents, end)
  out.patch(size)
}
