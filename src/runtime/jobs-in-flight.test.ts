import { describe, expect, it } from 'vitest'
import { auditBalances, ledgerTotals } from '../economics/ledger.ts'
import type { IcnRuntime, JobStatus } from '../protocol/api.ts'
import { MemoryDatabase, openMemoryStore } from '../storage/memory-store.ts'
import { openState } from '../storage/state.ts'
import { processLocks } from './exclusive.ts'
import { guest, openDatabase, signerOf, testRuntime } from './fixtures/world.ts'
import { JOBS, OPEN_JOBS } from './tables.ts'

const SPEND = '(import "icn" "host_account_spend_mana" (func $spend (param i32 i32 i64) (result i32)))'
const MANA = '(import "icn" "host_account_get_mana" (func $mana (result i64)))'
const did = `${signerOf(1).did}`
const spender = (amount: number) =>
  guest(
    `(drop (call $spend (i32.const 0) (i32.const ${did.length}) (i64.const ${amount}))) (call $mana)`,
    SPEND + MANA,
    did,
  )

const WARM = 3

async function added(runtime: IcnRuntime, bytes: Uint8Array): Promise<string> {
  const { cid } = await runtime.modules.add(bytes)
  // The first runs of a module say how long it takes.
  for (let n = 0; n < WARM; n++) await runtime.run(cid)
  return cid
}

describe('many jobs at once', () => {
  it('share their commits, and see what those before them left, without being run again', async () => {
    const state = await openDatabase()
    await using runtime = await testRuntime({ initialMana: 10_000n }, { state })
    const cid = await added(runtime, spender(5))
    const before = state.epoch
    const runs = await Promise.all(Array.from({ length: 64 }, () => runtime.run(cid)))
    expect(state.epoch - before).toBeLessThan(64)
    // 9 mana are held for each job (one less for the first one's reputation) until it is paid.
    const seen = runs.map(({ result }) => Number(result))
    expect(seen).toEqual(Array.from({ length: 64 }, (_, i) => 10_000 - WARM * 5 - 64 * 9 - 5 + i * (9 - 5)))
    expect(await runtime.mana.balance()).toBe(10_000n - (BigInt(WARM) + 64n) * 5n)
    const { counters } = await runtime.inspect()
    expect(counters).toMatchObject({ runtime_jobs_completed_total: WARM + 64 })
    expect(counters.runtime_job_reruns_total).toBeUndefined()
    for (const run of runs.slice(0, 3)) {
      expect(await runtime.receipts.verify(run.receiptCid)).toMatchObject({ status: 'verified' })
    }
  })

  it('end although this tab keeps changing what they read, however long their runs take', async () => {
    // As on a disk: what is committed meanwhile is under way while a run is made beside it.
    const store = openMemoryStore(new MemoryDatabase())
    const write = store.write.bind(store)
    store.write = async (batch) => {
      await new Promise((resolve) => setTimeout(resolve, 2))
      return write(batch)
    }
    const state = await openState(store)
    const initialMana = 1_000_000n
    await using runtime = await testRuntime({ initialMana, limits: { fuel: 100_000_000n } }, { state })
    // Long enough to be made outside a transaction each time.
    const slow = guest(
      `(local $i i32) (loop $l (br_if $l (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 8000000)))) (call $mana)`,
      MANA,
      did,
    )
    const { cid } = await runtime.modules.add(slow)
    const spending: Promise<unknown>[] = []
    const busy = setInterval(() => spending.push(runtime.mana.spend(1n)), 1)
    const run = await runtime.run(cid)
    clearInterval(busy)
    await Promise.all(spending)
    expect(run).toMatchObject({ success: true })
    expect((await runtime.inspect()).counters.runtime_job_reruns_total ?? 0).toBeLessThanOrEqual(4)
    expect(await runtime.receipts.verify(run.receiptCid)).toMatchObject({ status: 'verified' })
  })

  it('end in the order they were submitted, whatever they are', async () => {
    await using runtime = await testRuntime({ initialMana: 10_000n })
    const [quick, other] = [await added(runtime, spender(1)), guest('(i64.const 1)')]
    const ended: string[] = []
    runtime.on('job', ({ jobId, state }) => void (state === 'Completed' && ended.push(jobId)))
    const jobs = Array.from({ length: 24 }, (_, i) => {
      // Modules never seen before among those that were; jobs without a module among both.
      if (i % 3 === 0) return runtime.run(quick)
      if (i === 7) return runtime.run(other)
      return runtime.run(guest(`(i64.const ${i})`))
    })
    const ids = (await Promise.all(jobs)).map(({ jobId }) => jobId)
    const submitted = (await runtime.jobs.list({ limit: 100 })).items.map(({ jobId }) => jobId).reverse()
    expect(ended).toEqual(submitted.slice(WARM))
    expect(new Set(ended)).toEqual(new Set(ids))
  })

  it('beyond the slots wait for one', async () => {
    await using runtime = await testRuntime({ initialMana: 10_000n, jobsInFlight: 2 })
    const cid = await added(runtime, spender(1))
    let most = 0
    const open = new Set<string>()
    runtime.on('job', ({ jobId, state }) => {
      if (state === 'Assigned') open.add(jobId)
      else open.delete(jobId)
      most = Math.max(most, open.size)
    })
    const runs = await Promise.all(Array.from({ length: 9 }, () => runtime.run(cid)))
    expect(new Set(runs.map(({ jobId }) => jobId)).size).toBe(9)
    expect(most).toBe(2)
  })

  it.each([0, 513, 1.5])('%s slots are refused', async (jobsInFlight) => {
    await expect(testRuntime({ jobsInFlight })).rejects.toMatchObject({
      code: 'InvalidSpec',
      data: { option: 'jobsInFlight' },
    })
  })

  it('of two tabs: each job is paid once and no mana is lost', async () => {
    const database = new MemoryDatabase()
    const locks = processLocks()
    await using one = await testRuntime(
      { initialMana: 10_000n },
      { state: await openDatabase(database), runExclusive: locks },
    )
    const state = await openDatabase(database)
    await using two = await testRuntime({}, { state, runExclusive: locks })
    const cid = await added(one, spender(3))
    await two.run(cid)
    const runs = Array.from({ length: 40 }, (_, i) => (i % 2 === 0 ? one : two).run(cid))
    expect((await Promise.all(runs)).every(({ success }) => success)).toBe(true)
    await state.read((tx) => {
      const { minted, balances, escrow, burned } = ledgerTotals(tx)
      expect([minted, balances, escrow, burned]).toEqual([10_000n, 10_000n - 132n, 0n, 132n])
      expect(auditBalances(tx)).toEqual({ counted: balances, recorded: balances })
      expect(tx.list(OPEN_JOBS, { limit: 1 })).toEqual([])
    })
  })

  it('can be given up while they wait for their turn; the mana of those is back', async () => {
    await using runtime = await testRuntime({ initialMana: 10_000n })
    const cid = await added(runtime, spender(1))
    const controller = new AbortController()
    const runs = Array.from({ length: 20 }, (_, i) =>
      runtime.run(cid, i === 10 ? { signal: controller.signal } : {}),
    )
    controller.abort()
    const ends = await Promise.allSettled(runs)
    expect(ends.filter(({ status }) => status === 'rejected')).toHaveLength(1)
    expect(await runtime.mana.balance()).toBe(10_000n - 22n)
  })
})

describe('a worker that ends with many jobs under way', () => {
  /** Leaves `count` jobs begun and nobody to end them. */
  async function dies(database: MemoryDatabase, count: number): Promise<string[]> {
    const state = await openDatabase(database)
    const runtime = await testRuntime({}, { state, runExclusive: processLocks() })
    const { cid } = await runtime.modules.add(guest('(i64.const 1)'))
    const begun = new Promise<string[]>((resolve) => {
      const ids: string[] = []
      runtime.on('job', (job) => {
        if (job.state === 'Assigned' && ids.push(job.jobId) === count) resolve(ids)
      })
    })
    state.read = () => new Promise(() => {})
    for (let i = 0; i < count; i++) {
      void runtime.jobs.submit({ manifestCid: cid, spec: { kind: 'CclWasm' }, costMana: 10n })
    }
    return begun
  }

  it('leaves them to the next, which runs each alone', async () => {
    const database = new MemoryDatabase()
    const ids = await dies(database, 6)
    const state = await openDatabase(database)
    const assigned = new Set<string>()
    let most = 0
    state.subscribe(({ type, detail }) => {
      if (type !== 'job') return
      const job = detail as JobStatus
      if (job.state === 'Assigned') assigned.add(job.jobId)
      else assigned.delete(job.jobId)
      most = Math.max(most, assigned.size)
    })
    await using next = await testRuntime({}, { state })
    for (const id of ids) expect(await next.jobs.wait(id)).toMatchObject({ state: 'Completed' })
    expect(most).toBe(1)
    expect(await next.mana.balance()).toBe(1_000n)
  })

  it('blames only the one that ends a worker alone', async () => {
    const database = new MemoryDatabase()
    const ids = await dies(database, 3)
    const guilty = ids[1]!
    // The next worker ran the first job, and died of the second.
    const between = await openDatabase(database)
    await between.transact((tx) => tx.put(JOBS, guilty, { ...tx.get(JOBS, guilty)!, attempts: 2 }))
    await between.close()
    await using last = await testRuntime({}, { state: await openDatabase(database) })
    const ends = await Promise.all(ids.map((id) => last.jobs.wait(id)))
    expect(ends.map(({ state }) => state)).toEqual(['Completed', 'Failed', 'Completed'])
    expect(ends[1]).toMatchObject({ failure: { code: 'WorkerCrashed', reason: 'crash' } })
    expect(await last.mana.balance()).toBe(1_000n)
  })
})
