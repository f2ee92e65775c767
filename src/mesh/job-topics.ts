/** What nodes say of jobs beyond upstream's messages, in topics of ours with their versions; all of it as bincode. */
import type { Cid } from '../common/cid.ts'
import { type Codec, decodeBincode, encodeBincode } from '../common/codec.ts'
import { cid } from '../common/codecs.ts'
import { IcnError } from '../common/errors.ts'
import { struct } from '../common/shapes.ts'
import { type JobCheckpoint, jobCheckpoint } from './progress.ts'

/** The submitter wants the job no longer. */
export const CANCEL_TOPIC = 'icn-runtime-web/cancel/1'
/** How far the executor is: ICN's `JobCheckpoint` (ref §2.9), signed by it. */
export const PROGRESS_TOPIC = 'icn-runtime-web/progress/1'

/** Longest checkpoint that is read, bytes: ours carry no state. */
const MOST_BYTES = 4_096

const cancel: Codec<{ readonly job: Cid }> = struct('JobCancel', { job: cid })

export function encodeCancel(job: Cid): Uint8Array {
  return encodeBincode(cancel, { job })
}

/** @throws IcnError Serialization */
export function decodeCancel(payload: Uint8Array): Cid {
  return decodeBincode(cancel, payload, 'Cancellation').job
}

export function encodeProgress(checkpoint: JobCheckpoint): Uint8Array {
  return encodeBincode(jobCheckpoint, checkpoint)
}

/** @throws IcnError Serialization, ResourceLimitExceeded */
export function decodeProgress(payload: Uint8Array): JobCheckpoint {
  if (payload.length > MOST_BYTES) {
    throw new IcnError(
      'ResourceLimitExceeded',
      `A checkpoint has ${payload.length} bytes, the most is ${MOST_BYTES}.`,
      { data: { limit: MOST_BYTES, actual: payload.length } },
    )
  }
  const checkpoint = decodeBincode(jobCheckpoint, payload, 'Checkpoint')
  const percent = checkpoint.progressPercent
  if (percent >= 0 && percent <= 100) return checkpoint
  throw new IcnError('Serialization', `A checkpoint is at ${percent} percent, expected 0 to 100.`, {
    data: { percent: String(percent) },
  })
}
