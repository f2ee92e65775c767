/**
 * The state of an export into a database that has none of its own. Everything happens in the one transaction that accepts
 * the file; the ledger must add up from its journal, or nothing of the file is taken.
 */
import type { Did } from '../common/did.ts'
import { dagCounters } from '../dag/blocks.ts'
import { BLOCK_EXPIRY, type BlockMetaRow, expiryKey } from '../dag/rows.ts'
import { auditLedger } from '../economics/audit.ts'
import { balanceOf, creditMana, ledgerTotals } from '../economics/ledger.ts'
import { ACCOUNTS, JOURNAL, LEDGER } from '../economics/rows.ts'
import { governanceState } from '../governance/members.ts'
import { GOVERNANCE, MEMBERS, PROPOSAL_ORDER, RULES, WAITING } from '../governance/rows.ts'
import type { Table, Transaction } from '../storage/types.ts'
import type { RuntimeContext } from './context.ts'
import { COUNTS, JOB_ORDER, OPEN_JOBS, RECEIPT_ORDER, RESULTS } from './tables.ts'

export interface StateFile {
  readonly rows: (readonly [table: string, key: string, row: unknown])[]
  readonly results: (readonly [cid: string, bytes: Uint8Array])[]
  readonly modules: string[]
}

const PAGE = 1_000

/**
 * True while nothing has happened here but the beginning: no job, no receipt, no proposal, no block but those of the
 * import, no account but the node's own, and no mana but what it was born with or grew.
 */
export function isUnused(tx: Transaction, me: Did, imported: number): boolean {
  if (dagCounters(tx).blocks > imported) return false
  if ((tx.get(COUNTS, 'jobs') ?? 0) > 0 || (tx.get(COUNTS, 'receipts') ?? 0) > 0) return false
  if (governanceState(tx).proposals > 0) return false
  if (tx.list(ACCOUNTS, { limit: 2 }).some(([did]) => did !== me.toString())) return false
  const { escrow, burned } = ledgerTotals(tx)
  return escrow === 0n && burned === 0n
}

/** @throws Error when the rows do not fit each other */
export function replaceState(
  tx: Transaction,
  context: RuntimeContext,
  state: StateFile,
  isBlock: (cid: string) => boolean,
): void {
  const me = context.identity
  const own = balanceOf(tx, me)
  for (const table of [ACCOUNTS, JOURNAL, LEDGER] as Table<unknown>[]) clear(tx, table)
  // Whose co-operative it is, the file says; one from before there was governance leaves it to this node.
  if (state.rows.some(([name]) => name === MEMBERS.name)) {
    for (const table of [MEMBERS, RULES, GOVERNANCE, WAITING] as Table<unknown>[]) clear(tx, table)
  }
  const seen = new Set<string>()
  for (const [name, key, row] of state.rows) {
    const id = `${name}\u0000${key}`
    if (seen.has(id)) throw new Error(`the row ${key.replace('\u0000', '/')} of ${name} is there twice`)
    seen.add(id)
    if (name === 'blockMeta') {
      if (!isBlock(key)) continue
      const { ttl } = row as BlockMetaRow
      if (ttl !== null) tx.put(BLOCK_EXPIRY, expiryKey(ttl, key), key)
    }
    tx.put({ name } as Table<unknown>, key, row)
  }
  for (const [cid, bytes] of state.results) tx.put(RESULTS, cid, bytes)
  checkNumbers(tx)
  checkGovernance(tx)
  const { faults } = auditLedger(tx)
  if (faults.length > 0) throw new Error(`its ledger does not add up: ${faults[0]!.reason}`)
  // The file's ledger knows nothing of this node: what it was born with comes on top.
  if (own > 0n && !tx.has(ACCOUNTS, me.toString())) {
    creditMana(tx, me, own, { cause: 'initial', at: context.time.seconds() })
  }
}

/** Numbers of sequences are given out from these counts; a low one would overwrite what is there. */
function checkNumbers(tx: Transaction): void {
  for (const [name, order] of [
    ['jobs', JOB_ORDER],
    ['receipts', RECEIPT_ORDER],
  ] as const) {
    const last = tx.list(order, { limit: 1, reverse: true })[0]
    const next = tx.get(COUNTS, name) ?? 0
    if (last !== undefined && Number(last[0]) >= next) {
      throw new Error(`it has ${name} up to number ${Number(last[0])} and would give out ${next} next`)
    }
  }
  const open = rows(tx, OPEN_JOBS)
  if (open !== (tx.get(COUNTS, 'openJobs') ?? 0)) {
    throw new Error(`it has ${open} open jobs and counts ${tx.get(COUNTS, 'openJobs') ?? 0}`)
  }
}

/** As for jobs and receipts; what governance counts is what is there. */
function checkGovernance(tx: Transaction): void {
  const state = governanceState(tx)
  const counts = { proposals: PROPOSAL_ORDER, members: MEMBERS, waiting: WAITING } as const
  for (const [name, table] of Object.entries(counts)) {
    const there = rows(tx, table)
    const counted = state[name as keyof typeof counts]
    if (there !== counted) throw new Error(`it has ${there} ${name} and counts ${counted}`)
  }
}

function rows(tx: Transaction, table: Table<unknown>): number {
  let count = 0
  for (let after: string | undefined; ; ) {
    const page = tx.list(table, { ...(after === undefined ? {} : { after }), limit: PAGE })
    count += page.length
    if (page.length < PAGE) return count
    after = page.at(-1)![0]
  }
}

function clear(tx: Transaction, table: Table<unknown>): void {
  for (;;) {
    const page = tx.list(table, { limit: PAGE })
    for (const [key] of page) tx.delete(table, key)
    if (page.length < PAGE) return
  }
}
