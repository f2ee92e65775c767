/**
 * A run is the same wherever it is made: the corpus gives the same records in Chromium and in Node, byte for byte
 * (firefox.spec.ts: in Firefox too), and receipts that leave one as files are verified by the other.
 */
import { createRuntime } from '../src/runtime/create.ts'
import { expect, openHarness, test } from './harness.ts'
import { RECORD_OPTIONS } from './pages/run-corpus.ts'
import { recordCorpus, recordsInNode } from './record-corpus.ts'

test('records made in Chromium and in Node are the same to the byte', async ({ page }) => {
  test.setTimeout(240_000)
  const { corpus, seen } = await recordsInNode()
  await page.route('**/corpus/*', (route) => {
    const name = route.request().url().split('/').at(-1)!
    if (name === 'index.json') return route.fulfill({ json: corpus.map((one) => one.name) })
    return route.fulfill({ body: Buffer.from(corpus[Number.parseInt(name, 10)]!.bytes) })
  })
  const reported = page.waitForRequest('**/report', { timeout: 0 })
  await page.goto('/harness/records.html')
  const there = (await reported).postDataJSON()
  expect(there.seen).toEqual(seen)
  expect(there).toMatchObject({ verified: corpus.length, mismatched: 0 })
  // All that a run may end with is among them, and no two records are one.
  expect(new Set(seen.map(([, record]) => record)).size).toBe(seen.length)
  const ends = new Set(seen.map(([, , end]) => end))
  for (const end of ['outOfFuel', 'callDepth', 'unreachable', 'integerDivideByZero'])
    expect(ends).toContain(end)
  expect(seen.filter(([name]) => name.startsWith('kernel '))).toHaveLength(39)
})

test('receipts of either are verified by the other from their files', async ({ harness }) => {
  test.setTimeout(240_000)
  await openHarness(harness)
  await harness.evaluate(async (options) => {
    globalThis.runtime = await icn.startRuntime(options)
  }, RECORD_OPTIONS)
  const node = await createRuntime(RECORD_OPTIONS)
  const corpus = recordCorpus().filter(
    ({ name }) => !name.startsWith('kernel ') && !name.startsWith('float '),
  )
  for (const { name, bytes } of corpus) {
    const there = await harness.evaluate(async (list) => {
      const { receiptCid } = await runtime.run(Uint8Array.from(list))
      return [...(await runtime.receipts.export(receiptCid))]
    }, Array.from(bytes))
    expect(await node.receipts.importAndVerify(Uint8Array.from(there)), name).toMatchObject({
      status: 'verified',
    })
    const here = await node.run(bytes)
    const file = await node.receipts.export(here.receiptCid)
    const back = await harness.evaluate(
      (list) => runtime.receipts.importAndVerify(Uint8Array.from(list)),
      Array.from(file),
    )
    expect(back, name).toMatchObject({ status: 'verified' })
  }
  await node.close()
})
