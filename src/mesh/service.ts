/**
 * What the job pipeline asks of a network (ref §12.4 `MeshNetworkService`). Every implementation says what it vouches
 * for, and a runtime in `production` refuses one that does not sign and verify (decision 14, ref §14 row 60).
 */
import type { Did } from '../common/did.ts'
import type { ExecutionReceipt } from '../identity/receipt.ts'
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
}

export interface MeshNetworkService {
  readonly capabilities: MeshCapabilities
  announceJob(job: ActualMeshJob): Promise<void>
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
  peers(): Promise<readonly Did[]>
  stats(): Promise<MeshStats>
  close(): Promise<void>
}
