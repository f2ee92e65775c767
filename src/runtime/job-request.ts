/** A page's job request, read strictly: it comes over the worker boundary. */

import { expectU64, inWords, isUnicode } from '../common/bytes.ts'
import { Cid } from '../common/cid.ts'
import { decodeJson } from '../common/codec.ts'
import { cid } from '../common/codecs.ts'
import { IcnError } from '../common/errors.ts'
import { type JsonValue, stringifyJson } from '../common/json.ts'
import { unreadable } from '../host/errors.ts'
import { readGrant } from '../host/grant.ts'
import { type JobSpec, jobSpec } from '../mesh/types.ts'
import type { JobRequest, JobSpecInput } from '../protocol/api.ts'
import type { RuntimeContext } from './context.ts'
import type { Submission } from './job-rules.ts'

const LONGEST_ENTRY = 1_024

/** @throws IcnError InvalidSpec naming the field, what is expected and what came */
export function readSubmission(request: JobRequest, context: RuntimeContext): Submission {
  if (typeof request !== 'object' || request === null) {
    throw new IcnError('InvalidSpec', `A job request must be an object, got ${inWords(request)}.`)
  }
  const { entry, fuel, maxExecutionWaitMs: wait } = request
  return {
    manifest: Cid.parse(request.manifestCid),
    spec: readSpec(request.spec),
    cost: expectU64(request.costMana, 'costMana'),
    maxWaitMs: wait === undefined ? null : expectU64(wait, 'maxExecutionWaitMs'),
    entry: readEntry(entry),
    fuel: readFuel(fuel, context.limits.fuel),
    grant: request.capabilities === undefined ? undefined : readGrant(request.capabilities, 'capabilities'),
    creator: context.identity,
    now: context.time.seconds(),
    owner: context.owner,
    ...readVia(request, context),
  }
}

/** Contracts run here unless the mesh is asked for; other kinds go to a mesh where there is one (ref §9.4). */
function readVia({ via, spec, entry }: JobRequest, context: RuntimeContext): Pick<Submission, 'via'> {
  if (via !== undefined && via !== 'local' && via !== 'mesh') {
    throw new IcnError('InvalidSpec', `via must be "local" or "mesh", got ${inWords(via)}.`)
  }
  if (via === 'local' || (via === undefined && (spec.kind === 'CclWasm' || !context.hasMesh))) return {}
  if (!context.hasMesh) {
    throw new IcnError('InvalidSpec', 'via is "mesh", but this runtime was started without one.', {
      data: { reason: 'noMesh' },
    })
  }
  if (entry !== undefined && entry !== 'run') {
    throw new IcnError('InvalidSpec', `Other nodes call the export run; entry is ${inWords(entry)}.`, {
      data: { reason: 'meshEntry' },
    })
  }
  return { via: 'mesh' }
}

export function readEntry(entry: unknown): string {
  if (entry === undefined) return 'run'
  if (typeof entry === 'string' && entry.length <= LONGEST_ENTRY && isUnicode(entry)) return entry
  throw new IcnError('InvalidSpec', `entry must be the name of an export, got ${inWords(entry)}.`)
}

export function readFuel(fuel: unknown, limit: bigint): bigint {
  if (fuel === undefined) return limit
  const asked = expectU64(fuel, 'fuel')
  if (asked <= limit) return asked
  throw new IcnError('InvalidSpec', `fuel is ${asked}; this runtime's limit is ${limit}.`, {
    data: { reason: 'fuelLimit', actual: asked, limit },
  })
}

/** The wire form but for CIDs, which are strings here. */
function readSpec(spec: JobSpecInput): JobSpec {
  if (typeof spec !== 'object' || spec === null) {
    throw new IcnError('InvalidSpec', `spec must be an object, got ${inWords(spec)}.`)
  }
  const inputs = spec.inputs ?? []
  if (!Array.isArray(inputs)) {
    throw new IcnError('InvalidSpec', `spec.inputs must be an array, got ${inWords(inputs)}.`)
  }
  const wire = {
    ...spec,
    inputs: inputs.map((input) => cid.encode(Cid.parse(input))),
  } as unknown as JsonValue
  return unreadable('', () => decodeJson(jobSpec, stringifyJson(wire), 'spec'))
}
