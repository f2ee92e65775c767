/** What a runtime tells of itself: events and a snapshot. */
import type { FuelTableId } from '../../wasm/types.ts'
import type { VerifyAllResult } from './dag.ts'
import type { JobStatus } from './jobs.ts'
import type { ManaCause } from './mana.ts'
import type { SyncProgress } from './mesh.ts'
import type { LogLine } from './runs.ts'
import type { Environment, RunLimits } from './start.ts'
import type { CidString, DidString, JobId } from './values.ts'

export interface RuntimeEvents {
  readonly job: JobStatus
  readonly receipt: { readonly cid: CidString; readonly jobId: JobId; readonly success: boolean }
  readonly mana: { readonly did: DidString; readonly balance: bigint; readonly cause: ManaCause }
  readonly proposal: { readonly id: string; readonly status: string }
  readonly block: { readonly cid: CidString; readonly change: 'put' | 'deleted' | 'pinned' | 'unpinned' }
  readonly integrity: VerifyAllResult
  readonly peer: { readonly did: DidString; readonly state: 'joined' | 'left' }
  /** A round of catching up that brought something. */
  readonly sync: SyncProgress
  readonly log: LogLine & { readonly source: string; readonly at: number }
  readonly restart: { readonly reason: 'crash' | 'timeout' | 'aborted'; readonly restarts: number }
}

export type RuntimeEventName = keyof RuntimeEvents

export interface RuntimeInspection {
  readonly version: string
  readonly protocolVersion: number
  readonly did: DidString
  readonly environment: Environment
  readonly storage: 'indexeddb' | 'memory'
  readonly database: string
  readonly epoch: number
  readonly limits: RunLimits
  readonly fuelTable: FuelTableId
  /**
   * By metric name: all of upstream's (ref §12.3), each there from the start with 0, and some of our own from their first
   * count on. Of this tab since it started, but for the two gauges (`runtime_jobs_active`, `runtime_long_running_jobs`)
   * and `runtime_mana_accounts_total`, which are of the database. docs/counters.md says when each rises.
   */
  readonly counters: Readonly<Record<string, number>>
  readonly storageEstimate?: { readonly usage: number; readonly quota: number }
  readonly manaTotals: {
    readonly minted: bigint
    readonly regenerated: bigint
    readonly balances: bigint
    readonly escrow: bigint
    readonly burned: bigint
  }
}
