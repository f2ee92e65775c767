/**
 * What can be done with a module besides running it: a link that carries it with the settings of its run (who opens it
 * has the same before them, not yet run), its text, a place in the workspace.
 */
import type { IcnRuntime } from '../../index.ts'
import { announce } from '../announce.ts'
import type { Context } from '../context.ts'
import { fill, h } from '../dom.ts'
import { number, parseFuel } from '../format.ts'
import { problemAlert } from '../parts/problem.ts'
import { href } from '../router.ts'
import type { Choice } from '../store.ts'

export function shareBox({ runtime, store }: Context, signal: AbortSignal): HTMLElement {
  const place = h('div', { class: 'share-place' })
  const asText = h(
    'button',
    { type: 'button', class: 'button', onclick: () => void read() },
    'Read it as text',
  )
  const toKeep = h(
    'button',
    { type: 'button', class: 'button', onclick: () => void keep() },
    'Keep it in the workspace',
  )
  let shown = ''

  async function make(): Promise<void> {
    try {
      const { choice, entry, fuel, limits } = store.get()
      if (!choice) return
      const { packLink } = await import('../link.ts')
      const budget = parseFuel(fuel)
      const packed = await packLink({
        name: choice.name,
        content: choice.text ?? (await bytesOf(runtime, choice)),
        ...(entry ? { entry } : {}),
        ...(budget === undefined ? {} : { fuel: budget }),
        limits,
      })
      const link = `${location.origin}${location.pathname}${href('open', packed)}`
      const field = h('input', {
        type: 'text',
        readonly: true,
        value: link,
        'aria-label': 'Link to this module',
      })
      const copied = await navigator.clipboard.writeText(link).then(
        () => true,
        () => false,
      )
      fill(
        place,
        field,
        h(
          'p',
          { class: 'quiet' },
          `${copied ? 'Copied' : 'Copy it from here'}: ${number(link.length)} characters. It carries the module, its fuel and its limits. Opening it runs nothing, and no server sees it.`,
        ),
      )
      field.select()
      announce(copied ? 'The link was copied.' : 'The link is in the field.')
    } catch (error) {
      fill(place, problemAlert(error, { title: 'No link was made' }))
    }
  }

  /** Any module as text, also one that came as bytes; in the editor it can be changed and run as a new one. */
  async function read(): Promise<void> {
    try {
      const { choice } = store.get()
      if (!choice) return
      const { disassemble, MOST_SHOWN } = await import('../write/assembler.ts')
      if (choice.text === undefined && choice.info.size > MOST_SHOWN)
        throw new Error(
          `The module has ${number(choice.info.size)} bytes; up to ${number(MOST_SHOWN)} are shown as text here.`,
        )
      const text = choice.text ?? (await disassemble(await bytesOf(runtime, choice)))
      const stem = choice.name.replace(/\.was?[mt]$/i, '')
      store.set({ incoming: { name: `${stem}.wat`, text } })
      location.hash = href('write')
    } catch (error) {
      fill(place, problemAlert(error, { title: 'It could not be shown as text' }))
    }
  }

  async function keep(): Promise<void> {
    try {
      const { choice } = store.get()
      if (!choice) return
      const { keepModule } = await import('../write/workspace.ts')
      const name = await keepModule(choice.name, await bytesOf(runtime, choice))
      fill(place, h('p', {}, 'Kept in this browser: ', h('a', { href: href('write', name) }, name), '.'))
      announce(`Kept in the workspace as ${name}.`)
    } catch (error) {
      fill(place, problemAlert(error, { title: 'It was not kept' }))
    }
  }

  const box = h(
    'div',
    { class: 'share' },
    h(
      'div',
      { class: 'actions' },
      h('button', { type: 'button', class: 'button', onclick: () => void make() }, 'Copy a link to it'),
      asText,
      toKeep,
    ),
    place,
  )
  // A link is for the module it was made of; the same module read again keeps it.
  store.watch(
    ['choice'],
    ({ choice }) => {
      box.hidden = choice === null
      asText.hidden = choice?.text !== undefined
      // Samples are always there, and what is written in the page is kept as its source.
      toKeep.hidden = choice?.text !== undefined || choice?.sample !== undefined
      if (choice?.info.cid !== shown) fill(place)
      shown = choice?.info.cid ?? ''
    },
    signal,
  )
  return box
}

async function bytesOf(runtime: IcnRuntime, { source }: Choice): Promise<Uint8Array> {
  if (typeof source !== 'string') return source
  const block = await runtime.dag.get(source)
  if (!block) throw new Error(`The module ${source} is not stored here any more.`)
  return block.data
}
