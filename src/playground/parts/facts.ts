/** Names and values: plain pairs, and the dotted lines of a receipt. */
import { type Child, h, icon } from '../dom.ts'

export type Fact = readonly [name: Child, value: Child]

export function facts(rows: readonly (Fact | false | null | undefined)[], className = 'facts'): HTMLElement {
  return h(
    'dl',
    { class: className },
    rows
      .filter((row): row is Fact => Array.isArray(row))
      .map(([name, value]) => h('div', {}, h('dt', {}, name), h('dd', {}, value))),
  )
}

/** How much of a whole is used. The share is set through CSSOM, which the strict CSP allows. */
export function bar(share: number, label: string, kind: 'fuel' | 'mana' | 'plain' = 'plain'): HTMLElement {
  const element = h(
    'div',
    {
      class: `bar bar-${kind}`,
      role: 'meter',
      'aria-label': label,
      'aria-valuemin': 0,
      'aria-valuemax': 100,
    },
    h('div', { class: 'bar-fill' }),
  )
  setBar(element, share)
  return element
}

/** @param words what the share stands for, for those who hear it */
export function setBar(element: HTMLElement, share: number, words?: string): void {
  const bounded = Math.min(1, Math.max(0, share))
  element.setAttribute('aria-valuenow', String(Math.round(bounded * 100)))
  if (words !== undefined) element.setAttribute('aria-valuetext', words)
  setShare(element, bounded)
}

export function setShare(element: HTMLElement, share: number): void {
  element.style.setProperty('--share', share.toFixed(4))
}

/** Parts of a u64 pair as a number between 0 and 1. */
export function share(part: bigint, whole: bigint): number {
  if (whole <= 0n) return 0
  return part >= whole ? 1 : Number((part * 10_000n) / whole) / 10_000
}

export function mark(valid: boolean): HTMLElement {
  return h(
    'span',
    { class: `mark ${valid ? 'mark-good' : 'mark-bad'}` },
    icon(valid ? 'check' : 'cross'),
    valid ? 'Signature valid' : 'Signature not valid',
  )
}
