/** Jobs: what is asked for, and what becomes of it. */
import type { RunProgress } from './runs.ts'
import type { CallOptions, CidString, DidString, JobId } from './values.ts'

/** What is to be done: run a contract, or one of the kinds of ICN that only other nodes run. */
export type JobKind = 'CclWasm' | 'GenericPlaceholder' | { readonly Echo: { readonly payload: string } }

/** ref §2.5; all but `kind` default as there. */
export interface JobSpecInput {
  readonly kind: JobKind
  readonly inputs?: readonly CidString[]
  readonly outputs?: readonly string[]
  readonly required_resources?: {
    readonly cpu_cores: number
    readonly memory_mb: number
    readonly storage_mb?: number
  }
  readonly required_capabilities?: readonly string[]
  readonly required_trust_scope?: string | null
  readonly min_executor_reputation?: bigint | null
  readonly allowed_federations?: readonly string[]
}

/** What a run may do through the host. Absent or null: not limited beyond the ordinary rules; credit stays denied. */
export interface RunCapabilities {
  /** Names of the host functions it may call. */
  readonly calls?: readonly string[] | null
  /** Mana the node's account may lose by its calls; more ends the run. */
  readonly mana?: bigint | null
  /** Bytes of blocks, contract state, jobs and receipts it may store. */
  readonly storeBytes?: number | null
  /** Jobs it may submit. */
  readonly jobs?: number | null
}

/** A job to be submitted. */
export interface JobRequest {
  readonly manifestCid: CidString
  readonly spec: JobSpecInput
  /** Mana offered for the job before the reputation discount (ref §4.2). */
  readonly costMana: bigint
  /**
   * How long the job may wait to be run, and for a receipt from elsewhere, ms. Not limited when absent, but
   * for `receiptWaitMs`.
   */
  readonly maxExecutionWaitMs?: bigint
  /** Export to call; `run` when absent. */
  readonly entry?: string
  /** Fuel budget, at most the runtime's limit. */
  readonly fuel?: bigint
  /** What the run may do; everything but credit when absent, and never more than the module declares. */
  readonly capabilities?: RunCapabilities
  /**
   * Who runs it: this node, or the best bidder of the mesh. Without it a `CclWasm` job runs here, and others go to the mesh
   * where the runtime has one.
   */
  readonly via?: 'local' | 'mesh'
}

/** How a wait for a job is watched and ended. */
export interface WaitOptions extends CallOptions {
  /**
   * Told how far the job's run has come, where this tab makes it and its guest had not begun when `wait` was called: while
   * one runs, no call gets through.
   */
  readonly onProgress?: (progress: RunProgress) => void
}

/** Where a job stands; the last three are ends. */
export type JobState = 'Pending' | 'Assigned' | 'Completed' | 'Failed' | 'Cancelled'

/** A job as it stands. */
export interface JobStatus {
  readonly jobId: JobId
  readonly manifestCid: CidString
  readonly kind: 'CclWasm' | 'GenericPlaceholder' | 'Echo'
  readonly state: JobState
  readonly creator: DidString
  readonly executor?: DidString
  /** Mana held for the job after the reputation discount. */
  readonly costMana: bigint
  /** Seconds since the epoch. */
  readonly submittedAt: number
  readonly finishedAt?: number
  readonly receiptCid?: CidString
  readonly resultCid?: CidString
  /** Why it failed: a full sentence, its error code and `data.reason`. */
  readonly failure?: {
    readonly code: string
    readonly message: string
    readonly reason?: string
    /** Where, as the engine tells it. Known to the node that ran it, and no part of any record or receipt. */
    readonly function?: string
  }
  /** The job that submitted this one from inside a run. */
  readonly parentJob?: JobId
  /** What the executor of a job of the mesh last said of it: stage, percent done, seconds since the epoch. */
  readonly progress?: { readonly stage: string; readonly percent: number; readonly at: number }
}

/** ICN's status of a job (ref §2.9); the last three are ends. */
export type JobLifecycleStatus =
  | 'Submitted'
  | 'BiddingOpen'
  | 'BiddingClosed'
  | 'Assigned'
  | 'Executing'
  | 'Completed'
  | 'Failed'
  | 'Cancelled'

/** One thing that happened to a job, as a block of the DAG has it. */
export interface JobHistoryEntry {
  readonly kind: 'submitted' | 'bid' | 'assignment' | 'checkpoint' | 'receipt' | 'state'
  /** The block. */
  readonly cid: CidString
  /** Seconds since the epoch. */
  readonly at: number
  /** Whose doing it is: the submitter's, the bidder's, the executor's. */
  readonly by: DidString
  /** Of a bid: what it asks. Of an assignment: what is agreed. Mana. */
  readonly priceMana?: bigint
  /** Of an assignment. */
  readonly executor?: DidString
  /** Of a checkpoint. */
  readonly stage?: string
  /** Of a checkpoint, 0 to 100. */
  readonly percent?: number
  /** Of a receipt. */
  readonly success?: boolean
  /** Of a change of status. */
  readonly from?: JobLifecycleStatus
  readonly to?: JobLifecycleStatus
}

/** What happened to a job. */
export interface JobHistory {
  readonly jobId: JobId
  readonly status: JobLifecycleStatus
  /** Oldest first. Blocks that were pruned are left out. Of a job that was run here: the job and its receipt. */
  readonly entries: readonly JobHistoryEntry[]
}
