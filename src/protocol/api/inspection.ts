/** What a runtime tells of itself: events and a snapshot. */
import type { FuelTableId } from '../../wasm/types.ts'
import type { VerifyAllResult } from './dag.ts'
import type { JobStatus } from './jobs.ts'
import type { ManaCause } from './mana.ts'
import type { SyncProgress } from './mesh.ts'
import type { LogLine } from './runs.ts'
import type { Environment, RunLimits } from './start.ts'
import type { CidString, DidString, JobId } from './values.ts'

/**
 * What each event carries. They come from every tab of the database, but for `restart`, which is of this one.
 */
export interface RuntimeEvents {
  /** A job has changed, as it now stands. */
  readonly job: JobStatus
  /** A receipt was anchored. */
  readonly receipt: { readonly cid: CidString; readonly jobId: JobId; readonly success: boolean }
  /** A balance has changed; what it is now, and why. */
  readonly mana: { readonly did: DidString; readonly balance: bigint; readonly cause: ManaCause }
  /** A proposal was made or its status has changed. */
  readonly proposal: { readonly id: string; readonly status: string }
  /** The store of blocks has changed. */
  readonly block: { readonly cid: CidString; readonly change: 'put' | 'deleted' | 'pinned' | 'unpinned' }
  /** A check of all blocks by the option `integrityCheck` has ended. */
  readonly integrity: VerifyAllResult
  /** A node of the mesh was heard of, or has not been for 45 s. */
  readonly peer: { readonly did: DidString; readonly state: 'joined' | 'left' }
  /** A round of catching up that brought something. */
  readonly sync: SyncProgress
  /** What a contract logged, or the runtime: `source` says who, `at` in seconds since the epoch. */
  readonly log: LogLine & { readonly source: string; readonly at: number }
  /** The worker was replaced; how often since the start. */
  readonly restart: { readonly reason: 'crash' | 'timeout' | 'aborted'; readonly restarts: number }
}

/** Names that `on` takes. */
export type RuntimeEventName = keyof RuntimeEvents

/** A runtime at one moment. */
export interface RuntimeInspection {
  readonly version: string
  readonly protocolVersion: number
  readonly did: DidString
  readonly environment: Environment
  readonly storage: 'indexeddb' | 'memory'
  readonly database: string
  /** Number of the last commit of the database. */
  readonly epoch: number
  readonly limits: RunLimits
  readonly fuelTable: FuelTableId
  /**
   * By metric name: all of upstream's (ref §12.3), each there from the start with 0, and some of our own from their first
   * count on. Of this tab since it started, but for the two gauges (`runtime_jobs_active`, `runtime_long_running_jobs`)
   * and `runtime_mana_accounts_total`, which are of the database. docs/counters.md says when each rises.
   */
  readonly counters: Readonly<Record<string, number>>
  /** What the browser says of the origin, bytes. */
  readonly storageEstimate?: { readonly usage: number; readonly quota: number }
  /** Of all accounts since the database was made: minted and regenerated are balances, escrow and burned. */
  readonly manaTotals: {
    readonly minted: bigint
    readonly regenerated: bigint
    readonly balances: bigint
    readonly escrow: bigint
    readonly burned: bigint
  }
}
