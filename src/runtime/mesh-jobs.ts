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
import { sameDid } from '../mesh/announcement.ts'
import { signedBid } from '../mesh/bid.ts'
import { holds } from '../mesh/gossip-link.ts'
import { signedJob } from '../mesh/job.ts'
import { CANCEL_TOPIC, decodeProgress, encodeCancel, PROGRESS_TOPIC } from '../mesh/job-topics.ts'
import { signedCheckpoint } from '../mesh/progress.ts'
import { type SelectionPolicy, selectBid } from '../mesh/scoring.ts'
import type { MeshParticipant } from '../mesh/service.ts'
import type { ActualMeshJob, MeshJobBid } from '../mesh/types.ts'
import type { JobStatus, MeshTerms, ReceiptVerification } from '../protocol/api.ts'
import { recordExecution, reputationOf } from '../reputation/reputation.ts'
import { countAnchored } from './anchored.ts'
import type { RuntimeContext } from './context.ts'
import { failureOf } from './failure.ts'
import { changeStatus } from './job-history.ts'
import { closeBidding, endJob, jobEvent, noteProgress, specOf } from './job-rules.ts'
import { isOpen } from './open-jobs.ts'
import { isStoreFault } from './perform.ts'
import { anchorReceipt } from './receipts.ts'
import { JOBS, type JobRow, RECEIPTS } from './tables.ts'

export interface MeshJobsOptions extends Required<Omit<MeshTerms, 'bid' | 'blockWaitMs'>> {
  readonly policy?: SelectionPolicy
  /** Makes the run behind a receipt again. */
  replay?(receipt: DagBlock, record: DagBlock, job: JobRow, signal: AbortSignal): Promise<ReceiptVerification>
}

/** Checkpoints of one job that are kept, and how far their time may be from ours, seconds. */
const MOST_CHECKPOINTS = 16
const CLOCKS_APART = 300n
/** What `setTimeout` takes, ms. */
const LONGEST_TIMER = 0x7fff_ffff

interface Evidence {
  /** The executor's, of its receipt. */
  readonly block: DagBlock
  readonly record: DagBlock
}

interface Driven {
  readonly over: AbortController
  end: Promise<void>
  checkpoints: number
}

export class MeshJobs {
  readonly #context: RuntimeContext
  readonly #mesh: MeshParticipant
  readonly #options: MeshJobsOptions
  readonly #closing = new AbortController()
  readonly #driven = new Map<string, Driven>()
  readonly #unsubscribe: readonly (() => void)[]

  constructor(context: RuntimeContext, mesh: MeshParticipant, options: MeshJobsOptions) {
    this.#context = context
    this.#mesh = mesh
    this.#options = options
    // Cancelled, here or in another tab: nobody waits for it any more.
    const unsubscribe = context.store.subscribe(({ type, detail }) => {
      if (type !== 'job') return
      const { jobId, state } = detail as JobStatus
      if (state !== 'Pending' && state !== 'Assigned') this.#driven.get(jobId)?.over.abort()
    })
    const unhear = mesh.subscribe(PROGRESS_TOPIC, (payload, from) => this.#progress(payload, from))
    this.#unsubscribe = [unsubscribe, unhear]
  }

  /** Brings an open job to its end, in the background. */
  drive(id: string): void {
    if (this.#closing.signal.aborted || this.#driven.has(id)) return
    const over = new AbortController()
    const driven: Driven = { over, end: Promise.resolve(), checkpoints: 0 }
    this.#driven.set(id, driven)
    driven.end = this.#drive(id, AbortSignal.any([over.signal, this.#closing.signal]))
      .catch((error) => {
        // Left open for the next start.
        if (this.#closing.signal.aborted || IcnError.is(error, 'Closed')) return
        this.#context.report(`Job ${id} is left open: ${error}`)
      })
      .finally(() => this.#driven.delete(id))
  }

  async close(): Promise<void> {
    for (const unsubscribe of this.#unsubscribe) unsubscribe()
    this.#closing.abort(new IcnError('Closed', 'The runtime was closed.'))
    await Promise.all([...this.#driven.values()].map(({ end }) => end))
  }

  async #drive(id: string, signal: AbortSignal): Promise<void> {
    const { store } = this.#context
    const row = await store.read((tx) => tx.get(JOBS, id))
    if (row === undefined || !isOpen(row)) return
    // Assigned before this runtime was there to wait for it.
    if (row.state === 'Assigned') this.#context.count('runtime_job_resumes_total')
    try {
      const job = await this.#signed(row)
      const assigned = row.state === 'Assigned' ? row : await this.#assign(row, job, signal)
      if (assigned !== undefined) await this.#finish(assigned, job, signal)
    } catch (error) {
      if (this.#closing.signal.aborted) throw error
      if (!signal.aborted) {
        if (IcnError.is(error) && isStoreFault(error)) throw error
        await this.#fail(id, IcnError.is(error) ? error : failure('meshFault', `The mesh failed: ${error}`))
      }
    }
    await this.#release(id)
  }

  /** Whoever works, or may yet, on a job that ended without a receipt is told that it is not wanted. */
  async #release(id: string): Promise<void> {
    const row = await this.#context.store.read((tx) => tx.get(JOBS, id))
    if (row === undefined || isOpen(row) || row.receipt !== undefined) return
    const to = row.executor === undefined ? undefined : Did.parse(row.executor)
    await this.#mesh.publish(CANCEL_TOPIC, encodeCancel(Cid.parse(id)), to).catch(() => {})
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
    const { store, resolver, time } = this.#context
    const mesh = this.#mesh
    await store.transact((tx) => {
      const current = tx.get(JOBS, row.id)
      if (current?.state === 'Pending') changeStatus(tx, current, 'BiddingOpen', time.seconds())
    })
    const window = this.#options.bidWindowMs
    await orAborted(mesh.announceJob(job, window), signal)
    const bids = await orAborted(mesh.collectBids(job, window, signal), signal)
    const valid = bids.filter((bid) => isValid(bid, job, () => signedBid.verify(bid, resolver)))
    const closed = await store.transact((tx) => {
      const current = tx.get(JOBS, row.id)
      if (current === undefined || current.state !== 'Pending') return undefined
      // What a bidder holds is in its own ledger; that it must hold its price is no rule of ours (ref §14 row 44).
      const facts = (bid: MeshJobBid) => ({
        reputation: reputationOf(tx, bid.executorDid),
        balance: bid.priceMana,
      })
      const winner = selectBid(job.spec, valid, facts, this.#options.policy)
      return closeBidding(tx, current, valid, winner, time.seconds())
    })
    if (closed?.state !== 'Pending') return closed
    throw bids.length === 0
      ? failure('noBids', 'No bids received')
      : failure('noValidBid', 'No valid bid selected')
  }

  async #finish(row: JobRow, job: ActualMeshJob, signal: AbortSignal): Promise<void> {
    const { store, time } = this.#context
    const mesh = this.#mesh
    const executor = Did.parse(row.executor!)
    const agreedCostMana = row.price ?? row.cost
    const wait = this.#waitFor(row)
    // Listened for before it can be sent.
    const receiving = orAborted(mesh.receiveReceipt(job, executor, wait, signal), signal)
    receiving.catch(() => {})
    const notify = () => mesh.notifyAssignment({ jobId: job.id, executorDid: executor, agreedCostMana })
    await orAborted(notify(), signal)
    const again = setInterval(() => void notify().catch(() => {}), this.#options.noticeEveryMs)
    const receipt = await receiving.finally(() => clearInterval(again))
    if (receipt === undefined) {
      throw new IcnError('ExecutionTimeout', `No receipt received within timeout: ${wait} ms.`, {
        data: { reason: 'receiptTimeout', limit: wait },
      })
    }
    this.#check(row, receipt)
    const evidence = await this.#evidence(job, executor, signal)
    await this.#requireSound(row, job, receipt, evidence, signal)
    const anchored = await store.transact((tx) => {
      const current = tx.get(JOBS, row.id)
      if (current === undefined || current.state !== 'Assigned') return false
      const cid = anchorReceipt(tx, this.#context, receipt, time.seconds()).toString()
      if (evidence === undefined) return true
      putBlock(tx, evidence.block)
      putBlock(tx, evidence.record)
      tx.put(RECEIPTS, cid, { ...tx.get(RECEIPTS, cid)!, record: evidence.record.cid.toString() })
      return true
    })
    if (!anchored) return
    countAnchored((metric) => this.#context.count(metric), receipt.success)
  }

  /**
   * Upstream's executors offer no record; one that is offered must be of this receipt and come out as it says.
   * @throws IcnError `wrongResult`, by which the executor's reputation falls; `noRecord` where one is required
   */
  async #requireSound(
    row: JobRow,
    job: ActualMeshJob,
    receipt: ExecutionReceipt,
    evidence: Evidence | undefined,
    signal: AbortSignal,
  ): Promise<void> {
    const executor = receipt.executorDid
    const required = this.#options.requireRecord && job.spec.kind === 'CclWasm'
    if (evidence === undefined) {
      if (required) throw failure('noRecord', `The executor ${executor} gave no record of its run.`)
      return
    }
    const { block, record } = evidence
    const anchored = receiptBlock(receipt, block.authorDid, block.timestamp)
    const found = anchored.cid.equals(block.cid)
      ? await this.#options.replay?.(block, record, row, signal)
      : ({ status: 'mismatch', field: 'receipt', expected: `${anchored.cid}`, got: `${block.cid}` } as const)
    if (found?.status === 'notReplayable' && required) {
      throw failure('noRecord', `The run of ${executor} cannot be made again: ${found.reason}`)
    }
    if (found?.status !== 'mismatch') return
    await this.#context.store.transact((tx) => recordExecution(tx, executor, false, 0n))
    const { field, expected, got } = found
    throw failure(
      'wrongResult',
      `The run of ${executor} does not come out as its receipt says: ${field} is ${got}, not ${expected}.`,
    )
  }

  /** What is left of the executor's time, ms; a job that was taken up again has had some of it. */
  #waitFor({ maxWaitMs, assignedAt }: JobRow): number {
    if (maxWaitMs === null) return this.#options.receiptWaitMs
    const passed = assignedAt === undefined ? 0 : (Number(this.#context.time.seconds()) - assignedAt) * 1_000
    return Math.max(0, Math.min(Number(maxWaitMs) - passed, LONGEST_TIMER))
  }

  /** @throws IcnError for what cannot be read: its sender's fault */
  #progress(payload: Uint8Array, from: Did): void {
    const { store, time, resolver } = this.#context
    const checkpoint = decodeProgress(payload)
    const id = checkpoint.jobId.toString()
    const driven = this.#driven.get(id)
    if (driven === undefined) return
    const signed = holds(() => signedCheckpoint.verify(checkpoint, resolver))
    if (!signed || !sameDid(checkpoint.executorDid, from)) {
      this.#mesh.blame(from)
      return
    }
    const now = time.seconds()
    const apart = checkpoint.timestamp - now
    if (driven.checkpoints >= MOST_CHECKPOINTS || apart > CLOCKS_APART || apart < -CLOCKS_APART) return
    store
      .transact((tx) => {
        const current = tx.get(JOBS, id)
        if (current?.state !== 'Assigned' || current.executor !== `${from}`) return false
        noteProgress(tx, current, checkpoint, now)
        return true
      })
      .then((noted) => {
        if (!noted) return
        driven.checkpoints++
        this.#context.count('runtime_checkpoints_anchored_total')
      })
      .catch(() => {})
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
  async #evidence(job: ActualMeshJob, executor: Did, signal: AbortSignal): Promise<Evidence | undefined> {
    // Only the run of a contract is recorded; what tells of it may come behind the receipt.
    if (job.spec.kind !== 'CclWasm') return undefined
    const waitMs = this.#options.evidenceWaitMs
    const found = await orAborted(this.#mesh.receiveEvidence(job.id, executor, waitMs, signal), signal)
    if (found === undefined) return undefined
    const [block, record] = await Promise.all(
      [found.receipt, found.record].map((cid) => this.#mesh.requestBlock(cid, executor, waitMs, signal)),
    )
    return block === undefined || record === undefined ? undefined : { block, record }
  }

  async #fail(id: string, error: IcnError): Promise<void> {
    const { store, time } = this.#context
    const failed = await store.transact((tx) => {
      const current = tx.get(JOBS, id)
      if (current === undefined || !isOpen(current)) return false
      const ended = endJob(tx, current, { state: 'Failed', now: time.seconds(), failure: failureOf(error) })
      tx.emit(jobEvent(ended))
      return true
    })
    if (failed) this.#context.count('runtime_jobs_failed_total')
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
  return bid.jobId.equals(job.id) && bid.priceMana <= job.costMana && holds(verify)
}

function failure(reason: string, message: string): IcnError {
  return new IcnError('ProcessingFailure', message, { data: { reason } })
}
