/** Speaks to screen readers: results politely, failures at once. The words also stand on the page for everyone. */
import { h } from './dom.ts'

const polite = h('div', { class: 'visually-hidden', role: 'status', 'aria-live': 'polite' })
const assertive = h('div', { class: 'visually-hidden', role: 'alert', 'aria-live': 'assertive' })

export function announcer(): readonly HTMLElement[] {
  return [polite, assertive]
}

export function announce(message: string, urgency: 'polite' | 'assertive' = 'polite'): void {
  const region = urgency === 'polite' ? polite : assertive
  // The same sentence twice is only read twice when the region was empty in between.
  region.textContent = ''
  setTimeout(() => {
    region.textContent = message
  }, 50)
}
