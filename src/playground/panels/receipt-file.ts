/** Receipts as files: one saved to be given away, and one of somebody else's put to the test here. */
import { announce } from '../announce.ts'
import type { Context } from '../context.ts'
import { fill, h } from '../dom.ts'
import { withProgress } from '../parts/busy.ts'
import { problemAlert } from '../parts/problem.ts'
import { saveAs } from '../parts/save.ts'
import { href } from '../router.ts'
import { replaySentence, replayVerdict } from './replay.ts'

/** A button that saves the receipt with its record and module. */
export function saveReceipt({ runtime }: Context, cid: string, signal: AbortSignal): HTMLElement {
  const outcome = h('div', {})
  const button = h('button', { type: 'button', class: 'button' }, 'Save as a file')
  button.addEventListener('click', async () => {
    try {
      const file = await runtime.receipts.export(cid, { signal })
      saveAs(`receipt-${cid.slice(-12)}.icn`, 'application/octet-stream', file)
      fill(outcome)
    } catch (error) {
      if (!signal.aborted) fill(outcome, problemAlert(error))
    }
  })
  return h(
    'section',
    { class: 'verify', 'aria-labelledby': 'save-title' },
    h('h2', { id: 'save-title' }, 'Give it away'),
    h(
      'p',
      {},
      'The file holds the receipt, the record and the contract. Whoever has it can check the run without this node.',
    ),
    button,
    outcome,
  )
}

/** A picker that verifies a receipt's file and leads to the receipt. */
export function checkReceipt({ runtime }: Context, signal: AbortSignal): HTMLElement {
  const outcome = h('div', {})
  const input = h('input', { type: 'file', id: 'receipt-file', class: 'visually-hidden', accept: '.icn' })
  input.addEventListener('change', async () => {
    const file = input.files?.[0]
    if (!file) return
    try {
      const bytes = new Uint8Array(await file.arrayBuffer())
      const found = await withProgress(
        outcome,
        'Making the run again',
        runtime.receipts.importAndVerify(bytes, { signal }),
      )
      const link = h('a', { href: href('receipts', found.receiptCid) }, 'Open the receipt')
      fill(outcome, replayVerdict(found), found.status === 'verified' && h('p', {}, link))
      announce(replaySentence(found), found.status === 'mismatch' ? 'assertive' : 'polite')
    } catch (error) {
      if (!signal.aborted) fill(outcome, problemAlert(error, { title: 'This file proves nothing' }))
    } finally {
      input.value = ''
    }
  })
  return h(
    'div',
    { class: 'picker' },
    input,
    h('label', { class: 'button', for: 'receipt-file' }, 'Check a receipt file'),
    h(
      'p',
      { class: 'quiet' },
      'From somebody else: the run is made again here, and the receipt kept if it is true.',
    ),
    outcome,
  )
}
