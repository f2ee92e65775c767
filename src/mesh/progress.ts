/** What an executor says while a long job runs: checkpoints, partial outputs, progress (ref §2.9, §3.3). */
import { concatBytes, f32le, u64le, utf8 } from '../common/bytes.ts'
import type { Cid } from '../common/cid.ts'
import { bytes, type Codec, f32, string, u64 } from '../common/codec.ts'
import { cid, did, signatureBytes } from '../common/codecs.ts'
import type { Did } from '../common/did.ts'
import { list, option, struct } from '../common/shapes.ts'
import { signedRecord } from '../identity/signed-record.ts'

export interface JobCheckpoint {
  readonly jobId: Cid
  readonly checkpointId: string
  readonly timestamp: bigint
  readonly stage: string
  /** f32, 0 to 100. */
  readonly progressPercent: number
  readonly executionState: Uint8Array
  readonly intermediateDataCid: Cid | null
  readonly executorDid: Did
  readonly signature: Uint8Array
}

export const jobCheckpoint: Codec<JobCheckpoint> = struct<JobCheckpoint>('JobCheckpoint', {
  jobId: cid,
  checkpointId: string,
  timestamp: u64,
  stage: string,
  progressPercent: f32,
  executionState: bytes,
  intermediateDataCid: option(cid),
  executorDid: did,
  signature: signatureBytes,
})

/** The execution state is not covered (ref §3.3). */
export const signedCheckpoint = signedRecord<JobCheckpoint>(
  'Checkpoint',
  (checkpoint) => checkpoint.executorDid,
  (checkpoint) =>
    concatBytes(
      utf8(checkpoint.jobId.toString()),
      utf8(checkpoint.checkpointId),
      u64le(checkpoint.timestamp, 'timestamp'),
      utf8(checkpoint.stage),
      f32le(checkpoint.progressPercent),
      utf8(checkpoint.executorDid.toString()),
      utf8(checkpoint.intermediateDataCid?.toString() ?? ''),
    ),
)

export interface PartialOutputReceipt {
  readonly jobId: Cid
  readonly outputId: string
  readonly stage: string
  readonly timestamp: bigint
  readonly outputCid: Cid
  /** Bytes. */
  readonly outputSize: bigint
  readonly outputFormat: string | null
  readonly executorDid: Did
  readonly signature: Uint8Array
}

export const partialOutputReceipt: Codec<PartialOutputReceipt> = struct<PartialOutputReceipt>(
  'PartialOutputReceipt',
  {
    jobId: cid,
    outputId: string,
    stage: string,
    timestamp: u64,
    outputCid: cid,
    outputSize: u64,
    outputFormat: option(string),
    executorDid: did,
    signature: signatureBytes,
  },
)

export const signedPartialOutput = signedRecord<PartialOutputReceipt>(
  'Partial output',
  (output) => output.executorDid,
  (output) =>
    concatBytes(
      utf8(output.jobId.toString()),
      utf8(output.outputId),
      utf8(output.stage),
      u64le(output.timestamp, 'timestamp'),
      utf8(output.outputCid.toString()),
      u64le(output.outputSize, 'output_size'),
      utf8(output.executorDid.toString()),
      utf8(output.outputFormat ?? ''),
    ),
)

export interface ProgressReport {
  readonly jobId: Cid
  readonly currentStage: string
  readonly progressPercent: number
  readonly etaSeconds: bigint | null
  readonly message: string
  readonly timestamp: bigint
  readonly executorDid: Did
  readonly completedStages: readonly string[]
  readonly remainingStages: readonly string[]
}

export const progressReport: Codec<ProgressReport> = struct<ProgressReport>('ProgressReport', {
  jobId: cid,
  currentStage: string,
  progressPercent: f32,
  etaSeconds: option(u64),
  message: string,
  timestamp: u64,
  executorDid: did,
  completedStages: list(string),
  remainingStages: list(string),
})
