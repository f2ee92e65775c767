/** Tokens of co-operatives, hours or shares for instance; the compiler's library has the order of the arguments (ref §1.7). */
import { utf8 } from '../common/bytes.ts'
import { priceByReputation } from '../economics/pricing.ts'
import {
  burnTokens,
  createTokenClass,
  mintTokens,
  TOKEN_FEE,
  type TokenActor,
  tokenBalance,
  transferTokens,
} from '../economics/tokens.ts'
import { reputationOf } from '../reputation/reputation.ts'
import { accountOf } from './arguments.ts'
import type { HostContext, HostFunction } from './context.ts'
import { refusal } from './errors.ts'

const actor = ({ identity, now }: HostContext): TokenActor => ({ me: identity, now })

export const tokenFunctions = {
  host_create_token_class(
    context: HostContext,
    id: string,
    name: string,
    symbol: string,
    issuer: string,
  ): true {
    const row = { id, name, symbol, issuer: accountOf(issuer) }
    const bytes = utf8(id + name + symbol).length
    context.allowance.store(bytes, () => createTokenClass(context.tx, actor(context), row))
    return true
  },

  host_mint_tokens(context: HostContext, id: string, recipient: string, amount: bigint): true {
    mintTokens(context.tx, actor(context), id, accountOf(recipient), amount)
    return true
  },

  /** At the fee after the issuer's reputation discount: none from 1 on, since a fee of 1 rounds down. */
  host_mint_tokens_with_reputation(
    context: HostContext,
    id: string,
    recipient: string,
    amount: bigint,
    issuer: string,
  ): true {
    const { tx, identity } = context
    const by = accountOf(issuer)
    if (!by.equals(identity)) {
      throw refusal('PermissionDenied', `${identity} cannot issue tokens in the name of ${by}.`, {
        reason: 'notTheIssuer',
      })
    }
    const fee = priceByReputation(TOKEN_FEE, reputationOf(tx, by))
    mintTokens(tx, actor(context), id, accountOf(recipient), amount, fee)
    return true
  },

  host_transfer_tokens(context: HostContext, id: string, from: string, to: string, amount: bigint): true {
    const move = { from: accountOf(from), to: accountOf(to), amount }
    transferTokens(context.tx, actor(context), id, move)
    return true
  },

  host_burn_tokens(context: HostContext, id: string, from: string, amount: bigint): true {
    burnTokens(context.tx, actor(context), id, accountOf(from), amount)
    return true
  },

  /** 0 for an unknown class or account. */
  host_get_token_balance: (context: HostContext, id: string, account: string): bigint =>
    tokenBalance(context.tx, id, accountOf(account)),
} satisfies Record<string, HostFunction>
