/** A button for work that takes a while: progress in words, a way to stop it, and what came of it. */
import { announce } from '../announce.ts'
import { fill, h } from '../dom.ts'
import { progress } from './busy.ts'
import { problemAlert } from './problem.ts'

export interface TaskResult {
  readonly sentence: string
  readonly good: boolean
  readonly detail?: HTMLElement | false
}

const PATIENCE_MS = 200

/** `work` tells how far it is by `tell`; `life` ends it when the person goes elsewhere. */
export function task(
  label: string,
  work: (tell: (words: string) => void, signal: AbortSignal) => Promise<TaskResult | undefined>,
  life: AbortSignal,
): HTMLElement {
  const outcome = h('div', { class: 'verify-outcome' })
  const button = h('button', { type: 'button', class: 'button' }, label)
  let running: AbortController | undefined

  async function run(): Promise<void> {
    if (running) return
    const mine = new AbortController()
    running = mine
    const startedAt = performance.now()
    button.setAttribute('aria-disabled', 'true')
    const stop = h('button', { type: 'button', class: 'button', onclick: () => mine.abort() }, 'Stop')
    const tell = (words: string) => {
      if (mine.signal.aborted || performance.now() - startedAt < PATIENCE_MS) return
      const shown = outcome.querySelector('.progress-label')
      if (shown) shown.textContent = words
      else fill(outcome, progress(words), stop)
    }
    const waiting = setTimeout(() => tell(label), PATIENCE_MS + 10)
    try {
      const result = await work(tell, AbortSignal.any([mine.signal, life]))
      if (life.aborted) return
      fill(
        outcome,
        result &&
          h(
            'div',
            { class: `verdict ${result.good ? 'tone-good' : 'tone-bad'}` },
            h('p', {}, result.sentence),
            result.detail,
          ),
      )
      if (result) announce(result.sentence, result.good ? 'polite' : 'assertive')
    } catch (error) {
      if (life.aborted) return
      if (!mine.signal.aborted) return fill(outcome, problemAlert(error))
      fill(outcome, h('p', { class: 'quiet' }, 'Stopped.'))
      announce('Stopped.', 'assertive')
    } finally {
      clearTimeout(waiting)
      running = undefined
      button.removeAttribute('aria-disabled')
      if (!life.aborted && (document.activeElement === document.body || document.activeElement === stop))
        button.focus()
    }
  }

  button.addEventListener('click', () => void run())
  return h('div', { class: 'verify' }, button, outcome)
}
