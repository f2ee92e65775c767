/** Lifecycle records of a job as HEAD keeps them in the DAG, and what is derived from them (ref §2.9). */
import { utf8 } from '../common/bytes.ts'
import { type Cid, DAG_CBOR } from '../common/cid.ts'
import {
  bool,
  bytes,
  type Codec,
  decodeBincode,
  decodeJson,
  encodeJson,
  string,
  u64,
} from '../common/codec.ts'
import { cid, did, signatureBytes } from '../common/codecs.ts'
import type { Did } from '../common/did.ts'
import { list, omittedOption, option, struct, variants, withDefault } from '../common/shapes.ts'
import type { BlockParts } from '../dag/block.ts'
import {
  type JobCheckpoint,
  jobCheckpoint,
  type PartialOutputReceipt,
  partialOutputReceipt,
} from './progress.ts'
import { type JobSpec, jobSpec, type Resources, resources } from './types.ts'

export const JOB_LIFECYCLE_STATUSES = [
  'Submitted',
  'BiddingOpen',
  'BiddingClosed',
  'Assigned',
  'Executing',
  'Completed',
  'Failed',
  'Cancelled',
] as const

export type JobLifecycleStatus = (typeof JOB_LIFECYCLE_STATUSES)[number]

export const jobLifecycleStatus: Codec<JobLifecycleStatus> = variants<JobLifecycleStatus>(
  'JobLifecycleStatus',
  {
    Submitted: null,
    BiddingOpen: null,
    BiddingClosed: null,
    Assigned: null,
    Executing: null,
    Completed: null,
    Failed: null,
    Cancelled: null,
  },
)

export function isTerminal(status: JobLifecycleStatus): boolean {
  return status === 'Completed' || status === 'Failed' || status === 'Cancelled'
}

/** icn-mesh's `Job`. Times are seconds since the epoch. */
export interface JobRecord {
  readonly id: Cid
  readonly manifestCid: Cid
  /** bincode of the spec. */
  readonly specBytes: Uint8Array
  /** Deprecated upstream, read when `specBytes` is empty. */
  readonly specJson: string | null
  readonly submitterDid: Did
  readonly costMana: bigint
  readonly submittedAt: bigint
  readonly status: JobLifecycleStatus
  readonly resourceRequirements: Resources
}

export const jobRecord: Codec<JobRecord> = struct<JobRecord>('Job', {
  id: cid,
  manifestCid: cid,
  specBytes: bytes,
  specJson: omittedOption(string),
  submitterDid: did,
  costMana: u64,
  submittedAt: u64,
  status: jobLifecycleStatus,
  resourceRequirements: resources,
})

/** The spec inside a record. @throws IcnError Serialization when there is none or it cannot be read */
export function specOf(record: JobRecord): JobSpec {
  if (record.specBytes.length === 0 && record.specJson !== null) {
    return decodeJson(jobSpec, record.specJson, 'Job spec')
  }
  return decodeBincode(jobSpec, record.specBytes, 'Job spec')
}

/** The block whose Merkle CID is HEAD's job id: JSON, codec 0x71, no links, author the submitter. */
export function jobRecordBlock(record: JobRecord): BlockParts {
  return {
    data: utf8(encodeJson(jobRecord, record)),
    timestamp: record.submittedAt,
    authorDid: record.submitterDid,
    codec: DAG_CBOR,
  }
}

export interface JobBidRecord {
  readonly jobId: Cid
  readonly bidId: string
  readonly executorDid: Did
  readonly priceMana: bigint
  readonly resources: Resources
  readonly submittedAt: bigint
  readonly signature: Uint8Array
}

export const jobBidRecord: Codec<JobBidRecord> = struct<JobBidRecord>('JobBid', {
  jobId: cid,
  bidId: string,
  executorDid: did,
  priceMana: u64,
  resources,
  submittedAt: u64,
  signature: signatureBytes,
})

export interface JobAssignmentRecord {
  readonly jobId: Cid
  readonly winningBidId: string
  readonly assignedExecutorDid: Did
  readonly assignedAt: bigint
  readonly finalPriceMana: bigint
  readonly committedResources: Resources
}

export const jobAssignmentRecord: Codec<JobAssignmentRecord> = struct<JobAssignmentRecord>('JobAssignment', {
  jobId: cid,
  winningBidId: string,
  assignedExecutorDid: did,
  assignedAt: u64,
  finalPriceMana: u64,
  committedResources: resources,
})

export interface JobReceiptRecord {
  readonly jobId: Cid
  readonly executorDid: Did
  readonly success: boolean
  readonly cpuMs: bigint
  readonly resultCid: Cid
  readonly completedAt: bigint
  readonly errorMessage: string | null
  readonly signature: Uint8Array
}

export const jobReceiptRecord: Codec<JobReceiptRecord> = struct<JobReceiptRecord>('JobReceipt', {
  jobId: cid,
  executorDid: did,
  success: bool,
  cpuMs: u64,
  resultCid: cid,
  completedAt: u64,
  errorMessage: option(string),
  signature: signatureBytes,
})

/** `host_get_job_status`'s answer: all that is known of a job. */
export interface JobLifecycle {
  readonly job: JobRecord
  readonly bids: readonly JobBidRecord[]
  readonly assignment: JobAssignmentRecord | null
  readonly receipt: JobReceiptRecord | null
  readonly checkpoints: readonly JobCheckpoint[]
  readonly partialOutputs: readonly PartialOutputReceipt[]
}

export const jobLifecycle: Codec<JobLifecycle> = struct<JobLifecycle>('JobLifecycle', {
  job: jobRecord,
  bids: list(jobBidRecord),
  assignment: option(jobAssignmentRecord),
  receipt: option(jobReceiptRecord),
  checkpoints: withDefault(list(jobCheckpoint), () => []),
  partialOutputs: withDefault(list(partialOutputReceipt), () => []),
})

export function lifecycleStatus(life: JobLifecycle): JobLifecycleStatus {
  if (life.receipt !== null) return life.receipt.success ? 'Completed' : 'Failed'
  if (life.assignment !== null) return life.checkpoints.length > 0 ? 'Executing' : 'Assigned'
  return life.bids.length > 0 ? 'BiddingClosed' : life.job.status
}

/** The checkpoint with the greatest timestamp; among equals the last. */
export function latestCheckpoint(life: JobLifecycle): JobCheckpoint | undefined {
  return life.checkpoints.reduce<JobCheckpoint | undefined>(
    (latest, next) => (latest === undefined || next.timestamp >= latest.timestamp ? next : latest),
    undefined,
  )
}

/** Percent, or undefined when nothing was reported. */
export function currentProgress(life: JobLifecycle): number | undefined {
  return latestCheckpoint(life)?.progressPercent
}

export function isLongRunning(life: JobLifecycle): boolean {
  return life.checkpoints.length > 0 || life.partialOutputs.length > 0
}

export interface MeshJobStateChange {
  readonly jobId: Cid
  readonly oldState: string
  readonly newState: string
}

export const meshJobStateChange: Codec<MeshJobStateChange> = struct<MeshJobStateChange>(
  'MeshJobStateChange',
  {
    jobId: cid,
    oldState: string,
    newState: string,
  },
)
