/** Who belongs to the co-operative, and who votes for whom (ref §6.2). */
import type { Did } from '../common/did.ts'
import { IcnError } from '../common/errors.ts'
import type { Transaction } from '../storage/types.ts'
import { lentBy } from './electorate.ts'
import { announce, lend, recount } from './proposal.ts'
import { denied, invalid } from './refuse.ts'
import { DELEGATIONS, FORMER, GOVERNANCE, type GovernanceState, MEMBERS } from './rows.ts'
import { MOST_MEMBERS } from './rules.ts'

const NOTHING: GovernanceState = { proposals: 0, members: 0, waiting: 0 }

export function governanceState(tx: Transaction): GovernanceState {
  return tx.get(GOVERNANCE, 'state') ?? NOTHING
}

export function isMember(tx: Transaction, did: Did | string): boolean {
  return tx.has(MEMBERS, did.toString())
}

/** Whether it is a member or was one: what it said while it was counts. */
export function wasMember(tx: Transaction, did: Did | string): boolean {
  return isMember(tx, did) || tx.has(FORMER, did.toString())
}

/** @throws IcnError PermissionDenied (ref §14 row 22) */
export function requireMember(tx: Transaction, did: Did, what: string): void {
  if (isMember(tx, did)) return
  throw denied('notAMember', `${did} is not a member of this co-operative and may not ${what}.`, {
    did: did.toString(),
  })
}

/** The first members of a new database; later ones are admitted by vote. */
export function found(tx: Transaction, founders: readonly Did[], now: bigint): void {
  for (const did of founders) admit(tx, did, null, now)
}

/**
 * A member who is one already stays one.
 * @param since from when on it is one: the same on every node, whenever each of them executes the proposal
 * @throws IcnError ResourceLimitExceeded
 */
export function admit(tx: Transaction, did: Did, proposal: string | null, since: bigint, now = since): void {
  if (isMember(tx, did)) return
  const state = governanceState(tx)
  if (state.members >= MOST_MEMBERS) {
    throw new IcnError('ResourceLimitExceeded', `The co-operative has ${state.members} members, the most.`, {
      data: { reason: 'members', limit: MOST_MEMBERS },
    })
  }
  tx.put(MEMBERS, did.toString(), { since, proposal })
  tx.put(GOVERNANCE, 'state', { ...state, members: state.members + 1 })
  // The founders are there before any proposal is.
  if (proposal !== null) recount(tx, since, now)
}

/**
 * @param until when it ceases to be one; what was decided before is counted with it
 * @throws IcnError ProcessingFailure for the last member: nobody could admit another
 */
export function remove(tx: Transaction, did: Did, until: bigint, now = until): void {
  const row = tx.get(MEMBERS, did.toString())
  if (row === undefined) return
  const state = governanceState(tx)
  if (state.members === 1) {
    throw new IcnError('ProcessingFailure', `${did} is the last member and cannot be removed.`, {
      data: { reason: 'lastMember', did: did.toString() },
    })
  }
  tx.delete(MEMBERS, did.toString())
  const since = row.proposal === null ? 0n : row.since
  tx.put(FORMER, did.toString(), [...(tx.get(FORMER, did.toString()) ?? []), { since, until }])
  tx.put(GOVERNANCE, 'state', { ...state, members: state.members - 1 })
  recount(tx, until, now)
}

export interface Delegation {
  /** Who asks. */
  readonly me: Did
  /** Whose vote is lent. */
  readonly from: Did
  readonly now: bigint
}

/**
 * One level deep: a vote lent to somebody who lent theirs goes no further. A new delegation replaces the one before.
 * @throws IcnError PermissionDenied for another's vote or a non-member, InvalidSpec for oneself
 */
export function delegateVote(tx: Transaction, { me, from, now }: Delegation, to: Did): void {
  if (!from.equals(me)) {
    throw denied('notYours', `Can only delegate your own vote: ${from} is not ${me}.`, { from: `${from}` })
  }
  requireMember(tx, from, 'delegate a vote')
  if (!isMember(tx, to)) {
    throw denied('notAMember', `${to} is not a member of this co-operative and cannot vote for you.`, {
      did: `${to}`,
    })
  }
  if (to.equals(from)) throw invalid('toYourself', `${from} votes for itself already.`, { did: `${from}` })
  if (delegateOf(tx, from) !== to.toString()) lendNow(tx, from, to, now)
}

/** Silent when there is none. @throws IcnError PermissionDenied for another's delegation */
export function revokeDelegation(tx: Transaction, { me, from, now }: Delegation): void {
  if (!from.equals(me)) {
    throw denied('notYours', `Can only revoke your own delegation: ${from} is not ${me}.`, {
      from: `${from}`,
    })
  }
  if (tx.has(DELEGATIONS, from.toString())) lendNow(tx, from, null, now)
}

/** Two changes of one second have an order, too. */
function lendNow(tx: Transaction, from: Did, to: Did | null, now: bigint): void {
  const last = lentBy(tx, from.toString()).at(-1)
  const after =
    last !== undefined && last.at >= now ? { at: last.at, nth: last.nth + 1 } : { at: now, nth: 0 }
  lend(tx, from.toString(), { ...after, to: to?.toString() ?? null }, now)
  announce(tx, { delegator: from.toString() })
}

/** The member whose vote counts for `did` when it casts none of its own. */
export function delegateOf(tx: Transaction, did: Did): string | null {
  return tx.get(DELEGATIONS, did.toString())?.to ?? null
}
