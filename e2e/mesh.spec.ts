/** Pages of one origin as nodes of one mesh, each with its own database and identity. */
import type { Page } from '@playwright/test'
import { fromWat } from '../src/wasm/fixtures/wat.ts'
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

/** A loop of so many turns, then 7. */
const counting = (turns: bigint) =>
  Array.from(
    fromWat(`(module (memory (export "memory") 1)
      (func (export "run") (result i64) (local i64)
        (loop (br_if 0 (i64.lt_u
          (local.tee 0 (i64.add (local.get 0) (i64.const 1))) (i64.const ${turns}))))
        (i64.const 7)))`),
  )

/** Hands the contract to the mesh; resolves with the job's id once an executor says that it begins the run. */
function submitAndSeeRun(page: Page, bytes: readonly number[]): Promise<string> {
  return page.evaluate(async (bytes) => {
    const { cid } = await runtime.modules.add(Uint8Array.from(bytes))
    const begun = heard('job', ({ progress, state }) => progress !== undefined || state === 'Failed')
    const id = await runtime.jobs.submit({
      manifestCid: cid,
      spec: { kind: 'CclWasm' },
      costMana: 40n,
      via: 'mesh',
    })
    await begun
    return id
  }, bytes)
}

const howItEnded = (page: Page, id: string) =>
  page.evaluate(async (id) => {
    const { state, failure, executor } = await runtime.jobs.wait(id)
    const { entries } = await runtime.jobs.history(id)
    const { manaTotals } = await runtime.inspect()
    const entriesOf = (await runtime.mana.history({ limit: 100 })).items.filter((e) => e.reference === id)
    return {
      state,
      reason: failure?.reason,
      changes: entries.flatMap(({ to }) => to ?? []),
      sum: String((await runtime.mana.balance()) + (await runtime.mana.balance(executor))),
      mine: String(await runtime.mana.balance()),
      escrow: String(manaTotals.escrow),
      causes: entriesOf.map(({ cause }) => cause).sort(),
    }
  }, id)

const LONG = { limits: { fuel: 1_000_000_000_000n, executionMs: 120_000 } }

test('the page that runs the job closes in the middle of the run: the job fails in time, and all of its mana is back', async ({
  harness,
}) => {
  const there = await harness.context().newPage()
  await openHarness(there)
  await nodeIn(harness, 'mesh-c', { bid: false, receiptWaitMs: 6_000 })
  await startIn(there, { database: 'mesh-d', mesh: mesh(), ...LONG })
  await expect.poll(() => harness.evaluate(() => runtime.mesh.peers())).toHaveLength(1)
  const id = await submitAndSeeRun(harness, counting(1_000_000_000_000n))
  await there.close()
  expect(await howItEnded(harness, id)).toEqual({
    state: 'Failed',
    reason: 'receiptTimeout',
    changes: ['BiddingOpen', 'BiddingClosed', 'Assigned', 'Executing', 'Failed'],
    sum: '1000',
    mine: '1000',
    escrow: '0',
    causes: ['escrow', 'refund'],
  })
})

test('the page that waits for the job closes: opened again it gets the receipt, and pays once', async ({
  harness,
}) => {
  test.slow()
  const there = await harness.context().newPage()
  await openHarness(there)
  await startIn(there, { database: 'mesh-e', mesh: mesh(), ...LONG })
  const options = {
    database: 'mesh-f',
    mesh: mesh({ bid: false, receiptWaitMs: 60_000, noticeEveryMs: 1_000 }),
  }
  const before = await harness.context().newPage()
  await openHarness(before)
  await startIn(before, { ...options, ...LONG })
  await expect.poll(() => before.evaluate(() => runtime.mesh.peers())).toHaveLength(1)
  const id = await submitAndSeeRun(before, counting(1_000_000_000n))
  await before.close()
  await startIn(harness, { ...options, ...LONG })
  const ended = await howItEnded(harness, id)
  expect(ended).toMatchObject({
    state: 'Completed',
    changes: ['BiddingOpen', 'BiddingClosed', 'Assigned', 'Executing', 'Completed'],
    sum: '1000',
    escrow: '0',
  })
  expect(Number(ended.mine)).toBeLessThan(1_000)
  await there.close()
})

test('a job that is taken back in the middle: Cancelled, its mana back, the other page told', async ({
  harness,
}) => {
  const there = await harness.context().newPage()
  await openHarness(there)
  await nodeIn(harness, 'mesh-g', { bid: false, receiptWaitMs: 60_000 })
  await startIn(there, { database: 'mesh-h', mesh: mesh(), ...LONG })
  await expect.poll(() => harness.evaluate(() => runtime.mesh.peers())).toHaveLength(1)
  const id = await submitAndSeeRun(harness, counting(1_000_000_000n))
  await harness.evaluate((id) => runtime.jobs.cancel(id), id)
  expect(await howItEnded(harness, id)).toEqual({
    state: 'Cancelled',
    reason: undefined,
    changes: ['BiddingOpen', 'BiddingClosed', 'Assigned', 'Executing', 'Cancelled'],
    sum: '1000',
    mine: '1000',
    escrow: '0',
    causes: ['escrow', 'refund'],
  })
  // The next job of the same page is taken and run: nothing is stuck over there.
  await there.evaluate(() => runtime.mana.balance())
  const next = await submitAndSeeRun(harness, counting(10n))
  expect(await howItEnded(harness, next)).toMatchObject({ state: 'Completed', sum: '1000', escrow: '0' })
  await there.close()
})
