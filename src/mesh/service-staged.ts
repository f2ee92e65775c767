/**
 * A mesh of one whose bids and receipts are staged beforehand, as with upstream's StubMeshNetworkService (ref §12.4). Once
 * something was staged it says so, and production refuses it.
 */
import type { Did } from '../common/did.ts'
import type { ExecutionReceipt } from '../identity/receipt.ts'
import type { MeshCapabilities } from './service.ts'
import { LocalMeshService } from './service-local.ts'
import type { ActualMeshJob, MeshJobBid } from './types.ts'

export class StagedMeshService extends LocalMeshService {
  readonly #bids = new Map<string, MeshJobBid[]>()
  readonly #receipts = new Map<string, ExecutionReceipt[]>()
  #staged = false

  override get capabilities(): MeshCapabilities {
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

  /** Drains what was staged, at once. */
  override async collectBids(job: ActualMeshJob): Promise<readonly MeshJobBid[]> {
    const id = job.id.toString()
    const bids = this.#bids.get(id) ?? []
    this.#bids.delete(id)
    return bids
  }

  /** The job's oldest staged receipt when it is of that executor; else it stays where it is. */
  override async receiveReceipt(job: ActualMeshJob, executor: Did): Promise<ExecutionReceipt | undefined> {
    const waiting = this.#receipts.get(job.id.toString())
    return waiting?.[0]?.executorDid.equals(executor) ? waiting.shift() : undefined
  }
}

function push<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key)
  if (list === undefined) map.set(key, [value])
  else list.push(value)
}
