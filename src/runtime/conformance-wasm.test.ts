/** Upstream's tests of validator, executor and host helpers, one test per line of ref §13.3, named after it. */
import { describe, expect, it } from 'vitest'
import { fromUtf8, utf8 } from '../common/bytes.ts'
import { Cid } from '../common/cid.ts'
import { cidOf } from '../common/cid-of.ts'
import { Did } from '../common/did.ts'
import { getBlock } from '../dag/blocks.ts'
import { caller, testContext, wat } from '../host/fixtures/guest.ts'
import { openVillage } from '../host/fixtures/valid-calls.ts'
import { reputationOf } from '../reputation/reputation.ts'
import { fromWat } from '../wasm/fixtures/wat.ts'
import { meter } from '../wasm/meter.ts'
import { guest, jobJson, signerOf, testRuntime } from './fixtures/world.ts'

const GET_MANA = '(import "icn" "host_account_get_mana" (func $mana (result i64)))'
const i64le = (value: bigint) => new Uint8Array(new BigInt64Array([value]).buffer)

describe('ref §13.3 memory_marshalling.rs', () => {
  // Upstream writes the first bytes and returns their number, and a guest cannot tell that something is missing (ref §14
  // row 6). Here, and in every wasm_host_* helper of ref §1.3, what does not fit is not written at all.
  it('write_string_limited_truncates: nothing is written and the length it needs comes back negative', () => {
    const greeting = testContext({ creator: Did.parse('did:icn:hello world') })
    const made = caller(wat('host_get_caller', { params: ['i32', 'i32'], results: ['i32'] }), greeting)
    expect(made.call(0, 5)).toBe(-19)
    expect(made.memory.slice(0, 32)).toEqual(new Uint8Array(32))
    expect(made.call(0, 19)).toBe(19)
    expect(fromUtf8(made.memory.slice(0, 19), 'text')).toBe('did:icn:hello world')
  })
})

describe('ref §13.3 wasm_validator.rs', () => {
  it('validator_rejects_excess_memory', async () => {
    await using runtime = await testRuntime({ limits: { memoryPages: 1 } })
    await expect(runtime.modules.add(fromWat('(module (memory 2))'))).rejects.toMatchObject({
      code: 'ResourceLimitExceeded',
      data: { reason: 'memoryLimit', actual: 2, limit: 1 },
    })
  })

  it('validator_rejects_excess_functions', () => {
    const two = fromWat('(module (func) (func))')
    expect(() => meter(two, { limits: { functions: 1 } })).toThrow(
      expect.objectContaining({
        code: 'ResourceLimitExceeded',
        data: expect.objectContaining({ actual: 2, limit: 1 }),
      }),
    )
  })

  it('validator_accepts_valid_module', async () => {
    await using runtime = await testRuntime()
    const bytes = fromWat('(module (memory 1) (func))')
    expect(await runtime.modules.add(bytes)).toMatchObject({ size: bytes.length })
  })
})

describe('ref §13.3 wasm_validation.rs', () => {
  it('validator_enforces_memory_pages, validator_enforces_function_limit', async () => {
    const run = '(func (export "run") (result i64) (i64.const 1))'
    for (const [module, reason] of [
      [`(module (memory (export "memory") 161) ${run})`, 'memoryLimit'],
      [`(module ${'(func)'.repeat(1_000)} ${run})`, 'moduleLimit'],
    ] as const) {
      await using runtime = await testRuntime()
      const manifestCid = await runtime.dag.put({ data: fromWat(module) })
      const id = await runtime.jobs.submit({ manifestCid, spec: { kind: 'CclWasm' }, costMana: 10n })
      expect(await runtime.jobs.wait(id)).toMatchObject({
        state: 'Failed',
        failure: { code: 'ResourceLimitExceeded', reason },
      })
      expect(await runtime.mana.balance()).toBe(1_000n)
    }
  })

  it('resource_limiter_blocks_growth: memory.grow answers −1, and what lies beyond cannot be used', async () => {
    await using runtime = await testRuntime({ limits: { memoryPages: 1 } })
    const run = (body: string) =>
      runtime.run(fromWat(`(module (memory (export "memory") 1) (func (export "run") (result i64) ${body}))`))
    expect(await run('(i64.extend_i32_s (memory.grow (i32.const 2)))')).toMatchObject({ result: -1n })
    expect(await run('(drop (memory.grow (i32.const 2))) (i64.load (i32.const 65536))')).toMatchObject({
      success: false,
      failure: { reason: 'outOfBounds' },
    })
  })
})

describe('ref §13.3 wasm_executor.rs', () => {
  it('wasm_executor_runs_wasm', async () => {
    await using runtime = await testRuntime()
    const run = await runtime.run(guest('(call $mana)', GET_MANA))
    expect(run.receipt.executor).toBe(await runtime.identity.did())
    // As upstream writes it: nothing here needs a memory.
    const bare = fromWat(`(module ${GET_MANA} (func (export "run") (result i64) (call $mana)))`)
    const { result, receiptCid } = await runtime.run(bare)
    expect(result).toBe(991n) // 1,000 less the price, which the first run's reputation lowered by one
    expect(await runtime.receipts.verify(receiptCid)).toEqual({ status: 'verified' })
  })

  it('wasm_executor_runs_compiled_ccl_contract', async () => {
    await using runtime = await testRuntime()
    const run = await runtime.run(guest('(i64.add (i64.const 3) (i64.const 4))'))
    expect(run.receipt.resultCid).toBe(cidOf(0x55, i64le(7n)).toString())
    expect((await runtime.dag.get(run.receipt.resultCid))?.data).toEqual(i64le(7n))
  })

  it('wasm_executor_host_submit_mesh_job_json', async () => {
    await using runtime = await testRuntime({ initialMana: 60n })
    const json = jobJson(10n)
    const imports = `${GET_MANA} (import "icn" "host_submit_mesh_job" (func $submit (param i32 i32)))`
    const run = await runtime.run(
      guest(`(call $submit (i32.const 0) (i32.const ${json.length})) (call $mana)`, imports, json),
    )
    // 60, of which 10 are held for the run itself and 10 for the job it submits.
    expect(run.result).toBe(40n)
    const child = (await runtime.jobs.list()).items[0]!
    expect(child).toMatchObject({ parentJob: run.jobId, costMana: 10n })
    expect((await runtime.jobs.wait(child.jobId)).state).toBe('Failed')
    expect(await runtime.mana.balance()).toBe(60n)
  })

  it('wasm_executor_host_anchor_receipt_json: the block is there by its Merkle CID, the executor gains reputation', async () => {
    const village = await openVillage()
    const context = village.open()
    const json = utf8(String(village.calls.host_anchor_receipt![0]!.args[0]))
    const executor = signerOf(7).did
    expect(reputationOf(context.tx, executor)).toBe(0n)
    const known = new Set(context.tx.tables.get('blocks')!.keys())
    const made = caller(wat('host_anchor_receipt', { params: ['i32', 'i32'], results: [] }), context)
    made.memory.set(json)
    made.call(0, json.length)
    expect(reputationOf(context.tx, executor)).toBeGreaterThan(0n)
    const [cid, ...others] = [...context.tx.tables.get('blocks')!.keys()].filter((key) => !known.has(key))
    expect(others).toEqual([])
    const block = getBlock(context.tx, Cid.parse(cid!))!
    expect(JSON.parse(fromUtf8(block.data, 'receipt'))).toEqual(JSON.parse(fromUtf8(json, 'receipt')))
  })

  it('submit_compiled_ccl_runs_via_executor, queued_compiled_ccl_executes', async () => {
    await using runtime = await testRuntime()
    const { cid } = await runtime.modules.add(guest('(i64.const 9)'))
    for (const kind of ['GenericPlaceholder', 'CclWasm'] as const) {
      const id = await runtime.jobs.submit({ manifestCid: cid, spec: { kind }, costMana: 10n })
      expect(await runtime.jobs.wait(id)).toMatchObject({
        state: 'Completed',
        resultCid: cidOf(0x55, i64le(9n)).toString(),
      })
    }
  })

  it('compiled_example_contract_file_runs: through its ContractMetadata (ref §10.4)', async () => {
    await using runtime = await testRuntime()
    const { cid } = await runtime.modules.add(guest('(i64.const 11)'))
    const metadata = { cid, exports: ['run'], inputs: [], version: '0.1.0', source_hash: 'sha256:00' }
    const manifestCid = await runtime.dag.put({ data: utf8(JSON.stringify(metadata)) })
    const id = await runtime.jobs.submit({ manifestCid, spec: { kind: 'CclWasm' }, costMana: 10n })
    expect(await runtime.jobs.wait(id)).toMatchObject({
      state: 'Completed',
      resultCid: cidOf(0x55, i64le(11n)).toString(),
    })
  })

  it('wasm_executor_enforces_memory_limit, wasm_executor_errors_on_large_initial_memory', async () => {
    await using runtime = await testRuntime({ limits: { memoryPages: 1 } })
    await expect(runtime.run(guest('(i64.const 1)'))).rejects.toMatchObject({
      code: 'ResourceLimitExceeded',
      data: { reason: 'memoryLimit', actual: 2, limit: 1 },
    })
  })

  it('wasm_executor_enforces_fuel_limit', async () => {
    await using runtime = await testRuntime()
    const run = await runtime.run(guest('(loop (br 0)) (i64.const 0)'), { fuel: 100n })
    expect(run).toMatchObject({
      success: false,
      fuelUsed: 100n,
      failure: { code: 'ResourceLimitExceeded', reason: 'outOfFuel' },
      receipt: { success: false },
    })
  })

  it('wasm_executor_rejects_memory_growth', async () => {
    await using runtime = await testRuntime({ limits: { memoryPages: 2 } })
    const run = await runtime.run(
      guest('(drop (memory.grow (i32.const 1))) (i64.store (i32.const 131072) (i64.const 1)) (i64.const 0)'),
    )
    expect(run).toMatchObject({
      success: false,
      memoryPeakPages: 2,
      failure: { reason: 'outOfBounds' },
    })
  })

  it('receipts of failures are signed and their results readable', async () => {
    await using runtime = await testRuntime()
    const run = await runtime.run(guest('unreachable'))
    const stored = await runtime.receipts.get(run.receiptCid)
    expect(stored).toMatchObject({
      signatureValid: true,
      receipt: { success: false },
      run: { failure: run.failure },
    })
    const result = await runtime.dag.get(run.receipt.resultCid)
    // Which function it was is told by the engine's stack alone, and so not part of the result.
    const { function: _told, ...failure } = run.failure!
    expect(JSON.parse(fromUtf8(result!.data))).toEqual({ failure })
  })
})

describe('ref §13.3 wasm_host_api.rs', () => {
  const IMPORTS = `
    (import "icn" "wasm_host_submit_mesh_job" (func $submit (param i32 i32 i32 i32) (result i32)))
    (import "icn" "wasm_host_account_get_mana" (func $mana (param i32 i32) (result i64)))
    (import "icn" "wasm_host_account_spend_mana" (func $spend (param i32 i32 i64)))
    (import "icn" "wasm_host_get_pending_mesh_jobs" (func $jobs (param i32 i32) (result i32)))`

  it('wasm_host_api_functions', async () => {
    await using runtime = await testRuntime({ initialMana: 60n })
    const did = await runtime.identity.did()
    const json = jobJson(10n)
    const me = `(i32.const ${json.length}) (i32.const ${did.length})`
    const body = `(if (i32.ne (call $submit (i32.const 0) (i32.const ${json.length}) (i32.const 5000) (i32.const 100)) (i32.const 57)) (then unreachable))
      (if (i64.ne (call $mana ${me}) (i64.const 40)) (then unreachable))
      (call $spend ${me} (i64.const 5))
      (if (i32.le_s (call $jobs (i32.const 6000) (i32.const 4096)) (i32.const 2)) (then unreachable))
      (call $mana ${me})`
    const run = await runtime.run(guest(body, IMPORTS, json + did))
    expect(run).toMatchObject({ success: true, result: 35n })
  })

  it('wasm_host_api_error_paths', async () => {
    await using runtime = await testRuntime()
    const body = `(if (call $submit (i32.const 0) (i32.const 0) (i32.const 500) (i32.const 100)) (then unreachable))
      (if (i32.ne (call $jobs (i32.const 8) (i32.const 2)) (i32.const 2)) (then unreachable))
      (i64.load16_u (i32.const 8))`
    const run = await runtime.run(guest(body, IMPORTS))
    expect(run.result).toBe(BigInt('['.charCodeAt(0) + 256 * ']'.charCodeAt(0)))
  })
})
