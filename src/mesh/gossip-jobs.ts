/** Messages about jobs: announced, bid for, assigned, their receipts, and where the run behind a receipt is found. */
import { fromUtf8 } from '../common/bytes.ts'
import { Cid } from '../common/cid.ts'
import type { Did } from '../common/did.ts'
import { isObject } from '../common/json.ts'
import { parseJson } from '../common/json-parse.ts'
import type { ExecutionReceipt } from '../identity/receipt.ts'
import { announcementOf, bidOf, sameDid, submissionOf } from './announcement.ts'
import { signedBid, signNotice, verifyNotice } from './bid.ts'
import { type GossipLink, gossipOf, holds } from './gossip-link.ts'
import type { ProtocolMessage } from './protocol-types.ts'
import type { MeshNetworkService, MeshParticipant, RunEvidence } from './service.ts'
import type { ActualMeshJob, JobAssignmentNotice, MeshJobBid } from './types.ts'
import { keepNewest, sleep, Waiting } from './waiting.ts'

const EVIDENCE_TOPIC = 'icn-runtime-web/evidence/1'

const MOST_BIDS = 256
const MOST_JOBS = 256
/** Seconds from announcement to the last bid at least, and from assignment to the receipt (ref §9.3, §9.6). */
const BID_DEADLINE = 30n
const COMPLETION = 3_600n

type Jobs = Pick<
  MeshNetworkService & MeshParticipant,
  | 'announceJob'
  | 'collectBids'
  | 'notifyAssignment'
  | 'receiveReceipt'
  | 'submitBid'
  | 'submitReceipt'
  | 'announceEvidence'
  | 'receiveEvidence'
>

export class GossipJobs implements Jobs {
  readonly #link: GossipLink
  /** Open bid windows by job. */
  readonly #windows = new Map<string, Map<string, MeshJobBid>>()
  /** Jobs of ours, for their notices. */
  readonly #jobs = new Map<string, ActualMeshJob>()
  readonly #receipts = new Waiting<ExecutionReceipt>()
  /** Of jobs whose receipts are waited for: what strangers announce takes nobody's place. */
  readonly #evidence = new Map<string, RunEvidence>()
  readonly #evidenceAwaited = new Waiting<RunEvidence>()

  constructor(link: GossipLink) {
    this.#link = link
  }

  async announceJob(job: ActualMeshJob, windowMs = 0): Promise<void> {
    const key = job.id.toString()
    keepNewest(this.#jobs, key, job, MOST_JOBS)
    this.#windows.set(key, new Map())
    const window = BigInt(Math.ceil(windowMs / 1_000))
    const deadline = this.#link.time.seconds() + (window > BID_DEADLINE ? window : BID_DEADLINE)
    await this.#link.send({ MeshJobAnnouncement: announcementOf(job, deadline) })
  }

  async collectBids(
    job: ActualMeshJob,
    windowMs: number,
    signal?: AbortSignal,
  ): Promise<readonly MeshJobBid[]> {
    const key = job.id.toString()
    try {
      await sleep(windowMs, signal)
      return [...(this.#windows.get(key)?.values() ?? [])]
    } finally {
      this.#windows.delete(key)
    }
  }

  async notifyAssignment(notice: JobAssignmentNotice): Promise<void> {
    const { jobId, executorDid, agreedCostMana } = notice
    const manifestCid = this.#jobs.get(jobId.toString())?.manifestCid ?? null
    const { signature } = await signNotice({ jobId, executorDid, manifestCid }, this.#link.signer)
    const completionDeadline = this.#link.time.seconds() + COMPLETION
    await this.#link.send(
      { MeshJobAssignment: { jobId, executorDid, agreedCostMana, completionDeadline, manifestCid } },
      executorDid,
      signature,
    )
  }

  receiveReceipt(
    job: ActualMeshJob,
    executor: Did,
    timeoutMs: number,
    signal?: AbortSignal,
  ): Promise<ExecutionReceipt | undefined> {
    return this.#receipts.wait(`${executor} ${job.id}`, timeoutMs, signal)
  }

  submitBid(bid: MeshJobBid): Promise<void> {
    return this.#link.send({ MeshBidSubmission: submissionOf(bid, 0n) }, null, bid.signature)
  }

  submitReceipt(receipt: ExecutionReceipt): Promise<void> {
    const executionMetadata = {
      wallTimeMs: receipt.cpuMs,
      peakMemoryMb: 0,
      exitCode: receipt.success ? 0 : 1,
      executionLogs: null,
    }
    return this.#link.send({ MeshReceiptSubmission: { receipt, executionMetadata } })
  }

  announceEvidence(job: Cid, { receipt, record }: RunEvidence): Promise<void> {
    return this.#link.send(
      gossipOf(EVIDENCE_TOPIC, { job: `${job}`, receipt: `${receipt}`, record: `${record}` }),
    )
  }

  async receiveEvidence(
    job: Cid,
    executor: Did,
    timeoutMs: number,
    signal?: AbortSignal,
  ): Promise<RunEvidence | undefined> {
    const key = `${executor} ${job}`
    return this.#evidence.get(key) ?? this.#evidenceAwaited.wait(key, timeoutMs, signal)
  }

  /** @returns whether it was about jobs */
  take({ payload, sender, signature }: ProtocolMessage): boolean {
    const { signer, resolver, rule } = this.#link
    if ('MeshJobAnnouncement' in payload) {
      const job = payload.MeshJobAnnouncement
      rule(sameDid(job.creatorDid, sender), sender, 'a job announced by another than its creator')
      this.#link.node()?.announced(job, sender)
    } else if ('MeshBidSubmission' in payload) {
      this.#bid(bidOf(payload.MeshBidSubmission, signature), sender)
    } else if ('MeshJobAssignment' in payload) {
      const notice = payload.MeshJobAssignment
      if (!sameDid(notice.executorDid, signer.did)) return true
      const signed = holds(() => verifyNotice({ ...notice, signature }, sender, resolver))
      rule(signed, sender, 'a notice that is not signed')
      this.#link.node()?.assigned(notice, sender)
    } else if ('MeshReceiptSubmission' in payload) {
      const { receipt } = payload.MeshReceiptSubmission
      rule(sameDid(receipt.executorDid, sender), sender, 'a receipt sent by another than its executor')
      this.#receipts.settle(`${sender} ${receipt.jobId}`, receipt)
    } else if ('GossipMessage' in payload && payload.GossipMessage.topic === EVIDENCE_TOPIC) {
      this.#noteEvidence(payload.GossipMessage.payload, sender)
    } else return false
    return true
  }

  #bid(bid: MeshJobBid, sender: Did): void {
    const { resolver, rule } = this.#link
    const window = this.#windows.get(bid.jobId.toString())
    if (window === undefined) return
    rule(sameDid(bid.executorDid, sender), sender, 'a bid sent by another than its bidder')
    const signed = holds(() => signedBid.verify(bid, resolver))
    rule(signed, sender, 'a bid whose signature does not hold')
    // The first bid counts: nobody bids against themselves.
    const key = sender.toString()
    if (window.size < MOST_BIDS && !window.has(key)) window.set(key, bid)
  }

  #noteEvidence(data: Uint8Array, sender: Did): void {
    const json = parseJson(fromUtf8(data, 'Evidence'), 'Evidence')
    if (!isObject(json)) return
    const key = `${sender} ${json.job}`
    const awaited = this.#evidenceAwaited.has(key)
    if (!awaited && !this.#receipts.has(key)) return
    const evidence = { receipt: Cid.parse(String(json.receipt)), record: Cid.parse(String(json.record)) }
    keepNewest(this.#evidence, key, evidence, MOST_JOBS)
    this.#evidenceAwaited.settle(key, evidence)
  }
}
