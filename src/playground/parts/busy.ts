/** Progress for anything that takes longer than 200 ms; quicker work shows nothing, so nothing flickers. */
import { fill, h } from '../dom.ts'

const PATIENCE_MS = 200

export function track(label: string): HTMLElement {
  return h(
    'div',
    { class: 'progress-track', role: 'progressbar', 'aria-label': label },
    h('div', { class: 'progress-runner' }),
  )
}

export function progress(label: string): HTMLElement {
  return h('div', { class: 'progress' }, track(label), h('p', { class: 'progress-label' }, label))
}

/** Shows progress in `place` while the work goes on. What is there stays until then. */
export async function withProgress<T>(place: Element, label: string, work: Promise<T>): Promise<T> {
  const timer = setTimeout(() => {
    place.setAttribute('aria-busy', 'true')
    fill(place, progress(label))
  }, PATIENCE_MS)
  try {
    return await work
  } finally {
    clearTimeout(timer)
    place.removeAttribute('aria-busy')
  }
}
