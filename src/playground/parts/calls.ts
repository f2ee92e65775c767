/** Host calls of a run in order, and its log: plain words first, the exact call underneath. */
import type { HostCallTrace, LogLine } from '../../index.ts'
import { fill, h } from '../dom.ts'
import { number } from '../format.ts'
import { hostCall, tellingAnswer } from '../host-words.ts'
import { longList } from './long-list.ts'

export function callList(calls: readonly HostCallTrace[]): HTMLElement {
  if (calls.length === 0) return h('p', { class: 'quiet' }, 'It asked the runtime for nothing.')
  return longList(h('ol', { class: 'calls' }), calls, callItem)
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
    call.detail && detail(withoutLevel(call)),
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

export function writesLog({ name }: HostCallTrace): boolean {
  return /^(wasm_)?host_log(_message)?$/.test(name)
}

/** The number before the text of a log line says how grave it is, as the log's own list does in words. */
function withoutLevel(call: HostCallTrace): string {
  const { detail = '', args } = call
  return writesLog(call) && args.length === 3 ? detail.replace(/^\d+ /, '') : detail
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
  return longList(h('ul', { class: 'logs' }), logs, (line) =>
    h(
      'li',
      { class: `log log-${line.level}` },
      h('span', { class: 'log-level' }, line.level),
      h('span', {}, line.message),
    ),
  )
}
