/** Governance: what is proposed and what can be done about it, beside the form, one's own vote, the members, the rules. */
import type { ProposalInfo } from '../../index.ts'
import { announce } from '../announce.ts'
import { type Context, listen } from '../context.ts'
import { fill, h } from '../dom.ts'
import { page } from '../parts/page.ts'
import { problemCard } from '../parts/problem.ts'
import { rows } from '../parts/rows.ts'
import type { PanelFactory } from '../router.ts'
import '../style/governance.css'
import { proposalRow } from './proposal.ts'
import { type Act, actsOf } from './proposal-acts.ts'
import { proposalForm } from './proposal-form.ts'
import { agreedSettings, rulesSection } from './rules.ts'
import { delegation, members } from './your-vote.ts'

const PAGE = 25
/** Some things change by the clock alone: a voting ends, a delay is over. */
const LOOK_AGAIN_MS = 15_000

export function governancePanel(context: Context): PanelFactory {
  return (_argument, signal) => {
    const { runtime, did } = context
    const { governance } = runtime
    const trouble = h('div')
    const list = rows<ProposalInfo>(
      {
        label: 'Proposals, newest first',
        loading: 'Loading proposals',
        empty: h('p', {}, 'Nothing has been proposed yet.'),
        load: (after) => governance.list({ limit: PAGE, signal, ...(after === undefined ? {} : { after }) }),
        row: (proposal) => proposalRow(proposal, did, actsOf(runtime, did, proposal, signal), act),
      },
      signal,
    )
    const everyone = members(context, signal)
    const agreed = agreedSettings(context, signal)
    const vote = delegation(context, signal, () => {
      void everyone.refresh()
      void refresh()
    })

    let acting = false
    async function act(chosen: Act, words: string): Promise<void> {
      if (acting) return
      acting = true
      try {
        await chosen.run(words)
        fill(trouble)
        announce(chosen.done)
      } catch (error) {
        if (signal.aborted) return
        fill(trouble, h('div', { role: 'alert' }, problemCard(error)))
      } finally {
        acting = false
      }
      await refresh()
    }

    /** Rows are built anew; focus stays on the proposal it was on. */
    async function refresh(): Promise<void> {
      const held = list.element.contains(document.activeElement) ? document.activeElement : null
      const id = held?.closest<HTMLElement>('[data-proposal]')?.dataset.proposal
      const name = held instanceof HTMLElement ? held.dataset.act : undefined
      await list.refresh()
      if (id === undefined || signal.aborted) return
      const row = [...list.element.querySelectorAll<HTMLElement>('[data-proposal]')].find(
        (element) => element.dataset.proposal === id,
      )
      const same = row?.querySelector<HTMLElement>(`[data-act="${name}"]`)
      const first =
        row?.querySelector<HTMLElement>('.actions button') ?? row?.querySelector<HTMLElement>('h3')
      ;(same ?? first)?.focus()
    }

    listen(
      runtime,
      'proposal',
      ({ status }) => {
        if (!acting) void refresh()
        if (status !== 'Executed') return
        void everyone.refresh()
        void agreed.refresh()
        vote.refresh()
      },
      signal,
    )
    // Not while somebody is in the list: what they read or write there would be built anew under their hands.
    const timer = setInterval(() => {
      if (!list.element.contains(document.activeElement) && !list.element.querySelector('details[open]'))
        void list.refresh()
    }, LOOK_AGAIN_MS)
    signal.addEventListener('abort', () => clearInterval(timer))

    const form = proposalForm(context, signal, () => void refresh())
    const toForm = h(
      'button',
      { type: 'button', class: 'button to-form', onclick: () => form.querySelector('select')?.focus() },
      'Make a proposal',
    )
    return {
      title: 'Governance',
      element: page(
        {
          title: 'Governance',
          sentence:
            'What the members decide together. Somebody proposes, every member has one vote, the votes are counted, and what was accepted is put into effect.',
        },
        h(
          'div',
          { class: 'governance split split-end' },
          h(
            'div',
            { class: 'main' },
            h(
              'section',
              { 'aria-labelledby': 'proposals-title' },
              h('div', { class: 'title-bar' }, h('h2', { id: 'proposals-title' }, 'Proposals'), toForm),
              trouble,
              list.element,
            ),
          ),
          h(
            'div',
            { class: 'side' },
            form,
            vote.element,
            h(
              'section',
              { 'aria-labelledby': 'members-title' },
              h('h2', { id: 'members-title' }, 'Members'),
              everyone.element,
            ),
            h(
              'section',
              { 'aria-labelledby': 'agreed-title' },
              h('h2', { id: 'agreed-title' }, 'Settings agreed on'),
              agreed.element,
            ),
            rulesSection(context, signal),
          ),
        ),
      ),
    }
  }
}
