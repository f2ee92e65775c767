/** Which other nodes this one meets, who is there, and what was said; a second node of this browser to meet. */
import type { SyncProgress } from '../../index.ts'
import type { RelayState } from '../../mesh/libp2p/index.ts'
import { announce } from '../announce.ts'
import { type Context, listen } from '../context.ts'
import { fill, h, icon } from '../dom.ts'
import { number } from '../format.ts'
import { type Network, relayStates } from '../network.ts'
import { facts } from '../parts/facts.ts'
import { copyableId } from '../parts/id.ts'
import { problemAlert, problemCard } from '../parts/problem.ts'
import { task } from '../parts/task.ts'
import { nodeName } from '../settings.ts'
import { synced } from '../sync-words.ts'
import type { Section } from './browser.ts'

const LOOK_MS = 3_000

export function meshSection(context: Context, signal: AbortSignal): Section {
  const { runtime, store } = context
  const state = h('div', { class: 'mesh-state' })
  const asking = h('div', { hidden: true }, catchUp(context, signal))

  async function show(): Promise<void> {
    asking.hidden = store.get().network === 'alone'
    if (store.get().network === 'alone') return fill(state)
    const [peers, { sent, received, rejected }] = await Promise.all([
      runtime.mesh.peers({ signal }),
      runtime.mesh.stats({ signal }),
    ])
    if (signal.aborted) return
    fill(
      state,
      relayStates().map(relayInWords),
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
    if (!state.contains(document.activeElement) && !state.querySelector('details[open]'))
      void show().catch(() => undefined)
  }
  const timer = setInterval(quietly, LOOK_MS)
  signal.addEventListener('abort', () => clearInterval(timer))
  listen(runtime, 'peer', quietly, signal)
  const ready = show().catch((error) => {
    if (!signal.aborted) fill(state, problemCard(error))
  })
  const element = h(
    'section',
    { 'aria-labelledby': 'mesh-title' },
    h('h2', { id: 'mesh-title' }, 'Other nodes'),
    h('p', {}, 'Nodes that meet can take each other’s jobs and decide together.'),
    choice(context, signal, show),
    state,
    asking,
  )
  return { element, ready }
}

/** It is tried again by itself, at longer and longer intervals. */
function relayInWords({ connected, failure }: RelayState): HTMLElement {
  if (connected) return h('p', { class: 'verdict tone-good' }, icon('check'), 'Connected to the relay.')
  return h(
    'div',
    { class: 'stack' },
    h('p', { class: 'verdict' }, 'Not connected to the relay yet. It is tried again by itself.'),
    failure !== undefined &&
      h(
        'p',
        { class: 'quiet' },
        'It could not be reached so far. Is its address right, is it running, and does the site this page comes from allow connections to it?',
      ),
    failure !== undefined &&
      h(
        'details',
        { class: 'detail problem-detail' },
        h('summary', {}, 'For engineers'),
        h('p', {}, failure),
      ),
  )
}

const STAGES: Readonly<Record<SyncProgress['stage'], string>> = {
  governance: 'Asking what was decided',
  receipts: 'Asking for receipts of members',
  blocks: 'Asking for blocks',
  done: 'Done',
}

/** It happens of itself too; this is for who does not want to wait. */
function catchUp({ runtime }: Context, life: AbortSignal): HTMLElement {
  return task(
    'Ask them for what is missing here',
    async (tell, signal) => {
      const came = await runtime.mesh.sync({ signal, onProgress: ({ stage }) => tell(STAGES[stage]) })
      return { good: came.peers > 0, sentence: synced(came) }
    },
    life,
  )
}

/** The runtime is started again for each choice; a relay needs its address first. */
function choice({ store, actions }: Context, signal: AbortSignal, show: () => Promise<void>): HTMLElement {
  const trouble = h('div')
  const current = () => store.get().network
  const kind = (network: Network) => (typeof network === 'string' ? network : 'relay')
  const radio = (value: string, label: string) =>
    h(
      'label',
      { class: 'check' },
      h('input', {
        type: 'radio',
        name: 'network',
        value,
        checked: kind(current()) === value,
        onchange: () => {
          form.hidden = value !== 'relay'
          if (value === 'relay') address.focus()
          else void join(value === 'browser' ? 'browser' : 'alone')
        },
      }),
      label,
    )
  const { relay = '' } = (typeof current() === 'string' ? {} : current()) as { relay?: string }
  const address = h('input', {
    id: 'relay',
    type: 'text',
    value: relay,
    required: true,
    autocomplete: 'off',
    spellcheck: 'false',
    'aria-describedby': 'relay-note',
    placeholder: '/dns4/…/tcp/443/wss/p2p/…',
  })
  const form = h(
    'form',
    {
      class: 'asking',
      hidden: kind(current()) !== 'relay',
      onsubmit: (event: Event) => {
        event.preventDefault()
        void join({ relay: address.value.trim() })
      },
    },
    h('div', { class: 'field' }, h('label', { for: 'relay' }, 'Address of the relay'), address),
    h(
      'p',
      { class: 'quiet', id: 'relay-note' },
      'A libp2p address that ends with /p2p/ and the relay’s id. What you share then leaves this browser, and the relay sees from where. The site this page comes from must allow connections to it.',
    ),
    h('button', { type: 'submit', class: 'button' }, 'Join by this relay'),
  )

  async function join(network: Network): Promise<void> {
    try {
      await actions.settle({ network })
      fill(trouble)
      announce(network === 'alone' ? 'This node is alone now.' : 'This node looks for others now.')
    } catch (error) {
      if (!signal.aborted) fill(trouble, problemAlert(error))
    }
    await show().catch(() => undefined) // asked again within seconds
  }

  return h(
    'div',
    { class: 'mesh-choice' },
    h(
      'fieldset',
      { class: 'bare' },
      h('legend', { class: 'visually-hidden' }, 'Which nodes to meet'),
      radio('alone', 'None'),
      radio('browser', 'Those of this browser'),
      radio('relay', 'Others, by a relay'),
    ),
    form,
    trouble,
    secondNode(),
  )
}

function secondNode(): HTMLElement {
  const other = nodeName() === '' ? 'two' : ''
  return h(
    'p',
    { class: 'quiet' },
    'Tabs with the same address are one and the same node. ',
    h(
      'a',
      { href: `${other ? `?node=${other}` : location.pathname}#/node`, target: '_blank', rel: 'noopener' },
      other ? 'Open a second node in a new tab' : 'Open the first node in a new tab',
    ),
    ': it has a key, a ledger and blocks of its own, and meets the nodes chosen here.',
  )
}
