/**
 * A job on its way through the mesh (ref §9.4, one pipeline): announced, bid for, assigned, run elsewhere, its receipt
 * checked and its escrow settled. Every way it can go wrong ends in Failed with the whole escrow back, once: the end is one
 * transaction that does nothing to a job that has ended. What a closed page left behind is taken up where it stood.
 */
import { Cid } from '../common/cid.ts'
import { Did } from '../common/did.ts'
import { IcnError } from '../common/errors.ts'
import type { DagBlock } from '../dag/block.ts'
import { putBlock } from '../dag/blocks.ts'
import { type ExecutionReceipt, verifyReceipt } from '../identity/receipt.ts'
import { receiptBlock } from '../identity/receipt-block.ts'
import { signedBid } from '../mesh/bid.ts'
import { signedJob } from '../mesh/job.ts'
import { type SelectionPolicy, selectBid } from '../mesh/scoring.ts'
import type { MeshParticipant } from '../mesh/service.ts'
import type { ActualMeshJob, MeshJobBid } from '../mesh/types.ts'
import type { JobStatus } from '../protocol/api.ts'
import { recordExecution, reputationOf } from '../reputation/reputation.ts'
import type { RuntimeContext } from './context.ts'
import { failureOf } from './execute.ts'
import { assignJob, endJob, jobEvent, specOf } from './job-rules.ts'
import { isOpen } from './open-jobs.ts'
import type { ChannelSettings } from './options.ts'
import { isStoreFault } from './perform.ts'
import { anchorReceipt } from './receipts.ts'
import { JOBS, type JobRow, RECEIPTS } from './tables.ts'

export interface MeshJobsOptions extends Pick<ChannelSettings, 'bidWindowMs' | 'receiptWaitMs'> {
  readonly policy?: SelectionPolicy
  /** Makes the run behind a receipt again: the reason why it is wrong, or undefined. */
  wrong?(receipt: DagBlock, record: DagBlock, job: JobRow, signal: AbortSignal): Promise<string | undefined>
}

/** How long an executor's blocks are waited for, ms: they are extra, and the receipt is there. */
const EVIDENCE_MS = 2_000

export class MeshJobs {
  readonly #context: RuntimeContext
  readonly #mesh: MeshParticipant
  readonly #options: MeshJobsOptions
  readonly #closing = new AbortController()
  readonly #driven = new Map<string, { readonly over: AbortController; readonly end: Promise<void> }>()
  readonly #unsubscribe: () => void

  constructor(context: RuntimeContext, mesh: MeshParticipant, options: MeshJobsOptions) {
    this.#context = context
    this.#mesh = mesh
    this.#options = options
    // Cancelled, here or in another tab: nobody waits for it any more.
    this.#unsubscribe = context.store.subscribe(({ type, detail }) => {
      if (type !== 'job') return
      const { jobId, state } = detail as JobStatus
      if (state !== 'Pending' && state !== 'Assigned') this.#driven.get(jobId)?.over.abort()
    })
  }

  /** Brings an open job to its end, in the background. */
  drive(id: string): void {
    if (this.#closing.signal.aborted || this.#driven.has(id)) return
    const over = new AbortController()
    const signal = AbortSignal.any([over.signal, this.#closing.signal])
    const end = this.#drive(id, signal)
      .catch((error) => {
        // Ended by somebody else, or left open for the next start.
        if (signal.aborted || IcnError.is(error, 'Closed')) return
        this.#context.report(`Job ${id} is left open: ${error}`)
      })
      .finally(() => this.#driven.delete(id))
    this.#driven.set(id, { over, end })
  }

  async close(): Promise<void> {
    this.#unsubscribe()
    this.#closing.abort(new IcnError('Closed', 'The runtime was closed.'))
    await Promise.all([...this.#driven.values()].map(({ end }) => end))
  }

  async #drive(id: string, signal: AbortSignal): Promise<void> {
    const { store } = this.#context
    const row = await store.read((tx) => tx.get(JOBS, id))
    if (row === undefined || !isOpen(row)) return
    try {
      const job = await this.#signed(row)
      const assigned = row.state === 'Assigned' ? row : await this.#assign(row, job, signal)
      if (assigned !== undefined) await this.#finish(assigned, job, signal)
    } catch (error) {
      if (signal.aborted) throw error
      if (IcnError.is(error) && isStoreFault(error)) throw error
      await this.#fail(id, IcnError.is(error) ? error : failure('meshFault', `The mesh failed: ${error}`))
    }
  }

  async #signed(row: JobRow): Promise<ActualMeshJob> {
    const { signer, identity } = this.#context
    const unsigned = {
      id: Cid.parse(row.id),
      manifestCid: Cid.parse(row.manifest),
      spec: specOf(row),
      creatorDid: identity,
      costMana: row.cost,
      maxExecutionWaitMs: row.maxWaitMs,
    }
    return signedJob.sign(unsigned, signer)
  }

  /** @returns undefined when the job has ended meanwhile @throws IcnError why nobody can be assigned */
  async #assign(row: JobRow, job: ActualMeshJob, signal: AbortSignal): Promise<JobRow | undefined> {
    const { store, resolver } = this.#context
    const mesh = this.#mesh
    await orAborted(mesh.announceJob(job), signal)
    const bids = await orAborted(mesh.collectBids(job, this.#options.bidWindowMs, signal), signal)
    if (bids.length === 0) throw failure('noBids', 'No bids received')
    const valid = bids.filter((bid) => isValid(bid, job, () => signedBid.verify(bid, resolver)))
    return store.transact((tx) => {
      const current = tx.get(JOBS, row.id)
      if (current === undefined || current.state !== 'Pending') return undefined
      // What a bidder holds is in its own ledger; that it must hold its price is no rule of ours (ref §14 row 44).
      const facts = (bid: MeshJobBid) => ({
        reputation: reputationOf(tx, bid.executorDid),
        balance: bid.priceMana,
      })
      const winner = selectBid(job.spec, valid, facts, this.#options.policy)
      if (winner === undefined) throw failure('noValidBid', 'No valid bid selected')
      return assignJob(tx, current, winner.executorDid, winner.priceMana)
    })
  }

  async #finish(row: JobRow, job: ActualMeshJob, signal: AbortSignal): Promise<void> {
    const { store, time } = this.#context
    const mesh = this.#mesh
    const executor = Did.parse(row.executor!)
    const price = row.price ?? row.cost
    const wait = row.maxWaitMs === null ? this.#options.receiptWaitMs : Number(row.maxWaitMs)
    // Listened for before it can be sent.
    const receiving = orAborted(mesh.receiveReceipt(job, executor, wait, signal), signal)
    receiving.catch(() => {})
    await orAborted(
      mesh.notifyAssignment({ jobId: job.id, executorDid: executor, agreedCostMana: price }),
      signal,
    )
    const receipt = await receiving
    if (receipt === undefined) {
      throw new IcnError('ExecutionTimeout', `No receipt received within timeout: ${wait} ms.`, {
        data: { reason: 'receiptTimeout', limit: wait },
      })
    }
    this.#check(row, receipt)
    const evidence = await this.#evidence(job, executor, signal)
    // Upstream's executors offer no record; one that is offered must be of this receipt and come out as it says.
    const wrong =
      evidence &&
      (receiptBlock(receipt, evidence.block.authorDid, evidence.block.timestamp).cid.equals(
        evidence.block.cid,
      )
        ? await this.#options.wrong?.(evidence.block, evidence.record, row, signal)
        : 'its record is of another receipt.')
    if (wrong !== undefined) {
      await store.transact((tx) => recordExecution(tx, executor, false, 0n))
      throw failure('wrongResult', `The run of ${executor} does not come out as its receipt says: ${wrong}`)
    }
    await store.transact((tx) => {
      const current = tx.get(JOBS, row.id)
      if (current === undefined || current.state !== 'Assigned') return
      const cid = anchorReceipt(tx, this.#context, receipt, time.seconds()).toString()
      if (evidence === undefined) return
      putBlock(tx, evidence.block)
      putBlock(tx, evidence.record)
      tx.put(RECEIPTS, cid, { ...tx.get(RECEIPTS, cid)!, record: evidence.record.cid.toString() })
    })
  }

  /** The service may be anybody's; what it brings is checked here. @throws IcnError */
  #check(row: JobRow, receipt: ExecutionReceipt): void {
    if (receipt.jobId.toString() !== row.id) {
      throw failure('foreignReceipt', `The receipt that came is for job ${receipt.jobId}.`)
    }
    if (receipt.executorDid.toString() !== row.executor) {
      throw failure(
        'foreignExecutor',
        `Receipt executor mismatch: assigned to ${row.executor}, the receipt is ${receipt.executorDid}'s.`,
      )
    }
    verifyReceipt(receipt, this.#context.resolver)
  }

  /** The executor's blocks, where it offers them: with them anybody can make the run again. */
  async #evidence(
    job: ActualMeshJob,
    executor: Did,
    signal: AbortSignal,
  ): Promise<{ block: DagBlock; record: DagBlock } | undefined> {
    const found = this.#mesh.evidenceOf(job.id, executor)
    if (found === undefined) return undefined
    const [block, record] = await Promise.all(
      [found.receipt, found.record].map((cid) => this.#mesh.requestBlock(cid, executor, EVIDENCE_MS, signal)),
    )
    return block === undefined || record === undefined ? undefined : { block, record }
  }

  async #fail(id: string, error: IcnError): Promise<void> {
    const { store, time } = this.#context
    await store.transact((tx) => {
      const current = tx.get(JOBS, id)
      if (current === undefined || !isOpen(current)) return
      const ended = endJob(tx, current, { state: 'Failed', now: time.seconds(), failure: failureOf(error) })
      tx.emit(jobEvent(ended))
    })
    this.#context.count('runtime_jobs_failed_total')
  }
}

/** A service that does not heed the signal holds nobody up. */
function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason)
    if (signal.aborted) abort()
    else signal.addEventListener('abort', abort)
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}

function isValid(bid: MeshJobBid, job: ActualMeshJob, verify: () => void): boolean {
  if (!bid.jobId.equals(job.id) || bid.priceMana > job.costMana) return false
  try {
    verify()
    return true
  } catch (error) {
    if (IcnError.is(error)) return false
    throw error
  }
}

function failure(reason: string, message: string): IcnError {
  return new IcnError('ProcessingFailure', message, { data: { reason } })
}
