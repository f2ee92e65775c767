/** Proposals, members and parameters. */
import type { CidString, DidString } from './values.ts'

/** Rules of a co-operative. Given ones replace those of the database; a proposal keeps the rules it was made under. */
export interface GovernanceOptions {
  /** First members of a new database. This node alone. */
  readonly members?: readonly DidString[]
  /** Counted votes a decision needs when its proposal names no other number. 1. */
  readonly quorum?: bigint
  /** Share of Yes among counted votes, above 0 and at most 1, when its proposal names no other. 0.5. */
  readonly threshold?: number
  /** Members who must stand behind a proposal before voting opens, the proposer among them. 1. */
  readonly minSponsors?: number
  /** Seconds an accepted proposal waits before it can be executed. 0. */
  readonly timelockSecs?: bigint
  /** Seconds after acceptance in which a veto counts. 0. */
  readonly vetoGraceSecs?: bigint
  /** Who may veto. Nobody. */
  readonly vetoMembers?: readonly DidString[]
}

/** ref §2.12, with CIDs and DIDs as strings. */
export type ProposalType =
  | { readonly GenericText: string }
  | { readonly SystemParameterChange: readonly [key: string, value: string] }
  | { readonly NewMemberInvitation: DidString }
  | { readonly RemoveMember: DidString }
  | { readonly SoftwareUpgrade: string }
  | { readonly BudgetAllocation: readonly [recipient: DidString, amount: bigint, purpose: string] }
  | {
      readonly Resolution: {
        readonly actions: readonly (
          | { readonly PauseCredential: CidString }
          | { readonly FreezeReputation: DidString }
        )[]
      }
    }

/** Where a proposal stands. */
export type ProposalStatus =
  | 'Pending'
  | 'PendingSponsorship'
  | 'VotingOpen'
  | 'AcceptedTimelock'
  | 'Accepted'
  | 'Rejected'
  | 'Vetoed'
  | 'Executed'
  | 'Failed'

/** What a member can vote. */
export type VoteOption = 'Yes' | 'No' | 'Abstain'

/** A proposal to be made. */
export interface ProposalRequest {
  readonly proposalType: ProposalType
  /** At most 4,096 bytes of UTF-8. */
  readonly description: string
  /** From now to the deadline, which opening the voting does not move. */
  readonly durationSecs: bigint | number
  /** Counted votes needed, 1 or more; the rules' when absent. */
  readonly quorum?: bigint | number
  /** Above 0 and at most 1; the rules' when absent. */
  readonly threshold?: number
  /** A longer text, kept as a block of the DAG; at most 65,536 bytes. */
  readonly body?: Uint8Array
}

/** Times are seconds since the epoch. */
export interface ProposalInfo {
  readonly id: string
  readonly proposer: DidString
  readonly proposalType: ProposalType
  readonly description: string
  readonly createdAt: number
  readonly votingDeadline: number
  readonly status: ProposalStatus
  /** The vote of each member that counts, in the order of their DIDs. */
  readonly votes: readonly {
    readonly voter: DidString
    readonly option: VoteOption
    readonly votedAt: number
  }[]
  /** With delegated votes: as they count now, or counted when the voting was closed. */
  readonly tally: { readonly yes: number; readonly no: number; readonly abstain: number }
  readonly quorum: bigint
  readonly threshold: number
  /** The proposer first. */
  readonly sponsors: readonly DidString[]
  readonly sponsorsNeeded: number
  /** CID of the body's block. */
  readonly contentCid?: CidString
  readonly acceptedAt?: number
  readonly timelockSecs?: bigint
  readonly veto?: { readonly by: DidString; readonly at: number; readonly reason: string }
}

/** A member of the co-operative. */
export interface Member {
  readonly did: DidString
  /** Seconds since the epoch. */
  readonly since: number
  /** The proposal by which the member was admitted; absent for a first member. */
  readonly proposal?: string
  /** Whose vote counts for them when they cast none. */
  readonly delegate?: DidString
}

/** A setting that members have decided on. */
export interface SystemParameter {
  readonly key: string
  readonly value: string
  /** The proposal that set it. */
  readonly proposal: string
  /** Seconds since the epoch. */
  readonly at: number
}
