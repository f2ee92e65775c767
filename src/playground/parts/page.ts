/** The frame of a screen: its heading with a sentence, and what can be done beside what there is. */
import { type Child, h } from '../dom.ts'

export interface PageHead {
  readonly title: string
  readonly sentence?: string
  /** The screen this one belongs to. */
  readonly back?: { readonly href: string; readonly label: string }
}

export function page({ title, sentence, back }: PageHead, ...children: Child[]): HTMLElement {
  return h(
    'div',
    {},
    h(
      'header',
      { class: 'page-head' },
      back && h('p', { class: 'back' }, h('a', { href: back.href }, back.label)),
      h('h1', {}, title),
      sentence !== undefined && h('p', {}, sentence),
    ),
    children,
  )
}

/** `side` comes first, also for the keyboard. */
export function split(side: Child, main: Child): HTMLElement {
  return h('div', { class: 'split' }, h('div', { class: 'side' }, side), h('div', { class: 'main' }, main))
}
