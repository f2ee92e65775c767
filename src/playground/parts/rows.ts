/** A list that comes in pages: rows, and a button for the next ones. States for loading, empty and error included. */
import type { Listing } from '../../index.ts'
import { type Child, fill, h } from '../dom.ts'
import { withProgress } from './busy.ts'
import { problemCard } from './problem.ts'

export interface RowsOptions<T> {
  /** Of the list, for screen readers. */
  readonly label: string
  /** What is being loaded, in words. */
  readonly loading: string
  readonly empty: Child
  load(after: string | undefined): Promise<Listing<T>>
  row(item: T): HTMLElement
}

export interface Rows {
  readonly element: HTMLElement
  /** Loads the first page again, unless further pages are open: then the person's place is kept. */
  refresh(): Promise<void>
}

export function rows<T>(options: RowsOptions<T>, signal: AbortSignal): Rows {
  const list = h('ul', { class: 'rows', 'aria-label': options.label })
  const foot = h('div', { class: 'rows-foot' })
  const element = h('div', { class: 'rows-frame' }, foot)
  let pagesOpen = 0

  async function open(after?: string): Promise<void> {
    try {
      const page = await withProgress(foot, options.loading, options.load(after))
      if (signal.aborted) return
      const held = list.contains(document.activeElement) ? document.activeElement?.getAttribute('href') : null
      if (after === undefined) list.replaceChildren()
      const before = list.children.length
      list.append(...page.items.map((item) => h('li', {}, options.row(item))))
      pagesOpen = after === undefined ? 1 : pagesOpen + 1
      if (list.children.length === 0) fill(element, h('div', { class: 'empty' }, options.empty), foot)
      else fill(element, list, foot)
      const { next } = page
      fill(
        foot,
        next !== undefined &&
          h('button', { type: 'button', class: 'button', onclick: () => open(next) }, 'Show more'),
      )
      if (after !== undefined) focusRow(list.children[before])
      // A refresh builds the rows anew; focus stays on the row it was on.
      if (held) [...list.querySelectorAll('a')].find((link) => link.getAttribute('href') === held)?.focus()
    } catch (error) {
      if (!signal.aborted) fill(foot, problemCard(error, { retry: () => open(after) }))
    }
  }

  void open()
  return {
    element,
    refresh: async () => {
      if (pagesOpen <= 1) await open()
    },
  }
}

function focusRow(row: Element | undefined): void {
  const target = row?.querySelector<HTMLElement>('a, button')
  target?.focus()
}
