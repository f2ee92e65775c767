/**
 * The meter alone: module bytes in, bytes out that count their own fuel, call depth and memory. Runs in Node, pages and workers.
 *
 * @module icn-runtime-web/wasm
 */
export { FUEL_TABLES } from './fuel-tables.ts'
export { inspect } from './inspect.ts'
export { instantiate } from './instance.ts'
export { meter } from './meter.ts'
export {
  type ExportInfo,
  type FuelProfile,
  type FuelTable,
  type FuelTableId,
  type FunctionProfile,
  type FunctionType,
  type HostImports,
  type ImportInfo,
  type InstanceOptions,
  type LoopProfile,
  METER_EXPORTS,
  type MeteredInstance,
  type MeteredModule,
  type MeterOptions,
  type ModuleInspection,
  type StopReason,
  type ValueType,
  type WasmLimits,
} from './types.ts'
export { DEFAULT_LIMITS } from './validate/default-limits.ts'
