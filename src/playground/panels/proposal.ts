/** One proposal in the list: what it would do, how it stands and what is still missing, who voted how, what can be done. */
import type { ProposalInfo, ProposalStatus, ProposalType } from '../../index.ts'
import { freshId, h, icon } from '../dom.ts'
import { number, plural, when } from '../format.ts'
import { linkedId, shortId } from '../parts/id.ts'
import { href } from '../router.ts'
import type { Act } from './proposal-acts.ts'

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

export function proposalRow(
  proposal: ProposalInfo,
  me: string,
  acts: readonly Act[],
  act: (chosen: Act, words: string) => Promise<void>,
): HTMLElement {
  const { id, status, description, proposer, votingDeadline } = proposal
  const tone = GOOD.includes(status) ? 'tone-good' : BAD.includes(status) ? 'tone-bad' : ''
  const title = description || 'Untitled'
  const plain = acts.filter(({ asks }) => asks === undefined)
  return h(
    'article',
    { class: 'proposal', 'data-proposal': id },
    h('h3', { tabindex: '-1' }, title),
    h('p', { class: 'proposal-what' }, inWords(proposal.proposalType)),
    h(
      'p',
      { class: `proposal-status ${tone}` },
      tone && icon(tone === 'tone-good' ? 'check' : 'cross'),
      STATUS[status],
    ),
    missing(proposal, me),
    tally(proposal, me),
    h(
      'p',
      { class: 'quiet' },
      'By ',
      proposer === me ? 'you' : shortId(proposer),
      `; votes count until ${when(votingDeadline)}`,
    ),
    plain.length > 0 &&
      h(
        'p',
        { class: 'actions' },
        plain.map((one) =>
          h(
            'button',
            {
              type: 'button',
              class: 'button',
              'data-act': one.name,
              'aria-label': `${one.label}: ${title}`,
              onclick: () => void act(one, ''),
            },
            one.label,
          ),
        ),
      ),
    acts.filter(({ asks }) => asks !== undefined).map((one) => asking(one, title, act)),
    details(proposal, me),
  )
}

/** What has to happen before it goes on. */
function missing(
  { status, sponsors, sponsorsNeeded, acceptedAt, timelockSecs, veto }: ProposalInfo,
  me: string,
) {
  const note = (...words: (string | Node)[]) => h('p', { class: 'quiet' }, words)
  switch (status) {
    case 'PendingSponsorship':
      return note(`${number(sponsors.length)} of ${plural(sponsorsNeeded, 'member')} stand behind it.`)
    case 'AcceptedTimelock':
      if (acceptedAt === undefined) return null
      return note(
        timelockSecs
          ? `It can be put into effect from ${when(acceptedAt + Number(timelockSecs))} on, or once no veto can come any more.`
          : 'It can be put into effect once no veto can come any more.',
      )
    case 'Vetoed':
      return veto
        ? note(
            'By ',
            veto.by === me ? 'you' : shortId(veto.by),
            `, ${when(veto.at)}: ${veto.reason || 'no reason given'}`,
          )
        : null
    default:
      return null
  }
}

/** The count in words, with a bar of its parts beside it. */
function tally(
  { tally: { yes, no, abstain }, quorum, threshold, votes }: ProposalInfo,
  me: string,
): HTMLElement {
  const voted = votes.find(({ voter }) => voter === me)?.option
  const needed = `${plural(quorum, 'vote')} and ${number(Math.round(threshold * 100))} % Yes are needed`
  return h(
    'div',
    { class: 'tally' },
    h(
      'p',
      {},
      `Yes ${number(yes)}, No ${number(no)}, abstained ${number(abstain)}. `,
      h('span', { class: 'quiet' }, `${needed}.`),
    ),
    voted !== undefined && h('p', { class: 'quiet' }, `Your vote: ${voted}.`),
  )
}

/** Something that needs words first waits one level down. */
function asking(one: Act, title: string, act: (chosen: Act, words: string) => Promise<void>): HTMLElement {
  const input = h('input', { id: freshId('words'), type: 'text', required: true, maxlength: 500 })
  return h(
    'details',
    { class: 'detail' },
    h('summary', {}, one.label),
    h(
      'form',
      {
        class: 'asking',
        onsubmit: (event: Event) => {
          event.preventDefault()
          void act(one, input.value.trim())
        },
      },
      h('div', { class: 'field' }, h('label', { for: input.id }, one.asks), input),
      h(
        'button',
        { type: 'submit', class: 'button', 'data-act': one.name, 'aria-label': `${one.label}: ${title}` },
        one.label,
      ),
    ),
  )
}

function details({ id, votes, sponsors, contentCid }: ProposalInfo, me: string): HTMLElement {
  const who = (did: string) => (did === me ? 'you' : shortId(did))
  return h(
    'details',
    { class: 'detail' },
    h('summary', {}, 'Who did what'),
    h(
      'ul',
      { class: 'voters' },
      h(
        'li',
        {},
        'Behind it: ',
        sponsors.flatMap((did, at) => (at > 0 ? [', ', who(did)] : [who(did)])),
      ),
      votes.map(({ voter, option, votedAt }) => h('li', {}, who(voter), `: ${option}, ${when(votedAt)}`)),
      votes.length === 0 && h('li', {}, 'Nobody has voted themselves.'),
      contentCid !== undefined &&
        h('li', {}, 'The longer text: ', linkedId(contentCid, href('blocks', contentCid))),
      h('li', { class: 'quiet' }, 'Proposal ', shortId(id)),
    ),
  )
}

/** What a proposal would do, in a sentence. */
export function inWords(type: ProposalType): string {
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
  return type.Resolution.actions
    .map((action) =>
      'PauseCredential' in action
        ? `Pauses the credential ${action.PauseCredential}.`
        : `Freezes the reputation of ${action.FreezeReputation}.`,
    )
    .join(' ')
}
