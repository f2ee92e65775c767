/** What this browser does for the node: whether it may clear the storage, other tabs, working without a network. */
import { announce } from '../announce.ts'
import { fill, h } from '../dom.ts'
import { plural } from '../format.ts'
import { facts } from '../parts/facts.ts'
import { openTabs } from '../tabs.ts'

const LOOK_MS = 2_000

/** A part of a screen that is filled a moment later. */
export interface Section {
  readonly element: HTMLElement
  readonly ready: Promise<void>
}

export function browserSection(signal: AbortSignal): Section {
  const place = h('div', { class: 'browser-facts' })
  const told = h('p', { class: 'quiet' })
  const ask = h(
    'button',
    { type: 'button', class: 'button', hidden: true, onclick: () => void keep() },
    'Ask the browser to keep it',
  )

  async function show(): Promise<void> {
    const [tabs, persisted] = await Promise.all([openTabs(), navigator.storage?.persisted?.() ?? false])
    if (signal.aborted) return
    const offline = navigator.serviceWorker?.controller != null
    const rows = [
      ['Open in', plural(tabs, 'tab')],
      ['Without a network', offline ? 'it works' : 'it works after the next visit, if the site allows it'],
      ['Kept', persisted ? 'until you clear it' : 'as long as the browser has room'],
    ] as const
    // Nothing is built anew for who reads it while it stays as it was.
    const now = JSON.stringify(rows)
    if (place.dataset.now !== now) fill(place, facts(rows))
    place.dataset.now = now
    ask.hidden = persisted
  }

  async function keep(): Promise<void> {
    const granted = await navigator.storage.persist().catch(() => false)
    const words = granted
      ? 'The browser keeps what is stored here until you clear it.'
      : 'The browser did not agree. It may, once this page has been used more often or is bookmarked. Until then an export is the safe copy.'
    fill(told, words)
    announce(words)
    await show()
  }

  const ready = show().catch(() =>
    fill(place, h('p', { class: 'quiet' }, 'This browser tells nothing about its storage.')),
  )
  // Tabs come and go without a word.
  const timer = setInterval(() => void show().catch(() => undefined), LOOK_MS)
  signal.addEventListener('abort', () => clearInterval(timer))
  const element = h(
    'section',
    { 'aria-labelledby': 'browser-title' },
    h('h2', { id: 'browser-title' }, 'This browser'),
    place,
    ask,
    told,
  )
  return { element, ready }
}
