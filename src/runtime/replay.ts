/**
 * Replay: a run made again from its execution record and the module alone, whoever made it. The record carries the state
 * the run was shown; a question it has no answer to, or any byte of the new record that differs, is a mismatch. Nothing
 * is committed. Where the evidence comes from, the store or a file, is not known here.
 */

import { equalBytes, fromUtf8, inWords } from '../common/bytes.ts'
import { Cid, DAG_CBOR, RAW } from '../common/cid.ts'
import { cidOf } from '../common/cid-of.ts'
import { decodeJson } from '../common/codec.ts'
import { Did } from '../common/did.ts'
import { IcnError } from '../common/errors.ts'
import { isArray, isObject, type JsonObject, type JsonValue, stringifyJson } from '../common/json.ts'
import { parseJson } from '../common/json-parse.ts'
import type { DagBlock, DagLink } from '../dag/block.ts'
import { readGrant } from '../host/grant.ts'
import { pricesOf } from '../host/prices.ts'
import {
  executionReceipt,
  receiptSignatureValid,
  type ExecutionReceipt as SignedReceipt,
} from '../identity/receipt.ts'
import { verifyBlockSignature } from '../identity/receipt-block.ts'
import type { DidResolver } from '../identity/resolver.ts'
import { type JobRecord, jobRecord } from '../mesh/records.ts'
import type { ReceiptVerification, RunLimits } from '../protocol/api.ts'
import type { Transaction } from '../storage/types.ts'
import type { RuntimeContext } from './context.ts'
import { execute, type RunInput } from './execute.ts'
import { hostJobs } from './host-jobs.ts'
import type { Prepared } from './modules.ts'
import { isStoreFault, isWasm, moduleOf, outcomeBytes } from './perform.ts'
import { fromPlain, samePlain } from './plain.ts'
import { encodeRecord, RECORD_FORMAT, recordLinks } from './record.ts'

/** Longest value a mismatch shows of either side. */
const MOST_SHOWN = 200

/** The blocks that belong to a receipt. */
export interface Evidence {
  /** As it is anchored. */
  readonly receipt: DagBlock
  readonly record: DagBlock | undefined
  /** The receipt's block that the record links to: another than `receipt` where somebody else anchored it anew. */
  readonly linked: DagBlock | undefined
  readonly job: DagBlock | undefined
  /** What the job names to be run. */
  readonly manifest: DagBlock | undefined
}

/** Where a replay happens. */
export interface ReplayPlace {
  readonly limits: RunLimits
  readonly resolver: DidResolver
  readonly policy: RuntimeContext['policy']
  readonly onGuest: RuntimeContext['onGuest']
  /** @throws IcnError DagOperationFailed `moduleNotFound` */
  load(module: Cid, limits: RunLimits): Promise<Prepared>
}

/** The answer, thrown from wherever it becomes known. */
class Verdict extends Error {
  readonly verification: ReceiptVerification
  constructor(verification: ReceiptVerification) {
    super(verification.status)
    this.verification = verification
  }
}

/**
 * Checks the signatures of receipt and record and what they are bound to, then makes the run again.
 * @throws IcnError Serialization when a block is not what it is said to be
 */
export async function verifyEvidence(
  place: ReplayPlace,
  evidence: Evidence,
  signal?: AbortSignal,
): Promise<ReceiptVerification> {
  try {
    const receipt = decodeJson(executionReceipt, evidence.receipt.data, 'Receipt')
    if (!receiptSignatureValid(receipt, place.resolver)) {
      throw mismatch('sig', `a signature of ${receipt.executorDid}`, 'a signature that does not hold')
    }
    const { record } = evidence
    if (record === undefined) {
      throw notReplayable('No execution record is stored beside the receipt: no module ran for it here.')
    }
    const json = readBound(place, evidence, receipt, record)
    checkJob(evidence, receipt, json)
    const input = await inputOf(place, json)
    replay(place, receipt, record, json, input, signal)
    return { status: 'verified' }
  } catch (error) {
    if (error instanceof Verdict) return error.verification
    throw error
  }
}

/** The record's fields, once it is shown to be its executor's word about this very receipt. */
function readBound(
  place: ReplayPlace,
  { receipt: block, linked }: Evidence,
  receipt: SignedReceipt,
  record: DagBlock,
): JsonObject {
  expectSame('record.author', receipt.executorDid.toString(), record.authorDid.toString())
  try {
    verifyBlockSignature(record, place.resolver)
  } catch (error) {
    if (!IcnError.is(error)) throw error
    throw mismatch('record.signature', `a signature of ${record.authorDid}`, error.message)
  }
  const link = record.links.find(({ name }) => name === 'receipt')
  // The same receipt in a block of another anchoring node has another CID.
  if (!link || !linked?.cid.equals(link.cid) || !equalBytes(linked.data, block.data)) {
    throw mismatch('record.links.receipt', block.cid.toString(), String(link?.cid ?? 'no link'))
  }
  if (record.cid.codec !== DAG_CBOR || record.scope !== null) {
    throw mismatch('record.cid', 'a record without scope under codec 0x71', record.cid.toString())
  }
  const json = parseJson(fromUtf8(record.data, 'Execution record'), 'Execution record')
  if (!isObject(json) || json.format !== RECORD_FORMAT) {
    throw notReplayable(`The execution record is not of format ${RECORD_FORMAT}.`)
  }
  // Neither the block's CID nor its signature covers names and sizes of links.
  expectSame(
    'record.links',
    shownLinks(recordLinks(linked, Cid.parse(String(json.module)))),
    shownLinks(record.links),
  )
  expectSame('job', receipt.jobId.toString(), String(json.job))
  expectSame('identity', receipt.executorDid.toString(), String(json.identity))
  for (const part of ['reads', 'listings']) {
    if (stringifyJson(json[part] ?? null).includes('{"$large":')) {
      throw notReplayable(
        `The record keeps some of its ${part} as digests only: the run was shown too much state.`,
      )
    }
  }
  return json
}

/**
 * The job's id is the CID of its block, which holds the submitter, the whole spec and the manifest: so the receipt's
 * signature covers them too (ref §14 row 36), and the module must be the one the job asked for.
 */
function checkJob({ job, manifest }: Evidence, receipt: SignedReceipt, json: JsonObject): void {
  if (job === undefined) {
    throw notReplayable(`The job's block ${receipt.jobId} is not here: what it asked for is not known.`)
  }
  expectSame('job', receipt.jobId.toString(), job.cid.toString())
  let asked: JobRecord
  try {
    asked = decodeJson(jobRecord, job.data, 'Job')
  } catch (error) {
    if (!IcnError.is(error)) throw error
    throw notReplayable(`The job's block cannot be read. ${error.message}`)
  }
  expectSame('creator', asked.submitterDid.toString(), String(json.creator))
  const named = asked.manifestCid.toString()
  if (named === json.module) return
  if (manifest === undefined || manifest.cid.toString() !== named || isWasm(manifest.data)) {
    throw mismatch('module', named, String(json.module))
  }
  expectSame('module', moduleOf(manifest.data).toString(), String(json.module))
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
      count: () => {},
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

function replay(
  place: ReplayPlace,
  receipt: SignedReceipt,
  record: DagBlock,
  json: JsonObject,
  input: RunInput,
  signal: AbortSignal | undefined,
): void {
  const jobId = String(json.job)
  // Here the job has ended or was never known: should the run outlast its time, only this call ends with it.
  place.onGuest({ jobId, signal })
  try {
    const outcome = execute(input, recordedState(json))
    const made = encodeRecord(jobId, input, outcome)
    if (!equalBytes(made, record.data)) {
      const again = parseJson(fromUtf8(made)) as JsonObject
      for (const field of new Set([...Object.keys(json), ...Object.keys(again)])) {
        expectSame(field, shown(json[field]), shown(again[field]))
      }
      expectSame('record', cidOf(RAW, record.data).toString(), cidOf(RAW, made).toString())
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

function list(value: JsonValue | undefined): readonly JsonValue[] {
  return value !== undefined && isArray(value) ? value : []
}

function integer(value: JsonValue | undefined): bigint {
  if (typeof value === 'number' || typeof value === 'bigint') return BigInt(value)
  throw notReplayable('The record lacks an integer where one is expected.')
}

function shownLinks(links: readonly DagLink[]): string {
  return stringifyJson(links.map(({ cid, name, size }) => [cid.toString(), name, size]))
}

function shown(value: JsonValue | undefined): string {
  return value === undefined ? 'nothing' : stringifyJson(value)
}

function expectSame(field: string, expected: string, got: string): void {
  if (expected !== got) throw mismatch(field, expected, got)
}

function mismatch(field: string, expected: string, got: string): Verdict {
  // Long values begin alike more often than not: what is shown begins shortly before they part.
  let at = 0
  while (at < expected.length && expected[at] === got[at]) at++
  const from = Math.max(0, Math.min(at - 20, Math.max(expected.length, got.length) - MOST_SHOWN))
  const cut = (text: string) =>
    text.length <= MOST_SHOWN ? text : `${from > 0 ? '…' : ''}${text.slice(from, from + MOST_SHOWN)}…`
  return new Verdict({ status: 'mismatch', field, expected: cut(expected), got: cut(got) })
}

function notReplayable(reason: string): Verdict {
  return new Verdict({ status: 'notReplayable', reason })
}
