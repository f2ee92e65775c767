/** Receipts verified: by a stranger from a file, and many at once by workers of the runtime's own. */
import { readFile } from 'node:fs/promises'
import { test as bare, openHarness, startIn } from './harness.ts'
import { choose, expect, open, outcome, run, test } from './playground-page.ts'

test('a receipt saved here is verified by a stranger; a changed one proves nothing', async ({
  page,
  browser,
}) => {
  await open(page)
  await choose(page, 'Hello')
  await run(page)
  await outcome(page)
    .getByRole('link', { name: /receipt/i })
    .first()
    .click()
  const downloading = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Save as a file' }).click()
  const download = await downloading
  const file = await readFile(await download.path())

  const stranger = await (await browser.newContext()).newPage()
  await open(stranger, '#/receipts')
  const pick = (name: string, buffer: Buffer) =>
    stranger
      .getByLabel('Check a receipt file')
      .setInputFiles({ name, mimeType: 'application/octet-stream', buffer })
  const changed = Buffer.from(file)
  changed[200]! ^= 1
  await pick('changed.icn', changed)
  await expect(stranger.getByText('This file proves nothing')).toBeVisible()
  await pick(download.suggestedFilename(), file)
  await expect(
    stranger.getByText('Verified: the run came out the same, to the last byte.').first(),
  ).toBeVisible()
  await stranger.getByRole('link', { name: 'Open the receipt' }).click()
  await expect(stranger.getByRole('heading', { level: 1, name: 'Receipt' })).toBeVisible()
  await stranger.getByRole('button', { name: 'Make the run again' }).click()
  await expect(stranger.locator('[data-status="verified"]')).toBeVisible()
  await stranger.context().close()
})

bare(
  'many receipts are verified by workers that the runtime starts itself, under the strict policy',
  async ({ harness }) => {
    await startIn(harness, { storage: 'memory', limits: { fuel: 100_000n } })
    const seen = await harness.evaluate(async () => {
      const samples = await Promise.all(
        ['hello', 'endless', 'patronage', 'deep-recursion', 'spend-mana'].map(sample),
      )
      const runs = Array.from({ length: 60 }, (_, n) => runtime.run(samples[n % samples.length]!))
      const ended = await Promise.all(runs)
      const told: number[] = []
      const found = await runtime.receipts.verifyAll({ onProgress: ({ checked }) => told.push(checked) })
      const { counters } = await runtime.inspect()
      const controller = new AbortController()
      const aborted = settled(runtime.receipts.verifyAll({ signal: controller.signal }))
      controller.abort()
      return {
        found,
        last: told.at(-1),
        failures: ended.filter(({ success }) => !success).length,
        workers: counters.runtime_replay_workers_total,
        // The runtime's own worker has not been given up for one of its workers.
        mine: workers.length,
        aborted: await aborted,
        cores: navigator.hardwareConcurrency,
      }
    })
    expect(seen).toMatchObject({
      found: { checked: 60, verified: 60, mismatched: 0, notReplayable: 0, failed: [] },
      last: 60,
      failures: 24,
      workers: seen.cores > 1 ? Math.min(4, seen.cores - 1) : undefined,
      mine: 1,
      aborted: { error: { code: 'Aborted' } },
    })
  },
)

bare(
  'where those workers cannot be loaded, the runtime does their work and is not harmed',
  async ({ page }) => {
    let refused = 0
    await page.route('**/chunks/replayer-*.js', (route) => {
      refused++
      return route.abort()
    })
    await openHarness(page)
    await startIn(page, { storage: 'memory' })
    const seen = await page.evaluate(async () => {
      const hello = await sample('hello')
      await Promise.all(Array.from({ length: 40 }, () => runtime.run(hello)))
      const { checked, verified } = await runtime.receipts.verifyAll()
      const again = await runtime.receipts.verifyAll()
      return { checked, verified, again: again.verified, workers: workers.length }
    })
    expect(seen).toEqual({ checked: 40, verified: 40, again: 40, workers: 1 })
    expect(refused).toBeGreaterThan(0)
  },
)
