/** What a run is given, and the buttons that start and stop it. */
import { entries } from '../actions.ts'
import type { Context } from '../context.ts'
import { fill, h, icon } from '../dom.ts'
import { bytes, milliseconds, number, parseFuel } from '../format.ts'
import { CHOICES, type Limits, MOST_FUEL } from '../settings.ts'

export function controls(context: Context, signal: AbortSignal): HTMLElement {
  const { store, actions } = context
  const entry = h('select', { id: 'entry', onchange: () => store.set({ entry: entry.value }) })
  const fuel = h('input', {
    id: 'fuel',
    type: 'text',
    inputmode: 'numeric',
    autocomplete: 'off',
    spellcheck: 'false',
    value: store.get().fuel,
    'aria-describedby': 'fuel-note',
    oninput: () => store.set({ fuel: fuel.value }),
    // In groups, so that a million and ten are told apart.
    onchange: () => {
      const budget = parseFuel(fuel.value)
      if (budget !== undefined) fuel.value = number(budget)
      store.set({ fuel: fuel.value })
    },
  })
  const note = h('p', { id: 'fuel-note', class: 'field-note' })
  const run = h('button', { type: 'submit', class: 'button button-primary' }, icon('play'), 'Run')
  const cancel = h(
    'button',
    { type: 'button', class: 'button', onclick: () => actions.cancel() },
    icon('stop'),
    'Cancel',
  )

  store.watch(
    ['choice', 'entry'],
    ({ choice, entry: chosen }) => {
      const names = choice ? entries(choice) : []
      fill(
        entry,
        names.map((name) => h('option', { value: name, selected: name === chosen }, name)),
      )
      if (choice && names.length === 0) fill(entry, h('option', { value: '' }, 'none can be started'))
    },
    signal,
  )
  store.watch(
    ['fuel', 'choice', 'entry'],
    (state) => {
      const budget = parseFuel(state.fuel)
      const valid = budget !== undefined && budget <= MOST_FUEL
      fuel.setAttribute('aria-invalid', String(!valid))
      note.classList.toggle('field-wrong', !valid || (state.choice !== null && !state.entry))
      if (budget === undefined) note.textContent = 'Fuel is a whole number above zero.'
      else if (!valid) note.textContent = `A run may have at most ${number(MOST_FUEL)} fuel.`
      else if (state.choice && !state.entry)
        note.textContent =
          'It exports no function that can be started: one that takes nothing and gives a whole number or nothing.'
      else note.textContent = 'Every step of the contract uses fuel. When none is left, it is stopped.'
    },
    signal,
  )
  // Buttons keep their place and their focus; what they cannot do now is said, not taken away.
  store.watch(
    ['run', 'choice'],
    (state) => {
      const running = state.run.kind === 'running'
      run.setAttribute('aria-disabled', String(running || !state.choice))
      cancel.setAttribute('aria-disabled', String(!running))
    },
    signal,
  )

  return h(
    'form',
    {
      class: 'controls',
      'aria-label': 'Run the contract',
      onsubmit: (event) => {
        event.preventDefault()
        if (fuel.getAttribute('aria-invalid') === 'true') fuel.focus()
        else void actions.run()
      },
    },
    h('div', { class: 'field field-entry' }, h('label', { for: 'entry' }, 'Start with'), entry),
    h('div', { class: 'field field-fuel' }, h('label', { for: 'fuel' }, 'Fuel budget'), fuel),
    limitField(context, 'memoryPages', 'Memory limit', (value) => bytes(value * 65_536), signal),
    limitField(context, 'executionMs', 'Time limit', duration, signal),
    h(
      'label',
      { class: 'check' },
      h('input', {
        type: 'checkbox',
        checked: store.get().profile,
        onchange: (event) => store.set({ profile: (event.target as HTMLInputElement).checked }),
      }),
      'Show where the fuel goes (slower)',
    ),
    h('div', { class: 'buttons' }, run, cancel),
    note,
  )
}

/** The runtime is started again with the new limit, so it can be chosen only while nothing runs. */
function limitField(
  { store, actions }: Context,
  name: keyof Limits,
  label: string,
  words: (value: number) => string,
  signal: AbortSignal,
): HTMLElement {
  const select = h(
    'select',
    { id: name, onchange: () => void actions.limit({ [name]: Number(select.value) }) },
    CHOICES[name].map((value) => h('option', { value }, words(value))),
  )
  store.watch(
    ['limits', 'run'],
    ({ limits, run }) => {
      select.value = String(limits[name])
      select.disabled = run.kind === 'running'
    },
    signal,
  )
  return h('div', { class: 'field' }, h('label', { for: name }, label), select)
}

function duration(value: number): string {
  return value < 60_000 ? milliseconds(value).replace('.0', '') : `${value / 60_000} minutes`
}
