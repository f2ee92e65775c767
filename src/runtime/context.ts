/**
 * Everything a runtime works with, in one place: who it is, its services, its limits. Services are injected as in
 * upstream's `RuntimeContext::new_with_services`; each says what it is, and `production` refuses what is not meant for it
 * (decision 14, ref §14 row 60).
 */
import type { Did } from '../common/did.ts'
import { IcnError } from '../common/errors.ts'
import { SystemTimeProvider, type TimeProvider } from '../common/time.ts'
import type { Capability } from '../host/served.ts'
import type { DidResolver } from '../identity/resolver.ts'
import type { Signer } from '../identity/signer.ts'
import type { MeshNetworkService } from '../mesh/service.ts'
import type { Environment, JobId, RunLimits } from '../protocol/api.ts'
import type { StateStore } from '../storage/types.ts'
import { zeroCounters } from './counters.ts'
import { processLocks, type RunExclusive } from './exclusive.ts'
import { DEFAULT_JOBS_IN_FLIGHT, DEFAULT_RUN_LIMITS } from './options.ts'
import type { ReplayWorker } from './replay-wire.ts'

/** Why an action is denied, or null. Upstream's policy enforcer, asked after a receipt's signature was found good. */
export type Policy = (action: 'AnchorReceipt', identity: Did) => string | null

/** A job whose guest held the thread when its worker was ended; it is failed and refunded, not run again. */
export interface KilledRun {
  readonly jobId: JobId
  readonly reason: 'crash' | 'timeout' | 'aborted'
}

export interface ContextOptions {
  readonly environment?: Environment
  readonly time?: TimeProvider
  readonly limits?: RunLimits
  /** What guests and pages may do beyond the ordinary; nothing when absent. */
  readonly capabilities?: ReadonlySet<Capability>
  /** What the store is: production wants one that lasts. */
  readonly storage?: 'indexeddb' | 'memory'
  /** The signer's key is known to others, for tests. */
  readonly fixedKey?: boolean
  readonly runExclusive?: RunExclusive
  readonly policy?: Policy
  /** Whose credentials are asked for with every block; nobody's when absent. */
  readonly blockIssuers?: readonly Did[] | null
  readonly killed?: readonly KilledRun[]
  /** Jobs under way at once. */
  readonly jobsInFlight?: number
  /** Starts a worker that replays runs; absent where there are none to be had. */
  readonly replayer?: () => ReplayWorker
  /** Told right before a guest takes the thread, with the signal of the call it runs for, and with null after. */
  onGuest?(guest: { readonly jobId: JobId; readonly signal?: AbortSignal | undefined } | null): void
}

export class RuntimeContext {
  readonly identity: Did
  readonly mesh: MeshNetworkService
  readonly signer: Signer
  readonly resolver: DidResolver
  readonly store: StateStore
  readonly time: TimeProvider
  readonly limits: RunLimits
  readonly environment: Environment
  readonly storage: 'indexeddb' | 'memory'
  readonly capabilities: ReadonlySet<Capability>
  readonly runExclusive: RunExclusive
  readonly policy: Policy
  readonly blockIssuers: readonly Did[] | null
  readonly killed: readonly KilledRun[]
  readonly jobsInFlight: number
  readonly replayer: (() => ReplayWorker) | undefined
  readonly onGuest: NonNullable<ContextOptions['onGuest']>
  /** This instance among all that ever ran on the database. */
  readonly owner: string = crypto.randomUUID()
  /** Jobs of others that are run here, whose submitters have been told how far they are. */
  longRunning = 0
  readonly #counters = zeroCounters()

  /** The five services in SEED's order. @throws IcnError InvalidSpec when one does not fit the environment */
  static newWithServices(
    identity: Did,
    mesh: MeshNetworkService,
    signer: Signer,
    resolver: DidResolver,
    store: StateStore,
    options: ContextOptions = {},
  ): RuntimeContext {
    return new RuntimeContext(identity, mesh, signer, resolver, store, options)
  }

  private constructor(
    identity: Did,
    mesh: MeshNetworkService,
    signer: Signer,
    resolver: DidResolver,
    store: StateStore,
    options: ContextOptions,
  ) {
    this.identity = identity
    this.mesh = mesh
    this.signer = signer
    this.resolver = resolver
    this.store = store
    this.time = options.time ?? new SystemTimeProvider()
    this.limits = options.limits ?? DEFAULT_RUN_LIMITS
    this.environment = options.environment ?? 'development'
    this.storage = options.storage ?? 'memory'
    this.capabilities = options.capabilities ?? new Set()
    this.runExclusive = options.runExclusive ?? processLocks()
    this.policy = options.policy ?? (() => null)
    this.blockIssuers = options.blockIssuers ?? null
    this.killed = options.killed ?? []
    this.jobsInFlight = options.jobsInFlight ?? DEFAULT_JOBS_IN_FLIGHT
    this.replayer = options.replayer
    this.onGuest = options.onGuest?.bind(options) ?? (() => {})
    this.#checkServices(options.fixedKey ?? false)
  }

  /** Whether there are peers to be had: a job can be offered to others. */
  get hasMesh(): boolean {
    return 'join' in this.mesh
  }

  /** Counts under upstream's metric names (ref §12.3), for the life of this instance. */
  count(metric: string, times = 1): void {
    this.#counters.set(metric, (this.#counters.get(metric) ?? 0) + times)
  }

  /** Something a person may want to know and nobody waits for: a `log` event, to every tab. */
  report(message: string): void {
    const detail = { level: 'warn', message, source: 'runtime', at: Number(this.time.seconds()) }
    this.store.transact((tx) => tx.emit({ type: 'log', detail })).catch(() => {})
  }

  get counters(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#counters)
  }

  #checkServices(fixedKey: boolean): void {
    if (!this.identity.equals(this.signer.did)) {
      throw new IcnError(
        'InvalidSpec',
        `The identity ${this.identity} is not the signer's, ${this.signer.did}: its receipts could not be verified.`,
        { data: { reason: 'identity', identity: `${this.identity}`, signer: `${this.signer.did}` } },
      )
    }
    if (this.environment !== 'production') return
    const { signed, staged } = this.mesh.capabilities
    const faults = [
      this.storage === 'memory' && 'storage in memory, which is lost with the page',
      fixedKey && 'a fixed identity key',
      (!signed || staged) && 'a mesh service that does not sign and verify its messages',
    ].filter((fault) => fault !== false)
    if (faults.length === 0) return
    throw new IcnError(
      'InvalidSpec',
      `PRODUCTION ERROR: production does not accept ${faults.join(', nor ')}.`,
      {
        data: { reason: 'environment', environment: 'production', faults },
      },
    )
  }
}
