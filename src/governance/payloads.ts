/** What callers hand to governance and get back, and what it anchors (ref §2.11, §2.12). */
import { bytes, type Codec, f32, string, u64 } from '../common/codec.ts'
import { did } from '../common/codecs.ts'
import type { Did } from '../common/did.ts'
import { option, struct } from '../common/shapes.ts'

export interface CreateProposalPayload {
  readonly proposalTypeStr: string
  readonly typeSpecificPayload: Uint8Array
  readonly description: string
  readonly durationSecs: bigint
  readonly quorum: bigint | null
  readonly threshold: number | null
  readonly body: Uint8Array | null
}

export const createProposalPayload: Codec<CreateProposalPayload> = struct<CreateProposalPayload>(
  'CreateProposalPayload',
  {
    proposalTypeStr: string,
    typeSpecificPayload: bytes,
    description: string,
    durationSecs: u64,
    quorum: option(u64),
    threshold: option(f32),
    body: option(bytes),
  },
)

export interface CastVotePayload {
  readonly proposalIdStr: string
  readonly voteOptionStr: string
}

export const castVotePayload: Codec<CastVotePayload> = struct<CastVotePayload>('CastVotePayload', {
  proposalIdStr: string,
  voteOptionStr: string,
})

export interface CloseProposalResult {
  readonly status: string
  readonly yes: bigint
  readonly no: bigint
  readonly abstain: bigint
}

export const closeProposalResult: Codec<CloseProposalResult> = struct<CloseProposalResult>(
  'CloseProposalResult',
  {
    status: string,
    yes: u64,
    no: u64,
    abstain: u64,
  },
)

/** What HEAD anchors when a parameter change is executed: bincode, codec 0x71, author the signer. */
export interface ParameterUpdate {
  readonly name: string
  readonly value: string
  readonly timestamp: bigint
  readonly signer: Did
}

export const parameterUpdate: Codec<ParameterUpdate> = struct<ParameterUpdate>('ParameterUpdate', {
  name: string,
  value: string,
  timestamp: u64,
  signer: did,
})
