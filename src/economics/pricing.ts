/** Prices (ref §4.2, §4.3). */
import { expectU64 } from '../common/bytes.ts'

/** Mana a proposal costs. */
export const PROPOSAL_COST_MANA = 10n
/** Mana a vote costs. */
export const VOTE_COST_MANA = 1n

/** floor(base × 100 / (100 + reputation)), exact: reputation 0 pays all, 100 half; small bases may reach 0. */
export function priceByReputation(base: bigint, reputation: bigint): bigint {
  expectU64(base, 'Base price')
  expectU64(reputation, 'Reputation')
  return (base * 100n) / (100n + reputation)
}
