/** Mana regeneration by the clock (decision 8): one tab does it, missed intervals are credited once on return. */
import { U64_MAX } from '../common/bytes.ts'
import { type RegenerationPolicy, regenerateDue } from '../economics/regeneration.ts'
import { PARAMETERS } from '../governance/rows.ts'
import type { Transaction } from '../storage/types.ts'
import { repeatedly } from './background.ts'
import type { RuntimeContext } from './context.ts'

export function startRegenerator(
  context: RuntimeContext,
  policy: RegenerationPolicy,
  signal: AbortSignal,
): void {
  repeatedly(context, 'regenerator', policy.intervalMs, signal, async () => {
    await context.store.transact((tx) =>
      regenerateDue(tx, policyInForce(tx, policy), context.time.milliseconds()),
    )
  })
}

/**
 * The policy with the cap that the members decided (ref §4.4): the system parameter `mana_max_capacity` goes before the
 * option. Proposals with another value than a u64 are refused; a row changed by hand counts as none.
 */
export function policyInForce(tx: Transaction, policy: RegenerationPolicy): RegenerationPolicy {
  const decided = tx.get(PARAMETERS, 'mana_max_capacity')?.value
  if (decided === undefined || !/^\d{1,20}$/.test(decided)) return policy
  const cap = BigInt(decided)
  return cap > U64_MAX ? policy : { ...policy, cap }
}
