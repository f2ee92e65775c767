/**
 * The mesh over any transport that carries bytes to everybody (ref §3.9, §9): upstream's messages in signed envelopes.
 * Each one that comes is bounded in size and number, decoded, within its window of time, new, and signed by whom it names,
 * before anything is made of it.
 */
import { fromUtf8, utf8 } from '../common/bytes.ts'
import { Cid } from '../common/cid.ts'
import { encodeBincode } from '../common/codec.ts'
import type { Did } from '../common/did.ts'
import { IcnError } from '../common/errors.ts'
import { isObject, stringifyJson } from '../common/json.ts'
import { parseJson } from '../common/json-parse.ts'
import type { TimeProvider } from '../common/time.ts'
import { blockFault, checkUnambiguous, type DagBlock } from '../dag/block.ts'
import type { ExecutionReceipt } from '../identity/receipt.ts'
import type { DidResolver } from '../identity/resolver.ts'
import type { Signer } from '../identity/signer.ts'
import { announcementOf, bidOf, sameDid, submissionOf } from './announcement.ts'
import { signedBid, signNotice, verifyNotice } from './bid.ts'
import { Bucket, HEARTBEAT_MS, PeerBook } from './peer-book.ts'
import { newProtocolMessage } from './protocol.ts'
import type { MessagePayload, ProtocolMessage } from './protocol-types.ts'
import type { MeshNode, MeshParticipant, MeshStats, RunEvidence } from './service.ts'
import {
  decodeSignedMessage,
  MAX_MESSAGE_BYTES,
  MessageVerifier,
  signedMessage,
  signMessage,
} from './signed-message.ts'
import type { MeshTransport } from './transport.ts'
import type { ActualMeshJob, JobAssignmentNotice, MeshJobBid } from './types.ts'

/** What is ours beyond upstream's messages (ref §2.13 `GossipMessage`), with its version. */
const EVIDENCE_TOPIC = 'icn-runtime-web/evidence/1'
/** R1's topics (ref §3.9). */
const PROPOSAL_TOPIC = 'governance_proposal'
const VOTE_TOPIC = 'governance_vote'

/** Messages looked at in all, whoever sent them: a signature takes half a millisecond to check. */
const BURST = 1_024
const PER_SECOND = 512
const MOST_BIDS = 256
const MOST_WAITING = 256
/** Seconds from announcement to the last bid, and from assignment to the receipt (ref §9.3, §9.6). */
const BID_DEADLINE = 30n
const COMPLETION = 3_600n

export interface GossipServices {
  readonly transport: MeshTransport
  readonly signer: Signer
  readonly resolver: DidResolver
  readonly time: TimeProvider
}

interface Waiting<T> {
  readonly from: string
  readonly settle: (value: T | undefined) => void
}

export class GossipMeshService implements MeshParticipant {
  readonly capabilities = { signed: true, staged: false }
  readonly #services: GossipServices
  readonly #verifier: MessageVerifier
  readonly #gate: Bucket
  readonly #book: PeerBook
  /** Open bid windows by job. */
  readonly #windows = new Map<string, Map<string, MeshJobBid>>()
  /** Jobs of ours, for their notices. */
  readonly #jobs = new Map<string, ActualMeshJob>()
  readonly #receipts = new Map<string, Waiting<ExecutionReceipt>>()
  readonly #blocks = new Map<string, Set<Waiting<DagBlock>>>()
  readonly #evidence = new Map<string, RunEvidence>()
  readonly #governance = new Set<(message: Uint8Array) => void>()
  readonly #stats = { sent: 0, received: 0, rejected: 0 }
  #node: MeshNode | undefined
  #beats = 0n
  #beating: ReturnType<typeof setInterval> | undefined
  #closed = false

  constructor(services: GossipServices) {
    this.#services = services
    const { resolver, time, transport } = services
    this.#verifier = new MessageVerifier(resolver)
    this.#gate = new Bucket(BURST, PER_SECOND, time.milliseconds())
    this.#book = new PeerBook((did, state) => {
      // A newcomer learns who is there from the answers to its hello.
      if (state === 'joined') void this.#beat(true)
      this.#node?.peer(did, state)
    })
    transport.listen((bytes) => this.#receive(bytes))
  }

  async join(node: MeshNode): Promise<void> {
    this.#node = node
    await this.#beat(true)
    this.#beating = setInterval(() => void this.#beat(true), HEARTBEAT_MS)
    // In Node a heartbeat keeps nothing alive.
    ;(this.#beating as { unref?: () => void }).unref?.()
  }

  async announceJob(job: ActualMeshJob): Promise<void> {
    const key = job.id.toString()
    bounded(this.#jobs, key, job)
    this.#windows.set(key, new Map())
    const deadline = this.#services.time.seconds() + BID_DEADLINE
    await this.#send({ MeshJobAnnouncement: announcementOf(job, deadline) })
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
    const { signature } = await signNotice({ jobId, executorDid, manifestCid }, this.#services.signer)
    const completionDeadline = this.#services.time.seconds() + COMPLETION
    await this.#send(
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
    const key = job.id.toString()
    return waitFor(timeoutMs, signal, (settle) => {
      const waiting = { from: executor.toString(), settle }
      this.#receipts.set(key, waiting)
      return () => this.#receipts.get(key) === waiting && this.#receipts.delete(key)
    })
  }

  async submitBid(bid: MeshJobBid): Promise<void> {
    await this.#send({ MeshBidSubmission: submissionOf(bid, 0n) }, null, bid.signature)
  }

  async submitReceipt(receipt: ExecutionReceipt): Promise<void> {
    const wallTimeMs = receipt.cpuMs
    const executionMetadata = {
      wallTimeMs,
      peakMemoryMb: 0,
      exitCode: receipt.success ? 0 : 1,
      executionLogs: null,
    }
    await this.#send({ MeshReceiptSubmission: { receipt, executionMetadata } })
  }

  announceProposal(proposal: Uint8Array): Promise<void> {
    return this.#gossip(PROPOSAL_TOPIC, proposal)
  }

  announceVote(vote: Uint8Array): Promise<void> {
    return this.#gossip(VOTE_TOPIC, vote)
  }

  /** Hears proposals and votes of others, as their senders encoded them. Returns unsubscribe. */
  onGovernance(listener: (message: Uint8Array) => void): () => void {
    this.#governance.add(listener)
    return () => this.#governance.delete(listener)
  }

  announceEvidence(job: Cid, { receipt, record }: RunEvidence): Promise<void> {
    const text = stringifyJson({ job: `${job}`, receipt: `${receipt}`, record: `${record}` })
    return this.#gossip(EVIDENCE_TOPIC, utf8(text))
  }

  evidenceOf(job: Cid, executor: Did): RunEvidence | undefined {
    return this.#evidence.get(`${job} ${executor}`)
  }

  requestBlock(cid: Cid, from: Did, timeoutMs: number, signal?: AbortSignal): Promise<DagBlock | undefined> {
    const key = cid.toString()
    const found = waitFor<DagBlock>(timeoutMs, signal, (settle) => {
      const waiting = { from: from.toString(), settle }
      const all = this.#blocks.get(key) ?? new Set()
      this.#blocks.set(key, all.add(waiting))
      return () => {
        all.delete(waiting)
        if (all.size === 0) this.#blocks.delete(key)
      }
    })
    found.catch(() => {})
    return this.#send({ DagBlockRequest: { blockCid: cid, priority: 0 } }, from).then(() => found)
  }

  async peers(): Promise<readonly Did[]> {
    return this.#book.present(this.#services.time.milliseconds())
  }

  async stats(): Promise<MeshStats> {
    const peers = (await this.peers()).length
    return { peers, ...this.#stats }
  }

  async close(): Promise<void> {
    if (this.#closed) return
    clearInterval(this.#beating)
    await this.#beat(false).catch(() => {})
    this.#closed = true
    this.#services.transport.close()
  }

  #beat(isOnline: boolean): Promise<void> {
    if (this.#node === undefined) return Promise.resolve()
    const now = this.#services.time.seconds()
    this.#beats++
    const nodeStatus = {
      isOnline,
      peerCount: this.#book.present(this.#services.time.milliseconds()).length,
      blockHeight: 0n,
      version: 'icn-runtime-web',
      availableResources: { cpuCores: 0, memoryMb: 0, storageMb: 0, maxExecutionTimeSecs: 0n },
    }
    return this.#send({ HeartbeatMessage: { sequence: this.#beats, sentAt: now, nodeStatus } }).catch(
      () => {},
    )
  }

  #gossip(topic: string, payload: Uint8Array): Promise<void> {
    return this.#send({ GossipMessage: { topic, payload, ttl: 1 } })
  }

  /** @param inner signature of what the message carries, where that has one of its own */
  async #send(
    payload: MessagePayload,
    recipient: Did | null = null,
    inner: Uint8Array = new Uint8Array(0),
  ): Promise<void> {
    const { signer, time, transport } = this.#services
    const message = {
      ...newProtocolMessage(payload, signer.did, time.seconds(), recipient),
      signature: inner,
    }
    const bytes = encodeBincode(signedMessage, await signMessage(message, signer))
    if (bytes.length > MAX_MESSAGE_BYTES) {
      throw new IcnError(
        'ResourceLimitExceeded',
        `A network message would have ${bytes.length} bytes, the most is ${MAX_MESSAGE_BYTES}.`,
        { data: { reason: 'messageSize', limit: MAX_MESSAGE_BYTES, actual: bytes.length } },
      )
    }
    if (this.#closed) return
    transport.send(bytes)
    this.#stats.sent++
  }

  #receive(bytes: Uint8Array): void {
    if (this.#closed) return
    const { time, signer } = this.#services
    const now = time.milliseconds()
    this.#stats.received++
    try {
      if (!this.#gate.take(now)) throw new Error('too many messages')
      const signed = decodeSignedMessage(bytes)
      // Heard back from a relay.
      if (sameDid(signed.sender, signer.did)) return
      if (this.#book.isBanned(signed.sender, now)) throw new Error('banned')
      const message = this.#verifier.accept(signed, time.seconds())
      if (!this.#book.hear(message.sender, now)) throw new Error('too many messages of one peer')
      if (message.recipient !== null && !sameDid(message.recipient, signer.did)) return
      this.#take(message, now)
    } catch {
      // Whatever is wrong with it is its sender's; it is counted, and that is all the answer there is.
      this.#stats.rejected++
    }
  }

  /** @throws when the message breaks a rule that its sender is to answer for */
  #take({ payload, sender, signature }: ProtocolMessage, now: number): void {
    const { signer, resolver } = this.#services
    const node = this.#node
    const rule = (kept: boolean, what: string) => {
      if (kept) return
      this.#book.breach(sender, now)
      throw new Error(what)
    }
    if ('HeartbeatMessage' in payload) {
      if (!payload.HeartbeatMessage.nodeStatus.isOnline) this.#book.leave(sender)
    } else if ('MeshJobAnnouncement' in payload) {
      const job = payload.MeshJobAnnouncement
      rule(sameDid(job.creatorDid, sender), 'a job announced by another than its creator')
      node?.announced(job, sender)
    } else if ('MeshBidSubmission' in payload) {
      const bid = bidOf(payload.MeshBidSubmission, signature)
      const window = this.#windows.get(bid.jobId.toString())
      if (window === undefined) return
      rule(sameDid(bid.executorDid, sender), 'a bid sent by another than its bidder')
      rule(
        holds(() => signedBid.verify(bid, resolver)),
        'a bid whose signature does not hold',
      )
      // The first bid counts: nobody bids against themselves.
      const key = sender.toString()
      if (window.size < MOST_BIDS && !window.has(key)) window.set(key, bid)
    } else if ('MeshJobAssignment' in payload) {
      const notice = payload.MeshJobAssignment
      if (!sameDid(notice.executorDid, signer.did)) return
      rule(
        holds(() => verifyNotice({ ...notice, signature }, sender, resolver)),
        'a notice that is not signed',
      )
      node?.assigned(notice, sender)
    } else if ('MeshReceiptSubmission' in payload) {
      const { receipt } = payload.MeshReceiptSubmission
      rule(sameDid(receipt.executorDid, sender), 'a receipt sent by another than its executor')
      const waiting = this.#receipts.get(receipt.jobId.toString())
      if (waiting?.from === sender.toString()) waiting.settle(receipt)
    } else if ('DagBlockRequest' in payload) {
      void this.#serveBlock(payload.DagBlockRequest.blockCid, sender)
    } else if ('DagBlockResponse' in payload) {
      const { blockCid, blockData } = payload.DagBlockResponse
      const waiting = [...(this.#blocks.get(blockCid.toString()) ?? [])].filter(
        ({ from }) => from === sender.toString(),
      )
      if (waiting.length === 0) return
      const sound =
        blockData === null ||
        (blockData.cid.equals(blockCid) &&
          blockFault(blockData) === undefined &&
          holds(() => checkUnambiguous(blockData)))
      for (const { settle } of waiting) settle(sound ? (blockData ?? undefined) : undefined)
      rule(sound, 'a block that is not what its CID says')
    } else if ('GossipMessage' in payload) {
      const { topic, payload: data } = payload.GossipMessage
      if (topic === EVIDENCE_TOPIC) this.#noteEvidence(data, sender)
      else if (topic === PROPOSAL_TOPIC || topic === VOTE_TOPIC) {
        for (const listener of this.#governance) listener(data)
      }
    }
  }

  #noteEvidence(data: Uint8Array, sender: Did): void {
    const json = parseJson(fromUtf8(data, 'Evidence'), 'Evidence')
    if (!isObject(json)) return
    const receipt = Cid.parse(String(json.receipt))
    bounded(this.#evidence, `${json.job} ${sender}`, { receipt, record: Cid.parse(String(json.record)) })
  }

  async #serveBlock(blockCid: Cid, to: Did): Promise<void> {
    const none = (error: string) => this.#send({ DagBlockResponse: { blockCid, blockData: null, error } }, to)
    try {
      const blockData = await this.#node?.block(blockCid)
      if (blockData === undefined) await none('not found')
      else await this.#send({ DagBlockResponse: { blockCid, blockData, error: null } }, to)
    } catch (error) {
      await none(IcnError.is(error, 'ResourceLimitExceeded') ? 'too large' : 'unavailable').catch(() => {})
    }
  }
}

function holds(check: () => void): boolean {
  try {
    check()
    return true
  } catch (error) {
    if (IcnError.is(error)) return false
    throw error
  }
}

/** Keeps the newest. */
function bounded<T>(map: Map<string, T>, key: string, value: T): void {
  map.delete(key)
  map.set(key, value)
  if (map.size <= MOST_WAITING) return
  const [oldest] = map.keys()
  map.delete(oldest!)
}

function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return waitFor<never>(ms, signal, () => () => {}).then(() => {})
}

/** What `listen` is told within the time, or undefined. @throws the signal's reason */
function waitFor<T>(
  ms: number,
  signal: AbortSignal | undefined,
  listen: (settle: (value: T | undefined) => void) => () => unknown,
): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const end = (finish: () => void) => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', abort)
      stop()
      finish()
    }
    const stop = listen((value) => end(() => resolve(value)))
    const abort = () => end(() => reject(signal?.reason))
    const timer = setTimeout(() => end(() => resolve(undefined)), ms)
    if (signal?.aborted) abort()
    else signal?.addEventListener('abort', abort)
  })
}
