/** What a database begins governance with. Apart from the rules of voting, so that a start carries none of them. */
import type { Did } from '../common/did.ts'
import type { Transaction } from '../storage/types.ts'
import { GOVERNANCE, type GovernanceRules, MEMBERS, RULES } from './rows.ts'

/** The first members, once; later ones are admitted by vote (members.ts). */
export function foundOnce(tx: Transaction, founders: readonly Did[], now: bigint): void {
  const state = tx.get(GOVERNANCE, 'state')
  if (state !== undefined && state.members > 0) return
  const members = new Set(founders.map(String))
  for (const did of members) tx.put(MEMBERS, did, { since: now, proposal: null })
  tx.put(GOVERNANCE, 'state', { proposals: 0, waiting: 0, ...state, members: members.size })
}

/** The rules a runtime was started with last are those in force. */
export function adoptRules(tx: Transaction, rules: GovernanceRules): void {
  const stored = tx.get(RULES, 'rules')
  const same = Object.entries(rules).every(
    ([name, value]) => String(stored?.[name as keyof GovernanceRules]) === String(value),
  )
  if (!same) tx.put(RULES, 'rules', rules)
}
