/**
 * Every sample of the playground, run as a person runs it: how it ends, what it returns and logs, what it costs. Fuel
 * is recorded twice: what Wasmtime 35.0.0 counts for the same bytes with stubbed host functions (a constant here, from
 * scripts/record-guests.py), and our total, which is that plus the price of the host calls.
 */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ROOT } from '../../scripts/build-guests.mjs'
import type { IcnRuntime, RunResult } from '../protocol/api.ts'
import { createRuntime } from './create.ts'

const { samples } = JSON.parse(readFileSync(join(ROOT, 'public/samples/index.json'), 'utf8')) as {
  samples: { id: string; ends: string; reason?: string; wasm: string }[]
}
const bytesOf = (id: string) => new Uint8Array(readFileSync(join(ROOT, `public/samples/${id}.wasm`)))

let runtime: IcnRuntime
beforeEach(async () => {
  runtime = await createRuntime({
    storage: 'memory',
    environment: 'testing',
    identitySeed: new Uint8Array(32).fill(1),
    fixedTime: 1_760_000_000,
    manaRegeneration: false,
    integrityCheck: false,
  })
})
afterEach(() => runtime.close())

/** Fuel of the instructions alone. */
const ofInstructions = (run: RunResult) =>
  run.fuelUsed - run.hostCalls.reduce((sum, call) => sum + call.fuel, 0n)
const info = (...messages: string[]) => messages.map((message) => ({ level: 'info', message }))

function seal(): string {
  const entries = [
    ...readFileSync(join(ROOT, 'public/samples/ledger-hash.c'), 'utf8').matchAll(/^ {4}"(.*)",$/gm),
  ]
  expect(entries).toHaveLength(5)
  return entries
    .reduce<Buffer>(
      (before, [, entry]) => createHash('sha256').update(before).update(entry!).digest(),
      Buffer.alloc(32),
    )
    .toString('hex')
}

interface Completes {
  readonly result: bigint
  readonly wasmtime: bigint
  readonly fuel: bigint
  readonly logs: readonly object[]
  readonly calls?: readonly string[]
}

const COMPLETES: Readonly<Record<string, Completes>> = {
  hello: {
    result: 42n,
    wasmtime: 6n,
    fuel: 328n,
    logs: info('Hello from a contract.'),
  },
  patronage: {
    result: 1_248_037n,
    wasmtime: 53_968n,
    fuel: 56_583n,
    logs: info(
      'Surplus 12480.37 € over 7475 hours',
      'Amara: 1640 h, 2738.17 €',
      'Bruno: 1212 h, 2023.57 €',
      'Chidi: 988 h, 1649.58 €',
      'Dolores: 1640 h, 2738.17 €',
      'Eun-ji: 415 h, 692.89 €',
      'Farid: 1507 h, 2516.11 €',
      'Greta: 73 h, 121.88 €',
    ),
  },
  'ranked-vote': {
    result: 2n,
    wasmtime: 9_149n,
    fuel: 11_144n,
    logs: info(
      'Round 1: Solar roof 3, Child care 4, Tool library 3, Pay rise 5',
      'Out: Tool library',
      'Round 2: Solar roof 3, Child care 7, Pay rise 5',
      'Out: Solar roof',
      'Round 3: Child care 10, Pay rise 5',
      'Elected: Child care',
    ),
  },
  'ledger-hash': {
    result: 5n,
    wasmtime: 123_642n,
    fuel: 124_011n,
    logs: info(`Seal ${seal()}`),
  },
}

describe('samples that complete', () => {
  test.each(Object.entries(COMPLETES))('%s', async (id, { result, wasmtime, fuel, logs }) => {
    const run = await runtime.run(bytesOf(id))
    expect(run).toMatchObject({ success: true, result, logs, fuelTable: 'wasmtime-35' })
    expect(run.failure).toBeUndefined()
    expect(run.hostCalls.map((call) => call.name)).toEqual(logs.map(() => 'host_log'))
    expect(ofInstructions(run)).toBe(wasmtime)
    expect(run.fuelUsed).toBe(fuel)
    expect(run.memoryPeakPages).toBe(1)
    expect(await runtime.receipts.get(run.receiptCid)).toMatchObject({
      signatureValid: true,
      receipt: { success: true, jobId: run.jobId },
    })
  })

  test('the shares of patronage are the surplus, to the cent', async () => {
    const run = await runtime.run(bytesOf('patronage'))
    const cents = run.logs.slice(1).map((line) => {
      const [, euros, rest] = /(\d+)\.(\d\d) €$/.exec(line.message)!
      return BigInt(euros!) * 100n + BigInt(rest!)
    })
    expect(cents.reduce((sum, share) => sum + share)).toBe(run.result)
  })

  test('spend-mana', async () => {
    const did = await runtime.identity.did()
    const run = await runtime.run(bytesOf('spend-mana'))
    // 1,000 to begin with, 10 held for the run itself, 5 spent by it.
    expect(run).toMatchObject({ success: true, result: 985n, logs: info('Spent 5 mana.') })
    expect(run.hostCalls.map(({ name, result }) => ({ name, result }))).toEqual([
      { name: 'host_get_caller', result: did.length },
      { name: 'host_account_spend_mana', result: 1 },
      { name: 'host_log', result: undefined },
      { name: 'host_account_get_mana', result: 985n },
    ])
    expect(ofInstructions(run)).toBe(15n)
    expect(await runtime.mana.balance()).toBe(995n)
    const spent = (await runtime.mana.history()).items.filter((entry) => entry.cause === 'spend')
    expect(spent).toMatchObject([{ amount: -5n, did }])
  })

  test('spend-mana without enough mana says so and spends nothing', async () => {
    await runtime.mana.spend(987n)
    const run = await runtime.run(bytesOf('spend-mana'))
    expect(run).toMatchObject({
      success: true,
      result: 3n,
      logs: [{ level: 'warn', message: 'Could not spend 5 mana.' }],
    })
    expect(run.hostCalls[1]).toMatchObject({ name: 'host_account_spend_mana', result: 0 })
    expect(run.hostCalls[1]!.error).toMatch(/^Insufficient mana: account .* holds 3, 5 is needed\.$/)
    expect(await runtime.mana.balance()).toBe(13n)
  })

  test('greeting', async () => {
    const did = await runtime.identity.did()
    const run = await runtime.run(bytesOf('greeting'))
    // 10 of 1,000 are held for the run itself.
    expect(run).toMatchObject({
      success: true,
      result: 990n,
      logs: info(`Hello, ${did}. You have 990 mana.`),
    })
    expect(run.hostCalls.map(({ name }) => name)).toEqual([
      'host_get_caller',
      'host_account_get_mana',
      'host_log',
    ])
    expect(ofInstructions(run)).toBe(2_764n)
    expect(await runtime.receipts.verify(run.receiptCid)).toMatchObject({ status: 'verified' })
  })

  test('submit-job', async () => {
    const run = await runtime.run(bytesOf('submit-job'))
    const [line] = run.logs
    const id = /^Submitted job (b[a-z2-7]{56})$/.exec(line!.message)?.[1]
    expect(run).toMatchObject({ success: true })
    expect(run.hostCalls.map((call) => call.name)).toEqual([
      'host_get_caller',
      'host_submit_mesh_job',
      'host_get_job_id',
      'host_log',
    ])
    expect(ofInstructions(run)).toBe(262_808n)
    // The number a guest gets is the first eight bytes of the id's hash.
    expect(run.result).toBe(run.hostCalls[1]!.result)
    const job = await runtime.jobs.wait(id!)
    expect(job).toMatchObject({
      kind: 'Echo',
      state: 'Completed',
      creator: await runtime.identity.did(),
      costMana: 10n,
      parentJob: run.jobId,
    })
    expect(await runtime.mana.balance()).toBe(1_000n)
  })
})

describe('samples that are stopped', () => {
  /** Nothing is kept of a failed run but its job, its refund and its signed receipt. */
  async function failed(run: RunResult): Promise<void> {
    expect(run).toMatchObject({ success: false, result: null, manaCharged: 0n })
    expect(await runtime.mana.balance()).toBe(1_000n)
    expect(await runtime.jobs.status(run.jobId)).toMatchObject({ state: 'Failed', failure: run.failure! })
    expect(await runtime.receipts.get(run.receiptCid)).toMatchObject({
      signatureValid: true,
      receipt: { success: false, jobId: run.jobId },
    })
    expect((await runtime.jobs.list()).items).toHaveLength(1)
  }

  test('endless: at its last unit of fuel', async () => {
    const run = await runtime.run(bytesOf('endless'))
    await failed(run)
    expect(run.fuelUsed).toBe(1_000_000n)
    expect(run.failure).toEqual({
      code: 'ResourceLimitExceeded',
      reason: 'outOfFuel',
      function: 'run',
      message: 'The run used up its 1000000 units of fuel.',
    })
  })

  test('memory-hog: refused beyond 160 pages, notices and gives up', async () => {
    const run = await runtime.run(bytesOf('memory-hog'))
    await failed(run)
    expect(run.failure).toEqual({
      code: 'WasmExecutionError',
      reason: 'unreachable',
      function: 'run',
      message: 'The module trapped: it executed an unreachable instruction.',
    })
    expect(run.logs).toEqual([{ level: 'error', message: 'No more memory at 145 pages of 64 KiB.' }])
    expect(run.memoryPeakPages).toBe(145)
  })

  test('too-big: never started, nothing stored', async () => {
    const root = await runtime.dag.root()
    await expect(runtime.run(bytesOf('too-big'))).rejects.toMatchObject({
      name: 'IcnError',
      code: 'ResourceLimitExceeded',
      message:
        'The module has an initial memory in pages of 256; the limit is 160 (memory section, byte 21).',
      data: { reason: 'memoryLimit', actual: 256, limit: 160 },
    })
    expect(await runtime.dag.root()).toBe(root)
    expect((await runtime.jobs.list()).items).toEqual([])
    expect(await runtime.mana.balance()).toBe(1_000n)
  })

  test('no-hours: the failure names the function', async () => {
    const run = await runtime.run(bytesOf('no-hours'))
    await failed(run)
    expect(run.failure).toEqual({
      code: 'WasmExecutionError',
      reason: 'integerDivideByZero',
      function: 'pay_per_hour',
      message: 'The module trapped: it divided an integer by zero.',
    })
    expect(run.logs).toEqual(info('Dividing the surplus by the hours worked'))
    // The job and the receipt name it too, on this node; the record does not.
    expect((await runtime.jobs.status(run.jobId)).failure).toEqual(run.failure)
    const stored = await runtime.receipts.get(run.receiptCid)
    expect(stored.run!.failure).toEqual(run.failure)
    const record = new TextDecoder().decode((await runtime.dag.get(stored.run!.recordCid))!.data)
    expect(record).toContain('integerDivideByZero')
    expect(record).not.toContain('pay_per_hour')
  })

  test('deep-recursion: at the call depth, wherever the engine would give up', async () => {
    const run = await runtime.run(bytesOf('deep-recursion'))
    await failed(run)
    expect(run.failure).toMatchObject({ code: 'ResourceLimitExceeded', reason: 'callDepth' })
    expect(run.failure!.message).toMatch(/^The run reached its call depth of 1024/)
    expect(run.logs).toEqual(info('Following a million vouchers'))
  })
})

test('index.json says how each of them ends', async () => {
  for (const { id, ends, reason } of samples) {
    const found = await runtime.run(bytesOf(id)).then(
      (run) => run.failure?.reason ?? 'completes',
      (error) => error.data.reason,
    )
    expect([id, found]).toEqual([id, reason ?? ends])
  }
})

test('the same run twice gives the same fuel, logs and result', async () => {
  for (const { id } of samples.filter(({ ends }) => ends !== 'memoryLimit')) {
    const runs = [await runtime.run(bytesOf(id)), await runtime.run(bytesOf(id))] as const
    expect(runs[1].fuelUsed, id).toBe(runs[0].fuelUsed)
    expect(runs[1].failure, id).toEqual(runs[0].failure)
    if (id !== 'submit-job') expect(runs[1].logs, id).toEqual(runs[0].logs)
  }
})
