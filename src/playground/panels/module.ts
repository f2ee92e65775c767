/** The chosen module before it runs: what it is, what it asks for, and the controls that start and stop it. */
import type { Context } from '../context.ts'
import { declaredLimits } from '../declared.ts'
import { fill, h } from '../dom.ts'
import { bytes, hexAround, pages, plural } from '../format.ts'
import { hostCall } from '../host-words.ts'
import { progress, track } from '../parts/busy.ts'
import { facts } from '../parts/facts.ts'
import { problemCard } from '../parts/problem.ts'
import type { Choice, UiState } from '../store.ts'
import { expected, problem } from '../words.ts'
import { controls } from './controls.ts'
import { moduleDetail } from './module-detail.ts'
import { shareBox } from './share.ts'

export function modulePanel(context: Context, signal: AbortSignal): HTMLElement {
  const { store } = context
  const refused = h('div')
  const head = h('div', { class: 'module-head' })
  const body = h('div', { class: 'module-facts' })
  const reading = h('div', { class: 'reading patient' })

  store.watch(
    ['refused'],
    (state) =>
      fill(
        refused,
        state.refused &&
          problemCard(state.refused.error, {
            title: `${state.refused.name} was not opened`,
            after: 'Nothing was stored and nothing was charged.',
            detail: bytesAround(state.refused),
            dismiss: () => store.set({ refused: null }),
          }),
      ),
    signal,
  )
  store.watch(
    ['choice', 'choosing', 'unready'],
    ({ choice, choosing, unready }) => {
      if (!choice) {
        fill(body)
        if (unready !== null)
          return fill(head, h('h2', { id: 'module-title' }, 'Nothing to run yet'), h('p', {}, unready))
        return fill(head, choosing && h('div', { class: 'patient' }, progress(`Reading ${choosing}`)))
      }
      if (choosing) return // the module before stays in sight until the next one has been read
      fill(head, h('h2', { id: 'module-title' }, choice.name), intro(choice))
      fill(body, overview(choice), asks(choice), warnings(choice), moduleDetail(choice))
    },
    signal,
  )

  // A module that takes its time is announced by a thin bar over the one before it, so nothing moves.
  store.watch(
    ['choosing', 'choice'],
    ({ choosing, choice }) => fill(reading, choosing && choice && track(`Reading ${choosing}`)),
    signal,
  )

  return h(
    'section',
    { class: 'module', 'aria-labelledby': 'module-title' },
    reading,
    refused,
    head,
    controls(context, signal),
    body,
    shareBox(context, signal),
  )
}

/** The place a refusal speaks of, for those who read bytes. */
function bytesAround({ error, bytes: whole }: NonNullable<UiState['refused']>): HTMLElement | undefined {
  const { offset } = problem(error).data
  if (!whole || typeof offset !== 'number' || offset > whole.length) return undefined
  return h(
    'details',
    { class: 'detail' },
    h('summary', {}, 'The bytes there'),
    h(
      'pre',
      { class: 'excerpt', tabindex: '0', role: 'region', 'aria-label': 'Bytes around the place' },
      hexAround(whole, offset),
    ),
  )
}

function intro(choice: Choice): HTMLElement {
  if (!choice.sample)
    return h('p', { class: 'module-intro' }, 'Your own module. It runs under the same limits as the samples.')
  return h(
    'p',
    { class: 'module-intro' },
    choice.sample.summary,
    ' ',
    h('span', { class: 'quiet' }, `${expected(choice.sample)}.`),
  )
}

function warnings({ info }: Choice): HTMLElement | null {
  if (info.warnings.length === 0) return null
  return h(
    'section',
    { class: 'warnings' },
    h('h3', {}, 'Worth knowing'),
    h(
      'ul',
      {},
      info.warnings.map((text) => h('li', { class: 'quiet' }, text)),
    ),
  )
}

function overview({ info, sample }: Choice): HTMLElement {
  return facts([
    ['Size', bytes(info.size)],
    sample && ['Written in', sample.language],
    ['Memory', info.memory ? `starts with ${pages(info.memory.initialPages)}` : 'none'],
    ['Functions', plural(info.functions, 'function')],
  ])
}

/** What it will ask of the runtime: the nearest thing to a list of permissions. */
function asks({ info }: Choice): HTMLElement {
  const calls = info.imports.filter((item) => item.module === 'icn' && item.kind === 'func')
  return h(
    'section',
    { class: 'asks' },
    h('h3', {}, 'What it may ask the runtime'),
    calls.length === 0
      ? h('p', { class: 'quiet' }, 'Nothing: it only computes.')
      : h(
          'ul',
          { class: 'ask-list' },
          calls.map(({ name }) =>
            h('li', {}, h('span', {}, hostCall(name, 'may') ?? 'A host call'), h('code', {}, name)),
          ),
        ),
    calls.length > 0 && limits(info),
  )
}

/** A run gets no more than the module declares; the runtime holds it to that. */
function limits({ capabilities = {} }: Choice['info']): HTMLElement {
  const said = declaredLimits(capabilities)
  if (said.length === 0) {
    return h('p', { class: 'quiet' }, 'It declares no limits of its own: those of every run apply.')
  }
  return h(
    'div',
    { class: 'limits' },
    h('h3', {}, 'The limits it declares'),
    h(
      'ul',
      {},
      said.map((text) => h('li', {}, text)),
    ),
  )
}
