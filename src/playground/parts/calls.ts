/** Host calls of a run in order, and its log: plain words first, the exact call underneath. */
import type { HostCallTrace, LogLine } from '../../index.ts'
import { fill, h } from '../dom.ts'
import { number } from '../format.ts'
import { hostCall, tellingAnswer } from '../host-words.ts'

const MOST_SHOWN = 200

export function callList(calls: readonly HostCallTrace[]): HTMLElement {
  if (calls.length === 0) return h('p', { class: 'quiet' }, 'It asked the runtime for nothing.')
  const rest = calls.length - MOST_SHOWN
  const list = h('ol', { class: 'calls' }, calls.slice(0, MOST_SHOWN).map(callItem))
  const more = h(
    'button',
    { type: 'button', class: 'button', onclick: () => showMore() },
    `Show ${number(Math.min(rest, MOST_SHOWN))} more of ${number(rest)}`,
  )
  function showMore(): void {
    const from = list.children.length
    list.append(...calls.slice(from, from + MOST_SHOWN).map(callItem))
    const left = calls.length - list.children.length
    more.textContent = `Show ${number(Math.min(left, MOST_SHOWN))} more of ${number(left)}`
    if (left === 0) more.remove()
    list.children[from]?.querySelector('summary')?.focus()
  }
  return h('div', { class: 'calls-frame' }, list, rest > 0 && more)
}

function callItem(call: HostCallTrace): HTMLElement {
  const words = hostCall(call.name, 'done')
  const told = call.error === undefined && call.result !== undefined && tellingAnswer(call.name)
  const answer = told && call.result !== undefined ? number(call.result) : undefined
  const exact = `${call.name}(${call.args.map(String).join(', ')})${call.result === undefined ? '' : ` → ${call.result}`}`
  return h(
    'li',
    { class: call.error === undefined ? 'call' : 'call call-refused' },
    h(
      'p',
      { class: 'call-line' },
      h('span', {}, words ?? h('code', {}, call.name)),
      answer !== undefined && h('span', { class: 'call-answer' }, answer),
      call.error !== undefined && h('span', { class: 'call-answer' }, 'refused'),
    ),
    call.error && h('p', { class: 'call-error' }, call.error),
    call.detail && detail(call.detail),
    exactly(call, exact),
  )
}

/** The numbers as they were passed; what each of them meant is read from the host's table when it is opened. */
function exactly(call: HostCallTrace, exact: string): HTMLElement {
  const place = h('div', {})
  const explain = async () => {
    if (place.childElementCount > 0) return
    const { callMeaning } = await import('./call-meaning.ts')
    fill(place, callMeaning(call))
  }
  return h(
    'details',
    { class: 'call-exact', ontoggle: () => void explain().catch(() => undefined) },
    h('summary', {}, h('code', {}, exact), call.fuel > 0n && ` · ${number(call.fuel)} fuel`),
    place,
  )
}

const SHORT_DETAIL = 90

/** What was passed and, after an arrow, what came back. */
function detail(text: string): readonly HTMLElement[] {
  const at = text.lastIndexOf('→ ')
  if (at < 0) return [passage('Passed', text)]
  const [passed, back] = [text.slice(0, at).trim(), text.slice(at + 2)]
  return [...(passed ? [passage('Passed', passed)] : []), passage('Answer', back)]
}

/** A long one (a job as JSON) waits behind its name, so that the order of the calls stays readable. */
function passage(name: string, text: string): HTMLElement {
  if (text.length > SHORT_DETAIL)
    return h('details', { class: 'call-detail' }, h('summary', {}, name), h('p', {}, text))
  return h('p', { class: 'call-detail' }, h('span', { class: 'quiet' }, `${name} `), text)
}

export function logList(logs: readonly LogLine[]): HTMLElement {
  return h(
    'ul',
    { class: 'logs' },
    logs.map((line) =>
      h(
        'li',
        { class: `log log-${line.level}` },
        h('span', { class: 'log-level' }, line.level),
        h('span', {}, line.message),
      ),
    ),
  )
}
