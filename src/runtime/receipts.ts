/**
 * Receipts: anchored after HEAD's state checks in R1's Merkle block (decision 10, ref §9.7), read back with their
 * signature checked anew each time, listed newest first.
 */
import { Cid } from '../common/cid.ts'
import { decodeJson } from '../common/codec.ts'
import { IcnError } from '../common/errors.ts'
import type { DagBlock } from '../dag/block.ts'
import { getBlock, putBlock } from '../dag/blocks.ts'
import { sequenceKey } from '../dag/rows.ts'
import { refusal } from '../host/errors.ts'
import {
  executionReceipt,
  receiptSignatureValid,
  receiptSignedFields,
  type ExecutionReceipt as SignedReceipt,
  verifyReceipt,
} from '../identity/receipt.ts'
import { receiptBlock } from '../identity/receipt-block.ts'
import type { ExecutionReceipt, Listing, StoredReceipt } from '../protocol/api.ts'
import { recordExecution } from '../reputation/reputation.ts'
import type { Transaction } from '../storage/types.ts'
import type { RuntimeContext } from './context.ts'
import { noteReceipt } from './job-history.ts'
import { endJob, jobEvent } from './job-rules.ts'
import { type RecordedRun, readRecord } from './record.ts'
import { JOBS, type JobRow, nextNumber, RECEIPT_ORDER, RECEIPTS, type ReceiptRow } from './tables.ts'

/** The sentences of ref §9.7 for a job in the wrong state. */
const WRONG_STATE = {
  Pending: 'Cannot submit receipt for unassigned job',
  Completed: 'Job already completed',
  Failed: 'Cannot submit receipt for failed job',
  Cancelled: 'Cannot submit receipt for cancelled job',
} as const

/** Who anchors a receipt, and by what rules. */
export type ReceiptAnchor = Pick<RuntimeContext, 'identity' | 'resolver' | 'policy'>

/**
 * A receipt from an executor elsewhere: checked and anchored; the job ends with it and its escrow is settled.
 * @throws IcnError UnknownJob, InvalidJobState, PermissionDenied, MissingOrInvalidReceipt (expired), SignatureError
 */
export function anchorReceipt(
  tx: Transaction,
  context: ReceiptAnchor,
  receipt: SignedReceipt,
  now: bigint,
): Cid {
  const id = receipt.jobId.toString()
  const row = tx.get(JOBS, id)
  if (row === undefined) throw unknownJob(id)
  checkAssigned(row, receipt, now)
  verifyReceipt(receipt, context.resolver)
  const denied = context.policy('AnchorReceipt', context.identity)
  if (denied !== null) throw refusal('PermissionDenied', denied, { job: id })
  const block = receiptBlock(receipt, context.identity, now)
  recordExecution(tx, receipt.executorDid, receipt.success, receipt.cpuMs)
  const failure = {
    code: 'ProcessingFailure',
    message: `Executor ${receipt.executorDid} reported that the job failed.`,
  }
  noteReceipt(tx, row, receipt, now)
  const ended = endJob(tx, row, {
    state: receipt.success ? 'Completed' : 'Failed',
    now,
    executor: receipt.executorDid,
    result: receipt.resultCid.toString(),
    receipt: block.cid.toString(),
    ...(receipt.success ? { payment: row.price ?? row.cost } : { failure }),
  })
  storeReceipt(tx, block, {
    jobId: id,
    success: receipt.success,
    manaCharged: receipt.success ? (row.price ?? row.cost) : 0n,
  })
  tx.emit(jobEvent(ended))
  return block.cid
}

function checkAssigned(row: JobRow, receipt: SignedReceipt, now: bigint): void {
  const data = { job: row.id, hostError: 'InvalidParameters', state: row.state }
  if (row.state !== 'Assigned') {
    throw new IcnError('InvalidJobState', `${WRONG_STATE[row.state]}: ${row.id}`, { data })
  }
  const executor = receipt.executorDid.toString()
  if (executor !== row.executor) {
    throw new IcnError(
      'PermissionDenied',
      `Job ${row.id} was assigned to ${row.executor}; a receipt of ${executor} is not accepted.`,
      { data: { job: row.id, assigned: row.executor ?? '', executor, reason: 'foreignExecutor' } },
    )
  }
  // The mesh gives an executor its time from when it has the job (ref §9.4).
  const since = BigInt(row.assignedAt ?? row.submittedAt)
  const deadline = row.maxWaitMs === null ? null : since + (row.maxWaitMs + 999n) / 1_000n
  if (deadline !== null && now > deadline) {
    throw new IcnError(
      'MissingOrInvalidReceipt',
      `The receipt for job ${row.id} came at ${now}; the job expired at ${deadline}.`,
      { data: { job: row.id, now, deadline, reason: 'expired' } },
    )
  }
}

/** Puts a receipt's block and its rows. */
export function storeReceipt(tx: Transaction, block: DagBlock, row: Omit<ReceiptRow, 'cid'>): void {
  const cid = block.cid.toString()
  putBlock(tx, block)
  if (!tx.has(RECEIPTS, cid)) tx.put(RECEIPT_ORDER, sequenceKey(nextNumber(tx, 'receipts')), cid)
  tx.put(RECEIPTS, cid, { cid, ...row })
  tx.emit({ type: 'receipt', detail: { cid, jobId: row.jobId, success: row.success } })
}

export function readReceipt(
  tx: Transaction,
  context: RuntimeContext,
  cid: string,
): StoredReceipt | undefined {
  const row = tx.get(RECEIPTS, cid)
  const block = row === undefined ? undefined : getBlock(tx, Cid.parse(cid))
  if (row === undefined || block === undefined) return undefined
  const receipt = decodeJson(executionReceipt, block.data, 'Receipt')
  const record = row.record === undefined ? undefined : getBlock(tx, Cid.parse(row.record))
  return {
    cid,
    receipt: plainReceipt(receipt),
    signatureValid: receiptSignatureValid(receipt, context.resolver),
    anchoredAt: Number(block.timestamp),
    signedFields: receiptSignedFields(receipt),
    ...(record === undefined || row.record === undefined
      ? {}
      : { run: { ...placed(tx, row.jobId, record), recordCid: row.record, manaCharged: row.manaCharged } }),
  }
}

/** What the record says, and the name of the function that failed, which only the node that ran it was told. */
function placed(tx: Transaction, jobId: string, { data }: DagBlock): RecordedRun {
  const run = readRecord(data)
  const where = run.failure && tx.get(JOBS, jobId)?.failure?.function
  return where === undefined ? run : { ...run, failure: { ...run.failure!, function: where } }
}

/** Newest first. */
export function listReceipts(
  tx: Transaction,
  context: RuntimeContext,
  page: { readonly after?: string; readonly limit: number },
): Listing<StoredReceipt> {
  const rows = tx.list(RECEIPT_ORDER, { ...page, reverse: true })
  // A damaged block does not take the list with it; asked for by its CID it says what is wrong.
  const items = rows.flatMap(([, cid]) => {
    try {
      return readReceipt(tx, context, cid) ?? []
    } catch (error) {
      if (IcnError.is(error)) return []
      throw error
    }
  })
  return rows.length === page.limit ? { items, next: rows.at(-1)![0] } : { items }
}

export function plainReceipt(receipt: SignedReceipt): ExecutionReceipt {
  return {
    jobId: receipt.jobId.toString(),
    executor: receipt.executorDid.toString(),
    resultCid: receipt.resultCid.toString(),
    cpuMs: receipt.cpuMs,
    success: receipt.success,
    signature: receipt.sig,
  }
}

export function unknownJob(id: string): IcnError {
  return new IcnError('UnknownJob', `Job not found: ${id.slice(0, 100)} is not known here.`, {
    data: { job: id.slice(0, 100), hostError: 'InvalidParameters' },
  })
}
