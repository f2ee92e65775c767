/**
 * The end of a job, committed in one: what the run did, the result bytes, the escrow, the reputation, the signed receipt
 * and the signed execution record. Signing happens in the seal, beside that of the other jobs of the commit.
 */
import { Cid, RAW } from '../common/cid.ts'
import { cidOf } from '../common/cid-of.ts'
import type { DagBlock } from '../dag/block.ts'
import { putBlock } from '../dag/blocks.ts'
import { type ExecutionReceipt, signReceipt } from '../identity/receipt.ts'
import { receiptBlock, signBlock } from '../identity/receipt-block.ts'
import type { RunResult } from '../protocol/api.ts'
import { recordExecution } from '../reputation/reputation.ts'
import type { Transaction } from '../storage/types.ts'
import type { RuntimeContext } from './context.ts'
import { endJob, jobEvent } from './job-rules.ts'
import { isOpen } from './open-jobs.ts'
import type { Performed } from './perform.ts'
import { samePlain } from './plain.ts'
import { plainReceipt, storeReceipt } from './receipts.ts'
import { encodeRecord, recordLinks } from './record.ts'
import { applyEffects, stillHolds } from './scope.ts'
import { JOBS, type JobRow, RESULTS } from './tables.ts'

/** What the run was told no longer holds: it is to be made again. */
export class StaleRun extends Error {}

/** What a job did, asked for inside the transaction that commits it. @throws StaleRun */
export type Source = (tx: Transaction) => Performed

/** Done before its transaction: good while what it read still holds. */
export function done(performed: Performed): Source {
  return (tx) => {
    if (holds(tx, performed)) return performed
    throw new StaleRun()
  }
}

/**
 * Run inside its transaction, on what those before it in the same commit have left, so that runs that change the same
 * rows do not make each other stale. The rule may be called again; the run is made again only when what it read moved,
 * which other tabs alone can do.
 * @param most how often it is made; then `otherwise` is what came of it
 */
export function within(run: Source, most: number, otherwise: () => Performed): Source {
  let performed: Performed | undefined
  let runs = 0
  return (tx) => {
    if (performed !== undefined && holds(tx, performed)) return performed
    performed = runs < most ? run(tx) : otherwise()
    runs += 1
    return performed
  }
}

/** A failure has no effects that could be stale. */
function holds(tx: Transaction, { failure, run }: Performed): boolean {
  if (failure !== null || run === undefined) return true
  return stillHolds(tx, run.outcome.reads, run.outcome.listings, samePlain)
}

export interface Settled {
  readonly result: RunResult
  readonly performed: Performed
}

/**
 * @returns undefined when the job was ended by somebody else meanwhile; nothing was written then
 * @throws StaleRun
 */
export async function settle(
  context: RuntimeContext,
  row: JobRow,
  source: Source,
): Promise<Settled | undefined> {
  const now = context.time.seconds()
  let settled: Settled | undefined
  const change = (tx: Transaction): [JobRow, Performed, Cid] | undefined => {
    const current = tx.get(JOBS, row.id)
    if (current === undefined || !isOpen(current) || current.owner !== context.owner) return undefined
    const performed = source(tx)
    const { failure, run } = performed
    const resultCid = cidOf(RAW, performed.resultBytes)
    if (failure === null && run !== undefined) {
      const { writes, events, submitted } = run.outcome
      applyEffects(tx, writes, events)
      for (const id of submitted) {
        const child = tx.get(JOBS, id)
        if (child !== undefined) tx.put(JOBS, id, { ...child, owner: context.owner })
      }
    }
    if (!tx.has(RESULTS, resultCid.toString())) tx.put(RESULTS, resultCid.toString(), performed.resultBytes)
    recordExecution(tx, context.identity, failure === null, performed.cpuMs)
    const ended = endJob(tx, current, {
      state: failure === null ? 'Completed' : 'Failed',
      now,
      executor: context.identity,
      result: resultCid.toString(),
      ...(failure === null ? { payment: current.price ?? current.cost } : { failure }),
    })
    return [ended, performed, resultCid]
  }
  await context.store.transact(change, async (found) => {
    settled = undefined
    if (found === undefined) return () => {}
    const [ended, performed, resultCid] = found
    const sealed = await sealJob(context, ended, performed, resultCid, now)
    return (tx) => {
      settled = { result: putSealed(tx, ended, performed, sealed, now), performed }
    }
  })
  return settled
}

/** What is signed of a job's end. */
interface Sealed {
  readonly receipt: ExecutionReceipt
  readonly block: DagBlock
  readonly recorded: DagBlock | undefined
}

async function sealJob(
  context: RuntimeContext,
  ended: JobRow,
  performed: Performed,
  resultCid: Cid,
  now: bigint,
): Promise<Sealed> {
  const { run } = performed
  const receipt = await signReceipt(unsigned(context, ended, performed, resultCid), context.signer)
  const block = receiptBlock(receipt, context.identity, now)
  const recorded =
    run &&
    (await signBlock(
      {
        data: encodeRecord(ended.id, run.input, run.outcome),
        links: recordLinks(block, run.input.module.cid),
        timestamp: now,
      },
      context.signer,
    ))
  return { receipt, block, recorded }
}

function putSealed(
  tx: Transaction,
  ended: JobRow,
  { failure, run, elapsedMs }: Performed,
  { receipt, block, recorded }: Sealed,
  now: bigint,
): RunResult {
  const jobId = ended.id
  const receiptCid = block.cid.toString()
  const manaCharged = failure === null ? (ended.price ?? ended.cost) : 0n
  if (recorded !== undefined) putBlock(tx, recorded)
  storeReceipt(tx, block, {
    jobId,
    success: receipt.success,
    manaCharged,
    ...(recorded === undefined ? {} : { record: recorded.cid.toString() }),
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
    elapsedMs,
    ...(run?.outcome.profile == null ? {} : { profile: run.outcome.profile }),
  }
}

function unsigned(
  context: RuntimeContext,
  ended: JobRow,
  { cpuMs, failure }: Performed,
  resultCid: Cid,
): Omit<ExecutionReceipt, 'sig'> {
  return {
    jobId: Cid.parse(ended.id),
    executorDid: context.identity,
    resultCid,
    cpuMs,
    success: failure === null,
  }
}
