/**
 * Receipts verified: signatures, what they are bound to, then the run made again, whoever made it. Where the evidence
 * comes from, the store, a file or another thread, is not known here.
 */

import { equalBytes, fromUtf8 } from '../common/bytes.ts'
import { Cid, DAG_CBOR } from '../common/cid.ts'
import { decodeJson } from '../common/codec.ts'
import { IcnError } from '../common/errors.ts'
import { isObject, type JsonObject, stringifyJson } from '../common/json.ts'
import { parseJson } from '../common/json-parse.ts'
import type { DagBlock, DagLink } from '../dag/block.ts'
import { executionReceipt, type ExecutionReceipt as SignedReceipt } from '../identity/receipt.ts'
import { verifyBlockSignatureSoon, verifyReceiptSoon } from '../identity/verify-soon.ts'
import { type JobRecord, jobRecord } from '../mesh/records.ts'
import type { ReceiptVerification } from '../protocol/api.ts'
import { isWasm, moduleOf } from './perform.ts'
import { RECORD_FORMAT, recordLinks } from './record.ts'
import { type ReplayPlace, replay } from './replay-run.ts'
import { expectSame, mismatch, notReplayable, Verdict } from './replay-verdict.ts'

/** The blocks that belong to a receipt. */
export interface Evidence {
  /** As it is anchored. */
  readonly receipt: DagBlock
  readonly record: DagBlock | undefined
  /** The receipt's block that the record links to: another than `receipt` where somebody else anchored it anew. */
  readonly linked: DagBlock | undefined
  readonly job: DagBlock | undefined
  /** What the job names to be run; may be absent where that is the record's module itself. */
  readonly manifest: DagBlock | undefined
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
    const { record } = evidence
    const [fault, recordFault] = await Promise.all([
      faultOf(verifyReceiptSoon(receipt, place.resolver)),
      record && faultOf(verifyBlockSignatureSoon(record, place.resolver)),
    ])
    if (fault !== undefined) {
      throw mismatch('sig', `a signature of ${receipt.executorDid}`, 'a signature that does not hold')
    }
    if (record === undefined) {
      throw notReplayable('No execution record is stored beside the receipt: no module ran for it here.')
    }
    const json = readBound(evidence, receipt, record, recordFault)
    checkJob(evidence, receipt, json)
    await replay(place, receipt, record.data, json, signal)
    return { status: 'verified' }
  } catch (error) {
    if (error instanceof Verdict) return error.verification
    throw error
  }
}

/** What is wrong with a signature. */
async function faultOf(check: Promise<void>): Promise<IcnError | undefined> {
  try {
    await check
    return undefined
  } catch (error) {
    if (IcnError.is(error, 'SignatureError')) return error
    throw error
  }
}

/**
 * The record's fields, once it is shown to be its executor's word about this very receipt.
 * @param fault what is wrong with its signature
 */
function readBound(
  { receipt: block, linked }: Evidence,
  receipt: SignedReceipt,
  record: DagBlock,
  fault: IcnError | undefined,
): JsonObject {
  expectSame('record.author', receipt.executorDid.toString(), record.authorDid.toString())
  if (fault !== undefined) {
    throw mismatch('record.signature', `a signature of ${record.authorDid}`, fault.message)
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
  if (manifest?.cid.toString() !== named) {
    throw notReplayable(
      `The manifest ${named} of the job is not here: which module it asked for is not known.`,
    )
  }
  if (isWasm(manifest.data)) throw mismatch('module', named, String(json.module))
  expectSame('module', moduleOf(manifest.data).toString(), String(json.module))
}

function shownLinks(links: readonly DagLink[]): string {
  return stringifyJson(links.map(({ cid, name, size }) => [cid.toString(), name, size]))
}
