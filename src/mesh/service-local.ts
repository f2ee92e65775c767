/**
 * The mesh of one: nobody hears an announcement and nobody bids, so every job is run by this node itself. Bids and
 * receipts may be staged, as with upstream's StubMeshNetworkService (ref §12.4); a service that was staged says so.
 */
import type { Did } from '../common/did.ts'
import type { ExecutionReceipt } from '../identity/receipt.ts'
import type { MeshCapabilities, MeshNetworkService, MeshStats } from './service.ts'
import type { ActualMeshJob, JobAssignmentNotice, MeshJobBid } from './types.ts'

export class LocalMeshService implements MeshNetworkService {
  readonly #bids = new Map<string, MeshJobBid[]>()
  readonly #receipts = new Map<string, ExecutionReceipt[]>()
  #staged = false

  get capabilities(): MeshCapabilities {
    return { signed: !this.#staged, staged: this.#staged }
  }

  /** Answers the next `collectBids` for the job. */
  stageBid(bid: MeshJobBid): void {
    this.#staged = true
    push(this.#bids, bid.jobId.toString(), bid)
  }

  stageReceipt(receipt: ExecutionReceipt): void {
    this.#staged = true
    push(this.#receipts, receipt.jobId.toString(), receipt)
  }

  async announceJob(_job: ActualMeshJob): Promise<void> {}

  /** Drains what was staged, at once. */
  async collectBids(job: ActualMeshJob): Promise<readonly MeshJobBid[]> {
    const id = job.id.toString()
    const bids = this.#bids.get(id) ?? []
    this.#bids.delete(id)
    return bids
  }

  async notifyAssignment(_notice: JobAssignmentNotice): Promise<void> {}

  /** The job's oldest staged receipt when it is of that executor; else it stays where it is. */
  async receiveReceipt(job: ActualMeshJob, executor: Did): Promise<ExecutionReceipt | undefined> {
    const waiting = this.#receipts.get(job.id.toString())
    return waiting?.[0]?.executorDid.equals(executor) ? waiting.shift() : undefined
  }

  async submitBid(_bid: MeshJobBid): Promise<void> {}

  async submitReceipt(_receipt: ExecutionReceipt): Promise<void> {}

  async announceProposal(_proposal: Uint8Array): Promise<void> {}

  async announceVote(_vote: Uint8Array): Promise<void> {}

  onGovernance(_listener: (message: Uint8Array) => void): () => void {
    return () => {}
  }

  async peers(): Promise<readonly Did[]> {
    return []
  }

  async stats(): Promise<MeshStats> {
    return { peers: 0, sent: 0, received: 0 }
  }

  async close(): Promise<void> {}
}

function push<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key)
  if (list === undefined) map.set(key, [value])
  else list.push(value)
}
