/** What a module is, read without running it. */
import { BodyAnalyser } from './analysis.ts'
import { FUEL_TABLES } from './fuel-tables.ts'
import { type ParsedModule, SectionId, type Signature } from './module.ts'
import { parseModule } from './sections.ts'
import type {
  ExportInfo,
  FunctionType,
  ImportInfo,
  ModuleInspection,
  ValueType,
  WasmLimits,
} from './types.ts'
import { resolveLimits } from './validate/limits.ts'

const KINDS = ['func', 'table', 'memory', 'global'] as const

const VALUE_TYPES: Readonly<Record<number, ValueType>> = {
  127: 'i32',
  126: 'i64',
  125: 'f32',
  124: 'f64',
  123: 'v128',
  112: 'funcref',
  111: 'externref',
}

/**
 * Imports, exports, size, memory, features, custom sections and warnings of a module, by the same reader and limits as
 * `meter` uses.
 * @throws IcnError WasmExecutionError (reason malformed or unsupportedFeature, with section and offset),
 * ResourceLimitExceeded, or InvalidSpec for what is no `Uint8Array`
 */
export function inspect(bytes: Uint8Array, limits?: Partial<WasmLimits>): ModuleInspection {
  const bounds = resolveLimits(limits)
  const module = parseModule(bytes, bounds)
  const analyser = new BodyAnalyser(module, bounds, FUEL_TABLES['wasmtime-35'])
  const imported = module.imports.length
  module.bodies.forEach((body, i) => {
    analyser.analyse(imported + i, body)
  })
  return inspection(module)
}

/** The inspection of a module whose bodies have been analysed. */
export function inspection(module: ParsedModule): ModuleInspection {
  const { imports, exports, memory, tables } = module
  return {
    size: module.bytes.length,
    imports: imports.map(
      ({ module: from, name, type }): ImportInfo => ({
        module: from,
        name,
        kind: 'func',
        type: functionType(module.types[type]!),
      }),
    ),
    exports: exports.map(({ name, kind, index }): ExportInfo => {
      const info = { name, kind: KINDS[kind]! }
      return kind === 0 ? { ...info, type: functionType(module.types[module.functions[index]!]!) } : info
    }),
    functions: module.bodies.length,
    memory: memory === null ? null : { initialPages: memory.initial, maximumPages: memory.maximum },
    tables: tables.map(({ initial, maximum }) => ({ initial, maximum })),
    hasStart: module.start !== null,
    features: [...module.features].sort(),
    customSections: module.sections
      .filter((section) => section.id === SectionId.custom)
      .map((section) => ({ name: section.name, size: section.end - section.contents })),
    warnings: warnings(module),
  }
}

function functionType(signature: Signature): FunctionType {
  const names = (codes: readonly number[]) => codes.map((code) => VALUE_TYPES[code]!)
  return { params: names(signature.params), results: names(signature.results) }
}

/** What icn-core would refuse or a reader should know; each a full sentence. */
function warnings(module: ParsedModule): string[] {
  const found: string[] = []
  const refused = ['bulk-memory', 'reference-types', 'simd'].filter((name) => module.features.has(name))
  if (refused.length > 0)
    found.push(
      `The module uses ${refused.join(', ')}, which icn-core does not accept: it will not run there.`,
    )
  if (module.memory !== null && module.memory.maximum === null)
    found.push('The memory declares no maximum; its growth is held to the page limit.')
  if (module.start !== null) found.push('The module has a start function; it runs under the fuel budget.')
  if (module.sections.some((section) => section.name.startsWith('.debug_')))
    found.push('The module carries debug sections, which are dropped.')
  return found
}
