/** How the playground starts its runtime, and what of it a person can change. */
import type { RuntimeOptions } from '../index.ts'
import { isNetwork, type Network } from './network.ts'

export const REGENERATION = { amount: 10n, intervalMs: 60_000, cap: 10_000n } as const

/** Of one run. High enough that a person can see a long one and cancel it; the page's own default is far lower. */
export const MOST_FUEL = 100_000_000_000n

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

/** Rules of the co-operative; those of the database stand where none are given. */
export interface Rules {
  readonly quorum: number
  /** Above 0, at most 1. */
  readonly threshold: number
  readonly minSponsors: number
  readonly timelockSecs: number
  readonly vetoGraceSecs: number
  /** DIDs. */
  readonly vetoMembers: readonly string[]
}

/** The runtime's own (ref §6). */
export const DEFAULT_RULES: Rules = {
  quorum: 1,
  threshold: 0.5,
  minSponsors: 1,
  timelockSecs: 0,
  vetoGraceSecs: 0,
  vetoMembers: [],
}

/** All that the runtime is started with and a person can change. */
export interface Settings {
  readonly limits: Limits
  readonly rules: Rules | null
  /** Which nodes this one meets. */
  readonly network: Network
}

/** A second node of the same browser has a database of its own: `?node=two`. */
export function nodeName(search = location.search): string {
  const name = new URLSearchParams(search).get('node') ?? ''
  return /^[\w-]{1,30}$/.test(name) ? name : ''
}

/** Of this node. */
export function databaseName(): string {
  const name = nodeName()
  return name ? `icn-runtime-${name}` : 'icn-runtime'
}

/**
 * All but the mesh, which `meshOf` makes for each start.
 * @param storage `memory`: nothing outlives the tab
 */
export function options(
  { limits, rules }: Settings,
  storage: NonNullable<RuntimeOptions['storage']>,
): RuntimeOptions {
  return {
    database: databaseName(),
    storage,
    initialMana: 1_000n,
    manaRegeneration: REGENERATION,
    limits: { fuel: MOST_FUEL, ...limits },
    ...(rules
      ? {
          governance: {
            ...rules,
            quorum: BigInt(rules.quorum),
            timelockSecs: BigInt(rules.timelockSecs),
            vetoGraceSecs: BigInt(rules.vetoGraceSecs),
          },
        }
      : {}),
  }
}

const KEY = 'icn-playground-settings'

/** Those chosen before, where they can still be chosen. */
export function rememberedSettings(): Settings {
  let kept: Record<string, unknown> = {}
  try {
    const found: unknown = JSON.parse(localStorage.getItem(KEY) ?? '{}')
    if (typeof found === 'object' && found !== null) kept = found as Record<string, unknown>
  } catch {
    // storage may be forbidden, or hold something else
  }
  const { memoryPages, executionMs } = (kept.limits ?? {}) as Record<string, unknown>
  return {
    limits: {
      memoryPages: isLimit('memoryPages', memoryPages) ? memoryPages : DEFAULT_LIMITS.memoryPages,
      executionMs: isLimit('executionMs', executionMs) ? executionMs : DEFAULT_LIMITS.executionMs,
    },
    rules: isRules(kept.rules) ? kept.rules : null,
    network: isNetwork(kept.network) ? kept.network : 'alone',
  }
}

function isRules(value: unknown): value is Rules {
  if (typeof value !== 'object' || value === null) return false
  const { quorum, threshold, minSponsors, timelockSecs, vetoGraceSecs, vetoMembers } = value as Partial<Rules>
  const whole = (number: unknown, least: number) =>
    Number.isSafeInteger(number) && (number as number) >= least
  return (
    whole(quorum, 1) &&
    whole(minSponsors, 1) &&
    whole(timelockSecs, 0) &&
    whole(vetoGraceSecs, 0) &&
    typeof threshold === 'number' &&
    threshold > 0 &&
    threshold <= 1 &&
    Array.isArray(vetoMembers) &&
    vetoMembers.every((did) => typeof did === 'string' && did.startsWith('did:'))
  )
}

export function rememberSettings(settings: Settings): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(settings))
  } catch {
    // not remembered; still in force
  }
}
