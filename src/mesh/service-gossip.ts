/**
 * The mesh over any transport that carries bytes to everybody (ref §3.9, §9): upstream's messages in signed envelopes.
 * Each one that comes is bounded in size and number, decoded, within its window of time, new, and signed by whom it names,
 * before anything is made of it. What is made of it is each group's: jobs, blocks, governance; who is there is told here.
 */
import type { Cid } from '../common/cid.ts'
import { encodeBincode } from '../common/codec.ts'
import type { Did } from '../common/did.ts'
import { IcnError } from '../common/errors.ts'
import type { TimeProvider } from '../common/time.ts'
import type { DagBlock } from '../dag/block.ts'
import type { ExecutionReceipt } from '../identity/receipt.ts'
import type { DidResolver } from '../identity/resolver.ts'
import type { Signer } from '../identity/signer.ts'
import { sameDid } from './announcement.ts'
import { Bucket } from './bucket.ts'
import { GossipBlocks } from './gossip-blocks.ts'
import { GossipGovernance } from './gossip-governance.ts'
import { GossipJobs } from './gossip-jobs.ts'
import type { GossipLink } from './gossip-link.ts'
import { GossipTopics } from './gossip-topics.ts'
import { HEARTBEAT_MS, PeerBook } from './peer-book.ts'
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

/** Messages looked at in all, whoever sent them: a signature takes half a millisecond to check. */
const BURST = 1_024
const PER_SECOND = 512

export interface GossipServices {
  readonly transport: MeshTransport
  readonly signer: Signer
  readonly resolver: DidResolver
  readonly time: TimeProvider
  /** Largest block that is sent or taken, bytes of bincode; the largest module with its frame when absent. */
  readonly mostBlockBytes?: number
}

export class GossipMeshService implements MeshParticipant {
  readonly capabilities = { signed: true, staged: false }
  readonly #services: GossipServices
  readonly #verifier: MessageVerifier
  readonly #gate: Bucket
  readonly #book: PeerBook
  readonly #jobs: GossipJobs
  readonly #blocks: GossipBlocks
  readonly #governance: GossipGovernance
  readonly #topics: GossipTopics
  readonly #stats = { sent: 0, received: 0, rejected: 0 }
  #node: MeshNode | undefined
  #beats = numberOfStart()
  #beating: ReturnType<typeof setInterval> | undefined
  #closed = false

  constructor(services: GossipServices) {
    this.#services = services
    const { signer, resolver, time, transport } = services
    this.#verifier = new MessageVerifier(resolver)
    this.#gate = new Bucket(BURST, PER_SECOND, time.milliseconds())
    this.#book = new PeerBook((did, state) => this.#node?.peer(did, state))
    const breach = (sender: Did) => this.#book.breach(sender, time.milliseconds())
    const link: GossipLink = {
      signer,
      resolver,
      time,
      node: () => this.#node,
      send: (payload, recipient, inner) => this.#send(payload, recipient, inner),
      rule(kept, sender, what) {
        if (kept) return
        breach(sender)
        throw new Error(what)
      },
      breach,
    }
    this.#jobs = new GossipJobs(link)
    this.#blocks = new GossipBlocks(link, services.mostBlockBytes)
    this.#governance = new GossipGovernance(link)
    this.#topics = new GossipTopics(link)
    transport.listen((bytes) => this.#receive(bytes))
  }

  async join(node: MeshNode): Promise<void> {
    this.#node = node
    await this.#beat(true)
    this.#beating = setInterval(() => void this.#beat(true), HEARTBEAT_MS)
    // In Node a heartbeat keeps nothing alive.
    ;(this.#beating as { unref?: () => void }).unref?.()
  }

  announceJob(job: ActualMeshJob, windowMs?: number): Promise<void> {
    return this.#jobs.announceJob(job, windowMs)
  }

  collectBids(job: ActualMeshJob, windowMs: number, signal?: AbortSignal): Promise<readonly MeshJobBid[]> {
    return this.#jobs.collectBids(job, windowMs, signal)
  }

  notifyAssignment(notice: JobAssignmentNotice): Promise<void> {
    return this.#jobs.notifyAssignment(notice)
  }

  receiveReceipt(
    job: ActualMeshJob,
    executor: Did,
    timeoutMs: number,
    signal?: AbortSignal,
  ): Promise<ExecutionReceipt | undefined> {
    return this.#jobs.receiveReceipt(job, executor, timeoutMs, signal)
  }

  submitBid(bid: MeshJobBid): Promise<void> {
    return this.#jobs.submitBid(bid)
  }

  submitReceipt(receipt: ExecutionReceipt): Promise<void> {
    return this.#jobs.submitReceipt(receipt)
  }

  announceEvidence(job: Cid, evidence: RunEvidence): Promise<void> {
    return this.#jobs.announceEvidence(job, evidence)
  }

  receiveEvidence(
    job: Cid,
    executor: Did,
    timeoutMs: number,
    signal?: AbortSignal,
  ): Promise<RunEvidence | undefined> {
    return this.#jobs.receiveEvidence(job, executor, timeoutMs, signal)
  }

  requestBlock(
    cid: Cid,
    from: Did,
    timeoutMs: number,
    signal?: AbortSignal,
    mostBytes?: number,
  ): Promise<DagBlock | undefined> {
    return this.#blocks.request(cid, from, timeoutMs, signal, mostBytes)
  }

  announceProposal(proposal: Uint8Array): Promise<void> {
    return this.#governance.announceProposal(proposal)
  }

  announceVote(vote: Uint8Array): Promise<void> {
    return this.#governance.announceVote(vote)
  }

  onGovernance(listener: (message: Uint8Array) => void): () => void {
    return this.#governance.listen(listener)
  }

  publish(topic: string, payload: Uint8Array, to?: Did): Promise<void> {
    return this.#topics.publish(topic, payload, to)
  }

  subscribe(topic: string, listener: (payload: Uint8Array, from: Did) => void): () => void {
    return this.#topics.subscribe(topic, listener)
  }

  blame(peer: Did): void {
    this.#book.breach(peer, this.#services.time.milliseconds())
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
    this.#blocks.close()
    this.#services.transport.close()
  }

  #beat(isOnline: boolean, to: Did | null = null): Promise<void> {
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
    return this.#send({ HeartbeatMessage: { sequence: this.#beats, sentAt: now, nodeStatus } }, to).catch(
      () => {},
    )
  }

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
      const { recipient } = signed.message
      // Heard back from a relay, or said to another: then it is theirs to check.
      if (sameDid(signed.sender, signer.did)) return
      if (recipient !== null && !sameDid(recipient, signer.did)) return
      if (this.#book.isBanned(signed.sender, now)) throw new Error('banned')
      const again = this.#blocks.provesItself(signed.message)
      const message = this.#verifier.accept(signed, time.seconds(), again)
      const known = this.#book.isOnline(message.sender)
      if (!this.#book.hear(message.sender, now, this.#blocks.expects(message))) {
        throw new Error('too many messages of one peer')
      }
      // A newcomer learns who is there from the answers to its hello, which are for it alone: of many nodes each would
      // otherwise have to check what all say to all. So does who went without a word and is back, or has another tab.
      if (!known || isFirstBeat(message)) void this.#beat(true, message.sender)
      this.#take(message)
    } catch {
      // Whatever is wrong with it is its sender's; it is counted, and that is all the answer there is.
      this.#stats.rejected++
    }
  }

  /** @throws when the message breaks a rule that its sender is to answer for */
  #take(message: ProtocolMessage): void {
    const { payload, sender } = message
    if ('HeartbeatMessage' in payload) {
      if (!payload.HeartbeatMessage.nodeStatus.isOnline) this.#book.leave(sender)
      return
    }
    if (this.#jobs.take(message) || this.#blocks.take(message)) return
    if (!this.#governance.take(message)) this.#topics.take(message)
  }
}

/**
 * Before the first heartbeat. The upper half tells one start of a node from the next: what a node says first within the
 * second in which it said it before would otherwise be the same message, which is refused as heard.
 */
function numberOfStart(): bigint {
  return BigInt(crypto.getRandomValues(new Uint32Array(1))[0]!) << 32n
}

function isFirstBeat({ payload }: ProtocolMessage): boolean {
  if (!('HeartbeatMessage' in payload)) return false
  const { sequence, nodeStatus } = payload.HeartbeatMessage
  return nodeStatus.isOnline && BigInt.asUintN(32, sequence) === 1n
}
