/** How long a block is kept: pinned, for good, or until a time after which it may be tidied away. */
import type { DagBlockData, IcnRuntime } from '../../index.ts'
import { fill, h } from '../dom.ts'
import { when } from '../format.ts'
import { problemAlert } from '../parts/problem.ts'

const TIMES: readonly (readonly [seconds: number, label: string])[] = [
  [0, 'For good'],
  [3_600, 'For an hour'],
  [86_400, 'For a day'],
  [2_592_000, 'For 30 days'],
]

export function keeping(
  runtime: IcnRuntime,
  { cid, pinned, ttl }: DagBlockData,
  signal: AbortSignal,
  done: (sentence: string) => void,
): HTMLElement {
  const trouble = h('div')
  const attempt = async (sentence: string, work: () => Promise<void>) => {
    try {
      await work()
      done(sentence)
    } catch (error) {
      if (!signal.aborted) fill(trouble, problemAlert(error))
    }
  }
  const pin = () =>
    attempt(pinned ? 'The block is pinned no more.' : 'The block is pinned.', () =>
      pinned ? runtime.dag.unpin(cid, { signal }) : runtime.dag.pin(cid, { signal }),
    )
  const until = (seconds: number) => {
    const end = seconds === 0 ? null : Math.floor(Date.now() / 1000) + seconds
    return attempt(
      end === null ? 'The block is kept for good.' : `The block is kept until ${when(end)}.`,
      () => runtime.dag.setTtl(cid, end, { signal }),
    )
  }
  const select = h(
    'select',
    { id: 'block-ttl', onchange: () => void until(Number(select.value)) },
    ttl !== null && h('option', { value: '', selected: true, disabled: true }, `Until ${when(ttl)}`),
    TIMES.map(([seconds, label]) =>
      h('option', { value: seconds, selected: ttl === null && seconds === 0 }, label),
    ),
  )
  return h(
    'section',
    {},
    h('h2', {}, 'How long it is kept'),
    h(
      'p',
      { class: 'quiet' },
      pinned
        ? 'It is pinned: it and all it leads to stay, whatever their time.'
        : 'After its time “Remove blocks whose time is over” takes it away, unless a pinned block leads to it.',
    ),
    h(
      'div',
      { class: 'list-bar' },
      h('div', { class: 'field' }, h('label', { for: 'block-ttl' }, 'Keep it'), select),
      h(
        'button',
        { type: 'button', id: 'block-pin', class: 'button', onclick: () => void pin() },
        pinned ? 'Unpin it' : 'Pin it',
      ),
    ),
    trouble,
  )
}
