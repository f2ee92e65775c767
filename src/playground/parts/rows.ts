/** A list that comes in pages: rows, and a button for the next ones. States for loading, empty and error included. */
import type { Listing } from '../../index.ts'
import { calmly } from '../calmly.ts'
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
  /** Loads again as many pages as are open. Asked for while that goes on, it is done once more afterwards, for all who asked. */
  refresh(): Promise<void>
}

export function rows<T>(options: RowsOptions<T>, signal: AbortSignal): Rows {
  const list = h('ul', { class: 'rows', 'aria-label': options.label })
  const foot = h('div', { class: 'rows-foot' })
  const element = h('div', { class: 'rows-frame' }, foot)
  let pagesOpen = 1

  const rowOf = (item: T) => h('li', {}, options.row(item))

  function settle(next: string | undefined): void {
    if (list.children.length === 0) fill(element, h('div', { class: 'empty' }, options.empty), foot)
    else if (list.parentElement !== element || element.lastElementChild !== foot) fill(element, list, foot)
    fill(
      foot,
      next !== undefined &&
        h('button', { type: 'button', class: 'button', onclick: () => more(next) }, 'Show more'),
    )
  }

  async function attempt(work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      if (!signal.aborted) fill(foot, problemCard(error, { retry: () => attempt(work) }))
    }
  }

  const more = (after: string) =>
    attempt(async () => {
      const page = await withProgress(foot, options.loading, options.load(after))
      if (signal.aborted) return
      const before = list.children.length
      list.append(...page.items.map(rowOf))
      pagesOpen += 1
      settle(page.next)
      focusRow(list.children[before])
    })

  /** Rows are built anew all at once; focus stays on the row it was on. */
  async function load(): Promise<void> {
    const items: T[] = []
    let next: string | undefined
    for (let page = 0; page < pagesOpen; page += 1) {
      const loaded: Listing<T> = await withProgress(foot, options.loading, options.load(next))
      if (signal.aborted) return
      items.push(...loaded.items)
      next = loaded.next
      if (next === undefined) break
    }
    const held = list.contains(document.activeElement) ? document.activeElement?.getAttribute('href') : null
    list.replaceChildren(...items.map(rowOf))
    settle(next)
    if (held) [...list.querySelectorAll('a')].find((link) => link.getAttribute('href') === held)?.focus()
  }

  const refresh = calmly(() => attempt(load), signal)
  void refresh()
  return { element, refresh }
}

function focusRow(row: Element | undefined): void {
  const target = row?.querySelector<HTMLElement>('a, button')
  target?.focus()
}
