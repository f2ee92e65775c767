/** What a host function sees of the world: one transaction, who runs and for whom, one moment, and the run's own notes. */
import type { Cid } from '../common/cid.ts'
import type { Did } from '../common/did.ts'
import type { IcnError } from '../common/errors.ts'
import type { ExecutionReceipt } from '../identity/receipt.ts'
import type { DidResolver } from '../identity/resolver.ts'
import type { JobSubmission } from '../mesh/job.ts'
import type { ActualMeshJob } from '../mesh/types.ts'
import type { Transaction } from '../storage/types.ts'
import type { Allowance } from './grant.ts'
import type { Capability } from './served.ts'

/** A list goes out as JSON, or as an array to a compiled contract. */
export type HostValue = string | number | bigint | boolean | Uint8Array | readonly string[]

export interface HostLogLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error'
  readonly message: string
}

/** The job rules a host call leads to; they live with the job manager, above this room. */
export interface HostJobs {
  submit(tx: Transaction, job: JobSubmission): Cid
  /** How many jobs have not ended, without looking at them. */
  open(tx: Transaction): number
  /** Oldest first. */
  pending(tx: Transaction): readonly ActualMeshJob[]
  /** `JobLifecycle` JSON (ref §2.9), or undefined for an unknown job. */
  status(tx: Transaction, id: Cid): string | undefined
  /** Checks, stores and counts a receipt; the CID of its block. */
  anchor(tx: Transaction, receipt: ExecutionReceipt): Cid
}

export interface HostContext {
  readonly tx: Transaction
  /** The account the run acts for: "the caller" of calls without an argument (decision 5). */
  readonly identity: Did
  readonly creator: Did
  /** Seconds since the epoch; the same for the whole run, so that a replay answers the same. */
  readonly now: bigint
  readonly capabilities: ReadonlySet<Capability>
  /** What this run may still do of what it was granted. */
  readonly allowance: Allowance
  /** CID of the module that runs; null for a call from the page. Contract state and pins belong to it. */
  readonly module: string | null
  readonly resolver: DidResolver
  /** Proofs of the backend `dummy` count, everywhere but in production (decision 11). */
  readonly dummyProofs: boolean
  readonly jobs: HostJobs
  /** Jobs submitted in this run, by 64-bit handle. */
  readonly submitted: Map<bigint, string>
  /**
   * Why the call before was refused. A function that refuses after something went on record, so that its writes must
   * stand, sets it and answers false instead of throwing.
   */
  lastError: IcnError | null
  log(line: HostLogLine): void
  /** Fuel for work whose size shows only inside a call, taken before it is done. @throws IcnError ResourceLimitExceeded, reason outOfFuel */
  charge(units: number): void
  /** Counts under upstream's metric names; called before anything is checked (ref §12.3). */
  count(metric: string): void
}

/**
 * A host function. It checks everything first and writes afterwards: a refusal, an `IcnError`, leaves the transaction as
 * it was. Its arguments are those of one of its shapes in the table, outputs left out.
 */
export type HostFunction = (context: HostContext, ...args: never[]) => HostValue | undefined
