/** The rules of governance: upstream's own tests (ref §13.10), the right column of ref §14, and what is refused. */
import { describe, expect, it } from 'vitest'
import { U64_MAX, utf8 } from '../common/bytes.ts'
import { Cid } from '../common/cid.ts'
import { decodeBincode, encodeBincode } from '../common/codec.ts'
import { getBlock } from '../dag/blocks.ts'
import { balanceOf, creditMana } from '../economics/ledger.ts'
import { ACCOUNTS, JOURNAL } from '../economics/rows.ts'
import { reputationOf } from '../reputation/reputation.ts'
import {
  castVote,
  closeVoting,
  createProposal,
  openVoting,
  readOption,
  sponsorProposal,
  vetoProposal,
} from './calls.ts'
import { executeProposal } from './execute.ts'
import { Coop, did, NOW, payload } from './fixtures/coop.ts'
import { delegateVote, isMember, remove, revokeDelegation } from './members.ts'
import { parameterUpdate } from './payloads.ts'
import { knownProposal, statusOf, tallyOf } from './proposal.ts'
import { checkRules, DEFAULT_RULES, parameter } from './rules.ts'
import { headProposalType } from './types.ts'

const three = () => new Coop(['alice', 'bob', 'carol'])
const tally = (coop: Coop, id: string) => {
  const { yes, no, abstain } = tallyOf(coop.tx, knownProposal(coop.tx, id))
  return [yes, no, abstain]
}

describe('votes changed within the second of the end', () => {
  it.each([
    ['Yes', 'No', 'Rejected'],
    ['No', 'Yes', 'Accepted'],
  ] as const)('%s, then %s: %s', (first, then, status) => {
    const coop = three()
    const id = coop.open('alice', { quorum: 2n, threshold: 0.6 })
    coop.vote(id, { alice: first, bob: then })
    coop.vote(id, { alice: 'Abstain' })
    coop.vote(id, { alice: then })
    expect(coop.close('alice', id)).toBe(status)
    expect(tally(coop, id)).toEqual(then === 'Yes' ? [2n, 0n, 0n] : [0n, 2n, 0n])
    // Two changes, a second each: nothing else moves the end.
    expect(knownProposal(coop.tx, id).closedAt).toBe(NOW + 2n)
    if (then === 'Yes') expect(executeProposal(coop.tx, coop.as('bob'), id).failure).toBeNull()
  })
})

describe('ref §13.10 icn-governance', () => {
  it('tests/voting.rs vote_tally_and_execute', () => {
    const coop = three()
    const id = coop.open('alice', { quorum: 2n })
    coop.vote(id, { alice: 'Yes', bob: 'Yes' })
    expect(coop.close('alice', id)).toBe('Accepted')
    expect(tally(coop, id)).toEqual([2n, 0n, 0n])
    expect(executeProposal(coop.tx, coop.as('bob'), id)).toMatchObject({
      row: { status: 'Executed' },
      failure: null,
    })
  })

  it('tests/voting.rs reject_due_to_quorum', () => {
    const coop = three()
    const id = coop.open('alice', { quorum: 3n })
    coop.vote(id, { alice: 'Yes' })
    expect(coop.close('alice', id)).toBe('Rejected')
  })

  it('tests/voting.rs reject_due_to_threshold', () => {
    const coop = three()
    const id = coop.open('alice', { threshold: 0.75 })
    coop.vote(id, { alice: 'Yes', bob: 'No' })
    expect(coop.close('alice', id)).toBe('Rejected')
  })

  it('tests/voting.rs auto_close_after_deadline, as ref §14 row 20 has it: the votes are counted', () => {
    const coop = three()
    const accepted = coop.open('alice')
    coop.vote(accepted, { alice: 'Yes', bob: 'Yes' })
    const rejected = coop.open('alice', { description: 'other' })
    coop.now += 61n
    expect(coop.close('bob', accepted)).toBe('Accepted')
    expect(coop.close('bob', rejected)).toBe('Rejected')
  })

  it('tests/voting.rs vote_fails_after_expiration', () => {
    const coop = three()
    const id = coop.open('alice')
    coop.now += 61n
    expect(() => castVote(coop.tx, coop.as('bob'), id, 'Yes')).toThrow(
      /ended at 1700000060; it is 1700000061\.$/,
    )
    coop.close('bob', id)
    expect(() => castVote(coop.tx, coop.as('bob'), id, 'Yes')).toThrow(
      /is Rejected; to vote it must be VotingOpen/,
    )
  })

  it('tests/voting.rs close_before_deadline_errors: despite its name an early close is counted', () => {
    const coop = three()
    const id = coop.open('alice')
    coop.vote(id, { alice: 'Yes' })
    expect(coop.close('alice', id)).toBe('Accepted')
  })

  it('tests/voting.rs member_removal_affects_outcome', () => {
    const coop = three()
    const id = coop.open('alice', { threshold: 0.75 })
    coop.vote(id, { alice: 'Yes', bob: 'No' })
    remove(coop.tx, did('bob'), coop.now)
    expect(coop.close('alice', id)).toBe('Accepted')
    expect(tally(coop, id)).toEqual([1n, 0n, 0n])
  })

  it('tests/pending.rs open_voting_transitions_from_deliberation (seed era: from Pending)', () => {
    const coop = three()
    const { id, status } = coop.create('alice')
    expect(status).toBe('Pending')
    expect(openVoting(coop.tx, coop.as('alice'), id).status).toBe('VotingOpen')
  })

  it('tests/pending.rs vote_rejected_before_opening', () => {
    const coop = three()
    const { id } = coop.create('alice')
    expect(() => castVote(coop.tx, coop.as('bob'), id, 'Yes')).toThrow(
      `Proposal ${id} is Pending; to vote it must be VotingOpen.`,
    )
  })

  it('tests/delegation.rs delegation_affects_tally', () => {
    const vote = (revoked: boolean) => {
      const coop = three()
      delegateVote(coop.tx, { ...coop.as('carol'), from: did('carol') }, did('alice'))
      if (revoked) revokeDelegation(coop.tx, { ...coop.as('carol'), from: did('carol') })
      const id = coop.open('alice', { threshold: 0.6 })
      coop.vote(id, { alice: 'Yes', bob: 'No' })
      return [coop.close('alice', id), ...tally(coop, id)]
    }
    expect(vote(false)).toEqual(['Accepted', 2n, 1n, 0n])
    expect(vote(true)).toEqual(['Rejected', 1n, 1n, 0n])
  })

  it('tests/execution.rs: an invitation adds, a removal removes', () => {
    const coop = three()
    for (const proposalTypeStr of ['NewMemberInvitation', 'RemoveMember']) {
      const id = coop.open('alice', { proposalTypeStr, typeSpecificPayload: utf8('did:icn:test:dave') })
      coop.vote(id, { alice: 'Yes' })
      coop.close('alice', id)
      executeProposal(coop.tx, coop.as('alice'), id)
      expect(isMember(coop.tx, did('dave'))).toBe(proposalTypeStr === 'NewMemberInvitation')
    }
  })

  it('tests/custom.rs: quorum and threshold of the proposal', () => {
    const coop = three()
    const id = coop.open('alice', { quorum: 2n, threshold: 0.75 })
    coop.vote(id, { alice: 'Yes', bob: 'No' })
    expect(coop.close('alice', id)).toBe('Rejected')
  })

  it('tests/resolution.rs: a resolution carries its actions to its execution', () => {
    const coop = three()
    const json = `{"actions":[{"FreezeReputation":{"method":"key","id_string":"zN","path":null,"query":null,"fragment":null}}]}`
    const { id, type } = coop.create('alice', {
      proposalTypeStr: 'Resolution',
      typeSpecificPayload: utf8(json),
    })
    expect(JSON.stringify(decodeBincode(headProposalType, type, 'type'))).toBe(`{"Resolution":${json}}`)
    openVoting(coop.tx, coop.as('alice'), id)
    coop.vote(id, { alice: 'Yes' })
    coop.close('alice', id)
    expect(executeProposal(coop.tx, coop.as('alice'), id).row.status).toBe('Executed')
  })

  it('lib.rs test_expire_deliberation_proposals, test_close_expired_deliberation_proposals (HEAD)', () => {
    const coop = three()
    const { id } = coop.create('alice')
    expect(coop.close('bob', id)).toBe('Pending')
    coop.now += 60n
    expect(() => openVoting(coop.tx, coop.as('alice'), id)).toThrow(/The time for proposal .* ended/)
    expect(coop.close('bob', id)).toBe('Rejected')
  })

  it('governance_extensions_tests.rs: two sponsors needed, PendingSponsorship → Deliberation', () => {
    const coop = new Coop(['alice', 'bob', 'carol'], { minSponsors: 2 })
    const { id, status } = coop.create('alice')
    expect(status).toBe('PendingSponsorship')
    expect(() => openVoting(coop.tx, coop.as('alice'), id)).toThrow(/is PendingSponsorship/)
    expect(() => sponsorProposal(coop.tx, coop.as('alice'), id)).toThrow(/behind this proposal already/)
    expect(sponsorProposal(coop.tx, coop.as('bob'), id).status).toBe('Pending')
    expect(openVoting(coop.tx, coop.as('alice'), id).status).toBe('VotingOpen')
  })
})

describe('execution', () => {
  const accepted = (coop: Coop, type: string, text: string, by = 'alice') => {
    const id = coop.open(by, { proposalTypeStr: type, typeSpecificPayload: utf8(text) })
    coop.vote(id, { [by]: 'Yes' })
    coop.close(by, id)
    return id
  }

  it('rewards the proposer once: 1 mana and 1 reputation', () => {
    const coop = three()
    const id = accepted(coop, 'generic_text', 'hi')
    const before = balanceOf(coop.tx, did('alice'))
    executeProposal(coop.tx, coop.as('bob'), id)
    expect(balanceOf(coop.tx, did('alice'))).toBe(before + 1n)
    expect(reputationOf(coop.tx, did('alice'))).toBe(1n)
    const after = coop.snapshot()
    expect(() => executeProposal(coop.tx, coop.as('bob'), id)).toThrow(/not accepted: it is Executed/)
    expect(coop.snapshot()).toEqual(after)
  })

  it('of what is not accepted is refused and costs the proposer one reputation, once', () => {
    const coop = three()
    executeProposal(coop.tx, coop.as('alice'), accepted(coop, 'GenericText', 'a'))
    const { id } = coop.create('alice')
    const mana = balanceOf(coop.tx, did('alice'))
    const { failure, row } = executeProposal(coop.tx, coop.as('bob'), id)
    expect(failure).toMatchObject({ code: 'InvalidJobState', data: { status: 'Pending' } })
    expect(row.status).toBe('Pending')
    expect(reputationOf(coop.tx, did('alice'))).toBe(0n)
    expect(balanceOf(coop.tx, did('alice'))).toBe(mana)
    const after = coop.snapshot()
    expect(() => executeProposal(coop.tx, coop.as('bob'), id)).toThrow(/not accepted/)
    expect(coop.snapshot()).toEqual(after)
  })

  it.each([
    ['budget_allocation', '[50,"dev"]', 'alice'],
    [
      'BudgetAllocation',
      '[{"method":"icn","id_string":"test:dora","path":null,"query":null,"fragment":null},50,"dev"]',
      'dora',
    ],
    ['BudgetAllocation', '["did:icn:test:dora",50,"dev"]', 'dora'],
  ])('pays %s %s to %s once', (type, text, to) => {
    const coop = three()
    const id = accepted(coop, type, text)
    const before = balanceOf(coop.tx, did(to))
    executeProposal(coop.tx, coop.as('bob'), id)
    expect(() => executeProposal(coop.tx, coop.as('bob'), id)).toThrow(/not accepted/)
    expect(balanceOf(coop.tx, did(to))).toBe(before + 50n + (to === 'alice' ? 1n : 0n))
    const entries = [...(coop.tx.tables.get(JOURNAL.name) ?? [])].map(([, row]) => row)
    expect(entries).toContainEqual(
      expect.objectContaining({ amount: 50n, cause: 'governance', reference: id }),
    )
  })

  it('that cannot take effect fails for good and costs the proposer one reputation', () => {
    const coop = three()
    executeProposal(coop.tx, coop.as('alice'), accepted(coop, 'GenericText', 'a'))
    creditMana(coop.tx, did('rich'), U64_MAX, { cause: 'initial', at: NOW })
    const id = accepted(coop, 'BudgetAllocation', '["did:icn:test:rich",1,"more"]')
    const mana = balanceOf(coop.tx, did('alice'))
    const { row, failure } = executeProposal(coop.tx, coop.as('bob'), id)
    expect(row).toMatchObject({ status: 'Failed', penalised: true })
    expect(failure).toMatchObject({ code: 'ProcessingFailure', data: { reason: 'executionFailed' } })
    expect([balanceOf(coop.tx, did('alice')), reputationOf(coop.tx, did('alice'))]).toEqual([mana, 0n])
    expect(() => executeProposal(coop.tx, coop.as('bob'), id)).toThrow(/it is Failed/)
  })

  it('never removes the last member', () => {
    const coop = new Coop(['alice'])
    const id = accepted(coop, 'remove_member', 'did:icn:test:alice')
    expect(executeProposal(coop.tx, coop.as('alice'), id).row.status).toBe('Failed')
    expect(isMember(coop.tx, did('alice'))).toBe(true)
  })

  it('parameter_change_anchors_dag_entry (HEAD), and the parameter has its value', () => {
    const coop = three()
    const id = accepted(coop, 'SystemParameterChange', '["dag_limit","5"]')
    executeProposal(coop.tx, coop.as('bob'), id)
    expect(parameter(coop.tx, 'dag_limit')).toBe('5')
    const cids = [...(coop.tx.tables.get('blocks') ?? [])].map(([cid]) => cid)
    const block = getBlock(coop.tx, Cid.parse(cids[0]!))!
    expect(decodeBincode(parameterUpdate, block.data, 'update')).toMatchObject({
      name: 'dag_limit',
      value: '5',
    })
    expect(block.authorDid.toString()).toBe('did:icn:test:bob')
  })
})

describe('timelock and veto of HEAD', () => {
  const waiting = (rules: ConstructorParameters<typeof Coop>[1]) => {
    const coop = new Coop(['alice', 'bob'], rules)
    const id = coop.open('alice')
    coop.vote(id, { alice: 'Yes' })
    coop.now += 10n
    expect(coop.close('alice', id)).toBe('AcceptedTimelock')
    return { coop, id }
  }

  it('an accepted proposal waits for its delay and is then accepted', () => {
    const { coop, id } = waiting({ timelockSecs: 100n })
    const before = coop.snapshot()
    expect(() => executeProposal(coop.tx, coop.as('alice'), id)).toThrow(/it is AcceptedTimelock/)
    expect(coop.snapshot()).toEqual(before)
    coop.now += 99n
    expect(statusOf(coop.tx, knownProposal(coop.tx, id), coop.now)).toBe('AcceptedTimelock')
    coop.now += 1n
    expect(coop.close('bob', id)).toBe('Accepted')
    expect(executeProposal(coop.tx, coop.as('alice'), id).row.status).toBe('Executed')
  })

  it('a veto in time stops it, by those whom the rules name', () => {
    const rules = { vetoGraceSecs: 50n, vetoMembers: ['did:icn:test:bob'] }
    const { coop, id } = waiting(rules)
    expect(() => vetoProposal(coop.tx, coop.as('alice'), id, 'no')).toThrow(/do not let .*alice veto/)
    expect(vetoProposal(coop.tx, coop.as('bob'), id, 'too dear').status).toBe('Vetoed')
    const late = waiting(rules)
    late.coop.now += 51n
    expect(() => vetoProposal(late.coop.tx, late.coop.as('bob'), late.id, 'no')).toThrow(/is Accepted/)
  })
})

describe('what is accepted has its price, what is refused has none', () => {
  it('10 mana for a proposal, 1 for each vote, in the journal with cause governance', () => {
    const coop = three()
    const id = coop.open('alice')
    expect(balanceOf(coop.tx, did('alice'))).toBe(990n)
    coop.vote(id, { bob: 'Yes' })
    coop.vote(id, { bob: 'No' })
    expect(balanceOf(coop.tx, did('bob'))).toBe(998n)
    expect(tally(coop, id)).toEqual([0n, 1n, 0n])
    const entries = [...(coop.tx.tables.get(JOURNAL.name) ?? [])].map(([, row]) => row)
    expect(entries.slice(3)).toMatchObject([
      { amount: -10n, cause: 'governance', reference: id },
      { amount: -1n, cause: 'governance', reference: id },
      { amount: -1n, cause: 'governance', reference: id },
    ])
  })

  const create = (changes: Parameters<typeof payload>[0]) => (coop: Coop) =>
    createProposal(coop.tx, coop.as('alice'), payload(changes))
  const id = (coop: Coop) => [...coop.tx.tables.get('proposals')!.keys()].at(-1) as string
  const cases: readonly (readonly [string, (coop: Coop) => unknown, string, string | undefined])[] = [
    ['an unknown type', create({ proposalTypeStr: 'Abolish' }), 'InvalidSpec', 'proposalType'],
    ['a type of a prototype', create({ proposalTypeStr: 'constructor' }), 'InvalidSpec', 'proposalType'],
    [
      'text that is not UTF-8',
      create({ typeSpecificPayload: Uint8Array.of(0xff) }),
      'InvalidSpec',
      'payload',
    ],
    [
      'an invitation of no DID',
      create({ proposalTypeStr: 'member_invitation', typeSpecificPayload: utf8('dave') }),
      'InvalidSpec',
      'payload',
    ],
    [
      'a budget of the wrong shape',
      create({ proposalTypeStr: 'budget_allocation', typeSpecificPayload: utf8('{"amount":5}') }),
      'InvalidSpec',
      'payload',
    ],
    [
      'a budget of nothing',
      create({ proposalTypeStr: 'budget_allocation', typeSpecificPayload: utf8('[0,"x"]') }),
      'InvalidSpec',
      'amount',
    ],
    [
      'a budget below nothing',
      create({ proposalTypeStr: 'budget_allocation', typeSpecificPayload: utf8('[-1,"x"]') }),
      'InvalidSpec',
      'payload',
    ],
    [
      'a parameter without a name',
      create({ proposalTypeStr: 'SystemParameterChange', typeSpecificPayload: utf8('["","x"]') }),
      'InvalidSpec',
      'key',
    ],
    [
      'a capacity that is no number',
      create({
        proposalTypeStr: 'SystemParameterChange',
        typeSpecificPayload: utf8('["mana_max_capacity","lots"]'),
      }),
      'InvalidSpec',
      'value',
    ],
    ['a quorum of 0', create({ quorum: 0n }), 'InvalidSpec', 'quorum'],
    ['a threshold of 0', create({ threshold: 0 }), 'InvalidSpec', 'threshold'],
    ['a threshold above 1', create({ threshold: 1.01 }), 'InvalidSpec', 'threshold'],
    ['a negative threshold', create({ threshold: -0.5 }), 'InvalidSpec', 'threshold'],
    ['a threshold that is no number', create({ threshold: Number.NaN }), 'InvalidSpec', 'threshold'],
    ['a voting of no time', create({ durationSecs: 0n }), 'InvalidSpec', 'duration'],
    ['a voting beyond all time', create({ durationSecs: U64_MAX }), 'InvalidSpec', 'duration'],
    ['a description too long', create({ description: 'x'.repeat(4_097) }), 'InvalidSpec', 'size'],
    ['a body too long', create({ body: new Uint8Array(65_537) }), 'InvalidSpec', 'size'],
    ['the same proposal again', create({}), 'InvalidSpec', 'proposalExists'],
    [
      'a proposal of somebody who is no member',
      (coop) => createProposal(coop.tx, coop.as('mallory'), payload()),
      'PermissionDenied',
      'notAMember',
    ],
    [
      'a vote on an unknown proposal',
      (coop) => castVote(coop.tx, coop.as('bob'), 'prop:nothing', 'Yes'),
      'InvalidSpec',
      'unknownProposal',
    ],
    [
      'a vote of somebody who is no member',
      (coop) => castVote(coop.tx, coop.as('mallory'), id(coop), 'Yes'),
      'PermissionDenied',
      'notAMember',
    ],
    [
      'the same vote again',
      (coop) => castVote(coop.tx, coop.as('alice'), id(coop), 'Yes'),
      'InvalidSpec',
      'alreadyVoted',
    ],
    ['an unknown vote', () => readOption('maybe'), 'InvalidSpec', 'voteOption'],
    [
      'opening twice',
      (coop) => openVoting(coop.tx, coop.as('alice'), id(coop)),
      'InvalidJobState',
      'proposalState',
    ],
    [
      "opening another's proposal",
      (coop) => openVoting(coop.tx, coop.as('bob'), id(coop)),
      'PermissionDenied',
      'notTheProposer',
    ],
    [
      'closing early for another',
      (coop) => closeVoting(coop.tx, coop.as('bob'), id(coop)),
      'PermissionDenied',
      'tooEarly',
    ],
    [
      'closing as no member',
      (coop) => closeVoting(coop.tx, coop.as('mallory'), id(coop)),
      'PermissionDenied',
      'notAMember',
    ],
    [
      'closing what is unknown',
      (coop) => closeVoting(coop.tx, coop.as('bob'), ''),
      'InvalidSpec',
      'unknownProposal',
    ],
    [
      'executing what is unknown',
      (coop) => executeProposal(coop.tx, coop.as('bob'), 'x'),
      'InvalidSpec',
      'unknownProposal',
    ],
    [
      'executing as no member',
      (coop) => executeProposal(coop.tx, coop.as('mallory'), id(coop)),
      'PermissionDenied',
      'notAMember',
    ],
    [
      "lending another's vote",
      (coop) => delegateVote(coop.tx, { ...coop.as('alice'), from: did('bob') }, did('alice')),
      'PermissionDenied',
      'notYours',
    ],
    [
      'lending a vote to no member',
      (coop) => delegateVote(coop.tx, { ...coop.as('alice'), from: did('alice') }, did('mallory')),
      'PermissionDenied',
      'notAMember',
    ],
    [
      'lending a vote to oneself',
      (coop) => delegateVote(coop.tx, { ...coop.as('alice'), from: did('alice') }, did('alice')),
      'InvalidSpec',
      'toYourself',
    ],
    [
      "revoking another's delegation",
      (coop) => revokeDelegation(coop.tx, { ...coop.as('alice'), from: did('bob') }),
      'PermissionDenied',
      'notYours',
    ],
    [
      'sponsoring without need',
      (coop) => sponsorProposal(coop.tx, coop.as('bob'), id(coop)),
      'InvalidJobState',
      'proposalState',
    ],
    [
      'a veto without the right',
      (coop) => vetoProposal(coop.tx, coop.as('bob'), id(coop), 'no'),
      'PermissionDenied',
      'notAVetoMember',
    ],
  ]

  it.each(cases)('%s', (_title, attempt, code, reason) => {
    const coop = three()
    coop.vote(coop.open('alice'), { alice: 'Yes' })
    const before = coop.snapshot()
    expect(() => attempt(coop)).toThrow(
      expect.objectContaining({ code, data: expect.objectContaining({ reason }) }),
    )
    expect(coop.snapshot()).toEqual(before)
  })

  it('too little mana', () => {
    const coop = new Coop(['alice', 'bob'], {}, 10n)
    coop.tx.put(ACCOUNTS, 'did:icn:test:bob', { balance: 0n })
    const proposal = coop.open('alice')
    const before = coop.snapshot()
    for (const attempt of [
      () => coop.create('bob'),
      () => castVote(coop.tx, coop.as('bob'), proposal, 'Yes'),
    ])
      expect(attempt).toThrow(expect.objectContaining({ code: 'Economic' }))
    expect(coop.snapshot()).toEqual(before)
  })
})

describe('ids', () => {
  it('keep the prefix form and end with a digest, so that alike proposals differ', () => {
    const coop = three()
    const a = coop.create('alice', { description: 'invite dave', typeSpecificPayload: utf8('a') }).id
    const b = coop.create('alice', { description: 'invite dave', typeSpecificPayload: utf8('b') }).id
    for (const id of [a, b]) {
      expect(id).toMatch(/^prop:did:icn:test:alice:invite dav:1700000000:[0-9a-f]{32}$/)
    }
    expect(a).not.toBe(b)
  })

  it('hold no control characters', () => {
    expect(three().create('alice', { description: 'a\u0000b\nc' }).id).toMatch(/:a b c:1700000000:/)
  })
})

describe('a body', () => {
  it('proposal_body_is_stored_in_dag', () => {
    const coop = three()
    const body = utf8('# Text')
    const { contentCid } = coop.create('alice', { body })
    expect(getBlock(coop.tx, Cid.parse(contentCid!))).toMatchObject({ data: body })
  })
})

describe('rules', () => {
  it.each([
    ['quorum', { quorum: 0n }],
    ['threshold', { threshold: 2 }],
    ['minSponsors', { minSponsors: 0 }],
    ['timelockSecs', { timelockSecs: -1n }],
    ['vetoGraceSecs', { vetoGraceSecs: U64_MAX }],
  ])('%s out of range is refused', (reason, change) => {
    expect(() => checkRules({ ...DEFAULT_RULES, ...change })).toThrow(
      expect.objectContaining({ code: 'InvalidSpec', data: expect.objectContaining({ reason }) }),
    )
  })

  it('that change later do not change what was decided', () => {
    const coop = three()
    const id = coop.open('alice')
    coop.vote(id, { alice: 'Yes' })
    coop.close('alice', id)
    coop.tx.put({ name: 'governanceRules' }, 'rules', { ...DEFAULT_RULES, quorum: 3n })
    remove(coop.tx, did('alice'), coop.now + 1n)
    expect(statusOf(coop.tx, knownProposal(coop.tx, id), coop.now)).toBe('Accepted')
  })
})

it('the type of a proposal is kept as bincode', () => {
  const { type } = three().create('alice')
  expect(type).toEqual(encodeBincode(headProposalType, { GenericText: 'hi' }))
})
