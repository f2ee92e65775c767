/**
 * The block whose CID is a job's id (ref §1.4, HEAD's formula). Two equal submissions in one second would be one block:
 * the second carries a number more, which serde ignores, and so has an id of its own.
 */
import { concatBytes, utf8 } from '../common/bytes.ts'
import { encodeBincode } from '../common/codec.ts'
import type { BlockParts } from '../dag/block.ts'
import { type JobIdParts, temporaryJobId } from '../mesh/job.ts'
import type { JobRecord } from '../mesh/records.ts'
import { jobSpec } from '../mesh/types.ts'

/** What the block of a submission holds. @param now seconds since the epoch */
export function jobRecordOf(parts: JobIdParts, now: bigint): JobRecord {
  return {
    id: temporaryJobId(parts, now),
    manifestCid: parts.manifestCid,
    specBytes: encodeBincode(jobSpec, parts.spec),
    specJson: null,
    submitterDid: parts.submitter,
    costMana: parts.costMana,
    submittedAt: now,
    status: 'Submitted',
    resourceRequirements: parts.spec.requiredResources,
  }
}

/** Sets apart what is equal to an earlier submission. @param block of a job's record, which is a JSON object */
export function numbered(block: BlockParts, number: number): BlockParts {
  return { ...block, data: concatBytes(block.data.subarray(0, -1), utf8(`,"number":${number}}`)) }
}
