/** Each way IndexedDB can fail us, provoked, and the clear state it must end in. */
import { deleteDB, openDB } from 'idb'
import { afterEach, describe, expect, it } from 'vitest'
import { IcnError } from '../common/errors.ts'
import { openIndexedDbStore } from './indexeddb-store.ts'
import { SCHEMA_VERSION } from './schema.ts'
import { openState, type State } from './state.ts'
import { freshName } from './store.suite.ts'
import { STORE_NAMES, type Store } from './store.ts'
import { type Transaction, table } from './types.ts'

const notes = table<string>('note')
const blobs = table<Uint8Array>('blob')

function failure(code: string, reason: string): (error: unknown) => boolean {
  return (error) => {
    if (IcnError.is(error) && error.code === code && error.data.reason === reason) {
      // Full sentences that say what to do.
      expect(error.message).toMatch(/^[A-Z].*\.$/)
      return true
    }
    throw error
  }
}

describe('IndexedDB failing', () => {
  const open: { close(): unknown }[] = []
  async function stateOn(name: string): Promise<State> {
    const state = await openState(await openIndexedDbStore(name))
    open.push(state)
    return state
  }
  afterEach(async () => {
    await Promise.all(open.splice(0).map((one) => one.close()))
  })

  it('a newer build takes the database over: the old page lets go at once and says to reload', async () => {
    const name = freshName()
    const state = await stateOn(name)
    await state.transact((tx) => tx.put(notes, 'a', 'kept'))
    const newer = await openDB(name, SCHEMA_VERSION + 1)
    open.push(newer)
    await expect(state.transact((tx) => tx.put(notes, 'b', 'x'))).rejects.toSatisfy(
      failure('VersionMismatch', 'outdated'),
    )
    await expect(state.read((tx) => tx.get(notes, 'a'))).resolves.toBe('kept')
  })

  it('a database of a newer build is refused with both versions, and left as it is', async () => {
    const name = freshName()
    const state = await stateOn(name)
    await state.close()
    const newer = await openDB(name, SCHEMA_VERSION + 3)
    newer.close()
    const error: IcnError = await openIndexedDbStore(name).then(
      () => expect.unreachable(),
      (error) => error,
    )
    expect(failure('VersionMismatch', 'newer')(error)).toBe(true)
    expect(error.data).toMatchObject({ version: SCHEMA_VERSION + 3, supported: SCHEMA_VERSION })
  })

  it.each([1, 5])(
    "a stranger's database of version %i under our name is refused and left as it is",
    async (version) => {
      const name = freshName()
      const theirs = await openDB(name, version, {
        upgrade: (database) => void database.createObjectStore('theirs'),
      })
      await theirs.put('theirs', 'value', 'key')
      theirs.close()
      await expect(openIndexedDbStore(name)).rejects.toSatisfy(failure('StorageUnavailable', 'foreign'))
      const again = await openDB(name)
      open.push(again)
      expect([...again.objectStoreNames]).toEqual(['theirs'])
      expect(await again.get('theirs', 'key')).toBe('value')
    },
  )

  it('stores of our names without our mark are refused', async () => {
    const name = freshName()
    const theirs = await openDB(name, SCHEMA_VERSION, {
      upgrade: (database) => {
        for (const store of STORE_NAMES) database.createObjectStore(store)
      },
    })
    theirs.close()
    await expect(openIndexedDbStore(name)).rejects.toSatisfy(failure('StorageUnavailable', 'foreign'))
  })

  it('the database deleted under a running page: said, and not silently begun anew', async () => {
    const name = freshName()
    const state = await stateOn(name)
    await state.transact((tx) => tx.put(notes, 'a', 'x'))
    await deleteDB(name)
    await expect(state.transact((tx) => tx.put(notes, 'b', 'x'))).rejects.toSatisfy(
      failure('StorageUnavailable', 'cleared'),
    )
    expect((await indexedDB.databases()).map((database) => database.name)).not.toContain(name)
  })

  it('an old page that will not let go: opening ends with what to do, and works once it is gone', async () => {
    const name = freshName()
    const stubborn = await openDB(name, 1)
    stubborn.onversionchange = null
    const request = indexedDB.deleteDatabase(name)
    await new Promise((resolve) => {
      request.onblocked = resolve
    })
    // A deletion is waiting for the stubborn page, and every opening waits behind it.
    await expect(openIndexedDbStore(name, { openMs: 20 })).rejects.toSatisfy(
      failure('StorageUnavailable', 'blocked'),
    )
    stubborn.close()
    const store = await openIndexedDbStore(name)
    open.push(store)
  })

  it('a connection that was taken away is replaced without a word', async () => {
    const name = freshName()
    const state = await stateOn(name)
    await state.transact((tx) => tx.put(notes, 'a', 'x'))
    // Closes our connection as the browser would: every IDBDatabase of this page that holds it.
    connections.find((database) => database.name === name)!.close()
    await expect(state.transact((tx) => tx.get(notes, 'a'))).resolves.toBe('x')
    await state.transact((tx) => tx.put(notes, 'b', 'y'))
    expect(state.epoch).toBe(2)
  })

  it('a value the database cannot hold is refused and nothing else is written', async () => {
    const store: Store = await openIndexedDbStore(freshName())
    open.push(store)
    const write = store.write({
      ops: [
        { op: 'put', store: 'large', key: 1, value: new Uint8Array(1) },
        { op: 'put', store: 'keys', key: 'k', value: () => 1 },
      ],
    })
    await expect(write).rejects.toSatisfy(failure('StorageUnavailable', 'notCloneable'))
    expect(await store.read([{ store: 'large', range: {}, limit: 9 }])).toEqual([[]])
  })

  it('keeps a non-extractable CryptoKey', async () => {
    const state = await stateOn(freshName())
    const pair = (await crypto.subtle.generateKey('Ed25519', false, ['sign', 'verify'])) as CryptoKeyPair
    await state.keys.put('identity', pair)
    const kept = (await state.keys.get('identity')) as CryptoKeyPair
    const data = new Uint8Array([1])
    const signature = await crypto.subtle.sign('Ed25519', kept.privateKey, data)
    expect(await crypto.subtle.verify('Ed25519', pair.publicKey, signature, data)).toBe(true)
  })

  describe('records changed by hand', () => {
    const damages: Record<string, (value: unknown) => unknown> = {
      'cut short': (value) => (value as Uint8Array).slice(0, -1),
      'with one byte changed': (value) =>
        (value as Uint8Array).map((byte, i) => (i === 25 ? byte ^ 1 : byte)),
      emptied: () => new Uint8Array(0),
      'of another type': () => ({ hello: 'world' }),
      'of a newer format': (value) => (value as Uint8Array).map((byte, i) => (i === 4 ? 9 : byte)),
      missing: () => undefined,
    }
    const write = (tx: Transaction, n: number): void => {
      tx.put(notes, `note ${n}`, `text ${n}`.repeat(10))
      tx.put(blobs, 'big', new Uint8Array(30_000))
    }
    const cases = (['log', 'pages', 'filters', 'large', 'meta'] as const).flatMap((store) =>
      Object.keys(damages).map((damage) => [store, damage] as const),
    )
    it.each(cases)('%s %s: a clear error, never a wrong answer', async (store, damage) => {
      const name = freshName()
      const first = await stateOn(name)
      for (let n = 0; n < 3; n++) await first.transact((tx) => write(tx, n))
      if (store !== 'log') await first.settle()
      await first.transact((tx) => tx.put(notes, 'last', 'x'))
      await first.close()
      const raw = await openDB(name)
      const keys = await raw.getAllKeys(store)
      const key = store === 'meta' ? 'manifest' : store === 'log' ? 2 : keys.at(-1)!
      const changed = damages[damage]!(await raw.get(store, key))
      if (changed === undefined) await raw.delete(store, key)
      else await raw.put(store, changed, key)
      raw.close()
      const use = async (): Promise<void> => {
        const state = await stateOn(name)
        await state.read((tx) => tx.has(notes, 'note 1x'))
        await state.read((tx) => tx.list(notes, { limit: 10 }))
        await state.read((tx) => tx.get(blobs, 'big'))
      }
      // Filters only save work: without a good one, the pages decide.
      if (store === 'filters') return use()
      const error: IcnError = await use().then(
        () => expect.unreachable(),
        (error) => error,
      )
      expect(IcnError.is(error)).toBe(true)
      expect(error.code).toBe(damage === 'of a newer format' ? 'VersionMismatch' : 'StorageUnavailable')
      expect(error.message).toMatch(/^[A-Z].*\.$/)
    })
  })
})

/** Every connection this page opens, so that a test can take one away. */
const connections: IDBDatabase[] = []
const openRequest = indexedDB.open.bind(indexedDB)
indexedDB.open = (...args: Parameters<IDBFactory['open']>) => {
  const request = openRequest(...args)
  request.addEventListener('success', () => connections.unshift(request.result))
  return request
}
