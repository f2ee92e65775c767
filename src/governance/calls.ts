/**
 * What a member does with proposals (ref §6.3). Every function checks everything first, takes its fee next and writes
 * last: a refusal leaves the transaction as it was and costs nothing (ref §14 row 10).
 */
import { RAW } from '../common/cid.ts'
import { encodeBincode } from '../common/codec.ts'
import type { Did } from '../common/did.ts'
import { buildBlock } from '../dag/block.ts'
import { putBlock } from '../dag/blocks.ts'
import { sequenceKey } from '../dag/rows.ts'
import { spendMana } from '../economics/ledger.ts'
import type { Transaction } from '../storage/types.ts'
import { type Content, checkBody, checkContent, contentId, readType } from './content.ts'
import { voteKey } from './keys.ts'
import { governanceState, requireMember } from './members.ts'
import type { CreateProposalPayload } from './payloads.ts'
import { announce, join, knownProposal, MOST_VOTES, save, statusAt, votesOf } from './proposal.ts'
import { denied, invalid, wrongState } from './refuse.ts'
import { GOVERNANCE, PROPOSAL_ORDER, PROPOSALS, type ProposalRow, VOTES } from './rows.ts'
import { PROPOSAL_COST, rulesOf, VOTE_COST } from './rules.ts'
import { headProposalType, type ProposalStatus, type VoteOption } from './types.ts'

/** Who does it, and when: seconds since the epoch. */
export interface Actor {
  readonly me: Did
  readonly now: bigint
}

/** @throws IcnError InvalidSpec, PermissionDenied, Economic */
export function createProposal(
  tx: Transaction,
  { me, now }: Actor,
  payload: CreateProposalPayload,
): ProposalRow {
  const { description, durationSecs, quorum, threshold, body } = payload
  const proposalType = readType(payload, me)
  checkBody(body)
  const { timelockSecs } = rulesOf(tx)
  const block = body === null ? null : buildBlock({ data: body, timestamp: now, authorDid: me, codec: RAW })
  const content: Content = {
    proposer: me,
    proposalType,
    description,
    createdAt: now,
    votingDeadline: now + durationSecs,
    quorum,
    threshold,
    contentCid: block?.cid ?? null,
    timelockDelay: timelockSecs > 0n ? timelockSecs : null,
  }
  checkContent(content, now)
  requireMember(tx, me, 'make a proposal')
  const id = contentId(content)
  if (tx.has(PROPOSALS, id)) {
    throw invalid('proposalExists', `Proposal with ID ${id} already exists`, { proposal: id })
  }
  spendMana(tx, me, PROPOSAL_COST, { cause: 'governance', reference: id, at: now })
  if (block !== null) putBlock(tx, block)
  const row = insert(tx, id, content, now)
  announce(tx, { id })
  return row
}

/** A proposal's row, as it is before anything has happened to it. */
export function insert(tx: Transaction, id: string, content: Content, now: bigint): ProposalRow {
  const state = governanceState(tx)
  tx.put(GOVERNANCE, 'state', { ...state, proposals: state.proposals + 1 })
  tx.put(PROPOSAL_ORDER, sequenceKey(state.proposals), id)
  const { proposer, contentCid } = content
  return save(
    tx,
    {
      id,
      seq: state.proposals,
      proposer: proposer.toString(),
      type: encodeBincode(headProposalType, content.proposalType),
      description: content.description,
      createdAt: content.createdAt,
      deadline: content.votingDeadline,
      quorum: content.quorum,
      threshold: content.threshold,
      contentCid: contentCid?.toString() ?? null,
      timelockDelay: content.timelockDelay,
      rules: rulesOf(tx),
      sponsors: [proposer.toString()],
      opened: false,
      closedAt: null,
      electorate: null,
      veto: null,
      end: null,
      penalised: false,
      status: 'Pending',
    },
    now,
  )
}

/** The proposer's part. @throws IcnError InvalidSpec, PermissionDenied, InvalidJobState */
export function openVoting(tx: Transaction, { me, now }: Actor, id: string): ProposalRow {
  const row = knownProposal(tx, id)
  if (row.proposer !== me.toString()) {
    throw denied('notTheProposer', `Only ${row.proposer} may open the voting on its proposal.`, {
      proposal: id,
      proposer: row.proposer,
    })
  }
  requireMember(tx, me, 'open a voting')
  expectStatus(row, now, 'Pending', 'open the voting')
  if (now >= row.deadline) throw late(row, now)
  const opened = save(tx, join(tx, row, { kind: 'open', by: row.proposer, at: now }), now)
  announce(tx, { id })
  return opened
}

/** Stands behind a proposal of somebody else, where the rules ask for sponsors. */
export function sponsorProposal(tx: Transaction, { me, now }: Actor, id: string): ProposalRow {
  const row = knownProposal(tx, id)
  requireMember(tx, me, 'sponsor a proposal')
  expectStatus(row, now, 'PendingSponsorship', 'sponsor it')
  if (now >= row.deadline) throw late(row, now)
  if (row.sponsors.includes(me.toString())) {
    throw invalid('alreadySponsor', `${me} stands behind this proposal already.`, { proposal: id })
  }
  const sponsored = save(tx, join(tx, row, { kind: 'sponsor', by: me.toString(), at: now }), now)
  announce(tx, { id })
  return sponsored
}

/**
 * A vote; another one of the same member takes the place of the one before, at its own fee.
 * @throws IcnError InvalidSpec, PermissionDenied, InvalidJobState, Economic
 */
export function castVote(tx: Transaction, { me, now }: Actor, id: string, option: VoteOption): ProposalRow {
  const row = knownProposal(tx, id)
  requireMember(tx, me, 'vote')
  expectStatus(row, now, 'VotingOpen', 'vote')
  const before = tx.get(VOTES, voteKey(id, me.toString())) ?? []
  const last = before.at(-1)
  if (last?.option === option) {
    throw invalid('alreadyVoted', `${me} has voted ${option} on this proposal already.`, {
      proposal: id,
      option,
    })
  }
  if (before.length === MOST_VOTES) {
    throw invalid('tooManyVotes', `A vote may be changed ${MOST_VOTES - 1} times.`, { proposal: id })
  }
  // Two votes of one second have an order, too.
  const at = last !== undefined && last.at >= now ? last.at + 1n : now
  if (at > row.deadline) throw late(row, at)
  spendMana(tx, me, VOTE_COST, { cause: 'governance', reference: id, at: now })
  const voted = save(tx, join(tx, row, { kind: 'vote', by: me.toString(), at, option }), now)
  announce(tx, { id, voter: me.toString() })
  return voted
}

/** `yes`, `no` or `abstain` in any case. @throws IcnError InvalidSpec */
export function readOption(text: string): VoteOption {
  const found = (['Yes', 'No', 'Abstain'] as const).find((name) => name.toLowerCase() === text.toLowerCase())
  if (found !== undefined) return found
  const shown = text.slice(0, 100)
  throw invalid('voteOption', `Unknown vote option: ${shown}`, { option: shown })
}

/**
 * Ends the voting and counts: the proposer at any time, every member from the deadline on. A proposal that was never
 * opened is rejected by it once its deadline has passed; any other that is not open stays as it is (ref §6.2).
 * @returns the proposal with its status then
 * @throws IcnError InvalidSpec, PermissionDenied
 */
export function closeVoting(tx: Transaction, { me, now }: Actor, id: string): ProposalRow {
  const row = knownProposal(tx, id)
  requireMember(tx, me, 'close a voting')
  const status = statusAt(row, now)
  const over = now >= row.deadline
  const closable = status === 'VotingOpen' || (over && row.closedAt === null && row.end === null)
  if (!closable) return status === row.status ? row : save(tx, row, now)
  if (!over && row.proposer !== me.toString()) {
    throw denied(
      'tooEarly',
      `The voting ends at ${row.deadline}; before that only ${row.proposer} may close it.`,
      { proposal: id, deadline: row.deadline, now },
    )
  }
  const closed = save(tx, join(tx, row, { kind: 'close', by: me.toString(), at: endOf(tx, row, now) }), now)
  announce(tx, { id })
  return closed
}

/**
 * A vote changed within a second is dated ahead of the clock, by a second for each change (`castVote`): the voting ends no
 * earlier than that, or the vote it took the place of would count again.
 */
function endOf(tx: Transaction, row: ProposalRow, now: bigint): bigint {
  let end = now
  for (const { at } of votesOf(tx, row).values()) if (at > end && at < now + BigInt(MOST_VOTES)) end = at
  return end
}

/** While an accepted proposal waits, whoever the rules name may stop it for good. */
export function vetoProposal(tx: Transaction, { me, now }: Actor, id: string, reason: string): ProposalRow {
  const row = knownProposal(tx, id)
  const { vetoMembers, vetoGraceSecs } = row.rules
  if (!vetoMembers.includes(me.toString())) {
    throw denied('notAVetoMember', `The rules do not let ${me} veto.`, { did: `${me}` })
  }
  expectStatus(row, now, 'AcceptedTimelock', 'veto it')
  const end = row.closedAt! + vetoGraceSecs
  if (now > end) {
    throw wrongState(`The time for a veto ended at ${end}.`, { proposal: id, end, now })
  }
  if (reason.length > 1_000) {
    throw invalid('size', `The reason of a veto may have 1000 characters, got ${reason.length}.`)
  }
  const vetoed = save(tx, join(tx, row, { kind: 'veto', by: me.toString(), at: now, reason }), now)
  announce(tx, { id })
  return vetoed
}

function expectStatus(row: ProposalRow, now: bigint, expected: ProposalStatus, what: string): void {
  const status = statusAt(row, now)
  if (status === expected) return
  throw wrongState(`Proposal ${row.id} is ${status}; to ${what} it must be ${expected}.`, {
    proposal: row.id,
    status,
    expected,
  })
}

function late(row: ProposalRow, now: bigint) {
  return wrongState(`The time for proposal ${row.id} ended at ${row.deadline}; it is ${now}.`, {
    proposal: row.id,
    reason: 'deadline',
    deadline: row.deadline,
    now,
  })
}
