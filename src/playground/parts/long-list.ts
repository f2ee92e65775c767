/** A list that shows its first few hundred, and more on request: the page stays quick, and its end within reach. */
import { h } from '../dom.ts'
import { number } from '../format.ts'

const AT_ONCE = 200

/** @param list gets the items as its children */
export function longList<T>(
  list: HTMLElement,
  items: readonly T[],
  item: (value: T) => HTMLElement,
): HTMLElement {
  const button = h('button', { type: 'button', class: 'button', onclick: () => more() })
  function more(): void {
    const from = list.children.length
    list.append(...items.slice(from, from + AT_ONCE).map(item))
    const left = items.length - list.children.length
    button.textContent = `Show ${number(Math.min(left, AT_ONCE))} more of ${number(left)}`
    button.hidden = left === 0
    if (from === 0) return
    // Focus goes to the first of the new ones, so that reading goes on there.
    const first = list.children[from] as HTMLElement | undefined
    const target = first?.querySelector<HTMLElement>('a, summary, button')
    if (!target) first?.setAttribute('tabindex', '-1')
    ;(target ?? first)?.focus()
  }
  more()
  return h('div', { class: 'long-list' }, list, button)
}
