/** Mana: what is there, when more comes, and every change. */
import type { ManaEntry } from '../../index.ts'
import { announce } from '../announce.ts'
import { calmly } from '../calmly.ts'
import { type Context, listen } from '../context.ts'
import { fill, h } from '../dom.ts'
import { number, plural, signed, when } from '../format.ts'
import { setShare } from '../parts/facts.ts'
import { linkedId, shortId } from '../parts/id.ts'
import { page } from '../parts/page.ts'
import { problemAlert } from '../parts/problem.ts'
import { rows } from '../parts/rows.ts'
import { task } from '../parts/task.ts'
import { type Regeneration, regenerationInForce } from '../regeneration.ts'
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
  const terms = h('p', { class: 'quiet' })
  const chart = h('div', { class: 'chart-place' })
  const trouble = h('div')
  let policy: Regeneration = REGENERATION

  store.watch(
    ['balance'],
    ({ balance: amount }) => {
      const text = amount === null ? '…' : number(amount)
      fill(figure, h('strong', {}, text), ' mana')
      figure.style.setProperty('--characters', String(text.length))
    },
    signal,
  )

  function showClock(): void {
    const { balance: amount, lastTick } = store.get()
    const { intervalMs, cap } = policy
    const full = amount !== null && amount >= cap
    const passed = (Date.now() - lastTick) % intervalMs
    setShare(clock, full ? 1 : passed / intervalMs)
    const seconds = Math.ceil((intervalMs - passed) / 1000)
    next.textContent = full
      ? `Full at ${number(cap)}. More comes once some is spent.`
      : `${number(policy.amount)} more in ${seconds} s`
  }

  const draw = calmly(async () => {
    try {
      const [{ items }, inForce] = await Promise.all([
        runtime.mana.history({ did, limit: 100, signal }),
        regenerationInForce(runtime, signal),
      ])
      policy = inForce
      terms.textContent = `${number(policy.amount)} mana come back every ${policy.intervalMs / 1000} seconds, up to ${number(policy.cap)}.`
      showClock()
      fill(chart, manaChart(items, Date.now() / 1000, store.get().lastTick, policy))
    } catch {
      // the history below tells of failures
    }
  }, signal)

  const timer = setInterval(showClock, 250)
  signal.addEventListener('abort', () => clearInterval(timer))
  for (const event of ['mana', 'proposal'] as const) listen(runtime, event, () => void draw(), signal)
  terms.textContent = ' '
  void draw()
  showClock()

  async function regenerate(): Promise<void> {
    if (store.get().regenerating) return
    store.set({ regenerating: true })
    try {
      const credited = await runtime.mana.regenerate({ signal })
      const words =
        credited > 0n
          ? `${number(credited)} mana came back.`
          : 'Nothing came back: there is as much as there may be.'
      fill(trouble, h('p', { class: 'quiet' }, words))
      announce(words)
    } catch (error) {
      if (!signal.aborted) fill(trouble, problemAlert(error))
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
      terms,
      h(
        'div',
        { class: 'balance-acts' },
        h('button', { type: 'button', class: 'button', onclick: () => void regenerate() }, 'Regenerate now'),
        audit(runtime, signal),
      ),
      trouble,
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
    h('p', { class: 'row-title' }, cause(entry.cause, entry.amount)),
    h('p', { class: 'row-when' }, when(entry.at)),
    h('p', { class: `row-amount ${entry.amount < 0n ? 'amount-out' : 'amount-in'}` }, signed(entry.amount)),
    h('p', { class: 'row-balance' }, h('span', { class: 'quiet' }, 'balance '), number(entry.balance)),
    h('p', { class: 'row-id' }, reference(entry)),
  )
}

/** A job or a proposal; what is neither leads nowhere. */
function reference({ reference: id, cause: why }: ManaEntry): HTMLElement | string {
  if (id === undefined) return ''
  if (why === 'governance') return linkedId(id, href('governance', id), 'the proposal')
  const ofJob = why === 'escrow' || why === 'payment' || why === 'refund'
  return ofJob ? linkedId(id, href('jobs', id)) : shortId(id)
}
