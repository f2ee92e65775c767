/** Short messages about the runtime itself, above whatever screen is open, until they are dismissed. */
import { announce } from './announce.ts'
import { h, icon } from './dom.ts'

const place = h('div', { class: 'notices' })

export function noticePlace(): HTMLElement {
  return place
}

export interface NoticeAction {
  readonly label: string
  act(): void
}

/** A second notice of the same kind takes the place of the first. */
export function notice(kind: string, message: string, action?: NoticeAction): void {
  place.querySelector(`[data-kind="${kind}"]`)?.remove()
  const close = h(
    'button',
    { type: 'button', class: 'icon-button', 'aria-label': 'Dismiss this notice' },
    icon('cross'),
  )
  const element = h(
    'div',
    { class: 'notice', 'data-kind': kind },
    icon('warning'),
    h('p', {}, message),
    action && h('button', { type: 'button', class: 'button', onclick: () => action.act() }, action.label),
    close,
  )
  close.addEventListener('click', () => element.remove())
  place.append(element)
  announce(message, 'assertive')
}

export function restartMessage(reason: 'crash' | 'timeout' | 'aborted'): string {
  const kept = 'Everything stored before is still there.'
  if (reason === 'timeout')
    return `A run took too long, so the runtime was stopped and started again. ${kept}`
  if (reason === 'aborted') return `The run was cancelled, and the runtime was started again. ${kept}`
  return `The runtime crashed and was started again. ${kept}`
}
