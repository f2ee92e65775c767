import { expect, test } from '@playwright/test'
import { openHarness, startIn } from './harness.ts'

// The worker starts with a part of its code; the rest is loaded at its first use, and may fail to come.

test('a start and plain questions wait for nothing more; a first run finds its code warm', async ({
  page,
}) => {
  const asked: string[] = []
  page.on('request', (request) => {
    const chunk = /\/chunks\/(.+)-.{8}\.js$/.exec(request.url())?.[1]
    if (chunk) asked.push(chunk)
  })
  // What is loaded while nobody waits comes only when this test lets it.
  let release = () => {}
  const held = new Promise<void>((resolve) => {
    release = resolve
  })
  await page.route('**/chunks/{run,blocks,compaction,tasks}-*.js', async (route) => {
    await held
    await route.continue()
  })
  await openHarness(page)
  await startIn(page)
  const answers = await page.evaluate(async () => [
    await runtime.mana.balance(),
    (await runtime.mana.history()).items.length,
    await runtime.reputation.get(await runtime.identity.did()),
    (await runtime.modules.list()).items,
    (await runtime.receipts.list()).items,
    (await runtime.inspect()).manaTotals.balances,
  ])
  expect(answers).toEqual([1_000n, 1, 0n, [], [], 1_000n])
  await expect.poll(() => [...asked].sort()).toEqual(['blocks', 'compaction', 'run', 'start', 'tasks'])
  release()
  expect(await page.evaluate(async () => (await runtime.run(await sample('hello'))).result)).toBe(42n)
  expect(asked.filter((chunk) => chunk === 'run' || chunk === 'blocks')).toHaveLength(2)
})

for (const [what, fail] of [
  ['the network is down', 'abort'],
  ['a new deployment took it away', 'missing'],
] as const)
  test(`code that does not come, because ${what}: that call is refused, the next one may try again`, async ({
    page,
  }) => {
    await page.route('**/chunks/run-*.js', (route) =>
      fail === 'abort' ? route.abort() : route.fulfill({ status: 404, body: 'Not found' }),
    )
    await openHarness(page)
    await startIn(page)
    const refused = await page.evaluate(async () => {
      const outcome = await settled(runtime.run(await sample('hello')))
      return { outcome, balance: await runtime.mana.balance(), workers: workers.length }
    })
    expect(refused).toMatchObject({
      outcome: {
        error: {
          code: 'ProcessingFailure',
          message: expect.stringMatching(
            /^The code that runs contracts could not be loaded \(.*run-.*\)\. Check/,
          ),
          data: { reason: 'codeUnavailable' },
        },
      },
      balance: 1_000n,
      workers: 1,
    })
    await page.unroute('**/chunks/run-*.js')
    const again = await page.evaluate(async () => {
      const { result } = await runtime.run(await sample('hello'))
      return { result, workers: workers.length }
    })
    expect(again).toEqual({ result: 42n, workers: 1 })
  })

test('code that does not come twice: the worker is replaced between calls, and nothing is lost by it', async ({
  page,
}) => {
  await page.route('**/chunks/run-*.js', (route) => route.abort())
  await openHarness(page)
  await startIn(page)
  const before = await page.evaluate(async () => {
    const outcomes = [
      await settled(runtime.run(await sample('hello'))),
      await settled(runtime.run(await sample('hello'))),
    ]
    return { outcomes, did: await runtime.identity.did() }
  })
  const refused = { error: { code: 'ProcessingFailure', data: { reason: 'codeUnavailable' } } }
  expect(before.outcomes).toMatchObject([refused, refused])
  await expect.poll(() => page.evaluate(() => workers.length)).toBe(2)
  await page.unroute('**/chunks/run-*.js')
  const after = await page.evaluate(async () => ({
    result: (await runtime.run(await sample('hello'))).result,
    did: await runtime.identity.did(),
    balance: (await runtime.mana.history()).items.length > 0,
    workers: workers.length,
  }))
  expect(after).toEqual({ result: 42n, did: before.did, balance: true, workers: 2 })
})

test('without what sorts the log into pages everything is kept all the same', async ({ page }) => {
  await page.route('**/chunks/compaction-*.js', (route) => route.abort())
  await openHarness(page)
  await startIn(page)
  const figures = await page.evaluate(async () => {
    const data = (n: number) => new TextEncoder().encode(`block ${n}`)
    // More commits than the log is meant to hold, one after the other.
    for (let n = 0; n < 600; n++) await runtime.dag.put({ data: data(n) })
    const { epoch } = await runtime.inspect()
    await runtime.close()
    return { epoch }
  })
  expect(figures.epoch).toBeGreaterThan(600)
  await page.unroute('**/chunks/compaction-*.js')
  await startIn(page)
  const bad = await page.evaluate(() => runtime.dag.verifyAll())
  expect(bad).toMatchObject({ checked: 600, bad: [] })
})
