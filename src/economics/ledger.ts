/**
 * The mana ledger as rules over a transaction (ref §4.1): checked u64 arithmetic, one error for every shortage (ref §14
 * row 55), a journal entry with running balance for every change, and totals from which conservation can be checked.
 */
import { expectU64, U64_MAX } from '../common/bytes.ts'
import { Did } from '../common/did.ts'
import { IcnError } from '../common/errors.ts'
import type { Transaction } from '../storage/types.ts'
import {
  ACCOUNTS,
  JOURNAL,
  type JournalRow,
  journalKey,
  journalPrefix,
  LEDGER,
  type LedgerTotals,
  type ManaCause,
} from './rows.ts'

/** Why, for what and when a balance changes. */
export interface Reason {
  readonly cause: ManaCause
  /** Job id, proposal id or the like. */
  readonly reference?: string
  /** Seconds since the epoch. */
  readonly at: bigint
}

const NOTHING: LedgerTotals = {
  nextSeq: 0,
  accounts: 0,
  minted: 0n,
  regenerated: 0n,
  balances: 0n,
  escrow: 0n,
  burned: 0n,
}

export function ledgerTotals(tx: Transaction): LedgerTotals {
  return tx.get(LEDGER, 'totals') ?? NOTHING
}

/** Mana of an account; 0 when there is none. */
export function balanceOf(tx: Transaction, did: Did): bigint {
  return tx.get(ACCOUNTS, did.toString())?.balance ?? 0n
}

/**
 * Takes mana out of the world. 0 is allowed and changes nothing.
 * @returns the balance after it
 * @throws IcnError Economic when the balance is smaller
 */
export function spendMana(tx: Transaction, did: Did, amount: bigint, reason: Reason): bigint {
  return change(tx, did, -expectU64(amount, 'Amount'), reason, { burned: amount })
}

/**
 * Brings new mana into the world, creating the account.
 * @returns the balance after it
 * @throws IcnError Economic when the balance would leave u64
 */
export function creditMana(tx: Transaction, did: Did, amount: bigint, reason: Reason): bigint {
  return change(tx, did, expectU64(amount, 'Amount'), reason, { minted: amount })
}

/** Gives back what `spendMana` took: the mana counts as never burned. @throws IcnError Economic beyond what was burned */
export function unspendMana(tx: Transaction, did: Did, amount: bigint, reason: Reason): bigint {
  return change(tx, did, expectU64(amount, 'Amount'), reason, { burned: -amount })
}

/** The other side of a change to a balance. */
export type CounterSide = Partial<Record<'minted' | 'regenerated' | 'escrow' | 'burned', bigint>>

/**
 * The one place where a balance changes.
 * @param amount signed change of the balance
 * @param other signed changes of the totals, so that minted + regenerated = balances + escrow + burned still holds
 */
export function change(
  tx: Transaction,
  did: Did,
  amount: bigint,
  reason: Reason,
  other: CounterSide,
): bigint {
  const account = did.toString()
  const row = tx.get(ACCOUNTS, account)
  const before = row?.balance ?? 0n
  const balance = before + amount
  if (balance < 0n) throw insufficient(account, before, -amount)
  if (balance > U64_MAX) {
    throw new IcnError(
      'Economic',
      `Account ${account} holds ${before} mana; ${amount} more would exceed ${U64_MAX}.`,
      {
        data: { did: account, balance: before, amount, reason: 'overflow' },
      },
    )
  }
  const totals = ledgerTotals(tx)
  // A credit of nothing still opens the account; a spend of nothing does not.
  const opens = row === undefined && (amount !== 0n || other.minted !== undefined)
  const next: LedgerTotals = {
    nextSeq: totals.nextSeq + (amount === 0n ? 0 : 1),
    ...(totals.accounts === undefined ? {} : { accounts: totals.accounts + (opens ? 1 : 0) }),
    minted: totals.minted + (other.minted ?? 0n),
    regenerated: totals.regenerated + (other.regenerated ?? 0n),
    balances: totals.balances + amount,
    escrow: totals.escrow + (other.escrow ?? 0n),
    burned: totals.burned + (other.burned ?? 0n),
  }
  if (
    next.burned < 0n ||
    next.escrow < 0n ||
    next.minted + next.regenerated !== next.balances + next.escrow + next.burned
  ) {
    throw new IcnError(
      'Economic',
      `A change of ${amount} mana on account ${account} would not conserve mana.`,
      {
        data: { did: account, amount, reason: 'notConserved' },
      },
    )
  }
  if (amount === 0n) {
    if (opens) tx.put(ACCOUNTS, account, { balance })
    const moved = opens || Object.values(other).some((value) => value !== 0n)
    if (moved) tx.put(LEDGER, 'totals', next)
    return balance
  }
  tx.put(ACCOUNTS, account, { balance })
  tx.put(LEDGER, 'totals', next)
  tx.put(JOURNAL, journalKey(account, totals.nextSeq), {
    seq: totals.nextSeq,
    amount,
    balance,
    cause: reason.cause,
    reference: reason.reference ?? null,
    at: reason.at,
  })
  tx.emit({ type: 'mana', detail: { did: account, balance, cause: reason.cause } })
  return balance
}

function insufficient(account: string, balance: bigint, needed: bigint): IcnError {
  return new IcnError(
    'Economic',
    `Insufficient mana: account ${account} holds ${balance}, ${needed} is needed.`,
    {
      data: { did: account, balance, needed, reason: 'insufficientMana' },
    },
  )
}

// --- listings ---------------------------------------------------------------------------------------------------

export interface LedgerPage {
  readonly after?: string
  readonly limit: number
}

/** Accounts in the order of their DID strings. */
export function listAccounts(
  tx: Transaction,
  page: LedgerPage,
): { readonly items: readonly { readonly did: string; readonly balance: bigint }[]; readonly next?: string } {
  const rows = tx.list(ACCOUNTS, page)
  const items = rows.map(([did, row]) => ({ did, balance: row.balance }))
  return rows.length === page.limit ? { items, next: items.at(-1)!.did } : { items }
}

/** One account's changes, newest first. The cursor is an entry's number. */
export function listJournal(
  tx: Transaction,
  did: Did,
  page: LedgerPage,
): { readonly items: readonly (JournalRow & { readonly did: string })[]; readonly next?: string } {
  const account = did.toString()
  const prefix = journalPrefix(account)
  const after = page.after === undefined ? {} : { after: prefix + page.after.padStart(16, '0') }
  const rows = tx.list(JOURNAL, { prefix, ...after, limit: page.limit, reverse: true })
  const items = rows.map(([, row]) => ({ ...row, did: account }))
  return rows.length === page.limit ? { items, next: `${items.at(-1)!.seq}` } : { items }
}

/** Adds up every account and compares with the totals: for the integrity check and for tests. */
export function auditBalances(tx: Transaction): { readonly counted: bigint; readonly recorded: bigint } {
  let counted = 0n
  let after: string | undefined
  for (;;) {
    const page = listAccounts(tx, { ...(after === undefined ? {} : { after }), limit: 1_000 })
    for (const account of page.items) counted += account.balance
    if (page.next === undefined) return { counted, recorded: ledgerTotals(tx).balances }
    after = page.next
  }
}

/** An account's DID as it is written in the ledger. */
export function accountDid(account: string): Did {
  return Did.parse(account)
}
