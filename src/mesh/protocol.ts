/**
 * What icn nodes say to each other (ref §2.13): `ProtocolMessage`, bincode on the wire. The order of the payload table is
 * the wire's enum index. Signing and replay protection are in signed-message.ts.
 */
import { bool, bytes, type Codec, f32, i32, string, u8, u32, u64 } from '../common/codec.ts'
import { cid, did, signatureBytes } from '../common/codecs.ts'
import type { Did } from '../common/did.ts'
import { list, option, struct, unit, variants } from '../common/shapes.ts'
import { dagBlock } from '../dag/block.ts'
import { voteOption } from '../governance/types.ts'
import { executionReceipt } from '../identity/receipt.ts'
import type {
  DagBlockAnnouncement,
  DagBlockRequest,
  DagBlockResponse,
  ExecutionMetadata,
  ExecutorCapability,
  FederationConfig,
  FederationDiscoverResponse,
  FederationInfo,
  FederationJoinRequest,
  FederationJoinResponse,
  FederationSyncRequest,
  FederationSyncType,
  GossipMessage,
  GovernanceProposalAnnouncement,
  GovernanceStateSyncRequest,
  GovernanceVoteAnnouncement,
  HeartbeatMessage,
  MeshBidSubmission,
  MeshJobAnnouncement,
  MeshJobAssignment,
  MeshReceiptSubmission,
  MessagePayload,
  NodeCapabilities,
  NodeService,
  PeerDiscoveryMessage,
  ProtocolJobKind,
  ProtocolJobSpec,
  ProtocolMessage,
  ProtocolProposalType,
  ResourceRequirements,
} from './protocol-types.ts'

/** `ICN_PROTOCOL_VERSION`. */
export const PROTOCOL_VERSION = 1

const resourceRequirements = struct<ResourceRequirements>('ResourceRequirements', {
  cpuCores: u32,
  memoryMb: u32,
  storageMb: u32,
  maxExecutionTimeSecs: u64,
})

const protocolJobKind = variants<ProtocolJobKind>('JobKind', {
  Echo: struct<{ readonly payload: string }>('Echo', { payload: string }),
  CclWasm: null,
  Generic: null,
})

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

const nodeCapabilities = struct<NodeCapabilities>('NodeCapabilities', {
  computeResources: resourceRequirements,
  supportedJobKinds: list(protocolJobKind),
  networkBandwidthMbps: u32,
  storageCapacityGb: u64,
  uptimePercentage: f32,
})

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
