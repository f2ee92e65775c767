/**
 * A proposal's way: facts about it are joined, and its status follows from them. Joining is commutative, associative and
 * idempotent, so two nodes that heard the same say the same, in whatever order they heard it. A vote counts when it was
 * cast by the time of closing, whenever it arrives. What one node executed stays executed there.
 */
import type { Transaction } from '../storage/types.ts'
import { electorate } from './members.ts'
import { invalid } from './refuse.ts'
import {
  type CastRow,
  type FactRow,
  ofProposal,
  PROPOSALS,
  type ProposalRow,
  type VetoRow,
  VOTES,
  voteKey,
} from './rows.ts'
import type { ProposalStatus, VoteOption } from './types.ts'

/** Votes of one member on one proposal that are kept, the earliest ones: how often a mind may change. */
export const MOST_VOTES = 32
const PAGE = 1_000

export interface Tally {
  readonly yes: bigint
  readonly no: bigint
  readonly abstain: bigint
}

/** Told when a proposal has changed here and others should hear of it. `voter`: of a vote of theirs. */
export const ANNOUNCE_EVENT = 'governance:announce'

export interface Announce {
  readonly id: string
  readonly voter?: string
}

/** @throws IcnError InvalidSpec */
export function knownProposal(tx: Transaction, id: string): ProposalRow {
  const row = tx.get(PROPOSALS, id)
  if (row !== undefined) return row
  const shown = id.slice(0, 300)
  throw invalid('unknownProposal', `Proposal not found: ${shown}`, { proposal: shown })
}

/** Votes dated after it do not count. */
export function cutoff({ closedAt, deadline }: ProposalRow): bigint {
  return closedAt !== null && closedAt < deadline ? closedAt : deadline
}

/** The last vote of each voter that was cast in time, by DID. */
export function votesOf(tx: Transaction, row: ProposalRow): ReadonlyMap<string, CastRow> {
  const prefix = ofProposal(row.id)
  const end = cutoff(row)
  const found = new Map<string, CastRow>()
  for (let after: string | undefined; ; ) {
    const page = tx.list(VOTES, { prefix, limit: PAGE, ...(after === undefined ? {} : { after }) })
    for (const [key, casts] of page) {
      const last = casts.findLast(({ at }) => at <= end)
      if (last !== undefined) found.set(key.slice(prefix.length), last)
    }
    if (page.length < PAGE) return found
    after = page.at(-1)![0]
  }
}

/** Each member's own vote, or else that of the member they delegated to (ref §6.2). */
export function tallyOf(tx: Transaction, row: ProposalRow): Tally {
  const votes = votesOf(tx, row)
  const voters = row.electorate ?? electorate(tx)
  const members = new Set(voters.map(([member]) => member))
  const count: Record<VoteOption, bigint> = { Yes: 0n, No: 0n, Abstain: 0n }
  for (const [member, delegate] of voters) {
    const lent = delegate !== null && members.has(delegate) ? votes.get(delegate) : undefined
    const vote = votes.get(member) ?? lent
    if (vote !== undefined) count[vote.option]++
  }
  return { yes: count.Yes, no: count.No, abstain: count.Abstain }
}

/** Abstentions count towards the quorum and the whole; the comparison is in f32, as upstream's. */
function isAccepted(tx: Transaction, row: ProposalRow): boolean {
  const { rules } = row
  const { yes, no, abstain } = tallyOf(tx, row)
  const total = yes + no + abstain
  const needed = Math.fround(Math.fround(Number(total)) * Math.fround(row.threshold ?? rules.threshold))
  return total >= (row.quorum ?? rules.quorum) && Math.fround(Number(yes)) >= needed
}

/**
 * Counts the votes of a closed one: up to a thousand members. Whoever has a stored row takes `statusAt`.
 * @param now seconds since the epoch: a timelock ends by itself
 */
export function statusOf(tx: Transaction, row: ProposalRow, now: bigint): ProposalStatus {
  if (row.end !== null) return row.end
  const { rules, closedAt, veto } = row
  const sponsored = row.sponsors.length >= rules.minSponsors
  if (closedAt === null) {
    if (!sponsored) return 'PendingSponsorship'
    return row.opened ? 'VotingOpen' : 'Pending'
  }
  if (!sponsored || !row.opened || !isAccepted(tx, row)) return 'Rejected'
  const grace = rules.vetoGraceSecs
  if (veto !== null && rules.vetoMembers.includes(veto.by) && veto.at <= closedAt + grace) return 'Vetoed'
  return acceptedAt(row, closedAt, now)
}

/** Of a row as it is stored: every fact that is joined is counted by `save`, so that since then only time has passed. */
export function statusAt(row: ProposalRow, now: bigint): ProposalStatus {
  const { status, closedAt } = row
  const accepted = status === 'Accepted' || status === 'AcceptedTimelock'
  return accepted && closedAt !== null ? acceptedAt(row, closedAt, now) : status
}

function acceptedAt({ rules, timelockDelay }: ProposalRow, closedAt: bigint, now: bigint): ProposalStatus {
  const delay = timelockDelay ?? 0n
  const wait = delay > rules.vetoGraceSecs ? delay : rules.vetoGraceSecs
  return wait > 0n && now < closedAt + wait ? 'AcceptedTimelock' : 'Accepted'
}

/**
 * Joins a fact whose source was checked; a vote goes to its own table.
 * @returns the row as it is then, not yet written; the very same one when nothing was new
 */
export function join(tx: Transaction, row: ProposalRow, fact: FactRow): ProposalRow {
  switch (fact.kind) {
    case 'sponsor':
      return row.sponsors.includes(fact.by)
        ? row
        : { ...row, sponsors: [row.sponsors[0]!, ...[...row.sponsors.slice(1), fact.by].sort()] }
    case 'open':
      return row.opened ? row : { ...row, opened: true }
    case 'close':
      if (row.closedAt !== null && row.closedAt <= fact.at) return row
      return { ...row, closedAt: fact.at, electorate: row.electorate ?? electorate(tx) }
    case 'veto': {
      const { by, at, reason } = fact
      return isEarlier(fact, row.veto) ? { ...row, veto: { by, at, reason } } : row
    }
    case 'vote': {
      const key = voteKey(row.id, fact.by)
      const before = tx.get(VOTES, key) ?? []
      const after = joinCasts(before, { option: fact.option, at: fact.at })
      if (after === before) return row
      tx.put(VOTES, key, after)
      return { ...row }
    }
  }
}

/** Vetoes by time, then by who and why, so that of two the same one stands everywhere. */
function isEarlier(fact: VetoRow, veto: VetoRow | null): boolean {
  if (veto === null || fact.at !== veto.at) return veto === null || fact.at < veto.at
  return `${fact.by}\u0000${fact.reason}` < `${veto.by}\u0000${veto.reason}`
}

const ORDER: readonly VoteOption[] = ['Yes', 'No', 'Abstain']

/** By time, each time once: of two votes of one second the one furthest from Yes stands. Only the earliest are kept. */
function joinCasts(casts: readonly CastRow[], cast: CastRow): readonly CastRow[] {
  const same = casts.find(({ at }) => at === cast.at)
  if (same !== undefined && ORDER.indexOf(same.option) >= ORDER.indexOf(cast.option)) return casts
  const last = casts.at(-1)
  if (casts.length === MOST_VOTES && same === undefined && last!.at < cast.at) return casts
  return [...casts.filter(({ at }) => at !== cast.at), cast]
    .sort((a, b) => (a.at < b.at ? -1 : 1))
    .slice(0, MOST_VOTES)
}

/** Writes the row with the status that follows, and tells of it. */
export function save(tx: Transaction, row: ProposalRow, now: bigint): ProposalRow {
  const status = statusOf(tx, row, now)
  const saved = { ...row, status }
  tx.put(PROPOSALS, row.id, saved)
  tx.emit({ type: 'proposal', detail: { id: row.id, status } })
  return saved
}

/** Once the change is durable, the runtime announces it to the mesh. */
export function announce(tx: Transaction, detail: Announce): void {
  tx.emit({ type: ANNOUNCE_EVENT, detail })
}
