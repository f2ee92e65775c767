/**
 * A job's way as rules over a transaction: submitted (priced, its mana held, named, stored in the DAG, Pending), begun,
 * ended. There is one pipeline (ref §14 row 40): whoever submits, the page or a guest, comes through `submitJob`, and
 * every end comes through `endJob`, where the escrow is settled or refunded, once.
 */

import { Cid } from '../common/cid.ts'
import { decodeBincode } from '../common/codec.ts'
import { Did } from '../common/did.ts'
import { IcnError } from '../common/errors.ts'
import { buildBlock } from '../dag/block.ts'
import { putBlock } from '../dag/blocks.ts'
import { sequenceKey } from '../dag/rows.ts'
import { holdEscrow, refundEscrow, settleEscrow } from '../economics/escrow.ts'
import { priceByReputation } from '../economics/pricing.ts'
import type { Grant } from '../host/grant.ts'
import type { JobCheckpoint } from '../mesh/progress.ts'
import { jobRecordBlock } from '../mesh/records.ts'
import { type ActualMeshJob, type JobSpec, jobKindName, jobSpec, type MeshJobBid } from '../mesh/types.ts'
import type { JobState, JobStatus } from '../protocol/api.ts'
import { reputationOf } from '../reputation/reputation.ts'
import type { CommitEvent, Transaction } from '../storage/types.ts'
import { jobRecordOf, numbered } from './job-block.ts'
import { changeStatus, noteAssignment, noteBids, noteCheckpoint } from './job-history.ts'
import { isOpen, MOST_OPEN_JOBS, openJobs } from './open-jobs.ts'
import { COUNTS, type FailureRow, JOB_ORDER, JOBS, type JobRow, nextNumber, OPEN_JOBS } from './tables.ts'

/** What a local run costs before the reputation discount, and the most a local executor is paid. */
export const LOCAL_RUN_PRICE = 10n
/** Longest chain of jobs submitted from inside jobs. */
export const MOST_JOB_DEPTH = 8

export interface Submission {
  readonly manifest: Cid
  readonly spec: JobSpec
  /** Offered, before the reputation discount. */
  readonly cost: bigint
  readonly maxWaitMs: bigint | null
  readonly entry: string
  readonly fuel: bigint
  /** Absent: everything but credit. */
  readonly grant?: Grant | undefined
  readonly creator: Did
  /** Seconds since the epoch. */
  readonly now: bigint
  readonly owner: string
  readonly parent?: Pick<JobRow, 'id' | 'depth'>
  readonly via?: 'mesh'
}

/**
 * @throws IcnError ResourceLimitExceeded (reason `openJobs` or `jobDepth`), Economic; nothing was written then
 */
export function submitJob(tx: Transaction, job: Submission): JobRow {
  const open = tx.get(COUNTS, 'openJobs') ?? 0
  const depth = job.parent === undefined ? 0 : job.parent.depth + 1
  if (open >= MOST_OPEN_JOBS) throw tooMany('openJobs', `${open} jobs are open`, MOST_OPEN_JOBS)
  if (depth > MOST_JOB_DEPTH)
    throw tooMany('jobDepth', `the job is ${depth} submissions deep`, MOST_JOB_DEPTH)
  const cost = priceByReputation(job.cost, reputationOf(tx, job.creator))
  const seq = tx.get(COUNTS, 'jobs') ?? 0
  const parts = { manifestCid: job.manifest, spec: job.spec, submitter: job.creator, costMana: cost }
  const record = jobRecordOf(parts, job.now)
  const unnumbered = jobRecordBlock(record)
  const first = buildBlock(unnumbered)
  const block = tx.has(JOBS, first.cid.toString()) ? buildBlock(numbered(unnumbered, seq)) : first
  const id = block.cid.toString()
  holdEscrow(tx, id, job.creator, cost, { at: job.now })
  nextNumber(tx, 'jobs')
  putBlock(tx, block)
  const row: JobRow = {
    id,
    seq,
    manifest: job.manifest.toString(),
    spec: record.specBytes,
    state: 'Pending',
    creator: job.creator.toString(),
    cost,
    maxWaitMs: job.maxWaitMs,
    submittedAt: Number(job.now),
    depth,
    entry: job.entry,
    fuel: job.fuel,
    attempts: 0,
    owner: job.owner,
    ...(job.grant === undefined ? {} : { grant: job.grant }),
    ...(job.parent === undefined ? {} : { parent: job.parent.id }),
    ...(job.via === undefined ? {} : { via: job.via }),
  }
  specs.set(row.spec, job.spec)
  tx.put(JOBS, id, row)
  tx.put(JOB_ORDER, sequenceKey(seq), id)
  tx.put(OPEN_JOBS, sequenceKey(seq), id)
  tx.put(COUNTS, 'openJobs', open + 1)
  tx.emit(jobEvent(row))
  return row
}

/** Before a run starts: the executor and the number of this attempt are on record. */
export function beginJob(tx: Transaction, row: JobRow, executor: Did): JobRow {
  const begun: JobRow = {
    ...row,
    state: 'Assigned',
    executor: executor.toString(),
    price: row.cost < LOCAL_RUN_PRICE ? row.cost : LOCAL_RUN_PRICE,
    attempts: row.attempts + 1,
  }
  tx.put(JOBS, row.id, begun)
  tx.emit(jobEvent(begun))
  return begun
}

/**
 * The mesh's bidding is over: what was bid is kept, and the winner, who asks at most what is held, has the job.
 * @param now seconds since the epoch
 */
export function closeBidding(
  tx: Transaction,
  row: JobRow,
  bids: readonly MeshJobBid[],
  winner: MeshJobBid | undefined,
  now: bigint,
): JobRow {
  noteBids(tx, row, bids, winner, now)
  const closed = changeStatus(tx, row, 'BiddingClosed', now)
  if (winner === undefined) return closed
  noteAssignment(tx, closed, winner, now)
  const assigned: JobRow = {
    ...changeStatus(tx, closed, 'Assigned', now),
    state: 'Assigned',
    executor: winner.executorDid.toString(),
    price: winner.priceMana,
    assignedAt: Number(now),
  }
  tx.put(JOBS, row.id, assigned)
  tx.emit(jobEvent(assigned))
  return assigned
}

/** The executor has got so far. */
export function noteProgress(tx: Transaction, row: JobRow, checkpoint: JobCheckpoint, now: bigint): JobRow {
  noteCheckpoint(tx, row, checkpoint)
  const { stage, progressPercent: percent } = checkpoint
  const executing = changeStatus(tx, row, 'Executing', now)
  // Messages come in any order; what is done is not undone.
  if (percent < (row.progress?.percent ?? 0)) return executing
  const running: JobRow = { ...executing, progress: { stage, percent, at: Number(now) } }
  tx.put(JOBS, row.id, running)
  tx.emit(jobEvent(running))
  return running
}

export interface JobEnd {
  readonly state: 'Completed' | 'Failed' | 'Cancelled'
  /** Seconds since the epoch. */
  readonly now: bigint
  readonly executor?: Did
  readonly receipt?: string
  readonly result?: string
  readonly failure?: FailureRow
  /** What the executor is paid; the rest, or without it all, goes back. */
  readonly payment?: bigint
}

/** The caller emits `jobEvent` once it has the receipt. @throws IcnError InvalidJobState when the job has ended already */
export function endJob(tx: Transaction, row: JobRow, end: JobEnd): JobRow {
  if (!isOpen(row)) {
    throw new IcnError('InvalidJobState', `Job ${row.id} is ${row.state} and cannot become ${end.state}.`, {
      data: { job: row.id, state: row.state, operation: end.state },
    })
  }
  const reason = { at: end.now }
  if (end.payment !== undefined && end.executor !== undefined) {
    settleEscrow(tx, row.id, end.executor, end.payment, reason)
  } else {
    refundEscrow(tx, row.id, reason)
  }
  const ended: JobRow = {
    ...changeStatus(tx, row, end.state, end.now),
    state: end.state,
    finishedAt: Number(end.now),
    ...(end.executor === undefined ? {} : { executor: end.executor.toString() }),
    ...(end.receipt === undefined ? {} : { receipt: end.receipt }),
    ...(end.result === undefined ? {} : { result: end.result }),
    ...(end.failure === undefined ? {} : { failure: end.failure }),
  }
  tx.put(JOBS, row.id, ended)
  tx.delete(OPEN_JOBS, sequenceKey(row.seq))
  tx.put(COUNTS, 'openJobs', Math.max(0, (tx.get(COUNTS, 'openJobs') ?? 1) - 1))
  return ended
}

/** The jobs that wait to be run, as guests are told of them; ours are unsigned. */
export function pendingJobs(tx: Transaction): readonly ActualMeshJob[] {
  return openJobs(tx)
    .filter((row) => row.state === 'Pending')
    .map((row) => ({
      id: Cid.parse(row.id),
      manifestCid: Cid.parse(row.manifest),
      spec: specOf(row),
      creatorDid: Did.parse(row.creator),
      costMana: row.cost,
      maxExecutionWaitMs: row.maxWaitMs,
      signature: new Uint8Array(0),
    }))
}

/** A job's rows share the bytes of its spec, from its submission to its end. */
const specs = new WeakMap<Uint8Array, JobSpec>()

export function specOf(row: JobRow): JobSpec {
  const known = specs.get(row.spec)
  if (known !== undefined) return known
  const spec = decodeBincode(jobSpec, row.spec, 'Job spec')
  specs.set(row.spec, spec)
  return spec
}

export function jobStatus(row: JobRow): JobStatus {
  return {
    jobId: row.id,
    manifestCid: row.manifest,
    kind: jobKindName(specOf(row).kind),
    state: row.state satisfies JobState,
    creator: row.creator,
    costMana: row.cost,
    submittedAt: row.submittedAt,
    ...(row.executor === undefined ? {} : { executor: row.executor }),
    ...(row.finishedAt === undefined ? {} : { finishedAt: row.finishedAt }),
    ...(row.receipt === undefined ? {} : { receiptCid: row.receipt }),
    ...(row.result === undefined ? {} : { resultCid: row.result }),
    ...(row.failure === undefined ? {} : { failure: row.failure }),
    ...(row.parent === undefined ? {} : { parentJob: row.parent }),
    ...(row.progress === undefined ? {} : { progress: row.progress }),
  }
}

export function jobEvent(row: JobRow): CommitEvent {
  return { type: 'job', detail: jobStatus(row) }
}

function tooMany(reason: string, found: string, limit: number): IcnError {
  return new IcnError('ResourceLimitExceeded', `The job is refused: ${found}; the limit is ${limit}.`, {
    data: { reason, limit },
  })
}
