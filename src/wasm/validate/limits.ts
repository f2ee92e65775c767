/** Bounds on a module, and how they are held. A value equal to a bound passes. */
import { IcnError } from '../../common/errors.ts'
import { overLimit } from '../errors.ts'
import type { WasmLimits } from '../types.ts'
import { DEFAULT_LIMITS } from './default-limits.ts'

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
