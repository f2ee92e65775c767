/** The chain of migrations: from every earlier version, all or nothing, and beside tabs of other builds. */
import { openDB } from 'idb'
import { afterEach, describe, expect, it } from 'vitest'
import { IcnError } from '../common/errors.ts'
import { recordsOf, type Stored } from './fixtures/stored.ts'
import { openIndexedDbStore } from './indexeddb-store.ts'
import { type IcnDatabase, SCHEMA_VERSION, STEPS, type Step } from './schema.ts'
import { openState, type State } from './state.ts'
import { freshName } from './store.suite.ts'
import { table } from './types.ts'

const fixtures = import.meta.glob<Stored>('./fixtures/version-*.json', { eager: true, import: 'default' })
const versions = Object.values(fixtures)

/** What later builds might do: a store of its own, filled from what is there; then a row moved. */
const addStore: Step = async (database, transaction) => {
  ;(database as unknown as IDBDatabase).createObjectStore('later')
  const later = transaction.objectStore('later' as 'meta')
  await later.put(await transaction.objectStore('log').count(), 'commits')
  await later.put('of version 2', 'mark')
}
const moveRow: Step = async (_database, transaction) => {
  const later = transaction.objectStore('later' as 'meta')
  const mark = await later.get('mark')
  await later.delete('mark')
  await later.put(`${mark}, moved by version 3`, 'moved')
}
const failing: Step = async (_database, transaction) => {
  await transaction.objectStore('meta').put('half done', 'half')
  throw new Error('The third step failed')
}
const CHAIN = [...STEPS, addStore, moveRow]

/** A database as a build of that version left it: its stores and nothing of ours in between. */
async function restore(name: string, stored: Stored): Promise<void> {
  const database = await openDB(name, stored.version, {
    upgrade: (opened) => {
      for (const store of Object.keys(stored.stores)) opened.createObjectStore(store)
    },
  })
  const transaction = database.transaction([...database.objectStoreNames], 'readwrite')
  for (const [store, key, value] of recordsOf(stored)) {
    void transaction.objectStore(store).put(value, key as IDBValidKey)
  }
  await transaction.done
  database.close()
}

async function refusal(opening: Promise<unknown>): Promise<IcnError> {
  const error: unknown = await opening.then(
    () => expect.unreachable(),
    (thrown) => thrown,
  )
  expect(IcnError.is(error)).toBe(true)
  expect((error as IcnError).message).toMatch(/^[A-Z].*\.$/)
  return error as IcnError
}

describe('migrations', () => {
  const open: { close(): unknown }[] = []
  const kept = <T extends { close(): unknown }>(one: T): T => {
    open.push(one)
    return one
  }
  const stateOn = async (name: string, steps?: readonly Step[]): Promise<State> =>
    kept(await openState(await openIndexedDbStore(name, { openMs: 2_000, ...(steps && { steps }) })))
  afterEach(async () => {
    await Promise.all(open.splice(0).map((one) => one.close()))
  })
  const accounts = table<{ balance: bigint }>('accounts')
  const blocks = table<{ data: Uint8Array }>('blocks')

  /** What src/runtime/earlier-versions.test.ts recorded. */
  async function expectWhole(state: State): Promise<void> {
    const [[, account], large] = await state.read((tx) => [
      tx.list(accounts, { limit: 1 })[0]!,
      tx.list(blocks, { limit: 100 }).filter(([, { data }]) => data.length === 17_000),
    ])
    expect(account.balance).toBe(900n)
    expect(large).toHaveLength(1)
  }

  it('there is a database of every version up to the present one', () => {
    expect(versions.map(({ version }) => version).sort()).toEqual(STEPS.map((_, n) => n + 1))
  })

  it.each(versions)('version $version: opened by this build, with all that was in it', async (stored) => {
    const name = freshName()
    await restore(name, stored)
    const state = await stateOn(name)
    await expectWhole(state)
    await state.transact((tx) => tx.put(accounts, 'new', { balance: 1n }))
    await state.close()
    await expectWhole(await stateOn(name))
  })

  it.each(versions)('version $version: through further steps, each in its turn', async (stored) => {
    const name = freshName()
    await restore(name, stored)
    const state = await stateOn(name, CHAIN)
    await expectWhole(state)
    await state.close()
    const raw = kept(await openDB(name))
    expect(raw.version).toBe(CHAIN.length)
    expect(await raw.getAllKeys('later')).toEqual(['commits', 'moved'])
    expect(await raw.get('later', 'moved')).toBe('of version 2, moved by version 3')
    expect(await raw.get('later', 'commits')).toBe(stored.stores.log!.length)
  })

  it('one step at a time leads to the same as all at once, also from nothing', async () => {
    const [slow, fast] = [freshName(), freshName()]
    for (let version = 1; version <= CHAIN.length; version++) {
      await (await stateOn(slow, CHAIN.slice(0, version))).close()
    }
    await (await stateOn(fast, CHAIN)).close()
    const dump = async (name: string) => {
      const raw = kept(await openDB(name))
      const stores = await Promise.all([...raw.objectStoreNames].map((one) => raw.getAllKeys(one)))
      return [raw.version, [...raw.objectStoreNames], stores, await raw.getAll('later')]
    }
    expect(await dump(slow)).toEqual(await dump(fast))
  })

  it('a step that fails leaves everything as it was, says so, and the build before still works', async () => {
    const name = freshName()
    await restore(name, versions[0]!)
    const error = await refusal(openIndexedDbStore(name, { steps: [...STEPS, addStore, failing] }))
    expect(error).toMatchObject({
      code: 'StorageUnavailable',
      data: { reason: 'migration', version: versions[0]!.version, supported: STEPS.length + 2 },
    })
    expect(error.message).toContain('The third step failed')
    const raw = await openDB(name)
    expect(raw.version).toBe(versions[0]!.version)
    expect(raw.objectStoreNames.contains('later')).toBe(false)
    expect(await raw.get('meta', 'half')).toBeUndefined()
    raw.close()
    await expectWhole(await stateOn(name))
  })

  it('a tab of the build before lets go: it is told to reload, the new one goes on', async () => {
    const name = freshName()
    const old = await stateOn(name)
    await old.transact((tx) => tx.put(accounts, 'a', { balance: 1n }))
    const newer = await stateOn(name, CHAIN)
    expect(await newer.read((tx) => tx.get(accounts, 'a'))).toEqual({ balance: 1n })
    const error = await refusal(old.transact((tx) => tx.put(accounts, 'b', { balance: 1n })))
    expect(error).toMatchObject({
      code: 'VersionMismatch',
      data: { reason: 'outdated', version: CHAIN.length },
    })
    expect(error.message).toContain('Reload the page')
  })

  it('a tab that will not let go keeps the upgrade waiting: said, nothing changed, and done once it is gone', async () => {
    const name = freshName()
    await (await stateOn(name)).close()
    const stubborn = (await openDB(name)) as unknown as IcnDatabase
    stubborn.onversionchange = null
    const error = await refusal(openIndexedDbStore(name, { steps: CHAIN, openMs: 50 }))
    expect(error).toMatchObject({ code: 'StorageUnavailable', data: { reason: 'blocked', limit: 50 } })
    expect(error.message).toContain('Close the other tabs')
    expect(stubborn.version).toBe(SCHEMA_VERSION)
    stubborn.close()
    const state = await stateOn(name, CHAIN)
    await state.transact((tx) => tx.put(accounts, 'a', { balance: 1n }))
    expect(state.epoch).toBe(1)
  })

  it('a tab of the build before that comes after the upgrade is refused, with both versions', async () => {
    const name = freshName()
    await (await stateOn(name, CHAIN)).close()
    const error = await refusal(openIndexedDbStore(name))
    expect(error).toMatchObject({
      code: 'VersionMismatch',
      data: { reason: 'newer', version: CHAIN.length, supported: SCHEMA_VERSION },
    })
    await (await stateOn(name, CHAIN)).close()
  })
})
