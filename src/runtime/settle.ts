/**
 * The end of a job, committed in one: what the run did, the result bytes, the escrow, the reputation, the signed receipt
 * and the signed execution record. Signing happens in the seal, after the last run of the change.
 */
import { Cid, RAW } from '../common/cid.ts'
import { cidOf } from '../common/cid-of.ts'
import { putBlock } from '../dag/blocks.ts'
import { type ExecutionReceipt, signReceipt } from '../identity/receipt.ts'
import { receiptBlock, signBlock } from '../identity/receipt-block.ts'
import type { RunResult } from '../protocol/api.ts'
import { recordExecution } from '../reputation/reputation.ts'
import type { Transaction } from '../storage/types.ts'
import type { RuntimeContext } from './context.ts'
import { endJob, isOpen, jobEvent } from './job-rules.ts'
import type { Performed } from './perform.ts'
import { samePlain } from './plain.ts'
import { plainReceipt, storeReceipt } from './receipts.ts'
import { encodeRecord, recordLinks } from './record.ts'
import { applyEffects, stillHolds } from './scope.ts'
import { JOBS, type JobRow, RESULTS } from './tables.ts'

/** What the run was told no longer holds: it is to be made again. */
export class StaleRun extends Error {}

/**
 * @returns undefined when the job was ended by somebody else meanwhile; nothing was written then
 * @throws StaleRun
 */
export function settle(
  context: RuntimeContext,
  row: JobRow,
  done: Performed,
): Promise<RunResult | undefined> {
  const now = context.time.seconds()
  const { failure, run } = done
  const resultCid = cidOf(RAW, done.resultBytes)
  let result: RunResult | undefined
  const change = (tx: Transaction): JobRow | undefined => {
    const current = tx.get(JOBS, row.id)
    if (current === undefined || !isOpen(current) || current.owner !== context.owner) return undefined
    if (failure === null && run !== undefined) {
      const { reads, listings, writes, events, submitted } = run.outcome
      if (!stillHolds(tx, reads, listings, samePlain)) throw new StaleRun()
      applyEffects(tx, writes, events)
      for (const id of submitted) {
        const child = tx.get(JOBS, id)
        if (child !== undefined) tx.put(JOBS, id, { ...child, owner: context.owner })
      }
    }
    if (!tx.has(RESULTS, resultCid.toString())) tx.put(RESULTS, resultCid.toString(), done.resultBytes)
    recordExecution(tx, context.identity, failure === null, done.cpuMs)
    return endJob(tx, current, {
      state: failure === null ? 'Completed' : 'Failed',
      now,
      executor: context.identity,
      result: resultCid.toString(),
      ...(failure === null ? { payment: current.price ?? current.cost } : { failure }),
    })
  }
  const seal = async (tx: Transaction, ended: JobRow | undefined): Promise<void> => {
    result = ended === undefined ? undefined : await sealJob(tx, context, ended, done, resultCid, now)
  }
  return context.store.transact(change, seal).then(() => result)
}

async function sealJob(
  tx: Transaction,
  context: RuntimeContext,
  ended: JobRow,
  done: Performed,
  resultCid: Cid,
  now: bigint,
): Promise<RunResult> {
  const { failure, run } = done
  const jobId = ended.id
  const receipt = await signReceipt(unsigned(context, ended, done, resultCid), context.signer)
  const block = receiptBlock(receipt, context.identity, now)
  const receiptCid = block.cid.toString()
  const manaCharged = failure === null ? (ended.price ?? ended.cost) : 0n
  let record: string | undefined
  if (run !== undefined) {
    const recorded = await signBlock(
      {
        data: encodeRecord(jobId, run.input, run.outcome),
        links: recordLinks(block, run.input.module.cid),
        timestamp: now,
      },
      context.signer,
    )
    putBlock(tx, recorded)
    record = recorded.cid.toString()
  }
  storeReceipt(tx, block, {
    jobId,
    success: receipt.success,
    manaCharged,
    ...(record === undefined ? {} : { record }),
  })
  const row: JobRow = { ...ended, receipt: receiptCid }
  tx.put(JOBS, jobId, row)
  tx.emit(jobEvent(row))
  for (const line of run?.outcome.logs ?? []) {
    tx.emit({ type: 'log', detail: { ...line, source: jobId, at: Number(now) } })
  }
  return {
    jobId,
    success: receipt.success,
    receipt: plainReceipt(receipt),
    receiptCid,
    result: run?.outcome.result ?? null,
    ...(failure === null ? {} : { failure }),
    fuelUsed: run?.outcome.fuelUsed ?? 0n,
    fuelTable: run?.input.module.table ?? 'wasmtime-35',
    manaCharged,
    memoryPeakPages: run?.outcome.memoryPeakPages ?? 0,
    hostCalls: run?.outcome.hostCalls ?? [],
    logs: run?.outcome.logs ?? [],
    elapsedMs: done.elapsedMs,
  }
}

function unsigned(
  context: RuntimeContext,
  ended: JobRow,
  done: Performed,
  resultCid: Cid,
): Omit<ExecutionReceipt, 'sig'> {
  return {
    jobId: Cid.parse(ended.id),
    executorDid: context.identity,
    resultCid,
    cpuMs: done.cpuMs,
    success: done.failure === null,
  }
}
