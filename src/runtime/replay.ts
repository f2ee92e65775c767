/**
 * Replay: a run of this node made again from its execution record and the module alone. The record carries the state
 * the run was shown; a question it has no answer to, or any byte of the new record that differs, is a mismatch. Nothing
 * is committed.
 */
import { fromUtf8, inWords } from '../common/bytes.ts'
import { Cid, RAW } from '../common/cid.ts'
import { cidOf } from '../common/cid-of.ts'
import { decodeJson } from '../common/codec.ts'
import { Did } from '../common/did.ts'
import { IcnError } from '../common/errors.ts'
import { isArray, isObject, type JsonObject, type JsonValue, stringifyJson } from '../common/json.ts'
import { parseJson } from '../common/json-parse.ts'
import type { DagBlock } from '../dag/block.ts'
import { getBlock } from '../dag/blocks.ts'
import {
  executionReceipt,
  receiptSignatureValid,
  type ExecutionReceipt as SignedReceipt,
} from '../identity/receipt.ts'
import { verifyBlockSignature } from '../identity/receipt-block.ts'
import type { ReceiptVerification } from '../protocol/api.ts'
import type { Transaction } from '../storage/types.ts'
import type { RuntimeContext } from './context.ts'
import { execute, type RunInput } from './execute.ts'
import { hostJobs } from './host-jobs.ts'
import { Modules } from './modules.ts'
import { outcomeBytes } from './perform.ts'
import { fromPlain, samePlain } from './plain.ts'
import { encodeRecord, RECORD_FORMAT } from './record.ts'
import { RECEIPTS } from './tables.ts'

/** Longest value a mismatch shows of either side. */
const MOST_SHOWN = 200

/** The answer, thrown from wherever it becomes known. */
class Verdict extends Error {
  readonly verification: ReceiptVerification
  constructor(verification: ReceiptVerification) {
    super(verification.status)
    this.verification = verification
  }
}

/**
 * Checks the receipt's and the record's signatures and bindings, then makes the run again.
 * @throws IcnError MissingOrInvalidReceipt when no receipt is stored under the CID, DagOperationFailed when a block is damaged
 */
export async function verifyRun(
  context: RuntimeContext,
  modules: Modules,
  cid: Cid,
  signal?: AbortSignal,
): Promise<ReceiptVerification> {
  try {
    const { receipt, record } = await context.store.read((tx) => stored(tx, cid))
    if (!receiptSignatureValid(receipt, context.resolver)) {
      throw mismatch('sig', `a signature of ${receipt.executorDid}`, 'a signature that does not hold')
    }
    if (record === undefined) {
      throw notReplayable(
        'No execution record is stored beside the receipt: no module of this node ran for it.',
      )
    }
    const json = readBound(context, cid, receipt, record)
    const input = await inputOf(context, modules, json)
    await replay(context, receipt, record, json, input, signal)
    return { status: 'verified' }
  } catch (error) {
    if (error instanceof Verdict) return error.verification
    throw error
  }
}

function stored(tx: Transaction, cid: Cid): { receipt: SignedReceipt; record: DagBlock | undefined } {
  const row = tx.get(RECEIPTS, cid.toString())
  const block = row === undefined ? undefined : getBlock(tx, cid)
  if (row === undefined || block === undefined) {
    throw new IcnError('MissingOrInvalidReceipt', `No receipt is stored under ${cid}.`, {
      data: { cid: cid.toString(), reason: 'unknownReceipt' },
    })
  }
  return {
    receipt: decodeJson(executionReceipt, block.data, 'Receipt'),
    record: row.record === undefined ? undefined : getBlock(tx, Cid.parse(row.record)),
  }
}

/** The record's fields, once it is shown to be its executor's word about this very receipt. */
function readBound(context: RuntimeContext, cid: Cid, receipt: SignedReceipt, record: DagBlock): JsonObject {
  expectSame('record.author', receipt.executorDid.toString(), record.authorDid.toString())
  try {
    verifyBlockSignature(record, context.resolver)
  } catch (error) {
    if (!IcnError.is(error)) throw error
    throw mismatch('record.signature', `a signature of ${record.authorDid}`, error.message)
  }
  const linked = record.links.find(({ name }) => name === 'receipt')
  expectSame('record.links.receipt', cid.toString(), String(linked?.cid ?? 'no link'))
  const json = parseJson(fromUtf8(record.data, 'Execution record'), 'Execution record')
  if (!isObject(json) || json.format !== RECORD_FORMAT) {
    throw notReplayable(`The execution record is not of format ${RECORD_FORMAT}.`)
  }
  expectSame('job', receipt.jobId.toString(), String(json.job))
  for (const part of ['reads', 'listings']) {
    if (stringifyJson(json[part] ?? null).includes('{"$large":')) {
      throw notReplayable(
        `The record keeps some of its ${part} as digests only: the run was shown too much state.`,
      )
    }
  }
  if (json.identity !== context.identity.toString()) {
    throw notReplayable(
      `The run was made by ${String(json.identity)}; only runs of this node are replayed so far.`,
    )
  }
  return json
}

async function inputOf(context: RuntimeContext, modules: Modules, json: JsonObject): Promise<RunInput> {
  const { limits: given } = json
  const limitsOf = isObject(given ?? null) ? (given as JsonObject) : {}
  const limits = {
    ...context.limits,
    memoryPages: Number(limitsOf.memory_pages),
    callDepth: Number(limitsOf.call_depth),
  }
  const { memoryPages, callDepth } = context.limits
  const same = limits.memoryPages === memoryPages && limits.callDepth === callDepth
  const cid = Cid.parse(String(json.module))
  try {
    const module = await (same ? modules : new Modules(context.store, limits)).load(cid)
    if (module.table !== json.fuel_table) {
      throw notReplayable(
        `The fuel was counted by table ${inWords(json.fuel_table)}, which is not known here.`,
      )
    }
    const depth = Number(json.depth)
    const fuel = integer(limitsOf.fuel)
    const now = integer(json.now)
    return {
      module,
      entry: String(json.entry),
      fuel,
      limits,
      identity: Did.parse(String(json.identity)),
      creator: Did.parse(String(json.creator)),
      now,
      capabilities: new Set(list(json.capabilities) as string[]) as RunInput['capabilities'],
      jobs: hostJobs(context, now, { id: String(json.job), depth, fuel }),
      depth,
    }
  } catch (error) {
    if (IcnError.is(error, 'DagOperationFailed') && error.data.reason === 'moduleNotFound') {
      throw notReplayable(error.message)
    }
    throw error
  }
}

async function replay(
  context: RuntimeContext,
  receipt: SignedReceipt,
  record: DagBlock,
  json: JsonObject,
  input: RunInput,
  signal: AbortSignal | undefined,
): Promise<void> {
  const jobId = String(json.job)
  // The job has ended: should the run outlast its time here, only this call ends with it.
  context.onGuest({ jobId, signal })
  try {
    const outcome = execute(input, recordedState(json))
    const again = parseJson(fromUtf8(encodeRecord(jobId, input, outcome))) as JsonObject
    for (const field of new Set([...Object.keys(json), ...Object.keys(again)])) {
      expectSame(field, shown(json[field]), shown(again[field]))
    }
    expectSame(
      'record',
      cidOf(RAW, record.data).toString(),
      cidOf(RAW, encodeRecord(jobId, input, outcome)).toString(),
    )
    expectSame('success', String(receipt.success), String(outcome.success))
    expectSame('result_cid', receipt.resultCid.toString(), cidOf(RAW, outcomeBytes(outcome)).toString())
  } finally {
    context.onGuest(null)
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
