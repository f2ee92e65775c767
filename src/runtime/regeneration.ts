/** Mana regenerated, by the clock or by hand, under the policy in force. */
import { U64_MAX } from '../common/bytes.ts'
import { type RegenerationPolicy, regenerate, regenerateDue } from '../economics/regeneration.ts'
import { PARAMETERS } from '../governance/rows.ts'
import type { Transaction } from '../storage/types.ts'
import type { RuntimeContext } from './context.ts'

/** Credits the intervals that have passed, each once. */
export async function regenerateByClock(
  { store, time }: RuntimeContext,
  policy: RegenerationPolicy,
): Promise<void> {
  await store.transact((tx) => regenerateDue(tx, policyInForce(tx, policy), time.milliseconds()))
}

/** Credits one interval. @returns mana over all accounts */
export async function regenerateNow(
  { store, time }: RuntimeContext,
  policy: RegenerationPolicy,
): Promise<bigint> {
  const { credited } = await store.transact((tx) =>
    regenerate(tx, policyInForce(tx, policy), 1n, time.milliseconds()),
  )
  return credited
}

/**
 * The policy with the cap that the members decided (ref §4.4): the system parameter `mana_max_capacity` goes before the
 * option. Proposals with another value than a u64 are refused; a row changed by hand counts as none.
 */
function policyInForce(tx: Transaction, policy: RegenerationPolicy): RegenerationPolicy {
  const decided = tx.get(PARAMETERS, 'mana_max_capacity')?.value
  if (decided === undefined || !/^\d{1,20}$/.test(decided)) return policy
  const cap = BigInt(decided)
  return cap > U64_MAX ? policy : { ...policy, cap }
}
