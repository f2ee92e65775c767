/** Every receipt this node has anchored, newest first. */
import type { StoredReceipt } from '../../index.ts'
import { type Context, listen } from '../context.ts'
import { h, icon } from '../dom.ts'
import { number, when } from '../format.ts'
import { mark } from '../parts/facts.ts'
import { shortId } from '../parts/id.ts'
import { rows } from '../parts/rows.ts'
import { href, type PanelFactory } from '../router.ts'
import { ending } from '../words.ts'

const PAGE = 20

export function receiptsPanel({ runtime, did }: Context): PanelFactory {
  return (_argument, signal) => {
    const list = rows<StoredReceipt>(
      {
        label: 'Receipts, newest first',
        loading: 'Loading receipts',
        empty: [
          h('p', {}, 'No receipts yet. Each run leaves one.'),
          h('p', {}, h('a', { href: href('run') }, 'Run a contract')),
        ],
        load: (after) =>
          runtime.receipts.list({ limit: PAGE, signal, ...(after === undefined ? {} : { after }) }),
        row: (stored) => receiptRow(stored, did),
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
        list.element,
      ),
    }
  }
}

function receiptRow(stored: StoredReceipt, did: string): HTMLElement {
  const { cid, receipt, run } = stored
  const end = ending(receipt.success, run?.result ?? null, run?.failure)
  return h(
    'div',
    { class: 'row row-receipt' },
    h(
      'p',
      { class: `row-title tone-${end.tone}` },
      icon(end.tone === 'good' ? 'check' : 'cross'),
      h('a', { href: href('receipts', cid), class: 'row-link' }, end.title),
    ),
    h('p', { class: 'row-when' }, when(stored.anchoredAt)),
    h(
      'p',
      { class: 'row-numbers' },
      run ? `${number(run.fuelUsed)} fuel, ${number(run.manaCharged)} mana` : whereFrom(stored, did),
    ),
    h('p', { class: 'row-mark' }, mark(stored.signatureValid)),
    h('p', { class: 'row-id' }, shortId(cid)),
  )
}

function whereFrom({ receipt }: StoredReceipt, did: string): string {
  return receipt.executor === did ? 'no contract ran' : 'from another node'
}
