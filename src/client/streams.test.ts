/** Streams and repairs across the worker boundary, with a whole runtime behind it. */
import { describe, expect, it } from 'vitest'
import { utf8 } from '../common/bytes.ts'
import { IcnError } from '../common/errors.ts'
import { BLOCKS } from '../dag/rows.ts'
import { openDatabase, seed, testRuntime } from '../runtime/fixtures/world.ts'
import type { State } from '../storage/state.ts'
import { fakeWorkers, type Methods } from './fixtures/fake-worker.ts'
import { start } from './start.ts'

async function client(byte = 1) {
  const state = await openDatabase()
  const runtime = await testRuntime({ identitySeed: seed(byte) }, { state })
  const workers = fakeWorkers({ methods: () => ({ ...runtime }) as unknown as Methods })
  return { state, workers, page: await start({ database: 'test' }, workers.spawn) }
}

const damage = (state: State, cid: string) =>
  state.transact((tx) => tx.put(BLOCKS, cid, { ...tx.get(BLOCKS, cid)!, data: utf8('it is bad') }))

describe('streams across the boundary', () => {
  it('an export flows straight into an import on another page', async () => {
    const one = await client()
    const two = await client(2)
    for (let i = 0; i < 300; i++)
      await one.page.dag.put({ data: new Uint8Array(2_000).fill(1 + (i % 251), i) })
    const seen: number[] = []
    const result = await two.page.dag.import(await one.page.dag.export(), {
      onProgress: ({ bytes }) => seen.push(bytes),
    })
    expect(result).toMatchObject({ blocks: 300, added: 300, state: 'restored' })
    expect(seen.at(-1)).toBe(result.bytes)
    expect(await two.page.dag.root()).toBe(await one.page.dag.root())
  })

  it('an export given up, and a CAR file, end in good order', async () => {
    const { page } = await client()
    await page.dag.put({ data: utf8('x') })
    const stream = await page.dag.export()
    const reader = stream.getReader()
    expect((await reader.read()).value?.subarray(1, 4)).toEqual(utf8('ICN'))
    await reader.cancel()
    const car = (await page.dag.exportCar()).getReader()
    let bytes = 0
    for (let read = await car.read(); !read.done; read = await car.read()) bytes += read.value.length
    expect(bytes).toBeGreaterThan(300)
  })

  it('an import that is refused rejects with the place, and the source is let go', async () => {
    const { page } = await client()
    let cancelled = false
    const source = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(utf8('this is not an export at all')),
      cancel() {
        cancelled = true
      },
    })
    await expect(page.dag.import(source)).rejects.toMatchObject({
      code: 'DagOperationFailed',
      data: { reason: 'badExport', offset: 0 },
    })
    expect(cancelled).toBe(true)
    await expect(page.dag.import('file' as never)).rejects.toMatchObject({ code: 'InvalidSpec' })
    const wrong = new ReadableStream({ start: (controller) => controller.enqueue('text') })
    await expect(page.dag.import(wrong)).rejects.toThrow('A chunk must be a Uint8Array')
  })

  it('what the caller’s own functions and options throw comes as an IcnError', async () => {
    const { page } = await client()
    const broken = new ReadableStream({ start: (controller) => controller.error('unplugged') })
    for (const [call, message] of [
      [() => page.dag.verifyAll(null as never), /^What dag.verifyAll was given failed: .*null/],
      [() => page.dag.import(broken), 'What dag.import was given failed: unplugged'],
    ] as const) {
      const error = await call().catch((thrown: unknown) => thrown)
      expect(error).toBeInstanceOf(IcnError)
      expect(error).toMatchObject({ code: 'InvalidSpec', message: expect.stringMatching(message) })
    }
  })

  it('an import can be aborted while its file does not come', async () => {
    const { page } = await client()
    const controller = new AbortController()
    const importing = page.dag.import(new ReadableStream(), { signal: controller.signal })
    setTimeout(() => controller.abort(), 10)
    await expect(importing).rejects.toMatchObject({ code: 'Aborted' })
    const other = await client(2)
    expect(await page.dag.import(await other.page.dag.export())).toMatchObject({ blocks: 0 })
  })

  it('a stream whose worker dies fails instead of hanging', async () => {
    const { page, workers } = await client()
    for (let i = 0; i < 40; i++) await page.dag.put({ data: new Uint8Array(20_000).fill(i) })
    const reader = (await page.dag.export()).getReader()
    await reader.read()
    workers.last.crash()
    await expect(
      (async () => {
        while (!(await reader.read()).done);
      })(),
    ).rejects.toMatchObject({ code: 'WorkerCrashed' })
  })
})

describe('verifyAll across the boundary', () => {
  it.each(['quarantine', 'delete'] as const)('%s by name', async (repair) => {
    const { page, state } = await client()
    const cid = await page.dag.put({ data: utf8('it was good') })
    await damage(state, cid)
    expect(await page.dag.verifyAll({ repair })).toMatchObject({ checked: 1, bad: [{ cid }], repaired: 1 })
    expect(await page.dag.has(cid)).toBe(false)
    expect((await page.dag.quarantined()).items).toHaveLength(repair === 'quarantine' ? 1 : 0)
  })

  it('a function is asked on the page, and the bytes it answers with are verified', async () => {
    const { page, state } = await client()
    const cid = await page.dag.put({ data: utf8('it was good') })
    await damage(state, cid)
    const wrong = page.dag.verifyAll({ repair: () => utf8('forged') })
    await expect(wrong).rejects.toMatchObject({ data: { reason: 'wrongReplacement' } })
    const asked: unknown[] = []
    const result = await page.dag.verifyAll({
      repair: (bad) => {
        asked.push([bad.cid, bad.stored?.data, bad.reason])
        return utf8('it was good')
      },
    })
    expect(asked).toEqual([[cid, utf8('it is bad'), expect.stringContaining('CID mismatch')]])
    expect(result).toMatchObject({ repaired: 1 })
    expect((await page.dag.get(cid))?.data).toEqual(utf8('it was good'))
    expect(await page.dag.examine(cid)).toMatchObject({ cid, reason: null })
    expect(await page.mana.audit()).toMatchObject({ accounts: 1, faults: [] })
  })
})
