/** What proofs cost (ref §8.7). */
import { expectU64, U64_MAX } from '../common/bytes.ts'

/** Mana per unit of circuit complexity (`ZK_VERIFY_COST_MANA`). */
export const ZK_VERIFY_COST_MANA = 2n

/** 2 × complexity, saturating at u64. */
export function zkCost(complexity: bigint): bigint {
  const cost = expectU64(complexity, 'Circuit complexity') * ZK_VERIFY_COST_MANA
  if (cost > U64_MAX) return U64_MAX
  return cost
}
