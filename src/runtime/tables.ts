/** The tables of jobs, runs and modules. Rows are plain data; keys of ordered tables are `sequenceKey`s. */
import type { Grant } from '../host/grant.ts'
import type { JobLifecycleStatus } from '../mesh/records.ts'
import type { JobState, JobStatus } from '../protocol/api.ts'
import { type Table, type Transaction, table } from '../storage/types.ts'
import type { ModuleInspection } from '../wasm/types.ts'

export interface FailureRow {
  readonly code: string
  readonly message: string
  readonly reason?: string
  /** Where it happened, as the engine tells it: for people, and no part of any record or receipt. */
  readonly function?: string
}

export interface JobRow {
  readonly id: string
  readonly seq: number
  readonly manifest: string
  /** bincode of the JobSpec. */
  readonly spec: Uint8Array
  readonly state: JobState
  readonly creator: string
  readonly executor?: string
  /** Mana held when it was submitted. */
  readonly cost: bigint
  /** What the executor asked for; at most `cost`. */
  readonly price?: bigint
  readonly maxWaitMs: bigint | null
  /** Seconds since the epoch. */
  readonly submittedAt: number
  readonly finishedAt?: number
  readonly receipt?: string
  readonly result?: string
  readonly failure?: FailureRow
  readonly parent?: string
  /** How many submissions from inside runs lead here; 0 for a job of the page. */
  readonly depth: number
  readonly entry: string
  readonly fuel: bigint
  /** What the run may do; everything but credit when absent. */
  readonly grant?: Grant
  /** Runs begun; written before each one, so that a job that kills its worker is known. */
  readonly attempts: number
  /** Run by another node; absent: here. */
  readonly via?: 'mesh'
  /** Of a job of the mesh: where it stands, in ICN's words (job-history.ts). */
  readonly stage?: JobLifecycleStatus
  /** Of a job of the mesh: since when its executor has it, seconds since the epoch. */
  readonly assignedAt?: number
  /** What its executor last said. */
  readonly progress?: NonNullable<JobStatus['progress']>
  /** The runtime instance that runs it; another takes over once this one is gone. */
  readonly owner: string
}

/** By job id. */
export const JOBS: Table<JobRow> = table('jobs')
/** Every job's id in order of submission. */
export const JOB_ORDER: Table<string> = table('jobOrder')
/** Ids of the jobs that have not ended, in order of submission. */
export const OPEN_JOBS: Table<string> = table('openJobs')

export type HistoryKind = 'bid' | 'assignment' | 'checkpoint' | 'receipt' | 'state'

/** The blocks of a job's history by `<job id>/<sequenceKey>`, oldest first. */
export const JOB_HISTORY: Table<{ readonly kind: HistoryKind; readonly cid: string }> = table('jobHistory')

export interface ReceiptRow {
  readonly cid: string
  readonly jobId: string
  readonly success: boolean
  /** CID of the execution record's block; absent for receipts from elsewhere and for jobs that ran no module. */
  readonly record?: string
  readonly manaCharged: bigint
}

/** In order of anchoring. */
export const RECEIPT_ORDER: Table<string> = table('receiptOrder')
/** By receipt block CID. */
export const RECEIPTS: Table<ReceiptRow> = table('receipts')
/** Result bytes by the plain CID the receipt names; not DAG blocks, whose CIDs cover more than their data. */
export const RESULTS: Table<Uint8Array> = table('results')

export interface ModuleRow {
  readonly inspection: ModuleInspection
  readonly meteredSize: number
  /** What it declares it needs. */
  readonly declared?: Grant
}

/** By module CID. */
export const MODULES: Table<ModuleRow> = table('modules')

/** Rows `jobs`, `openJobs`, `receipts`: numbers of the next job, of open jobs, of the next receipt. */
export const COUNTS: Table<number> = table('runtimeCounts')

/** The next number of a sequence. */
export function nextNumber(tx: Transaction, name: 'jobs' | 'receipts'): number {
  const next = tx.get(COUNTS, name) ?? 0
  tx.put(COUNTS, name, next + 1)
  return next
}
