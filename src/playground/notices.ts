/** Short messages about the runtime itself, above whatever screen is open, until they are dismissed. */
import { announce } from './announce.ts'
import { h, icon } from './dom.ts'

const PASSING: readonly string[] = ['restart', 'link']
const place = h('section', { class: 'notices', 'aria-label': 'Notices' })

export function noticePlace(): HTMLElement {
  return place
}

export interface NoticeAction {
  readonly label: string
  act(): void
}

/** What was worth knowing on the screen before goes with it; a notice just given is still to be read. */
const READ_MS = 1_000

/** Takes away the passing notices, when the person goes elsewhere. */
export function passNotices(): void {
  for (const element of place.querySelectorAll<HTMLElement>('[data-until]'))
    if (Number(element.dataset.until) < performance.now()) element.remove()
}

/** Takes away a notice of what is over. */
export function withdrawNotice(kind: string): void {
  place.querySelector(`[data-kind="${kind}"]`)?.remove()
}

/** @param kind a second notice of the same kind takes the place of the first */
export function notice(kind: string, message: string, action?: NoticeAction): void {
  withdrawNotice(kind)
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
  if (PASSING.includes(kind)) element.dataset.until = String(performance.now() + READ_MS)
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
