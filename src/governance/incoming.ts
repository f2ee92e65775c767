/**
 * Proposals and votes of other nodes (ref §14 row 24). Whoever signed a message speaks for itself alone: a proposal counts
 * when its proposer announces it, a vote when its voter sends it, the end of a voting when one who may end it says so.
 * What another node executed changes nothing here; each node executes by its own facts. What is told of a proposal before
 * it has come itself waits for it, so that the order in which messages come makes no difference.
 */
import type { Did } from '../common/did.ts'
import { IcnError } from '../common/errors.ts'
import type { Transaction } from '../storage/types.ts'
import { insert } from './calls.ts'
import { checkContent, contentId } from './content.ts'
import { lentBy } from './electorate.ts'
import { factKey, ofProposal } from './keys.ts'
import { governanceState, requireMember, wasMember } from './members.ts'
import { join, lend, save, stands } from './proposal.ts'
import { denied, invalid } from './refuse.ts'
import {
  type FactRow,
  GOVERNANCE,
  type LentRow,
  PROPOSALS,
  type ProposalRow,
  WAITING,
  type WaitingRow,
} from './rows.ts'
import { factId, keepStatement, lentId } from './statements.ts'
import type { Delegated, Proposal, ProposalStatus, Vote } from './types.ts'

/** Who signed the message, its timestamp, and the time here; seconds since the epoch. */
export interface Heard {
  readonly sender: Did
  readonly at: bigint
  readonly now: bigint
  /** The signed message as it came, kept for those who were away; nothing is kept when absent. */
  readonly carrier?: Uint8Array
}

/** How far back a message may date what it tells of, seconds: as far as a message itself may be late. */
export const MOST_LATE = 300n
/** Facts kept for proposals that have not come. */
export const MOST_WAITING = 1_000
/** How long they are kept once that many wait, seconds. */
const PATIENCE = 600n
/** Longest message kept with a fact that waits, bytes; a longer one is had again from others (runtime/sync.ts). */
const MOST_CARRIER = 8_192
/** Published when something was told of a proposal that is not known here. */
export const UNKNOWN_EVENT = 'governance:unknown'

const CLOSED: readonly ProposalStatus[] = [
  'AcceptedTimelock',
  'Accepted',
  'Rejected',
  'Vetoed',
  'Executed',
  'Failed',
]

/** Statuses that others than those who may close bring about. */
const AFTERWARDS: readonly ProposalStatus[] = ['Vetoed', 'Executed', 'Failed']

/**
 * @returns true when something was new
 * @throws IcnError PermissionDenied, InvalidSpec, ResourceLimitExceeded; nothing was written then
 */
export function receiveProposal(tx: Transaction, proposal: Proposal, heard: Heard): boolean {
  const { sender, now, carrier } = heard
  expectMember(tx, sender, 'announce a proposal')
  const { id } = proposal
  checkContent(proposal, now)
  if (contentId(proposal) !== id) {
    throw invalid('idMismatch', `The content of proposal ${id.slice(0, 300)} is not the one its id names.`)
  }
  const own = sender.equals(proposal.proposer)
  const facts = factsOf(proposal, heard).map((fact) => ({ ...fact, ...(carrier && { carrier }) }))
  const known = tx.get(PROPOSALS, id)
  if (known === undefined && !own) return wait(tx, id, facts, now)
  const row = known ?? insert(tx, id, proposal, now)
  const born = own && keepStatement(tx, factId(id, { kind: 'birth' }), carrier)
  // What waited came by the rules of its sender; what of it does not count is left out.
  if (known === undefined) {
    merge(tx, row, [...facts, { kind: 'sponsor', by: row.proposer, at: heard.at }, ...waiting(tx, id)], now)
    return true
  }
  return merge(tx, row, facts, now) || born
}

/** @throws IcnError PermissionDenied, InvalidSpec, InvalidJobState, ResourceLimitExceeded; nothing was written then */
export function receiveVote(tx: Transaction, vote: Vote, heard: Heard): boolean {
  const { sender, at, now, carrier } = heard
  const voter = vote.voter.toString()
  if (!vote.voter.equals(sender)) {
    throw denied('notTheVoter', `A vote of ${voter} was sent by ${sender}.`, { voter, sender: `${sender}` })
  }
  expectMember(tx, sender, 'vote')
  if (vote.votedAt !== at) {
    throw invalid('votedAt', `A vote is dated by its message: ${vote.votedAt} is not ${at}.`, {
      votedAt: vote.votedAt,
      sentAt: at,
    })
  }
  const id = vote.proposalId
  if (id === '' || /\p{Cc}/u.test(id) || id.length > 4_096) {
    throw invalid('proposalId', 'A vote names a proposal by an id that no proposal can have.')
  }
  const fact: WaitingRow = { kind: 'vote', by: voter, at, option: vote.option, ...(carrier && { carrier }) }
  const known = tx.get(PROPOSALS, id)
  if (known === undefined) return wait(tx, id, [fact], now)
  return merge(tx, known, [fact], now)
}

/**
 * What a member lent or took back, as it says itself.
 * @throws IcnError PermissionDenied, InvalidSpec; nothing was written then
 */
export function receiveDelegation(tx: Transaction, { from, to, at, nth }: Delegated, heard: Heard): boolean {
  const { sender, now, carrier } = heard
  if (!from.equals(sender)) {
    throw denied('notYours', `A delegation of ${from} was sent by ${sender}.`, { from: `${from}` })
  }
  expectMember(tx, sender, 'delegate a vote')
  if (at !== heard.at) {
    throw invalid('lentAt', `A delegation is dated by its message: ${at} is not ${heard.at}.`, {
      lentAt: at,
      sentAt: heard.at,
    })
  }
  if (to?.equals(from)) throw invalid('toYourself', `${from} votes for itself already.`, { did: `${from}` })
  const lent: LentRow = { at, nth, to: to?.toString() ?? null }
  const fresh = lend(tx, from.toString(), lent, now)
  const id = lentId(from.toString(), lent)
  const standing = lentBy(tx, from.toString()).some((other) => lentId(from.toString(), other) === id)
  return (standing && keepStatement(tx, id, carrier)) || fresh
}

/** Whoever was a member then may be one no longer here: what it said while it was one counts all the same. */
function expectMember(tx: Transaction, did: Did, what: string): void {
  if (!wasMember(tx, did)) requireMember(tx, did, what)
}

/** What the sender's announcement says by its own right. */
function factsOf(proposal: Proposal, { sender, at }: Heard): readonly FactRow[] {
  const by = sender.toString()
  const { status, sponsorship, acceptedAt, veto } = proposal
  const facts: FactRow[] = []
  const proposers = sender.equals(proposal.proposer)
  if (!proposers && sponsorship.sponsors.some((sponsor) => sponsor.equals(sender)))
    facts.push({ kind: 'sponsor', by, at })
  const closed = CLOSED.includes(status)
  const closedAt = acceptedAt ?? at
  if (status === 'VotingOpen' || (closed && acceptedAt !== null && proposers)) {
    facts.push({ kind: 'open', by, at })
  }
  // Who executes or vetoes need not be one who may close.
  const ends = proposers || closedAt >= proposal.votingDeadline || !AFTERWARDS.includes(status)
  if (closed && ends && closedAt <= at && at - closedAt <= MOST_LATE) {
    facts.push({ kind: 'close', by, at: closedAt })
  }
  if (veto?.vetoedBy.equals(sender) && veto.vetoedAt <= at && at - veto.vetoedAt <= MOST_LATE) {
    facts.push({ kind: 'veto', by, at: veto.vetoedAt, reason: veto.reason.slice(0, 1_000) })
  }
  return facts
}

/** Why the fact does not count for this proposal, whenever it came; null when it does. */
function fault(row: ProposalRow, fact: FactRow): IcnError | null {
  const { proposer, deadline } = row
  switch (fact.kind) {
    case 'open':
      if (fact.by === proposer) return null
      return denied('notTheProposer', `${fact.by} may not open the voting on a proposal of ${proposer}.`)
    case 'close':
      if (fact.by === proposer || fact.at >= deadline) return null
      return denied('tooEarly', `${fact.by} closed the voting at ${fact.at}, which ends at ${deadline}.`)
    case 'vote': {
      // One cast after an early end is kept and not counted: an end that was dated earlier may yet come, never a later one.
      if (fact.at <= deadline) return null
      const data = { reason: 'deadline', proposal: row.id, votedAt: fact.at, end: deadline }
      return new IcnError(
        'InvalidJobState',
        `${fact.by} voted at ${fact.at}; the voting ended at ${deadline}.`,
        { data },
      )
    }
    case 'veto':
      if (row.rules.vetoMembers.includes(fact.by)) return null
      return denied('notAVetoMember', `The rules do not let ${fact.by} veto.`)
    default:
      return null
  }
}

/** @throws IcnError when none of the facts counts */
function merge(tx: Transaction, row: ProposalRow, facts: readonly WaitingRow[], now: bigint): boolean {
  let next = row
  let kept = false
  let refused: IcnError | null = null
  let counted = facts.length === 0
  for (const { carrier, ...fact } of facts) {
    const why = fault(next, fact)
    if (why === null) {
      next = join(tx, next, fact)
      counted = true
      if (stands(tx, next, fact)) kept = keepStatement(tx, factId(row.id, fact), carrier) || kept
    } else refused = why
  }
  if (!counted && refused !== null) throw refused
  if (next === row) return kept
  save(tx, next, now)
  return true
}

/** Keeps facts until their proposal comes. */
function wait(tx: Transaction, id: string, facts: readonly WaitingRow[], now: bigint): boolean {
  const fresh = facts.filter((fact) => !tx.has(WAITING, factKey(id, fact)))
  if (fresh.length === 0) return false
  let { waiting: count } = governanceState(tx)
  if (count + fresh.length > MOST_WAITING) {
    const old = tx.list(WAITING, { limit: MOST_WAITING }).filter(([, { at }]) => at + PATIENCE < now)
    if (count - old.length + fresh.length > MOST_WAITING) {
      throw new IcnError(
        'ResourceLimitExceeded',
        `${count} messages wait for proposals that have not come; the most is ${MOST_WAITING}.`,
        { data: { reason: 'waiting', limit: MOST_WAITING } },
      )
    }
    for (const [key] of old) tx.delete(WAITING, key)
    count -= old.length
  }
  for (const { carrier, ...fact } of fresh) {
    const short = carrier !== undefined && carrier.length <= MOST_CARRIER
    tx.put(WAITING, factKey(id, fact), short ? { ...fact, carrier } : fact)
  }
  tx.emit({ type: UNKNOWN_EVENT, detail: { id } })
  tx.put(GOVERNANCE, 'state', { ...governanceState(tx), waiting: count + fresh.length })
  return true
}

/** Takes out what waited for a proposal. */
function waiting(tx: Transaction, id: string): readonly WaitingRow[] {
  const rows = tx.list(WAITING, { prefix: ofProposal(id), limit: MOST_WAITING })
  if (rows.length === 0) return []
  for (const [key] of rows) tx.delete(WAITING, key)
  const state = governanceState(tx)
  tx.put(GOVERNANCE, 'state', { ...state, waiting: state.waiting - rows.length })
  return rows.map(([, fact]) => fact)
}
