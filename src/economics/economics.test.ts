import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { U64_MAX, utf8 } from '../common/bytes.ts'
import { decodeJson, encodeJson } from '../common/codec.ts'
import { Did } from '../common/did.ts'
import vectors from '../common/fixtures/vectors.json' with { type: 'json' }
import { buildBlock } from '../dag/block.ts'
import { MapTransaction } from '../dag/fixtures/map-transaction.ts'
import { escrowOf, holdEscrow, refundEscrow, settleEscrow } from './escrow.ts'
import {
  auditBalances,
  balanceOf,
  creditMana,
  ledgerTotals,
  listAccounts,
  listJournal,
  spendMana,
  unspendMana,
} from './ledger.ts'
import { ledgerEvent, ledgerEventBlock } from './ledger-event.ts'
import { priceByReputation } from './pricing.ts'
import { creditByReputation, creditPerMinute, regenerate, regenerateDue } from './regeneration.ts'
import { ACCOUNTS } from './rows.ts'

const alice = Did.parse('did:key:zA')
const bob = Did.parse('did:key:zB')
const at = 1_700_000_000n
const initial = { cause: 'initial', at } as const
const spend = { cause: 'spend', at } as const

function funded(...amounts: readonly (readonly [Did, bigint])[]): MapTransaction {
  const tx = new MapTransaction()
  for (const [did, amount] of amounts) creditMana(tx, did, amount, initial)
  return tx
}

describe('vectors: price_by_reputation', () => {
  for (const vector of vectors.price_by_reputation.cases) {
    it(`${vector.base} at ${vector.reputation}`, () => {
      expect(priceByReputation(BigInt(vector.base), BigInt(vector.reputation))).toBe(BigInt(vector.price))
    })
  }

  it('is monotone and never above the base', () => {
    const u64 = fc.bigInt(0n, U64_MAX)
    fc.assert(
      fc.property(u64, u64, u64, (base, a, b) => {
        const [low, high] = a < b ? [a, b] : [b, a]
        expect(priceByReputation(base, high)).toBeLessThanOrEqual(priceByReputation(base, low))
        expect(priceByReputation(base, low)).toBeLessThanOrEqual(base)
      }),
    )
  })
})

it('counts the accounts it opens, each once', () => {
  const tx = funded([alice, 5n], [alice, 1n], [bob, 0n])
  expect(ledgerTotals(tx).accounts).toBe(2)
  spendMana(tx, Did.parse('did:key:zC'), 0n, spend)
  expect(() => spendMana(tx, Did.parse('did:key:zC'), 1n, spend)).toThrow('Insufficient')
  expect(ledgerTotals(tx).accounts).toBe(listAccounts(tx, { limit: 10 }).items.length)
})

describe('vectors: mana_regeneration', () => {
  const vector = vectors.mana_regeneration

  it('fixed_amount_seed (credit_all)', () => {
    const dids = vector.fixed_amount_seed.before.map((_, i) => Did.parse(`did:key:z${i}`))
    const tx = funded(...dids.map((did, i) => [did, BigInt(vector.fixed_amount_seed.before[i]!)] as const))
    const policy = { amount: BigInt(vector.fixed_amount_seed.amount), intervalMs: 60_000 }
    expect(regenerateDue(tx, policy, 0)).toEqual({ intervals: 1n, credited: 9n })
    expect(dids.map((did) => balanceOf(tx, did))).toEqual(vector.fixed_amount_seed.after.map(BigInt))
  })

  it('by_reputation_2025_07_09 (credit_by_reputation)', () => {
    for (const { rep, credit } of vector.by_reputation_2025_07_09.cases) {
      expect(creditByReputation(BigInt(rep), BigInt(vector.by_reputation_2025_07_09.amount))).toBe(
        BigInt(credit),
      )
    }
    expect(creditByReputation(3n, 10n)).toBe(30n)
    expect(creditByReputation(0n, 10n)).toBe(0n)
    expect(creditByReputation(U64_MAX, 2n)).toBe(U64_MAX)
  })

  it('head_per_60s', () => {
    for (const { reputation, balance, credit } of vector.head_per_60s.cases) {
      expect(creditPerMinute(BigInt(reputation), BigInt(balance))).toBe(BigInt(credit))
    }
    expect(creditPerMinute(100n, 20_000n)).toBe(0n)
  })
})

describe('vectors: ledger_event_block', () => {
  it('has the published CID when the account is the author', () => {
    const vector = vectors.ledger_event_block
    const event = decodeJson(ledgerEvent, vector.data_utf8, 'event')
    expect(encodeJson(ledgerEvent, event)).toBe(vector.data_utf8)
    const author = Did.parse(vectors.keys.A.did_key)
    const block = buildBlock(ledgerEventBlock(event, author, BigInt(vector.timestamp)))
    expect(block.data).toEqual(utf8(vector.data_utf8))
    expect(block.cid.toString()).toBe(vector.cid_string)
  })
})

describe('the ledger', () => {
  it('file_ledger: spend 100−40=60, credit 10+15=25', () => {
    const tx = funded([alice, 100n], [bob, 10n])
    expect(spendMana(tx, alice, 40n, spend)).toBe(60n)
    expect(creditMana(tx, bob, 15n, { cause: 'credit', at })).toBe(25n)
  })

  it('an unknown account holds 0', () => {
    expect(balanceOf(new MapTransaction(), alice)).toBe(0n)
  })

  it('spending exactly the balance succeeds, one more is refused with the numbers, and nothing happens', () => {
    const tx = funded([alice, 10n])
    expect(() => tx.attempt((tx) => spendMana(tx, alice, 11n, spend))).toThrow(
      expect.objectContaining({
        code: 'Economic',
        message: 'Insufficient mana: account did:key:zA holds 10, 11 is needed.',
        data: { did: 'did:key:zA', balance: 10n, needed: 11n, reason: 'insufficientMana' },
      }),
    )
    expect(balanceOf(tx, alice)).toBe(10n)
    expect(spendMana(tx, alice, 10n, spend)).toBe(0n)
  })

  it('an unknown account is simply short, with the same error', () => {
    expect(() => spendMana(new MapTransaction(), bob, 1n, spend)).toThrow(
      'Insufficient mana: account did:key:zB holds 0, 1 is needed.',
    )
  })

  it('0 is allowed at ledger level and leaves no trace in the journal', () => {
    const tx = funded([alice, 5n])
    spendMana(tx, alice, 0n, spend)
    expect(listJournal(tx, alice, { limit: 10 }).items).toHaveLength(1)
    spendMana(tx, bob, 0n, spend)
    holdEscrow(tx, 'free', bob, 0n, { at })
    expect(tx.has(ACCOUNTS, bob.toString())).toBe(false)
    creditMana(tx, bob, 0n, initial)
    expect(tx.has(ACCOUNTS, bob.toString())).toBe(true)
  })

  it('never leaves u64', () => {
    const tx = funded([alice, U64_MAX])
    expect(() => creditMana(tx, alice, 1n, initial)).toThrow(`would exceed ${U64_MAX}`)
    expect(() => creditMana(tx, alice, -1n, initial)).toThrow('Amount must be a bigint from 0')
    expect(() => spendMana(tx, alice, U64_MAX + 1n, spend)).toThrow('Amount must be a bigint from 0')
    expect(() => spendMana(tx, alice, 1 as unknown as bigint, spend)).toThrow('got the number 1')
  })

  it('gives back what was burned, and no more', () => {
    const tx = funded([alice, 10n])
    spendMana(tx, alice, 4n, { cause: 'zk', at })
    expect(() => unspendMana(tx, alice, 5n, { cause: 'refund', at })).toThrow('would not conserve mana')
    expect(unspendMana(tx, alice, 4n, { cause: 'refund', at })).toBe(10n)
    expect(ledgerTotals(tx).burned).toBe(0n)
  })

  it('event_store: 10+5−3 = 12, and the journal says why with running balances, newest first', () => {
    const tx = funded([alice, 10n], [bob, 1n])
    creditMana(tx, alice, 5n, { cause: 'governance', reference: 'prop:1', at })
    spendMana(tx, alice, 3n, spend)
    const first = listJournal(tx, alice, { limit: 2 })
    expect(first.items).toEqual([
      { seq: 3, amount: -3n, balance: 12n, cause: 'spend', reference: null, at, did: 'did:key:zA' },
      { seq: 2, amount: 5n, balance: 15n, cause: 'governance', reference: 'prop:1', at, did: 'did:key:zA' },
    ])
    const second = listJournal(tx, alice, { limit: 2, after: first.next! })
    expect(second.items.map((entry) => entry.cause)).toEqual(['initial'])
    expect(second.next).toBeUndefined()
    const inflow = [...first.items, ...second.items].filter((entry) => entry.amount > 0n)
    expect(inflow.reduce((sum, entry) => sum + entry.amount, 0n)).toBe(15n)
  })

  it('keeps the journals of accounts apart whose DIDs begin alike', () => {
    const longer = Did.parse('did:key:zAA')
    const tx = funded([alice, 1n], [longer, 2n])
    expect(listJournal(tx, alice, { limit: 10 }).items).toHaveLength(1)
  })

  it('lists accounts in pages', () => {
    const tx = funded([bob, 2n], [alice, 1n])
    const first = listAccounts(tx, { limit: 1 })
    expect(first).toEqual({ items: [{ did: 'did:key:zA', balance: 1n }], next: 'did:key:zA' })
    expect(listAccounts(tx, { limit: 5, after: first.next! }).items).toEqual([
      { did: 'did:key:zB', balance: 2n },
    ])
  })

  it('announces every change', () => {
    const tx = funded([alice, 7n])
    expect(tx.events).toEqual([
      { type: 'mana', detail: { did: 'did:key:zA', balance: 7n, cause: 'initial' } },
    ])
  })
})

describe('escrow', () => {
  it('pays the executor, returns the rest, once', () => {
    const tx = funded([alice, 100n])
    holdEscrow(tx, 'job', alice, 30n, { at })
    expect(balanceOf(tx, alice)).toBe(70n)
    expect(settleEscrow(tx, 'job', bob, 20n, { at })).toBe(10n)
    expect([balanceOf(tx, alice), balanceOf(tx, bob)]).toEqual([80n, 20n])
    expect(escrowOf(tx, 'job')).toEqual({
      owner: 'did:key:zA',
      amount: 30n,
      state: 'settled',
      paid: 20n,
      payee: 'did:key:zB',
    })
    for (const again of [
      () => settleEscrow(tx, 'job', bob, 1n, { at }),
      () => refundEscrow(tx, 'job', { at }),
    ]) {
      expect(() => tx.attempt(again)).toThrow('Escrow job is settled and cannot be')
    }
    expect([balanceOf(tx, alice), balanceOf(tx, bob)]).toEqual([80n, 20n])
  })

  it('refunds exactly once', () => {
    const tx = funded([alice, 100n])
    holdEscrow(tx, 'job', alice, 30n, { at })
    expect(refundEscrow(tx, 'job', { at })).toBe(30n)
    expect(() => refundEscrow(tx, 'job', { at })).toThrow(
      expect.objectContaining({
        code: 'InvalidJobState',
        message: 'Escrow job is refunded and cannot be refunded.',
      }),
    )
    expect(balanceOf(tx, alice)).toBe(100n)
    expect(listJournal(tx, alice, { limit: 1 }).items[0]).toMatchObject({ cause: 'refund', reference: 'job' })
  })

  it('refuses a second hold, an overpayment, an unknown id and a hold beyond the balance', () => {
    const tx = funded([alice, 10n])
    holdEscrow(tx, 'job', alice, 10n, { at })
    expect(() => holdEscrow(tx, 'job', alice, 0n, { at })).toThrow('Escrow job is held and cannot be held')
    expect(() => settleEscrow(tx, 'job', bob, 11n, { at })).toThrow(
      'holds 10 mana, a payment of 11 was asked for',
    )
    expect(() => refundEscrow(tx, 'nothing', { at })).toThrow('Escrow nothing is absent')
    expect(() => holdEscrow(tx, 'other', alice, 1n, { at })).toThrow('holds 0, 1 is needed')
  })

  it('holds a free job too', () => {
    const tx = funded([alice, 1n])
    holdEscrow(tx, 'job', alice, 0n, { at })
    expect(settleEscrow(tx, 'job', bob, 0n, { at })).toBe(0n)
  })
})

describe('regeneration', () => {
  const policy = { amount: 10n, intervalMs: 60_000, cap: 100n }

  it('credits at once, then on each interval, then every missed one exactly once', () => {
    const tx = funded([alice, 5n])
    expect(regenerateDue(tx, policy, 1_000).credited).toBe(10n)
    expect(regenerateDue(tx, policy, 60_999).credited).toBe(0n)
    expect(regenerateDue(tx, policy, 61_000).credited).toBe(10n)
    expect(regenerateDue(tx, policy, 61_000 + 3 * 60_000 + 500)).toEqual({ intervals: 3n, credited: 30n })
    expect(regenerateDue(tx, policy, 61_000 + 3 * 60_000 + 600).credited).toBe(0n)
    expect(balanceOf(tx, alice)).toBe(55n)
    expect(ledgerTotals(tx).regenerated).toBe(50n)
  })

  it('stops at the cap and leaves accounts above it alone', () => {
    const tx = funded([alice, 95n], [bob, 500n])
    expect(regenerateDue(tx, policy, 0).credited).toBe(5n)
    expect([balanceOf(tx, alice), balanceOf(tx, bob)]).toEqual([100n, 500n])
    expect(regenerateDue(tx, policy, 1e15).credited).toBe(0n)
  })

  it('without a cap saturates at u64', () => {
    const tx = funded([alice, U64_MAX - 3n])
    expect(regenerate(tx, { amount: 10n, intervalMs: 1 }, 1n, 0).credited).toBe(3n)
  })

  it('credits nothing for a clock that went backwards, and follows it', () => {
    const tx = funded([alice, 0n])
    regenerateDue(tx, policy, 1_000_000)
    expect(regenerateDue(tx, policy, 0)).toEqual({ intervals: 0n, credited: 0n })
    expect(regenerateDue(tx, policy, 60_000).intervals).toBe(1n)
  })

  it('only accounts with an entry are credited', () => {
    const tx = new MapTransaction()
    expect(regenerateDue(tx, policy, 0).credited).toBe(0n)
    expect(tx.has(ACCOUNTS, 'did:key:zA')).toBe(false)
  })

  it('refuses a policy that makes no sense, by field', () => {
    const tx = new MapTransaction()
    expect(() => regenerateDue(tx, { amount: -1n, intervalMs: 1 }, 0)).toThrow('manaRegeneration.amount')
    expect(() => regenerateDue(tx, { amount: 1n, intervalMs: 0 }, 0)).toThrow('manaRegeneration.intervalMs')
  })
})

it('mana is conserved by any sequence of operations: minted + regenerated = balances + escrow + burned', () => {
  const dids = ['did:key:z1', 'did:key:z2', 'did:key:z3'].map((text) => Did.parse(text))
  const did = fc.constantFrom(...dids)
  const amount = fc.oneof(fc.bigInt(0n, 200n), fc.bigInt(0n, U64_MAX))
  const id = fc.constantFrom('a', 'b', 'c')
  const operation = fc.oneof(
    fc.record({ op: fc.constant('credit'), did, amount, id }),
    fc.record({ op: fc.constant('spend'), did, amount, id }),
    fc.record({ op: fc.constant('unspend'), did, amount, id }),
    fc.record({ op: fc.constant('hold'), did, amount, id }),
    fc.record({ op: fc.constant('settle'), did, amount, id }),
    fc.record({ op: fc.constant('refund'), did, amount, id }),
    fc.record({ op: fc.constant('regenerate'), did, amount, id }),
  )
  const rules: Record<string, (tx: MapTransaction, did: Did, amount: bigint, id: string) => unknown> = {
    credit: (tx, did, amount) => creditMana(tx, did, amount, initial),
    spend: (tx, did, amount) => spendMana(tx, did, amount, spend),
    unspend: (tx, did, amount) => unspendMana(tx, did, amount, spend),
    hold: (tx, did, amount, id) => holdEscrow(tx, id, did, amount, { at }),
    settle: (tx, did, amount, id) => settleEscrow(tx, id, did, amount, { at }),
    refund: (tx, _did, _amount, id) => refundEscrow(tx, id, { at }),
    regenerate: (tx, _did, amount) => regenerate(tx, { amount, intervalMs: 1 }, 2n, 0),
  }
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 60 }), (operations) => {
      const tx = new MapTransaction()
      for (const { op, did, amount, id } of operations) {
        try {
          tx.attempt((tx) => rules[op]!(tx, did, amount, id))
        } catch (error) {
          expect(['Economic', 'InvalidJobState']).toContain((error as { code: string }).code)
        }
        const totals = ledgerTotals(tx)
        const audit = auditBalances(tx)
        expect(audit.counted).toBe(audit.recorded)
        const held = ['a', 'b', 'c'].map((id) => escrowOf(tx, id)).filter((row) => row?.state === 'held')
        expect(totals.escrow).toBe(held.reduce((sum, row) => sum + row!.amount, 0n))
        expect(totals.minted + totals.regenerated).toBe(totals.balances + totals.escrow + totals.burned)
        for (const did of dids) {
          const [latest] = listJournal(tx, did, { limit: 1 }).items
          expect(latest?.balance ?? 0n).toBe(balanceOf(tx, did))
        }
      }
    }),
  )
})
