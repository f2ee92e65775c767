/** Long identifiers: both ends to look at, the whole to copy. */
import { announce } from '../announce.ts'
import { h, icon } from '../dom.ts'
import { short } from '../format.ts'

export function shortId(id: string): HTMLElement {
  return h('code', { class: 'id', title: id }, short(id))
}

export function linkedId(id: string, target: string, label?: string): HTMLElement {
  return h('a', { href: target, title: id }, label ?? h('code', { class: 'id' }, short(id)))
}

/** The whole identifier, breaking where it must, with a button that copies it. */
export function copyableId(id: string, what: string): HTMLElement {
  return h('span', { class: 'copyable' }, h('code', { class: 'id whole' }, id), copyButton(id, what))
}

export function copyButton(text: string, what: string): HTMLElement {
  const label = `Copy ${what}`
  const button = h(
    'button',
    { type: 'button', class: 'icon-button', 'aria-label': label, title: label },
    icon('copy'),
  )
  button.addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(text)
      button.replaceChildren(icon('check'))
      announce('Copied.')
      setTimeout(() => button.replaceChildren(icon('copy')), 1500)
    } catch {
      announce('The browser did not allow copying. Select the text and copy it by hand.', 'assertive')
    }
  })
  return button
}
