/** The form of a new proposal: what it is about, what that needs, how long the members may vote. */
import type { ProposalType } from '../../index.ts'
import { announce } from '../announce.ts'
import type { Context } from '../context.ts'
import { fill, h } from '../dom.ts'
import { parseFuel } from '../format.ts'
import { problemAlert } from '../parts/problem.ts'
import { PARAMETERS } from './proposal.ts'

interface Kind {
  readonly name: string
  readonly label: string
  /** Labels of what it needs, in order. */
  readonly needs: readonly string[]
  /** The one of them that is a number. */
  readonly numeric?: string
  make(values: readonly string[]): ProposalType
}

const KINDS: readonly Kind[] = [
  { name: 'text', label: 'Agree on something', needs: ['Text'], make: ([text]) => ({ GenericText: text! }) },
  {
    name: 'admit',
    label: 'Admit a member',
    needs: ['DID of the new member'],
    make: ([did]) => ({ NewMemberInvitation: did! }),
  },
  {
    name: 'remove',
    label: 'Remove a member',
    needs: ['DID of the member'],
    make: ([did]) => ({ RemoveMember: did! }),
  },
  {
    name: 'budget',
    label: 'Give mana to somebody',
    needs: ['DID of who gets it', 'Mana', 'What for'],
    numeric: 'Mana',
    make: ([did, amount, purpose]) => ({ BudgetAllocation: [did!, parseFuel(amount!) ?? 0n, purpose!] }),
  },
  {
    name: 'setting',
    label: 'Change a setting',
    needs: ['Setting', 'Value'],
    make: ([key, value]) => ({ SystemParameterChange: [key!, value!] }),
  },
  {
    name: 'upgrade',
    label: 'Upgrade the software',
    needs: ['Version'],
    make: ([version]) => ({ SoftwareUpgrade: version! }),
  },
  {
    name: 'freeze',
    label: 'Freeze a reputation',
    needs: ['DID of whose reputation'],
    make: ([did]) => ({ Resolution: { actions: [{ FreezeReputation: did! }] } }),
  },
  {
    name: 'pause',
    label: 'Pause a credential',
    needs: ['CID of the credential'],
    make: ([cid]) => ({ Resolution: { actions: [{ PauseCredential: cid! }] } }),
  },
]

const SETTINGS_ID = 'proposal-settings'
/** Digits, with separators as people write them. */
const NUMERIC = {
  inputmode: 'numeric',
  pattern: "[0-9][0-9 ,._'’]*",
  title: 'A whole number, 1 or more',
} as const

const DURATIONS: readonly (readonly [seconds: number, label: string])[] = [
  [300, '5 minutes'],
  [3_600, '1 hour'],
  [86_400, '1 day'],
  [604_800, '1 week'],
]

export interface ProposalForm {
  readonly element: HTMLElement
  /** Begins a proposal to admit this one. */
  admit(did: string): void
}

/** @param made told which proposal was made */
export function proposalForm(
  { runtime }: Context,
  signal: AbortSignal,
  made: (id: string) => void,
): ProposalForm {
  const kind = h(
    'select',
    { id: 'proposal-kind' },
    KINDS.map(({ name, label }) => h('option', { value: name }, label)),
  )
  const title = h('input', { id: 'proposal-title', type: 'text', required: true, maxlength: 500 })
  const duration = h(
    'select',
    { id: 'proposal-duration' },
    DURATIONS.map(([seconds, label]) => h('option', { value: seconds, selected: seconds === 86_400 }, label)),
  )
  const quorum = h('input', { id: 'proposal-quorum', type: 'number', min: 1, max: 1_000_000, step: 1 })
  const share = h('input', { id: 'proposal-share', type: 'number', min: 1, max: 100, step: 1 })
  const longer = h('textarea', { id: 'proposal-body', rows: 4, maxlength: 60_000 })
  const needs = h('div', { class: 'proposal-needs' })
  const trouble = h('div')
  let inputs: readonly HTMLInputElement[] = []

  function chosen(): Kind {
    return KINDS.find(({ name }) => name === kind.value) ?? KINDS[0]!
  }

  function ask(): void {
    inputs = chosen().needs.map((label, i) =>
      h('input', {
        id: `proposal-need-${i}`,
        type: 'text',
        required: true,
        autocomplete: 'off',
        ...(label === chosen().numeric ? { ...NUMERIC } : {}),
        ...(label === 'Setting' ? { list: SETTINGS_ID } : {}),
      }),
    )
    fill(
      needs,
      chosen().needs.map((label, i) => field(label, inputs[i]!)),
    )
  }

  async function propose(): Promise<void> {
    try {
      const id = await runtime.governance.create(
        {
          proposalType: chosen().make(inputs.map(({ value }) => value.trim())),
          description: title.value.trim(),
          durationSecs: Number(duration.value),
          ...(quorum.value ? { quorum: BigInt(quorum.value) } : {}),
          ...(share.value ? { threshold: Number(share.value) / 100 } : {}),
          ...(longer.value.trim() ? { body: new TextEncoder().encode(longer.value.trim()) } : {}),
        },
        { signal },
      )
      fill(trouble)
      for (const input of [title, quorum, share, longer]) input.value = ''
      ask()
      announce('The proposal was made. Its voting can be opened now.')
      made(id)
    } catch (error) {
      if (!signal.aborted) fill(trouble, problemAlert(error))
    }
  }

  function admit(did: string): void {
    kind.value = 'admit'
    ask()
    for (const input of inputs) input.value = did
    title.focus()
  }

  kind.addEventListener('change', ask)
  ask()
  const element = h(
    'section',
    { 'aria-labelledby': 'propose-title' },
    h('h2', { id: 'propose-title' }, 'Make a proposal'),
    h(
      'form',
      {
        class: 'controls proposal-form',
        onsubmit: (event: Event) => {
          event.preventDefault()
          void propose()
        },
      },
      field('What is it about?', kind),
      field('Members can vote for', duration),
      field('Title', title),
      needs,
      h(
        'details',
        { class: 'detail proposal-more' },
        h('summary', {}, 'More'),
        h(
          'div',
          { class: 'proposal-needs' },
          field('Votes needed, if not as the rules say', quorum),
          field('Share of Yes needed in %, if not as the rules say', share),
          field('A longer text', longer),
        ),
      ),
      h(
        'p',
        { class: 'field-note' },
        'A proposal costs 10 mana and a vote 1, once they are accepted. When a proposal takes effect, whoever made it gets 1 mana and 1 reputation.',
      ),
      h('button', { type: 'submit', class: 'button button-primary' }, 'Propose'),
    ),
    h(
      'datalist',
      { id: SETTINGS_ID },
      Object.entries(PARAMETERS).map(([value, label]) => h('option', { value, label })),
    ),
    trouble,
  )
  return { element, admit }
}

function field(label: string, input: HTMLElement): HTMLElement {
  return h('div', { class: 'field' }, h('label', { for: input.id }, label), input)
}
