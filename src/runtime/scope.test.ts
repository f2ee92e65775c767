import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ListRange, Table, Transaction } from '../storage/types.ts'
import { openDatabase } from './fixtures/world.ts'
import { samePlain } from './plain.ts'
import { applyEffects, ScopedTransaction, stillHolds } from './scope.ts'

const NUMBERS: Table<number> = { name: 'numbers' }
const key = fc.constantFrom('a', 'ab', 'abc', 'b', 'ba', 'c')
const range = fc.record(
  {
    prefix: fc.constantFrom('', 'a', 'ab', 'b'),
    after: key,
    reverse: fc.boolean(),
    limit: fc.integer({ min: 1, max: 4 }),
  },
  { requiredKeys: ['limit'] },
) as fc.Arbitrary<ListRange>
const action = fc.oneof(
  fc.record({ do: fc.constant('put' as const), key, row: fc.integer() }),
  fc.record({ do: fc.constant('delete' as const), key }),
  fc.record({ do: fc.constant('get' as const), key }),
  fc.record({ do: fc.constant('list' as const), range }),
)

function act(tx: Transaction, one: typeof action extends fc.Arbitrary<infer T> ? T : never): unknown {
  switch (one.do) {
    case 'put':
      return tx.put(NUMBERS, one.key, one.row)
    case 'delete':
      return tx.delete(NUMBERS, one.key)
    case 'get':
      return [tx.get(NUMBERS, one.key), tx.has(NUMBERS, one.key)]
    case 'list':
      return tx.list(NUMBERS, one.range)
  }
}

describe('a transaction over a transaction', () => {
  it('answers as the one below would, writes nothing there, and applied leaves the same rows', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(key, fc.integer()), { maxLength: 6 }),
        fc.array(action, { maxLength: 12 }),
        async (rows, actions) => {
          const [plain, scoped] = await Promise.all([openDatabase(), openDatabase()])
          const all = { limit: 100 }
          for (const state of [plain, scoped]) {
            await state.transact((tx) => {
              for (const [at, row] of rows) tx.put(NUMBERS, at, row)
            })
          }
          const before = await scoped.read((tx) => tx.list(NUMBERS, all))
          const expected = await plain.transact((tx) => actions.map((one) => act(tx, one)))
          // Over a read-only transaction: a write that got through would throw.
          const { answers, scope } = await scoped.read((tx) => {
            const scope = new ScopedTransaction(tx)
            return { answers: actions.map((one) => act(scope, one)), scope }
          })
          expect(answers).toEqual(expected)
          expect(await scoped.read((tx) => tx.list(NUMBERS, all))).toEqual(before)
          const held = await scoped.transact((tx) => {
            const still = stillHolds(tx, scope.reads, scope.listings, samePlain)
            applyEffects(tx, scope.writes, scope.events)
            return still
          })
          expect(held).toBe(true)
          const after = await scoped.read((tx) => tx.list(NUMBERS, all))
          expect(after).toEqual(await plain.read((tx) => tx.list(NUMBERS, all)))
        },
      ),
      { numRuns: 200 },
    )
  })

  it('knows when what it read has changed: a row, a row that came, a listing', async () => {
    const state = await openDatabase()
    await state.transact((tx) => tx.put(NUMBERS, 'a', 1))
    const scope = (look: (tx: ScopedTransaction) => void) =>
      state.read((tx) => {
        const made = new ScopedTransaction(tx)
        look(made)
        return made
      })
    const row = await scope((tx) => tx.get(NUMBERS, 'a'))
    const absent = await scope((tx) => tx.has(NUMBERS, 'b'))
    const listing = await scope((tx) => tx.list(NUMBERS, { limit: 5 }))
    const holds = (one: ScopedTransaction) =>
      state.read((tx) => stillHolds(tx, one.reads, one.listings, samePlain))
    expect(await Promise.all([row, absent, listing].map(holds))).toEqual([true, true, true])
    await state.transact((tx) => tx.put(NUMBERS, 'b', 2))
    expect(await Promise.all([row, absent, listing].map(holds))).toEqual([true, false, false])
    await state.transact((tx) => tx.put(NUMBERS, 'a', 3))
    expect(await holds(row)).toBe(false)
    await state.transact((tx) => tx.put(NUMBERS, 'a', 1))
    expect(await holds(row)).toBe(true)
  })

  it('keeps events for whoever applies it', async () => {
    const state = await openDatabase()
    const seen: unknown[] = []
    state.subscribe((event) => seen.push(event.type))
    const scope = await state.read((tx) => {
      const made = new ScopedTransaction(tx)
      made.emit({ type: 'first', detail: 1 })
      made.emit({ type: 'second', detail: 2 })
      return made
    })
    expect(seen).toEqual([])
    await state.transact((tx) => applyEffects(tx, scope.writes, scope.events))
    expect(seen).toEqual(['first', 'second'])
  })
})
