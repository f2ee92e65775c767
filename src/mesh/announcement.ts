/** Jobs and bids as the network protocol says them (ref §2.13, §9.3), and back. */
import type { Did } from '../common/did.ts'
import type {
  ExecutorCapability,
  MeshBidSubmission,
  MeshJobAnnouncement,
  ResourceRequirements,
} from './protocol-types.ts'
import type { ActualMeshJob, MeshJobBid, Resources } from './types.ts'

/** Upstream's figures (ref §9.3, §9.6). */
const MOST_EXECUTION_SECS = 300n
const ESTIMATED_SECS = 60n

/** @param bidDeadline seconds since the epoch */
export function announcementOf(job: ActualMeshJob, bidDeadline: bigint): MeshJobAnnouncement {
  const { kind, inputs, outputs, requiredResources } = job.spec
  return {
    jobId: job.id,
    manifestCid: job.manifestCid,
    creatorDid: job.creatorDid,
    maxCostMana: job.costMana,
    jobSpec: {
      kind: kind === 'GenericPlaceholder' ? 'Generic' : kind,
      inputs,
      outputs,
      requiredResources: requirements(requiredResources),
    },
    bidDeadline,
  }
}

/** The bid's own signature travels in the envelope, where upstream looks for it (ref §9.3). */
export function submissionOf(bid: MeshJobBid, reputation: bigint): MeshBidSubmission {
  return {
    jobId: bid.jobId,
    executorDid: bid.executorDid,
    costMana: bid.priceMana,
    estimatedDurationSecs: ESTIMATED_SECS,
    offeredResources: requirements(bid.resources),
    reputationScore: reputation < 0n ? 0n : reputation,
    executorCapabilities: bid.executorCapabilities.map(capabilityOf),
    executorFederations: bid.executorFederations,
    executorTrustScope: bid.executorTrustScope,
  }
}

/** @param signature the envelope's */
export function bidOf(submission: MeshBidSubmission, signature: Uint8Array): MeshJobBid {
  const { cpuCores, memoryMb, storageMb } = submission.offeredResources
  return {
    jobId: submission.jobId,
    executorDid: submission.executorDid,
    priceMana: submission.costMana,
    resources: { cpuCores, memoryMb, storageMb },
    executorCapabilities: submission.executorCapabilities.map(capabilityName),
    executorFederations: submission.executorFederations,
    executorTrustScope: submission.executorTrustScope,
    signature,
  }
}

export function sameDid(a: Did, b: Did): boolean {
  return a.toString() === b.toString()
}

function requirements({ cpuCores, memoryMb, storageMb }: Resources): ResourceRequirements {
  return { cpuCores, memoryMb, storageMb, maxExecutionTimeSecs: MOST_EXECUTION_SECS }
}

const PLAIN = [
  'CclWasm',
  'Docker',
  'LargeDatasets',
  'GpuAcceleration',
  'SecureExecution',
  'HighAvailability',
] as const
/** As upstream prints the one variant that has fields. */
const SPECIALIZED = /^Specialized \{ name: "(?<name>[^"]*)", version: "(?<version>[^"]*)" \}$/

function capabilityName(capability: ExecutorCapability): string {
  if (typeof capability === 'string') return capability
  const { name, version } = capability.Specialized
  return `Specialized { name: "${name}", version: "${version}" }`
}

function capabilityOf(name: string): ExecutorCapability {
  const plain = PLAIN.find((known) => known === name)
  if (plain !== undefined) return plain
  const found = SPECIALIZED.exec(name)?.groups
  return { Specialized: { name: found?.name ?? name, version: found?.version ?? '' } }
}
