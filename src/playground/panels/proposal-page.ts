/** One proposal on a page of its own, for a link from elsewhere. */
import type { Context } from '../context.ts'
import { fill, h } from '../dom.ts'
import { withProgress } from '../parts/busy.ts'
import { page } from '../parts/page.ts'
import { problemCard } from '../parts/problem.ts'
import { href, type PanelFactory } from '../router.ts'
import { acting, followProposals } from './acting.ts'
import { proposalRow } from './proposal.ts'
import { actsOf } from './proposal-acts.ts'

export function proposalPanel({ runtime, did }: Context): PanelFactory {
  return async (id = '', signal) => {
    const place = h('div', { class: 'proposal-alone' })
    const trouble = h('div')

    async function load(): Promise<void> {
      try {
        const found = await withProgress(
          place,
          'Loading the proposal',
          runtime.governance.get(id, { signal }),
        )
        if (signal.aborted) return
        fill(
          place,
          found
            ? proposalRow(found, did, actsOf(runtime, did, found, signal), doing.act, 2)
            : h('p', { class: 'empty' }, 'No such proposal is known here.'),
        )
      } catch (error) {
        if (!signal.aborted) fill(place, problemCard(error, { retry: () => void load() }))
      }
    }

    const doing = acting(place, trouble, load, signal)
    await load()
    followProposals(
      runtime,
      (status) => {
        // By the clock only while nobody is in it: it would be built anew under their hands.
        if (status === undefined && place.querySelector('details[open], :focus')) return
        if (!doing.underWay()) void doing.refresh()
      },
      signal,
    )
    return {
      title: 'Proposal',
      element: page(
        { title: 'Proposal', back: { href: href('governance'), label: 'All proposals' } },
        trouble,
        place,
      ),
    }
  }
}
