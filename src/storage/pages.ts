/**
 * The rows behind the log, as far as they are in memory: an answer at once when the pages that decide it are cached, and
 * otherwise the list of what to read. Pages never change once written, so nothing here is ever stale; what changes is the
 * manifest that names the runs.
 */
import { IcnError } from '../common/errors.ts'
import type { Cell, LargeRef } from './cell.ts'
import { Filter } from './filter.ts'
import type { Manifest, Run } from './manifest.ts'
import { decodePage, type Page } from './page.ts'
import { decodeLarge } from './record.ts'
import { one, type Read } from './store.ts'

/** Said instead of an answer: the pages are not in memory. */
export const MISS = Symbol('miss')

/**
 * What to bring into memory. Positions: the page of `run` that holds the first key not below `from`, or not above `to`.
 * Of several pages, none that ends beyond `upTo`, or before `downTo`.
 */
export type Want =
  | {
      readonly kind: 'page'
      readonly run: Run
      readonly from: string
      readonly upTo?: string
      readonly count: number
    }
  | {
      readonly kind: 'pageBefore'
      readonly run: Run
      readonly to: string
      readonly downTo: string
      readonly count: number
    }
  | { readonly kind: 'filter'; readonly run: Run }
  | { readonly kind: 'large'; readonly key: string; readonly ref: LargeRef }

export interface Fetch {
  readonly read: Read
  accept(values: readonly unknown[]): void
}

interface LargeEntry {
  readonly cell: Cell
  readonly bytes: number
  used: number
}

/**
 * A runtime that starts asks each run some three times; its filters (5 MB at four million rows) would come in the way of
 * the first answers. Whoever goes on asking gets them.
 */
const MISSES_BEFORE_FILTER = 5

/** A run and its frames, as they are on disk. */
export interface Written {
  readonly run: Run
  readonly frames: readonly Uint8Array[]
  readonly filter: Uint8Array
}

export class Pages {
  /** Pages of each run by key order, gaps allowed. */
  readonly #runs = new Map<number, Page[]>()
  /** Undefined: could not be read, and is done without. */
  readonly #filters = new Map<number, Filter | undefined>()
  /** Looks at the disk that a filter might have saved, by run, until there are enough to fetch it. */
  readonly #missed = new Map<number, number>()
  readonly #filtersWanted = new Set<Run>()
  readonly #large = new Map<number, LargeEntry>()
  readonly #limit: number
  #bytes = 0
  #tick = 1
  /** Ticks at which attempts now under way began: what they looked at must stay until they end. */
  readonly #held = new Map<object, number>()
  manifest: Manifest

  constructor(manifest: Manifest, limit: number) {
    this.manifest = manifest
    this.#limit = limit
  }

  get bytes(): number {
    return this.#bytes
  }

  adopt(manifest: Manifest): void {
    this.manifest = manifest
    const kept = new Set(manifest.runs.map((run) => run.id))
    for (const run of this.#filters.keys()) if (!kept.has(run)) this.#filters.delete(run)
    for (const run of this.#missed.keys()) if (!kept.has(run)) this.#missed.delete(run)
    for (const [run, pages] of this.#runs) {
      if (kept.has(run)) continue
      for (const page of pages) this.#bytes -= page.bytes
      this.#runs.delete(run)
    }
  }

  /** The newest cell of the key in any run, or undefined when no run has it; wants are added when memory cannot say. */
  find(key: string, wants: Want[]): Cell | undefined | typeof MISS {
    const { runs } = this.manifest
    for (let i = 0; i < runs.length; i++) {
      const run = runs[i]!
      if (!this.#mayHold(run, key)) continue
      const page = this.pageAt(run, key)
      if (!page) {
        // Ask for the older runs' pages in the same go: one more look at the disk costs more than a page too many.
        for (const older of runs.slice(i)) {
          if (!this.#mayHold(older, key) || this.pageAt(older, key)) continue
          if (older.filter > 0 && !this.#filters.has(older.id)) this.#missFilter(older)
          wants.push({ kind: 'page', run: older, from: key, count: 1 })
        }
        return MISS
      }
      const cell = page.find(key)
      if (cell) return cell
    }
    return undefined
  }

  #missFilter(run: Run): void {
    const times = (this.#missed.get(run.id) ?? 0) + 1
    this.#missed.set(run.id, times % MISSES_BEFORE_FILTER)
    if (times === MISSES_BEFORE_FILTER) this.#filtersWanted.add(run)
  }

  #mayHold(run: Run, key: string): boolean {
    if (key < run.first || key > run.last) return false
    return this.#filters.get(run.id)?.mayHold(key) ?? true
  }

  /** The cached page that decides `key`. */
  pageAt(run: Run, key: string): Page | undefined {
    const pages = this.#runs.get(run.id)
    if (!pages) return undefined
    const page = pages[firstNotBelow(pages, key)]
    if (!page || page.previous >= key) return undefined
    page.used = ++this.#tick
    return page
  }

  large(ref: LargeRef): Cell | undefined {
    const entry = this.#large.get(ref.id)
    if (entry) entry.used = ++this.#tick
    return entry?.cell
  }

  /** How to read what is wanted. A page that is no longer there means that the manifest moved on; the caller looks. */
  fetches(wants: readonly Want[]): Fetch[] {
    return wants.map((want) => {
      if (want.kind === 'large') {
        return {
          read: one('large', want.ref.id),
          accept: (values) => {
            if (values.length > 0) this.#addLarge(want.ref, decodeLarge(want.key, want.ref, values[0]))
          },
        }
      }
      if (want.kind === 'filter') {
        const { run } = want
        return {
          read: one('filters', run.id),
          accept: (values) => this.#addFilter(run, values[0]),
        }
      }
      const { run, count } = want
      const range =
        want.kind === 'page'
          ? { from: [run.id, want.from] as const, to: [run.id, want.upTo ?? run.last] as const }
          : { from: [run.id, want.downTo] as const, to: [run.id, want.to] as const }
      return {
        read: { store: 'pages', range, limit: count, reverse: want.kind === 'pageBefore' },
        accept: (values) => {
          for (const value of values) this.#addPage(decodePage(run.id, value))
        },
      }
    })
  }

  /** A run just written: what it holds was in the log's tail until now and is likely to be asked for. */
  seed({ run, frames, filter }: Written): void {
    for (const frame of frames) this.#addPage(decodePage(run.id, frame))
    this.#addFilter(run, filter)
  }

  #addPage(page: Page): void {
    if (!this.manifest.runs.some((run) => run.id === page.run)) return
    let pages = this.#runs.get(page.run)
    if (!pages) {
      pages = []
      this.#runs.set(page.run, pages)
    }
    const at = firstNotBelow(pages, page.last)
    if (pages[at]?.last === page.last) return
    pages.splice(at, 0, page)
    page.used = ++this.#tick
    this.#bytes += page.bytes
  }

  /** The filters that have been missed often enough, each once: they are fetched when nobody waits for them. */
  takeMissedFilters(): Want[] {
    const wants = [...this.#filtersWanted].map((run) => ({ kind: 'filter', run }) as const)
    this.#filtersWanted.clear()
    return wants
  }

  /** Filters are never evicted: a little over a byte for each row there is. A damaged one is done without: pages decide. */
  #addFilter(run: Run, value: unknown): void {
    if (!this.manifest.runs.some(({ id }) => id === run.id)) return
    let filter: Filter | undefined
    try {
      filter = Filter.decode(run.id, value)
    } catch (error) {
      if (!IcnError.is(error)) throw error
    }
    this.#filters.set(run.id, filter)
  }

  get filterBytes(): number {
    let sum = 0
    for (const filter of this.#filters.values()) sum += filter?.bytes ?? 0
    return sum
  }

  #addLarge(ref: LargeRef, cell: Cell): void {
    if (this.#large.has(ref.id)) return
    this.#large.set(ref.id, { cell, bytes: ref.length, used: ++this.#tick })
    this.#bytes += ref.length
  }

  /** Until `release`, nothing that `holder` brings in or looks at is evicted. */
  hold(holder: object): void {
    this.#held.set(holder, this.#tick)
  }

  release(holder: object): void {
    this.#held.delete(holder)
    if (this.#bytes > this.#limit) this.#evict()
  }

  /** Least recently used first, down to three quarters of the limit, so that it happens rarely. */
  #evict(): void {
    let horizon = Number.POSITIVE_INFINITY
    for (const tick of this.#held.values()) horizon = Math.min(horizon, tick)
    const candidates: { used: number; drop: () => void }[] = []
    for (const [id, entry] of this.#large) {
      const drop = () => {
        this.#large.delete(id)
        this.#bytes -= entry.bytes
      }
      // One value that fills a quarter of the cache by itself is not worth what it pushes out.
      if (entry.bytes > this.#limit / 4 && entry.used < horizon) drop()
      else candidates.push({ used: entry.used, drop })
    }
    for (const pages of this.#runs.values()) {
      for (const page of pages) {
        const drop = () => {
          pages.splice(pages.indexOf(page), 1)
          this.#bytes -= page.bytes
        }
        candidates.push({ used: page.used, drop })
      }
    }
    candidates.sort((a, b) => a.used - b.used)
    for (const { used, drop } of candidates) {
      if (this.#bytes <= this.#limit * 0.75 || used >= horizon) break
      drop()
    }
  }
}

function firstNotBelow(pages: readonly Page[], key: string): number {
  let low = 0
  let high = pages.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (pages[middle]!.last < key) low = middle + 1
    else high = middle
  }
  return low
}
