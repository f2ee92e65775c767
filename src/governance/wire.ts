/** A row as the `Proposal` that ICN nodes exchange and callers read (ref §2.12). */
import { Cid } from '../common/cid.ts'
import { decodeBincode } from '../common/codec.ts'
import { Did } from '../common/did.ts'
import type { Transaction } from '../storage/types.ts'
import { statusAt, votesOf } from './proposal.ts'
import type { ProposalRow } from './rows.ts'
import { headProposalType, type Proposal, type ProposalStatus, type Vote } from './types.ts'

/** Statuses that only a vote that went well leads to. */
const ACCEPTED: readonly ProposalStatus[] = ['AcceptedTimelock', 'Accepted', 'Vetoed', 'Executed', 'Failed']

/** With the votes that count, by voter. @param now seconds since the epoch */
export function toProposal(tx: Transaction, row: ProposalRow, now: bigint): Proposal {
  const votes = [...votesOf(tx, row)].map(([voter, { option, at }]): readonly [string, Vote] => [
    voter,
    { voter: Did.parse(voter), proposalId: row.id, option, votedAt: at },
  ])
  return { ...withoutVotes(row, now), votes: new Map(votes) }
}

/** As it is announced: a vote counts by its voter's own signature, so none is passed on (ref §14 row 24). */
export function withoutVotes(row: ProposalRow, now: bigint): Proposal {
  const status = statusAt(row, now)
  const { veto, contentCid } = row
  return {
    id: row.id,
    proposer: Did.parse(row.proposer),
    proposalType: decodeBincode(headProposalType, row.type, 'proposal type'),
    description: row.description,
    createdAt: row.createdAt,
    votingDeadline: row.deadline,
    status,
    votes: new Map(),
    quorum: row.quorum,
    threshold: row.threshold,
    contentCid: contentCid === null ? null : Cid.parse(contentCid),
    sponsorship: { sponsors: row.sponsors.map((sponsor) => Did.parse(sponsor)), sponsorshipCompleteAt: null },
    acceptedAt: ACCEPTED.includes(status) ? row.closedAt : null,
    timelockDelay: row.timelockDelay,
    veto: veto === null ? null : { vetoedBy: Did.parse(veto.by), vetoedAt: veto.at, reason: veto.reason },
  }
}
