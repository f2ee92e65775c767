/**
 * A transaction over a transaction: what a guest writes stays here until it is applied, and is forgotten when it is not.
 * It also keeps what was read from below, each key's first answer: that is the state an execution record carries, and
 * what must still hold when the writes are committed.
 */
import type { CommitEvent, ListRange, Table, Transaction } from '../storage/types.ts'

export interface StateRead {
  readonly table: string
  readonly key: string
  /** Undefined: there was no row. */
  readonly row: unknown
}

export interface StateListing {
  readonly table: string
  readonly range: ListRange
  readonly rows: readonly (readonly [key: string, row: unknown])[]
}

export interface StateWrite {
  readonly table: string
  readonly key: string
  /** Undefined: deleted. */
  readonly row: unknown
}

export class ScopedTransaction implements Transaction {
  readonly #base: Transaction
  readonly #writes = new Map<string, Map<string, unknown>>()
  readonly #reads = new Map<string, StateRead>()
  readonly #listings: StateListing[] = []
  readonly #events: CommitEvent[] = []

  constructor(base: Transaction) {
    this.#base = base
  }

  get<Row>(table: Table<Row>, key: string): Row | undefined {
    const own = this.#writes.get(table.name)
    if (own?.has(key)) return own.get(key) as Row | undefined
    const id = `${table.name}\n${key}`
    const before = this.#reads.get(id)
    if (before !== undefined) return before.row as Row | undefined
    const row = this.#base.get(table, key)
    this.#reads.set(id, { table: table.name, key, row })
    return row
  }

  has<Row>(table: Table<Row>, key: string): boolean {
    return this.get(table, key) !== undefined
  }

  put<Row>(table: Table<Row>, key: string, row: Row): void {
    this.#own(table.name).set(key, row)
  }

  delete<Row>(table: Table<Row>, key: string): void {
    this.#own(table.name).set(key, undefined)
  }

  list<Row>(table: Table<Row>, range: ListRange): readonly (readonly [key: string, row: Row])[] {
    const { prefix = '', after, limit, reverse = false } = range
    const inside = (key: string) =>
      key.startsWith(prefix) && (after === undefined || (reverse ? key < after : key > after))
    const own = [...(this.#writes.get(table.name) ?? [])].filter(([key]) => inside(key))
    // Every own write may hide one row below.
    const below = this.#base.list(table, { ...range, limit: limit + own.length })
    this.#listings.push({ table: table.name, range: { ...range, limit: limit + own.length }, rows: below })
    const rows = new Map<string, Row | undefined>(below)
    for (const [key, row] of own) rows.set(key, row as Row | undefined)
    const sorted = [...rows].sort(([a], [b]) => (a < b ? -1 : 1))
    if (reverse) sorted.reverse()
    return sorted.filter((entry): entry is [string, Row] => entry[1] !== undefined).slice(0, limit)
  }

  emit(event: CommitEvent): void {
    this.#events.push(event)
  }

  get reads(): readonly StateRead[] {
    return [...this.#reads.values()]
  }

  get listings(): readonly StateListing[] {
    return this.#listings
  }

  get events(): readonly CommitEvent[] {
    return this.#events
  }

  /** Final writes in order of table and key. */
  get writes(): readonly StateWrite[] {
    const all: StateWrite[] = []
    for (const [table, rows] of this.#writes) for (const [key, row] of rows) all.push({ table, key, row })
    return all.sort((a, b) => compare(a.table, b.table) || compare(a.key, b.key))
  }

  #own(name: string): Map<string, unknown> {
    let rows = this.#writes.get(name)
    if (rows === undefined) {
      rows = new Map()
      this.#writes.set(name, rows)
    }
    return rows
  }
}

/** Puts a run's effects into the transaction that commits them. */
export function applyEffects(
  tx: Transaction,
  writes: readonly StateWrite[],
  events: readonly CommitEvent[],
): void {
  for (const { table, key, row } of writes) {
    if (row === undefined) tx.delete({ name: table }, key)
    else tx.put({ name: table } as Table<unknown>, key, row)
  }
  for (const event of events) tx.emit(event)
}

/** True when every answer the run was given would be given again. */
export function stillHolds(
  tx: Transaction,
  reads: readonly StateRead[],
  listings: readonly StateListing[],
  same: (a: unknown, b: unknown) => boolean,
): boolean {
  const equal = (a: unknown, b: unknown) => a === b || same(a, b)
  return (
    reads.every(({ table, key, row }) => equal(tx.get({ name: table }, key), row)) &&
    listings.every(({ table, range, rows }) => {
      const now = tx.list({ name: table }, range)
      return (
        now.length === rows.length &&
        now.every(([key, row], i) => key === rows[i]![0] && equal(row, rows[i]![1]))
      )
    })
  )
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
