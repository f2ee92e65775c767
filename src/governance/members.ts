/** Who belongs to the co-operative, and who votes for whom (ref §6.2). */
import type { Did } from '../common/did.ts'
import { IcnError } from '../common/errors.ts'
import type { Transaction } from '../storage/types.ts'
import { denied, invalid } from './refuse.ts'
import { DELEGATIONS, GOVERNANCE, type GovernanceState, MEMBERS } from './rows.ts'
import { MOST_MEMBERS } from './rules.ts'

const NOTHING: GovernanceState = { proposals: 0, members: 0, waiting: 0 }

export function governanceState(tx: Transaction): GovernanceState {
  return tx.get(GOVERNANCE, 'state') ?? NOTHING
}

export function isMember(tx: Transaction, did: Did | string): boolean {
  return tx.has(MEMBERS, did.toString())
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

/** A member who is one already stays one. @throws IcnError ResourceLimitExceeded */
export function admit(tx: Transaction, did: Did, proposal: string | null, now: bigint): void {
  if (isMember(tx, did)) return
  const state = governanceState(tx)
  if (state.members >= MOST_MEMBERS) {
    throw new IcnError('ResourceLimitExceeded', `The co-operative has ${state.members} members, the most.`, {
      data: { reason: 'members', limit: MOST_MEMBERS },
    })
  }
  tx.put(MEMBERS, did.toString(), { since: now, proposal })
  tx.put(GOVERNANCE, 'state', { ...state, members: state.members + 1 })
}

/** @throws IcnError ProcessingFailure for the last member: nobody could admit another */
export function remove(tx: Transaction, did: Did): void {
  if (!isMember(tx, did)) return
  const state = governanceState(tx)
  if (state.members === 1) {
    throw new IcnError('ProcessingFailure', `${did} is the last member and cannot be removed.`, {
      data: { reason: 'lastMember', did: did.toString() },
    })
  }
  tx.delete(MEMBERS, did.toString())
  tx.put(GOVERNANCE, 'state', { ...state, members: state.members - 1 })
}

/** Every member with the one who votes for them when they do not, in the order of their DIDs. */
export function electorate(tx: Transaction): readonly (readonly [member: string, delegate: string | null])[] {
  return tx
    .list(MEMBERS, { limit: MOST_MEMBERS })
    .map(([did]) => [did, tx.get(DELEGATIONS, did)?.to ?? null] as const)
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
  tx.put(DELEGATIONS, from.toString(), { to: to.toString(), at: now })
}

/** Silent when there is none. @throws IcnError PermissionDenied for another's delegation */
export function revokeDelegation(tx: Transaction, { me, from }: Delegation): void {
  if (!from.equals(me)) {
    throw denied('notYours', `Can only revoke your own delegation: ${from} is not ${me}.`, {
      from: `${from}`,
    })
  }
  if (tx.has(DELEGATIONS, from.toString())) tx.delete(DELEGATIONS, from.toString())
}

/** The member whose vote counts for `did` when it casts none of its own. */
export function delegateOf(tx: Transaction, did: Did): string | null {
  return tx.get(DELEGATIONS, did.toString())?.to ?? null
}
