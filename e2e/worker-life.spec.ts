import { expect, MISSING, startIn, test } from './harness.ts'

// The worker is ended under its calls, in each way a worker can end; every call settles and the node goes on.

test('a worker that is killed mid-run: the call is rejected, the job failed and refunded, the next run succeeds', async ({
  harness,
}) => {
  await startIn(harness, { limits: { fuel: 2n ** 62n } })
  const found = await harness.evaluate(async () => {
    const endless = await sample('endless')
    const before = await runtime.mana.balance()
    const begun = heard('job')
    const onThread = guestOnThread()
    const run = settled(runtime.run(endless))
    const { jobId } = await begun
    await onThread
    const restart = heard('restart')
    workers.at(-1)?.terminate()
    const outcome = await run
    const { reason } = await restart
    const job = await runtime.jobs.wait(jobId)
    const { result } = await runtime.run(await sample('hello'))
    const hello = await runtime.receipts.list()
    return {
      outcome,
      reason,
      state: job.state,
      receipt: job.receiptCid !== undefined,
      result,
      lost: before - (await runtime.mana.balance()),
      escrow: (await runtime.inspect()).manaTotals.escrow,
      receipts: hello.items.map(({ receipt, signatureValid }) => [receipt.success, signatureValid]),
      workers: workers.length,
    }
  })
  expect(found.outcome).toMatchObject({
    error: { code: 'WorkerCrashed', data: { method: 'run', mayHaveTakenEffect: true, reason: 'gone' } },
  })
  expect(found).toMatchObject({
    reason: 'crash',
    state: 'Failed',
    receipt: true,
    result: 42n,
    escrow: 0n,
    workers: 2,
  })
  expect(found.receipts.filter(([success]) => success)).toEqual([[true, true]])
  expect(found.receipts.filter(([success]) => !success)).toEqual([[false, true]])
})

test('a run over its time is ended with ExecutionTimeout and refunded', async ({ harness }) => {
  await startIn(harness, { limits: { executionMs: 300, fuel: 2n ** 62n } })
  const found = await harness.evaluate(async () => {
    const before = await runtime.mana.balance()
    const restart = heard('restart')
    const outcome = await settled(runtime.run(await sample('endless')))
    const { reason } = await restart
    const jobs = await runtime.jobs.list()
    const job = await runtime.jobs.wait(jobs.items[0]?.jobId ?? '')
    return { outcome, reason, state: job.state, lost: before - (await runtime.mana.balance()) }
  })
  expect(found.outcome).toMatchObject({
    error: { code: 'ExecutionTimeout', data: { reason: 'guest', limitMs: 300, method: 'run' } },
  })
  expect(found).toMatchObject({ reason: 'timeout', state: 'Failed', lost: 0n })
})

test('a running contract is aborted by its caller', async ({ harness }) => {
  await startIn(harness, { limits: { fuel: 2n ** 62n } })
  const found = await harness.evaluate(async () => {
    const endless = await sample('endless')
    const before = await runtime.mana.balance()
    const controller = new AbortController()
    const begun = heard('job')
    const onThread = guestOnThread()
    const run = settled(runtime.run(endless, { signal: controller.signal }))
    const { jobId } = await begun
    await onThread
    controller.abort(new Error('the person pressed Stop'))
    const outcome = await run
    const job = await runtime.jobs.wait(jobId)
    return { outcome, state: job.state, lost: before - (await runtime.mana.balance()) }
  })
  expect(found.outcome).toMatchObject({
    error: { code: 'Aborted', cause: 'Error: the person pressed Stop', data: { method: 'run' } },
  })
  expect(found.lost).toBe(0n)
  expect(['Failed', 'Cancelled']).toContain(found.state)
})

test('a contract that outlasts its time in the background is ended too, and waiting for it says so', async ({
  harness,
}) => {
  await startIn(harness, { limits: { executionMs: 300, fuel: 2n ** 62n } })
  const found = await harness.evaluate(async () => {
    const { cid } = await runtime.modules.add(await sample('endless'))
    const jobId = await runtime.jobs.submit({ manifestCid: cid, spec: { kind: 'CclWasm' }, costMana: 10n })
    const { state, failure } = await runtime.jobs.wait(jobId)
    return { state, code: failure?.code, workers: workers.length }
  })
  expect(found).toEqual({ state: 'Failed', code: 'ExecutionTimeout', workers: 2 })
})

test('a worker that dies five times in a row is not started again', async ({ harness }) => {
  await startIn(harness)
  const outcome = await harness.evaluate(async (missing) => {
    const Real = Worker
    globalThis.Worker = class extends Real {
      constructor(_url: string | URL, options?: WorkerOptions) {
        super(missing, options)
      }
    }
    workers.at(-1)?.terminate()
    return settled(runtime.jobs.wait('bafy'))
  }, MISSING)
  expect(outcome).toMatchObject({ error: { code: 'WorkerCrashed', data: { crashes: 6, reason: 'load' } } })
})

test('close settles what is under way and ends the worker; another runtime opens the same database', async ({
  harness,
}) => {
  const did = await startIn(harness)
  const outcomes = await harness.evaluate(async () => {
    const run = settled(runtime.run(await sample('hello')))
    await runtime.close()
    return [await run, await settled(runtime.mana.balance())]
  })
  for (const outcome of outcomes) expect(outcome).toMatchObject({ error: { code: 'Closed' } })
  expect(await startIn(harness)).toBe(did)
})

test('after a reload everything is there again', async ({ harness }) => {
  const did = await startIn(harness)
  const run = await harness.evaluate(async () => {
    const { receiptCid, jobId } = await runtime.run(await sample('hello'))
    return { receiptCid, jobId, balance: await runtime.mana.balance(), root: await runtime.dag.root() }
  })
  await harness.reload()
  await expect(harness.locator('html')).toHaveAttribute('data-ready', 'yes')
  expect(await startIn(harness)).toBe(did)
  const found = await harness.evaluate(
    async ({ receiptCid, jobId }) => ({
      signatureValid: (await runtime.receipts.get(receiptCid)).signatureValid,
      state: (await runtime.jobs.status(jobId)).state,
      balance: await runtime.mana.balance(),
      root: await runtime.dag.root(),
    }),
    run,
  )
  expect(found).toEqual({ signatureValid: true, state: 'Completed', balance: run.balance, root: run.root })
})

test('two tabs on one database see each other’s events and one ledger', async ({ harness, context }) => {
  const did = await startIn(harness)
  const other = await context.newPage()
  await other.goto('/harness/')
  await expect(other.locator('html')).toHaveAttribute('data-ready', 'yes')
  expect(await startIn(other)).toBe(did)
  await other.evaluate(() => {
    Object.assign(globalThis, { told: heard('receipt') })
  })
  const { receiptCid, balance } = await harness.evaluate(async () => {
    const { receiptCid } = await runtime.run(await sample('spend-mana'))
    return { receiptCid, balance: await runtime.mana.balance() }
  })
  const seen = await other.evaluate(async () => {
    const { cid } = await (globalThis as unknown as { told: Promise<{ cid: string }> }).told
    return { cid, balance: await runtime.mana.balance() }
  })
  expect(seen).toEqual({ cid: receiptCid, balance })
})
