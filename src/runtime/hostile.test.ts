/**
 * The hostile corpus: each module in fixtures/hostile is named after what it tries, and here stands what it gets: the
 * code, the reason and the sentence, and what is left in the store afterwards.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { buildWat } from '../../scripts/build-guests.mjs'
import { ICN_ERROR_CODES, type IcnErrorCode } from '../common/errors.ts'
import type { IcnRuntime, RunLimits, RunOptions } from '../protocol/api.ts'
import { createRuntime } from './create.ts'

const FOLDER = new URL('fixtures/hostile/', import.meta.url)
const used = new Set<string>()

function wat(name: string): Promise<Uint8Array> {
  used.add(name)
  return buildWat(readFileSync(new URL(`${name}.wat`, FOLDER), 'utf8'), `${name}.wat`)
}

const start = (limits: Partial<RunLimits> = {}): Promise<IcnRuntime> =>
  createRuntime({
    storage: 'memory',
    environment: 'testing',
    identitySeed: new Uint8Array(32).fill(2),
    fixedTime: 1_760_000_000,
    manaRegeneration: false,
    integrityCheck: false,
    limits,
  })

let runtime: IcnRuntime
beforeEach(async () => {
  runtime = await start()
})
afterEach(() => runtime.close())

/** Everything a page can see of the store. */
async function state() {
  const did = await runtime.identity.did()
  return {
    root: await runtime.dag.root(),
    blocks: (await runtime.dag.list()).items.map((item) => item.cid),
    mana: (await runtime.inspect()).manaTotals,
    history: (await runtime.mana.history()).items,
    reputation: await runtime.reputation.get(did),
    jobs: (await runtime.jobs.list()).items.map(({ jobId, state }) => ({ jobId, state })),
    receipts: (await runtime.receipts.list()).items.map(({ cid }) => cid),
    modules: (await runtime.modules.list()).items.map(({ cid }) => cid),
  }
}

/** Refused before it runs: the call rejects and the store is as it was. */
async function refused(
  name: string,
  options: RunOptions,
  expected: { code: IcnErrorCode; reason: string; message: string },
) {
  const bytes = await wat(name)
  const before = await state()
  const error = await runtime.run(bytes, options).then(
    (run) => expect.fail(`ran: ${JSON.stringify(run.failure)}`),
    (error) => error,
  )
  expect({ code: error.code, reason: error.data?.reason, message: error.message }).toEqual(expected)
  expect(await state()).toEqual(before)
}

/** Ran and failed: what it did is undone; a failed job, its refund and a signed receipt are what is left. */
async function failed(
  name: string,
  options: RunOptions,
  expected: { code: IcnErrorCode; reason?: string; message?: string | RegExp },
) {
  const bytes = await wat(name)
  await runtime.modules.add(bytes)
  const before = await state()
  const run = await runtime.run(bytes, options)
  const { code, reason, message } = run.failure ?? expect.fail(`it completed with ${run.result}`)
  expect({ code, reason }).toEqual({ code: expected.code, reason: expected.reason })
  if (typeof expected.message === 'string') expect(message).toBe(expected.message)
  else if (expected.message !== undefined) expect(message).toMatch(expected.message)
  expect(run).toMatchObject({ success: false, result: null, manaCharged: 0n, receipt: { success: false } })
  const after = await state()
  expect(after.mana).toEqual(before.mana)
  expect(after.jobs).toEqual([{ jobId: run.jobId, state: 'Failed' }, ...before.jobs])
  expect(after.receipts).toEqual([run.receiptCid, ...before.receipts])
  expect(after.modules).toEqual(before.modules)
  expect((await runtime.receipts.get(run.receiptCid)).signatureValid).toBe(true)
  // Mana moved for the run itself and came back; nothing the guest did is in the books.
  const moved = after.history.filter((entry) => !before.history.some(({ seq }) => seq === entry.seq))
  expect(moved.map((entry) => entry.cause).sort()).toEqual(['escrow', 'refund'])
  return run
}

/** Ran to its end and was told no by a rule: it returns the refusal's number, and nothing but the run itself is left. */
async function told(name: string, entry: string, code: IcnErrorCode) {
  const bytes = await wat(name)
  await runtime.modules.add(bytes)
  const before = await state()
  const run = await runtime.run(bytes, { entry })
  expect(run).toMatchObject({ success: true })
  expect(ICN_ERROR_CODES[Number(run.result) - 1]).toBe(code)
  const after = await state()
  expect(after.mana).toEqual(before.mana)
  expect(after.jobs).toHaveLength(before.jobs.length + 1)
  const moved = after.history.filter((entry) => !before.history.some(({ seq }) => seq === entry.seq))
  expect(moved.map((entry) => entry.cause)).not.toContain('spend')
  const said = run.hostCalls.find((call) => call.error !== undefined)!.error!
  return said.replace(await runtime.identity.did(), 'DID')
}

describe('import lies', () => {
  const cases = {
    'foreign-module': [
      'foreignImport',
      'The module imports func "abort" from "env"; only imports from "icn" are served.',
    ],
    wasi: [
      'foreignImport',
      'The module imports func "fd_write" from "wasi_snapshot_preview1"; only imports from "icn" are served.',
    ],
    'import-lie-type': [
      'importType',
      'The module imports icn.host_log as (i64, i64) -> (); accepted are (i32, i32, i32) -> () and (i32, i32) -> ().',
    ],
    'import-lie-twice': [
      'importType',
      'The module imports icn.host_account_get_mana twice with different types, () -> i64 and (i32, i32) -> i64.',
    ],
    'import-memory': [
      'unsupportedFeature',
      'The module uses imported-memory, which is not supported: import "icn" "memory" in its import section at byte 29.',
    ],
    'import-global': [
      'unsupportedFeature',
      'The module uses imported-global, which is not supported: import "icn" "mana" in its import section at byte 27.',
    ],
    'memory-missing': [
      'memoryExport',
      'memory export missing: icn.host_log reads or writes the module\'s memory, which must be exported as "memory".',
    ],
    'memory-not-a-memory': [
      'memoryExport',
      'memory export missing: icn.host_log reads or writes the module\'s memory, which must be exported as "memory".',
    ],
    'meter-names': [
      'reservedName',
      'The module exports "icn:fuel"; names beginning with "icn:" are the meter\'s own.',
    ],
  } as const
  test.each(Object.entries(cases))('%s', async (name, [reason, message]) => {
    await refused(name, {}, { code: 'WasmExecutionError', reason, message })
  })

  test('prototype-names: names of every JavaScript object are unknown functions, and exports like any other', async () => {
    const run = await runtime.run(await wat('prototype-names'))
    expect(run).toMatchObject({ success: true, result: 1n })
    for (const entry of ['constructor', '__proto__', 'toString'])
      await failed(
        'prototype-names',
        { entry },
        { code: 'InvalidSystemApiCall', reason: 'notServed', message: new RegExp(entry) },
      )
  })

  test('unknown-function: loads, and ends the run when called', async () => {
    expect(await runtime.run(await wat('unknown-function'), { entry: 'never' })).toMatchObject({ result: 7n })
  })
  test.each(['unknown', 'known'])('unknown-function: %s', async (entry) => {
    const name = entry === 'unknown' ? 'host_steal_mana' : 'host_create_budget'
    await failed(
      'unknown-function',
      { entry },
      { code: 'InvalidSystemApiCall', reason: 'notServed', message: new RegExp(name) },
    )
  })
})

describe('entries that are none', () => {
  const type = (name: string, shown: string) =>
    `The export "${name}" has type ${shown}; an entry is () -> i64, () -> i32 or () -> ().`
  const cases = {
    run: [
      'entry',
      'The module exports no "run"; its functions are: "argument", "float", "two", "narrow", "nothing", "".',
    ],
    memory: ['entry', 'The export "memory" is a memory, not a function.'],
    global: ['entry', 'The export "global" is a global, not a function.'],
    argument: ['entryType', type('argument', '(i32) -> (i64)')],
    float: ['entryType', type('float', '() -> (f64)')],
    two: ['entryType', type('two', '() -> (i64, i64)')],
    'icn:fuel': [
      'entry',
      'The module exports no "icn:fuel"; its functions are: "argument", "float", "two", "narrow", "nothing", "".',
    ],
  } as const
  test.each(Object.entries(cases))('%s', async (entry, [reason, message]) => {
    await refused('entries', { entry }, { code: 'WasmExecutionError', reason, message })
  })
  test('an i32 is widened with its sign, no result is null, and an empty name is a name', async () => {
    const bytes = await wat('entries')
    expect((await runtime.run(bytes, { entry: 'narrow' })).result).toBe(-1n)
    expect((await runtime.run(bytes, { entry: 'nothing' })).result).toBeNull()
    expect((await runtime.run(bytes, { entry: '' })).result).toBe(5n)
  })
})

describe('never stopping', () => {
  const outOfFuel = { code: 'ResourceLimitExceeded', reason: 'outOfFuel' } as const
  test('endless-start: the budget is in force before the entry', async () => {
    const run = await failed('endless-start', {}, { ...outOfFuel, message: /1000000 units of fuel/ })
    expect(run.fuelUsed).toBe(1_000_000n)
  })
  test.each(['loop', 'table_of_branches', 'grow', 'log', 'time'])('endless: %s', async (entry) => {
    const run = await failed('endless', { entry, fuel: 100_000n }, outOfFuel)
    expect(run.fuelUsed).toBe(100_000n)
    // The list of calls and the log stay within bounds, however often it called.
    expect(run.hostCalls.length).toBeLessThanOrEqual(1_000)
    expect(run.logs.length).toBeLessThanOrEqual(1_000)
  })
  test('endless: growing gets no further than the limit', async () => {
    const run = await failed('endless', { entry: 'grow', fuel: 100_000n }, outOfFuel)
    expect(run.memoryPeakPages).toBe(160)
  })
  test('trap-in-start: the mana it had spent is back', async () => {
    await failed(
      'trap-in-start',
      {},
      {
        code: 'WasmExecutionError',
        reason: 'unreachable',
        message: 'The module trapped: it executed an unreachable instruction.',
      },
    )
  })
  test.each(['itself', 'each_other', 'through_table', 'large_frame'])('recursion: %s', async (entry) => {
    const run = await failed(
      'recursion',
      { entry },
      { code: 'ResourceLimitExceeded', reason: 'callDepth', message: /call depth of 1024/ },
    )
    expect(run.fuelUsed).toBeLessThan(100_000n)
  })
})

describe('bombs', () => {
  const cases = {
    'memory-bomb': [
      'memoryLimit',
      'The module has an initial memory in pages of 65536; the limit is 160 (memory section, byte 21).',
    ],
    'memory-promise-bomb': [
      'memoryLimit',
      'The module has a declared maximum memory in pages of 65536; the limit is 160 (memory section, byte 21).',
    ],
    'table-bomb': [
      'moduleLimit',
      'The module has a table size of 4294967295; the limit is 10000 (table section, byte 22).',
    ],
  } as const
  test.each(Object.entries(cases))('%s', async (name, [reason, message]) => {
    await refused(name, {}, { code: 'ResourceLimitExceeded', reason, message })
  })
})

describe('pointers at every edge', () => {
  const beyond = (bytes: number, at: number, call = 'host_log') =>
    `Invalid parameters: ${call}: ${bytes} bytes at ${at} reach beyond the 65536 bytes of memory.`
  const cases = {
    one_past: beyond(2, 65_535),
    at_the_end: beyond(1, 65_536),
    minus_one: beyond(1, 4_294_967_295),
    wraps_around: beyond(8, 4_294_967_292),
    four_gib: beyond(4_294_967_295, 0),
    sign_bit: beyond(1, 2_147_483_648),
    out_past_the_end: beyond(56, 65_500, 'host_get_caller'),
    out_four_gib: beyond(4_294_967_295, 0, 'host_get_caller'),
  }
  test.each(Object.entries(cases))('%s', async (entry, message) => {
    await failed('pointers', { entry }, { code: 'HostAbi', reason: 'InvalidParameters', message })
  })
  test.each([
    ['last_byte', 1n],
    ['whole_memory', 1n],
    ['nothing_anywhere', 1n],
    ['out_too_small', -56n],
    ['out_no_room', -56n],
    ['out_too_small_untouched', 0n],
  ])('%s is fine', async (entry, result) => {
    expect(await runtime.run(await wat('pointers'), { entry })).toMatchObject({ success: true, result })
  })
})

describe('text', () => {
  const notText = (bytes: number, at: number) =>
    `Invalid parameters: host_log: the ${bytes} bytes at ${at} are not UTF-8.`
  const cases = {
    not_utf8: notText(2, 0),
    lone_surrogate: notText(3, 8),
    overlong: notText(2, 16),
    cut_in_half: notText(2, 24),
  }
  test.each(Object.entries(cases))('%s', async (entry, message) => {
    await failed('text', { entry }, { code: 'HostAbi', reason: 'InvalidParameters', message })
  })
  test('markup and control characters come through as they are', async () => {
    const run = await runtime.run(await wat('text'), { entry: 'markup' })
    expect(run.logs).toEqual([{ level: 'info', message: '<img src=x onerror=alert(1)>\u0000\u001b[31m' }])
  })
  test('a level that does not exist ends the run: host_log has no result to say no with', async () => {
    const run = await failed(
      'text',
      { entry: 'no_such_level' },
      { code: 'InvalidSpec', message: 'Log level must be 0 to 3, got 9.' },
    )
    expect(run.logs).toEqual([])
  })
})

describe('mana that is not its to spend', () => {
  const cases: Readonly<Record<string, readonly [IcnErrorCode, string]>> = {
    u64_max: ['Economic', 'Insufficient mana: account DID holds 990, 18446744073709551615 is needed.'],
    i64_min: ['Economic', 'Insufficient mana: account DID holds 990, 9223372036854775808 is needed.'],
    nothing: ['InvalidSpec', 'Spend amount must be greater than zero'],
    more_than_there_is: ['Economic', 'Insufficient mana: account DID holds 990, 1001 is needed.'],
    somebody_else: [
      'InvalidSpec',
      'Attempting to spend mana for an account other than the current context identity.',
    ],
    nobody: ['InvalidSpec', 'Account ID string cannot be empty'],
    not_a_did: [
      'InvalidSpec',
      'Invalid DID format for account_id: Not a DID: the string "not a did" does not start with "did:".',
    ],
    credit_itself: [
      'PermissionDenied',
      'host_account_credit_mana needs the capability "credit", which this runtime was not started with.',
    ],
  }
  test.each(Object.entries(cases))('%s', async (entry, [code, message]) => {
    expect(await told('spend', entry, code)).toBe(message)
  })
  test('spend_then_trap: the 400 are back', async () => {
    await failed('spend', { entry: 'spend_then_trap' }, { code: 'WasmExecutionError', reason: 'unreachable' })
    expect(await runtime.mana.balance()).toBe(1_000n)
  })
  test('spend_too_much_without_result: no result to say no with, so the run ends', async () => {
    await failed(
      'spend',
      { entry: 'spend_too_much_without_result' },
      { code: 'Economic', reason: 'insufficientMana' },
    )
  })
})

describe('job JSON', () => {
  const cases: Readonly<Record<string, readonly [IcnErrorCode, string]>> = {
    negative_cost: [
      'InvalidSpec',
      'Failed to deserialize ActualMeshJob: job.cost_mana: expected an integer from 0 to 18446744073709551615, got the number -5.',
    ],
    cost_beyond_u64: [
      'InvalidSpec',
      'Failed to deserialize ActualMeshJob: Job JSON: the integer 18446744073709551616 does not fit 64 bits at line 1, column 570.',
    ],
    fractional_cost: [
      'InvalidSpec',
      'Failed to deserialize ActualMeshJob: job.cost_mana: expected an integer from 0 to 18446744073709551615, got the fractional number 1.5.',
    ],
    cost_with_exponent: [
      'InvalidSpec',
      'Failed to deserialize ActualMeshJob: job.cost_mana: expected an integer from 0 to 18446744073709551615, got the fractional number 1000.',
    ],
    cost_twice: [
      'InvalidSpec',
      'Failed to deserialize ActualMeshJob: Job JSON: key "cost_mana" appears twice in one object at line 1, column 573.',
    ],
    truncated: [
      'InvalidSpec',
      'Failed to deserialize ActualMeshJob: Job JSON: expected "," or "}", got the end of the text at line 1, column 572.',
    ],
    trailing: [
      'InvalidSpec',
      'Failed to deserialize ActualMeshJob: Job JSON: unexpected "x" after the value at line 1, column 573.',
    ],
    cost_as_text: [
      'InvalidSpec',
      'Failed to deserialize ActualMeshJob: job.cost_mana: expected an integer from 0 to 18446744073709551615, got the string "10".',
    ],
    null: [
      'InvalidSpec',
      'Failed to deserialize ActualMeshJob: job: expected an ActualMeshJob object, got null.',
    ],
    empty: ['InvalidSpec', 'Job JSON cannot be empty'],
    nested: [
      'InvalidSpec',
      'Failed to deserialize ActualMeshJob: Job JSON: nesting is deeper than 127 at line 1, column 128.',
    ],
    many_digits: [
      'InvalidSpec',
      'Failed to deserialize ActualMeshJob: Job JSON: the integer 999999999999999999999999… does not fit 64 bits at line 1, column 570.',
    ],
    too_long: ['InvalidSpec', 'Job JSON exceeds 1048576 bytes'],
    more_than_there_is: ['Economic', 'Insufficient mana: account DID holds 990, 5000 is needed.'],
    cost_of_u64_max: [
      'Economic',
      'Insufficient mana: account DID holds 990, 18446744073709551615 is needed.',
    ],
    unknown_handle: ['UnknownJob', 'This run submitted no job with the number 12345.'],
  }
  test.each(Object.entries(cases))('%s', async (entry, [code, message]) => {
    const said = await told('jobs', entry, code)
    expect(said).toBe(message)
    // However large the input, the sentence is short.
    expect(said.length).toBeLessThan(500)
  })
  test('not_utf8', async () => {
    await failed('jobs', { entry: 'not_utf8' }, { code: 'HostAbi', reason: 'InvalidParameters' })
  })
  test('prototype: an unknown field named __proto__ is ignored like any unknown field', async () => {
    const run = await runtime.run(await wat('jobs'), { entry: 'prototype' })
    expect(run).toMatchObject({ success: true, result: 0n })
    expect(({} as { cost_mana?: unknown }).cost_mana).toBeUndefined()
  })
  test('submit_then_trap: the job it submitted was never there', async () => {
    await failed('jobs', { entry: 'submit_then_trap' }, { code: 'WasmExecutionError', reason: 'unreachable' })
  })
  test('flood: submitting without end runs out of fuel, and then none of the jobs was submitted', async () => {
    await failed('jobs', { entry: 'flood' }, { code: 'ResourceLimitExceeded', reason: 'outOfFuel' })
  })
  test('flood: with fuel in plenty it runs out of mana', async () => {
    await runtime.close()
    runtime = await start({ fuel: 100_000_000n })
    const run = await runtime.run(await wat('jobs'), { entry: 'flood' })
    expect(run).toMatchObject({ success: true, result: 99n })
    const jobs = (await runtime.jobs.list({ limit: 1_000 })).items
    expect(jobs).toHaveLength(100)
    expect(new Set(jobs.map((job) => job.jobId)).size).toBe(100)
  })
})

describe('text the host puts into the guest', () => {
  test('host-strings: stands where the returned address says', async () => {
    expect(await runtime.run(await wat('host-strings'), { entry: 'fair' })).toMatchObject({ result: 56n })
  })
  test('host-strings: the host keeps to the page limit too, and the guest is told no', async () => {
    const run = await runtime.run(await wat('host-strings'), { entry: 'full' })
    expect(run).toMatchObject({ success: true, result: 0n, memoryPeakPages: 160 })
    expect(run.hostCalls[0]!.error).toMatch(/160 pages/)
  })
  test('host-strings-fixed: a memory that may not grow is not grown', async () => {
    const run = await runtime.run(await wat('host-strings-fixed'))
    expect(run).toMatchObject({ success: true, result: 0n, memoryPeakPages: 1 })
  })
  test('host-strings: asking for ever costs fuel', async () => {
    const run = await failed(
      'host-strings',
      { entry: 'for_ever' },
      { code: 'ResourceLimitExceeded', reason: 'outOfFuel' },
    )
    expect(run.memoryPeakPages).toBeLessThan(10)
  })
})

describe('names', () => {
  const trapsIn = (name: string) =>
    buildWat(
      `(module (memory (export "memory") 1) (func $${name} (export "run") (result i64) (unreachable)))`,
    )
  test('a function may not speak for the page: its name stands in the sentence as text', async () => {
    const run = await runtime.run(await trapsIn('<b>Paid</b>'))
    expect(run.failure).toMatchObject({
      function: '<b>Paid</b>',
      message: 'The module trapped: it executed an unreachable instruction.',
    })
  })
  test('a name of 100,000 characters does not make a sentence of as many', async () => {
    const run = await runtime.run(await trapsIn('x'.repeat(100_000)))
    expect(run.failure!.message.length).toBeLessThan(500)
    expect(run.failure!.function!.length).toBeLessThan(500)
  })
})

describe('large records', () => {
  test('log-pages: one byte more than a line may have', async () => {
    await failed(
      'log-pages',
      { entry: 'one_too_long' },
      { code: 'InvalidSpec', message: 'Log message exceeds 65536 bytes' },
    )
  })
  test('log-pages: logging without end runs out of fuel like anything else', async () => {
    await failed('log-pages', {}, { code: 'ResourceLimitExceeded', reason: 'outOfFuel' })
  })
  test('large-job: a payload of 160,000 bytes is a good job, for the fuel that it takes', async () => {
    await failed('large-job', {}, { code: 'ResourceLimitExceeded', reason: 'outOfFuel' })
    await runtime.close()
    runtime = await start({ fuel: 20_000_000n })
    const run = await runtime.run(await wat('large-job'))
    expect(run.success).toBe(true)
    expect((await runtime.jobs.list()).items).toHaveLength(2)
  })
})

test('resubmit-pending: a contract that copies itself through the queue comes to an end', async () => {
  const { cid } = await runtime.modules.add(await wat('resubmit-pending'))
  const request = { manifestCid: cid, spec: { kind: 'CclWasm' as const }, costMana: 10n }
  await runtime.jobs.submit(request)
  await runtime.jobs.submit({ ...request, maxExecutionWaitMs: 5_000n })
  await expect
    .poll(async () => (await runtime.jobs.list({ limit: 1_000 })).items.every((job) => job.finishedAt))
    .toBe(true)
  const jobs = (await runtime.jobs.list({ limit: 1_000 })).items
  expect(jobs.length).toBeLessThan(20)
  const { balances, escrow } = (await runtime.inspect()).manaTotals
  expect({ balances, escrow }).toEqual({ balances: 1_000n, escrow: 0n })
})

test('every module of the corpus has its place here', () => {
  const files = readdirSync(FOLDER).map((name) => name.replace('.wat', ''))
  expect([...used].sort()).toEqual(files.sort())
})
