/**
 * A proposal's way: facts about it are joined, and its status follows from them. Joining is commutative, associative and
 * idempotent, so two nodes that heard the same say the same, in whatever order they heard it. A vote counts when it was
 * cast by the time of closing, whenever it arrives. What one node executed stays executed there.
 */
import type { Transaction } from '../storage/types.ts'
import { delegateAt, electorate, electorateAt, joinLent, lentBy } from './electorate.ts'
import { closedKey, ofProposal, outboxKey, timeKey, voteKey } from './keys.ts'
import { invalid } from './refuse.ts'
import {
  type Announce,
  type CastRow,
  CLOSED,
  DELEGATIONS,
  type FactRow,
  LENT,
  type LentRow,
  OUTBOX,
  PROPOSALS,
  type ProposalRow,
  type VetoRow,
  VOTES,
} from './rows.ts'
import { type Birth, dropStatement, factId, lentId } from './statements.ts'
import type { ProposalStatus, VoteOption } from './types.ts'

/** Votes of one member on one proposal that are kept, the earliest ones: how often a mind may change. */
export const MOST_VOTES = 32
const PAGE = 1_000
const FEW = 100

export interface Tally {
  readonly yes: bigint
  readonly no: bigint
  readonly abstain: bigint
}

/** Told when something has changed here and others should hear of it; the change is in the outbox then. */
export const ANNOUNCE_EVENT = 'governance:announce'

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

function acceptedAt(row: ProposalRow, closedAt: bigint, now: bigint): ProposalStatus {
  const wait = waitOf(row)
  return wait > 0n && now < closedAt + wait ? 'AcceptedTimelock' : 'Accepted'
}

function waitOf({ rules, timelockDelay }: ProposalRow): bigint {
  const delay = timelockDelay ?? 0n
  return delay > rules.vetoGraceSecs ? delay : rules.vetoGraceSecs
}

/** From when on an accepted one could be put into effect: the same on every node, whenever each of them does it. */
export function effectiveFrom(row: ProposalRow): bigint {
  return row.closedAt! + waitOf(row)
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
      return end(tx, row, fact.at)
    case 'veto': {
      const { by, at, reason } = fact
      if (!isEarlier(fact, row.veto)) return row
      if (row.veto !== null) dropStatement(tx, factId(row.id, { kind: 'veto', ...row.veto }))
      return { ...row, veto: { by, at, reason } }
    }
    case 'vote': {
      const key = voteKey(row.id, fact.by)
      const before = tx.get(VOTES, key) ?? []
      const after = joinCasts(before, { option: fact.option, at: fact.at })
      if (after === before) return row
      for (const gone of before)
        if (!after.includes(gone)) dropStatement(tx, factId(row.id, { ...fact, ...gone }))
      tx.put(VOTES, key, after)
      return { ...row }
    }
  }
}

/** Whether a fact that was joined is in force, or another one stands in its place. */
export function stands(tx: Transaction, row: ProposalRow, fact: FactRow | Birth): boolean {
  switch (fact.kind) {
    case 'birth':
      return true
    case 'sponsor':
      return row.sponsors.includes(fact.by)
    case 'open':
      return row.opened
    case 'close':
      return row.closedAt === fact.at
    case 'veto':
      return row.veto !== null && factId(row.id, { kind: 'veto', ...row.veto }) === factId(row.id, fact)
    case 'vote': {
      const casts = tx.get(VOTES, voteKey(row.id, fact.by)) ?? []
      return casts.some(({ at, option }) => at === fact.at && option === fact.option)
    }
  }
}

/** The earliest end counts, and with it who was a member by then and whose vote was lent to whom. */
function end(tx: Transaction, row: ProposalRow, closedAt: bigint): ProposalRow {
  if (row.closedAt !== null) {
    tx.delete(CLOSED, closedKey(cutoff(row), row.id))
    dropStatement(tx, factId(row.id, { kind: 'close', by: row.proposer, at: row.closedAt }))
  }
  const closed = { ...row, closedAt }
  tx.put(CLOSED, closedKey(cutoff(closed), row.id), 1)
  return { ...closed, electorate: electorateAt(tx, cutoff(closed)) }
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

/**
 * Joins what a member lent or took back. Votings that had ended by then and are counted otherwise with it are counted anew.
 * @returns whether anything was new
 */
export function lend(tx: Transaction, from: string, lent: LentRow, now: bigint): boolean {
  const before = lentBy(tx, from)
  const log = joinLent(before, lent)
  if (log === before) return false
  tx.put(LENT, from, log)
  for (const gone of before) if (!log.includes(gone)) dropStatement(tx, lentId(from, gone))
  const { at, to } = log.at(-1)!
  if (to !== null) tx.put(DELEGATIONS, from, { to, at })
  else if (tx.has(DELEGATIONS, from)) tx.delete(DELEGATIONS, from)
  const counted = (row: ProposalRow) => {
    const delegate = delegateAt(log, cutoff(row))
    const voters = row.electorate!
    const place = voters.findIndex(([member]) => member === from)
    if (place < 0 || voters[place]![1] === delegate) return voters
    return voters.map((voter, i) => (i === place ? ([from, delegate] as const) : voter))
  }
  // It was in force until the next one, and what is dropped for being the oldest until the one that is the oldest now.
  const next = log.find((other) => other.at > lent.at)
  recountWhere(tx, [lent.at, next?.at], now, counted)
  const [oldest] = before
  if (oldest !== undefined && !log.includes(oldest)) recountWhere(tx, [oldest.at, log[0]!.at], now, counted)
  return true
}

/** Counts the votings anew that ended from then on: who was a member has changed. */
export function recount(tx: Transaction, from: bigint, now: bigint): void {
  recountWhere(tx, [from, undefined], now, (row) => {
    const voters = electorateAt(tx, cutoff(row))
    return String(voters) === String(row.electorate) ? row.electorate! : voters
  })
}

/** @param ends of votings from the first on and before the second */
function recountWhere(
  tx: Transaction,
  [from, to]: readonly [bigint, bigint | undefined],
  now: bigint,
  voters: (row: ProposalRow) => NonNullable<ProposalRow['electorate']>,
): void {
  for (let after = timeKey(from); ; ) {
    const page = tx.list(CLOSED, { after, limit: FEW })
    for (const [key] of page) {
      if (to !== undefined && key >= timeKey(to)) return
      const row = tx.get(PROPOSALS, key.slice(timeKey(0n).length + 1))
      if (row?.electorate == null) continue
      const changed = voters(row)
      if (changed !== row.electorate) save(tx, { ...row, electorate: changed }, now)
    }
    if (page.length < FEW) return
    after = page.at(-1)![0]
  }
}

/** Once the change is durable, the runtime signs it and announces it to the mesh; until then it is in the outbox. */
export function announce(tx: Transaction, change: Announce): void {
  tx.put(OUTBOX, outboxKey(change), change)
  tx.emit({ type: ANNOUNCE_EVENT, detail: change })
}
