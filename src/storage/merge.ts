/**
 * Several runs into one, page by page, the newest word on each key winning. Rows travel packed: nothing is unpacked. A
 * merge writes pages nobody refers to yet, so it may stop at any page and be taken up again from its last one.
 */
import type { Cell } from './cell.ts'
import { FilterBuilder } from './filter-builder.ts'
import { after } from './list.ts'
import type { PendingRun, Run } from './manifest.ts'
import { decodePage, type Page } from './page.ts'
import { PageBuilder } from './page-builder.ts'
import type { Op, Read, Store } from './store.ts'

export interface MergeOptions {
  /** Where a page is closed. */
  readonly pageBytes: number
  /** Pages read or written in one transaction: small, so that nobody waits long for the stores. */
  readonly slicePages: number
}

export class Merge {
  readonly pending: PendingRun
  readonly inputs: readonly Run[]
  readonly #store: Store
  readonly #sources: Source[]
  readonly #builder: PageBuilder
  readonly #keepDeleted: boolean
  readonly #slicePages: number
  /** Over all keys: a merge taken up again has not seen them all and goes without. */
  #filter: FilterBuilder | undefined
  #filterBytes = 0
  readonly #resumed: boolean
  #first: string | undefined
  #last = ''
  #rows = 0
  #pages = 0
  #bytes = 0

  private constructor(
    store: Store,
    pending: PendingRun,
    inputs: readonly Run[],
    keepDeleted: boolean,
    options: MergeOptions,
    from: { first: string; last: string; pages: number } | undefined,
  ) {
    this.#store = store
    this.pending = pending
    this.inputs = inputs
    this.#keepDeleted = keepDeleted
    this.#builder = new PageBuilder(pending.id, options.pageBytes, from?.last ?? '')
    this.#slicePages = options.slicePages
    this.#resumed = from !== undefined
    this.#first = from?.first
    this.#last = from?.last ?? ''
    this.#pages = from?.pages ?? 0
    const most = inputs.reduce((sum, run) => sum + run.rows, 0)
    this.#filter = from ? undefined : FilterBuilder.forKeys(pending.id, most)
    this.#sources = inputs.map((run) => new Source(run, from ? after(from.last) : run.first))
  }

  /** `keepDeleted`: older runs lie below, and deletions must go on hiding what these hold. */
  static async begin(
    store: Store,
    pending: PendingRun,
    inputs: readonly Run[],
    keepDeleted: boolean,
    options: MergeOptions,
  ): Promise<Merge> {
    const range = { from: [pending.id, ''] as const, before: [pending.id + 1, ''] as const }
    const [keys, firstPage] = await store.read([
      { store: 'pages', range, limit: Number.POSITIVE_INFINITY, keys: true },
      { store: 'pages', range, limit: 1 },
    ])
    const last = keys!.at(-1) as [number, string] | undefined
    if (!last) return new Merge(store, pending, inputs, keepDeleted, options, undefined)
    const first = decodePage(pending.id, firstPage![0]).keys[0]!
    return new Merge(store, pending, inputs, keepDeleted, options, {
      first,
      last: last[1],
      pages: keys!.length,
    })
  }

  /** The next pages to write, and the large values that no longer have a reader. Undefined at the end. */
  async next(): Promise<Op[] | undefined> {
    const ops: Op[] = []
    let pages = 0
    while (pages < this.#slicePages) {
      const dry = this.#sources.filter((source) => source.isDry)
      if (dry.length > 0) await this.#refill(dry)
      const key = this.#smallest()
      if (key === undefined) break
      if (!this.#move(key, ops)) continue
      this.#filter?.add(key)
      if (this.#builder.isFull) {
        ops.push(this.#closePage())
        pages++
      }
    }
    if (pages < this.#slicePages) {
      if (!this.#builder.isEmpty) ops.push(this.#closePage())
      if (this.#filter && this.#first !== undefined) {
        ops.push({ op: 'put', store: 'filters', key: this.pending.id, value: this.#filter.encode() })
        this.#filterBytes = this.#filter.bytes
        this.#filter = undefined
      }
    }
    return ops.length > 0 ? ops : undefined
  }

  /** What became of it; undefined when nothing was left. */
  result(level: number): Run | undefined {
    if (this.#first === undefined) return undefined
    const sum = (size: (run: Run) => number): number =>
      this.inputs.reduce((total, run) => total + size(run), 0)
    return {
      id: this.pending.id,
      level,
      first: this.#first,
      last: this.#last,
      pages: this.#pages,
      // A merge that was taken up again has not seen its first rows: the inputs' sum is near enough for planning.
      rows: this.#resumed ? sum((run) => run.rows) : this.#rows,
      filter: this.#filterBytes,
      bytes: this.#resumed ? sum((run) => run.bytes) : this.#bytes,
    }
  }

  #smallest(): string | undefined {
    let smallest: string | undefined
    for (const { key } of this.#sources) {
      if (key !== undefined && (smallest === undefined || key < smallest)) smallest = key
    }
    return smallest
  }

  /** The newest cell of the key into the page under construction; sources are ordered newest first. False: it is gone. */
  #move(key: string, ops: Op[]): boolean {
    let newest: Source | undefined
    for (const source of this.#sources) {
      if (source.key !== key) continue
      if (!newest) {
        newest = source
        continue
      }
      // Whoever could still see an older value has been told otherwise by the commit that replaced it.
      const shadowed = source.isPlain ? undefined : source.cell.large
      if (shadowed) ops.push(dropLarge(shadowed.id))
      source.advance()
    }
    const stays = newest!.isPlain || this.#keepDeleted || !newest!.cell.isDeleted
    if (stays) this.#builder.addPacked(key, newest!.packed)
    newest!.advance()
    return stays
  }

  async #refill(sources: readonly Source[]): Promise<void> {
    const answers = await this.#store.read(sources.map((source) => source.read(this.#slicePages)))
    sources.forEach((source, i) => {
      source.fill(answers[i]!)
    })
  }

  #closePage(): Op {
    const { first, last, rows, frame } = this.#builder.take()
    this.#first ??= first
    this.#last = last
    this.#rows += rows
    this.#pages++
    this.#bytes += frame.length
    return { op: 'put', store: 'pages', key: [this.pending.id, last], value: frame }
  }
}

export function dropLarge(id: number): Op {
  return { op: 'delete', store: 'large', range: { from: id, to: id } }
}

/** One run being read from front to back. */
class Source {
  readonly #run: Run
  #from: string
  #pages: Page[] = []
  #at = 0

  constructor(run: Run, from: string) {
    this.#run = run
    this.#from = from
  }

  get isDry(): boolean {
    return this.#pages.length === 0 && this.#from <= this.#run.last
  }

  get key(): string | undefined {
    return this.#pages[0]?.keys[this.#at]
  }

  /** Neither a deletion nor a large row: nothing to know about it. */
  get isPlain(): boolean {
    return this.#pages[0]!.isPlainAt(this.#at)
  }

  get cell(): Cell {
    return this.#pages[0]!.cellAt(this.#at)
  }

  get packed(): Uint8Array {
    return this.#pages[0]!.packedAt(this.#at)
  }

  advance(): void {
    if (++this.#at < this.#pages[0]!.keys.length) return
    this.#pages.shift()
    this.#at = 0
  }

  read(limit: number): Read {
    const { id, last } = this.#run
    return { store: 'pages', range: { from: [id, this.#from], to: [id, last] }, limit }
  }

  fill(values: readonly unknown[]): void {
    this.#pages = values.map((value) => decodePage(this.#run.id, value))
    const first = this.#pages[0]
    if (!first) {
      // Taken away under us: the manifest has moved on, and the next check says so.
      this.#from = after(this.#run.last)
      return
    }
    // Only a merge taken up again begins inside a page.
    while (first.keys[this.#at]! < this.#from) this.#at++
    this.#from = after(this.#pages.at(-1)!.last)
  }
}
