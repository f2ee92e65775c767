/** The receipts before the one on show, so that what ran earlier is at hand on the first screen. */
import { type Context, listen } from '../context.ts'
import { fill, h } from '../dom.ts'
import { when } from '../format.ts'
import { endingOf, nameOfRun, type ReceiptEntry, withJobs } from '../receipts.ts'
import { href } from '../router.ts'

const SHOWN = 4

export function recentReceipts({ runtime, store }: Context, signal: AbortSignal): HTMLElement {
  const place = h('div', { class: 'recent' })
  let newest: readonly ReceiptEntry[] = []

  function show(): void {
    const { run } = store.get()
    const onShow =
      run.kind === 'done' ? run.result.receiptCid : run.kind === 'earlier' ? run.stored.cid : undefined
    const others = newest.filter(({ stored }) => stored.cid !== onShow).slice(0, SHOWN - 1)
    fill(
      place,
      others.length > 0 && [h('h3', {}, 'Receipts before that'), h('ul', {}, others.map(item))],
      newest.length > 0 && h('p', {}, h('a', { href: href('receipts') }, 'All receipts')),
    )
  }

  async function load(): Promise<void> {
    const { items } = await runtime.receipts.list({ limit: SHOWN, signal })
    newest = await withJobs(runtime, items, signal)
    show()
  }

  const quietly = () => void load().catch(() => undefined) // the receipts screen is where a failure is told
  listen(runtime, 'receipt', quietly, signal)
  listen(runtime, 'restart', quietly, signal) // a run that ended its worker gets its receipt from the next one
  store.watch(['run'], show, signal)
  quietly()
  return place
}

function item(entry: ReceiptEntry): HTMLElement {
  const { cid, anchoredAt } = entry.stored
  return h(
    'li',
    {},
    h('a', { href: href('receipts', cid) }, endingOf(entry).title),
    ' ',
    h('span', { class: 'quiet' }, [nameOfRun(entry), when(anchoredAt)].filter(Boolean).join(', ')),
  )
}
