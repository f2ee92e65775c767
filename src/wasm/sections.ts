/** A module's outer structure: every section checked for form, limits and features; function bodies only delimited. */
import { expectBytes } from '../common/bytes.ts'
import { ConstantReader } from './constants.ts'
import { unsupported } from './errors.ts'
import {
  type Body,
  type Export,
  type FunctionSite,
  type GlobalType,
  type Import,
  type ParsedModule,
  type Range,
  type Section,
  SectionId,
  type Signature,
  type Table,
  Type,
} from './module.ts'
import { Reader } from './reader.ts'
import type { WasmLimits } from './types.ts'
import { checkLimit } from './validate/limits.ts'

const SECTION_NAMES = [
  'custom',
  'type',
  'import',
  'function',
  'table',
  'memory',
  'global',
  'export',
  'start',
  'element',
  'code',
  'data',
  'data count',
] as const

/** The order sections must come in; data count stands between element and code. */
const SECTION_ORDER = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 10]

/**
 * @throws IcnError WasmExecutionError, reason malformed or unsupportedFeature, with section and offset;
 * ResourceLimitExceeded for what is above a limit
 */
export function parseModule(bytes: Uint8Array, limits: WasmLimits): ParsedModule {
  expectBytes(bytes, 'The module')
  checkLimit(limits, 'moduleBytes', bytes.length, 'a size in bytes', 'whole', 0)
  return new ModuleParser(bytes, limits).parse()
}

class ModuleParser {
  readonly bytes: Uint8Array
  readonly limits: WasmLimits
  readonly sections: Section[] = []
  readonly types: Signature[] = []
  readonly imports: Import[] = []
  readonly functions: number[] = []
  readonly tables: Table[] = []
  readonly globals: GlobalType[] = []
  readonly exports: Export[] = []
  readonly bodies: Body[] = []
  readonly exportSites: FunctionSite[] = []
  readonly elementSites: FunctionSite[] = []
  readonly globalSites: FunctionSite[] = []
  readonly features = new Set<string>()
  readonly #constants = new ConstantReader(this.features, this.functions)
  memory: Range | null = null
  start: number | null = null
  dataCount: number | null = null

  constructor(bytes: Uint8Array, limits: WasmLimits) {
    this.bytes = bytes
    this.limits = limits
  }

  parse(): ParsedModule {
    const bytes = this.bytes
    const outer = new Reader(bytes, 0, bytes.length, 'header')
    const magic = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]
    for (let i = 0; i < 8; i++)
      if (bytes[i] !== magic[i]) {
        if (i === 4 && bytes.length >= 8 && bytes[6] === 1)
          throw unsupported('component-model', 'header', 4, 'a component instead of a core module')
        outer.fail(i < 4 ? 'the magic bytes 00 61 73 6d' : 'version 1 (01 00 00 00)', i)
      }
    outer.position = 8
    let last = 0
    while (!outer.done) {
      const start = outer.position
      outer.section = 'section header'
      const id = outer.byte('a section id')
      if (id === 13) throw unsupported('exceptions', 'tag', start, 'a tag section')
      if (id >= SECTION_NAMES.length) outer.fail('a section id from 0 to 12', start, `${id}`)
      outer.section = SECTION_NAMES[id]!
      const size = outer.u32('the size of the section')
      const contents = outer.position
      outer.skip(size, `the ${SECTION_NAMES[id]} section`)
      const order = SECTION_ORDER[id]!
      if (id !== SectionId.custom) {
        if (order <= last)
          outer.fail('each section once and in order', start, `the ${SECTION_NAMES[id]} section`)
        last = order
      }
      const reader = new Reader(bytes, contents, contents + size, SECTION_NAMES[id]!)
      let name = ''
      if (id === SectionId.custom) name = reader.name('the name of a custom section')
      else {
        this.#section(id, reader)
        if (!reader.done) reader.fail('the end of the section', reader.position, 'more bytes')
      }
      this.sections.push({ id, start, contents, end: contents + size, name })
    }
    const defined = this.functions.length - this.imports.length
    if (defined !== this.bodies.length)
      outer.fail(`${defined} function bodies`, bytes.length, `${this.bodies.length}`)
    const { sections, types, imports, functions, tables, memory, globals, exports, start, bodies } = this
    const { exportSites, elementSites, globalSites, features } = this
    return {
      bytes,
      sections,
      types,
      imports,
      functions,
      tables,
      memory,
      globals,
      exports,
      start,
      bodies,
      exportSites,
      elementSites,
      globalSites,
      hasDataCount: this.dataCount !== null,
      features,
    }
  }

  #section(id: number, r: Reader): void {
    switch (id) {
      case SectionId.type:
        this.#types(r)
        break
      case SectionId.import:
        this.#imports(r)
        break
      case SectionId.function:
        this.#functions(r)
        break
      case SectionId.table:
        this.#tables(r)
        break
      case SectionId.memory:
        this.#memories(r)
        break
      case SectionId.global:
        this.#globals(r)
        break
      case SectionId.export:
        this.#exports(r)
        break
      case SectionId.start:
        this.start = this.#constants.functionIndex(r)
        break
      case SectionId.element:
        this.#elements(r)
        break
      case SectionId.code:
        this.#code(r)
        break
      case SectionId.data:
        this.#data(r)
        break
      default:
        this.dataCount = r.u32('the number of data segments')
        this.features.add('bulk-memory')
    }
  }

  #types(r: Reader): void {
    const count = r.count('types', 3)
    checkLimit(this.limits, 'types', count, 'a number of types', r.section, r.position)
    for (let i = 0; i < count; i++) {
      const at = r.position
      const form = r.byte('the form of a type')
      if (form === 0x5f || form === 0x5e || form === 0x50 || form === 0x4f || form === 0x4e)
        throw unsupported('gc', r.section, at, 'a struct, array or recursive type')
      if (form !== 0x60) r.fail('a function type (0x60)', at, `0x${form.toString(16)}`)
      this.types.push({ params: this.#typeVector(r, 'parameters'), results: this.#typeVector(r, 'results') })
      if (this.types[i]!.results.length > 1) this.features.add('multi-value')
    }
  }

  #typeVector(r: Reader, what: string): number[] {
    const at = r.position
    const count = r.count(what)
    checkLimit(this.limits, 'signatureValues', count, `a number of ${what}`, r.section, at)
    const types: number[] = []
    for (let i = 0; i < count; i++)
      types.push(this.#constants.valueType(r, `the value type of one of the ${what}`))
    return types
  }

  #typeIndex(r: Reader): number {
    const at = r.position
    const index = r.u32('a type index')
    if (index >= this.types.length) r.fail(`a type index below ${this.types.length}`, at, `${index}`)
    return index
  }

  #imports(r: Reader): void {
    const count = r.count('imports', 4)
    checkLimit(this.limits, 'imports', count, 'a number of imports', r.section, r.position)
    for (let i = 0; i < count; i++) {
      const module = r.name('the module of an import')
      const name = r.name('the name of an import')
      const at = r.position
      const kind = r.byte('the kind of an import')
      const named = `${JSON.stringify(module)} ${JSON.stringify(name)}`
      if (kind === 1) throw unsupported('imported-table', r.section, at, `import ${named}`)
      if (kind === 2) throw unsupported('imported-memory', r.section, at, `import ${named}`)
      if (kind === 3) throw unsupported('imported-global', r.section, at, `import ${named}`)
      if (kind === 4) throw unsupported('exceptions', r.section, at, `tag import ${named}`)
      if (kind !== 0) r.fail('an import kind from 0 to 3', at, `${kind}`)
      const type = this.#typeIndex(r)
      this.imports.push({ module, name, type })
      this.functions.push(type)
    }
  }

  #functions(r: Reader): void {
    const count = r.count('functions')
    checkLimit(this.limits, 'functions', count, 'a number of functions', r.section, r.position)
    for (let i = 0; i < count; i++) this.functions.push(this.#typeIndex(r))
  }

  #range(r: Reader, what: string): Range {
    const at = r.position
    const flags = r.byte(`the flags of a ${what}`)
    if ((flags & 0x08) !== 0) throw unsupported('custom-page-sizes', r.section, at, `the flags of a ${what}`)
    if ((flags & 0x04) !== 0 && flags < 8)
      throw unsupported('memory64', r.section, at, `a ${what} with 64-bit indices`)
    if ((flags & 0x02) !== 0 && flags < 8) throw unsupported('threads', r.section, at, `a shared ${what}`)
    if (flags > 1) r.fail(`the flags of a ${what}, 0 or 1`, at, `${flags}`)
    const initial = r.u32(`the initial size of a ${what}`)
    return { initial, maximum: flags === 1 ? r.u32(`the maximum of a ${what}`) : null }
  }

  #tables(r: Reader): void {
    const count = r.count('tables', 3)
    checkLimit(this.limits, 'tables', count, 'a number of tables', r.section, r.position)
    for (let i = 0; i < count; i++) {
      const at = r.position
      if (this.bytes[at] === 0x40) throw unsupported('gc', r.section, at, 'a table with an initial value')
      // A table of functions is no new feature; one of anything else is.
      const type =
        this.bytes[at] === Type.funcref && !r.done
          ? r.byte('')
          : this.#constants.valueType(r, 'the type of a table')
      const range = this.#range(r, 'table')
      // icn-core counts the initial size; the maximum only bounds growth, which is held to the limit in any case.
      checkLimit(this.limits, 'tableElements', range.initial, 'a table size', r.section, at)
      this.tables.push({ type, ...range })
    }
    if (count > 1) this.features.add('reference-types')
  }

  #memories(r: Reader): void {
    const at = r.position
    const count = r.count('memories', 2)
    if (count > 1) throw unsupported('multi-memory', r.section, at, `${count} memories`)
    if (count === 0) return
    const memory = this.#range(r, 'memory')
    const largest = memory.maximum ?? memory.initial
    checkLimit(this.limits, 'memoryPages', memory.initial, 'an initial memory in pages', r.section, at)
    checkLimit(this.limits, 'memoryPages', largest, 'a declared maximum memory in pages', r.section, at)
    this.memory = memory
  }

  #globals(r: Reader): void {
    const count = r.count('globals', 4)
    checkLimit(this.limits, 'globals', count, 'a number of globals', r.section, r.position)
    for (let i = 0; i < count; i++) {
      const type = this.#constants.valueType(r, 'the type of a global')
      const at = r.position
      const flag = r.byte('the mutability of a global')
      if (flag > 1) {
        if (flag < 4) throw unsupported('threads', r.section, at, 'a shared global')
        r.fail('the mutability of a global, 0 or 1', at, `${flag}`)
      }
      this.#constants.constant(r, this.globalSites)
      this.globals.push({ type, mutable: flag === 1 })
    }
  }

  #exports(r: Reader): void {
    const count = r.count('exports', 3)
    checkLimit(this.limits, 'exports', count, 'a number of exports', r.section, r.position)
    const seen = new Set<string>()
    for (let i = 0; i < count; i++) {
      const nameAt = r.position
      const name = r.name('the name of an export')
      if (seen.has(name)) r.fail('each export name once', nameAt, JSON.stringify(name))
      seen.add(name)
      const at = r.position
      const kind = r.byte('the kind of an export')
      if (kind === 4) throw unsupported('exceptions', r.section, at, `tag export ${JSON.stringify(name)}`)
      if (kind > 3) r.fail('an export kind from 0 to 3', at, `${kind}`)
      const start = r.position
      const index = kind === 0 ? this.#constants.functionIndex(r) : r.u32('the index of an export')
      const known = [
        this.functions.length,
        this.tables.length,
        this.memory === null ? 0 : 1,
        this.globals.length,
      ]
      if (index >= known[kind]!) r.fail(`an index below ${known[kind]}`, start, `${index}`)
      if (kind === 0) this.exportSites.push({ start, end: r.position, index })
      if (kind === 3 && this.globals[index]!.mutable) this.features.add('mutable-globals')
      this.exports.push({ name, kind, index })
    }
  }

  #elements(r: Reader): void {
    const count = r.count('element segments', 3)
    checkLimit(this.limits, 'elementSegments', count, 'a number of element segments', r.section, r.position)
    for (let i = 0; i < count; i++) {
      const at = r.position
      const flags = r.u32('the flags of an element segment')
      if (flags > 7) r.fail('the flags of an element segment from 0 to 7', at, `${flags}`)
      if (flags !== 0) this.features.add(flags === 2 ? 'reference-types' : 'bulk-memory')
      const active = (flags & 1) === 0
      if (active && (flags & 2) !== 0) r.u32('a table index')
      if (active) this.#constants.constant(r, this.elementSites)
      const expressions = (flags & 4) !== 0
      if ((flags & 3) !== 0) {
        const kindAt = r.position
        if (expressions) this.#constants.valueType(r, 'the type of an element segment')
        else if (r.byte('an element kind') !== 0) r.fail('element kind 0 (functions)', kindAt)
      }
      const elements = r.count('elements')
      checkLimit(this.limits, 'tableElements', elements, 'an element segment', r.section, at)
      for (let e = 0; e < elements; e++) {
        if (expressions) this.#constants.constant(r, this.elementSites)
        else {
          const start = r.position
          const index = this.#constants.functionIndex(r)
          this.elementSites.push({ start, end: r.position, index })
        }
      }
    }
  }

  #code(r: Reader): void {
    const at = r.position
    const count = r.count('function bodies', 2)
    const defined = this.functions.length - this.imports.length
    if (count !== defined) r.fail(`${defined} function bodies`, at, `${count}`)
    for (let i = 0; i < count; i++) {
      const sizeAt = r.position
      const size = r.u32('the size of a function body')
      checkLimit(this.limits, 'functionBytes', size, 'a function body in bytes', r.section, sizeAt)
      const start = r.position
      r.skip(size, 'a function body')
      this.bodies.push({ start, end: r.position })
    }
  }

  #data(r: Reader): void {
    const at = r.position
    const count = r.count('data segments', 2)
    checkLimit(this.limits, 'dataSegments', count, 'a number of data segments', r.section, at)
    if (this.dataCount !== null && this.dataCount !== count)
      r.fail(`${this.dataCount} data segments as the data count section says`, at, `${count}`)
    for (let i = 0; i < count; i++) {
      const flagsAt = r.position
      const flags = r.u32('the flags of a data segment')
      if (flags > 2) r.fail('the flags of a data segment from 0 to 2', flagsAt, `${flags}`)
      if (flags === 1) this.features.add('bulk-memory')
      if (flags === 2 && r.u32('a memory index') !== 0)
        throw unsupported('multi-memory', r.section, flagsAt, 'a data segment for another memory')
      if (flags !== 1) this.#constants.constant(r, [])
      r.skip(r.u32('the size of a data segment'), 'a data segment')
    }
  }
}
