/** What the door for state must do over every store. */
import { afterEach, describe, expect, it } from 'vitest'
import { IcnError } from '../common/errors.ts'
import { openState, type State, type StateOptions } from './state.ts'
import { freshName, type StoreVariant } from './store.suite.ts'
import type { Batch, Store } from './store.ts'
import { type CommitEvent, type Transaction, table } from './types.ts'

const accounts = table<{ balance: bigint }>('account')
const notes = table<string>('note')
const counter = table<number>('counter')

/** A store that counts and can be told to fail. */
export function watched(store: Store): Store & { writes: Batch[]; reads: number; failNext: unknown } {
  return {
    ...store,
    name: store.name,
    writes: [],
    reads: 0,
    failNext: undefined,
    read(reads) {
      this.reads++
      return store.read(reads)
    },
    async write(batch) {
      this.writes.push(batch)
      const error = this.failNext
      this.failNext = undefined
      if (error !== undefined) throw error
      return store.write(batch)
    },
    announce: (message) => store.announce(message),
    listen: (listener) => store.listen(listener),
    lock: (purpose, task) => store.lock(purpose, task),
    tryLock: (purpose, task) => store.tryLock(purpose, task),
    close: () => store.close(),
  }
}

export function stateSuite(variant: StoreVariant): void {
  describe(`state: ${variant.name}`, () => {
    const opened: State[] = []
    async function open(name = freshName(), options?: StateOptions): Promise<State> {
      return openOn(await variant.open(name), options)
    }
    async function openOn(store: Store, options?: StateOptions): Promise<State> {
      const state = await openState(store, options)
      opened.push(state)
      return state
    }
    afterEach(async () => {
      await Promise.all(opened.splice(0).map((state) => state.close()))
    })
    const increment = (tx: Transaction): number => {
      const next = (tx.get(counter, 'n') ?? 0) + 1
      tx.put(counter, 'n', next)
      return next
    }

    it('keeps what was answered, across a reopen', async () => {
      const name = freshName()
      const first = await open(name)
      expect(first.epoch).toBe(0)
      await first.transact((tx) => {
        tx.put(accounts, 'alice', { balance: 2n ** 70n })
        tx.put(notes, 'a', 'one')
        tx.put(notes, 'b', 'two')
      })
      await first.transact((tx) => tx.delete(notes, 'a'))
      expect(first.epoch).toBe(2)
      // Only IndexedDB outlives its tab; a memory database is kept alive by the variant.
      await first.close()
      const second = await open(name)
      expect(second.epoch).toBe(2)
      await second.read((tx) => {
        expect(tx.get(accounts, 'alice')).toEqual({ balance: 2n ** 70n })
        expect(tx.has(notes, 'a')).toBe(false)
        expect(tx.get(notes, 'a')).toBeUndefined()
        expect(tx.list(notes, { limit: 10 })).toEqual([['b', 'two']])
      })
    })

    it('sees its own writes, and drops all of them when the rule throws', async () => {
      const state = await open()
      await state.transact((tx) => tx.put(notes, 'kept', 'yes'))
      const failing = state.transact((tx) => {
        tx.put(notes, 'dropped', 'yes')
        tx.delete(notes, 'kept')
        tx.emit({ type: 'never', detail: null })
        expect(tx.list(notes, { limit: 10 })).toEqual([['dropped', 'yes']])
        throw new IcnError('Economic', 'Not enough mana.')
      })
      await expect(failing).rejects.toThrow('Not enough mana.')
      expect(await state.read((tx) => tx.list(notes, { limit: 10 }))).toEqual([['kept', 'yes']])
      expect(state.epoch).toBe(1)
    })

    it('commits waiting transactions together, in order, and a failing one takes only itself down', async () => {
      const store = watched(await variant.open(freshName()))
      const state = await openOn(store)
      const calls = Array.from({ length: 64 }, (_, i) =>
        state.transact((tx) => {
          const n = increment(tx)
          if (i === 10) throw new Error('changed my mind')
          return n
        }),
      )
      const settled = await Promise.allSettled(calls)
      expect(settled.map((one) => (one.status === 'fulfilled' ? one.value : 'failed'))).toEqual([
        ...Array.from({ length: 10 }, (_, i) => i + 1),
        'failed',
        ...Array.from({ length: 53 }, (_, i) => i + 11),
      ])
      expect(store.writes).toHaveLength(1)
      expect(state.epoch).toBe(1)
    })

    it('seals all of a commit at once, and puts the seals in after the last rule, in order', async () => {
      const store = watched(await variant.open(freshName()))
      const state = await openOn(store)
      const order: string[] = []
      let sealing = 0
      let open = () => {}
      const all = new Promise<void>((resolve) => {
        open = resolve
      })
      const calls = ['a', 'b', 'c'].map((key) =>
        state.transact(
          (tx) => {
            order.push(`change ${key}`)
            tx.put(notes, key, 'unsigned')
            return key
          },
          async (value) => {
            // Each comes to its end only when all have begun.
            if (++sealing === 3) open()
            await all
            return (tx) => {
              order.push(`seal ${value}`)
              const before = tx.list(notes, { limit: 10 }).filter(([, note]) => note === 'signed').length
              tx.put(notes, value, 'signed')
              tx.put(notes, `${value} was`, `${before}`)
            }
          },
        ),
      )
      expect(await Promise.all(calls)).toEqual(['a', 'b', 'c'])
      expect(order).toEqual(['change a', 'change b', 'change c', 'seal a', 'seal b', 'seal c'])
      expect(store.writes).toHaveLength(1)
      expect(await state.read((tx) => tx.list(notes, { limit: 10 }))).toEqual([
        ['a', 'signed'],
        ['a was', '0'],
        ['b', 'signed'],
        ['b was', '1'],
        ['c', 'signed'],
        ['c was', '2'],
      ])
    })

    it.each([
      ['cannot be made', () => Promise.reject(new Error('no key'))],
      [
        'is not accepted',
        async () => () => {
          throw new Error('no key')
        },
      ],
    ])('a seal that %s undoes its transaction alone', async (_what, broken) => {
      const state = await open()
      const calls = ['a', 'b', 'c'].map((key) =>
        state.transact(
          (tx) => {
            const n = increment(tx)
            tx.put(notes, key, `${n}`)
          },
          key === 'b' ? broken : async () => (tx) => tx.put(notes, key, `${tx.get(notes, key)} signed`),
        ),
      )
      const ends = await Promise.allSettled(calls)
      expect(ends.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
      expect(ends[1]).toMatchObject({ reason: { message: 'no key' } })
      // What came after it was run again without it.
      expect(await state.read((tx) => tx.list(notes, { limit: 10 }))).toEqual([
        ['a', '1 signed'],
        ['c', '2 signed'],
      ])
    })

    it('gives up a seal that does not come back, and goes on', async () => {
      const state = await open(undefined, { sealMs: 20 })
      const stuck = state.transact(
        (tx) => tx.put(notes, 'x', 'y'),
        () => new Promise(() => {}),
      )
      const next = state.transact(increment)
      await expect(stuck).rejects.toSatisfy((error) => IcnError.is(error, 'ExecutionTimeout'))
      await expect(next).resolves.toBe(1)
    })

    it('refuses a transaction used after its end, and a write in a read', async () => {
      const state = await open()
      let leaked: Transaction | undefined
      await state.transact((tx) => {
        leaked = tx
      })
      expect(() => leaked!.get(notes, 'a')).toThrow('after it ended')
      await expect(state.read((tx) => tx.put(notes, 'a', 'b'))).rejects.toThrow('A read may not write')
    })

    it('refuses what is not plain data by its path, without harm to the neighbours', async () => {
      const state = await open()
      const settled = await Promise.allSettled([
        state.transact(increment),
        state.transact((tx) => tx.put(table<unknown>('odd'), 'k', { deep: [1, { at: new Date(0) }] })),
        state.transact((tx) => tx.emit({ type: 'odd', detail: () => 1 })),
        state.transact(increment),
      ])
      expect(settled.map((one) => (one.status === 'fulfilled' ? one.value : one.reason.message))).toEqual([
        1,
        expect.stringContaining('value.deep[1].at is a Date object'),
        expect.stringContaining('is a function'),
        2,
      ])
    })

    it('lists by prefix, after a key, backwards and up to a limit', async () => {
      const state = await open()
      const keys = ['', 'a', 'a/', 'a/1', 'a/2', 'a0', 'b', 'a\uffff', '\uffff\uffff']
      await state.transact((tx) => {
        tx.put(table<number>('mot'), 'before', 0)
        tx.put(table<number>('notf'), 'behind', 0)
        for (const key of keys) tx.put(notes, key, `row ${key}`)
      })
      const list = (range: Parameters<Transaction['list']>[1]) =>
        state.read((tx) =>
          tx.list(notes, range).map(([key, row]) => (row === `row ${key}` ? key : 'wrong row')),
        )
      const sorted = [...keys].sort((a, b) => (a < b ? -1 : 1))
      expect(await list({ limit: 100 })).toEqual(sorted)
      expect(await list({ limit: 100, reverse: true })).toEqual([...sorted].reverse())
      expect(await list({ limit: 100, prefix: 'a/' })).toEqual(['a/', 'a/1', 'a/2'])
      expect(await list({ limit: 1, prefix: 'a/', after: 'a/' })).toEqual(['a/1'])
      expect(await list({ limit: 100, prefix: 'a/', after: 'a/2', reverse: true })).toEqual(['a/1', 'a/'])
      expect(await list({ limit: 2, after: 'b', reverse: true })).toEqual(['a\uffff', 'a0'])
      expect(await list({ limit: 100, prefix: '\uffff' })).toEqual(['\uffff\uffff'])
      expect(await list({ limit: 100, after: '\uffff\uffff' })).toEqual([])
      expect(await list({ limit: 0 })).toEqual([])
    })

    it('publishes events after the commit, in order, and to the other tab as remote', async () => {
      const name = freshName()
      const [a, b] = [await open(name), await open(name)]
      const heard: string[] = []
      a.subscribe(({ type, detail }, origin) => heard.push(`a ${origin} ${type} ${detail}`))
      const remote = new Promise<void>((resolve) => {
        b.subscribe(({ type, detail }, origin) => {
          heard.push(`b ${origin} ${type} ${detail}`)
          if (detail === 2) resolve()
        })
      })
      const unsubscribe = a.subscribe(() => expect.unreachable())
      unsubscribe()
      const emit = (detail: number) => (tx: Transaction) => tx.emit({ type: 'mana', detail })
      await Promise.all([a.transact(emit(1)), a.transact(emit(2))])
      await remote
      expect(heard).toEqual(['a local mana 1', 'a local mana 2', 'b remote mana 1', 'b remote mana 2'])
      expect(b.epoch).toBe(1)
    })

    it('a listener that throws harms nobody', async () => {
      const state = await open()
      const heard: CommitEvent[] = []
      const report = globalThis.reportError
      const reported: unknown[] = []
      globalThis.reportError = (error) => reported.push(error)
      try {
        state.subscribe(() => {
          throw new Error('listener failed')
        })
        state.subscribe((event) => heard.push(event))
        await state.transact((tx) => tx.emit({ type: 'x', detail: 1 }))
      } finally {
        globalThis.reportError = report
      }
      expect(heard).toEqual([{ type: 'x', detail: 1 }])
      expect(reported).toHaveLength(1)
    })

    it('loses no update when tabs race', async () => {
      const name = freshName()
      const tabs = await Promise.all([open(name), open(name), open(name)])
      const answers = await Promise.all(
        tabs.flatMap((tab) => Array.from({ length: 20 }, async () => tab.transact(increment))),
      )
      expect(answers.sort((x, y) => x - y)).toEqual(Array.from({ length: 60 }, (_, i) => i + 1))
      const rounds: Promise<unknown>[] = tabs.map(async (tab) => {
        for (let i = 0; i < 10; i++) await tab.transact(increment)
      })
      await Promise.all(rounds)
      expect(await tabs[0]!.transact((tx) => tx.get(counter, 'n'))).toBe(90)
    })

    it('runs a rule again on the newer state when another tab was first', async () => {
      const name = freshName()
      const store = watched(await variant.open(name))
      const [a, b] = [await openOn(store), await open(name)]
      let runs = 0
      const late = a.transact(
        (tx) => {
          runs++
          return increment(tx)
        },
        async () => {
          if (runs === 1) await b.transact(increment)
          return () => {}
        },
      )
      await expect(late).resolves.toBe(2)
      expect(runs).toBeGreaterThan(1)
    })

    it('keeps large rows aside and gives them back whole', async () => {
      const name = freshName()
      const blobs = table<{ bytes: Uint8Array }>('blob')
      const big = new Uint8Array(3_000_000).map((_, i) => i * 7)
      const state = await open(name)
      await state.transact((tx) => tx.put(blobs, 'big', { bytes: big }))
      await state.transact((tx) => tx.put(blobs, 'small', { bytes: new Uint8Array(10) }))
      const look = (tx: Transaction) => tx.get(blobs, 'big')!.bytes
      expect(await state.transact((tx) => tx.has(blobs, 'big'))).toBe(true)
      expect((await state.read(look)).length).toBe(big.length)
      await state.close()
      const again = await open(name)
      expect(sameBytes(await again.read(look), big)).toBe(true)
      expect((await again.read((tx) => tx.list(blobs, { limit: 5 }))).map(([key]) => key)).toEqual([
        'big',
        'small',
      ])
      await again.transact((tx) => tx.put(blobs, 'big', { bytes: new Uint8Array(1) }))
      expect((await again.read(look)).length).toBe(1)
    })

    it('keeps one key under a name, whoever comes first', async () => {
      const name = freshName()
      const [a, b] = [await open(name), await open(name)]
      expect(await a.keys.get('identity')).toBeUndefined()
      const [one, two] = await Promise.all([
        a.keys.put('identity', 'from a'),
        b.keys.put('identity', 'from b'),
      ])
      expect(one).toBe(two)
      expect(await b.keys.get('identity')).toBe(one)
    })

    it('after a failed commit nothing happened, and the next one works', async () => {
      const store = watched(await variant.open(freshName()))
      const state = await openOn(store)
      store.failNext = new IcnError('QuotaExceeded', 'No room.')
      const settled = await Promise.allSettled([state.transact(increment), state.transact(increment)])
      expect(settled.map((one) => one.status === 'rejected' && one.reason.code)).toEqual([
        'QuotaExceeded',
        'QuotaExceeded',
      ])
      expect(await state.read((tx) => tx.get(counter, 'n'))).toBeUndefined()
      await expect(state.transact(increment)).resolves.toBe(1)
    })

    it('finds out whether a commit of unknown outcome was made', async () => {
      const lost = new IcnError('StorageUnavailable', 'Lost.', { data: { reason: 'interrupted' } })
      const inner = await variant.open(freshName())
      const store = watched(inner)
      const state = await openOn(store)
      store.failNext = lost
      await expect(state.transact(increment)).resolves.toBe(1)
      // This time it is made, and only the word of it is lost.
      const write = store.write
      store.write = async (batch) => {
        store.write = write
        await inner.write(batch)
        throw lost
      }
      await expect(state.transact(increment)).resolves.toBe(2)
      await expect(state.transact(increment)).resolves.toBe(3)
      expect(state.epoch).toBe(3)
    })

    it('answers what was accepted before close, and Closed afterwards', async () => {
      const state = await open()
      const accepted = state.transact(increment)
      await state.close()
      await expect(accepted).resolves.toBe(1)
      await expect(state.transact(increment)).rejects.toSatisfy((error) => IcnError.is(error, 'Closed'))
      await expect(state.read(() => 1)).rejects.toSatisfy((error) => IcnError.is(error, 'Closed'))
      await expect(state.keys.get('x')).rejects.toSatisfy((error) => IcnError.is(error, 'Closed'))
    })
  })
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i])
}
