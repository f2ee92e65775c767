/** One proposal in the list: what it would do, how it stands and what is still missing, who voted how, what can be done. */
import type { ProposalInfo, ProposalStatus, ProposalType } from '../../index.ts'
import { type Child, freshId, h, icon } from '../dom.ts'
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
  level: 2 | 3 = 3,
): HTMLElement {
  const { id, status, proposer, votingDeadline } = proposal
  const tone = GOOD.includes(status) ? 'tone-good' : BAD.includes(status) ? 'tone-bad' : ''
  const title = titleOf(proposal)
  const plain = acts.filter(({ asks }) => asks === undefined)
  return h(
    'article',
    { class: 'proposal', 'data-proposal': id },
    h(
      level === 2 ? 'h2' : 'h3',
      { class: 'proposal-title', tabindex: '-1' },
      level === 2 ? title : h('a', { href: href('governance', id) }, title),
    ),
    h('p', { class: 'proposal-what' }, inWords(proposal.proposalType)),
    h(
      'p',
      { class: `proposal-status ${tone}` },
      tone && icon(tone === 'tone-good' ? 'check' : 'cross'),
      STATUS[status],
    ),
    missing(proposal, me),
    tally(proposal),
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
              'data-ends': one.ends,
              'aria-pressed': one.pressed === undefined ? null : String(one.pressed),
              'aria-label': `${one.label}: ${title}`,
              onclick: () => {
                if (!one.pressed) void act(one, '')
              },
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

export function titleOf({ description }: ProposalInfo): string {
  return description || 'Untitled'
}

/** The count in words, over a bar of its parts with a mark where the share of Yes has to reach. */
function tally({ tally: { yes, no, abstain }, quorum, threshold }: ProposalInfo): HTMLElement {
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
    yes + no + abstain > 0 && parts([yes, no, abstain], threshold),
  )
}

/** The widths are set through CSSOM, which the strict CSP allows. */
function parts(counts: readonly number[], threshold: number): HTMLElement {
  const bar = h('div', { class: 'tally-bar', 'aria-hidden': 'true' })
  for (const [at, kind] of ['yes', 'no', 'abstain'].entries()) {
    const part = h('div', { class: `tally-${kind}` })
    part.style.flexGrow = String(counts[at] ?? 0)
    bar.append(part)
  }
  bar.append(h('div', { class: 'tally-mark' }))
  bar.style.setProperty('--share', String(Math.min(1, threshold)))
  return bar
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
      votes.map(({ voter, option, votedAt }) =>
        h('li', {}, who(voter), ` voted: ${option === 'Abstain' ? 'abstained' : option}, ${when(votedAt)}`),
      ),
      votes.length === 0 && h('li', {}, 'Nobody has voted themselves.'),
      contentCid !== undefined &&
        h('li', {}, 'The longer text: ', linkedId(contentCid, href('blocks', contentCid))),
      h('li', { class: 'quiet' }, 'Proposal ', shortId(id)),
    ),
  )
}

/** What a proposal would do, in a sentence. Names of people and things are whole: the decision is about just these. */
export function inWords(type: ProposalType): Child {
  const name = (id: string) => h('code', { class: 'id whole' }, id)
  if ('GenericText' in type) return type.GenericText
  if ('NewMemberInvitation' in type) return ['Admits ', name(type.NewMemberInvitation), ' as a member.']
  if ('RemoveMember' in type) return ['Removes ', name(type.RemoveMember), ' from the members.']
  if ('SoftwareUpgrade' in type) return `Upgrades the software to ${type.SoftwareUpgrade}.`
  if ('SystemParameterChange' in type) {
    const [key, value] = type.SystemParameterChange
    const means = PARAMETERS[key]
    return ['Sets ', h('code', {}, key), ` to ${numeral(value)}.`, means && ` ${means}`]
  }
  if ('BudgetAllocation' in type) {
    const [recipient, amount, purpose] = type.BudgetAllocation
    return [`Gives ${number(amount)} mana to `, name(recipient), purpose && `: ${purpose}`]
  }
  return type.Resolution.actions.map((action) =>
    'PauseCredential' in action
      ? ['Pauses the credential ', name(action.PauseCredential), '. ']
      : ['Freezes the reputation of ', name(action.FreezeReputation), '. '],
  )
}

/** Settings that the runtime itself heeds, and what they do. */
export const PARAMETERS: Readonly<Record<string, string>> = {
  mana_max_capacity: 'It is the most mana an account comes back to by itself.',
}

export function numeral(value: string): string {
  return /^\d{1,30}$/.test(value) ? number(BigInt(value)) : value
}
