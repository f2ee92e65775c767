/** Bounds on a module. Where icn-core's validator speaks (ref §10.1) the number is its. */
import type { WasmLimits } from '../types.ts'

/** Largest call-depth budget: 1,024 units of 512 bytes leave half of the smallest browser stack (about 1 MB) free. */
export const DEFAULT_LIMITS: WasmLimits = {
  moduleBytes: 52_428_800,
  memoryPages: 160,
  tableElements: 10_000,
  tables: 10,
  functions: 1_000,
  globals: 100,
  imports: 1_000,
  exports: 1_000,
  types: 1_000,
  signatureValues: 256,
  dataSegments: 10_000,
  elementSegments: 1_000,
  functionBytes: 1_048_576,
  locals: 5_000,
  nesting: 1_000,
  brTableTargets: 10_000,
  operands: 10_000,
  callDepth: 1_024,
}
