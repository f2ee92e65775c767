/**
 * A profile as a picture: the run on top, its functions under it, their loops under those, each as wide as the fuel it
 * used. The table beside it says the same in words, so it is hidden from screen readers.
 */
import { h } from '../dom.ts'
import { number } from '../format.ts'
import type { Part } from './profile.ts'

/** Narrower ones have no room for a name. */
const LEAST_NAMED = 0.14
const TONES = 4

/** The same in the picture and in the table. */
export function tone(at: number): string {
  return `profile-tone-${at % TONES}`
}

export function icicle(all: readonly Part[], total: bigint): HTMLElement | null {
  if (total === 0n) return null
  const of = (fuel: bigint) => Number((fuel * 1_000_000n) / total) / 1_000_000
  const functions = all.map((part, at) => box(part.name, part.fuel, of(part.fuel), tone(at)))
  const loops = all.flatMap((part, at) => {
    if (part.inner.length === 0) return [gap(of(part.fuel))]
    return part.inner.map((inner) =>
      inner.loop
        ? box(inner.name, inner.fuel, of(inner.fuel), `${tone(at)} profile-loop`, part.name)
        : gap(of(inner.fuel)),
    )
  })
  return h(
    'div',
    { class: 'icicle', 'aria-hidden': 'true' },
    row([box('The whole run', total, 1, 'profile-all')]),
    row(functions),
    all.some((part) => part.inner.length > 0) && row(loops),
  )
}

function row(boxes: readonly HTMLElement[]): HTMLElement {
  return h('div', { class: 'icicle-row' }, boxes)
}

function box(name: string, fuel: bigint, share: number, kind: string, within?: string): HTMLElement {
  const words = `${within === undefined ? '' : `${within}, `}${name}: ${number(fuel)} fuel`
  return sized(
    h('div', { class: `icicle-box ${kind}`, title: words }, share >= LEAST_NAMED && h('span', {}, name)),
    share,
  )
}

function gap(share: number): HTMLElement {
  return sized(h('div', { class: 'icicle-gap' }), share)
}

/** Set through CSSOM, which the strict content policy allows. */
function sized(element: HTMLElement, share: number): HTMLElement {
  element.style.setProperty('--share', share.toFixed(6))
  return element
}
