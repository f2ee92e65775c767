/**
 * The outer half of rewriting: every section of the original in its place, with what metering adds at the end of each,
 * so that no index shifts and element, data and name sections stay valid.
 */
import { type FunctionSite, type ParsedModule, SectionId, type Signature } from './sections.ts'
import type { WasmLimits } from './types.ts'
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
  /** All bodies, original and added, without the count. */
  readonly code: Writer
}

/** The order sections are written in; where one is missing and metering needs it, it is made here. */
const ORDER = [1, 2, 3, 4, 5, 6, 7, 9, 12, 10, 11] as const

export function assemble(module: ParsedModule, limits: WasmLimits, add: Additions): Uint8Array<ArrayBuffer> {
  const out = new Writer(Math.ceil(module.bytes.length * 1.4) + 1024)
  out.copy(module.bytes, 0, 8)
  const sections = module.sections
  let next = 0
  const customs = (): void => {
    while (next < sections.length && sections[next]!.id === SectionId.custom) {
      const section = sections[next++]!
      copyCustom(module, out, section.contents, section.end, section.name)
    }
  }
  for (const id of ORDER) {
    customs()
    if (next < sections.length && sections[next]!.id === SectionId.start) {
      next++
      customs()
    }
    const found = next < sections.length && sections[next]!.id === id ? sections[next++]! : null
    const made =
      id === SectionId.type || id === SectionId.function || id === SectionId.global
        ? true
        : id === SectionId.export || id === SectionId.code
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
    } else if (id === SectionId.element)
      copyReplacing(module, out, found!.contents, found!.end, module.elementSites, add.referenced)
    else out.copy(module.bytes, found!.contents, found!.end)
    out.patch(size)
  }
  customs()
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
    copyReplacing(module, out, skipCount(module, contents), end, module.globalSites, add.referenced)
  for (const { type, init } of add.globals) {
    out.byte(type)
    out.byte(1)
    for (const byte of init) out.byte(byte)
    out.byte(0x0b)
  }
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

function skipCount(module: ParsedModule, contents: number): number {
  let at = contents
  while (module.bytes[at]! >= 0x80) at++
  return at + 1
}

/** Sections that speak of code offsets would lie about the rewritten code. */
function holdsCodeOffsets(name: string): boolean {
  return (
    name.startsWith('.debug_') ||
    name.startsWith('reloc.') ||
    name.startsWith('metadata.code.') ||
    name === 'linking' ||
    name === 'sourceMappingURL' ||
    name === 'external_debug_info'
  )
}

function copyCustom(module: ParsedModule, out: Writer, contents: number, end: number, name: string): void {
  if (holdsCodeOffsets(name)) return
  out.byte(SectionId.custom)
  const size = out.placeholder()
  out.copy(module.bytes, contents, end)
  out.patch(size)
}
