/** Progress of a run: what is told, how often, and that a run is the same whether it is watched or not. */
import { afterEach, expect, test, vi } from 'vitest'
import type { RunOptions, RunProgress } from '../protocol/api.ts'
import { guest, testRuntime } from './fixtures/world.ts'
import { seldom } from './run-progress.ts'

afterEach(() => void vi.restoreAllMocks())

const CALLS = 2_000
/** Asks for its balance again and again, and grows by a page with every 500th call. */
const asking = guest(
  `(local $i i32)
   (loop $l
     (drop (call $mana))
     (local.set $i (i32.add (local.get $i) (i32.const 1)))
     (if (i32.eqz (i32.rem_u (local.get $i) (i32.const 500))) (then (drop (memory.grow (i32.const 1)))))
     (br_if $l (i32.lt_u (local.get $i) (i32.const ${CALLS}))))
   (call $mana)`,
  '(import "icn" "host_account_get_mana" (func $mana (result i64)))',
)
const FUEL = 3_000_000n
const limits = { fuel: FUEL }

/** Every look at the clock finds so many ms more. */
function clockOf(step: number) {
  let now = 0
  return vi.spyOn(performance, 'now').mockImplementation(() => {
    now += step
    return now
  })
}

test('fuel, memory and calls are told as they grow, the first time when nothing has happened', async () => {
  await using runtime = await testRuntime({ limits })
  const { cid } = await runtime.modules.add(asking)
  clockOf(10)
  const told: RunProgress[] = []
  const run = await runtime.run(cid, { onProgress: (progress) => told.push(progress) })
  expect(told[0]).toEqual({
    jobId: run.jobId,
    attempt: 1,
    fuelUsed: 0n,
    fuelLimit: FUEL,
    memoryPages: 2,
    memoryLimitPages: 160,
    hostCallCount: 0,
    elapsedMs: expect.any(Number),
  })
  // Looked at after each slow call, told with every tenth.
  expect(told.map(({ hostCallCount }) => hostCallCount)).toEqual(
    Array.from({ length: CALLS / 10 + 1 }, (_, i) => i * 10),
  )
  for (const [i, { fuelUsed, memoryPages, hostCallCount, elapsedMs }] of told.entries()) {
    if (i > 0) expect(fuelUsed).toBeGreaterThan(told[i - 1]!.fuelUsed)
    if (i > 0) expect(elapsedMs - told[i - 1]!.elapsedMs).toBe(100)
    // It grows behind its call.
    expect(memoryPages).toBe(2 + Math.floor(Math.max(0, hostCallCount - 1) / 500))
  }
  expect(told.at(-1)!.fuelUsed).toBeLessThan(run.fuelUsed)
  expect(run.memoryPeakPages).toBe(2 + CALLS / 500)
})

test('a run is the same, to the byte of its record, whether it is watched or not', async () => {
  const made = async (options: RunOptions) => {
    await using runtime = await testRuntime({ limits })
    const run = await runtime.run(asking, options)
    const { run: stored } = await runtime.receipts.get(run.receiptCid)
    expect(await runtime.receipts.verify(run.receiptCid)).toEqual({ status: 'verified' })
    return { ...run, elapsedMs: 0, record: stored!.recordCid }
  }
  let told = 0
  const watched = await made({ onProgress: () => void told++ })
  expect(told).toBeGreaterThan(0)
  expect(watched).toEqual(await made({}))
  const { profile, ...profiled } = await made({ profile: true, onProgress: () => void told++ })
  expect(profile!.fuel).toBe(watched.fuelUsed)
  expect(profiled).toEqual(watched)
})

test('a listener that throws is told on, and the run goes on', async () => {
  const reported: unknown[] = []
  const report = globalThis.reportError
  globalThis.reportError = (error) => reported.push(error)
  try {
    await using runtime = await testRuntime({ limits })
    const failure = new Error('The listener failed.')
    const run = await runtime.run(asking, {
      onProgress: () => {
        throw failure
      },
    })
    expect(run).toMatchObject({ success: true, hostCalls: { length: 1_000 } })
    expect(reported[0]).toBe(failure)
  } finally {
    globalThis.reportError = report
  }
})

test('who waits for a job hears of its run, and of no other', async () => {
  await using runtime = await testRuntime({ limits })
  const { cid } = await runtime.modules.add(asking)
  clockOf(10)
  const request = { manifestCid: cid, spec: { kind: 'CclWasm' }, costMana: 10n } as const
  const id = await runtime.jobs.submit(request)
  const told: RunProgress[] = []
  const status = await runtime.jobs.wait(id, { onProgress: (progress) => told.push(progress) })
  expect(status.state).toBe('Completed')
  expect(told.at(-1)).toMatchObject({ jobId: id, hostCallCount: CALLS })
  const heard = told.length
  await runtime.run(cid)
  expect(told).toHaveLength(heard)
})

test('a run that is made again tells so, and begins anew', async () => {
  await using runtime = await testRuntime({ limits })
  const { cid } = await runtime.modules.add(asking)
  clockOf(10)
  const told: RunProgress[] = []
  let spent: Promise<bigint> | undefined
  const run = await runtime.run(cid, {
    onProgress(progress) {
      told.push(progress)
      // Committed before the run's end: the balance that the guest was told no longer holds.
      if (progress.hostCallCount > 0) spent ??= runtime.mana.spend(1n)
    },
  })
  await spent
  expect(run.success).toBe(true)
  const second = told.filter(({ attempt }) => attempt === 2)
  expect(second[0]).toMatchObject({ fuelUsed: 0n, hostCallCount: 0 })
  expect(second.at(-1)!.hostCallCount).toBe(CALLS)
  expect(told.filter(({ attempt }) => attempt > 2)).toEqual([])
})

test('quick calls are not looked at one by one, and slow ones are', () => {
  let now = 0
  let looks = 0
  const told: number[] = []
  const watch = seldom(
    (calls) => told.push(calls),
    () => {
      looks++
      return now
    },
  )
  const instance = { fuelUsed: 0n, peakMemoryPages: 1 }
  let next = watch(0, instance)
  const call = (n: number, ms: number) => {
    now += ms
    if (n >= next) next = watch(n, instance)
  }
  for (let n = 1; n <= 100_000; n++) call(n, 0.001)
  expect(looks).toBeLessThan(100_000 / 64 + 10)
  // 100 ms have passed, one of which cannot be told apart from its neighbours.
  expect(told.length).toBe(1)
  looks = 0
  for (let n = 100_001; n <= 100_200; n++) call(n, 50)
  expect(looks).toBeGreaterThan(130)
  const [before, last] = told.slice(-2) as [number, number]
  expect(last - before).toBe(2)
  expect(last).toBeGreaterThan(100_198)
})
