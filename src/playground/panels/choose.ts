/**
 * Choose a contract: the samples, or any `.wasm` by picking, dropping or pasting. Narrow screens get the samples as one
 * select, so that Run stays in sight; CSS shows one of the two and hides the other from everyone.
 */
import type { Context } from '../context.ts'
import { fill, h } from '../dom.ts'
import { type IntakeHandlers, readFile } from '../intake.ts'
import { problemCard } from '../parts/problem.ts'
import { href } from '../router.ts'
import type { Sample } from '../samples.ts'
import { expected } from '../words.ts'

export function choosePanel(
  { store, actions }: Context,
  handlers: IntakeHandlers,
  signal: AbortSignal,
): HTMLElement {
  const list = h('div', { class: 'samples' })
  const select = h('select', { class: 'sample-select', 'aria-label': 'Sample contracts' })
  select.addEventListener('change', () => {
    const sample = store.get().samples.find((item) => item.id === select.value)
    if (sample) pick(sample)
  })
  const note = h('div')

  store.watch(
    ['samples', 'samplesError'],
    ({ samples, samplesError }) => {
      fill(list, samples.map(sampleOption))
      fill(
        select,
        h('option', { value: '' }, 'A module of your own'),
        samples.map((item) => h('option', { value: item.id }, item.title)),
      )
      fill(
        note,
        samplesError !== null &&
          problemCard(samplesError, {
            title: 'The samples could not be loaded',
            retry: () => location.reload(),
          }),
      )
    },
    signal,
  )
  store.watch(
    ['choice', 'choosing'],
    ({ samples, choice, choosing }) => {
      const current = choosing === null ? choice?.sample : samples.find((item) => item.title === choosing)
      for (const input of list.querySelectorAll('input')) input.checked = input.value === current?.id
      select.value = current?.id ?? ''
    },
    signal,
  )

  /** The address names the sample, so that a reload or a shared link opens it again. */
  function pick(sample: Sample): void {
    history.replaceState(null, '', href('run', sample.id))
    void actions.chooseSample(sample)
  }

  function sampleOption(sample: Sample): HTMLElement {
    const { choice } = store.get()
    return h(
      'label',
      { class: 'sample' },
      h('input', {
        type: 'radio',
        name: 'sample',
        value: sample.id,
        checked: choice?.sample?.id === sample.id,
        onchange: () => pick(sample),
      }),
      h('span', { class: 'sample-title' }, sample.title),
      h('span', { class: 'sample-note' }, `${sample.language} · ${expected(sample)}`),
    )
  }

  return h(
    'section',
    { class: 'choose', 'aria-labelledby': 'choose-title' },
    h('h2', { id: 'choose-title' }, 'Choose a contract'),
    h('fieldset', { class: 'bare' }, h('legend', { class: 'visually-hidden' }, 'Sample contracts'), list),
    select,
    note,
    picker(handlers),
  )
}

function picker(handlers: IntakeHandlers): HTMLElement {
  const input = h('input', {
    type: 'file',
    accept: '.wasm,application/wasm',
    id: 'module-file',
    class: 'visually-hidden',
  })
  input.addEventListener('change', async () => {
    const file = input.files?.[0]
    if (file) await readFile(file, handlers)
    input.value = '' // the same file can be picked again after it was rebuilt
  })
  return h(
    'div',
    { class: 'picker' },
    input,
    h('label', { class: 'button', for: 'module-file' }, 'Open a .wasm file'),
    h('p', { class: 'quiet' }, 'Or drop it anywhere on this page, or paste it.'),
  )
}
