/**
 * Mana regeneration by SEED's rule (ref §4.4): a fixed amount for every account with a ledger entry, on an interval. The
 * first interval counts at once; intervals missed while no page was open are credited when one opens, each once; an
 * optional cap bounds what an account can reach this way.
 */
import { expectU64, U64_MAX } from '../common/bytes.ts'
import { IcnError } from '../common/errors.ts'
import type { Transaction } from '../storage/types.ts'
import { accountDid, change, listAccounts } from './ledger.ts'
import { REGENERATION } from './rows.ts'

export interface RegenerationPolicy {
  /** Mana per account and interval. */
  readonly amount: bigint
  /** Milliseconds. */
  readonly intervalMs: number
  /** No account is lifted above it; accounts that hold more keep what they hold. */
  readonly cap?: bigint
}

/** @throws IcnError InvalidSpec naming the field. */
export function checkRegenerationPolicy(policy: RegenerationPolicy): void {
  expectU64(policy.amount, 'manaRegeneration.amount')
  if (policy.cap !== undefined) expectU64(policy.cap, 'manaRegeneration.cap')
  if (!Number.isSafeInteger(policy.intervalMs) || policy.intervalMs < 1) {
    throw new IcnError(
      'InvalidSpec',
      `manaRegeneration.intervalMs must be a whole number of milliseconds from 1 on, got ${policy.intervalMs}.`,
    )
  }
}

export interface Regenerated {
  /** Whole intervals credited. */
  readonly intervals: bigint
  /** Mana credited over all accounts. */
  readonly credited: bigint
}

/**
 * Credits the intervals that have passed since the last call, in this tab or another. A clock that went backwards credits
 * nothing and is followed.
 * @param nowMs milliseconds since the epoch
 */
export function regenerateDue(tx: Transaction, policy: RegenerationPolicy, nowMs: number): Regenerated {
  checkRegenerationPolicy(policy)
  const last = tx.get(REGENERATION, 'clock')?.lastMs
  if (last === undefined || nowMs < last) {
    tx.put(REGENERATION, 'clock', { lastMs: nowMs })
    return last === undefined ? regenerate(tx, policy, 1n, nowMs) : { intervals: 0n, credited: 0n }
  }
  const passed = Math.floor((nowMs - last) / policy.intervalMs)
  if (passed < 1) return { intervals: 0n, credited: 0n }
  tx.put(REGENERATION, 'clock', { lastMs: last + passed * policy.intervalMs })
  return regenerate(tx, policy, BigInt(passed), nowMs)
}

/** Credits `intervals` now, whatever the clock says; an account at u64's end or at the cap takes what fits. */
export function regenerate(
  tx: Transaction,
  policy: RegenerationPolicy,
  intervals: bigint,
  nowMs: number,
): Regenerated {
  checkRegenerationPolicy(policy)
  const at = BigInt(Math.floor(nowMs / 1000))
  const cap = policy.cap ?? U64_MAX
  let credited = 0n
  let after: string | undefined
  for (;;) {
    const page = listAccounts(tx, { ...(after === undefined ? {} : { after }), limit: 1_000 })
    for (const { did, balance } of page.items) {
      const room = cap > balance ? cap - balance : 0n
      const due = policy.amount * intervals
      const amount = due < room ? due : room
      if (amount === 0n) continue
      change(tx, accountDid(did), amount, { cause: 'regeneration', at }, { regenerated: amount })
      credited += amount
    }
    if (page.next === undefined) return { intervals, credited }
    after = page.next
  }
}

/** R1's rule: reputation × amount, saturating. */
export function creditByReputation(reputation: bigint, amount: bigint): bigint {
  const credit = reputation * amount
  if (credit > U64_MAX) return U64_MAX
  return credit
}

/** HEAD's rule per 60 s: min(floor(10 × clamp(reputation / 100, 0.1, 2.0)), cap − balance). */
export function creditPerMinute(reputation: bigint, balance: bigint, cap = 10_000n): bigint {
  if (balance >= cap) return 0n
  const scaled = reputation / 10n
  const credit = scaled < 1n ? 1n : scaled > 20n ? 20n : scaled
  return credit < cap - balance ? credit : cap - balance
}
