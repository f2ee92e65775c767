/** Governance through host calls: upstream's own tests of its runtime (ref §13.3), and from inside a contract. */
import { describe, expect, it } from 'vitest'
import { utf8 } from '../common/bytes.ts'
import { Cid } from '../common/cid.ts'
import { decodeBincode, encodeJson } from '../common/codec.ts'
import { Did } from '../common/did.ts'
import type { FixedTimeProvider } from '../common/time.ts'
import { getBlock } from '../dag/blocks.ts'
import { voteKey } from '../governance/keys.ts'
import { found, isMember } from '../governance/members.ts'
import { type CreateProposalPayload, createProposalPayload, parameterUpdate } from '../governance/payloads.ts'
import { PROPOSALS, type ProposalRow, VOTES } from '../governance/rows.ts'
import { parameter } from '../governance/rules.ts'
import { recordExecution, reputationOf } from '../reputation/reputation.ts'
import { guest, NOW, testRuntime, type World, world } from './fixtures/world.ts'

const bob = Did.parse('did:icn:test:bob')
const carol = Did.parse('did:icn:test:carol')

async function cooperative(mana: bigint, time?: FixedTimeProvider) {
  const made = await world(mana, time === undefined ? {} : { time })
  await made.context.store.transact((tx) => found(tx, [made.me, bob, carol], BigInt(NOW)))
  return made
}

const payloadJson = (changes: Partial<CreateProposalPayload> = {}): string =>
  encodeJson(createProposalPayload, {
    proposalTypeStr: 'GenericText',
    typeSpecificPayload: utf8('hi'),
    description: 'greet',
    durationSecs: 60n,
    quorum: null,
    threshold: null,
    body: null,
    ...changes,
  })
const voteJson = (id: string, option: string) =>
  JSON.stringify({ proposal_id_str: id, vote_option_str: option })

async function accepted(to: World, changes: Partial<CreateProposalPayload> = {}): Promise<string> {
  const id = String(await to.call('host_create_governance_proposal', payloadJson(changes)))
  await to.call('host_open_governance_voting', id)
  await to.call('host_cast_governance_vote', voteJson(id, 'yes'))
  expect(await to.call('host_close_governance_proposal_voting', id)).toBe('Accepted')
  return id
}

/** A vote of somebody else, as it is once it has come from them. */
const cast = (to: World, id: string, voter: Did) =>
  to.context.store.transact((tx) =>
    tx.put(VOTES, voteKey(id, `${voter}`), [{ option: 'Yes', at: BigInt(NOW) }]),
  )
const reputation = (to: World) => to.context.store.read((tx) => reputationOf(tx, to.me))
const row = (to: World, id: string) => to.context.store.read((tx) => tx.get(PROPOSALS, id) as ProposalRow)

describe('ref §13.3 governance.rs', () => {
  it('proposal_can_be_closed_and_executed', async () => {
    const coop = await cooperative(100n)
    const id = String(
      await coop.call(
        'host_create_governance_proposal',
        payloadJson({
          proposalTypeStr: 'NewMemberInvitation',
          typeSpecificPayload: utf8('did:icn:test:dave'),
          quorum: 2n,
          threshold: 0.5,
        }),
      ),
    )
    await coop.call('host_open_governance_voting', id)
    await coop.call('host_cast_governance_vote', voteJson(id, 'yes'))
    await cast(coop, id, bob)
    expect(await coop.call('host_close_governance_proposal_voting', id)).toBe('Accepted')
    expect(await coop.call('host_get_governance_tally', id)).toBe(
      '{"status":"Accepted","yes":2,"no":0,"abstain":0}',
    )
    expect(await coop.call('host_execute_governance_proposal', id)).toBe(true)
    expect(await coop.context.store.read((tx) => isMember(tx, Did.parse('did:icn:test:dave')))).toBe(true)
    expect((await row(coop, id)).status).toBe('Executed')
  })

  it('proposal_creation_requires_mana', async () => {
    const coop = await cooperative(9n)
    await expect(coop.call('host_create_governance_proposal', payloadJson())).rejects.toMatchObject({
      code: 'Economic',
      data: { reason: 'insufficientMana' },
    })
    expect(await coop.mana()).toBe(9n)
  })

  it('vote_requires_mana', async () => {
    const coop = await cooperative(10n)
    const id = String(await coop.call('host_create_governance_proposal', payloadJson()))
    await coop.call('host_open_governance_voting', id)
    await expect(coop.call('host_cast_governance_vote', voteJson(id, 'yes'))).rejects.toMatchObject({
      code: 'Economic',
    })
  })

  it('vote_succeeds_with_sufficient_mana', async () => {
    const coop = await cooperative(11n)
    const id = String(await coop.call('host_create_governance_proposal', payloadJson()))
    await coop.call('host_open_governance_voting', id)
    expect(await coop.call('host_cast_governance_vote', voteJson(id, 'YES'))).toBe(true)
    expect(await coop.mana()).toBe(0n)
  })

  it('lifecycle_with_member_add_and_remove', async () => {
    const coop = await cooperative(100n)
    const dave = Did.parse('did:icn:test:dave')
    for (const [type, member] of [
      ['memberadmission', true],
      ['remove_member', false],
    ] as const) {
      const id = await accepted(coop, { proposalTypeStr: type, typeSpecificPayload: utf8(`${dave}`) })
      await coop.call('host_execute_governance_proposal', id)
      expect(await coop.context.store.read((tx) => isMember(tx, dave))).toBe(member)
    }
  })

  it('execution_rewards_proposer', async () => {
    const coop = await cooperative(100n)
    const id = await accepted(coop)
    const [mana, before] = [(await coop.mana()) as bigint, await reputation(coop)]
    await coop.call('host_execute_governance_proposal', id)
    expect(await coop.mana()).toBe(mana + 1n)
    expect(await reputation(coop)).toBe(before + 1n)
  })

  it('failed_execution_no_rewards', async () => {
    const coop = await cooperative(100n)
    await coop.context.store.transact((tx) => recordExecution(tx, coop.me, true, 4_000n))
    const id = String(await coop.call('host_create_governance_proposal', payloadJson()))
    await expect(coop.call('host_execute_governance_proposal', id)).rejects.toThrow(
      `Proposal ${id} not accepted: it is Pending.`,
    )
    expect([await coop.mana(), await reputation(coop)]).toEqual([90n, 4n])
  })

  it('proposal_body_is_stored_in_dag', async () => {
    const coop = await cooperative(100n)
    const body = utf8('# Why')
    const id = String(await coop.call('host_create_governance_proposal', payloadJson({ body })))
    const { contentCid } = await row(coop, id)
    const block = await coop.context.store.read((tx) => getBlock(tx, Cid.parse(contentCid!)))
    expect(block).toMatchObject({ data: body, authorDid: coop.me })
    expect(block!.cid.codec).toBe(0x55)
  })

  it('parameter_change_execution_updates_runtime, parameter_change_anchors_dag_entry', async () => {
    const coop = await cooperative(100n)
    const id = await accepted(coop, {
      proposalTypeStr: 'system_parameter_change',
      typeSpecificPayload: utf8('["test_limit","10"]'),
    })
    await coop.call('host_execute_governance_proposal', id)
    expect(await coop.call('host_get_system_parameter', 'test_limit')).toBe('10')
    const updates = await coop.context.store.read((tx) => [
      parameter(tx, 'test_limit'),
      ...tx.list<{ data: Uint8Array }>({ name: 'blocks' }, { limit: 10 }).map(([, block]) => {
        const { name, value } = decodeBincode(parameterUpdate, block.data, 'update')
        return `${name}=${value}`
      }),
    ])
    expect(updates).toEqual(['10', 'test_limit=10'])
  })

  it('budget_allocation_credits_mana', async () => {
    const coop = await cooperative(11n)
    const id = await accepted(coop, {
      proposalTypeStr: 'BudgetAllocation',
      typeSpecificPayload: utf8('[50,"dev"]'),
    })
    await coop.call('host_execute_governance_proposal', id)
    expect(await coop.mana()).toBe(51n)
  })
})

describe('refused through host calls', () => {
  it.each([
    ['host_create_governance_proposal', '{', /^Failed to parse CreateProposalPayload JSON: /],
    [
      'host_create_governance_proposal',
      '{"description":"x"}',
      /^Failed to parse CreateProposalPayload JSON: /,
    ],
    ['host_cast_governance_vote', '[]', /^Failed to parse CastVotePayload JSON: /],
    ['host_cast_governance_vote', voteJson('x', 'yes'), /^Proposal not found: x$/],
    ['host_cast_governance_vote', voteJson('x', 'perhaps'), /^Unknown vote option: perhaps$/],
    ['host_open_governance_voting', '', /^Proposal not found: $/],
    ['host_close_governance_proposal_voting', 'x', /^Proposal not found: x$/],
    ['host_execute_governance_proposal', 'x', /^Proposal not found: x$/],
    ['host_get_governance_tally', 'x', /^Proposal not found: x$/],
    ['host_get_governance_proposal', 'x', /^Proposal not found: x$/],
    ['host_sponsor_governance_proposal', 'x', /^Proposal not found: x$/],
    ['host_revoke_delegation', 'bob', /^Invalid DID: /],
    ['host_revoke_delegation', 'did:icn:test:bob', /^Can only revoke your own delegation/],
    ['host_is_member', 'bob', /^Invalid DID: /],
  ])('%s %s', async (name, argument, message) => {
    const coop = await cooperative(100n)
    const epoch = coop.context.store.epoch
    await expect(coop.call(name, argument)).rejects.toMatchObject({
      message: expect.stringMatching(message),
      data: expect.objectContaining({ hostError: expect.any(String) }),
    })
    expect([await coop.mana(), coop.context.store.epoch]).toEqual([100n, epoch])
  })

  it('host_delegate_vote for another', async () => {
    const coop = await cooperative(100n)
    await expect(coop.call('host_delegate_vote', `${bob}`, `${coop.me}`)).rejects.toThrow(
      /^Can only delegate your own vote/,
    )
  })
})

describe('delegation as compiled contracts have it', () => {
  it('lends, counts, resolves and takes back', async () => {
    const coop = await cooperative(100n)
    const me = `${coop.me}`
    await coop.call('host_create_delegation', me, `${bob}`, 'all', 100)
    expect(await coop.call('host_calculate_delegated_power', `${bob}`, '')).toBe(2)
    expect(await coop.call('host_get_delegation_chain', me, '')).toEqual([me, `${bob}`])
    expect(await coop.call('host_get_delegation_chain', `${bob}`, '')).toEqual([`${bob}`])
    const id = String(await coop.call('host_create_governance_proposal', payloadJson()))
    await coop.call('host_open_governance_voting', id)
    expect(await coop.call('host_resolve_delegated_vote', me, id, '')).toBe(me)
    await cast(coop, id, bob)
    expect(await coop.call('host_resolve_delegated_vote', me, id, '')).toBe(`${bob}`)
    expect(await coop.call('host_get_governance_tally', id)).toContain('"yes":2')
    expect(await coop.call('host_revoke_delegation', me, `${carol}`, 'all')).toBe(false)
    expect(await coop.call('host_revoke_delegation', me, `${bob}`, 'all')).toBe(true)
    expect(await coop.call('host_get_governance_tally', id)).toContain('"yes":1')
  })

  it.each([
    ['budget', 100, /for every matter/],
    ['all', 50, /lent whole/],
  ])('refuses the matter "%s" at weight %i', async (scope, weight, message) => {
    const coop = await cooperative(100n)
    await expect(coop.call('host_create_delegation', `${coop.me}`, `${bob}`, scope, weight)).rejects.toThrow(
      message,
    )
  })
})

describe('from inside a contract', () => {
  it('a count is charged by the number of members', async () => {
    const close = `(import "icn" "host_close_governance_proposal_voting"
      (func $close (param i32 i32 i32 i32) (result i32)))`
    const module = guest(
      '(i64.extend_i32_s (call $close (i32.const 0) (i32.const 1) (i32.const 8) (i32.const 8)))',
      close,
      'x',
    )
    const fuelWith = async (members: readonly Did[]) => {
      await using runtime = await testRuntime({ governance: { members: members.map(String) } })
      return (await runtime.run(module)).hostCalls[0]!.fuel
    }
    // There is no such proposal.
    const refused = 8_000n
    expect(await fuelWith([bob])).toBe(60_004n + 1_600n + refused)
    expect(await fuelWith([bob, carol])).toBe(60_004n + 3_200n + refused)
  })

  const create = `(import "icn" "host_create_governance_proposal"
    (func $create (param i32 i32 i32 i32) (result i32)))`
  const json = payloadJson()
  const { length } = utf8(json)
  const propose = `(call $create (i32.const 0) (i32.const ${length}) (i32.const 2000) (i32.const 500))`

  it('a proposal is made with the run, opened, voted on and executed with it', async () => {
    const id = (call: string) => `(call ${call} (i32.const 2000) (local.get 0))`
    const module = guest(
      `(local i32)
       (local.set 0 ${propose})
       (drop ${id('$open')})
       (i64.extend_i32_s (i32.add (i32.mul (i32.const 10) ${id('$close')}) ${id('$execute')}))`,
      `${create}
       (import "icn" "host_open_governance_voting" (func $open (param i32 i32) (result i32)))
       (import "icn" "host_close_governance_proposal_voting" (func $close_ (param i32 i32 i32 i32) (result i32)))
       (import "icn" "host_execute_governance_proposal" (func $execute (param i32 i32) (result i32)))
       (func $close (param i32 i32) (result i32)
         (call $close_ (local.get 0) (local.get 1) (i32.const 3000) (i32.const 100)))`,
      json,
    )
    await using runtime = await testRuntime({ initialMana: 100n })
    const run = await runtime.run(module, { fuel: 1_000_000n })
    // "Rejected" has 8 letters: nobody voted; executing that is refused with 0.
    expect(run).toMatchObject({ success: true, result: 80n })
    expect(run.hostCalls.at(-1)).toMatchObject({
      name: 'host_execute_governance_proposal',
      result: 0,
      error: expect.stringMatching(/not accepted: it is Rejected\.$/),
    })
    expect(await runtime.receipts.verify(run.receiptCid)).toEqual({ status: 'verified' })
  })

  it('a run that fails leaves no proposal and no fee', async () => {
    await using runtime = await testRuntime({ initialMana: 100n })
    const run = await runtime.run(guest(`(drop ${propose}) unreachable`, create, json))
    expect(run.success).toBe(false)
    expect(run.hostCalls[0]!.result).toBeGreaterThan(0)
    expect(await runtime.mana.balance()).toBe(100n)
    const known = await runtime
      .call('host_get_governance_tally', run.hostCalls[0]!.detail ?? '')
      .catch(String)
    expect(known).toMatch(/Proposal not found/)
  })

  it('a refusal that is on record ends a guest that cannot be told of it, and with it the record', async () => {
    const execute = '(import "icn" "host_execute_governance_proposal" (func $execute (param i32 i32)))'
    const module = guest(
      `(local i32) (local.set 0 ${propose}) (call $execute (i32.const 2000) (local.get 0)) (i64.const 1)`,
      `${create} ${execute}`,
      json,
    )
    await using runtime = await testRuntime({ initialMana: 100n })
    const run = await runtime.run(module)
    expect(run).toMatchObject({
      success: false,
      failure: { code: 'InvalidJobState', message: expect.stringMatching(/not accepted/) },
    })
    expect(await runtime.mana.balance()).toBe(100n)
  })
})
