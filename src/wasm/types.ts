/** The contract of the rewriter: module bytes in, metered bytes and facts about them out. Knows nothing of ICN. */

/** Names a published table of fuel costs; part of every record, so that totals stay comparable for ever. */
export type FuelTableId = 'wasmtime-35'

/** What running costs, in units of fuel. */
export interface FuelTable {
  readonly id: FuelTableId
  /** Charged at every entry of a function defined in the module. */
  readonly entry: number
  /** Charged for every executed operator that is not free. */
  readonly operator: number
  /** Opcodes (first byte) that cost nothing. */
  readonly freeOperators: readonly number[]
  /**
   * Operand charges (this and the next): a charge above zero is taken before the operator runs and compared at once,
   * the only comparison beside function entries and loop headers; consumed >= budget stops.
   * One more unit for every so many whole bytes that `memory.copy`, `memory.fill` or `memory.init` is asked to write. */
  readonly memoryBytesPerUnit: number
  /** One more unit for every so many whole elements of `table.grow`, `table.fill`, `table.copy`, `table.init`. */
  readonly tableElementsPerUnit: number
}

/** Bounds on what is accepted and on what a run may use. Defaults: ref §10.1 where it speaks. */
export interface WasmLimits {
  /** Largest module, bytes. 52,428,800. */
  readonly moduleBytes: number
  /** Largest linear memory, 64 KiB pages, initial and grown. 160. */
  readonly memoryPages: number
  /** Most elements a table may have. 10,000. */
  readonly tableElements: number
  readonly tables: number
  readonly functions: number
  readonly globals: number
  readonly imports: number
  readonly exports: number
  readonly types: number
  /** Most parameters, and most results, of a function or block type. 256. */
  readonly signatureValues: number
  readonly dataSegments: number
  readonly elementSegments: number
  /** Largest function body, bytes. */
  readonly functionBytes: number
  readonly locals: number
  readonly nesting: number
  readonly brTableTargets: number
  /** Most values a body keeps on the operand stack at once. 10,000. */
  readonly operands: number
  /** Call depth, weighted by frame size. 1,024. */
  readonly callDepth: number
}

/** How a module is metered. */
export interface MeterOptions {
  readonly table?: FuelTableId
  readonly limits?: Partial<WasmLimits>
  /** Count fuel per function and per loop as well; totals and stops are the same. See `MeteredInstance.profile`. */
  readonly profile?: boolean
  /** Canonicalise NaN bits where they can become visible. On unless false. */
  readonly canonicalNaN?: boolean
}

/** A WebAssembly type of values. */
export type ValueType = 'i32' | 'i64' | 'f32' | 'f64' | 'v128' | 'funcref' | 'externref'

/** A WebAssembly type of functions. */
export interface FunctionType {
  readonly params: readonly ValueType[]
  readonly results: readonly ValueType[]
}

/** An import of a module; `type` of functions only. */
export interface ImportInfo {
  readonly module: string
  readonly name: string
  readonly kind: 'func' | 'table' | 'memory' | 'global'
  readonly type?: FunctionType
}

/** An export of a module; `type` of functions only. */
export interface ExportInfo {
  readonly name: string
  readonly kind: 'func' | 'table' | 'memory' | 'global'
  readonly type?: FunctionType
}

/** What a module is, read without running it. */
export interface ModuleInspection {
  readonly size: number
  readonly imports: readonly ImportInfo[]
  readonly exports: readonly ExportInfo[]
  readonly functions: number
  readonly memory: { readonly initialPages: number; readonly maximumPages: number | null } | null
  readonly tables: readonly { readonly initial: number; readonly maximum: number | null }[]
  readonly hasStart: boolean
  /** Feature names in use beyond the MVP, for instance `bulk-memory`. */
  readonly features: readonly string[]
  readonly customSections: readonly { readonly name: string; readonly size: number }[]
  readonly warnings: readonly string[]
}

/** A metered module. */
export interface MeteredModule {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly table: FuelTableId
  readonly limits: WasmLimits
  readonly inspection: ModuleInspection
}

/** Names of the exports a metered module adds; a module that already uses one is refused. */
export const METER_EXPORTS = {
  fuel: 'icn:fuel',
  depth: 'icn:depth',
  reason: 'icn:reason',
  start: 'icn:start',
  pages: 'icn:pages',
  /** How often growth was denied; there where the module grows memory, and tables. */
  memoryDenied: 'icn:memory-denied',
  tableDenied: 'icn:table-denied',
  memory: 'icn:memory',
  /** A function from a counter's number to its value, and the custom section that says what it counts. */
  profile: 'icn:profile',
} as const

/** Host functions by import name, called with decoded wasm values (i64 as bigint). */
export type HostImports = Readonly<Record<string, Readonly<Record<string, (...args: never[]) => unknown>>>>

/** Bounds of one run. */
export interface InstanceOptions {
  /** Fuel budget in the table's units, 0 or more; reaching it stops the run. */
  readonly fuel: bigint
  /** Budget of weighted call depth. 1,024; far above it, the engine's own stack may end a run first, each engine's elsewhere. */
  readonly callDepth?: number
  /** Most pages the memory may have, at first and grown; never above what the module was metered with. */
  readonly memoryPages?: number
  /** Given the instance before its start function runs, so that a host call made from there can charge and reach memory. */
  readonly onInstance?: (instance: MeteredInstance) => void
}

/** One loop of a profiled run. */
export interface LoopProfile {
  /** Byte offset of its `loop` instruction in the original module. */
  readonly offset: number
  /** Fuel spent inside it and outside the loops within it; what its calls spend belongs to the functions called. */
  readonly fuel: bigint
  /** How often its header was passed. */
  readonly trips: bigint
}

/** One function of a profiled run. */
export interface FunctionProfile {
  readonly index: number
  /** From the name section; `function 7` without one; `module.name` of an import. */
  readonly name: string
  /** Fuel spent in its own code, loops included, callees not. Of an import, what the host charged while it ran. */
  readonly fuel: bigint
  readonly calls: bigint
  /** Those that were entered, by offset. The loops' fuel is part of the function's. */
  readonly loops: readonly LoopProfile[]
}

/** Where the fuel of a run went, to the unit: `fuel` is the sum of the functions' and `outside`. */
export interface FuelProfile {
  /** Everything executed, in the table's units. */
  readonly fuel: bigint
  /**
   * How far `fuel` is above `fuelUsed`. 0 for a run that completes below its budget. Used fuel is never above the
   * budget, while the last straight stretch may be; and of a trapped run it is as of its last call to the host (or with
   * the whole of a short entry function that was charged beforehand, so that this is below 0).
   */
  readonly beyond: bigint
  /** Charged by the host while no import was running. */
  readonly outside: bigint
  /** Those that were called, by index. */
  readonly functions: readonly FunctionProfile[]
}

/** Why a run ended without completing. */
export type StopReason =
  | 'outOfFuel'
  | 'callDepth'
  | 'memoryLimit'
  | 'unreachable'
  | 'outOfBounds'
  | 'indirectCallTypeMismatch'
  | 'integerDivideByZero'
  | 'integerOverflow'
  | 'stackOverflow'
  | 'trap'

/**
 * One instance of a metered module under a fuel budget. The budget is in force before the start function runs.
 * Inside a host call `fuelLeft` is exact and the host may charge through `chargeFuel`.
 */
export interface MeteredInstance {
  readonly exports: WebAssembly.Exports
  /** Fuel used so far, in the table's units; a completed run may have overshot its budget by one straight stretch. */
  readonly fuelUsed: bigint
  /** Most pages the exported memory has had so far; 0 without a memory. */
  readonly peakMemoryPages: number
  /** How often growth beyond a limit was asked for and denied, of the memory and of the tables. */
  readonly deniedGrowth: { readonly memory: number; readonly table: number }
  /** What was executed so far, by function and loop; null for a module metered without `profile`. */
  readonly profile: FuelProfile | null
  /**
   * Charge fuel for work done by the host.
   * @throws IcnError ResourceLimitExceeded, reason outOfFuel, when the budget is reached
   */
  chargeFuel(units: bigint): void
  /**
   * Call an exported function. Traps and exhausted limits become IcnError (`WasmExecutionError` with
   * `data.reason` a StopReason and `data.function` where known; `ResourceLimitExceeded` for outOfFuel, callDepth and
   * memoryLimit). Whatever a host import throws passes through unchanged.
   */
  call(name: string, args: readonly (number | bigint)[]): unknown
}
