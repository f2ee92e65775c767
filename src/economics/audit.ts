/**
 * The ledger rebuilt from its journal: every account's balance, the running balance beside each entry, and the totals.
 * In slices over a ledger that goes on changing, the totals are judged as they stood at the first look: an entry's number
 * tells whether it was there then.
 */
import type { Transaction } from '../storage/types.ts'
import { ledgerTotals } from './ledger.ts'
import { ACCOUNTS, ESCROWS, JOURNAL, type JournalRow, journalPrefix, type LedgerTotals } from './rows.ts'

export interface LedgerFault {
  /** Absent: a total. */
  readonly did?: string
  readonly reason: string
}

export interface LedgerAudit {
  readonly accounts: number
  readonly entries: number
  readonly faults: readonly LedgerFault[]
}

const PAGE = 500
/** Named one by one; beyond it they are only counted in the last. */
const MOST_FAULTS = 100

/** One look at a part of the ledger. */
export interface LedgerSlice {
  readonly entries: readonly (readonly [did: string, entry: JournalRow])[]
  /** Accounts whose last entry is in this slice, with what they hold. */
  readonly ended: readonly (readonly [did: string, balance: bigint])[]
  /** Accounts that hold mana and have no journal. */
  readonly silent: readonly (readonly [did: string, balance: bigint])[]
  readonly accounts: number
  /** Where the next look begins; absent at the end. */
  readonly next?: { readonly part: 'journal' | 'accounts'; readonly after?: string }
}

/** Reads one slice; pure, so that the store may run it again. */
export function lookAtLedger(tx: Transaction, from: LedgerSlice['next'] = { part: 'journal' }): LedgerSlice {
  const after = from.after === undefined ? {} : { after: from.after }
  if (from.part === 'accounts') {
    const page = tx.list(ACCOUNTS, { ...after, limit: PAGE })
    const silent = page
      .filter(([did, { balance }]) => {
        return balance !== 0n && tx.list(JOURNAL, { prefix: journalPrefix(did), limit: 1 }).length === 0
      })
      .map(([did, { balance }]) => [did, balance] as const)
    const next = page.length < PAGE ? {} : { next: { part: 'accounts', after: page.at(-1)![0] } as const }
    return { entries: [], ended: [], silent, accounts: page.length, ...next }
  }
  // One entry more than is taken tells whether the last account goes on.
  const page = tx.list(JOURNAL, { ...after, limit: PAGE + 1 })
  const entries = page.slice(0, PAGE).map(([key, row]) => [accountOf(key), row] as const)
  const more = page[PAGE]
  const goesOn = more && accountOf(more[0])
  const ended = [...new Set(entries.map(([did]) => did))]
    .filter((did) => did !== goesOn)
    .map((did) => [did, tx.get(ACCOUNTS, did)?.balance ?? 0n] as const)
  const next: LedgerSlice['next'] = more
    ? { part: 'journal', after: page[PAGE - 1]![0] }
    : { part: 'accounts' }
  return { entries, ended, silent: [], accounts: 0, next }
}

function accountOf(journalKey: string): string {
  return journalKey.slice(0, Math.max(0, journalKey.indexOf('\u0000')))
}

/** Takes the slices in, in order. */
export class LedgerAuditor {
  readonly #start: LedgerTotals
  readonly #faults: LedgerFault[] = []
  #unnamed = 0
  /** What the journal makes of each account of the present slice. */
  #balances = new Map<string, { balance: bigint; seq: number }>()
  #accounts = 0
  #entries = 0
  #counted = 0
  #sum = 0n
  #regenerated = 0n

  /** @param start the totals at or before the first look */
  constructor(start: LedgerTotals) {
    this.#start = start
  }

  take({ entries, ended, silent, accounts }: LedgerSlice): void {
    for (const [did, row] of entries) this.#entry(did, row)
    for (const [did, balance] of ended) {
      const made = this.#balances.get(did)?.balance ?? 0n
      if (made !== balance) this.#fault(`The account holds ${balance} mana, its journal makes ${made}.`, did)
    }
    for (const [did, balance] of silent) {
      this.#fault(`The account holds ${balance} mana and has no journal.`, did)
    }
    this.#accounts += accounts
    // Only the last account can go on in the next slice.
    const last = entries.at(-1)?.[0]
    if (last !== undefined) this.#balances = new Map([[last, this.#balances.get(last)!]])
  }

  finish(): LedgerAudit {
    const { nextSeq, minted, regenerated, balances, escrow, burned } = this.#start
    if (this.#counted !== nextSeq) {
      this.#fault(`The journal has ${this.#counted} entries, the ledger counts ${nextSeq}.`)
    }
    if (this.#sum !== balances) {
      this.#fault(`The journal adds up to ${this.#sum} mana, the ledger says ${balances} on all accounts.`)
    }
    if (this.#regenerated !== regenerated) {
      this.#fault(`The journal has ${this.#regenerated} mana regenerated, the ledger says ${regenerated}.`)
    }
    if (minted + regenerated !== balances + escrow + burned) {
      this.#fault(
        `Mana is not conserved: ${minted} minted and ${regenerated} regenerated are not ${balances} on accounts, ${escrow} in escrow and ${burned} burned.`,
      )
    }
    const unnamed = this.#unnamed > 0 ? [{ reason: `${this.#unnamed} more faults are not named.` }] : []
    return { accounts: this.#accounts, entries: this.#entries, faults: [...this.#faults, ...unnamed] }
  }

  #entry(did: string, row: JournalRow): void {
    const { balance, seq } = this.#balances.get(did) ?? { balance: 0n, seq: -1 }
    const made = balance + row.amount
    if (row.balance !== made) {
      const why = `Entry ${row.seq} says the balance is ${row.balance}, the entries up to it make ${made}.`
      this.#fault(why, did)
    }
    if (row.seq <= seq) this.#fault(`Entry ${row.seq} comes after entry ${seq}.`, did)
    this.#balances.set(did, { balance: made, seq: row.seq })
    this.#entries++
    if (row.seq >= this.#start.nextSeq) return
    this.#counted++
    this.#sum += row.amount
    if (row.cause === 'regeneration') this.#regenerated += row.amount
  }

  #fault(reason: string, did?: string): void {
    if (this.#faults.length >= MOST_FAULTS) this.#unnamed++
    else this.#faults.push(did === undefined ? { reason } : { did, reason })
  }
}

/** All in one transaction, and with it what is in escrow. */
export function auditLedger(tx: Transaction): LedgerAudit {
  const totals = ledgerTotals(tx)
  const auditor = new LedgerAuditor(totals)
  let next: LedgerSlice['next'] = { part: 'journal' }
  while (next !== undefined) {
    const slice = lookAtLedger(tx, next)
    auditor.take(slice)
    next = slice.next
  }
  const audit = auditor.finish()
  const held = heldInEscrow(tx)
  if (held === totals.escrow) return audit
  const reason = `The escrows hold ${held} mana, the ledger says ${totals.escrow}.`
  return { ...audit, faults: [...audit.faults, { reason }] }
}

function heldInEscrow(tx: Transaction): bigint {
  let held = 0n
  for (let after: string | undefined; ; ) {
    const page = tx.list(ESCROWS, { ...(after === undefined ? {} : { after }), limit: PAGE })
    for (const [, escrow] of page) if (escrow.state === 'held') held += escrow.amount
    if (page.length < PAGE) return held
    after = page.at(-1)![0]
  }
}
