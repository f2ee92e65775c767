/** Mesh jobs from inside a run: submit, name, list, look up. */
import { Cid } from '../common/cid.ts'
import { encodeJson } from '../common/codec.ts'
import { IcnError } from '../common/errors.ts'
import { list } from '../common/shapes.ts'
import { decodeJobSubmission } from '../mesh/job.ts'
import { actualMeshJob } from '../mesh/types.ts'
import type { HostContext, HostFunction } from './context.ts'
import { refusal, unreadable } from './errors.ts'
import { handleOf } from './shapes.ts'

const LOW_32_BITS = 0xffff_ffffn
/** Fuel per byte of a job that is stored: its block is several times as long, and hashed more than once. */
const STORING_FUEL = 48
/** Fuel per open job that is looked at. */
const PENDING_FUEL = 6_000
const jobList = list(actualMeshJob)

export const meshFunctions = {
  host_submit_mesh_job(context: HostContext, json: string): string {
    if (json === '') throw refusal('InvalidParameters', 'Job JSON cannot be empty')
    const job = unreadable('Failed to deserialize ActualMeshJob: ', () => decodeJobSubmission(json))
    const { allowance, jobs, tx } = context
    context.charge(json.length * STORING_FUEL)
    const id = allowance.job(() => allowance.store(json.length, () => jobs.submit(tx, job)))
    context.submitted.set(handleOf(id), id.toString())
    return id.toString()
  },

  /** Takes the number any of the submission's shapes returned: 64 bits, or its low 32, sign-extended or not. */
  host_get_job_id(context: HostContext, handle: bigint): string {
    const whole = context.submitted.get(handle)
    if (whole !== undefined) return whole
    const low = handle & LOW_32_BITS
    if (handle === low || handle >> 32n === LOW_32_BITS) {
      for (const [known, id] of context.submitted) if ((known & LOW_32_BITS) === low) return id
    }
    throw new IcnError('UnknownJob', `This run submitted no job with the number ${handle}.`, {
      data: { handle },
    })
  },

  host_get_pending_mesh_jobs(context: HostContext): string {
    const { jobs, tx } = context
    context.charge(jobs.open(tx) * PENDING_FUEL)
    return encodeJson(jobList, jobs.pending(tx))
  },

  /** The empty string for a job that is not known here. */
  host_get_job_status(context: HostContext, jobId: string): string {
    const id = unreadable('Invalid job ID CID: ', () => Cid.parse(jobId))
    return context.jobs.status(context.tx, id) ?? ''
  },
} satisfies Record<string, HostFunction>
