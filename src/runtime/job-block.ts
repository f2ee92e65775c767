/**
 * The block whose CID is a job's id (ref §1.4, HEAD's formula). Two equal submissions in one second would be one block:
 * the second carries a number more, which serde ignores, and so has an id of its own.
 */
import { utf8 } from '../common/bytes.ts'
import { encodeBincode, encodeJson } from '../common/codec.ts'
import { buildBlock, type DagBlock } from '../dag/block.ts'
import { type JobIdParts, temporaryJobId } from '../mesh/job.ts'
import { type JobRecord, jobRecord, jobRecordBlock } from '../mesh/records.ts'
import { jobSpec } from '../mesh/types.ts'

/** @param now seconds since the epoch @param number sets apart equal submissions; absent for the first of them */
export function jobBlock(parts: JobIdParts, now: bigint, number?: number): DagBlock {
  const record: JobRecord = {
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
  const block = jobRecordBlock(record)
  if (number === undefined) return buildBlock(block)
  const json = encodeJson(jobRecord, record)
  return buildBlock({ ...block, data: utf8(`${json.slice(0, -1)},"number":${number}}`) })
}
