import { describe, expect, it } from 'vitest'
import { fromHex, utf8 } from '../common/bytes.ts'
import { RAW } from '../common/cid.ts'
import { cidOf } from '../common/cid-of.ts'
import { did as didCodec } from '../common/codecs.ts'
import { Did } from '../common/did.ts'
import vectors from '../common/fixtures/vectors.json' with { type: 'json' }
import { stringifyJson } from '../common/json.ts'
import { auditBalances, balanceOf } from '../economics/ledger.ts'
import { signerOf, world } from '../runtime/fixtures/world.ts'
import { hostJobs } from '../runtime/host-jobs.ts'
import type { HostContext, HostValue } from './context.ts'
import { testContext } from './fixtures/guest.ts'
import { Allowance, type Grant, WHOLE_GRANT } from './grant.ts'
import { invoke } from './invoke.ts'
import { findServed } from './served.ts'

/** Calls of one run after another, as contracts of a node with 100 mana make them. */
async function home(mana = 100n) {
  const node = await world(mana)
  const { store } = node.context
  return {
    ...node,
    as: (module: string | null, name: string, ...args: HostValue[]): Promise<HostValue | undefined> =>
      node.context.store.transact((tx) => invoke(findServed(name)!, { ...ordinary(node, module), tx }, args)),
    balance: () => store.read((tx) => balanceOf(tx, node.me)),
    conserved: () => store.read((tx) => auditBalances(tx)),
  }
}

function ordinary(node: Awaited<ReturnType<typeof world>>, module: string | null): HostContext {
  const base = testContext({ identity: node.me, module, jobs: hostJobs(node.context, 1_700_000_000n) })
  return base
}

const bytes = (text: string) => utf8(text)
const MODULE = 'bafyrei-module-a'

describe('blocks', () => {
  it('are put, got, described, linked and reached by path; equal data once', async () => {
    const { as, balance, conserved } = await home()
    const leaf = String(await as(MODULE, 'host_dag_put', bytes('leaf')))
    expect(await balance()).toBe(99n)
    expect(await as(MODULE, 'host_dag_put', 'leaf')).toBe(leaf)
    expect(await balance()).toBe(99n)
    expect(await as(MODULE, 'host_dag_get', leaf)).toEqual(bytes('leaf'))
    const root = String(await as(MODULE, 'host_dag_put', bytes('root')))
    const mid = String(await as(MODULE, 'host_dag_link', root, leaf, 'child'))
    const top = String(await as(MODULE, 'host_dag_link', root, mid, 'next'))
    expect(await as(MODULE, 'host_dag_list_links', mid)).toEqual(['child'])
    expect(await as(MODULE, 'host_dag_resolve_path', top, 'next/child')).toEqual(bytes('leaf'))
    expect(await as(MODULE, 'host_dag_resolve_path', top, '')).toEqual(bytes('root'))
    expect(JSON.parse(String(await as(MODULE, 'host_get_block_info', mid)))).toMatchObject({
      cid: mid,
      size: 4,
      links: [{ name: 'child', cid: leaf, size: 4 }],
      signed: false,
      pinned: false,
    })
    expect(await balance()).toBe(96n)
    const { counted, recorded } = await conserved()
    expect(counted).toBe(recorded)
  })

  it('cost a mana per begun kibibyte, and nothing is stored when it cannot be paid', async () => {
    const { as, balance } = await home(2n)
    await expect(as(MODULE, 'host_dag_put', new Uint8Array(2_049))).rejects.toThrow(/^Insufficient mana: /)
    expect(await balance()).toBe(2n)
    await as(MODULE, 'host_dag_put', new Uint8Array(2_048))
    expect(await balance()).toBe(0n)
  })

  it('unknown ones, bad names and bad CIDs are refused', async () => {
    const { as } = await home()
    const block = String(await as(MODULE, 'host_dag_put', bytes('a')))
    const absent = cidOf(RAW, bytes('absent')).toString()
    await expect(as(MODULE, 'host_dag_get', absent)).rejects.toMatchObject({ code: 'DagOperationFailed' })
    await expect(as(MODULE, 'host_dag_link', block, absent, 'x')).rejects.toMatchObject({
      code: 'DagOperationFailed',
    })
    await expect(as(MODULE, 'host_dag_link', block, block, 'a/b')).rejects.toThrow(/no "\/"/)
    await expect(as(MODULE, 'host_dag_link', block, block, '')).rejects.toThrow(/1 to 256 bytes/)
    await expect(as(MODULE, 'host_dag_resolve_path', block, 'nowhere')).rejects.toThrow(/no link of the name/)
    await expect(as(MODULE, 'host_dag_resolve_path', block, 'a/'.repeat(65))).rejects.toThrow(
      /at most 64 steps/,
    )
    await expect(as(MODULE, 'host_dag_get', 'not a cid')).rejects.toThrow(/^Invalid block CID: /)
    const twice = String(await as(MODULE, 'host_dag_link', block, block, 'x'))
    await expect(as(MODULE, 'host_dag_link', twice, block, 'x')).rejects.toThrow(/has a link of that name/)
  })

  it('a contract unpins what it pinned, and neither the page nor another contract what it did not', async () => {
    const { as } = await home()
    const block = String(await as(MODULE, 'host_dag_put', bytes('kept')))
    const pinned = async () => JSON.parse(String(await as(null, 'host_get_block_info', block))).pinned
    await as(MODULE, 'host_dag_pin', block)
    await expect(as('bafyrei-module-b', 'host_dag_unpin', block)).rejects.toMatchObject({
      code: 'PermissionDenied',
    })
    expect(await pinned()).toBe(true)
    await as(MODULE, 'host_dag_unpin', block)
    expect(await pinned()).toBe(false)
    await as(null, 'host_dag_pin', block)
    await as(MODULE, 'host_dag_pin', block)
    await expect(as(MODULE, 'host_dag_unpin', block)).rejects.toMatchObject({ code: 'PermissionDenied' })
    await as(null, 'host_dag_unpin', block)
    expect(await pinned()).toBe(false)
  })

  it('a calculated CID is that of the content', async () => {
    const { as } = await home(0n)
    expect(await as(MODULE, 'host_calculate_cid', bytes('hello'))).toBe(cidOf(RAW, bytes('hello')).toString())
    expect(await as(MODULE, 'host_calculate_cid', 'hello')).toBe(cidOf(RAW, bytes('hello')).toString())
  })
})

describe('contract state', () => {
  it('is kept by name and version, for its module alone, and paid by size', async () => {
    const { as, balance } = await home()
    expect(await as(MODULE, 'host_save_contract_state', 'counter', bytes('one'), 1n)).toBe(
      cidOf(RAW, bytes('one')).toString(),
    )
    await as(MODULE, 'host_save_contract_state', 'counter', 'ten', 10n)
    expect(await balance()).toBe(98n)
    const load = (module: string | null, name: string, version: bigint) =>
      as(module, 'host_load_contract_state', name, version)
    expect(await load(MODULE, 'counter', 1n)).toEqual(bytes('one'))
    expect(await load(MODULE, 'counter', 0n)).toEqual(bytes('ten'))
    expect(await load(MODULE, 'counter', 2n)).toEqual(new Uint8Array(0))
    expect(await load(MODULE, 'count', 0n)).toEqual(new Uint8Array(0))
    expect(await load('bafyrei-module-b', 'counter', 1n)).toEqual(new Uint8Array(0))
    expect(await load(null, 'counter', 1n)).toEqual(new Uint8Array(0))
    for (const name of ['', 'a\u0000b', 'n'.repeat(257)]) {
      await expect(load(MODULE, name, 1n)).rejects.toThrow(/a name of 1 to 256 bytes/)
    }
  })

  it('kept without versions, as version 0, is the latest', async () => {
    const { as } = await home()
    for (const text of ['first', 'second']) await as(MODULE, 'host_save_contract_state', 's', text, 0n)
    expect(await as(MODULE, 'host_load_contract_state', 's', 0n)).toEqual(bytes('second'))
    await as(MODULE, 'host_save_contract_state', 's', 'last', 2n ** 64n - 1n)
    expect(await as(MODULE, 'host_load_contract_state', 's', 0n)).toEqual(bytes('last'))
  })
})

describe('tokens', () => {
  const me = `${signerOf(1).did}`
  const other = `${signerOf(2).did}`

  it('are issued, given on and destroyed for a mana each, by whoever they belong to', async () => {
    const { as, balance, conserved } = await home()
    const held = (account: string) => as(MODULE, 'host_get_token_balance', 'hours', account)
    await as(MODULE, 'host_create_token_class', 'hours', 'Hours of work', 'h', me)
    await as(MODULE, 'host_mint_tokens', 'hours', me, 10n)
    await as(MODULE, 'host_transfer_tokens', 'hours', me, other, 4n)
    await as(MODULE, 'host_burn_tokens', 'hours', me, 1n)
    expect([await held(me), await held(other), await balance()]).toEqual([5n, 4n, 96n])
    await expect(as(MODULE, 'host_transfer_tokens', 'hours', other, me, 1n)).rejects.toMatchObject({
      code: 'PermissionDenied',
    })
    await as(MODULE, 'host_mint_tokens_with_reputation', 'hours', other, 1n, me)
    await expect(as(MODULE, 'host_mint_tokens_with_reputation', 'hours', me, 1n, other)).rejects.toThrow(
      /in the name of/,
    )
    expect([await held(other), await balance()]).toEqual([5n, 95n])
    const { counted, recorded } = await conserved()
    expect(counted).toBe(recorded)
  })
})

describe('identity', () => {
  const me = `${signerOf(1).did}`

  it('resolves did:key to its document', async () => {
    const { as } = await home(0n)
    const document = JSON.parse(String(await as(MODULE, 'host_resolve_did', me)))
    expect(document.id.method).toBe('key')
    expect(document.public_key).toHaveLength(32)
    await expect(as(MODULE, 'host_resolve_did', 'did:web:example.org')).rejects.toThrow(/cannot be resolved/)
    await expect(as(MODULE, 'host_resolve_did', 'nobody')).rejects.toThrow(/^Invalid DID: /)
  })

  it('vectors: signatures of DIDs hold and forged ones do not', async () => {
    const { as } = await home(0n)
    for (const { issuer, signable_hex, signature_hex } of vectors.credential_claim.cases) {
      const message = fromHex(signable_hex, 'm')
      const signature = fromHex(signature_hex, 's')
      const verify = (...args: HostValue[]) => as(MODULE, 'host_verify_did_signature', ...args)
      expect(await verify(issuer, message, signature)).toBe(true)
      expect(await verify(issuer, message, signature_hex)).toBe(true)
      expect(await verify(me, message, signature)).toBe(false)
      message[0]! ^= 1
      expect(await verify(issuer, message, signature)).toBe(false)
      await expect(verify(issuer, message, 'abcd')).rejects.toThrow('A signature has 64 bytes, got 2.')
      await expect(verify(issuer, message, 'no hex')).rejects.toThrow(/^Invalid signature: /)
    }
  })

  it('vectors: a credential holds by its issuer, unexpired, every claim signed', async () => {
    const { as } = await home(0n)
    for (const vector of vectors.credential_claim.cases) {
      const json = (changes: Record<string, unknown> = {}) =>
        stringifyJson({
          issuer: didCodec.encode(Did.parse(vector.issuer)),
          holder: didCodec.encode(Did.parse(vector.holder)),
          claims: { [vector.key]: vector.value },
          signatures: { [vector.key]: [...fromHex(vector.signature_hex, 's')] },
          expires_at: vector.expires_at,
          ...changes,
        } as never)
      const verify = (text: string, issuer = vector.issuer) =>
        as(MODULE, 'host_verify_credential', text, issuer)
      expect(await verify(json())).toBe(true)
      expect(await verify(json(), me)).toBe(false)
      expect(await verify(json({ expires_at: 1_600_000_000 }))).toBe(false)
      expect(await verify(json({ claims: { [vector.key]: 'another' } }))).toBe(false)
      expect(await verify(json({ claims: { [vector.key]: vector.value, extra: 'unsigned' } }))).toBe(false)
      expect(await verify(json({ claims: {} }))).toBe(false)
      await expect(verify(json({ claims: [] }))).rejects.toThrow(/^Invalid Credential JSON: /)
    }
  })
})

describe('a granted run', () => {
  const granted = async (grant: Partial<Grant>) => {
    const node = await world(100n)
    const allowance = new Allowance({ ...WHOLE_GRANT, ...grant })
    return {
      node,
      call: (name: string, ...args: HostValue[]) =>
        node.context.store.transact((tx) =>
          invoke(findServed(name)!, { ...ordinary(node, MODULE), tx, allowance }, args),
        ),
    }
  }

  it('makes no other calls than those', async () => {
    const { call } = await granted({ calls: ['host_get_reputation'] })
    expect(await call('host_get_reputation')).toBe(0n)
    await expect(call('host_get_current_time')).rejects.toThrow(
      'host_get_current_time is not among the calls granted to this run.',
    )
  })

  it('stores no more bytes', async () => {
    const { call } = await granted({ storeBytes: 10 })
    await call('host_dag_put', bytes('12345678'))
    await expect(call('host_dag_put', bytes('abc'))).rejects.toThrow(
      '3 bytes are more than the 2 this run may still store.',
    )
    await call('host_save_contract_state', 's', bytes('ab'), 0n)
  })

  it('loses no more mana: the call that would ends the run', async () => {
    const { node, call } = await granted({ mana: 5n })
    await call('host_account_spend_mana', `${node.me}`, 4n)
    await expect(call('host_account_spend_mana', `${node.me}`, 2n)).rejects.toMatchObject({
      code: 'ResourceLimitExceeded',
      data: { reason: 'manaGrant', mana: 2n, left: 1n },
    })
    expect(await node.mana()).toBe(96n)
  })
})

it('credit by reputation: the amount times the reputation, with the capability only', async () => {
  const node = await world(1n, { capabilities: new Set(['credit']) })
  expect(await node.call('host_credit_by_reputation', `${node.me}`, 10n)).toBe(true)
  expect(await node.mana()).toBe(1n)
  const denied = await world(1n)
  await expect(denied.call('host_credit_by_reputation', `${denied.me}`, 10n)).rejects.toMatchObject({
    code: 'PermissionDenied',
  })
})

it('quadratic votes cost their square', async () => {
  const { as } = await home(0n)
  expect(await as(MODULE, 'host_quadratic_vote_cost', 46_340)).toBe(2_147_395_600)
  for (const votes of [-1, 46_341])
    await expect(as(MODULE, 'host_quadratic_vote_cost', votes)).rejects.toThrow(/0 to 46340/)
})
