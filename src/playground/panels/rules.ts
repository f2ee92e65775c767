/** The rules of the co-operative on this node, and the settings its members have agreed on. */
import type { SystemParameter } from '../../index.ts'
import { announce } from '../announce.ts'
import type { Context } from '../context.ts'
import { fill, h } from '../dom.ts'
import { plural, when } from '../format.ts'
import { problemAlert } from '../parts/problem.ts'
import { type Rows, rows } from '../parts/rows.ts'
import { href } from '../router.ts'
import { DEFAULT_RULES, type Rules } from '../settings.ts'
import { numeral, PARAMETERS } from './proposal.ts'

const TIMES: readonly (readonly [seconds: number, label: string])[] = [
  [0, 'None'],
  [60, 'A minute'],
  [3_600, 'An hour'],
  [86_400, 'A day'],
  [604_800, 'A week'],
]

export function rulesSection(context: Context, signal: AbortSignal): HTMLElement {
  const { store, actions, did } = context
  const place = h('div')
  const trouble = h('div')

  function show(rules: Rules): void {
    const count = (id: string, value: number, most: number) =>
      h('input', { id, type: 'number', min: 1, max: most, step: 1, required: true, value })
    const time = (id: string, value: number) =>
      h(
        'select',
        { id },
        (TIMES.some(([seconds]) => seconds === value)
          ? TIMES
          : [...TIMES, [value, plural(value, 'second')] as const]
        ).map(([seconds, label]) => h('option', { value: seconds, selected: seconds === value }, label)),
      )
    const quorum = count('rule-quorum', rules.quorum, 10_000)
    const share = count('rule-share', Math.round(rules.threshold * 100), 100)
    const sponsors = count('rule-sponsors', rules.minSponsors, 10_000)
    const delay = time('rule-delay', rules.timelockSecs)
    const grace = time('rule-veto', rules.vetoGraceSecs)
    const veto = h('input', { type: 'checkbox', checked: rules.vetoMembers.includes(did) })
    const field = (label: string, input: HTMLElement) =>
      h('div', { class: 'field' }, h('label', { for: input.id }, label), input)
    const others = rules.vetoMembers.filter((one) => one !== did)

    async function use(): Promise<void> {
      try {
        await actions.settle({
          rules: {
            quorum: quorum.valueAsNumber,
            threshold: share.valueAsNumber / 100,
            minSponsors: sponsors.valueAsNumber,
            timelockSecs: Number(delay.value),
            vetoGraceSecs: Number(grace.value),
            vetoMembers: veto.checked ? [...others, did] : others,
          },
        })
        fill(trouble)
        announce('These rules are in force for what is proposed from now on.')
      } catch (error) {
        if (!signal.aborted) fill(trouble, problemAlert(error))
      }
    }

    fill(
      place,
      h(
        'form',
        {
          class: 'rules',
          onsubmit: (event: Event) => {
            event.preventDefault()
            void use()
          },
        },
        field('Votes needed', quorum),
        field('Share of Yes needed, %', share),
        field('Members behind a proposal', sponsors),
        field('Delay before it takes effect', delay),
        field('Time in which a veto counts', grace),
        h('label', { class: 'check' }, veto, 'I may veto'),
        h('button', { type: 'submit', class: 'button' }, 'Use these rules'),
      ),
    )
  }

  show(store.get().rules ?? DEFAULT_RULES)
  return h(
    'details',
    { class: 'detail' },
    h('summary', {}, 'Rules of this co-operative'),
    h(
      'p',
      { class: 'quiet' },
      'They apply to proposals made from now on; older ones keep the rules they were made under. The runtime is started again with them.',
    ),
    place,
    trouble,
  )
}

/** System parameters that proposals have set. */
export function agreedSettings({ runtime }: Context, signal: AbortSignal): Rows {
  return rows<SystemParameter>(
    {
      label: 'Settings agreed on',
      loading: 'Loading the settings',
      empty: h('p', {}, 'No setting has been agreed on yet.'),
      load: (after) =>
        runtime.governance.parameters({ limit: 25, signal, ...(after === undefined ? {} : { after }) }),
      row: ({ key, value, at, proposal }) =>
        h(
          'div',
          { class: 'member' },
          h('p', {}, h('code', {}, key), ` is ${numeral(value)}`),
          PARAMETERS[key] && h('p', { class: 'quiet' }, PARAMETERS[key]),
          h(
            'p',
            { class: 'quiet' },
            `Since ${when(at)}, `,
            h('a', { href: href('governance', proposal) }, 'by a proposal'),
          ),
        ),
    },
    signal,
  )
}
