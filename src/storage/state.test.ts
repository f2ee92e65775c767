/** The door against a model: what the pages and the log together answer, whatever the order of commits, merges and tabs. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MemoryDatabase, openMemoryStore } from './memory-store.ts'
import { openState, type State, type StateOptions } from './state.ts'
import type { Store } from './store.ts'
import { type ListRange, type Transaction, table } from './types.ts'

/** Everything small, so that a handful of rows already makes runs, merges and evictions. */
const tiny: StateOptions = {
  flushRows: 6,
  flushCommits: 5,
  fanout: 2,
  pageBytes: 64,
  slicePages: 2,
  cacheBytes: 512,
}

const rows = table<unknown>('row')
const key = fc.string({
  unit: fc.constantFrom('a', 'b', 'c', 'é', '\ud83d', '\u0000', '\uffff'),
  maxLength: 4,
})
const value = fc.oneof(
  fc.integer(),
  fc.string({ maxLength: 20 }),
  fc.bigInt(),
  fc.record({ n: fc.double(), list: fc.array(fc.constantFrom(null, undefined, true, -0, 2n ** 64n)) }),
  fc.record({ large: fc.integer({ min: 20_000, max: 20_010 }) }),
)
const range: fc.Arbitrary<ListRange> = fc
  .record({
    prefix: fc.option(key),
    after: fc.option(key),
    limit: fc.integer({ min: 1, max: 8 }),
    reverse: fc.boolean(),
  })
  .map(({ prefix, after, ...rest }) => ({
    ...rest,
    ...(prefix !== null && { prefix }),
    ...(after !== null && { after }),
  }))

type Step =
  | {
      readonly kind: 'commit'
      readonly tab: number
      readonly writes: readonly (readonly [string, unknown])[]
      readonly fails: boolean
    }
  | { readonly kind: 'get'; readonly tab: number; readonly key: string }
  | { readonly kind: 'list'; readonly tab: number; readonly range: ListRange }
  | { readonly kind: 'settle' | 'reopen'; readonly tab: number }

const tab = fc.integer({ min: 0, max: 1 })
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('commit' as const),
      tab,
      writes: fc.array(fc.tuple(key, fc.oneof(value, fc.constant(deletion()))), { maxLength: 5 }),
      fails: fc.boolean().map((fails) => fails),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('get' as const), tab, key }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('list' as const), tab, range }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('settle' as const, 'reopen' as const), tab }) },
)

function deletion(): symbol {
  return Symbol.for('deletion')
}

function write(tx: Transaction, writes: Iterable<readonly [string, unknown]>): void {
  for (const [at, row] of writes) {
    if (row === deletion()) tx.delete(rows, at)
    else if (isLarge(row)) tx.put(rows, at, 'x'.repeat(row.large))
    else tx.put(rows, at, row)
  }
}

/** Written as a large row; kept short here, where a counterexample is printed. */
function isLarge(row: unknown): row is { readonly large: number } {
  return typeof row === 'object' && row !== null && 'large' in row
}

/** What was read, in the form the model has it. */
function seen(row: unknown): unknown {
  return typeof row === 'string' && row.length >= 20_000 ? { large: row.length } : row
}

function modelList(
  model: Map<string, unknown>,
  { prefix = '', after, limit, reverse }: ListRange,
): [string, unknown][] {
  const sorted = [...model].filter(([at]) => at.startsWith(prefix)).sort(([a], [b]) => (a < b ? -1 : 1))
  if (reverse) sorted.reverse()
  return sorted.filter(([at]) => after === undefined || (reverse ? at < after : at > after)).slice(0, limit)
}

describe('the state against a map', () => {
  it('answers every get and list as the model does, over commits, failures, merges, reopenings and two tabs', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 60 }), async (steps) => {
        const database = new MemoryDatabase()
        const open = (): Promise<State> => openState(openMemoryStore(database), tiny)
        const tabs = [await open(), await open()]
        const model = new Map<string, unknown>()
        for (const step of steps) {
          const state = tabs[step.tab]!
          if (step.kind === 'commit') {
            const commit = state.transact((tx) => {
              write(tx, step.writes)
              if (step.fails) throw new Error('refused')
            })
            if (step.fails) await expect(commit).rejects.toThrow('refused')
            else {
              await commit
              for (const [at, row] of step.writes) {
                if (row === deletion()) model.delete(at)
                else model.set(at, row)
              }
            }
          } else if (step.kind === 'get') {
            // A transaction that writes is checked against the newest commit of any tab; a mere read may be a moment behind.
            const found = await state.transact((tx) => {
              tx.put(table<number>('other'), 'x', 1)
              return [tx.has(rows, step.key), seen(tx.get(rows, step.key))]
            })
            expect(found).toEqual([model.has(step.key), model.get(step.key)])
          } else if (step.kind === 'list') {
            const found = await state.transact((tx) => {
              tx.put(table<number>('other'), 'x', 1)
              return tx.list(rows, step.range).map(([at, row]) => [at, seen(row)])
            })
            expect(found).toEqual(modelList(model, step.range))
          } else if (step.kind === 'settle') {
            await state.settle()
          } else {
            await state.close()
            tabs[step.tab] = await open()
          }
        }
        await Promise.all(tabs.map((state) => state.close()))
        const last = await open()
        await last.settle()
        const all = await last.read((tx) =>
          tx.list(rows, { limit: 1000 }).map(([at, row]) => [at, seen(row)]),
        )
        expect(all).toEqual(modelList(model, { limit: 1000 }))
        // Nothing is left behind: every large value has a row, every page a run.
        const large = [...model.values()].filter(isLarge).length
        const pages = last.figures().runs.reduce((sum, run) => sum + run.pages, 0)
        expect(database.count('pages')).toBe(pages)
        expect(database.count('filters')).toBeLessThanOrEqual(last.figures().runs.length)
        expect(database.count('large')).toBeGreaterThanOrEqual(large)
        await last.close()
      }),
      { numRuns: 60, endOnFailure: true },
    )
  }, 120_000)
})

/** Rows the crash test spreads its commits over: enough for merges of several slices. */
const SPREAD = 31

/** A store that dies at the n-th write: before it is made, or after it with the word lost. */
function dying(store: Store, at: number, made: boolean): Store & { readonly dead: boolean } {
  let writes = 0
  let dead = false
  const die = (): never => {
    throw new Error('the tab is gone')
  }
  return {
    name: store.name,
    get dead() {
      return dead
    },
    read: async (reads) => (dead ? die() : store.read(reads)),
    async write(batch) {
      if (dead) return die()
      if (++writes < at) return store.write(batch)
      if (made) await store.write(batch)
      dead = true
      return die()
    },
    announce: () => {},
    listen: () => () => {},
    lock: (_, task) => task(),
    tryLock: (_, task) => task(),
    close: () => store.close(),
  }
}

describe('a tab that dies at any write', () => {
  it.each([false, true])(
    'leaves every answered commit and no half one (last write made: %s)',
    async (made) => {
      const blob = table<Uint8Array>('blob')
      for (let at = 1; ; at++) {
        const database = new MemoryDatabase()
        const store = dying(openMemoryStore(database), at, made)
        const state = await openState(store, tiny)
        let answered = 0
        const commit = (n: number) => (tx: Transaction) => {
          // Each commit writes to two places and overwrites a large row: half of it would show.
          tx.put(rows, `n${n % SPREAD}`, n)
          tx.put(rows, 'total', n)
          if (n % 3 === 0) tx.put(blob, 'b', new Uint8Array(20_000).fill(n))
        }
        try {
          for (let n = 1; n <= 60; n++) {
            await state.transact(commit(n))
            answered = n
          }
          await state.settle()
        } catch {
          expect(store.dead).toBe(true)
        }
        const next = await openState(openMemoryStore(database), tiny)
        await next.settle()
        const total = (await next.read((tx) => tx.get(rows, 'total') ?? 0)) as number
        expect(total === answered || (made && total === answered + 1)).toBe(true)
        await next.read((tx) => {
          for (let n = Math.max(1, total - SPREAD + 1); n <= total; n++)
            expect(tx.get(rows, `n${n % SPREAD}`)).toBe(n)
          const third = total - (total % 3)
          if (third > 0) expect(tx.get(blob, 'b')![0]).toBe(third)
        })
        await expect(next.transact(commit(total + 1))).resolves.toBeUndefined()
        await next.settle()
        expect(database.count('pages')).toBe(next.figures().runs.reduce((sum, run) => sum + run.pages, 0))
        expect(database.count('large')).toBeLessThanOrEqual(2)
        await next.close()
        if (!store.dead) break
      }
    },
    60_000,
  )
})

describe('durability', () => {
  it('is strict as soon as one of a commit asks for it, and relaxed only when all agree', async () => {
    const store = openMemoryStore(new MemoryDatabase())
    const asked: unknown[] = []
    const write = store.write.bind(store)
    const watched: Store = Object.assign(store, {
      write: (batch: Parameters<Store['write']>[0]) => {
        asked.push(batch.durability)
        return write(batch)
      },
    })
    const state = await openState(watched)
    const relaxed = { durability: 'relaxed' } as const
    const put = (at: string, options?: typeof relaxed) =>
      state.transact((tx) => tx.put(rows, at, 1), undefined, options)
    await Promise.all([put('a', relaxed), put('b', relaxed)])
    await Promise.all([put('c', relaxed), put('d'), put('e', relaxed)])
    await put('f')
    expect(asked).toEqual(['relaxed', 'strict', 'strict'])
    await state.close()
  })
})
