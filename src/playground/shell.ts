/** What stands around every panel: skip link, name, navigation, balance, theme, notices, live regions. */
import { announcer } from './announce.ts'
import { fill, h, icon } from './dom.ts'
import { brief, number } from './format.ts'
import { noticePlace } from './notices.ts'
import { href, type Route } from './router.ts'
import type { Store, UiState } from './store.ts'
import { currentTheme, toggleTheme } from './theme.ts'

const PLACES = [
  ['run', 'Run'],
  ['write', 'Write'],
  ['receipts', 'Receipts'],
  ['jobs', 'Jobs'],
  ['governance', 'Governance'],
  ['mana', 'Mana'],
  ['blocks', 'Blocks'],
  ['node', 'Node'],
] as const

export interface Shell {
  readonly outlet: HTMLElement
  show(route: Route): void
  /** Without a runtime there is nowhere to go and nothing to have. */
  usable(is: boolean): void
}

export function buildShell(app: Element, store: Store<UiState>): Shell {
  const outlet = h('main', { id: 'main', tabindex: '-1' })
  const links = PLACES.map(([name, label]) =>
    h('a', { href: href(name), 'data-name': name, 'data-label': label }, label),
  )
  const balance = h('a', { href: href('mana'), class: 'balance-chip' })
  store.watch(['balance'], (state) => {
    const { balance: amount } = state
    balance.title = amount === null ? '' : `${number(amount)} mana`
    const text = amount === null ? '…' : brief(amount)
    fill(balance, h('span', { class: 'visually-hidden' }, 'Balance: '), h('strong', {}, text), ' mana')
  })
  const nav = h(
    'nav',
    { 'aria-label': 'Main' },
    h(
      'ul',
      {},
      links.map((link) => h('li', {}, link)),
    ),
  )
  fill(
    app,
    h('a', { class: 'skip', href: '#main', onclick: skip(outlet) }, 'Skip to the content'),
    h(
      'header',
      { class: 'top' },
      h(
        'div',
        { class: 'top-inner' },
        h('a', { class: 'brand', href: href('run') }, 'ICN playground'),
        nav,
        h('div', { class: 'top-end' }, balance, themeButton()),
      ),
    ),
    noticePlace(),
    outlet,
    ...announcer(),
  )
  return {
    outlet,
    show(route) {
      for (const link of links)
        if (link.dataset.name === route.name) link.setAttribute('aria-current', 'page')
        else link.removeAttribute('aria-current')
    },
    usable(is) {
      nav.hidden = !is
      balance.hidden = !is
    },
  }
}

/** The hash belongs to the router, so the skip link moves focus itself. */
function skip(outlet: HTMLElement): (event: Event) => void {
  return (event) => {
    event.preventDefault()
    outlet.focus()
  }
}

function themeButton(): HTMLElement {
  const button = h('button', { type: 'button', class: 'icon-button' })
  const show = () => {
    const dark = currentTheme() === 'dark'
    const label = dark ? 'Use light colours' : 'Use dark colours'
    button.setAttribute('aria-label', label)
    button.title = label
    button.replaceChildren(icon(dark ? 'sun' : 'moon'))
  }
  button.addEventListener('click', () => {
    toggleTheme()
    show()
  })
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', show)
  show()
  return button
}
