/** Tokens against a small model: who may do what, what it costs, and that what exists is what is held. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { U64_MAX } from '../common/bytes.ts'
import { Did } from '../common/did.ts'
import { IcnError } from '../common/errors.ts'
import { MapTransaction } from '../dag/fixtures/map-transaction.ts'
import { auditBalances, balanceOf, creditMana } from './ledger.ts'
import {
  burnTokens,
  createTokenClass,
  mintTokens,
  TOKEN_BALANCES,
  TOKEN_CLASSES,
  tokenBalance,
  transferTokens,
} from './tokens.ts'

const did = (name: string) => Did.parse(`did:icn:test:${name}`)
const NAMES = ['alice', 'bob'] as const
type Name = (typeof NAMES)[number]
const as = (name: Name) => ({ me: did(name), now: 1_700_000_000n })

function world(mana = 1_000n): MapTransaction {
  const tx = new MapTransaction()
  for (const name of NAMES) creditMana(tx, did(name), mana, { cause: 'initial', at: 0n })
  return tx
}

const hours = { id: 'hours', name: 'Hours of work', symbol: 'h' }

const who = fc.constantFrom(...NAMES)
const amount = fc.oneof(fc.bigInt(0n, 12n), fc.constant(U64_MAX))
const step = fc.oneof(
  fc.record({ do: fc.constant('create' as const), by: who, issuer: who }),
  fc.record({ do: fc.constant('mint' as const), by: who, to: who, amount }),
  fc.record({ do: fc.constant('move' as const), by: who, from: who, to: who, amount }),
  fc.record({ do: fc.constant('burn' as const), by: who, from: who, amount }),
)
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

function real(tx: MapTransaction, made: Step): boolean {
  try {
    tx.attempt((tx) => {
      switch (made.do) {
        case 'create':
          return createTokenClass(tx, as(made.by), { ...hours, issuer: did(made.issuer) })
        case 'mint':
          return mintTokens(tx, as(made.by), 'hours', did(made.to), made.amount)
        case 'move':
          return transferTokens(tx, as(made.by), 'hours', { ...made, from: did(made.from), to: did(made.to) })
        case 'burn':
          return burnTokens(tx, as(made.by), 'hours', did(made.from), made.amount)
      }
    })
    return true
  } catch (error) {
    if (IcnError.is(error)) return false
    throw error
  }
}

class Model {
  issuer: Name | null = null
  readonly held: Record<Name, bigint> = { alice: 0n, bob: 0n }
  readonly mana: Record<Name, bigint> = { alice: 20n, bob: 20n }

  accepts(made: Step): boolean {
    if (made.do === 'create') return this.issuer === null && made.by === made.issuer
    if (this.issuer === null || made.amount === 0n) return false
    if (made.do === 'mint') {
      return made.by === this.issuer && this.held.alice + this.held.bob + made.amount <= U64_MAX
    }
    return made.by === made.from && this.held[made.from] >= made.amount
  }

  make(made: Step): boolean {
    if (!this.accepts(made) || this.mana[made.by] === 0n) return false
    this.mana[made.by]--
    if (made.do === 'create') this.issuer = made.by
    else {
      if (made.do !== 'mint') this.held[made.from] -= made.amount
      if (made.do !== 'burn') this.held[made.to] += made.amount
    }
    return true
  }
}

it('goes step by step as the model does, and what exists is what is held', () => {
  const seen = new Set<string>()
  fc.assert(
    fc.property(fc.array(step, { minLength: 10, maxLength: 60, size: 'max' }), (steps) => {
      const tx = world(20n)
      const model = new Model()
      for (const made of steps) {
        const accepted = model.make(made)
        expect(real(tx, made), made.do).toBe(accepted)
        if (accepted) seen.add(made.do)
        for (const name of NAMES) {
          expect(tokenBalance(tx, 'hours', did(name))).toBe(model.held[name])
          expect(balanceOf(tx, did(name))).toBe(model.mana[name])
        }
        const rows = [...(tx.tables.get('tokenBalances')?.values() ?? [])] as { balance: bigint }[]
        expect(rows.every(({ balance }) => balance > 0n)).toBe(true)
        const supply = tx.get(TOKEN_CLASSES, 'hours')?.supply ?? 0n
        expect(rows.reduce((sum, { balance }) => sum + balance, 0n)).toBe(supply)
      }
      const { counted, recorded } = auditBalances(tx)
      expect(counted).toBe(recorded)
    }),
    { numRuns: 100, seed: 1 },
  )
  expect([...seen].sort()).toEqual(['burn', 'create', 'mint', 'move'])
})

describe('refused, with what is wrong', () => {
  const made = () => {
    const tx = world()
    createTokenClass(tx, as('alice'), { ...hours, issuer: did('alice') })
    mintTokens(tx, as('alice'), 'hours', did('bob'), 5n)
    return tx
  }

  it.each<[string, (tx: MapTransaction) => void, string, string]>([
    [
      'a second class of one id',
      (tx) => createTokenClass(tx, as('bob'), { ...hours, issuer: did('bob') }),
      'InvalidSpec',
      'There is a token class hours already.',
    ],
    [
      'a class in the name of another',
      (tx) => createTokenClass(tx, as('bob'), { ...hours, id: 'x', issuer: did('alice') }),
      'PermissionDenied',
      'did:icn:test:bob cannot make a token class in the name of did:icn:test:alice.',
    ],
    [
      'a symbol that is too long',
      (tx) =>
        createTokenClass(tx, as('bob'), { ...hours, id: 'x', symbol: '€'.repeat(11), issuer: did('bob') }),
      'InvalidSpec',
      'The symbol of a token class has 1 to 32 bytes without U+0000, got 33.',
    ],
    [
      'a class that nobody made',
      (tx) => mintTokens(tx, as('alice'), 'days', did('alice'), 1n),
      'InvalidSpec',
      'There is no token class days.',
    ],
    [
      'minting by another',
      (tx) => mintTokens(tx, as('bob'), 'hours', did('bob'), 1n),
      'PermissionDenied',
      'Only did:icn:test:alice brings tokens of hours into the world.',
    ],
    [
      'more than u64',
      (tx) => mintTokens(tx, as('alice'), 'hours', did('bob'), U64_MAX),
      'Economic',
      `There are 5 tokens of hours; ${U64_MAX} more would exceed ${U64_MAX}.`,
    ],
    [
      'more than is held',
      (tx) => transferTokens(tx, as('bob'), 'hours', { from: did('bob'), to: did('alice'), amount: 6n }),
      'Economic',
      'did:icn:test:bob holds 5 tokens of hours, 6 are needed.',
    ],
    [
      'tokens of another',
      (tx) => burnTokens(tx, as('alice'), 'hours', did('bob'), 1n),
      'PermissionDenied',
      'did:icn:test:alice cannot dispose of the tokens of did:icn:test:bob.',
    ],
    [
      'nothing',
      (tx) => burnTokens(tx, as('bob'), 'hours', did('bob'), 0n),
      'InvalidSpec',
      'An amount of tokens must be greater than zero.',
    ],
  ])('%s', (_what, act, code, message) => {
    const tx = made()
    const before = structuredClone(tx.tables)
    expect(() => act(tx)).toThrow(expect.objectContaining({ code, message }))
    expect(tx.tables).toEqual(before)
  })

  it('and without the fee', () => {
    const tx = made()
    const poor = { me: did('carol'), now: 0n }
    tx.put(TOKEN_BALANCES, 'hours\u0000did:icn:test:carol', { balance: 1n })
    expect(() => transferTokens(tx, poor, 'hours', { from: poor.me, to: did('bob'), amount: 1n })).toThrow(
      /^Insufficient mana: /,
    )
  })
})
