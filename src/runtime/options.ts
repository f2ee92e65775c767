/** Start options, read strictly: they come from outside, over the worker boundary. */
import { expectBytes, expectU64, inWords, KEY_BYTES } from '../common/bytes.ts'
import { IcnError } from '../common/errors.ts'
import type {
  Environment,
  IntegrityCheck,
  ManaRegeneration,
  RunLimits,
  RuntimeOptions,
} from '../protocol/api.ts'
import { DEFAULT_LIMITS } from '../wasm/validate/default-limits.ts'

export const DEFAULT_RUN_LIMITS: RunLimits = {
  fuel: 1_000_000n,
  memoryPages: DEFAULT_LIMITS.memoryPages,
  callDepth: DEFAULT_LIMITS.callDepth,
  executionMs: 30_000,
  moduleBytes: DEFAULT_LIMITS.moduleBytes,
}

const DEFAULT_REGENERATION: ManaRegeneration = { amount: 10n, intervalMs: 60_000, cap: 10_000n }
const DEFAULT_INTEGRITY: IntegrityCheck = { intervalMs: 3_600_000, repair: 'report' }

export const DEFAULT_JOBS_IN_FLIGHT = 64
/** One commit takes at most 512 transactions (storage); more under way would only take up memory. */
const MOST_JOBS_IN_FLIGHT = 512

/** Bounds on the limits themselves: what a page may ask for. */
const MOST: RunLimits = {
  fuel: 0x7fff_ffff_ffff_ffffn,
  memoryPages: 65_536,
  callDepth: DEFAULT_LIMITS.callDepth,
  executionMs: 86_400_000,
  moduleBytes: DEFAULT_LIMITS.moduleBytes,
}

export interface Settings {
  readonly database: string
  readonly storage: 'indexeddb' | 'memory'
  readonly environment: Environment
  readonly identitySeed: Uint8Array | null
  readonly fixedTime: number | null
  readonly initialMana: bigint
  readonly manaRegeneration: ManaRegeneration | false
  readonly integrityCheck: IntegrityCheck | false
  readonly limits: RunLimits
  readonly jobsInFlight: number
}

/** All of them but `governance` and `mesh`, which have files of their own. @throws IcnError InvalidSpec naming the option, what is expected and what came */
export function readOptions(options: RuntimeOptions = {}): Settings {
  if (typeof options !== 'object' || options === null) throw bad('options', 'an object', options)
  const environment = oneOf('environment', options.environment ?? 'development', ENVIRONMENTS)
  const { database = 'icn-runtime', identitySeed, fixedTime } = options
  if (typeof database !== 'string' || database === '') throw bad('database', 'a name', database)
  if (identitySeed !== undefined) expectBytes(identitySeed, 'The option identitySeed', KEY_BYTES)
  if (fixedTime !== undefined) whole('fixedTime', fixedTime, 0, Number.MAX_SAFE_INTEGER)
  const fixed = identitySeed !== undefined ? 'identitySeed' : fixedTime !== undefined ? 'fixedTime' : null
  if (fixed !== null && environment !== 'testing') {
    throw new IcnError(
      'InvalidSpec',
      `The option ${fixed} is for the environment testing only; this one is ${environment}.`,
      { data: { option: fixed, environment, reason: 'environment' } },
    )
  }
  return {
    database,
    storage: oneOf('storage', options.storage ?? 'indexeddb', STORAGES),
    environment,
    identitySeed: identitySeed ?? null,
    fixedTime: fixedTime ?? null,
    initialMana: expectU64(options.initialMana ?? 1_000n, 'The option initialMana'),
    manaRegeneration: readRegeneration(options.manaRegeneration),
    integrityCheck: readIntegrity(options.integrityCheck),
    limits: readLimits(options.limits),
    jobsInFlight: whole(
      'jobsInFlight',
      options.jobsInFlight ?? DEFAULT_JOBS_IN_FLIGHT,
      1,
      MOST_JOBS_IN_FLIGHT,
    ),
  }
}

const ENVIRONMENTS = ['production', 'development', 'testing'] as const
const STORAGES = ['indexeddb', 'memory'] as const
const REPAIRS = ['report', 'quarantine', 'delete'] as const

function readRegeneration(option: RuntimeOptions['manaRegeneration']): ManaRegeneration | false {
  if (option === false) return false
  const { amount, intervalMs, cap } = option ?? DEFAULT_REGENERATION
  expectU64(amount, 'manaRegeneration.amount')
  whole('manaRegeneration.intervalMs', intervalMs, 10, 0x7fff_ffff)
  return cap === undefined
    ? { amount, intervalMs }
    : { amount, intervalMs, cap: expectU64(cap, 'manaRegeneration.cap') }
}

function readIntegrity(option: RuntimeOptions['integrityCheck']): IntegrityCheck | false {
  if (option === false) return false
  const { intervalMs, repair } = option ?? DEFAULT_INTEGRITY
  return {
    intervalMs: whole('integrityCheck.intervalMs', intervalMs, 10, 0x7fff_ffff),
    repair: oneOf('integrityCheck.repair', repair, REPAIRS),
  }
}

function readLimits(option: RuntimeOptions['limits']): RunLimits {
  const given = option ?? {}
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(MOST, name))
      throw bad(`limits.${name}`, `one of ${Object.keys(MOST).join(', ')}`, name)
  }
  const number = (name: Exclude<keyof RunLimits, 'fuel'>): number =>
    whole(`limits.${name}`, given[name] ?? DEFAULT_RUN_LIMITS[name], 1, MOST[name])
  const fuel = expectU64(given.fuel ?? DEFAULT_RUN_LIMITS.fuel, 'limits.fuel')
  if (fuel > MOST.fuel) throw bad('limits.fuel', `at most ${MOST.fuel}`, fuel)
  return {
    fuel,
    memoryPages: number('memoryPages'),
    callDepth: number('callDepth'),
    executionMs: number('executionMs'),
    moduleBytes: number('moduleBytes'),
  }
}

export function oneOf<T extends string>(name: string, value: unknown, choices: readonly T[]): T {
  const found = choices.find((choice) => choice === value)
  if (found === undefined) throw bad(name, `one of ${choices.join(', ')}`, value)
  return found
}

export function whole(name: string, value: unknown, least: number, most: number): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= least && value <= most)
    return value
  throw bad(name, `a whole number from ${least} to ${most}`, value)
}

export function bad(name: string, expected: string, value: unknown): IcnError {
  return new IcnError('InvalidSpec', `The option ${name} must be ${expected}, got ${inWords(value)}.`, {
    data: { option: name },
  })
}
