/**
 * A run is a function: module, entry, limits and state in, outcome out. Synchronous; nothing of the outside is visible to
 * the guest but the answers of host calls. Its effects are collected, never written: whoever called commits them with
 * everything else the run causes, or, after a failure, forgets them.
 */
import type { Did } from '../common/did.ts'
import { IcnError } from '../common/errors.ts'
import type { HostCall } from '../host/bridge.ts'
import type { HostContext, HostJobs, HostLogLine } from '../host/context.ts'
import { Allowance, type Grant } from '../host/grant.ts'
import { linkImports } from '../host/linker.ts'
import { GuestMemory } from '../host/memory.ts'
import type { Capability } from '../host/served.ts'
import { type DidResolver, KeyDidResolver } from '../identity/resolver.ts'
import type { RunLimits } from '../protocol/api.ts'
import type { CommitEvent, Transaction } from '../storage/types.ts'
import { instantiate } from '../wasm/instance.ts'
import type { FuelProfile, MeteredInstance, ModuleInspection } from '../wasm/types.ts'
import { AnchoredReceipts } from './anchored.ts'
import { failureOf } from './failure.ts'
import type { Runnable } from './modules.ts'
import type { RunWatch } from './run-progress.ts'
import { ScopedTransaction, type StateListing, type StateRead, type StateWrite } from './scope.ts'
import type { FailureRow } from './tables.ts'

export interface RunInput {
  readonly module: Runnable
  readonly entry: string
  readonly fuel: bigint
  readonly limits: RunLimits
  readonly identity: Did
  readonly creator: Did
  /** Seconds since the epoch. */
  readonly now: bigint
  readonly capabilities: ReadonlySet<Capability>
  readonly jobs: HostJobs
  /** Everything but credit when absent. */
  readonly grant?: Grant
  readonly resolver?: DidResolver
  /** Proofs of the backend `dummy` count. */
  readonly dummyProofs?: boolean
  /** How deep the job is among jobs submitted from inside jobs. */
  readonly depth: number
}

export interface RunOutcome {
  readonly success: boolean
  /** The entry's value; null without one or on failure. */
  readonly result: bigint | null
  readonly failure: FailureRow | null
  readonly fuelUsed: bigint
  /** Where it went, of a profiled module; no part of any record. */
  readonly profile: FuelProfile | null
  readonly memoryPeakPages: number
  readonly hostCalls: readonly HostCall[]
  /** Calls made in all; `hostCalls` holds the first of them. */
  readonly hostCallCount: number
  readonly logs: readonly HostLogLine[]
  /** Lines written in all; `logs` holds the first of them. */
  readonly logCount: number
  /** Empty after a failure. */
  readonly writes: readonly StateWrite[]
  readonly events: readonly CommitEvent[]
  readonly reads: readonly StateRead[]
  readonly listings: readonly StateListing[]
  /** How often each metric was counted; no part of any record. */
  readonly counts: ReadonlyMap<string, number>
  /** Jobs it submitted; empty after a failure. */
  readonly submitted: readonly string[]
}

/** Most host calls and log lines kept in full. */
const MOST_TRACED = 1_000
/** Most characters of log lines kept. */
const MOST_LOGGED = 262_144

/**
 * @param watch shown how far the run has come; the run does not see it
 * @throws IcnError WasmExecutionError when the entry is absent or of a type that cannot be called
 * @throws whatever the store throws to ask for a row; the run is then made again
 */
export function execute(input: RunInput, base: Transaction, watch?: RunWatch): RunOutcome {
  checkEntry(input.module.inspection, input.entry)
  const scope = new ScopedTransaction(base)
  const hostCalls: HostCall[] = []
  const logs: HostLogLine[] = []
  const submitted = new Map<bigint, string>()
  const counts = new Map<string, number>()
  const anchored = new AnchoredReceipts()
  let hostCallCount = 0
  let watchedAt = Number.POSITIVE_INFINITY
  let logCount = 0
  let logRoom = MOST_LOGGED
  let worked = 0
  let instance: MeteredInstance | undefined
  const count = (metric: string, times = 1): void => {
    if (times > 0) counts.set(metric, (counts.get(metric) ?? 0) + times)
  }
  const context: HostContext = {
    tx: scope,
    identity: input.identity,
    creator: input.creator,
    now: input.now,
    capabilities: input.capabilities,
    allowance: new Allowance(input.grant),
    module: input.module.cid.toString(),
    resolver: input.resolver ?? new KeyDidResolver(),
    dummyProofs: input.dummyProofs ?? false,
    jobs: anchored.of(input.jobs),
    submitted,
    lastError: null,
    log(line) {
      logCount++
      logRoom -= line.message.length
      if (logs.length < MOST_TRACED && logRoom >= 0) logs.push(line)
    },
    count,
    charge(units) {
      worked += units
      instance!.chargeFuel(BigInt(units))
    },
  }
  const memory = new GuestMemory()
  const imports = linkImports(input.module.imports, {
    context,
    memory,
    chargeFuel: (units) => instance!.chargeFuel(units),
    worked() {
      const units = worked
      worked = 0
      return units
    },
    trace(call) {
      hostCallCount++
      if (hostCalls.length < MOST_TRACED) hostCalls.push(call())
      if (hostCallCount >= watchedAt) watchedAt = watch!(hostCallCount, instance!)
    },
  })
  let result: bigint | null = null
  let failure: FailureRow | null = null
  let fuelUsed: bigint
  try {
    instantiate(input.module.compiled, imports, {
      fuel: input.fuel,
      callDepth: input.limits.callDepth,
      memoryPages: input.limits.memoryPages,
      onInstance(made) {
        instance = made
        memory.bind(made.exports.memory)
        if (watch !== undefined) watchedAt = watch(0, made)
      },
    })
    const value = instance!.call(input.entry, [])
    result = value === undefined ? null : BigInt(value as number | bigint)
    fuelUsed = instance!.fuelUsed
  } catch (error) {
    if (!IcnError.is(error)) throw error
    failure = failureOf(error)
    fuelUsed = instance?.fuelUsed ?? 0n
  }
  if (failure === null && !input.creator.equals(input.identity) && scope.writes.length > 0) {
    failure = failureOf(foreignEffects(input))
    result = null
  }
  const done = failure === null
  if (done) anchored.count(count)
  count('runtime_wasm_memory_growth_denied_total', instance?.deniedGrowth.memory ?? 0)
  count('runtime_wasm_table_growth_denied_total', instance?.deniedGrowth.table ?? 0)
  return {
    success: done,
    result,
    failure,
    fuelUsed,
    profile: instance?.profile ?? null,
    memoryPeakPages: instance?.peakMemoryPages ?? 0,
    hostCalls,
    hostCallCount,
    logs,
    logCount,
    writes: done ? scope.writes : [],
    events: done ? scope.events : [],
    reads: scope.reads,
    listings: scope.listings,
    counts,
    submitted: done ? [...submitted.values()] : [],
  }
}

/** Callable entries take nothing and give an i64, an i32 or nothing. @throws IcnError WasmExecutionError */
export function checkEntry(inspection: ModuleInspection, entry: string): void {
  const found = inspection.exports.find((candidate) => candidate.name === entry)
  const name = JSON.stringify(entry.slice(0, 100))
  if (found?.type === undefined) {
    const functions = inspection.exports.filter(({ kind }) => kind === 'func').map((item) => item.name)
    const listed = functions.slice(0, 10).map((item) => JSON.stringify(item.slice(0, 60)))
    throw new IcnError(
      'WasmExecutionError',
      found === undefined
        ? `The module exports no ${name}; its functions are: ${listed.join(', ') || 'none'}${functions.length > 10 ? ', …' : ''}.`
        : `The export ${name} is a ${found.kind}, not a function.`,
      { data: { reason: 'entry', entry: entry.slice(0, 100) } },
    )
  }
  const { params, results } = found.type
  if (params.length === 0 && results.length <= 1 && (results[0] ?? 'i64').startsWith('i')) return
  throw new IcnError(
    'WasmExecutionError',
    `The export ${name} has type (${params.join(', ')}) -> (${results.join(', ')}); an entry is () -> i64, () -> i32 or () -> ().`,
    { data: { reason: 'entryType', entry: entry.slice(0, 100) } },
  )
}

/** A guest acts for the node that runs it; what another node sends must not spend its mana or speak in its name. */
function foreignEffects({ creator }: RunInput): IcnError {
  return new IcnError(
    'PermissionDenied',
    `The job is ${creator}'s, and its run tried to change the state of the node that ran it.`,
    { data: { reason: 'foreignEffects' } },
  )
}
