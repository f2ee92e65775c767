/** Every receipt this node has anchored, newest first. */
import { type Context, listen } from '../context.ts'
import { h, icon } from '../dom.ts'
import { when } from '../format.ts'
import { mark } from '../parts/facts.ts'
import { shortId } from '../parts/id.ts'
import { rows } from '../parts/rows.ts'
import { costOf, endingOf, type ReceiptEntry, withJobs } from '../receipts.ts'
import { href, type PanelFactory } from '../router.ts'
import { checkReceipt } from './receipt-file.ts'

const PAGE = 20

export function receiptsPanel(context: Context): PanelFactory {
  const { runtime, did } = context
  return (_argument, signal) => {
    const list = rows<ReceiptEntry>(
      {
        label: 'Receipts, newest first',
        loading: 'Loading receipts',
        empty: [
          h('p', {}, 'No receipts yet. Each run leaves one.'),
          h('p', {}, h('a', { href: href('run') }, 'Run a contract')),
        ],
        load: async (after) => {
          const page = await runtime.receipts.list({
            limit: PAGE,
            signal,
            ...(after === undefined ? {} : { after }),
          })
          return { ...page, items: await withJobs(runtime, page.items, signal) }
        },
        row: (entry) => receiptRow(entry, did),
      },
      signal,
    )
    listen(runtime, 'receipt', () => void list.refresh(), signal)
    return {
      title: 'Receipts',
      element: h(
        'div',
        {},
        h(
          'header',
          { class: 'page-head' },
          h('h1', {}, 'Receipts'),
          h(
            'p',
            {},
            'Each run leaves a receipt signed by this node: what ran, how it ended, and that nobody changed it since.',
          ),
        ),
        checkReceipt(context, signal),
        list.element,
      ),
    }
  }
}

function receiptRow(entry: ReceiptEntry, did: string): HTMLElement {
  const { stored } = entry
  const end = endingOf(entry)
  return h(
    'div',
    { class: 'row row-receipt' },
    h(
      'p',
      { class: `row-title tone-${end.tone}` },
      icon(end.tone === 'good' ? 'check' : 'cross'),
      h('a', { href: href('receipts', stored.cid), class: 'row-link' }, end.title),
    ),
    h('p', { class: 'row-when' }, when(stored.anchoredAt)),
    h('p', { class: 'row-numbers' }, costOf(entry, did)),
    h('p', { class: 'row-mark' }, mark(stored.signatureValid)),
    h('p', { class: 'row-id' }, shortId(stored.cid)),
  )
}
