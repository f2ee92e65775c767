/**
 * What a rule sees: its own writes over those of the transactions it is committed with, over the log's tail, over the
 * pages in memory. A question memory cannot answer throws a private signal and notes what to read.
 */
import { IcnError } from '../common/errors.ts'
import { Cell } from './cell.ts'
import { after, afterPrefix, listCells } from './list.ts'
import { MISS, type Pages, type Want } from './pages.ts'
import { SortedMap } from './sorted-map.ts'
import type { CommitEvent, ListRange, Table, Transaction } from './types.ts'

/** The committed state as this tab knows it. */
export interface View {
  readonly epoch: number
  readonly tail: SortedMap<Cell>
  readonly pages: Pages
}

/** Thrown through the rule. Caught by it or not, the run is void: the overlay remembers. */
const interrupted = new Error('This row is not in memory yet; the rule will be run again. Do not catch this.')

export class Overlay implements Transaction {
  readonly writes = new SortedMap<Cell>()
  readonly events: CommitEvent[] = []
  readonly wants: Want[] = []
  readonly #view: View
  readonly #epoch: number
  readonly #layers: readonly SortedMap<Cell>[]
  readonly #readOnly: boolean
  #void = false
  #over = false

  /** `below` holds the writes of the transactions before this one in the same commit. */
  constructor(view: View, below: SortedMap<Cell> | undefined) {
    this.#view = view
    this.#epoch = view.epoch
    this.#layers = below ? [this.writes, below, view.tail] : [view.tail]
    this.#readOnly = below === undefined
  }

  /** True when the run cannot count: something was missing, or the state moved under it. */
  get isVoid(): boolean {
    return this.#void || this.#view.epoch !== this.#epoch
  }

  /** From here on the transaction is a thing of the past. */
  end(): void {
    this.#over = true
  }

  get<Row>(table: Table<Row>, key: string): Row | undefined {
    const full = this.#key(table, key)
    const cell = this.#find(full)
    return cell && !cell.isDeleted ? (this.#row(full, cell) as Row) : undefined
  }

  has<Row>(table: Table<Row>, key: string): boolean {
    const cell = this.#find(this.#key(table, key))
    return cell !== undefined && !cell.isDeleted
  }

  put<Row>(table: Table<Row>, key: string, row: Row): void {
    const full = this.#key(table, key)
    this.#mayWrite(full)
    this.writes.set(full, Cell.row(row))
  }

  delete<Row>(table: Table<Row>, key: string): void {
    const full = this.#key(table, key)
    this.#mayWrite(full)
    this.writes.set(full, Cell.deleted())
  }

  list<Row>(table: Table<Row>, range: ListRange): readonly (readonly [key: string, row: Row])[] {
    const { prefix = '', after: bound, limit, reverse = false } = range
    const start = this.#key(table, prefix)
    let lower = start
    let upper = afterPrefix(start)!
    if (bound !== undefined) {
      const full = this.#key(table, bound)
      if (reverse && full < upper) upper = full
      if (!reverse && full >= lower) lower = after(full)
    }
    if (!(limit > 0) || lower >= upper) return []
    const cells = listCells(this.#layers, this.#view.pages, { lower, upper, limit, reverse }, this.wants)
    if (!cells) throw this.#interrupt()
    const before = this.wants.length
    for (const [full, cell] of cells) this.#wantLarge(full, cell)
    if (this.wants.length > before) throw this.#interrupt()
    const skip = table.name.length + 1
    return cells.map(([full, cell]) => [full.slice(skip), this.#row(full, cell) as Row] as const)
  }

  emit(event: CommitEvent): void {
    this.#alive()
    this.#mayWrite('event')
    this.events.push(event)
  }

  #find(full: string): Cell | undefined {
    for (const layer of this.#layers) {
      const cell = layer.get(full)
      if (cell) return cell
    }
    const cell = this.#view.pages.find(full, this.wants)
    if (cell === MISS) throw this.#interrupt()
    return cell
  }

  #row(full: string, cell: Cell): unknown {
    if (cell.ready) return cell.row(full)
    const large = this.#view.pages.large(cell.large!)
    if (large) return large.row(full)
    this.#wantLarge(full, cell)
    throw this.#interrupt()
  }

  #wantLarge(full: string, cell: Cell): void {
    if (cell.ready || this.#view.pages.large(cell.large!)) return
    this.wants.push({ kind: 'large', key: full, ref: cell.large! })
  }

  #interrupt(): Error {
    this.#void = true
    return interrupted
  }

  #key(table: Table<unknown>, key: string): string {
    this.#alive()
    if (table.name === '' || table.name.includes('\u0000')) {
      throw new IcnError(
        'Internal',
        `A table's name must be non-empty and free of NUL, not ${JSON.stringify(table.name)}.`,
      )
    }
    return `${table.name}\u0000${key}`
  }

  #alive(): void {
    if (this.#over) {
      throw new IcnError(
        'Internal',
        'A transaction was used after it ended: it is good inside its rule only.',
      )
    }
    if (this.isVoid) throw interrupted
  }

  #mayWrite(what: string): void {
    if (this.#readOnly) {
      throw new IcnError(
        'Internal',
        `A read may not write, and this one writes ${JSON.stringify(what)}. Use transact.`,
      )
    }
  }
}
