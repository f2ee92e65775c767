/** What a job does, by its kind and manifest (ref §10.2–10.4), short of committing anything. */

import { sha256 } from '@noble/hashes/sha2.js'
import { fromUtf8, utf8 } from '../common/bytes.ts'
import { Cid } from '../common/cid.ts'
import { Did } from '../common/did.ts'
import { IcnError } from '../common/errors.ts'
import { isObject, stringifyJson } from '../common/json.ts'
import { parseJson } from '../common/json-parse.ts'
import { measure } from '../common/measure.ts'
import { getBlock, hasBlock } from '../dag/blocks.ts'
import { bothAllow, WHOLE_GRANT } from '../host/grant.ts'
import type { Transaction } from '../storage/types.ts'
import type { RuntimeContext } from './context.ts'
import { execute, type RunInput, type RunOutcome } from './execute.ts'
import { failureOf, lastingFailure } from './failure.ts'
import { hostJobs } from './host-jobs.ts'
import { specOf } from './job-rules.ts'
import type { Modules, Prepared } from './modules.ts'
import type { RunWatch } from './run-progress.ts'
import type { FailureRow, JobRow } from './tables.ts'
import { PROVED_CALLS } from './unproved.ts'

/** A job done or failed, and what goes into its receipt. */
export interface Performed {
  readonly failure: FailureRow | null
  readonly resultBytes: Uint8Array
  readonly cpuMs: bigint
  /** Present when a module ran. */
  readonly run?: { readonly input: RunInput; readonly outcome: RunOutcome }
  readonly elapsedMs: number
}

/** What is left of a job once its parts are at hand: nothing, or the run of a module. */
export type Work = { readonly done: Performed } | { readonly input: RunInput }

/** Looks everything up. Never throws for the job's sake; a store that cannot answer is thrown. */
export async function prepare(
  context: RuntimeContext,
  modules: Modules,
  row: JobRow,
  profile: boolean,
): Promise<Work> {
  const ofModule = async (module: Prepared): Promise<Work> => ({
    input: inputOf(context, profile ? await modules.profiled(module.cid) : module, row),
  })
  try {
    checkInTime(context, row)
    const { kind } = specOf(row)
    if (typeof kind === 'object') return { done: finished(utf8(`Echo: ${kind.Echo.payload}`)) }
    const manifest = Cid.parse(row.manifest)
    const known = modules.known(manifest)
    // Compiled already: its bytes were checked then, and need only still be there for whoever replays the run.
    const block = await context.store.read((tx) =>
      known !== undefined && hasBlock(tx, manifest) ? known : getBlock(tx, manifest),
    )
    if (block === undefined) {
      const what = kind === 'CclWasm' ? 'WASM module' : 'Manifest'
      throw new IcnError('DagOperationFailed', `${what} not found: block ${manifest} is not in the DAG.`, {
        data: { reason: 'manifestNotFound', cid: row.manifest },
      })
    }
    if ('compiled' in block) return await ofModule(block)
    if (isWasm(block.data)) return await ofModule(await modules.load(manifest))
    if (kind === 'GenericPlaceholder') return { done: finished(sha256(block.data)) }
    return await ofModule(await modules.load(moduleOf(block.data)))
  } catch (error) {
    return { done: failed(jobFault(error)) }
  }
}

/**
 * Runs the module on what `tx` shows; nothing is written. Holds the thread.
 * @throws what the store throws to ask for a row, and what it cannot answer
 */
export function runOn(
  context: RuntimeContext,
  input: RunInput,
  row: JobRow,
  signal: AbortSignal | undefined,
  tx: Transaction,
  watch?: RunWatch,
): Performed {
  context.onGuest({ jobId: row.id, signal })
  const started = performance.now()
  const measured = measure('run')
  const clock = context.time.milliseconds()
  try {
    const outcome = execute(input, tx, watch)
    return {
      failure: outcome.failure,
      resultBytes: outcomeBytes(outcome),
      cpuMs: BigInt(Math.max(0, context.time.milliseconds() - clock)),
      run: { input, outcome },
      elapsedMs: performance.now() - started,
    }
  } catch (error) {
    return failed(jobFault(error))
  } finally {
    measured()
    context.onGuest(null)
  }
}

export function failed(error: IcnError): Performed {
  return { failure: failureOf(error), resultBytes: failureBytes(failureOf(error)), cpuMs: 0n, elapsedMs: 0 }
}

/** @throws `error` when it is not the job's fault */
function jobFault(error: unknown): IcnError {
  if (!IcnError.is(error) || isStoreFault(error)) throw error
  return error
}

function inputOf(context: RuntimeContext, module: Prepared, row: JobRow): RunInput {
  const now = context.time.seconds()
  // biome-ignore lint/complexity/useMathMinMax: bigints.
  const fuel = row.fuel < context.limits.fuel ? row.fuel : context.limits.fuel
  const asked = bothAllow(row.grant ?? WHOLE_GRANT, module.declared ?? WHOLE_GRANT)
  const grant = context.blockIssuers === null ? asked : bothAllow(asked, PROVED_CALLS)
  return {
    module,
    entry: row.entry,
    fuel,
    limits: context.limits,
    identity: context.identity,
    creator: Did.parse(row.creator),
    now,
    capabilities: context.capabilities,
    grant,
    resolver: context.resolver,
    dummyProofs: context.environment !== 'production',
    jobs: hostJobs(context, now, { id: row.id, depth: row.depth, fuel, grant }),
    depth: row.depth,
  }
}

/** What the receipt's result CID stands for. */
export function outcomeBytes({ failure, result }: RunOutcome): Uint8Array {
  return failure === null ? resultBytes(result) : failureBytes(failure)
}

function finished(resultBytes: Uint8Array): Performed {
  return { failure: null, resultBytes, cpuMs: 0n, elapsedMs: 0 }
}

function checkInTime(context: RuntimeContext, row: JobRow): void {
  if (row.maxWaitMs === null) return
  const waited = BigInt(Math.max(0, context.time.milliseconds() - row.submittedAt * 1_000))
  // Submission times are whole seconds: up to one of them is not the job's fault.
  if (waited <= row.maxWaitMs + 1_000n) return
  throw new IcnError(
    'ExecutionTimeout',
    `Job ${row.id} waited ${waited} ms; its limit is ${row.maxWaitMs} ms.`,
    {
      data: { reason: 'waitTimeout', job: row.id, waited, limit: row.maxWaitMs },
    },
  )
}

/** i64 little-endian (ref §10.3); no bytes for an entry without a result. */
function resultBytes(result: bigint | null): Uint8Array {
  if (result === null) return new Uint8Array(0)
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setBigInt64(0, result, true)
  return bytes
}

/** What a failure receipt's result CID stands for. */
function failureBytes(failure: FailureRow): Uint8Array {
  return utf8(stringifyJson({ failure: { ...lastingFailure(failure) } }))
}

export function isWasm(data: Uint8Array): boolean {
  return data[0] === 0 && data[1] === 0x61 && data[2] === 0x73 && data[3] === 0x6d
}

/** `cid` of a ContractMetadata manifest (ref §1.7, §10.4). */
export function moduleOf(data: Uint8Array): Cid {
  const json = parseJson(fromUtf8(data, 'ContractMetadata'), 'ContractMetadata')
  const found = isObject(json) ? json.cid : undefined
  if (typeof found === 'string') return Cid.parse(found)
  throw new IcnError(
    'Serialization',
    'The manifest is neither a WebAssembly module nor ContractMetadata JSON with a "cid".',
    { data: { reason: 'manifest' } },
  )
}

/** The store's trouble, not the job's. */
export function isStoreFault(error: IcnError): boolean {
  return ['StorageUnavailable', 'QuotaExceeded', 'Closed', 'Internal'].includes(error.code)
}
