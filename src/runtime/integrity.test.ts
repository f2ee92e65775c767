import { describe, expect, it } from 'vitest'
import { utf8 } from '../common/bytes.ts'
import { FixedTimeProvider } from '../common/time.ts'
import { BLOCKS, fromRow } from '../dag/rows.ts'
import type { IcnRuntime } from '../protocol/api.ts'
import { MemoryDatabase } from '../storage/memory-store.ts'
import type { State } from '../storage/state.ts'
import { processLocks } from './exclusive.ts'
import { guest, NOW, openDatabase, testRuntime } from './fixtures/world.ts'
import type { RepairStrategy } from './integrity.ts'
import { RESULTS } from './tables.ts'

async function damaged(repair?: RepairStrategy, options = {}) {
  const state = await openDatabase()
  const runtime = await testRuntime(options, { state, ...(repair === undefined ? {} : { repair }) })
  const good = await runtime.dag.put({ data: utf8('good') })
  const bad = await runtime.dag.put({ data: utf8('it was good') })
  const original = (await state.read((tx) => tx.get(BLOCKS, bad)))!
  await damage(state, bad)
  return { state, runtime, good, bad, original }
}

const damage = (state: State, cid: string) =>
  state.transact((tx) => tx.put(BLOCKS, cid, { ...tx.get(BLOCKS, cid)!, data: utf8('it is bad') }))

describe('the integrity check', () => {
  it('integrity_checker_detects_corruption: the block is named, and reported is all it is', async () => {
    const { runtime, good, bad } = await damaged()
    const reason = expect.stringMatching(/^CID mismatch: the content hashes to bafyr/)
    for (const _again of [1, 2]) {
      expect(await runtime.dag.verifyAll()).toEqual({ checked: 2, bad: [{ cid: bad, reason }], repaired: 0 })
    }
    await expect(runtime.dag.get(bad)).rejects.toMatchObject({ code: 'DagOperationFailed' })
    expect((await runtime.dag.get(good))?.data).toEqual(utf8('good'))
    await runtime.close()
  })

  it.each(['delete', 'quarantine'] as const)('%s takes the block away', async (repair) => {
    const { runtime, bad } = await damaged(undefined, { integrityCheck: { intervalMs: 1_000_000, repair } })
    expect(await runtime.dag.verifyAll()).toMatchObject({ bad: [{ cid: bad }], repaired: 1 })
    expect(await runtime.dag.verifyAll()).toEqual({ checked: 1, bad: [], repaired: 0 })
    expect(await runtime.dag.has(bad)).toBe(false)
    await runtime.close()
  })

  it('a strategy is given CID, bytes and reason, and what it answers is verified before it is used', async () => {
    let answer: 'wrong' | 'right' = 'wrong'
    const world = await damaged(({ cid, stored, reason }) => {
      expect([cid, stored.data, reason]).toEqual([
        world.bad,
        utf8('it is bad'),
        expect.stringContaining('CID mismatch'),
      ])
      return fromRow(cid, answer === 'right' ? world.original : { ...world.original, data: utf8('forged') })
    })
    const { runtime, bad } = world
    await expect(runtime.dag.verifyAll()).rejects.toMatchObject({ code: 'DagOperationFailed' })
    answer = 'right'
    expect(await runtime.dag.verifyAll()).toMatchObject({ repaired: 1 })
    expect((await runtime.dag.get(bad))?.data).toEqual(utf8('it was good'))
    await runtime.close()
  })

  it('covers the results of runs', async () => {
    const state = await openDatabase()
    await using runtime = await testRuntime({}, { state })
    const { receipt } = await runtime.run(guest('(i64.const 5)'))
    await state.transact((tx) => tx.put(RESULTS, receipt.resultCid, utf8('forged')))
    expect((await runtime.dag.verifyAll()).bad).toMatchObject([{ cid: receipt.resultCid }])
  })

  it('tells how far it is, in slices, and can be aborted between them', async () => {
    await using runtime = await testRuntime()
    for (let i = 0; i < 70; i++) await runtime.dag.put({ data: utf8(`block ${i}`) })
    const seen: number[] = []
    const all = await runtime.dag.verifyAll({ onProgress: ({ checked }) => seen.push(checked) })
    expect(all.checked).toBe(70)
    expect(seen.slice(0, 3)).toEqual([32, 64, 70])
    const controller = new AbortController()
    const aborted = runtime.dag.verifyAll({ signal: controller.signal, onProgress: () => controller.abort() })
    await expect(aborted).rejects.toMatchObject({ code: 'Aborted', data: { checked: 32 } })
  })

  it('runs in the background when an interval has passed since the last, and tells every tab', async () => {
    const database = new MemoryDatabase()
    const locks = processLocks()
    const time = new FixedTimeProvider(NOW)
    const integrityCheck = { intervalMs: 10_000, repair: 'report' as const }
    const open = async () =>
      testRuntime({ integrityCheck }, { state: await openDatabase(database), runExclusive: locks, time })
    {
      await using first = await open()
      const state = await openDatabase(database)
      const cid = await first.dag.put({ data: utf8('fine') })
      await damage(state, cid)
      await state.close()
    }
    time.advance(10_000)
    const watching = await testRuntime({}, { state: await openDatabase(database), runExclusive: locks, time })
    const told = new Promise((resolve) => watching.on('integrity', resolve))
    const logged = new Promise((resolve) => watching.on('log', resolve))
    await using _second = await open()
    expect(await told).toMatchObject({ checked: 1, bad: [{}], repaired: 0 })
    expect(await logged).toMatchObject({
      level: 'error',
      message: '1 of 1 blocks are damaged; 0 were repaired.',
      source: 'integrity',
    })
    await watching.close()
  })
})

async function decide({ governance }: IcnRuntime, capacity: string): Promise<void> {
  const id = await governance.create({
    proposalType: { SystemParameterChange: ['mana_max_capacity', capacity] },
    description: capacity,
    durationSecs: 60,
  })
  await governance.openVoting(id)
  await governance.castVote({ proposalId: id, option: 'Yes' })
  await governance.close(id)
  expect(await governance.execute(id)).toBe('Executed')
}

describe('regeneration', () => {
  const manaRegeneration = { amount: 10n, intervalMs: 1_000, cap: 1_035n }

  it('credits the intervals nobody was there for, once, up to the cap, in one tab', async () => {
    const database = new MemoryDatabase()
    const locks = processLocks()
    const time = new FixedTimeProvider(NOW)
    const open = async () =>
      testRuntime({ manaRegeneration }, { state: await openDatabase(database), runExclusive: locks, time })
    {
      await using first = await open()
      expect(await first.mana.balance()).toBe(1_000n)
    }
    time.advance(2_500)
    {
      await using one = await open()
      await using two = await open()
      await expect.poll(() => two.mana.balance()).toBe(1_020n)
      await new Promise((resolve) => setTimeout(resolve, 20))
      expect(await one.mana.balance()).toBe(1_020n)
    }
    time.advance(50_000)
    await using last = await open()
    await expect.poll(() => last.mana.balance()).toBe(1_035n)
    expect(await last.mana.regenerate()).toBe(0n)
  })

  it('by hand: one tick now', async () => {
    await using runtime = await testRuntime({ manaRegeneration })
    expect(await runtime.mana.regenerate()).toBe(10n)
    await using off = await testRuntime()
    await expect(off.mana.regenerate()).rejects.toThrow('Mana regeneration is off in this runtime.')
  })

  it('capacity_updates_allow_more_mana, parameter_persistence.rs: the members’ cap goes before the option’s', async () => {
    const database = new MemoryDatabase()
    const time = new FixedTimeProvider(NOW)
    const policy = { amount: 50n, intervalMs: 1_000_000, cap: 5n }
    const open = async () =>
      testRuntime(
        { initialMana: 30n, manaRegeneration: policy },
        { state: await openDatabase(database), time },
      )
    {
      await using runtime = await open()
      // A decision costs 10 for the proposal and 1 for the vote, and gives 1 when it takes effect.
      await decide(runtime, '20')
      expect(await runtime.mana.balance()).toBe(20n)
      expect(await runtime.mana.regenerate()).toBe(0n)
      await decide(runtime, '80')
      expect(await runtime.mana.balance()).toBe(10n)
      expect(await runtime.mana.regenerate()).toBe(50n)
      expect(await runtime.mana.regenerate()).toBe(20n)
      await decide(runtime, '75')
    }
    time.advance(1_000_000)
    await using runtime = await open()
    const { items } = await runtime.governance.parameters()
    expect(items).toMatchObject([{ key: 'mana_max_capacity', value: '75' }])
    await expect.poll(() => runtime.mana.balance()).toBe(75n)
  })
})
