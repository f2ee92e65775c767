/** A receipt put to the test: its run made again from the record, and what that showed. */
import type { ReceiptVerification } from '../../index.ts'
import { announce } from '../announce.ts'
import type { Context } from '../context.ts'
import { fill, h } from '../dom.ts'
import { withProgress } from '../parts/busy.ts'
import { facts } from '../parts/facts.ts'
import { problemAlert } from '../parts/problem.ts'

export function replaySection({ runtime }: Context, cid: string, signal: AbortSignal): HTMLElement {
  const outcome = h('div', { class: 'verify-outcome' })
  const button = h('button', { type: 'button', class: 'button' }, 'Make the run again')
  let running = false

  button.addEventListener('click', async () => {
    if (running) return
    running = true
    button.setAttribute('aria-disabled', 'true')
    try {
      const found = await withProgress(
        outcome,
        'Making the run again',
        runtime.receipts.verify(cid, { signal }),
      )
      fill(outcome, replayVerdict(found))
      announce(replaySentence(found), found.status === 'mismatch' ? 'assertive' : 'polite')
    } catch (error) {
      if (!signal.aborted) fill(outcome, problemAlert(error))
    } finally {
      running = false
      button.removeAttribute('aria-disabled')
    }
  })
  return h(
    'section',
    { 'aria-labelledby': 'replay-title' },
    h('h2', { id: 'replay-title' }, 'Check the run'),
    h(
      'p',
      {},
      'The contract is run once more on what the record says it was given. Nothing is stored and nothing is charged.',
    ),
    h('div', { class: 'verify' }, button, outcome),
  )
}

export function replaySentence(found: ReceiptVerification): string {
  if (found.status === 'verified') return 'Verified: the run came out the same, to the last byte.'
  if (found.status === 'notReplayable') return `This run cannot be made again here. ${found.reason}`
  return `The run came out otherwise: ${found.field} differs.`
}

export function replayVerdict(found: ReceiptVerification): HTMLElement {
  const tone = { verified: 'tone-good', mismatch: 'tone-bad', notReplayable: '' }[found.status]
  return h(
    'div',
    { class: `verdict ${tone}`, 'data-status': found.status },
    h('p', {}, replaySentence(found)),
    found.status === 'mismatch' &&
      facts(
        [
          ['The record says', h('code', { class: 'id whole' }, found.expected)],
          ['It came to', h('code', { class: 'id whole' }, found.got)],
        ],
        'facts facts-stacked',
      ),
  )
}
