/**
 * Databases of every earlier version, opened by this build. To record the present one (before a step is added to
 * schema.ts): ICN_BLESS=1 npx vitest run --project node src/runtime/earlier-versions.test.ts
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { databaseOf, type Stored, storedOf } from '../storage/fixtures/stored.ts'
import { MemoryDatabase } from '../storage/memory-store.ts'
import { SCHEMA_VERSION } from '../storage/schema.ts'
import { guest, openDatabase, testRuntime } from './fixtures/world.ts'

const folder = fileURLToPath(new URL('../storage/fixtures/', import.meta.url))
const fileOf = (version: number) => `${folder}version-${version}.json`
const MANA = '(import "icn" "host_account_get_mana" (func $mana (result i64)))'

/** Four runs, one of them a failure; a large block, pinned; some of it in pages, some in the log alone. */
async function record(): Promise<Stored> {
  const database = new MemoryDatabase()
  const state = await openDatabase(database)
  const runtime = await testRuntime({}, { state })
  await runtime.run(guest('(call $mana)', MANA))
  await runtime.run(guest('unreachable'))
  await runtime.dag.pin(await runtime.dag.put({ data: new Uint8Array(17_000).fill(7) }))
  await state.settle()
  await runtime.run(guest('(call $mana)', MANA))
  await runtime.run(guest('(i64.const 5)'))
  await runtime.mana.spend(100n)
  await runtime.close()
  return storedOf(database, SCHEMA_VERSION)
}

if (process.env.ICN_BLESS) writeFileSync(fileOf(SCHEMA_VERSION), `${JSON.stringify(await record())}\n`)

it('there is a database of each version up to the present one', () => {
  const found = readdirSync(folder).filter((name) => /^version-\d+\.json$/.test(name))
  expect(found).toHaveLength(SCHEMA_VERSION)
  for (let version = 1; version <= SCHEMA_VERSION; version++) {
    expect(existsSync(fileOf(version)), `version ${version}`).toBe(true)
  }
})

it.each(Array.from({ length: SCHEMA_VERSION }, (_, n) => n + 1))(
  'a node of version %i goes on: everything is there, sound, and can be added to',
  async (version) => {
    // What only IndexedDB's own steps would change, src/storage/migrations.browser.test.ts covers.
    const database = databaseOf(JSON.parse(readFileSync(fileOf(version), 'utf8')))
    await using runtime = await testRuntime({}, { state: await openDatabase(database) })
    expect(await runtime.mana.balance()).toBe(900n)
    expect(await runtime.mana.audit()).toMatchObject({ faults: [] })
    const checked = await runtime.dag.verifyAll()
    expect(checked).toMatchObject({ bad: [] })
    expect(checked.checked).toBeGreaterThan(15)
    const receipts = (await runtime.receipts.list()).items
    expect(receipts.map(({ run }) => run?.result)).toEqual([5n, 990n, null, 990n])
    for (const { cid } of receipts) {
      // A record of an earlier format lacks what a replay is now told; it is read, and never called a mismatch.
      expect(await runtime.receipts.verify(cid)).toMatchObject(
        version === 1
          ? { status: 'notReplayable', reason: expect.stringContaining('not of format') }
          : { status: 'verified' },
      )
    }
    const large = (await runtime.dag.list()).items.find(({ size }) => size === 17_000)!
    expect(large.pinned).toBe(true)
    expect((await runtime.dag.get(large.cid))?.data).toEqual(new Uint8Array(17_000).fill(7))
    expect(await runtime.run(guest('(call $mana)', MANA))).toMatchObject({ result: 891n })
  },
)
