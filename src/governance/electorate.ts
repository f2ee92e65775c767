/**
 * Who votes, and whose vote counts for a member that casts none: now, and as it was when a voting ended. The second
 * follows from dated facts alone, so that nodes which heard of them in another order count alike.
 */
import type { Transaction } from '../storage/types.ts'
import { DELEGATIONS, FORMER, LENT, type LentRow, MEMBERS } from './rows.ts'
import { MOST_MEMBERS } from './rules.ts'

/** Changes of one member's delegation that are kept, the latest ones. */
export const MOST_LENT = 64
/** Memberships looked at that have ended. */
const MOST_FORMER = 10_000

export type Electorate = readonly (readonly [member: string, delegate: string | null])[]

/** Every member with the one who votes for them when they do not, in the order of their DIDs. */
export function electorate(tx: Transaction): Electorate {
  return tx
    .list(MEMBERS, { limit: MOST_MEMBERS })
    .map(([did]) => [did, tx.get(DELEGATIONS, did)?.to ?? null] as const)
}

/** As it was at a time, seconds since the epoch. Founders are members from the beginning. */
export function electorateAt(tx: Transaction, end: bigint): Electorate {
  const there = new Set<string>()
  for (const [did, { since, proposal }] of tx.list(MEMBERS, { limit: MOST_MEMBERS }))
    if (proposal === null || since <= end) there.add(did)
  for (const [did, terms] of tx.list(FORMER, { limit: MOST_FORMER }))
    if (terms.some(({ since, until }) => since <= end && end < until)) there.add(did)
  return [...there]
    .sort()
    .slice(0, MOST_MEMBERS)
    .map((did) => [did, delegateAt(lentBy(tx, did), end)] as const)
}

/** What a member lent and took back, earliest first. */
export function lentBy(tx: Transaction, did: string): readonly LentRow[] {
  const log = tx.get(LENT, did)
  if (log !== undefined) return log
  // Made before there was a log.
  const row = tx.get(DELEGATIONS, did)
  return row === undefined ? [] : [{ at: row.at, nth: 0, to: row.to }]
}

export function delegateAt(log: readonly LentRow[], end: bigint): string | null {
  return log.findLast(({ at }) => at <= end)?.to ?? null
}

/**
 * By time and number, each once: of two with the same, taking back stands, else the delegate whose DID comes first. Only
 * the latest are kept.
 * @returns the very same log when nothing was new
 */
export function joinLent(log: readonly LentRow[], lent: LentRow): readonly LentRow[] {
  const same = log.find((other) => order(other, lent) === 0)
  if (same !== undefined && (same.to === null || (lent.to !== null && same.to <= lent.to))) return log
  if (same === undefined && log.length === MOST_LENT && order(lent, log[0]!) < 0) return log
  return [...log.filter((other) => other !== same), lent].sort(order).slice(-MOST_LENT)
}

function order(a: LentRow, b: LentRow): number {
  return a.at === b.at ? a.nth - b.nth : a.at < b.at ? -1 : 1
}
