/** The tables of the mana ledger. Amounts are u64 mana as bigint, times are seconds since the epoch. */
import { type Table, table } from '../storage/types.ts'

export interface AccountRow {
  readonly balance: bigint
}

/** Why a balance changed; the names a person sees in the history. */
export type ManaCause =
  | 'initial'
  | 'spend'
  | 'credit'
  | 'escrow'
  | 'payment'
  | 'refund'
  | 'regeneration'
  | 'governance'
  | 'zk'

export interface JournalRow {
  /** Number of the entry over all accounts, from 0. */
  readonly seq: number
  /** Signed change. */
  readonly amount: bigint
  /** Balance of the account after it. */
  readonly balance: bigint
  readonly cause: ManaCause
  /** Job id, proposal id or the like. */
  readonly reference: string | null
  readonly at: bigint
}

export interface EscrowRow {
  readonly owner: string
  /** What was taken from the owner. */
  readonly amount: bigint
  readonly state: 'held' | 'settled' | 'refunded'
  /** What the payee got; 0 unless settled. */
  readonly paid: bigint
  readonly payee: string | null
}

/** Where all mana came from and went. minted + regenerated = balances + escrow + burned, always. */
export interface LedgerTotals {
  /** Entries ever written to the journal. */
  readonly nextSeq: number
  /** Accounts opened; absent where the ledger is older than this count. */
  readonly accounts?: number
  readonly minted: bigint
  readonly regenerated: bigint
  readonly balances: bigint
  readonly escrow: bigint
  readonly burned: bigint
}

/** By DID string. */
export const ACCOUNTS: Table<AccountRow> = table('accounts')
/** By `journalKey`: per account, in order. */
export const JOURNAL: Table<JournalRow> = table('journal')
/** By escrow id, a job id. */
export const ESCROWS: Table<EscrowRow> = table('escrows')
/** One row, `totals`. */
export const LEDGER: Table<LedgerTotals> = table('ledger')
/** One row, `clock`: the last interval credited, ms since the epoch. */
export const REGENERATION: Table<{ readonly lastMs: number }> = table('regeneration')

/** No DID holds U+0000, so one account's entries are exactly those with this prefix. */
export function journalPrefix(did: string): string {
  return `${did}\u0000`
}

export function journalKey(did: string, seq: number): string {
  return journalPrefix(did) + `${seq}`.padStart(16, '0')
}
