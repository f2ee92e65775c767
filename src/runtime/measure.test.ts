/** The costly parts of a run are on the performance timeline, also when they fail, and do not pile up there. */
import { readFileSync } from 'node:fs'
import { beforeEach, expect, test, vi } from 'vitest'
import { createRuntime } from './create.ts'

const hello = new Uint8Array(readFileSync('public/samples/hello.wasm'))
const names = () => performance.getEntriesByType('measure').map(({ name }) => name)
const start = () =>
  createRuntime({
    storage: 'memory',
    environment: 'testing',
    identitySeed: new Uint8Array(32),
    manaRegeneration: false,
  })

beforeEach(() => performance.clearMeasures())

test('metering, compiling, running, committing', async () => {
  await using runtime = await start()
  performance.clearMeasures()
  await runtime.run(hello)
  expect(new Set(names())).toEqual(new Set(['icn:meter', 'icn:compile', 'icn:run', 'icn:commit']))
  performance.clearMeasures()
  await runtime.run(hello)
  // The module is known by now.
  expect(new Set(names())).toEqual(new Set(['icn:run', 'icn:commit']))
})

test('a module that is refused has been metered', async () => {
  await using runtime = await start()
  await expect(runtime.modules.inspect(Uint8Array.of(1))).rejects.toThrow()
  expect(names()).toContain('icn:meter')
})

test('the timeline keeps a bounded number', async () => {
  await using runtime = await start()
  for (let at = 0; at < 600; at += 1)
    await runtime.mana.regenerate().catch(() => runtime.dag.put({ data: Uint8Array.of(at, at >> 8) }))
  expect(names().filter((name) => name === 'icn:commit').length).toBeLessThanOrEqual(256)
})

test('nothing is written to the console', async () => {
  const spies = (['log', 'info', 'warn', 'error', 'debug'] as const).map((level) => vi.spyOn(console, level))
  await using runtime = await start()
  await runtime.run(hello)
  await runtime.run(new Uint8Array(readFileSync('public/samples/no-hours.wasm')))
  await expect(runtime.run(Uint8Array.of(1))).rejects.toThrow()
  for (const spy of spies) expect(spy).not.toHaveBeenCalled()
})

test('a run’s log lines are events with a level, and counters have upstream’s names', async () => {
  await using runtime = await start()
  const heard: unknown[] = []
  runtime.on('log', (line) => heard.push(line))
  const { jobId } = await runtime.run(hello)
  expect(heard).toContainEqual(
    expect.objectContaining({ level: 'info', message: 'Hello from a contract.', source: jobId }),
  )
  expect((await runtime.inspect()).counters).toMatchObject({
    runtime_jobs_submitted_total: 1,
    runtime_jobs_completed_total: 1,
    runtime_receipts_anchored_total: 1,
    runtime_jobs_active: 0,
    runtime_mana_accounts_total: 1,
  })
})
