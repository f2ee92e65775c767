/**
 * What icn nodes say to each other (ref §2.13): `ProtocolMessage`, bincode on the wire. The order of the payload table is
 * the wire's enum index. Signing and replay protection are in signed-message.ts.
 */
import type { Cid } from '../common/cid.ts'
import { bool, bytes, type Codec, f32, i32, string, u8, u32, u64 } from '../common/codec.ts'
import { cid, did, signatureBytes } from '../common/codecs.ts'
import type { Did } from '../common/did.ts'
import { list, option, struct, unit, variants } from '../common/shapes.ts'
import { type DagBlock, dagBlock } from '../dag/block.ts'
import { type VoteOption, voteOption } from '../governance/types.ts'
import { type ExecutionReceipt, executionReceipt } from '../identity/receipt.ts'

/** `ICN_PROTOCOL_VERSION`. */
export const PROTOCOL_VERSION = 1

export interface ResourceRequirements {
  readonly cpuCores: number
  readonly memoryMb: number
  readonly storageMb: number
  readonly maxExecutionTimeSecs: bigint
}

const resourceRequirements = struct<ResourceRequirements>('ResourceRequirements', {
  cpuCores: u32,
  memoryMb: u32,
  storageMb: u32,
  maxExecutionTimeSecs: u64,
})

export type ProtocolJobKind = { readonly Echo: { readonly payload: string } } | 'CclWasm' | 'Generic'

const protocolJobKind = variants<ProtocolJobKind>('JobKind', {
  Echo: struct<{ readonly payload: string }>('Echo', { payload: string }),
  CclWasm: null,
  Generic: null,
})

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

const executorCapability = variants<ExecutorCapability>('ExecutorCapability', {
  CclWasm: null,
  Docker: null,
  LargeDatasets: null,
  GpuAcceleration: null,
  SecureExecution: null,
  HighAvailability: null,
  Specialized: struct<{ readonly name: string; readonly version: string }>('Specialized', {
    name: string,
    version: string,
  }),
})

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

const nodeCapabilities = struct<NodeCapabilities>('NodeCapabilities', {
  computeResources: resourceRequirements,
  supportedJobKinds: list(protocolJobKind),
  networkBandwidthMbps: u32,
  storageCapacityGb: u64,
  uptimePercentage: f32,
})

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

const federationConfig = struct<FederationConfig>('FederationConfig', {
  federationId: string,
  members: list(did),
  governanceParams: struct<FederationConfig['governanceParams']>('GovernanceParams', {
    minQuorum: u32,
    voteThreshold: f32,
    votingPeriodSecs: u64,
  }),
  economicParams: struct<FederationConfig['economicParams']>('EconomicParams', {
    baseManaRegenRate: u64,
    reputationMultiplier: f32,
    maxManaCapacity: u64,
  }),
})

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

/** HEAD's table; R1 and R2 lack the two discover messages, so their last three have the indexes 13, 14 and 15. */
export const messagePayload: Codec<MessagePayload> = variants<MessagePayload>('MessagePayload', {
  MeshJobAnnouncement: struct<MeshJobAnnouncement>('MeshJobAnnouncement', {
    jobId: cid,
    manifestCid: cid,
    creatorDid: did,
    maxCostMana: u64,
    jobSpec: struct<ProtocolJobSpec>('JobSpec', {
      kind: protocolJobKind,
      inputs: list(cid),
      outputs: list(string),
      requiredResources: resourceRequirements,
    }),
    bidDeadline: u64,
  }),
  MeshBidSubmission: struct<MeshBidSubmission>('MeshBidSubmission', {
    jobId: cid,
    executorDid: did,
    costMana: u64,
    estimatedDurationSecs: u64,
    offeredResources: resourceRequirements,
    reputationScore: u64,
    executorCapabilities: list(executorCapability),
    executorFederations: list(string),
    executorTrustScope: option(string),
  }),
  MeshJobAssignment: struct<MeshJobAssignment>('MeshJobAssignment', {
    jobId: cid,
    executorDid: did,
    agreedCostMana: u64,
    completionDeadline: u64,
    manifestCid: option(cid),
  }),
  MeshReceiptSubmission: struct<MeshReceiptSubmission>('MeshReceiptSubmission', {
    receipt: executionReceipt,
    executionMetadata: struct<ExecutionMetadata>('ExecutionMetadata', {
      wallTimeMs: u64,
      peakMemoryMb: u32,
      exitCode: i32,
      executionLogs: option(string),
    }),
  }),
  DagBlockAnnouncement: struct<DagBlockAnnouncement>('DagBlockAnnouncement', {
    blockCid: cid,
    blockSize: u64,
    linkCount: u32,
    createdAt: u64,
  }),
  DagBlockRequest: struct<DagBlockRequest>('DagBlockRequest', { blockCid: cid, priority: u8 }),
  DagBlockResponse: struct<DagBlockResponse>('DagBlockResponse', {
    blockCid: cid,
    blockData: option(dagBlock),
    error: option(string),
  }),
  GovernanceProposalAnnouncement: struct<GovernanceProposalAnnouncement>('GovernanceProposalAnnouncement', {
    proposalId: string,
    proposerDid: did,
    proposalType: variants<ProtocolProposalType>('ProposalType', {
      ParameterChange: struct<{ readonly parameter: string; readonly newValue: string }>('ParameterChange', {
        parameter: string,
        newValue: string,
      }),
      MembershipInvitation: struct<{ readonly newMember: Did }>('MembershipInvitation', { newMember: did }),
      MembershipRevocation: struct<{ readonly memberToRemove: Did }>('MembershipRevocation', {
        memberToRemove: did,
      }),
      SoftwareUpgrade: struct<{ readonly version: string }>('SoftwareUpgrade', { version: string }),
      TextProposal: null,
    }),
    description: string,
    votingDeadline: u64,
    proposalData: bytes,
  }),
  GovernanceVoteAnnouncement: struct<GovernanceVoteAnnouncement>('GovernanceVoteAnnouncement', {
    proposalId: string,
    voterDid: did,
    voteOption,
    votedAt: u64,
    justification: option(string),
  }),
  GovernanceStateSyncRequest: struct<GovernanceStateSyncRequest>('GovernanceStateSyncRequest', {
    sinceTimestamp: option(u64),
    maxProposals: option(u32),
  }),
  FederationJoinRequest: struct<FederationJoinRequest>('FederationJoinRequest', {
    requestingNode: did,
    federationId: string,
    nodeCapabilities,
    referralFrom: option(did),
  }),
  FederationJoinResponse: struct<FederationJoinResponse>('FederationJoinResponse', {
    requestingNode: did,
    accepted: bool,
    reason: string,
    federationConfig: option(federationConfig),
  }),
  FederationSyncRequest: struct<FederationSyncRequest>('FederationSyncRequest', {
    federationId: string,
    sinceTimestamp: option(u64),
    syncTypes: list(
      variants<FederationSyncType>('SyncType', {
        Members: null,
        Proposals: null,
        Jobs: null,
        Reputation: null,
      }),
    ),
  }),
  FederationDiscoverRequest: unit,
  FederationDiscoverResponse: struct<FederationDiscoverResponse>('FederationDiscoverResponse', {
    federations: list(struct<FederationInfo>('FederationInfo', { federationId: string, members: list(did) })),
  }),
  GossipMessage: struct<GossipMessage>('GossipMessage', { topic: string, payload: bytes, ttl: u32 }),
  HeartbeatMessage: struct<HeartbeatMessage>('HeartbeatMessage', {
    sequence: u64,
    sentAt: u64,
    nodeStatus: struct<HeartbeatMessage['nodeStatus']>('NodeStatus', {
      isOnline: bool,
      peerCount: u32,
      blockHeight: u64,
      version: string,
      availableResources: resourceRequirements,
    }),
  }),
  PeerDiscoveryMessage: struct<PeerDiscoveryMessage>('PeerDiscoveryMessage', {
    advertiserDid: did,
    capabilities: nodeCapabilities,
    addresses: list(string),
    services: list(
      variants<NodeService>('NodeService', {
        MeshExecution: null,
        DagStorage: null,
        Governance: null,
        Federation: null,
        Relay: null,
      }),
    ),
  }),
})

export interface ProtocolMessage {
  readonly version: number
  readonly payload: MessagePayload
  readonly sender: Did
  readonly recipient: Did | null
  /** Seconds since the epoch. */
  readonly timestamp: bigint
  readonly signature: Uint8Array
}

export const protocolMessage: Codec<ProtocolMessage> = struct<ProtocolMessage>('ProtocolMessage', {
  version: u32,
  payload: messagePayload,
  sender: did,
  recipient: option(did),
  timestamp: u64,
  signature: signatureBytes,
})

/** As upstream's constructor: version 1, unsigned. @param now seconds since the epoch */
export function newProtocolMessage(
  payload: MessagePayload,
  sender: Did,
  now: bigint,
  recipient: Did | null = null,
): ProtocolMessage {
  return {
    version: PROTOCOL_VERSION,
    payload,
    sender,
    recipient,
    timestamp: now,
    signature: new Uint8Array(0),
  }
}

/** The name of a payload's variant. */
export function payloadName(payload: MessagePayload): string {
  return Object.keys(payload)[0]!
}
