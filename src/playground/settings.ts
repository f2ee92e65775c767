/** How the playground starts its runtime, and what of it a person can change. */
import type { RuntimeOptions } from '../index.ts'

export const REGENERATION = { amount: 10n, intervalMs: 60_000, cap: 10_000n } as const

/** Limits of a run that the runtime is started with; fuel is given with each run. */
export interface Limits {
  /** 64 KiB each. */
  readonly memoryPages: number
  readonly executionMs: number
}

/** What can be chosen; 160 pages and 30 s are the runtime's own defaults (ref §10.1). */
export const CHOICES: { readonly [K in keyof Limits]: readonly number[] } = {
  memoryPages: [16, 160, 512, 2_048, 16_384],
  executionMs: [1_000, 5_000, 30_000, 120_000, 600_000],
}

export const DEFAULT_LIMITS: Limits = { memoryPages: 160, executionMs: 30_000 }

export function isLimit(name: keyof Limits, value: unknown): value is number {
  return typeof value === 'number' && CHOICES[name].includes(value)
}

export function options(limits: Limits): RuntimeOptions {
  return {
    initialMana: 1_000n,
    manaRegeneration: REGENERATION,
    // High enough that a person can see a long run and cancel it; the page's own default budget is far lower.
    limits: { fuel: 100_000_000_000n, ...limits },
  }
}

const KEY = 'icn-playground-limits'

/** Those chosen before, where they can still be chosen. */
export function rememberedLimits(): Limits {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<Record<keyof Limits, unknown>>
    const { memoryPages, executionMs } = kept
    return {
      memoryPages: isLimit('memoryPages', memoryPages) ? memoryPages : DEFAULT_LIMITS.memoryPages,
      executionMs: isLimit('executionMs', executionMs) ? executionMs : DEFAULT_LIMITS.executionMs,
    }
  } catch {
    return DEFAULT_LIMITS // storage may be forbidden, or hold something else
  }
}

export function rememberLimits(limits: Limits): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(limits))
  } catch {
    // not remembered; still in force
  }
}
