/**
 * Tokens beside mana (ref §4.8), of the freely transferable kind: a class has an issuer, who alone brings tokens of it into
 * the world; whoever holds some may give them on or destroy them. What exists of a class is what its accounts hold. Every
 * function checks everything first and takes its fee before it writes.
 */
import { U64_MAX, utf8 } from '../common/bytes.ts'
import type { Did } from '../common/did.ts'
import { IcnError } from '../common/errors.ts'
import { type Table, type Transaction, table } from '../storage/types.ts'
import { spendMana } from './ledger.ts'

export interface TokenClassRow {
  readonly name: string
  readonly symbol: string
  /** DID. */
  readonly issuer: string
  /** Sum of all its balances, a u64. */
  readonly supply: bigint
}

/** By class id. */
export const TOKEN_CLASSES: Table<TokenClassRow> = table('tokenClasses')
/** By `tokenKey`; who holds none has no row. */
export const TOKEN_BALANCES: Table<{ readonly balance: bigint }> = table('tokenBalances')

/** `TOKEN_FEE` (ref §4.3): mana for each operation. */
export const TOKEN_FEE = 1n

/** Bytes of UTF-8. */
export const MOST_TOKEN_TEXT = { id: 256, name: 256, symbol: 32 } as const

/** Who does it, and when: seconds since the epoch. */
export interface TokenActor {
  readonly me: Did
  readonly now: bigint
}

export function tokenKey(id: string, account: Did): string {
  return `${id}\u0000${account}`
}

export function tokenBalance(tx: Transaction, id: string, account: Did): bigint {
  return tx.get(TOKEN_BALANCES, tokenKey(id, account))?.balance ?? 0n
}

/** @throws IcnError InvalidSpec, PermissionDenied when `issuer` is not the actor, Economic */
export function createTokenClass(
  tx: Transaction,
  actor: TokenActor,
  { id, name, symbol, issuer }: { id: string; name: string; symbol: string; issuer: Did },
): void {
  for (const [what, text] of Object.entries({ id, name, symbol })) {
    const [{ length }, most] = [utf8(text), MOST_TOKEN_TEXT[what as keyof typeof MOST_TOKEN_TEXT]]
    if (length > 0 && length <= most && !text.includes('\u0000')) continue
    throw invalid(
      'tokenText',
      `The ${what} of a token class has 1 to ${most} bytes without U+0000, got ${length}.`,
    )
  }
  if (!issuer.equals(actor.me)) {
    throw denied('notTheIssuer', `${actor.me} cannot make a token class in the name of ${issuer}.`)
  }
  if (tx.has(TOKEN_CLASSES, id)) throw invalid('tokenClassExists', `There is a token class ${id} already.`)
  payFee(tx, actor, id, TOKEN_FEE)
  tx.put(TOKEN_CLASSES, id, { name, symbol, issuer: issuer.toString(), supply: 0n })
}

/** New tokens, by their issuer. @param fee mana @throws IcnError InvalidSpec, PermissionDenied, Economic */
export function mintTokens(
  tx: Transaction,
  actor: TokenActor,
  id: string,
  recipient: Did,
  amount: bigint,
  fee = TOKEN_FEE,
): void {
  const row = knownClass(tx, id)
  checkAmount(amount)
  if (row.issuer !== actor.me.toString()) {
    throw denied('notTheIssuer', `Only ${row.issuer} brings tokens of ${id} into the world.`)
  }
  const supply = row.supply + amount
  if (supply > U64_MAX) {
    throw new IcnError(
      'Economic',
      `There are ${row.supply} tokens of ${id}; ${amount} more would exceed ${U64_MAX}.`,
      {
        data: { reason: 'overflow', supply: row.supply, amount },
      },
    )
  }
  payFee(tx, actor, id, fee)
  add(tx, id, recipient, amount)
  tx.put(TOKEN_CLASSES, id, { ...row, supply })
}

/** One's own tokens to another account. @throws IcnError InvalidSpec, PermissionDenied, Economic */
export function transferTokens(
  tx: Transaction,
  actor: TokenActor,
  id: string,
  { from, to, amount }: { from: Did; to: Did; amount: bigint },
): void {
  checkOwn(tx, actor, id, from, amount)
  payFee(tx, actor, id, TOKEN_FEE)
  add(tx, id, from, -amount)
  add(tx, id, to, amount)
}

/** Destroys tokens of one's own. @throws IcnError InvalidSpec, PermissionDenied, Economic */
export function burnTokens(tx: Transaction, actor: TokenActor, id: string, from: Did, amount: bigint): void {
  const row = checkOwn(tx, actor, id, from, amount)
  payFee(tx, actor, id, TOKEN_FEE)
  add(tx, id, from, -amount)
  tx.put(TOKEN_CLASSES, id, { ...row, supply: row.supply - amount })
}

function checkOwn(tx: Transaction, { me }: TokenActor, id: string, from: Did, amount: bigint): TokenClassRow {
  const row = knownClass(tx, id)
  checkAmount(amount)
  if (!from.equals(me)) throw denied('notYours', `${me} cannot dispose of the tokens of ${from}.`)
  const balance = tokenBalance(tx, id, from)
  if (balance >= amount) return row
  throw new IcnError('Economic', `${from} holds ${balance} tokens of ${id}, ${amount} are needed.`, {
    data: { reason: 'insufficientTokens', balance, needed: amount },
  })
}

function knownClass(tx: Transaction, id: string): TokenClassRow {
  const row = tx.get(TOKEN_CLASSES, id)
  if (row === undefined) throw invalid('unknownTokenClass', `There is no token class ${id.slice(0, 100)}.`)
  return row
}

function checkAmount(amount: bigint): void {
  if (amount === 0n) throw invalid('amount', 'An amount of tokens must be greater than zero.')
}

function payFee(tx: Transaction, { me, now }: TokenActor, id: string, fee: bigint): void {
  spendMana(tx, me, fee, { cause: 'spend', reference: `token ${id}`, at: now })
}

function add(tx: Transaction, id: string, account: Did, amount: bigint): void {
  const key = tokenKey(id, account)
  const balance = tokenBalance(tx, id, account) + amount
  if (balance > 0n) tx.put(TOKEN_BALANCES, key, { balance })
  else tx.delete(TOKEN_BALANCES, key)
}

function invalid(reason: string, message: string): IcnError {
  return new IcnError('InvalidSpec', message, { data: { hostError: 'InvalidParameters', reason } })
}

function denied(reason: string, message: string): IcnError {
  return new IcnError('PermissionDenied', message, { data: { hostError: 'PermissionDenied', reason } })
}
