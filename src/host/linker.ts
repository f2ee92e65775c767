/**
 * From a module's declared imports to functions it can call: the shape is chosen by the declared type, so one function
 * serves every spelling guests have (ref §1.3). What cannot be linked is refused when the module is loaded; what is not
 * served traps when it is called.
 */
import { IcnError } from '../common/errors.ts'
import type { HostImports, ImportInfo } from '../wasm/types.ts'
import { bridge, type HostSession } from './bridge.ts'
import { type AbiFunction, findServed, IMPORT_MODULE } from './served.ts'
import { parseShape, type Shape, sameType, showType } from './shapes.ts'

/** An import resolved once per module; `shape` is null for a stub. */
export interface LinkedImport {
  readonly name: string
  readonly abi: AbiFunction | null
  readonly shape: Shape | null
}

/** @throws IcnError WasmExecutionError for an import that cannot be linked, naming it and what would be accepted */
export function resolveImports(imports: readonly ImportInfo[]): readonly LinkedImport[] {
  const seen = new Map<string, string>()
  return imports.map((entry) => {
    const { module, name, kind, type } = entry
    if (module !== IMPORT_MODULE) {
      throw unlinkable(
        'foreignImport',
        `The module imports ${kind} ${quoted(name)} from ${quoted(module)}; only imports from "${IMPORT_MODULE}" are served.`,
        entry,
      )
    }
    if (kind !== 'func' || type === undefined) {
      throw unlinkable(
        'importKind',
        `The module imports a ${kind} as icn.${show(name)}; "${IMPORT_MODULE}" has functions only.`,
        entry,
      )
    }
    const declared = showType(type)
    const before = seen.get(name)
    if (before !== undefined && before !== declared) {
      throw unlinkable(
        'importType',
        `The module imports icn.${show(name)} twice with different types, ${before} and ${declared}.`,
        entry,
      )
    }
    seen.set(name, declared)
    const abi = findServed(name) ?? null
    if (abi === null) return { name, abi, shape: null }
    const shapes = abi.shapes.map(parseShape)
    const shape = shapes.find((candidate) => sameType(candidate.type, type))
    if (shape !== undefined) return { name, abi, shape }
    throw unlinkable(
      'importType',
      `The module imports icn.${name} as ${declared}; accepted are ${shapes.map((s) => showType(s.type)).join(' and ')}.`,
      entry,
    )
  })
}

/** The import object of one run. */
export function linkImports(imports: readonly LinkedImport[], session: HostSession): HostImports {
  const functions: Record<string, (...args: never[]) => unknown> = Object.create(null)
  for (const { name, abi, shape } of imports) {
    functions[name] =
      abi === null || shape === null ? () => notServed(name) : bridge(name, abi, shape, session)
  }
  return { [IMPORT_MODULE]: functions }
}

function notServed(name: string): never {
  throw new IcnError(
    'InvalidSystemApiCall',
    `Invalid system API call: the contract called icn.${show(name)}, which this runtime does not serve.`,
    { data: { reason: 'notServed', call: name.slice(0, 100) } },
  )
}

function unlinkable(reason: string, message: string, { module, name }: ImportInfo): IcnError {
  return new IcnError('WasmExecutionError', message, {
    data: { reason, module: module.slice(0, 100), import: name.slice(0, 100) },
  })
}

function quoted(name: string): string {
  return JSON.stringify(show(name))
}

function show(name: string): string {
  return name.length > 100 ? `${name.slice(0, 100)}…` : name
}
