/** Mana: read any account, spend one's own, credit with the capability. Texts and order of checks: ref §1.4. */
import { U64_MAX } from '../common/bytes.ts'
import { balanceOf, creditMana, spendMana } from '../economics/ledger.ts'
import { priceByReputation } from '../economics/pricing.ts'
import { reputationOf } from '../reputation/reputation.ts'
import { accountOf, notEmpty } from './arguments.ts'
import type { HostContext, HostFunction } from './context.ts'
import { refusal } from './errors.ts'

export const manaFunctions = {
  host_account_get_mana: (context: HostContext, account?: string): bigint =>
    balanceOf(context.tx, account === undefined ? context.identity : accountOf(account)),

  host_account_spend_mana(context: HostContext, account: string, amount: bigint): true {
    notEmpty(account)
    if (amount === 0n) throw refusal('InvalidParameters', 'Spend amount must be greater than zero')
    const did = accountOf(account)
    if (!did.equals(context.identity)) {
      throw refusal(
        'InvalidParameters',
        'Attempting to spend mana for an account other than the current context identity.',
        { account: did.toString(), identity: context.identity.toString() },
      )
    }
    spendMana(context.tx, did, amount, { cause: 'spend', at: context.now })
    return true
  },

  host_account_credit_mana(context: HostContext, account: string, amount: bigint): true {
    creditMana(context.tx, accountOf(account), amount, { cause: 'credit', at: context.now })
    return true
  },

  /** The base amount times the account's reputation, saturating, as icn-economics credits (ref §13.9). */
  host_credit_by_reputation(context: HostContext, account: string, amount: bigint): true {
    const did = accountOf(account)
    const credited = amount * reputationOf(context.tx, did)
    // biome-ignore lint/complexity/useMathMinMax: bigints.
    creditMana(context.tx, did, credited < U64_MAX ? credited : U64_MAX, { cause: 'credit', at: context.now })
    return true
  },

  host_price_by_reputation: (_context: HostContext, price: bigint, reputation: bigint): bigint =>
    priceByReputation(price, reputation),
} satisfies Record<string, HostFunction>
