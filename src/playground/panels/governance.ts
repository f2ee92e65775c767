/** Governance: what is proposed and what can be done about it, beside the form, one's own vote, the members, the rules. */
import type { ProposalInfo, ProposalStatus } from '../../index.ts'
import type { Context } from '../context.ts'
import { fill, h } from '../dom.ts'
import { page } from '../parts/page.ts'
import { type Rows, rows } from '../parts/rows.ts'
import { sift } from '../receipt-filter.ts'
import type { Panel, PanelFactory } from '../router.ts'
import '../style/governance.css'
import { acting, findProposal, followProposals } from './acting.ts'
import { newcomers } from './newcomers.ts'
import { proposalRow } from './proposal.ts'
import { actsOf } from './proposal-acts.ts'
import { proposalForm } from './proposal-form.ts'
import { agreedSettings, rulesSection } from './rules.ts'
import { delegation, members } from './your-vote.ts'

const PAGE = 25

/** Which proposals are wanted. The runtime lists them all. */
const WANTED: Readonly<Record<string, (status: ProposalStatus) => boolean>> = {
  open: (status) => !DECIDED.includes(status),
  mine: (status) => status === 'VotingOpen',
  decided: (status) => DECIDED.includes(status),
}
const DECIDED: readonly ProposalStatus[] = ['Rejected', 'Vetoed', 'Executed', 'Failed']

/** The list of proposals, or the one that the address names. */
export function governancePanel(context: Context): PanelFactory {
  return async (argument, signal) => {
    if (argument === undefined) return governance(context, signal)
    const { proposalPanel } = await import('./proposal-page.ts')
    return proposalPanel(context)(argument, signal)
  }
}

function governance(context: Context, signal: AbortSignal): Panel {
  const { runtime, did } = context
  const { governance } = runtime
  const trouble = h('div')
  const place = h('div')
  const which = h(
    'select',
    { id: 'which-proposals', onchange: () => show() },
    h('option', { value: '' }, 'All of them'),
    h('option', { value: 'open' }, 'Not yet decided or not yet in effect'),
    h('option', { value: 'mine' }, 'Voting is open, without my vote'),
    h('option', { value: 'decided' }, 'Over and done with'),
  )
  let list: Rows | undefined

  const wanted = ({ status, votes }: ProposalInfo): boolean => {
    if (!(WANTED[which.value]?.(status) ?? true)) return false
    return which.value !== 'mine' || !votes.some(({ voter }) => voter === did)
  }

  function show(): void {
    list = rows<ProposalInfo>(
      {
        label: 'Proposals, newest first',
        loading: 'Loading proposals',
        empty: h(
          'p',
          {},
          which.value ? 'No proposal stands like that now.' : 'Nothing has been proposed yet.',
        ),
        load: (after) =>
          sift(
            (from) =>
              governance.list({ limit: PAGE, signal, ...(from === undefined ? {} : { after: from }) }),
            wanted,
            PAGE,
            after,
          ),
        row: (proposal) => proposalRow(proposal, did, actsOf(runtime, did, proposal, signal), doing.act),
      },
      signal,
    )
    fill(place, list.element)
  }

  const doing = acting(place, trouble, async () => list?.refresh(), signal)
  const everyone = members(context, signal)
  const agreed = agreedSettings(context, signal)
  const vote = delegation(context, signal, () => {
    void everyone.refresh()
    void doing.refresh()
  })
  show()

  followProposals(
    runtime,
    (status) => {
      if (status === undefined) {
        // Not while somebody is in the list: what they read or write there would be built anew under their hands.
        if (!place.contains(document.activeElement) && !place.querySelector('details[open]'))
          void list?.refresh()
        return
      }
      if (!doing.underWay()) void doing.refresh()
      if (status !== 'Executed') return
      void everyone.refresh()
      void agreed.refresh()
      vote.refresh()
      met.refresh()
    },
    signal,
  )

  /** What was just made is what comes next, also where the list is out of sight. */
  const made = async (id: string) => {
    which.value = ''
    show()
    await list?.refresh()
    const row = findProposal(place, id)
    row?.querySelector<HTMLElement>('.proposal-title')?.focus({ preventScroll: true })
    row?.scrollIntoView({ block: 'nearest' })
  }
  const form = proposalForm(context, signal, (id) => void made(id))
  const met = newcomers(context, form.admit, signal)
  const toForm = h(
    'button',
    { type: 'button', class: 'button to-form', onclick: () => form.element.querySelector('select')?.focus() },
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
            h('div', { class: 'field which' }, h('label', { for: which.id }, 'Show'), which),
            trouble,
            place,
          ),
        ),
        h(
          'div',
          { class: 'side' },
          form.element,
          vote.element,
          h(
            'section',
            { 'aria-labelledby': 'members-title' },
            h('h2', { id: 'members-title' }, 'Members'),
            everyone.element,
            met.element,
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
