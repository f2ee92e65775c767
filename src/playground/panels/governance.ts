/** Governance: make a proposal, vote, count, put into effect; and who the members are. */
import type { Member, ProposalInfo, ProposalStatus, ProposalType, VoteOption } from '../../index.ts'
import { announce } from '../announce.ts'
import { type Context, listen } from '../context.ts'
import { fill, h, icon } from '../dom.ts'
import { number, plural, when } from '../format.ts'
import { shortId } from '../parts/id.ts'
import { problemCard } from '../parts/problem.ts'
import { rows } from '../parts/rows.ts'
import type { PanelFactory } from '../router.ts'
import '../style/governance.css'
import { proposalForm } from './proposal-form.ts'

const PAGE = 25

const STATUS: Readonly<Record<ProposalStatus, string>> = {
  Pending: 'Waiting for its voting to be opened',
  PendingSponsorship: 'Waiting for members to stand behind it',
  VotingOpen: 'Voting is open',
  AcceptedTimelock: 'Accepted, waiting for its delay to pass',
  Accepted: 'Accepted, not yet in effect',
  Rejected: 'Rejected',
  Vetoed: 'Stopped by a veto',
  Executed: 'Accepted and in effect',
  Failed: 'Accepted, but it could not take effect',
}
const GOOD: readonly ProposalStatus[] = ['Accepted', 'AcceptedTimelock', 'Executed']
const BAD: readonly ProposalStatus[] = ['Rejected', 'Vetoed', 'Failed']

interface Act {
  readonly name: string
  readonly label: string
  readonly done: string
  run(): Promise<unknown>
}

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
        row: (proposal) => proposalRow(proposal, did, actsOf(proposal), act),
      },
      signal,
    )
    const members = rows<Member>(
      {
        label: 'Members',
        loading: 'Loading members',
        empty: h('p', {}, 'There are no members.'),
        load: (after) =>
          governance.members({ limit: PAGE, signal, ...(after === undefined ? {} : { after }) }),
        row: (member) => memberRow(member, did),
      },
      signal,
    )

    /** What this member may do with a proposal now; the runtime has the last word. */
    function actsOf({ id, status, proposer, votes, votingDeadline, sponsors }: ProposalInfo): readonly Act[] {
      const mine = proposer === did
      const over = Date.now() / 1000 >= votingDeadline
      const count: Act = {
        name: 'close',
        label: over ? 'Count the votes' : 'End the voting and count',
        done: 'The votes were counted.',
        run: () => governance.close(id, { signal }),
      }
      const voted = votes.find(({ voter }) => voter === did)?.option
      const vote = (option: VoteOption, label: string): Act => ({
        name: option,
        label,
        done: `You voted ${option === 'Abstain' ? 'to abstain' : option}.`,
        run: () => governance.castVote({ proposalId: id, option }, { signal }),
      })
      switch (status) {
        case 'PendingSponsorship': {
          const sponsor: Act = {
            name: 'sponsor',
            label: 'Stand behind it',
            done: 'You stand behind it.',
            run: () => governance.sponsor(id, { signal }),
          }
          return over ? [count] : sponsors.includes(did) ? [] : [sponsor]
        }
        case 'Pending': {
          const open: Act = {
            name: 'open',
            label: 'Open the voting',
            done: 'The voting is open.',
            run: () => governance.openVoting(id, { signal }),
          }
          return over ? [count] : mine ? [open] : []
        }
        case 'VotingOpen': {
          const options = [vote('Yes', 'Vote yes'), vote('No', 'Vote no'), vote('Abstain', 'Abstain')]
          return [
            ...(over ? [] : options.filter(({ name }) => name !== voted)),
            ...(mine || over ? [count] : []),
          ]
        }
        case 'Accepted':
          return [
            {
              name: 'execute',
              label: 'Put into effect',
              done: 'It is in effect.',
              run: () => governance.execute(id, { signal }),
            },
          ]
        default:
          return []
      }
    }

    let acting = false
    async function act(chosen: Act): Promise<void> {
      if (acting) return
      acting = true
      try {
        await chosen.run()
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
      ;(same ?? row?.querySelector<HTMLElement>('button') ?? row?.querySelector<HTMLElement>('h3'))?.focus()
    }

    listen(
      runtime,
      'proposal',
      ({ status }) => {
        if (!acting) void refresh()
        if (status === 'Executed') void members.refresh()
      },
      signal,
    )
    return {
      title: 'Governance',
      element: h(
        'div',
        { class: 'governance' },
        h(
          'header',
          { class: 'page-head' },
          h('h1', {}, 'Governance'),
          h(
            'p',
            {},
            'What the members decide together. Somebody proposes, every member has one vote, the votes are counted, and what was accepted is put into effect.',
          ),
        ),
        proposalForm(context, signal, () => void refresh()),
        h(
          'section',
          { 'aria-labelledby': 'proposals-title' },
          h('h2', { id: 'proposals-title' }, 'Proposals'),
          trouble,
          list.element,
        ),
        h(
          'section',
          { 'aria-labelledby': 'members-title' },
          h('h2', { id: 'members-title' }, 'Members'),
          members.element,
        ),
      ),
    }
  }
}

function proposalRow(
  proposal: ProposalInfo,
  me: string,
  acts: readonly Act[],
  act: (chosen: Act) => Promise<void>,
): HTMLElement {
  const { id, status, description, proposer, tally, quorum, threshold, votingDeadline } = proposal
  const tone = GOOD.includes(status) ? 'tone-good' : BAD.includes(status) ? 'tone-bad' : ''
  const voted = proposal.votes.find(({ voter }) => voter === me)?.option
  const sought = `${plural(quorum, 'vote')} and ${number(Math.round(threshold * 100))} % Yes are needed`
  return h(
    'article',
    { class: 'proposal', 'data-proposal': id },
    h('h3', { tabindex: '-1' }, description || 'Untitled'),
    h('p', { class: 'proposal-what' }, inWords(proposal.proposalType)),
    h(
      'p',
      { class: `proposal-status ${tone}` },
      tone && icon(tone === 'tone-good' ? 'check' : 'cross'),
      STATUS[status],
    ),
    h(
      'p',
      {},
      `Yes ${number(tally.yes)}, No ${number(tally.no)}, abstained ${number(tally.abstain)}. `,
      h('span', { class: 'quiet' }, `${sought}.`),
    ),
    voted !== undefined && h('p', { class: 'quiet' }, `Your vote: ${voted}.`),
    h(
      'p',
      { class: 'quiet' },
      'By ',
      proposer === me ? 'you' : shortId(proposer),
      `; votes count until ${when(votingDeadline)}`,
    ),
    acts.length > 0 &&
      h(
        'p',
        { class: 'actions' },
        acts.map((one) =>
          h(
            'button',
            {
              type: 'button',
              class: 'button',
              'data-act': one.name,
              'aria-label': `${one.label}: ${description || 'Untitled'}`,
              onclick: () => void act(one),
            },
            one.label,
          ),
        ),
      ),
  )
}

/** What a proposal would do, in a sentence. */
function inWords(type: ProposalType): string {
  if ('GenericText' in type) return type.GenericText
  if ('NewMemberInvitation' in type) return `Admits ${type.NewMemberInvitation} as a member.`
  if ('RemoveMember' in type) return `Removes ${type.RemoveMember} from the members.`
  if ('SoftwareUpgrade' in type) return `Upgrades the software to ${type.SoftwareUpgrade}.`
  if ('SystemParameterChange' in type) {
    const [key, value] = type.SystemParameterChange
    return `Sets ${key} to ${value}.`
  }
  if ('BudgetAllocation' in type) {
    const [recipient, amount, purpose] = type.BudgetAllocation
    return `Gives ${number(amount)} mana to ${recipient}: ${purpose}`
  }
  return `A resolution with ${plural(type.Resolution.actions.length, 'action')}.`
}

function memberRow({ did, since, delegate }: Member, me: string): HTMLElement {
  return h(
    'div',
    { class: 'member' },
    h('p', {}, shortId(did), did === me && ' (you)'),
    h(
      'p',
      { class: 'quiet' },
      `Member since ${when(since)}`,
      delegate !== undefined && ['; lends its vote to ', shortId(delegate)],
    ),
  )
}
