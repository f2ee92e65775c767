/** What is computed from a job: signable bytes, ids of every revision, and the checks on a submission (ref §1.4, §3.3). */
import { sha256 } from '@noble/hashes/sha2.js'
import { concatBytes, fromUtf8, u64FromLe, u64le, utf8 } from '../common/bytes.ts'
import { type Cid, RAW } from '../common/cid.ts'
import { cidOf } from '../common/cid-of.ts'
import { encodeBincode, mismatch, u64 } from '../common/codec.ts'
import { cid } from '../common/codecs.ts'
import type { Did } from '../common/did.ts'
import { IcnError } from '../common/errors.ts'
import { isObject, stringifyJson } from '../common/json.ts'
import { parseJson } from '../common/json-parse.ts'
import { option, struct } from '../common/shapes.ts'
import { signedRecord } from '../identity/signed-record.ts'
import { type ActualMeshJob, type JobSpec, jobKind, jobSpec } from './types.ts'

/** Largest `ActualMeshJob` JSON, bytes. */
export const MAX_JOB_JSON_SIZE = 1_048_576

/** id ‖ manifest CID ‖ creator DID ‖ cost_mana; spec and wait time are not covered (ref §3.3). */
export const signedJob = signedRecord<ActualMeshJob>(
  'Job',
  (job) => job.creatorDid,
  (job) =>
    concatBytes(
      utf8(job.id.toString()),
      utf8(job.manifestCid.toString()),
      utf8(job.creatorDid.toString()),
      u64le(job.costMana, 'cost_mana'),
    ),
)

/** What a submission is accepted for; id, creator and signature are the runtime's to fill in (ref §14 row 39). */
export interface JobSubmission {
  readonly manifestCid: Cid
  readonly spec: JobSpec
  readonly costMana: bigint
  readonly maxExecutionWaitMs: bigint | null
}

const submission = struct<JobSubmission>('ActualMeshJob', {
  manifestCid: cid,
  spec: jobSpec,
  costMana: u64,
  maxExecutionWaitMs: option(u64),
})

/**
 * Reads the JSON of an `ActualMeshJob` for submission: `id`, `creator_did` and `signature` may be anything or missing.
 * @throws IcnError InvalidSpec on an empty or oversized text, Serialization on malformed JSON
 */
export function decodeJobSubmission(input: string | Uint8Array): JobSubmission {
  const bytes = typeof input === 'string' ? utf8(input) : input
  if (bytes.length === 0) throw new IcnError('InvalidSpec', 'Job JSON cannot be empty')
  if (bytes.length > MAX_JOB_JSON_SIZE) {
    throw new IcnError('InvalidSpec', `Job JSON exceeds ${MAX_JOB_JSON_SIZE} bytes`, {
      data: { limit: MAX_JOB_JSON_SIZE, actual: bytes.length },
    })
  }
  const json = parseJson(fromUtf8(bytes, 'Job JSON'), 'Job JSON')
  if (!isObject(json)) throw mismatch('job', 'an ActualMeshJob object', json)
  return submission.decode(json, 'job')
}

/** What the seed-era id is made of; `costMana` is the price after the reputation discount. */
export interface JobIdParts {
  readonly manifestCid: Cid
  readonly spec: JobSpec
  readonly costMana: bigint
  readonly submitter: Did
}

/**
 * R1's id: SHA-256 over manifest CID ‖ spec JSON ‖ cost ‖ [wait] ‖ submitter, hashed once more by the CID. The same
 * submission by the same identity has the same id.
 * @param specJson R1's spec JSON; `seedEraSpecJson(spec)` when absent
 */
export function seedEraJobId(
  parts: JobIdParts & { readonly maxExecutionWaitMs: bigint | null },
  specJson = seedEraSpecJson(parts.spec),
): Cid {
  const wait = parts.maxExecutionWaitMs
  return cidOf(
    RAW,
    sha256(
      concatBytes(
        utf8(parts.manifestCid.toString()),
        utf8(specJson),
        u64le(parts.costMana, 'cost_mana'),
        wait === null ? new Uint8Array(0) : u64le(wait, 'max_execution_wait_ms'),
        utf8(parts.submitter.toString()),
      ),
    ),
  )
}

/** R1's JobSpec JSON: four fields, resources without storage (ref §2.5). */
export function seedEraSpecJson(spec: JobSpec): string {
  const { cpuCores, memoryMb } = spec.requiredResources
  return stringifyJson({
    kind: jobKind.encode(spec.kind),
    inputs: spec.inputs.map((input) => cid.encode(input)),
    outputs: spec.outputs,
    required_resources: { cpu_cores: cpuCores, memory_mb: memoryMb },
  })
}

/** HEAD's temporary id, R2's id: with bincode of the spec and the time. @param now seconds since the epoch */
export function temporaryJobId(parts: JobIdParts, now: bigint): Cid {
  return cidOf(
    RAW,
    sha256(
      concatBytes(
        utf8(parts.manifestCid.toString()),
        encodeBincode(jobSpec, parts.spec),
        utf8(parts.submitter.toString()),
        u64le(parts.costMana, 'cost_mana'),
        u64le(now, 'Time'),
      ),
    ),
  )
}

/** The job id as a guest sees it in 64 bits: the first eight hash bytes, little-endian. */
export function jobHandle(id: Cid): bigint {
  return u64FromLe(id.hashBytes)
}
