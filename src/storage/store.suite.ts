/** What every store must do, whatever it keeps its bytes in. */
import { afterEach, describe, expect, it } from 'vitest'
import { IcnError } from '../common/errors.ts'
import { one, type Read, type Store } from './store.ts'

export interface StoreVariant {
  readonly name: string
  /** A store on a database of this name; the same name is the same database. */
  open(database: string): Promise<Store>
}

let counter = 0
export function freshName(): string {
  return `suite-${Date.now().toString(36)}-${counter++}`
}

export function storeSuite(variant: StoreVariant): void {
  describe(`store: ${variant.name}`, () => {
    const opened: Store[] = []
    async function open(name: string): Promise<Store> {
      const store = await variant.open(name)
      opened.push(store)
      return store
    }
    afterEach(async () => {
      await Promise.all(opened.splice(0).map((store) => store.close()))
    })

    const all = (store: Read['store'], rest: Partial<Read> = {}): Read => ({
      store,
      range: {},
      limit: 100,
      ...rest,
    })
    const page = (run: number, last: string) => [run, last] as const

    it('begins with its mark, a manifest and commit 0', async () => {
      const store = await open(freshName())
      const [meta, log] = await store.read([all('meta', { keys: true }), all('log', { keys: true })])
      expect(meta).toEqual(['format', 'manifest'])
      expect(log).toEqual([0])
    })

    it('orders numbers by value and strings by UTF-16 code unit, and reads ranges both ways', async () => {
      const store = await open(freshName())
      const lasts = ['b', 'a', '', 'a\u0000', 'Z', '\u{1F600}', '\uffff', 'ä']
      await store.write({
        ops: lasts.flatMap((last) =>
          [10, 9, -1].map((run) => ({
            op: 'put' as const,
            store: 'pages' as const,
            key: page(run, last),
            value: `${run}${last}`,
          })),
        ),
      })
      const sorted = [...lasts].sort((a, b) => (a < b ? -1 : 1))
      const [nine, after, before, reverse, keys] = await store.read([
        all('pages', { range: { from: page(9, ''), before: page(10, '') } }),
        all('pages', { range: { after: page(9, 'a'), to: page(9, 'ä') } }),
        all('pages', { range: { before: page(9, '') } }),
        all('pages', { range: { to: page(9, 'b') }, limit: 2, reverse: true }),
        all('pages', { range: { from: page(10, 'b') }, limit: 1, keys: true }),
      ])
      expect(nine).toEqual(sorted.map((last) => `9${last}`))
      expect(after).toEqual(['9a\u0000', '9b', '9ä'])
      expect(before).toHaveLength(8)
      expect(reverse).toEqual(['9b', '9a\u0000'])
      expect(keys).toEqual([[10, 'b']])
    })

    it('gives back the bytes it was given, apart from the ones it was given', async () => {
      const store = await open(freshName())
      const bytes = new Uint8Array([1, 2, 3])
      await store.write({ ops: [{ op: 'put', store: 'large', key: 7, value: bytes }] })
      bytes[0] = 9
      const [[found]] = (await store.read([one('large', 7)])) as [[Uint8Array]]
      expect([...found]).toEqual([1, 2, 3])
    })

    it('writes all of a batch or nothing: a check that says no', async () => {
      const store = await open(freshName())
      const written = await store.write({
        reads: [one('log', 0), one('log', 1)],
        check: ([zero, first]) => zero!.length === 0 || first!.length === 1,
        ops: [
          { op: 'put', store: 'log', key: 1, value: new Uint8Array(1) },
          { op: 'put', store: 'large', key: 1, value: new Uint8Array(1) },
        ],
      })
      expect(written).toBe(false)
      const [log, large] = await store.read([all('log', { keys: true }), all('large')])
      expect([log, large]).toEqual([[0], []])
    })

    it('writes all of a batch or nothing: an add that finds its place taken', async () => {
      const store = await open(freshName())
      const written = await store.write({
        ops: [
          { op: 'put', store: 'large', key: 1, value: new Uint8Array(1) },
          { op: 'add', store: 'log', key: 0, value: new Uint8Array(1) },
          { op: 'put', store: 'large', key: 2, value: new Uint8Array(1) },
        ],
      })
      expect(written).toBe(false)
      expect(await store.read([all('large')])).toEqual([[]])
      expect(
        await store.write({ ops: [{ op: 'add', store: 'large', key: 1, value: new Uint8Array(1) }] }),
      ).toBe(true)
    })

    it('passes on what a check throws, and writes nothing', async () => {
      const store = await open(freshName())
      const batch = store.write({
        reads: [one('log', 0)],
        check: () => {
          throw new IcnError('Internal', 'The check failed.')
        },
        ops: [{ op: 'put', store: 'large', key: 1, value: new Uint8Array(1) }],
      })
      await expect(batch).rejects.toThrow('The check failed.')
      expect(await store.read([all('large')])).toEqual([[]])
    })

    it('deletes ranges', async () => {
      const store = await open(freshName())
      await store.write({
        ops: [1, 2, 3, 4, 5].map((key) => ({ op: 'put', store: 'large', key, value: new Uint8Array(key) })),
      })
      await store.write({ ops: [{ op: 'delete', store: 'large', range: { after: 1, before: 5 } }] })
      expect(await store.read([all('large', { keys: true })])).toEqual([[1, 5]])
    })

    it('lets exactly one of two tabs add a record, and shows it to both', async () => {
      const name = freshName()
      const [a, b] = await Promise.all([open(name), open(name)])
      const add = (store: Store) =>
        store.write({ ops: [{ op: 'add', store: 'log', key: 1, value: new Uint8Array(1) }] })
      expect((await Promise.all([add(a), add(b)])).sort()).toEqual([false, true])
      for (const store of [a, b]) expect(await store.read([all('log', { keys: true })])).toEqual([[0, 1]])
    })

    it('announces to the other tabs and not to itself', async () => {
      const name = freshName()
      const [a, b] = await Promise.all([open(name), open(name)])
      const own: unknown[] = []
      a.listen((message) => own.push(message))
      const heard = new Promise((resolve) => b.listen(resolve))
      a.announce({ epoch: 5 })
      expect(await heard).toMatchObject({ epoch: 5 })
      expect(own).toEqual([])
    })

    it('lends a lock to one tab at a time', async () => {
      const name = freshName()
      const [a, b] = await Promise.all([open(name), open(name)])
      const order: string[] = []
      let free: () => void = () => {}
      const busy = a.lock('x', () =>
        new Promise<void>((resolve) => (free = resolve)).then(() => void order.push('a')),
      )
      await expect(b.tryLock('x', async () => 'got it')).resolves.toBeUndefined()
      const next = b.lock('x', async () => void order.push('b'))
      free()
      await Promise.all([busy, next])
      expect(order).toEqual(['a', 'b'])
      await expect(b.tryLock('x', async () => 'got it')).resolves.toBe('got it')
      await expect(a.lock('x', () => Promise.reject(new Error('task failed')))).rejects.toThrow('task failed')
      await expect(b.tryLock('x', async () => 'free again')).resolves.toBe('free again')
    })

    it('answers Closed after close', async () => {
      const store = await open(freshName())
      await store.close()
      await expect(store.read([one('log', 0)])).rejects.toSatisfy((error) => IcnError.is(error, 'Closed'))
      await expect(store.write({ ops: [] })).rejects.toSatisfy((error) => IcnError.is(error, 'Closed'))
    })
  })
}
