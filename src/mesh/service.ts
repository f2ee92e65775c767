/**
 * What the job pipeline asks of a network (ref §12.4 `MeshNetworkService`). Every implementation says what it vouches
 * for, and a runtime in `production` refuses one that does not sign and verify (decision 14, ref §14 row 60).
 */
import type { Cid } from '../common/cid.ts'
import type { Did } from '../common/did.ts'
import type { DagBlock } from '../dag/block.ts'
import type { ExecutionReceipt } from '../identity/receipt.ts'
import type { MeshJobAnnouncement, MeshJobAssignment } from './protocol-types.ts'
import type { ActualMeshJob, JobAssignmentNotice, MeshJobBid } from './types.ts'

export interface MeshCapabilities {
  /** Every message it sends is signed, every message it delivers was verified. True of a service that has no peers. */
  readonly signed: boolean
  /** Answers come from a test's staging queues. */
  readonly staged: boolean
}

export interface MeshStats {
  readonly peers: number
  readonly sent: number
  readonly received: number
  /** Messages that were dropped: malformed, stale, seen before, forged, too many. */
  readonly rejected?: number
}

export interface MeshNetworkService {
  readonly capabilities: MeshCapabilities
  /** @param windowMs how long bids will be waited for */
  announceJob(job: ActualMeshJob, windowMs?: number): Promise<void>
  /** Bids that arrived and were verified before the window closed. */
  collectBids(job: ActualMeshJob, windowMs: number, signal?: AbortSignal): Promise<readonly MeshJobBid[]>
  notifyAssignment(notice: JobAssignmentNotice): Promise<void>
  /** The executor's verified receipt for the job, or undefined when none came in time. */
  receiveReceipt(
    job: ActualMeshJob,
    executor: Did,
    timeoutMs: number,
    signal?: AbortSignal,
  ): Promise<ExecutionReceipt | undefined>
  submitBid(bid: MeshJobBid): Promise<void>
  submitReceipt(receipt: ExecutionReceipt): Promise<void>
  announceProposal(proposal: Uint8Array): Promise<void>
  announceVote(vote: Uint8Array): Promise<void>
  /** Hears what other nodes give to the two above: signed messages, judged by whoever listens. Returns unsubscribe. */
  onGovernance(listener: (message: Uint8Array) => void): () => void
  peers(): Promise<readonly Did[]>
  stats(): Promise<MeshStats>
  close(): Promise<void>
}

/** Where the run behind a receipt can be looked up: the executor's receipt block and its execution record. */
export interface RunEvidence {
  readonly receipt: Cid
  readonly record: Cid
}

/** What others ask of this node; the messages were verified, and come from `from`. */
export interface MeshNode {
  /** A block to hand out, or undefined. */
  block(cid: Cid): Promise<DagBlock | undefined>
  announced(job: MeshJobAnnouncement, from: Did): void
  assigned(assignment: MeshJobAssignment, from: Did): void
  peer(did: Did, state: 'joined' | 'left'): void
}

/** A service with peers: it also brings what they ask of this node. */
export interface MeshParticipant extends MeshNetworkService {
  /** Says hello; from now on others are answered. */
  join(node: MeshNode): Promise<void>
  /**
   * A block of a peer, checked against its CID; undefined when it did not come in time or the peer has none.
   * @param timeoutMs how long each answer is waited for; a large block takes many
   * @param mostBytes of the block as bincode; the most that is taken at all when absent
   */
  requestBlock(
    cid: Cid,
    from: Did,
    timeoutMs: number,
    signal?: AbortSignal,
    mostBytes?: number,
  ): Promise<DagBlock | undefined>
  /** Says something on a topic of ours, `icn-runtime-web/<what>/<version>`: to everybody, or for one peer. */
  publish(topic: string, payload: Uint8Array, to?: Did): Promise<void>
  /** Hears a topic of ours; the messages were verified, and come from `from`. Returns unsubscribe. */
  subscribe(topic: string, listener: (payload: Uint8Array, from: Did) => void): () => void
  /** What a peer said there no honest node says: it is held against it. */
  blame(peer: Did): void
  announceEvidence(job: Cid, evidence: RunEvidence): Promise<void>
  /** Of a job whose receipt is, or was, waited for: what its executor announced, or undefined when nothing came in time. */
  receiveEvidence(
    job: Cid,
    executor: Did,
    timeoutMs: number,
    signal?: AbortSignal,
  ): Promise<RunEvidence | undefined>
}
