/** Meeting the other nodes of this browser: joining their mesh, a second node to meet, who is there, what was said. */
import { announce } from '../announce.ts'
import { type Context, listen } from '../context.ts'
import { fill, h } from '../dom.ts'
import { number } from '../format.ts'
import { facts } from '../parts/facts.ts'
import { copyableId } from '../parts/id.ts'
import { problemCard } from '../parts/problem.ts'
import { nodeName } from '../settings.ts'
import type { Section } from './browser.ts'

const LOOK_MS = 3_000

export function meshSection({ runtime, store, actions }: Context, signal: AbortSignal): Section {
  const trouble = h('div')
  const state = h('div', { class: 'mesh-state' })
  const join = h('input', { type: 'checkbox', checked: store.get().mesh, onchange: () => void change() })

  async function change(): Promise<void> {
    try {
      await actions.settle({ mesh: join.checked })
      fill(trouble)
      announce(join.checked ? 'This node has joined the mesh.' : 'This node has left the mesh.')
    } catch (error) {
      join.checked = store.get().mesh
      if (!signal.aborted) fill(trouble, h('div', { role: 'alert' }, problemCard(error)))
    }
    await show()
  }

  async function show(): Promise<void> {
    if (!store.get().mesh) return fill(state)
    const [peers, { sent, received, rejected }] = await Promise.all([
      runtime.mesh.peers({ signal }),
      runtime.mesh.stats({ signal }),
    ])
    if (signal.aborted) return
    fill(
      state,
      peers.length === 0
        ? h('p', {}, 'Nobody else is there yet.')
        : [
            h('h3', {}, peers.length === 1 ? 'One other node' : `${number(peers.length)} other nodes`),
            h(
              'ul',
              { class: 'peers' },
              peers.map((did) => h('li', {}, copyableId(did, 'the node’s DID'))),
            ),
          ],
      facts([
        ['Messages sent', number(sent)],
        ['Received', number(received)],
        ['Not accepted', number(rejected)],
      ]),
    )
  }

  // Copying a DID or reading it aloud must not be cut off by the list being built anew.
  const quietly = () => {
    if (!state.contains(document.activeElement)) void show().catch(() => undefined)
  }
  const timer = setInterval(quietly, LOOK_MS)
  signal.addEventListener('abort', () => clearInterval(timer))
  listen(runtime, 'peer', quietly, signal)
  const ready = show().catch((error) => {
    if (!signal.aborted) fill(trouble, problemCard(error))
  })

  const other = nodeName() === '' ? 'two' : ''
  const element = h(
    'section',
    { 'aria-labelledby': 'mesh-title' },
    h('h2', { id: 'mesh-title' }, 'Other nodes'),
    h(
      'p',
      {},
      'Nodes in other tabs of this browser can take each other’s jobs and decide together. Nothing leaves this browser.',
    ),
    h('label', { class: 'check' }, join, 'Join the mesh of this browser'),
    h(
      'p',
      { class: 'quiet' },
      'Tabs with the same address are one and the same node. ',
      h(
        'a',
        { href: `${other ? `?node=${other}` : location.pathname}#/node`, target: '_blank', rel: 'noopener' },
        other ? 'Open a second node in a new tab' : 'Open the first node in a new tab',
      ),
      ': it has a key, a ledger and blocks of its own, and has to join too.',
    ),
    trouble,
    state,
  )
  return { element, ready }
}
