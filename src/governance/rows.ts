/** The tables of governance. CIDs and DIDs are strings, times are seconds since the epoch. */
import { type Table, table } from '../storage/types.ts'
import type { ProposalStatus, VoteOption } from './types.ts'

export interface VetoRow {
  readonly by: string
  readonly at: bigint
  readonly reason: string
}

/**
 * A proposal: what is proposed, which never changes, and the facts known of it, which only ever grow. Its status follows
 * from both (proposal.ts), so that it does not depend on the order in which the facts came.
 */
export interface ProposalRow {
  readonly id: string
  /** Its place in the order in which proposals came to this node. */
  readonly seq: number
  readonly proposer: string
  /** bincode of the `ProposalType`, HEAD's form. */
  readonly type: Uint8Array
  readonly description: string
  readonly createdAt: bigint
  readonly deadline: bigint
  readonly quorum: bigint | null
  /** f32. */
  readonly threshold: number | null
  readonly contentCid: string | null
  /** Seconds between acceptance and execution. */
  readonly timelockDelay: bigint | null
  /** In force when it came, and so for it, whatever is changed later. */
  readonly rules: GovernanceRules
  /** Members who want it voted on, the proposer first among them. */
  readonly sponsors: readonly string[]
  readonly opened: boolean
  readonly closedAt: bigint | null
  /** Who could vote when it was closed, and whose vote counts for a member that did not. */
  readonly electorate: readonly (readonly [member: string, delegate: string | null])[] | null
  readonly veto: VetoRow | null
  /** Execution on this node. */
  readonly end: 'Executed' | 'Failed' | null
  /** The proposer has lost reputation for it. */
  readonly penalised: boolean
  /** As it followed from the above when the row was written. */
  readonly status: ProposalStatus
}

export interface CastRow {
  readonly option: VoteOption
  readonly at: bigint
}

/** Something that is told of a proposal. */
export type FactRow =
  | { readonly kind: 'vote'; readonly by: string; readonly at: bigint; readonly option: VoteOption }
  | { readonly kind: 'sponsor' | 'open' | 'close'; readonly by: string; readonly at: bigint }
  | { readonly kind: 'veto'; readonly by: string; readonly at: bigint; readonly reason: string }

/** What is told of a proposal that has not come yet, with the signed message that told it where that is short. */
export type WaitingRow = FactRow & { readonly carrier?: Uint8Array }

/** From `at` on a member's vote is lent to `to`; null: to nobody. `nth` orders changes of one second, from 0. */
export interface LentRow {
  readonly at: bigint
  readonly nth: number
  readonly to: string | null
}

/** A membership that has ended: from `since` (0 for a founder) until `until`. */
export interface FormerRow {
  readonly since: bigint
  readonly until: bigint
}

/** The rules of this node's co-operative; all but the first two are off by default. */
export interface GovernanceRules {
  /** Counted votes a decision needs when the proposal names no other number; 1 or more. */
  readonly quorum: bigint
  /** Share of Yes among the counted votes, above 0 and at most 1. */
  readonly threshold: number
  /** Members who must stand behind a proposal before voting opens; the proposer is the first. */
  readonly minSponsors: number
  /** Seconds between acceptance and execution. */
  readonly timelockSecs: bigint
  /** Seconds after acceptance in which a veto counts; execution waits for its end. */
  readonly vetoGraceSecs: bigint
  /** DIDs that may veto. */
  readonly vetoMembers: readonly string[]
}

export interface GovernanceState {
  /** Proposals ever taken in. */
  readonly proposals: number
  readonly members: number
  /** Facts waiting for their proposal. */
  readonly waiting: number
}

/** By proposal id. */
export const PROPOSALS: Table<ProposalRow> = table('proposals')
/** Every proposal's id in the order they came. */
export const PROPOSAL_ORDER: Table<string> = table('proposalOrder')
/** By `voteKey`: every vote of one voter, earliest first. */
export const VOTES: Table<readonly CastRow[]> = table('votes')
/** By DID. */
export const MEMBERS: Table<{ readonly since: bigint; readonly proposal: string | null }> = table('members')
/** By DID: every membership that has ended, the earliest first. */
export const FORMER: Table<readonly FormerRow[]> = table('formerMembers')
/** By the DID of who delegates: the delegation in force. */
export const DELEGATIONS: Table<{ readonly to: string; readonly at: bigint }> = table('delegations')
/** By the DID of who delegates: what it lent and took back, earliest first, so that a past voting is counted as it was. */
export const LENT: Table<readonly LentRow[]> = table('lent')
/** By `closedKey`: proposals whose voting has ended, in the order of its end. */
export const CLOSED: Table<1> = table('closedProposals')
/** By `factId`: the signed message that told it, as it came. What others lack is handed on in its author's own words. */
export const STATEMENTS: Table<Uint8Array> = table('statements')
/** By `outboxKey`: changes of this node that are still to be signed and announced. */
export const OUTBOX: Table<Announce> = table('outbox')
/** System parameters by key. */
export const PARAMETERS: Table<{
  readonly value: string
  readonly proposal: string
  readonly at: bigint
}> = table('parameters')
/** One row, `rules`. */
export const RULES: Table<GovernanceRules> = table('governanceRules')
/** One row, `state`. */
export const GOVERNANCE: Table<GovernanceState> = table('governance')
/** By `factKey`. */
export const WAITING: Table<WaitingRow> = table('governanceWaiting')

/** What has changed here and others should hear of: a proposal, a vote on one, or whose vote a member lends. */
export type Announce = { readonly id: string; readonly voter?: string } | { readonly delegator: string }
