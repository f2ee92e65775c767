/** Pages of one origin as nodes of one mesh, each with its own database and identity. */
import type { Page } from '@playwright/test'
import { expect, openHarness, startIn, test } from './harness.ts'

const mesh = (more = {}) => ({ kind: 'broadcast-channel', bidWindowMs: 3_000, ...more }) as const

async function nodeIn(page: Page, database: string, more = {}): Promise<string> {
  return startIn(page, { database, mesh: mesh(more) })
}

test('a job submitted in one page is run in another, and the receipt is anchored in both', async ({
  harness,
}) => {
  const there = await harness.context().newPage()
  await openHarness(there)
  const submitter = await nodeIn(harness, 'mesh-a', { bid: false })
  const executor = await nodeIn(there, 'mesh-b')
  expect(executor).not.toBe(submitter)
  await expect.poll(() => harness.evaluate(() => runtime.mesh.peers())).toEqual([executor])
  const arrived = there.evaluate(() => heard('receipt'))
  const ended = await harness.evaluate(async () => {
    const { cid } = await runtime.modules.add(await sample('patronage'))
    const id = await runtime.jobs.submit({
      manifestCid: cid,
      spec: { kind: 'CclWasm' },
      costMana: 40n,
      via: 'mesh',
    })
    const status = await runtime.jobs.wait(id)
    const { run } = await runtime.receipts.get(status.receiptCid!)
    const { manaTotals } = await runtime.inspect()
    return {
      state: status.state,
      executor: status.executor,
      result: String(run?.result),
      check: await runtime.receipts.verify(status.receiptCid!),
      left: String((await runtime.mana.balance()) + (await runtime.mana.balance(status.executor))),
      escrow: String(manaTotals.escrow),
    }
  })
  expect(ended).toEqual({
    state: 'Completed',
    executor,
    result: '1248037',
    check: { status: 'verified' },
    left: '1000',
    escrow: '0',
  })
  const { cid } = await arrived
  expect(await there.evaluate((cid) => runtime.receipts.verify(cid), cid)).toEqual({ status: 'verified' })
  await there.close()
})

test('the page that runs the job closes: the job fails in time, and all of its mana is back', async ({
  harness,
}) => {
  const there = await harness.context().newPage()
  await openHarness(there)
  await nodeIn(harness, 'mesh-c', { bid: false, receiptWaitMs: 2_000 })
  await nodeIn(there, 'mesh-d')
  await expect.poll(() => harness.evaluate(() => runtime.mesh.peers())).toHaveLength(1)
  const submitted = await harness.evaluate(async () => {
    const { cid } = await runtime.modules.add(await sample('endless'))
    const id = await runtime.jobs.submit({
      manifestCid: cid,
      spec: { kind: 'CclWasm' },
      costMana: 40n,
      via: 'mesh',
    })
    await heard('job', ({ state }) => state === 'Assigned')
    return id
  })
  await there.close()
  const ended = await harness.evaluate(async (id) => {
    const { state, failure } = await runtime.jobs.wait(id)
    return { state, reason: failure?.reason, left: String(await runtime.mana.balance()) }
  }, submitted)
  // Either it answered before it closed that the job ran out of fuel, or it did not answer at all.
  expect(ended).toMatchObject({ state: 'Failed', left: '1000' })
})
