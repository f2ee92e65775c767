/** An error a person can read: what it means and what to do; codes and places are one level down. */
import { h } from '../dom.ts'
import { number } from '../format.ts'
import { problem, UNCODED } from '../words.ts'

export interface ProblemOptions {
  /** In place of the title that goes with the code. */
  readonly title?: string
  /** In place of the one that goes with the code; the runtime's own is one level down then. */
  readonly sentence?: string
  readonly after?: string
  /** More for engineers, under the chips. */
  readonly detail?: HTMLElement | undefined
  readonly retry?: () => void
  readonly dismiss?: () => void
}

export function problemCard(error: unknown, options: ProblemOptions = {}): HTMLElement {
  const found = problem(error)
  const plain = options.sentence ?? found.plain
  const rows = Object.entries(found.data).filter(([, value]) => value !== null && value !== '')
  return h(
    'div',
    { class: 'problem', 'data-code': found.code },
    h('p', { class: 'problem-title' }, options.title ?? found.title),
    h('p', { class: 'problem-message' }, plain ?? found.message),
    found.advice && h('p', {}, found.advice),
    options.after && h('p', {}, options.after),
    (plain !== undefined || rows.length > 0 || found.code !== UNCODED) &&
      h(
        'details',
        { class: 'detail problem-detail' },
        h('summary', {}, 'For engineers'),
        plain !== undefined && h('p', {}, found.message),
        h(
          'dl',
          { class: 'chips' },
          found.code !== UNCODED && chip('code', found.code),
          rows.map(([key, value]) => chip(key, place(key, value))),
        ),
      ),
    options.detail,
    (options.retry || options.dismiss) &&
      h(
        'p',
        { class: 'actions' },
        options.retry &&
          h('button', { type: 'button', class: 'button', onclick: options.retry }, 'Try again'),
        options.dismiss &&
          h('button', { type: 'button', class: 'button', onclick: options.dismiss }, 'Dismiss'),
      ),
  )
}

/** Where it comes of something the person did here: read out at once. */
export function problemAlert(error: unknown, options: ProblemOptions = {}): HTMLElement {
  return h('div', { role: 'alert' }, problemCard(error, options))
}

function chip(name: string, value: string): HTMLElement {
  return h('div', {}, h('dt', {}, name), h('dd', {}, value))
}

/** Offsets read as byte positions, the way hex editors show them too. */
function place(key: string, value: unknown): string {
  if (key === 'offset' && typeof value === 'number') return `byte ${number(value)} (0x${value.toString(16)})`
  if (typeof value === 'number' || typeof value === 'bigint') return number(value)
  return Array.isArray(value) ? value.join(', ') : String(value)
}
