/** The mesh's types and their wire forms (ref §2.5–2.8), field for field as icn-mesh has them. */
import type { Cid } from '../common/cid.ts'
import { type Codec, string, u32, u64 } from '../common/codec.ts'
import { cid, did, signatureBytes } from '../common/codecs.ts'
import type { Did } from '../common/did.ts'
import { list, omittedOption, option, struct, variants, withDefault } from '../common/shapes.ts'
import { type ExecutionReceipt, executionReceipt } from '../identity/receipt.ts'

export interface Resources {
  readonly cpuCores: number
  readonly memoryMb: number
  readonly storageMb: number
}

export const NO_RESOURCES: Resources = { cpuCores: 0, memoryMb: 0, storageMb: 0 }

export const resources: Codec<Resources> = struct<Resources>('Resources', {
  cpuCores: u32,
  memoryMb: u32,
  storageMb: withDefault(u32, () => 0),
})

/** As in JSON: `'CclWasm'`, `'GenericPlaceholder'` or `{ Echo: { payload } }`. */
export type JobKind = { readonly Echo: { readonly payload: string } } | 'CclWasm' | 'GenericPlaceholder'

export const jobKind: Codec<JobKind> = variants<JobKind>('JobKind', {
  Echo: struct<{ readonly payload: string }>('Echo', { payload: string }),
  CclWasm: null,
  GenericPlaceholder: null,
})

export interface JobSpec {
  readonly kind: JobKind
  readonly inputs: readonly Cid[]
  readonly outputs: readonly string[]
  readonly requiredResources: Resources
  readonly requiredCapabilities: readonly string[]
  readonly requiredTrustScope: string | null
  readonly minExecutorReputation: bigint | null
  readonly allowedFederations: readonly string[]
}

const strings = withDefault(list(string), () => [])
const optionalString = withDefault(option(string), () => null)

/** HEAD's eight fields; all but `kind` may be missing, so R1's and R2's JSON reads too. */
export const jobSpec: Codec<JobSpec> = struct<JobSpec>('JobSpec', {
  kind: jobKind,
  inputs: withDefault(list(cid), () => []),
  outputs: strings,
  requiredResources: withDefault(resources, () => NO_RESOURCES),
  requiredCapabilities: strings,
  requiredTrustScope: optionalString,
  minExecutorReputation: withDefault(option(u64), () => null),
  allowedFederations: strings,
})

/** A spec with every default. */
export function jobSpecOf(kind: JobKind, rest: Partial<Omit<JobSpec, 'kind'>> = {}): JobSpec {
  return {
    kind,
    inputs: rest.inputs ?? [],
    outputs: rest.outputs ?? [],
    requiredResources: rest.requiredResources ?? NO_RESOURCES,
    requiredCapabilities: rest.requiredCapabilities ?? [],
    requiredTrustScope: rest.requiredTrustScope ?? null,
    minExecutorReputation: rest.minExecutorReputation ?? null,
    allowedFederations: rest.allowedFederations ?? [],
  }
}

/** The plain name of a kind. */
export function jobKindName(kind: JobKind): 'Echo' | 'CclWasm' | 'GenericPlaceholder' {
  return typeof kind === 'string' ? kind : 'Echo'
}

export interface ActualMeshJob {
  /** `JobId`: a CID. */
  readonly id: Cid
  readonly manifestCid: Cid
  readonly spec: JobSpec
  readonly creatorDid: Did
  /** Mana. */
  readonly costMana: bigint
  readonly maxExecutionWaitMs: bigint | null
  readonly signature: Uint8Array
}

export const actualMeshJob: Codec<ActualMeshJob> = struct<ActualMeshJob>('ActualMeshJob', {
  id: cid,
  manifestCid: cid,
  spec: jobSpec,
  creatorDid: did,
  costMana: u64,
  maxExecutionWaitMs: option(u64),
  signature: signatureBytes,
})

export interface MeshJobBid {
  readonly jobId: Cid
  readonly executorDid: Did
  /** Mana. */
  readonly priceMana: bigint
  readonly resources: Resources
  readonly executorCapabilities: readonly string[]
  readonly executorFederations: readonly string[]
  readonly executorTrustScope: string | null
  readonly signature: Uint8Array
}

export const meshJobBid: Codec<MeshJobBid> = struct<MeshJobBid>('MeshJobBid', {
  jobId: cid,
  executorDid: did,
  priceMana: u64,
  resources,
  executorCapabilities: strings,
  executorFederations: strings,
  executorTrustScope: optionalString,
  signature: signatureBytes,
})

/** The runtime's notice (HEAD, R2). */
export interface JobAssignmentNotice {
  readonly jobId: Cid
  readonly executorDid: Did
  /** Mana. */
  readonly agreedCostMana: bigint
}

export const jobAssignmentNotice: Codec<JobAssignmentNotice> = struct<JobAssignmentNotice>(
  'JobAssignmentNotice',
  {
    jobId: cid,
    executorDid: did,
    agreedCostMana: u64,
  },
)

/** icn-mesh's signed notice; the signer is whoever assigned the job and is not named in it. */
export interface SignedAssignmentNotice {
  readonly jobId: Cid
  readonly executorDid: Did
  readonly signature: Uint8Array
  readonly manifestCid: Cid | null
}

export const signedAssignmentNotice: Codec<SignedAssignmentNotice> = struct<SignedAssignmentNotice>(
  'JobAssignmentNotice',
  { jobId: cid, executorDid: did, signature: signatureBytes, manifestCid: omittedOption(cid) },
)

export interface MeshJobAnnounce {
  readonly jobId: Cid
  readonly manifestCid: Cid
  readonly creatorDid: Did
  readonly costMana: bigint
  readonly jobKind: JobKind
  readonly requiredResources: Resources
}

export const meshJobAnnounce: Codec<MeshJobAnnounce> = struct<MeshJobAnnounce>('MeshJobAnnounce', {
  jobId: cid,
  manifestCid: cid,
  creatorDid: did,
  costMana: u64,
  jobKind: withDefault(jobKind, () => 'GenericPlaceholder' as const),
  requiredResources: withDefault(resources, () => NO_RESOURCES),
})

/** A bid with the sender's signature over the same bytes. */
export interface MeshBidSubmit {
  readonly bid: MeshJobBid
  readonly signature: Uint8Array
}

export const meshBidSubmit: Codec<MeshBidSubmit> = struct<MeshBidSubmit>('MeshBidSubmit', {
  bid: meshJobBid,
  signature: signatureBytes,
})

export interface SubmitReceiptMessage {
  readonly receipt: ExecutionReceipt
  readonly signature: Uint8Array
}

export const submitReceiptMessage: Codec<SubmitReceiptMessage> = struct<SubmitReceiptMessage>(
  'SubmitReceiptMessage',
  {
    receipt: executionReceipt,
    signature: signatureBytes,
  },
)
