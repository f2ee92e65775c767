/** The mesh of one: nobody hears an announcement and nobody bids, so every job is run by this node itself. */
import type { Did } from '../common/did.ts'
import type { ExecutionReceipt } from '../identity/receipt.ts'
import type { MeshCapabilities, MeshNetworkService, MeshStats } from './service.ts'
import type { ActualMeshJob, JobAssignmentNotice, MeshJobBid } from './types.ts'

export class LocalMeshService implements MeshNetworkService {
  get capabilities(): MeshCapabilities {
    return { signed: true, staged: false }
  }

  async announceJob(_job: ActualMeshJob): Promise<void> {}

  async collectBids(_job: ActualMeshJob): Promise<readonly MeshJobBid[]> {
    return []
  }

  async notifyAssignment(_notice: JobAssignmentNotice): Promise<void> {}

  async receiveReceipt(_job: ActualMeshJob, _executor: Did): Promise<ExecutionReceipt | undefined> {
    return undefined
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
