/** Every receipt this node has anchored, newest first; which of them to show, and putting them all to the test. */
import { type Context, listen } from '../context.ts'
import { fill, h, icon } from '../dom.ts'
import { number, plural, short, when } from '../format.ts'
import { mark } from '../parts/facts.ts'
import { shortId } from '../parts/id.ts'
import { page, split } from '../parts/page.ts'
import { type Rows, rows } from '../parts/rows.ts'
import { task } from '../parts/task.ts'
import { fits, NO_FILTER, type ReceiptFilter, sift } from '../receipt-filter.ts'
import { costOf, endingOf, nameOfRun, type ReceiptEntry, withJobs } from '../receipts.ts'
import { href, type PanelFactory } from '../router.ts'
import { checkReceipt } from './receipt-file.ts'

const PAGE = 20
const TYPING_MS = 200

export function receiptsPanel(context: Context): PanelFactory {
  const { runtime, did } = context
  return (_argument, signal) => {
    const place = h('div')
    let list: Rows | undefined

    function show(filter: ReceiptFilter): void {
      const any = filter.ending === '' && filter.from === '' && filter.text.trim() === ''
      const load = async (after: string | undefined) => {
        const { items, ...rest } = await runtime.receipts.list({
          limit: PAGE,
          signal,
          ...(after === undefined ? {} : { after }),
        })
        return { ...rest, items: await withJobs(runtime, items, signal) }
      }
      list = rows<ReceiptEntry>(
        {
          label: 'Receipts, newest first',
          loading: 'Loading receipts',
          empty: any
            ? [
                h('p', {}, 'No receipts yet. Each run leaves one.'),
                h('p', {}, h('a', { href: href('run') }, 'Run a contract')),
              ]
            : h('p', {}, 'No receipt here is like that.'),
          load: (after) => sift(load, (entry) => fits(entry, filter, did), PAGE, after),
          row: (entry) => receiptRow(entry, did),
        },
        signal,
      )
      fill(place, list.element)
    }

    show(NO_FILTER)
    listen(runtime, 'receipt', () => void list?.refresh(), signal)
    return {
      title: 'Receipts',
      element: page(
        {
          title: 'Receipts',
          sentence:
            'Each run leaves a receipt signed by this node: what ran, how it ended, and that nobody changed it since.',
        },
        split([filterForm(show, signal), tests(context, signal)], place),
      ),
    }
  }
}

function filterForm(changed: (filter: ReceiptFilter) => void, signal: AbortSignal): HTMLElement {
  const choices = (id: string, options: readonly (readonly [value: string, label: string])[]) =>
    h(
      'select',
      { id },
      options.map(([value, label]) => h('option', { value }, label)),
    )
  const ending = choices('receipt-ending', [
    ['', 'Any'],
    ['good', 'Completed'],
    ['bad', 'Failed or stopped'],
  ])
  const from = choices('receipt-from', [
    ['', 'Any node'],
    ['here', 'This node'],
    ['elsewhere', 'Another node'],
  ])
  const text = h('input', { id: 'receipt-text', type: 'text', autocomplete: 'off', spellcheck: 'false' })
  let waiting: ReturnType<typeof setTimeout> | undefined
  const tell = () => {
    clearTimeout(waiting)
    changed({
      ending: ending.value as ReceiptFilter['ending'],
      from: from.value as ReceiptFilter['from'],
      text: text.value,
    })
  }
  ending.addEventListener('change', tell)
  from.addEventListener('change', tell)
  text.addEventListener('input', () => {
    clearTimeout(waiting)
    waiting = setTimeout(tell, TYPING_MS)
  })
  signal.addEventListener('abort', () => clearTimeout(waiting))
  const field = (label: string, input: HTMLElement) =>
    h('div', { class: 'field' }, h('label', { for: input.id }, label), input)
  return h(
    'section',
    { 'aria-labelledby': 'filter-title' },
    h('h2', { id: 'filter-title' }, 'Which ones'),
    h(
      'div',
      { class: 'fields' },
      field('How it ended', ending),
      field('Who ran it', from),
      field('Name, or part of a CID or DID', text),
    ),
  )
}

/** Both ways of not having to believe: every run made again, and a receipt brought along as a file. */
function tests(context: Context, life: AbortSignal): HTMLElement {
  const { runtime } = context
  return h(
    'section',
    { 'aria-labelledby': 'tests-title' },
    h('h2', { id: 'tests-title' }, 'Put them to the test'),
    task(
      'Make every run again',
      async (tell, signal) => {
        const result = await runtime.receipts.verifyAll({
          signal,
          onProgress: ({ checked, verified }) =>
            tell(`${number(checked)} looked at, ${number(verified)} the same`),
        })
        const { checked, verified, mismatched, notReplayable, failed } = result
        const otherwise = mismatched > 0 ? ` ${number(mismatched)} did not.` : ''
        const apart =
          notReplayable > 0 ? ` ${plural(notReplayable, 'has', 'have')} no run that could be made again.` : ''
        return {
          good: mismatched === 0,
          sentence: `${plural(checked, 'receipt')} looked at: ${number(verified)} came out the same to the last byte.${otherwise}${apart}`,
          detail:
            failed.length > 0 &&
            h(
              'details',
              { class: 'detail' },
              h('summary', {}, 'Which, and why'),
              h(
                'ul',
                {},
                failed.map((one) =>
                  h(
                    'li',
                    {},
                    h('a', { href: href('receipts', one.cid) }, short(one.cid)),
                    one.status === 'mismatch' ? `: ${one.field} differs` : `: ${one.reason}`,
                  ),
                ),
              ),
            ),
        }
      },
      life,
    ),
    checkReceipt(context, life),
  )
}

function receiptRow(entry: ReceiptEntry, did: string): HTMLElement {
  const { stored } = entry
  const end = endingOf(entry)
  const name = nameOfRun(entry)
  return h(
    'div',
    { class: 'row row-receipt' },
    h(
      'p',
      { class: `row-title tone-${end.tone}` },
      icon(end.tone === 'good' ? 'check' : 'cross'),
      h(
        'span',
        {},
        h('a', { href: href('receipts', stored.cid), class: 'row-link' }, end.title),
        name !== undefined && h('span', { class: 'row-name' }, name),
      ),
    ),
    h('p', { class: 'row-when' }, when(stored.anchoredAt)),
    h('p', { class: 'row-numbers' }, costOf(entry, did)),
    h('p', { class: 'row-mark' }, mark(stored.signatureValid)),
    h('p', { class: 'row-id' }, shortId(stored.cid)),
  )
}
