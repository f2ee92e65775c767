/** The payloads of `ProtocolMessage` as types (ref §2.13). CIDs, DIDs and u64 are as elsewhere; times are seconds since the epoch. */
import type { Cid } from '../common/cid.ts'
import type { Did } from '../common/did.ts'
import type { DagBlock } from '../dag/block.ts'
import type { VoteOption } from '../governance/types.ts'
import type { ExecutionReceipt } from '../identity/receipt.ts'

export interface ResourceRequirements {
  readonly cpuCores: number
  readonly memoryMb: number
  readonly storageMb: number
  readonly maxExecutionTimeSecs: bigint
}

export type ProtocolJobKind = { readonly Echo: { readonly payload: string } } | 'CclWasm' | 'Generic'

export interface ProtocolJobSpec {
  readonly kind: ProtocolJobKind
  readonly inputs: readonly Cid[]
  readonly outputs: readonly string[]
  readonly requiredResources: ResourceRequirements
}

export type ExecutorCapability =
  | 'CclWasm'
  | 'Docker'
  | 'LargeDatasets'
  | 'GpuAcceleration'
  | 'SecureExecution'
  | 'HighAvailability'
  | { readonly Specialized: { readonly name: string; readonly version: string } }

export interface MeshJobAnnouncement {
  readonly jobId: Cid
  readonly manifestCid: Cid
  readonly creatorDid: Did
  readonly maxCostMana: bigint
  readonly jobSpec: ProtocolJobSpec
  /** Seconds since the epoch. */
  readonly bidDeadline: bigint
}

export interface MeshBidSubmission {
  readonly jobId: Cid
  readonly executorDid: Did
  readonly costMana: bigint
  readonly estimatedDurationSecs: bigint
  readonly offeredResources: ResourceRequirements
  readonly reputationScore: bigint
  readonly executorCapabilities: readonly ExecutorCapability[]
  readonly executorFederations: readonly string[]
  readonly executorTrustScope: string | null
}

export interface MeshJobAssignment {
  readonly jobId: Cid
  readonly executorDid: Did
  readonly agreedCostMana: bigint
  readonly completionDeadline: bigint
  readonly manifestCid: Cid | null
}

export interface ExecutionMetadata {
  readonly wallTimeMs: bigint
  readonly peakMemoryMb: number
  readonly exitCode: number
  readonly executionLogs: string | null
}

export interface MeshReceiptSubmission {
  readonly receipt: ExecutionReceipt
  readonly executionMetadata: ExecutionMetadata
}

export interface DagBlockAnnouncement {
  readonly blockCid: Cid
  readonly blockSize: bigint
  readonly linkCount: number
  readonly createdAt: bigint
}

export interface DagBlockRequest {
  readonly blockCid: Cid
  readonly priority: number
}

export interface DagBlockResponse {
  readonly blockCid: Cid
  readonly blockData: DagBlock | null
  readonly error: string | null
}

export type ProtocolProposalType =
  | { readonly ParameterChange: { readonly parameter: string; readonly newValue: string } }
  | { readonly MembershipInvitation: { readonly newMember: Did } }
  | { readonly MembershipRevocation: { readonly memberToRemove: Did } }
  | { readonly SoftwareUpgrade: { readonly version: string } }
  | 'TextProposal'

export interface GovernanceProposalAnnouncement {
  readonly proposalId: string
  readonly proposerDid: Did
  readonly proposalType: ProtocolProposalType
  readonly description: string
  readonly votingDeadline: bigint
  readonly proposalData: Uint8Array
}

export interface GovernanceVoteAnnouncement {
  readonly proposalId: string
  readonly voterDid: Did
  readonly voteOption: VoteOption
  readonly votedAt: bigint
  readonly justification: string | null
}

export interface GovernanceStateSyncRequest {
  readonly sinceTimestamp: bigint | null
  readonly maxProposals: number | null
}

export interface NodeCapabilities {
  readonly computeResources: ResourceRequirements
  readonly supportedJobKinds: readonly ProtocolJobKind[]
  readonly networkBandwidthMbps: number
  readonly storageCapacityGb: bigint
  readonly uptimePercentage: number
}

export interface FederationConfig {
  readonly federationId: string
  readonly members: readonly Did[]
  readonly governanceParams: {
    readonly minQuorum: number
    readonly voteThreshold: number
    readonly votingPeriodSecs: bigint
  }
  readonly economicParams: {
    readonly baseManaRegenRate: bigint
    readonly reputationMultiplier: number
    readonly maxManaCapacity: bigint
  }
}

export interface FederationJoinRequest {
  readonly requestingNode: Did
  readonly federationId: string
  readonly nodeCapabilities: NodeCapabilities
  readonly referralFrom: Did | null
}

export interface FederationJoinResponse {
  readonly requestingNode: Did
  readonly accepted: boolean
  readonly reason: string
  readonly federationConfig: FederationConfig | null
}

export type FederationSyncType = 'Members' | 'Proposals' | 'Jobs' | 'Reputation'

export interface FederationSyncRequest {
  readonly federationId: string
  readonly sinceTimestamp: bigint | null
  readonly syncTypes: readonly FederationSyncType[]
}

export interface FederationInfo {
  readonly federationId: string
  readonly members: readonly Did[]
}

export interface FederationDiscoverResponse {
  readonly federations: readonly FederationInfo[]
}

export interface GossipMessage {
  readonly topic: string
  readonly payload: Uint8Array
  readonly ttl: number
}

export interface HeartbeatMessage {
  readonly sequence: bigint
  readonly sentAt: bigint
  readonly nodeStatus: {
    readonly isOnline: boolean
    readonly peerCount: number
    readonly blockHeight: bigint
    readonly version: string
    readonly availableResources: ResourceRequirements
  }
}

export type NodeService = 'MeshExecution' | 'DagStorage' | 'Governance' | 'Federation' | 'Relay'

export interface PeerDiscoveryMessage {
  readonly advertiserDid: Did
  readonly capabilities: NodeCapabilities
  readonly addresses: readonly string[]
  readonly services: readonly NodeService[]
}

export type MessagePayload =
  | { readonly MeshJobAnnouncement: MeshJobAnnouncement }
  | { readonly MeshBidSubmission: MeshBidSubmission }
  | { readonly MeshJobAssignment: MeshJobAssignment }
  | { readonly MeshReceiptSubmission: MeshReceiptSubmission }
  | { readonly DagBlockAnnouncement: DagBlockAnnouncement }
  | { readonly DagBlockRequest: DagBlockRequest }
  | { readonly DagBlockResponse: DagBlockResponse }
  | { readonly GovernanceProposalAnnouncement: GovernanceProposalAnnouncement }
  | { readonly GovernanceVoteAnnouncement: GovernanceVoteAnnouncement }
  | { readonly GovernanceStateSyncRequest: GovernanceStateSyncRequest }
  | { readonly FederationJoinRequest: FederationJoinRequest }
  | { readonly FederationJoinResponse: FederationJoinResponse }
  | { readonly FederationSyncRequest: FederationSyncRequest }
  | { readonly FederationDiscoverRequest: null }
  | { readonly FederationDiscoverResponse: FederationDiscoverResponse }
  | { readonly GossipMessage: GossipMessage }
  | { readonly HeartbeatMessage: HeartbeatMessage }
  | { readonly PeerDiscoveryMessage: PeerDiscoveryMessage }

export interface ProtocolMessage {
  readonly version: number
  readonly payload: MessagePayload
  readonly sender: Did
  readonly recipient: Did | null
  /** Seconds since the epoch. */
  readonly timestamp: bigint
  readonly signature: Uint8Array
}
