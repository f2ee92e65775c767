/** The runtime on a real IndexedDB, with real Web Locks and a key the database keeps. */
import { describe, expect, it } from 'vitest'
import type { RuntimeOptions } from '../protocol/api.ts'
import { createRuntime } from './create.ts'

/** (module (memory (export "memory") 1) (func (export "run") (result i64) (i64.const 42))) */
const FORTY_TWO = Uint8Array.of(
  ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 126, 3, 2, 1, 0, 5, 3, 1, 0, 1, 7, 16, 2],
  ...[6, 109, 101, 109, 111, 114, 121, 2, 0, 3, 114, 117, 110, 0, 0, 10, 6, 1, 4, 0, 66, 42, 11],
)

function open(options: RuntimeOptions = {}) {
  return createRuntime({ manaRegeneration: false, integrityCheck: false, ...options })
}
const fresh = () => `runtime-${crypto.randomUUID()}`

describe('on IndexedDB', () => {
  it('a run is still there when the page comes back, with the same identity', async () => {
    const database = fresh()
    let runtime = await open({ database })
    const did = await runtime.identity.did()
    expect(did).toMatch(/^did:key:z6Mk/)
    const run = await runtime.run(FORTY_TWO)
    expect(run).toMatchObject({ success: true, result: 42n })
    await runtime.close()

    runtime = await open({ database })
    expect(await runtime.identity.did()).toBe(did)
    const stored = await runtime.receipts.get(run.receiptCid)
    expect(stored).toMatchObject({ signatureValid: true, run: { result: 42n, fuelUsed: run.fuelUsed } })
    expect((await runtime.jobs.status(run.jobId)).state).toBe('Completed')
    expect((await runtime.modules.list()).items).toHaveLength(1)
    expect(await runtime.mana.balance()).toBe(1_000n)
    expect((await runtime.dag.verifyAll()).bad).toEqual([])
    const { storageEstimate, storage } = await runtime.inspect()
    expect(storage).toBe('indexeddb')
    expect(storageEstimate!.quota).toBeGreaterThan(0)
    await runtime.close()
  })

  it('production accepts it', async () => {
    const runtime = await open({ database: fresh(), environment: 'production' })
    expect((await runtime.run(FORTY_TWO)).success).toBe(true)
    await runtime.close()
  })

  it('two runtimes on one database share a ledger and hear of each other, and initial mana is given once', async () => {
    const database = fresh()
    const [one, two] = await Promise.all([open({ database }), open({ database })])
    expect(await one.identity.did()).toBe(await two.identity.did())
    const heard = new Promise((resolve) => two.on('receipt', resolve))
    const runs = await Promise.all([one, two, one, two].map((runtime) => runtime.run(FORTY_TWO)))
    expect(runs.every((run) => run.success)).toBe(true)
    await heard
    expect((await two.jobs.list()).items).toHaveLength(4)
    // What the other committed last arrives a moment later.
    await expect
      .poll(async () => (await one.inspect()).manaTotals)
      .toMatchObject({ minted: 1_000n, escrow: 0n, balances: 1_000n })
    await one.mana.spend(1n)
    await expect.poll(() => two.mana.balance()).toBe(999n)
    await Promise.all([one.close(), two.close()])
  })

  it('regenerates in one of several tabs', async () => {
    const database = fresh()
    const manaRegeneration = { amount: 1n, intervalMs: 30, cap: 1_005n }
    const all = await Promise.all([1, 2, 3].map(() => open({ database, manaRegeneration })))
    await expect.poll(() => all[2]!.mana.balance(), { timeout: 5_000 }).toBe(1_005n)
    const causes = (await all[0]!.mana.history()).items.filter((entry) => entry.cause === 'regeneration')
    expect(causes.reduce((sum, entry) => sum + entry.amount, 0n)).toBe(5n)
    await Promise.all(all.map((runtime) => runtime.close()))
  })
})
