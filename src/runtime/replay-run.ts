/**
 * A run made again from its execution record and the module alone. The record carries the state the run was shown; a
 * question it has no answer to, or any byte of the new record that differs, is a mismatch. Nothing is committed.
 */
import { equalBytes, fromUtf8, inWords } from '../common/bytes.ts'
import { Cid, RAW } from '../common/cid.ts'
import { cidOf } from '../common/cid-of.ts'
import { Did } from '../common/did.ts'
import { IcnError } from '../common/errors.ts'
import { isArray, isObject, type JsonObject, type JsonValue, stringifyJson } from '../common/json.ts'
import { parseJson } from '../common/json-parse.ts'
import { readGrant } from '../host/grant.ts'
import { pricesOf } from '../host/prices.ts'
import type { ExecutionReceipt as SignedReceipt } from '../identity/receipt.ts'
import type { DidResolver } from '../identity/resolver.ts'
import type { RunLimits } from '../protocol/api.ts'
import type { Transaction } from '../storage/types.ts'
import type { RuntimeContext } from './context.ts'
import { execute, type RunInput } from './execute.ts'
import { hostJobs } from './host-jobs.ts'
import type { Runnable } from './modules.ts'
import { isStoreFault, outcomeBytes } from './perform.ts'
import { fromPlain, samePlain } from './plain.ts'
import { encodeRecord } from './record.ts'
import { expectSame, mismatch, notReplayable, Verdict } from './replay-verdict.ts'

/** Where a replay happens. */
export interface ReplayPlace {
  readonly limits: RunLimits
  readonly resolver: DidResolver
  readonly policy: RuntimeContext['policy']
  readonly onGuest: RuntimeContext['onGuest']
  /** @throws IcnError DagOperationFailed `moduleNotFound` */
  load(module: Cid, limits: RunLimits): Promise<Runnable>
}

/**
 * @param json the record's fields
 * @throws Verdict when it does not come out the same
 */
export async function replay(
  place: ReplayPlace,
  receipt: SignedReceipt,
  record: Uint8Array,
  json: JsonObject,
  signal?: AbortSignal,
): Promise<void> {
  const input = await inputOf(place, json)
  const jobId = String(json.job)
  // Here the job has ended or was never known: should the run outlast its time, only this call ends with it.
  place.onGuest({ jobId, signal })
  try {
    const outcome = execute(input, recordedState(json))
    const made = encodeRecord(jobId, input, outcome)
    if (!equalBytes(made, record)) {
      const again = parseJson(fromUtf8(made)) as JsonObject
      for (const field of new Set([...Object.keys(json), ...Object.keys(again)])) {
        expectSame(field, shown(json[field]), shown(again[field]))
      }
      expectSame('record', cidOf(RAW, record).toString(), cidOf(RAW, made).toString())
    }
    expectSame('success', String(receipt.success), String(outcome.success))
    expectSame('result_cid', receipt.resultCid.toString(), cidOf(RAW, outcomeBytes(outcome)).toString())
  } catch (error) {
    if (error instanceof Verdict) throw error
    // Rows that no run could have been shown: whoever signed them made them up.
    throw notReplayable(`The run cannot be made from the record: ${(error as Error).message}`)
  } finally {
    place.onGuest(null)
  }
}

async function inputOf(place: ReplayPlace, json: JsonObject): Promise<RunInput> {
  const { limits: given } = json
  const limitsOf = isObject(given ?? null) ? (given as JsonObject) : {}
  const limits = {
    ...place.limits,
    memoryPages: limit(limitsOf.memory_pages),
    callDepth: limit(limitsOf.call_depth),
  }
  const identity = Did.parse(String(json.identity))
  try {
    const module = await place.load(Cid.parse(String(json.module)), limits)
    if (module.table !== json.fuel_table) {
      throw notReplayable(
        `The fuel was counted by table ${inWords(json.fuel_table)}, which is not known here.`,
      )
    }
    if (pricesOf(module.imports) !== json.host_prices) {
      throw notReplayable(
        `The host calls were charged by prices ${inWords(json.host_prices)}, which are not those of this runtime.`,
      )
    }
    const grant = readGrant(json.grant, 'grant')
    const depth = Number(json.depth)
    const fuel = integer(limitsOf.fuel)
    const now = integer(json.now)
    const node = {
      identity,
      limits,
      owner: '',
      resolver: place.resolver,
      policy: place.policy,
    }
    return {
      module,
      entry: String(json.entry),
      fuel,
      limits,
      identity,
      creator: Did.parse(String(json.creator)),
      now,
      capabilities: new Set(list(json.capabilities) as string[]) as RunInput['capabilities'],
      grant,
      resolver: place.resolver,
      dummyProofs: json.dummy_proofs === true,
      jobs: hostJobs(node, now, { id: String(json.job), depth, fuel, grant }),
      depth,
    }
  } catch (error) {
    // A damaged block and a store that fails are not the record's fault.
    const here =
      !IcnError.is(error) ||
      isStoreFault(error) ||
      (error.code === 'DagOperationFailed' && error.data.reason !== 'moduleNotFound')
    throw here ? error : notReplayable(error.message)
  }
}

/** A limit of the run, of the sort that `limits` has options for. */
function limit(value: JsonValue | undefined): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value > 0) return value
  throw notReplayable('The record lacks a limit of its run.')
}

/** The state a record carries, and nothing else. */
function recordedState(json: JsonObject): Transaction {
  const reads = new Map(
    list(json.reads).map((entry) => {
      const [table, key, row] = entry as [string, string, JsonValue]
      return [`${table}\n${key}`, fromPlain(row)]
    }),
  )
  const listings = list(json.listings).map((entry) => fromPlain(entry) as [string, unknown, never])
  const never = (): never => {
    throw new IcnError('Internal', 'A replay wrote below its scope.')
  }
  const get = <Row>(table: { readonly name: string }, key: string): Row | undefined => {
    const id = `${table.name}\n${key}`
    if (!reads.has(id))
      throw mismatch('reads', 'only rows that the record holds', `${table.name} ${inWords(key)}`)
    return reads.get(id) as Row | undefined
  }
  return {
    get,
    has: (table, key) => get(table, key) !== undefined,
    put: never,
    delete: never,
    emit: never,
    list(table, range) {
      const found = listings.find(([name, asked]) => name === table.name && samePlain(asked, range))
      if (found === undefined) throw mismatch('listings', 'only listings that the record holds', table.name)
      return found[2]
    },
  }
}

function shown(value: JsonValue | undefined): string {
  return value === undefined ? 'nothing' : stringifyJson(value)
}

function list(value: JsonValue | undefined): readonly JsonValue[] {
  return value !== undefined && isArray(value) ? value : []
}

function integer(value: JsonValue | undefined): bigint {
  if (typeof value === 'number' || typeof value === 'bigint') return BigInt(value)
  throw notReplayable('The record lacks an integer where one is expected.')
}
