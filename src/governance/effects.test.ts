/** Every type of proposal, under each of its names: what it does when it is executed, that it does it once, and nothing else. */
import { describe, expect, it } from 'vitest'
import { utf8 } from '../common/bytes.ts'
import { balanceOf } from '../economics/ledger.ts'
import { reputationOf } from '../reputation/reputation.ts'
import { executeProposal } from './execute.ts'
import { Coop, did } from './fixtures/coop.ts'
import { isMember } from './members.ts'
import { parameter } from './rules.ts'

/** What an effect can be seen by. */
const seen = (coop: Coop) => ({
  limit: parameter(coop.tx, 'limit') ?? null,
  dave: isMember(coop.tx, did('dave')),
  carol: isMember(coop.tx, did('carol')),
  /** Beside the proposer's reward of 1 mana. */
  alice: balanceOf(coop.tx, did('alice')),
  bob: balanceOf(coop.tx, did('bob')),
  blocks: coop.tx.tables.get('blocks')?.size ?? 0,
})
type Seen = ReturnType<typeof seen>

const bobJson = JSON.stringify({
  method: 'icn',
  id_string: 'test:bob',
  path: null,
  query: null,
  fragment: null,
})

const CASES: readonly (readonly [names: string, payload: string, effect: (before: Seen) => Partial<Seen>])[] =
  [
    [
      'systemparameterchange SystemParameterChange system_parameter_change',
      '["limit","10"]',
      ({ blocks }) => ({ limit: '10', blocks: blocks + 1 }),
    ],
    [
      'memberadmission newmemberinvitation NewMemberInvitation member_invitation',
      'did:icn:test:dave',
      () => ({ dave: true }),
    ],
    ['RemoveMember remove_member memberremoval', 'did:icn:test:carol', () => ({ carol: false })],
    ['softwareupgrade SoftwareUpgrade software_upgrade', '2.0.0', () => ({})],
    ['generictext GenericText generic_text', 'We meet on Monday.', () => ({})],
    ['budgetallocation budget_allocation', '[50,"seeds"]', ({ alice }) => ({ alice: alice + 50n })],
    ['BudgetAllocation', `[${bobJson},50,"seeds"]`, ({ bob }) => ({ bob: bob + 50n })],
    ['Resolution', '{"actions":[]}', () => ({})],
  ]

const each = CASES.flatMap(([names, payload, effect]) =>
  names.split(' ').map((name) => [name, payload, effect] as const),
)

describe('executed', () => {
  it.each(each)('%s %s', (proposalTypeStr, payload, effect) => {
    const coop = new Coop(['alice', 'bob', 'carol'])
    const id = coop.open('alice', { proposalTypeStr, typeSpecificPayload: utf8(payload) })
    coop.vote(id, { alice: 'Yes', bob: 'Yes' })
    expect(coop.close('alice', id)).toBe('Accepted')
    const before = seen(coop)
    expect(executeProposal(coop.tx, coop.as('bob'), id)).toMatchObject({
      row: { status: 'Executed' },
      failure: null,
    })
    const expected = { ...before, ...effect(before) }
    expect(seen(coop)).toEqual({ ...expected, alice: expected.alice + 1n })
    expect(reputationOf(coop.tx, did('alice'))).toBe(1n)
    const after = structuredClone(coop.tx.tables)
    expect(() => executeProposal(coop.tx, coop.as('bob'), id)).toThrow(
      expect.objectContaining({ code: 'InvalidJobState' }),
    )
    expect(coop.tx.tables).toEqual(after)
  })
})

it('a type nobody knows, and a payload of another form, are refused before anything is charged', () => {
  const coop = new Coop(['alice'])
  const before = structuredClone(coop.tx.tables)
  for (const [proposalTypeStr, payload] of [
    ['Abolition', 'x'],
    ['constructor', 'x'],
    ['BudgetAllocation', '[0,"nothing"]'],
    ['BudgetAllocation', '[1.5,"a part"]'],
    ['SystemParameterChange', '["",""]'],
    ['SystemParameterChange', '["mana_max_capacity","much"]'],
    ['NewMemberInvitation', 'nobody'],
    ['Resolution', '{"actions":[{"Abolish":1}]}'],
  ] as const) {
    expect(() => coop.create('alice', { proposalTypeStr, typeSpecificPayload: utf8(payload) })).toThrow(
      expect.objectContaining({ code: 'InvalidSpec' }),
    )
  }
  expect(coop.tx.tables).toEqual(before)
})
