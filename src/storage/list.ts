/** A listing: the rows of memory and of every run walked side by side in key order, the newest word on each key winning. */
import type { Cell } from './cell.ts'
import type { Run } from './manifest.ts'
import type { Page } from './page.ts'
import type { Pages, Want } from './pages.ts'
import { lowerBound, type SortedMap } from './sorted-map.ts'

/** Most pages read ahead of one listing in one run. */
const READ_AHEAD = 8

/** Keys from `lower` (included) up to `upper` (left out). */
export interface Span {
  readonly lower: string
  readonly upper: string
  readonly limit: number
  readonly reverse: boolean
}

/** The first string after `key`. */
export function after(key: string): string {
  return `${key}\u0000`
}

/** The first string after everything that begins with `prefix`; undefined when there is none. */
export function afterPrefix(prefix: string): string | undefined {
  for (let end = prefix.length; end > 0; end--) {
    const unit = prefix.charCodeAt(end - 1)
    if (unit < 0xffff) return prefix.slice(0, end - 1) + String.fromCharCode(unit + 1)
  }
  return undefined
}

/** `layers` newest first. Undefined, with wants added, when memory does not hold enough to answer. */
export function listCells(
  layers: readonly SortedMap<Cell>[],
  pages: Pages,
  span: Span,
  wants: Want[],
): [key: string, cell: Cell][] | undefined {
  const cursors: Cursor[] = []
  for (const layer of layers) if (layer.size > 0) cursors.push(new LayerCursor(layer, span))
  for (const run of pages.manifest.runs) {
    if (run.last >= span.lower && run.first < span.upper) cursors.push(new RunCursor(pages, run, span, wants))
  }
  const found: [string, Cell][] = []
  const missed = wants.length
  for (const cursor of cursors) cursor.start()
  if (wants.length > missed) return undefined
  while (found.length < span.limit) {
    let best: Cursor | undefined
    for (const cursor of cursors) {
      if (cursor.key === undefined) continue
      if (best?.key === undefined || (span.reverse ? cursor.key > best.key : cursor.key < best.key))
        best = cursor
    }
    if (best?.key === undefined) break
    const { key, cell } = best
    if (!cell!.isDeleted) found.push([key, cell!])
    for (const cursor of cursors) if (cursor.key === key) cursor.next()
    if (wants.length > missed) return undefined
  }
  return found
}

abstract class Cursor {
  key: string | undefined
  cell: Cell | undefined
  protected readonly span: Span

  constructor(span: Span) {
    this.span = span
  }

  abstract start(): void
  abstract next(): void

  /** Takes the entry when it lies in the span, else ends the cursor. */
  protected show(keys: readonly string[], at: number, cellAt: (key: string) => Cell | undefined): void {
    const key = keys[at]
    const inside = key !== undefined && key >= this.span.lower && key < this.span.upper
    this.key = inside ? key : undefined
    this.cell = inside ? cellAt(key) : undefined
  }
}

class LayerCursor extends Cursor {
  readonly #layer: SortedMap<Cell>
  #at = 0

  constructor(layer: SortedMap<Cell>, span: Span) {
    super(span)
    this.#layer = layer
  }

  start(): void {
    this.#at = this.span.reverse ? this.#layer.seek(this.span.upper) - 1 : this.#layer.seek(this.span.lower)
    this.#show()
  }

  next(): void {
    this.#at += this.span.reverse ? -1 : 1
    this.#show()
  }

  #show(): void {
    this.show(this.#layer.keys(), this.#at, (key) => this.#layer.get(key))
  }
}

class RunCursor extends Cursor {
  readonly #pages: Pages
  readonly #run: Run
  readonly #wants: Want[]
  #page: Page | undefined
  #at = 0

  constructor(pages: Pages, run: Run, span: Span, wants: Want[]) {
    super(span)
    this.#pages = pages
    this.#run = run
    this.#wants = wants
  }

  start(): void {
    const { lower, upper, reverse } = this.span
    if (!reverse) this.#forward(lower)
    else if (upper > this.#run.last) this.#backward(this.#run.last)
    else this.#below(upper)
  }

  next(): void {
    const page = this.#page!
    this.#at += this.span.reverse ? -1 : 1
    if (this.#at < 0) this.#backward(page.previous)
    else if (this.#at < page.keys.length) this.#show()
    else if (page.last === this.#run.last) this.#end()
    else this.#forward(after(page.last))
  }

  /** To the first row not below `from`. */
  #forward(from: string): void {
    if (from >= this.span.upper || from > this.#run.last) {
      this.#end()
      return
    }
    this.#page = this.#pages.pageAt(this.#run, from)
    if (this.#page) {
      this.#at = lowerBound(this.#page.keys, from)
      this.#show()
    } else {
      this.#wantForward(from)
    }
  }

  /** Not beyond the page in which the span ends: most tables are shorter than the most that is asked of them. */
  #wantForward(from: string): void {
    const run = this.#run
    const { upper } = this.span
    const count = this.#ahead()
    if (count === 1 || upper > run.last) {
      this.#wants.push({ kind: 'page', run, from, count })
      return
    }
    this.#wants.push({ kind: 'page', run, from, upTo: upper, count })
    if (!this.#pages.pageAt(run, upper)) this.#wants.push({ kind: 'page', run, from: upper, count: 1 })
  }

  /** To the last row below `upper`, which may be in the page that holds the first row not below it. */
  #below(upper: string): void {
    this.#page = this.#pages.pageAt(this.#run, upper)
    if (!this.#page) {
      this.#wants.push({ kind: 'page', run: this.#run, from: upper, count: 1 })
      this.#wantBackward(upper)
      return
    }
    this.#at = lowerBound(this.#page.keys, upper) - 1
    if (this.#at < 0) this.#backward(this.#page.previous)
    else this.#show()
  }

  /** To the last row of the page that ends with `last`. */
  #backward(last: string): void {
    if (last === '' || last < this.span.lower) {
      this.#end()
      return
    }
    this.#page = this.#pages.pageAt(this.#run, last)
    if (this.#page) {
      this.#at = this.#page.keys.length - 1
      this.#show()
    } else {
      this.#wantBackward(last)
    }
  }

  #wantBackward(to: string): void {
    this.#wants.push({
      kind: 'pageBefore',
      run: this.#run,
      to,
      downTo: this.span.lower,
      count: this.#ahead(),
    })
  }

  #show(): void {
    this.show(this.#page!.keys, this.#at, () => this.#page!.cellAt(this.#at))
  }

  #end(): void {
    this.key = undefined
    this.cell = undefined
  }

  #ahead(): number {
    const perPage = Math.max(1, this.#run.rows / this.#run.pages)
    return Math.min(READ_AHEAD, Math.ceil(this.span.limit / perPage))
  }
}
