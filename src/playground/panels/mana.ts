/** Mana: what is there, when more comes, and every change. */
import type { ManaEntry } from '../../index.ts'
import { announce } from '../announce.ts'
import { type Context, listen } from '../context.ts'
import { fill, h } from '../dom.ts'
import { number, plural, signed, when } from '../format.ts'
import { setShare } from '../parts/facts.ts'
import { linkedId, shortId } from '../parts/id.ts'
import { page } from '../parts/page.ts'
import { problemCard } from '../parts/problem.ts'
import { rows } from '../parts/rows.ts'
import { task } from '../parts/task.ts'
import { href, type PanelFactory } from '../router.ts'
import { REGENERATION } from '../settings.ts'
import { cause } from '../words.ts'
import { manaChart } from './mana-chart.ts'
import '../style/mana.css'

const PAGE = 25

export function manaPanel(context: Context): PanelFactory {
  return (_argument, signal) => {
    const { runtime, did } = context
    const list = rows<ManaEntry>(
      {
        label: 'Changes of the balance, newest first',
        loading: 'Loading the history',
        empty: 'Nothing has changed the balance yet.',
        load: (after) =>
          runtime.mana.history({ did, limit: PAGE, signal, ...(after === undefined ? {} : { after }) }),
        row: entryRow,
      },
      signal,
    )
    listen(runtime, 'mana', () => void list.refresh(), signal)
    return {
      title: 'Mana',
      element: page(
        {
          title: 'Mana',
          sentence:
            'Mana is what work costs. It cannot be bought: it comes back by itself, the same for everyone. What your own node runs for you, it also earns, so a run of your own leaves the balance as it was.',
        },
        balance(context, signal),
        h(
          'section',
          { class: 'stack', 'aria-labelledby': 'history-title' },
          h('h2', { id: 'history-title' }, 'History'),
          list.element,
        ),
      ),
    }
  }
}

function balance({ runtime, did, store }: Context, signal: AbortSignal): HTMLElement {
  const figure = h('p', { class: 'figure' })
  const clock = h('div', { class: 'bar bar-mana', 'aria-hidden': 'true' }, h('div', { class: 'bar-fill' }))
  const next = h('p', { class: 'next-tick' })
  const chart = h('div', { class: 'chart-place' })
  const trouble = h('div')

  store.watch(
    ['balance'],
    ({ balance: amount }) => fill(figure, h('strong', {}, amount === null ? '…' : number(amount)), ' mana'),
    signal,
  )

  function showClock(): void {
    const { balance: amount, lastTick } = store.get()
    const full = amount !== null && amount >= REGENERATION.cap
    const passed = (Date.now() - lastTick) % REGENERATION.intervalMs
    setShare(clock, full ? 0 : passed / REGENERATION.intervalMs)
    const seconds = Math.ceil((REGENERATION.intervalMs - passed) / 1000)
    next.textContent = full
      ? `Full at ${number(REGENERATION.cap)}. More comes once some is spent.`
      : `${number(REGENERATION.amount)} more in ${seconds} s`
  }

  async function draw(): Promise<void> {
    const { items } = await runtime.mana.history({ did, limit: 100, signal })
    fill(chart, manaChart(items, Date.now() / 1000, store.get().lastTick, REGENERATION))
  }

  const timer = setInterval(showClock, 250)
  signal.addEventListener('abort', () => clearInterval(timer))
  const quietly = () => void draw().catch(() => undefined) // the history below tells of failures
  listen(runtime, 'mana', quietly, signal)
  quietly()
  showClock()

  async function regenerate(): Promise<void> {
    if (store.get().regenerating) return
    store.set({ regenerating: true })
    try {
      const credited = await runtime.mana.regenerate({ signal })
      fill(trouble)
      announce(`${number(credited)} mana regenerated.`)
    } catch (error) {
      if (!signal.aborted) fill(trouble, problemCard(error))
    } finally {
      store.set({ regenerating: false })
    }
  }

  return h(
    'section',
    { class: 'balance', 'aria-labelledby': 'balance-title' },
    h(
      'div',
      { class: 'balance-now' },
      h('h2', { id: 'balance-title' }, 'Balance'),
      figure,
      clock,
      next,
      h(
        'p',
        { class: 'quiet' },
        `${number(REGENERATION.amount)} mana come back every ${REGENERATION.intervalMs / 1000} seconds, up to ${number(REGENERATION.cap)}.`,
      ),
      h('button', { type: 'button', class: 'button', onclick: () => void regenerate() }, 'Regenerate now'),
      trouble,
      audit(runtime, signal),
    ),
    chart,
  )
}

/** Every balance made again from the journal: what `Mana adds up` says in sums, account by account. */
function audit(runtime: Context['runtime'], life: AbortSignal): HTMLElement {
  return task(
    'Check every balance',
    async (_tell, signal) => {
      const { accounts, entries, faults } = await runtime.mana.audit({ signal })
      const checked = `${plural(accounts, 'account')} made again from ${plural(entries, 'change')}`
      if (faults.length === 0)
        return { good: true, sentence: `${checked}: every balance is what its changes add up to.` }
      return {
        good: false,
        sentence: `${checked}: ${plural(faults.length, 'fault')}.`,
        detail: h(
          'ul',
          {},
          faults.map(({ did, reason }) => h('li', {}, did ? [shortId(did), ': '] : '', reason)),
        ),
      }
    },
    life,
  )
}

function entryRow(entry: ManaEntry): HTMLElement {
  return h(
    'div',
    { class: 'row row-mana' },
    h('p', { class: 'row-title' }, cause(entry.cause)),
    h('p', { class: 'row-when' }, when(entry.at)),
    h('p', { class: `row-amount ${entry.amount < 0n ? 'amount-out' : 'amount-in'}` }, signed(entry.amount)),
    h('p', { class: 'row-balance' }, h('span', { class: 'quiet' }, 'balance '), number(entry.balance)),
    h('p', { class: 'row-id' }, reference(entry)),
  )
}

/** A job or a proposal; what is no job of this node leads nowhere. */
function reference({ reference: id, cause: why }: ManaEntry): HTMLElement | string {
  if (id === undefined) return ''
  const ofJob = why === 'escrow' || why === 'payment' || why === 'refund'
  return ofJob ? linkedId(id, href('jobs', id)) : shortId(id)
}
