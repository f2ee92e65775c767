import { openDB } from 'idb'
import { describe, expect, it } from 'vitest'
import { meter } from '../wasm/meter.ts'
import type { MeteredModule } from '../wasm/types.ts'
import { createRuntime } from './create.ts'
import { MeteredCache, type MeteredCacheOptions, type MeteredFrom } from './metered-cache.ts'

/** (module (memory (export "memory") 1) (func (export "run") (result i64) (i64.const 42))) */
const FORTY_TWO = Uint8Array.of(
  ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 126, 3, 2, 1, 0, 5, 3, 1, 0, 1, 7, 16, 2],
  ...[6, 109, 101, 109, 111, 114, 121, 2, 0, 3, 114, 117, 110, 0, 0, 10, 6, 1, 4, 0, 66, 42, 11],
)
const FROM: MeteredFrom = { cid: 'bmodule', options: { limits: { memoryPages: 160 } } }
const fresh = () => `cache-${crypto.randomUUID()}`

/** One visit: what comes out, and whether it was metered for it. */
async function visit(
  name: string,
  { from = FROM, fill = 0, ...options }: MeteredCacheOptions & { from?: MeteredFrom; fill?: number } = {},
): Promise<{ module: MeteredModule; made: boolean }> {
  const cache = new MeteredCache(name, options)
  let made = false
  const module = await cache.through(from, () => {
    made = true
    const metered = meter(FORTY_TWO)
    return fill === 0 ? metered : { ...metered, bytes: new Uint8Array(fill) }
  })
  await cache.close()
  return { module, made }
}
const named = (cid: string): MeteredFrom => ({ ...FROM, cid })

describe('metered modules', () => {
  it('are metered once', async () => {
    const name = fresh()
    const first = await visit(name)
    const second = await visit(name)
    expect([first.made, second.made]).toEqual([true, false])
    expect(second.module).toEqual(first.module)
    expect(second.module).toEqual(meter(FORTY_TWO))
  })

  it('are used only for what they were made from', async () => {
    const name = fresh()
    await visit(name)
    const { limits } = FROM.options
    const others: MeteredFrom[] = [
      named('bother'),
      { ...FROM, options: { limits: { memoryPages: 161 } } },
      { ...FROM, options: { limits: { ...limits, callDepth: 9 } } },
      { ...FROM, options: { limits, profile: true } },
      { ...FROM, options: { limits, canonicalNaN: false } },
    ]
    for (const from of others) expect((await visit(name, { from })).made).toBe(true)
    expect((await visit(name)).made).toBe(false)
    expect((await visit(name, { from: { ...FROM, options: { limits, table: 'wasmtime-35' } } })).made).toBe(
      false,
    )
  })

  it('of another rewriter are not used, and go first', async () => {
    const name = fresh()
    await visit(name, { rewriter: 1, fill: 100 })
    expect((await visit(name, { rewriter: 2, fill: 100 })).made).toBe(true)
    expect((await visit(name, { rewriter: 1, fill: 100 })).made).toBe(true)
    expect(await (await openDB(name)).count('metered')).toBe(1)
  })

  it.each<[string, (row: Record<string, unknown>) => unknown]>([
    [
      'a changed byte',
      (row) => ({ ...row, bytes: (row.bytes as Uint8Array).map((byte, i) => (i === 9 ? byte ^ 1 : byte)) }),
    ],
    ['other facts', (row) => ({ ...row, facts: (row.facts as string).replace('"memory"', '"nemory"') })],
    ['bytes of another type', (row) => ({ ...row, bytes: 'AGFzbQ==' })],
    ['no digest', ({ bytes, facts }) => ({ bytes, facts })],
    ['something else altogether', () => 7],
  ])('damaged are made again: %s', async (_what, damage) => {
    const name = fresh()
    await visit(name)
    const database = await openDB(name)
    const [key] = await database.getAllKeys('metered')
    await database.put('metered', damage(await database.get('metered', key!)), key)
    database.close()
    const again = await visit(name)
    expect(again.made).toBe(true)
    expect(again.module).toEqual(meter(FORTY_TWO))
    expect((await visit(name)).made).toBe(false)
  })

  it('of one module are not taken for another', async () => {
    const name = fresh()
    await visit(name)
    await visit(name, { from: named('bother'), fill: 10 })
    const database = await openDB(name)
    const [one, other] = await database.getAllKeys('metered')
    await database.put('metered', await database.get('metered', other!), one)
    database.close()
    const made = []
    for (const cid of ['bmodule', 'bother']) made.push((await visit(name, { from: named(cid) })).made)
    expect(made.sort()).toEqual([false, true])
  })

  it('stay within their bytes, the least lately used go', async () => {
    const name = fresh()
    const bounds = { mostBytes: 12_000, fill: 3_000 }
    for (const cid of ['a', 'b', 'c']) await visit(name, { ...bounds, from: named(cid) })
    expect((await visit(name, { ...bounds, from: named('a') })).made).toBe(false)
    await visit(name, { ...bounds, from: named('d') })
    expect((await visit(name, { ...bounds, from: named('a') })).made).toBe(false)
    expect((await visit(name, { ...bounds, from: named('b') })).made).toBe(true)
    await visit(name, { mostBytes: 12_000, fill: 13_000, from: named('large') })
    expect((await visit(name, { mostBytes: 12_000, fill: 13_000, from: named('large') })).made).toBe(true)
    const uses = (await (await openDB(name)).getAll('uses')) as { size: number }[]
    expect(uses.reduce((sum, { size }) => sum + size, 0)).toBeLessThanOrEqual(12_000)
  })

  it('are made where the database cannot be used', async () => {
    const newer = fresh()
    ;(await openDB(newer, 2)).close()
    expect((await visit(newer)).made).toBe(true)
    const empty = fresh()
    ;(await openDB(empty, 1)).close()
    expect((await visit(empty)).made).toBe(true)
  })
})

it('a runtime finds its modules metered when the page comes back', async () => {
  const database = `runtime-${crypto.randomUUID()}`
  const bytes = Uint8Array.of(...FORTY_TWO, 0, 37, 36, ...new TextEncoder().encode(database.slice(-36)))
  const keys = async () => (await (await openDB('icn-metered-modules')).getAllKeys('metered')) as string[]
  const open = () => createRuntime({ database, manaRegeneration: false, integrityCheck: false })
  let runtime = await open()
  const first = await runtime.run(bytes)
  await runtime.close()
  runtime = await open()
  const [module] = (await runtime.modules.list()).items
  expect((await keys()).some((key) => key.includes(module!.cid))).toBe(true)

  const validate = WebAssembly.validate
  let validated = 0
  WebAssembly.validate = (source) => {
    validated++
    return validate(source)
  }
  try {
    const second = await runtime.run(module!.cid)
    expect(second).toMatchObject({ success: true, result: 42n, fuelUsed: first.fuelUsed })
    // The meter has the engine validate what it meters: here it did not run.
    expect(validated).toBe(0)
    expect(await runtime.receipts.verify(second.receiptCid)).toEqual({ status: 'verified' })
  } finally {
    WebAssembly.validate = validate
    await runtime.close()
  }
})
