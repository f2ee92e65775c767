/** Nodes that are met and are no members: to decide together, each co-operative admits the other's node. */
import { type Context, listen } from '../context.ts'
import { fill, h } from '../dom.ts'
import { plural } from '../format.ts'
import { copyableId } from '../parts/id.ts'

export function newcomers(
  { runtime, store }: Context,
  admit: (did: string) => void,
  signal: AbortSignal,
): { readonly element: HTMLElement; refresh(): void } {
  const place = h('div', { class: 'newcomers' })

  async function show(): Promise<void> {
    if (store.get().network === 'alone') return fill(place)
    const [peers, { items }] = await Promise.all([
      runtime.mesh.peers({ signal }),
      runtime.governance.members({ limit: 1_000, signal }),
    ])
    const members = new Set(items.map(({ did }) => did))
    const strangers = peers.filter((did) => !members.has(did))
    if (signal.aborted || place.contains(document.activeElement)) return
    if (strangers.length === 0) return fill(place)
    fill(
      place,
      h(
        'h3',
        {},
        `${plural(strangers.length, 'node')} here ${strangers.length === 1 ? 'is' : 'are'} no member`,
      ),
      h(
        'p',
        { class: 'quiet' },
        'To decide together, each node admits the other: propose it here, and there the same for this one.',
      ),
      h(
        'ul',
        {},
        strangers.map((did) =>
          h(
            'li',
            { class: 'newcomer' },
            copyableId(did, 'the node’s DID'),
            h(
              'button',
              {
                type: 'button',
                class: 'button',
                onclick: () => admit(did),
                'aria-label': `Propose to admit it: ${did}`,
              },
              'Propose to admit it',
            ),
          ),
        ),
      ),
    )
  }

  const quietly = () => void show().catch(() => undefined) // nobody may be known yet; told with the next change
  listen(runtime, 'peer', quietly, signal)
  quietly()
  return { element: place, refresh: quietly }
}
