/** Bounds on a module. Where icn-core's validator speaks (ref §10.1) the number is its; a value equal to it passes. */
import { IcnError } from '../../common/errors.ts'
import { overLimit } from '../errors.ts'
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

/** The limits asked for over the defaults; each a whole number, 0 or more. */
export function resolveLimits(asked: Partial<WasmLimits> | undefined): WasmLimits {
  const limits: Record<string, number> = { ...DEFAULT_LIMITS }
  for (const [name, value] of Object.entries(asked ?? {})) {
    if (value === undefined) continue
    if (!Object.hasOwn(DEFAULT_LIMITS, name) || !Number.isSafeInteger(value) || value < 0)
      throw new IcnError(
        'InvalidSpec',
        `The limit ${name} must be a known limit and a whole number, not ${value}.`,
        {
          data: { limitName: name },
        },
      )
    limits[name] = value
  }
  return limits as unknown as WasmLimits
}

/** @throws IcnError ResourceLimitExceeded when `actual` is above the named limit */
export function checkLimit(
  limits: WasmLimits,
  name: keyof WasmLimits,
  actual: number,
  what: string,
  section: string,
  offset: number,
): void {
  if (actual > limits[name]) throw overLimit(name, what, actual, limits[name], section, offset)
}
