/** Lending one's vote to another member, and taking it back; and who the members are. */
import type { Member } from '../../index.ts'
import { announce } from '../announce.ts'
import type { Context } from '../context.ts'
import { fill, h } from '../dom.ts'
import { plural, when } from '../format.ts'
import { shortId } from '../parts/id.ts'
import { problemAlert, problemCard } from '../parts/problem.ts'
import { type Rows, rows } from '../parts/rows.ts'
import { href } from '../router.ts'

const PAGE = 25

export function members({ runtime, did }: Context, signal: AbortSignal): Rows {
  return rows<Member>(
    {
      label: 'Members',
      loading: 'Loading members',
      empty: h('p', {}, 'There are no members.'),
      load: (after) =>
        runtime.governance.members({ limit: PAGE, signal, ...(after === undefined ? {} : { after }) }),
      row: (member) => memberRow(member, did),
    },
    signal,
  )
}

/** @param changed told when the vote was lent or taken back */
export function delegation({ runtime, did }: Context, signal: AbortSignal, changed: () => void) {
  const state = h('p', {})
  const trouble = h('div')
  const choice = h('select', { id: 'delegate' })
  const lend = h('button', { type: 'submit', class: 'button' }, 'Lend it')
  const back = h('button', { type: 'button', class: 'button', onclick: () => void revoke() }, 'Take it back')
  const form = h(
    'form',
    {
      class: 'asking',
      onsubmit: (event: Event) => {
        event.preventDefault()
        if (choice.value)
          void attempt('Your vote is lent.', () => runtime.governance.delegate(choice.value, { signal }))
      },
    },
    h('div', { class: 'field' }, h('label', { for: 'delegate' }, 'Lend it to'), choice),
    lend,
  )
  const revoke = () =>
    attempt('Your vote is yours again.', () => runtime.governance.revokeDelegation({ signal }))

  async function attempt(sentence: string, work: () => Promise<void>): Promise<void> {
    try {
      await work()
      fill(trouble)
      announce(sentence)
      await show()
      changed()
    } catch (error) {
      if (!signal.aborted) fill(trouble, problemAlert(error))
    }
  }

  async function show(): Promise<void> {
    const { items, total } = await runtime.governance.members({ limit: 1_000, signal })
    const me = items.find((member) => member.did === did)
    const others = items.filter((member) => member.did !== did)
    form.hidden = !me || others.length === 0
    back.hidden = me?.delegate === undefined
    if (!me) fill(state, 'This node is not a member, so it has no vote.')
    else if (me.delegate !== undefined)
      fill(state, 'Lent to ', shortId(me.delegate), '. It counts as theirs wherever you cast none yourself.')
    else
      fill(
        state,
        others.length === 0
          ? 'It is yours. Once there is a second member, it can be lent.'
          : `It is yours, one of ${plural(total, 'vote')}.`,
      )
    const chosen = choice.value
    fill(
      choice,
      others.map((member) =>
        h('option', { value: member.did, selected: member.did === chosen }, ends(member.did)),
      ),
    )
  }

  const quietly = () => void show().catch((error) => !signal.aborted && fill(trouble, problemCard(error)))
  quietly()
  const element = h(
    'section',
    { 'aria-labelledby': 'vote-title' },
    h('h2', { id: 'vote-title' }, 'Your vote'),
    state,
    form,
    back,
    trouble,
  )
  return { element, refresh: quietly }
}

/** Members are told apart by the end of their DID. */
const ends = (did: string) => (did.length > 34 ? `${did.slice(0, 14)}…${did.slice(-12)}` : did)

function memberRow({ did, since, delegate, proposal }: Member, me: string): HTMLElement {
  return h(
    'div',
    { class: 'member' },
    h('p', {}, shortId(did), did === me && ' (you)'),
    h(
      'p',
      { class: 'quiet' },
      `Member since ${when(since)}`,
      proposal !== undefined && [', ', h('a', { href: href('governance', proposal) }, 'by a proposal')],
      delegate !== undefined && ['; lends its vote to ', shortId(delegate)],
    ),
  )
}
