/**
 * The other end: jobs of others, bid for and run here (ref §9.6). The job's block, its manifest and its module come from
 * the submitter, each checked against its CID; the real job is run, and its receipt and record are kept here as well.
 * A guest of another node changes nothing of this one (execute.ts), and no mana moves here: the submitter's ledger pays.
 */
import { Cid, RAW } from '../common/cid.ts'
import { cidOf } from '../common/cid-of.ts'
import { decodeJson, encodeBincode } from '../common/codec.ts'
import type { Did } from '../common/did.ts'
import { IcnError } from '../common/errors.ts'
import type { DagBlock } from '../dag/block.ts'
import { getBlock, putBlock } from '../dag/blocks.ts'
import { balanceOf } from '../economics/ledger.ts'
import { type ExecutionReceipt, signReceipt } from '../identity/receipt.ts'
import { receiptBlock, signBlock } from '../identity/receipt-block.ts'
import { sameDid } from '../mesh/announcement.ts'
import { bidPrice, signedBid } from '../mesh/bid.ts'
import { MAX_JOB_JSON_SIZE } from '../mesh/job.ts'
import { CANCEL_TOPIC, decodeCancel, encodeProgress, PROGRESS_TOPIC } from '../mesh/job-topics.ts'
import { type JobCheckpoint, signedCheckpoint } from '../mesh/progress.ts'
import type { MeshJobAnnouncement, MeshJobAssignment } from '../mesh/protocol-types.ts'
import { type JobRecord, jobRecord, specOf } from '../mesh/records.ts'
import type { MeshParticipant, RunEvidence } from '../mesh/service.ts'
import { type JobSpec, jobSpec, type Resources } from '../mesh/types.ts'
import { recordExecution, reputationOf } from '../reputation/reputation.ts'
import type { RuntimeContext } from './context.ts'
import type { Modules } from './modules.ts'
import { isWasm, moduleOf, type Performed, prepare, runOn } from './perform.ts'
import { storeReceipt } from './receipts.ts'
import { encodeRecord, recordLinks } from './record.ts'
import { type JobRow, RESULTS } from './tables.ts'

/** Least mana a bidder has (ref §9.6). */
const LEAST_MANA = 50n
/** What has been done, in the words and figures of upstream's staged execution (ref §10.5). */
const FETCHED = { stage: 'initialization', progressPercent: 100 / 3 }
const HAS_RUN = { stage: 'processing', progressPercent: 200 / 3 }
/** Largest block of a job that is fetched before anything is known of it, bytes: five for each of the longest spec's. */
const MOST_JOB_BYTES = 5 * MAX_JOB_JSON_SIZE
/** Announcements looked at at a time. */
const MOST_BIDDING = 64
/** Jobs bid for whose assignment may still come, and those that wait for their run. */
const MOST_OFFERS = 256
const MOST_RUNS = 32
/** What a page can do (ref §9.3). */
const CAPABILITIES = ['CclWasm']

interface Offer {
  readonly job: DagBlock
  readonly record: JobRecord
  readonly from: Did
  readonly price: bigint
}

interface Answer {
  readonly receipt: ExecutionReceipt
  readonly evidence?: RunEvidence
}

export class MeshExecutor {
  readonly #context: RuntimeContext
  readonly #modules: () => Promise<Modules>
  readonly #mesh: MeshParticipant
  readonly #signal: AbortSignal
  readonly #offers = new Map<string, Offer>()
  /** What was answered, for a submitter that asks again. */
  readonly #answers = new Map<string, Answer>()
  /** Jobs taken on, and how to give each up. */
  readonly #busy = new Map<string, AbortController>()
  readonly #tasks = new Set<Promise<void>>()
  readonly #unhear: () => void
  readonly #blockWaitMs: number
  #runs: Promise<unknown> = Promise.resolve()
  #bidding = 0

  constructor(
    context: RuntimeContext,
    modules: () => Promise<Modules>,
    mesh: MeshParticipant,
    signal: AbortSignal,
    blockWaitMs: number,
  ) {
    this.#context = context
    this.#modules = modules
    this.#mesh = mesh
    this.#signal = signal
    this.#blockWaitMs = blockWaitMs
    this.#unhear = mesh.subscribe(CANCEL_TOPIC, (payload, from) => this.#cancelled(payload, from))
  }

  announced(job: MeshJobAnnouncement, from: Did): void {
    if (this.#bidding >= MOST_BIDDING) return
    this.#bidding++
    void this.#bid(job, from)
      .catch((error) => this.#report(`No bid was made for job ${job.jobId}`, error))
      .finally(() => this.#bidding--)
  }

  assigned(assignment: MeshJobAssignment, from: Did): void {
    const id = assignment.jobId.toString()
    const offer = this.#offers.get(id)
    // Nobody is made to work for a price they did not ask.
    if (offer === undefined || !sameDid(offer.from, from) || assignment.agreedCostMana !== offer.price) return
    const answer = this.#answers.get(id)
    if (answer === undefined && (this.#busy.has(id) || this.#busy.size >= MOST_RUNS)) return
    const stop = new AbortController()
    const signal = AbortSignal.any([stop.signal, this.#signal])
    this.#busy.set(id, stop)
    const task: Promise<void> = (answer === undefined ? this.#work(id, offer, signal) : this.#answer(answer))
      .catch((error) => signal.aborted || this.#report(`Job ${id} of ${from} was not finished`, error))
      .then(() => {
        this.#busy.delete(id)
        this.#tasks.delete(task)
      })
    this.#tasks.add(task)
  }

  /** Resolves when the run at hand is over. */
  async close(): Promise<void> {
    this.#unhear()
    await Promise.all(this.#tasks)
  }

  /** Only who submitted a job takes it back. What has not begun is dropped; a run goes on to its end, and is not sent. */
  #cancelled(payload: Uint8Array, from: Did): void {
    const id = decodeCancel(payload).toString()
    const offer = this.#offers.get(id)
    if (offer === undefined || !sameDid(offer.from, from)) return
    this.#offers.delete(id)
    this.#busy.get(id)?.abort()
  }

  async #bid(announced: MeshJobAnnouncement, from: Did): Promise<void> {
    const { identity, store, time, signer } = this.#context
    const { jobId, manifestCid, maxCostMana, bidDeadline } = announced
    const here = this.#resources()
    const required = announced.jobSpec.requiredResources
    if (required.cpuCores > here.cpuCores || required.memoryMb > here.memoryMb) return
    const mine = await store.read((tx) => ({
      mana: balanceOf(tx, identity),
      reputation: reputationOf(tx, identity),
    }))
    if (mine.mana < LEAST_MANA) return
    const id = jobId.toString()
    const job =
      this.#offers.get(id)?.job ??
      (await this.#mesh.requestBlock(jobId, from, this.#blockWaitMs, this.#signal, MOST_JOB_BYTES))
    if (job === undefined) return
    // The id is the CID of what was submitted: the announcement can say nothing else.
    const record = decodeJson(jobRecord, job.data, 'Job')
    const spec = specOf(record)
    if (!sameDid(record.submitterDid, from) || !record.manifestCid.equals(manifestCid)) return
    if (record.costMana !== maxCostMana || !canServe(spec) || time.seconds() > bidDeadline) return
    const price = bidPrice({
      jobId,
      required: spec.requiredResources,
      reputation: mine.reputation,
      maxExecutionTimeSecs: required.maxExecutionTimeSecs,
      maxCostMana,
    })
    // The least price is 1; a job that offers nothing is nobody's.
    if (price > maxCostMana) return
    this.#offers.set(id, { job, record, from, price })
    if (this.#offers.size > MOST_OFFERS) this.#offers.delete(this.#offers.keys().next().value!)
    const unsigned = {
      jobId,
      executorDid: identity,
      priceMana: price,
      resources: here,
      executorCapabilities: CAPABILITIES,
      executorFederations: [],
      executorTrustScope: null,
    }
    await this.#mesh.submitBid(await signedBid.sign(unsigned, signer))
  }

  async #work(id: string, offer: Offer, signal: AbortSignal): Promise<void> {
    // Several are fetched at a time: one that comes slowly holds up no other.
    await this.#fetch(offer, signal)
    let told = 0
    const turn = this.#runs.then(async () => {
      if (signal.aborted) return undefined
      await this.#say(offer, FETCHED)
      this.#context.longRunning += ++told
      return this.#run(id, offer)
    })
    this.#runs = turn.catch(() => {})
    try {
      const answer = await turn
      if (answer === undefined || signal.aborted) return
      this.#answers.set(id, answer)
      if (this.#answers.size > MOST_OFFERS) this.#answers.delete(this.#answers.keys().next().value!)
      await this.#say(offer, HAS_RUN)
      if (!signal.aborted) await this.#answer(answer)
    } finally {
      this.#context.longRunning -= told
    }
  }

  async #answer({ receipt, evidence }: Answer): Promise<void> {
    if (evidence !== undefined) await this.#mesh.announceEvidence(receipt.jobId, evidence)
    await this.#mesh.submitReceipt(receipt)
  }

  /** How far the job is. */
  async #say(
    { job, from }: Offer,
    { stage, progressPercent }: Pick<JobCheckpoint, 'stage' | 'progressPercent'>,
  ): Promise<void> {
    const { identity, signer, time } = this.#context
    const timestamp = time.seconds()
    const checkpoint = {
      jobId: job.cid,
      checkpointId: `checkpoint_${timestamp * 1_000n}_${stage}`,
      timestamp,
      stage,
      progressPercent: Math.fround(progressPercent),
      executionState: new Uint8Array(0),
      intermediateDataCid: null,
      executorDid: identity,
    }
    const signed = await signedCheckpoint.sign(checkpoint, signer)
    await this.#mesh.publish(PROGRESS_TOPIC, encodeProgress(signed), from)
  }

  /** Manifest and module, from the submitter where they are not here. */
  async #fetch({ job, record, from }: Offer, signal: AbortSignal): Promise<void> {
    const { store } = this.#context
    const kind = specOf(record).kind
    const blocks = [job]
    const find = async (cid: Cid) => {
      const known = await store.read((tx) => getBlock(tx, cid))
      if (known !== undefined) return known
      const fetched = await this.#mesh.requestBlock(cid, from, this.#blockWaitMs, signal)
      if (fetched !== undefined) blocks.push(fetched)
      return fetched
    }
    if (typeof kind !== 'object') {
      const manifest = await find(record.manifestCid)
      // What is not there is told by the run, in a signed failure.
      if (manifest !== undefined && kind === 'CclWasm' && !isWasm(manifest.data)) {
        await find(moduleOf(manifest.data)).catch(() => signal.throwIfAborted())
      }
    }
    await store.transact((tx) => {
      for (const block of blocks) putBlock(tx, block)
    })
  }

  async #run(id: string, { record }: Offer): Promise<Answer> {
    const context = this.#context
    const { store, identity, signer, time, limits } = context
    const row: JobRow = {
      id,
      seq: 0,
      manifest: record.manifestCid.toString(),
      spec: encodeBincode(jobSpec, specOf(record)),
      state: 'Assigned',
      creator: record.submitterDid.toString(),
      executor: identity.toString(),
      cost: record.costMana,
      maxWaitMs: null,
      submittedAt: Number(record.submittedAt),
      depth: 0,
      entry: 'run',
      fuel: limits.fuel,
      attempts: 1,
      owner: context.owner,
    }
    const work = await prepare(context, await this.#modules(), row, false)
    const performed: Performed =
      'done' in work ? work.done : await store.read((tx) => runOn(context, work.input, row, undefined, tx))
    const now = time.seconds()
    const { failure, run, cpuMs, resultBytes } = performed
    const resultCid = cidOf(RAW, resultBytes)
    const success = failure === null
    const receipt = await signReceipt(
      { jobId: Cid.parse(id), executorDid: identity, resultCid, cpuMs, success },
      signer,
    )
    const block = receiptBlock(receipt, identity, now)
    const recorded =
      run &&
      (await signBlock(
        {
          data: encodeRecord(id, run.input, run.outcome),
          links: recordLinks(block, run.input.module.cid),
          timestamp: now,
        },
        signer,
      ))
    await store.transact((tx) => {
      if (!tx.has(RESULTS, resultCid.toString())) tx.put(RESULTS, resultCid.toString(), resultBytes)
      recordExecution(tx, identity, success, cpuMs)
      if (recorded) putBlock(tx, recorded)
      storeReceipt(tx, block, {
        jobId: id,
        success,
        manaCharged: 0n,
        ...(recorded ? { record: recorded.cid.toString() } : {}),
      })
    })
    for (const [metric, times] of run?.outcome.counts ?? []) context.count(metric, times)
    context.count('runtime_receipts_anchored_total')
    return recorded ? { receipt, evidence: { receipt: block.cid, record: recorded.cid } } : { receipt }
  }

  #resources(): Resources {
    const cpuCores = globalThis.navigator?.hardwareConcurrency ?? 1
    return { cpuCores, memoryMb: Math.floor(this.#context.limits.memoryPages / 16), storageMb: 0 }
  }

  #report(what: string, error: unknown): void {
    if (this.#signal.aborted || IcnError.is(error, 'Closed')) return
    this.#context.report(`${what}: ${error}`)
  }
}

/** Whether this node is what the job asks for; the submitter checks it again. */
function canServe(spec: JobSpec): boolean {
  return (
    spec.requiredCapabilities.every((capability) => CAPABILITIES.includes(capability)) &&
    spec.allowedFederations.length === 0 &&
    spec.requiredTrustScope === null
  )
}
