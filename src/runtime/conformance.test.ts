/** Upstream's own tests of its runtime, one test per line of ref §13.1–13.3 that concerns these parts, named after it. */
import { describe, expect, it } from 'vitest'
import { fromUtf8, utf8 } from '../common/bytes.ts'
import { Cid } from '../common/cid.ts'
import { cidOf } from '../common/cid-of.ts'
import { decodeJson, encodeJson } from '../common/codec.ts'
import { Did } from '../common/did.ts'
import { FixedTimeProvider } from '../common/time.ts'
import { executionReceipt, signReceipt } from '../identity/receipt.ts'
import { actualMeshJob } from '../mesh/types.ts'
import { fromWat } from '../wasm/fixtures/wat.ts'
import { DEFAULT_LIMITS } from '../wasm/validate/default-limits.ts'
import { guest, jobJson, NOW, signerOf, testRuntime, world } from './fixtures/world.ts'
import { JOBS } from './tables.ts'

const GET_MANA = '(import "icn" "host_account_get_mana" (func $mana (result i64)))'
const i64le = (value: bigint) => new Uint8Array(new BigInt64Array([value]).buffer)

describe('ref §13.1 unit tests of lib.rs', () => {
  it('test_host_submit_mesh_job_calls_context', async () => {
    const { call, mana, context, me } = await world(100n)
    const id = String(await call('host_submit_mesh_job', jobJson(10n)))
    expect(await mana()).toBe(90n)
    const row = await context.store.read((tx) => tx.get(JOBS, id))
    expect(row).toMatchObject({ cost: 10n, creator: `${me}` })
  })

  it('test_host_submit_mesh_job_empty_spec', async () => {
    const { call, mana } = await world(100n)
    await call('host_submit_mesh_job', jobJson(10n))
    expect(await mana()).toBe(90n)
  })

  it('test_host_submit_mesh_job_insufficient_mana', async () => {
    const { call, mana } = await world(5n)
    await expect(call('host_submit_mesh_job', jobJson(10n))).rejects.toMatchObject({
      code: 'Economic',
      data: { reason: 'insufficientMana' },
    })
    expect(await mana()).toBe(5n)
  })

  it('test_host_submit_mesh_job_rejects_large_json', async () => {
    const { call } = await world(100n)
    const large = jobJson(10n, { Echo: { payload: 'x'.repeat(1_048_577) } })
    await expect(call('host_submit_mesh_job', large)).rejects.toMatchObject({
      code: 'InvalidSpec',
      message: 'Job JSON exceeds 1048576 bytes',
      data: { hostError: 'InvalidParameters' },
    })
  })

  it('test_host_get_pending_mesh_jobs_retrieves_correctly', async () => {
    const { call } = await world(100n)
    await call('host_submit_mesh_job', jobJson(10n))
    await call('host_submit_mesh_job', jobJson(5n))
    const pending = JSON.parse(String(await call('host_get_pending_mesh_jobs'))) as unknown[]
    expect(pending.map((job) => decodeJson(actualMeshJob, JSON.stringify(job), 'job').costMana)).toEqual([
      10n,
      5n,
    ])
  })

  it('test_host_get_pending_mesh_jobs_empty_queue', async () => {
    expect(await (await world(0n)).call('host_get_pending_mesh_jobs')).toBe('[]')
  })

  it('test_host_account_get_mana_calls_context', async () => {
    const { call } = await world(50n)
    expect(await call('host_account_get_mana')).toBe(50n)
  })

  it('test_host_account_get_mana_empty_id', async () => {
    await expect((await world(0n)).call('host_account_get_mana', '')).rejects.toMatchObject({
      message: 'Account ID string cannot be empty',
      data: { hostError: 'InvalidParameters' },
    })
  })

  it('test_host_account_get_mana_invalid_did_format', async () => {
    await expect((await world(0n)).call('host_account_get_mana', 'invalid-did')).rejects.toThrow(
      /^Invalid DID format for account_id: /,
    )
  })

  it('test_host_account_spend_mana_successful', async () => {
    const { call, mana, me } = await world(100n)
    await call('host_account_spend_mana', `${me}`, 30n)
    expect(await mana()).toBe(70n)
  })

  it('test_host_account_spend_mana_insufficient_funds', async () => {
    const { call, me } = await world(5n)
    await expect(call('host_account_spend_mana', `${me}`, 10n)).rejects.toMatchObject({ code: 'Economic' })
  })

  it('test_host_account_spend_mana_account_not_found, …for_other_account_fails_policy', async () => {
    const { call, mana } = await world(5n)
    const other = Did.parse('did:icn:test:other')
    await expect(call('host_account_spend_mana', `${other}`, 1n)).rejects.toMatchObject({
      message: 'Attempting to spend mana for an account other than the current context identity.',
      data: { hostError: 'InvalidParameters' },
    })
    expect([await mana(), await mana(other)]).toEqual([5n, 0n])
  })

  it('test_host_account_spend_mana_zero_amount', async () => {
    const { call, me } = await world(5n)
    await expect(call('host_account_spend_mana', `${me}`, 0n)).rejects.toThrow(
      'Spend amount must be greater than zero',
    )
  })

  it('test_host_account_spend_mana_empty_account_id', async () => {
    await expect((await world(5n)).call('host_account_spend_mana', '', 1n)).rejects.toThrow(
      'Account ID string cannot be empty',
    )
  })

  it('test_host_account_spend_mana_invalid_did_format', async () => {
    await expect((await world(5n)).call('host_account_spend_mana', 'invalid-did', 1n)).rejects.toMatchObject({
      code: 'InvalidSpec',
    })
  })

  it('test_runtime_context_new_for_testing_with_mana', async () => {
    const { context, me, mana } = await world(77n)
    expect(context.identity.equals(me)).toBe(true)
    expect(await mana()).toBe(77n)
  })

  it.each([
    ['host_submit_mesh_job', ['{']],
    ['host_get_pending_mesh_jobs', []],
    ['host_account_get_mana', ['']],
    ['host_account_spend_mana', ['', 1n]],
  ] as const)('test_metrics_increment_on_%s, before anything is checked', async (name, args) => {
    const { call, context } = await world(0n)
    await call(name, ...args).catch(() => {})
    expect(context.counters[`runtime_${name}_calls_total`]).toBe(1)
  })

  it('test_host_get_job_status_function', async () => {
    const { call } = await world(100n)
    const id = String(await call('host_submit_mesh_job', jobJson(10n)))
    expect(JSON.parse(String(await call('host_get_job_status', id)))).toMatchObject({
      job: { cost_mana: 10, status: 'Submitted' },
      bids: [],
      assignment: null,
      receipt: null,
    })
    const unknown = cidOf(0x71, utf8('unknown')).toString()
    expect(await call('host_get_job_status', unknown)).toBe('')
    await expect(call('host_get_job_status', 'nonsense')).rejects.toThrow(/^Invalid job ID CID: /)
  })
})

describe('ref §13.2 executors', () => {
  it('test_simple_executor_echo_job, test_execute_job_echo_success', async () => {
    await using runtime = await testRuntime()
    const manifestCid = cidOf(0x55, utf8('nothing')).toString()
    const id = await runtime.jobs.submit({
      manifestCid,
      spec: { kind: { Echo: { payload: 'hi' } } },
      costMana: 10n,
    })
    const job = await runtime.jobs.wait(id)
    const stored = await runtime.receipts.get(job.receiptCid!)
    expect(stored).toMatchObject({
      signatureValid: true,
      receipt: { jobId: id, success: true, executor: await runtime.identity.did() },
    })
    expect(stored.receipt.resultCid).toBe(cidOf(0x55, utf8('Echo: hi')).toString())
  })

  it('test_generic_placeholder_hash_deterministic', async () => {
    await using runtime = await testRuntime()
    const data = utf8('a manifest')
    const manifestCid = await runtime.dag.put({ data })
    const run = async () => {
      const id = await runtime.jobs.submit({
        manifestCid,
        spec: { kind: 'GenericPlaceholder' },
        costMana: 10n,
      })
      return (await runtime.jobs.wait(id)).resultCid!
    }
    const [first, second] = [await run(), await run()]
    expect(first).toBe(second)
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', data as BufferSource))
    expect(first).toBe(cidOf(0x55, digest).toString())
    expect((await runtime.dag.get(first))?.data).toEqual(digest)
  })

  it('test_wasm_security_limits_default', () => {
    expect(DEFAULT_LIMITS).toMatchObject({
      memoryPages: 160,
      functions: 1000,
      globals: 100,
      tables: 10,
      tableElements: 10_000,
      moduleBytes: 52_428_800,
      callDepth: 1024,
    })
  })

  it('test_wasm_module_validator_validates_size', async () => {
    await using runtime = await testRuntime({ limits: { moduleBytes: 60 } })
    await expect(runtime.modules.add(guest('(i64.const 1)'))).rejects.toMatchObject({
      code: 'ResourceLimitExceeded',
    })
    await expect(runtime.modules.add(new Uint8Array(52_428_801))).rejects.toMatchObject({
      code: 'ResourceLimitExceeded',
    })
    expect((await runtime.modules.add(fromWat('(module)'))).size).toBeLessThan(60)
  })

  it('test_production_validation', async () => {
    await expect(
      testRuntime({ environment: 'production', identitySeed: undefined } as object),
    ).rejects.toThrow(/fixedTime is for the environment testing only/)
    await expect(world(0n, { environment: 'production', fixedKey: true })).rejects.toThrow(
      'PRODUCTION ERROR: production does not accept storage in memory, which is lost with the page, nor a fixed identity key.',
    )
  })
})

describe('ref §13.3 wasm_executor.rs', () => {
  it('wasm_executor_runs_wasm', async () => {
    await using runtime = await testRuntime()
    const run = await runtime.run(guest('(call $mana)', GET_MANA))
    expect(run.receipt.executor).toBe(await runtime.identity.did())
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

  it('wasm_executor_enforces_memory_limit, …errors_on_large_initial_memory', async () => {
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
    expect(JSON.parse(fromUtf8(result!.data))).toEqual({ failure: run.failure })
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

describe('ref §13.3 receipts from an executor elsewhere', () => {
  const executor = signerOf(7)

  async function assigned(options: Parameters<typeof world>[1] = {}, wait: bigint | null = null) {
    const made = await world(100n, options)
    const id = String(await made.call('host_submit_mesh_job', jobJson(20n, 'GenericPlaceholder', wait)))
    await made.context.store.transact((tx) => {
      const row = tx.get(JOBS, id)!
      tx.put(JOBS, id, { ...row, state: 'Assigned', executor: executor.did.toString(), price: 15n })
    })
    const receipt = async (fields: { success?: boolean; cpuMs?: bigint; by?: typeof executor } = {}) => {
      const { success = true, cpuMs = 2_000n, by = executor } = fields
      const unsigned = {
        jobId: Cid.parse(id),
        executorDid: by.did,
        resultCid: cidOf(0x55, utf8('r')),
        cpuMs,
        success,
      }
      return signReceipt(unsigned, by)
    }
    return { ...made, id, receipt }
  }
  const json = (receipt: Parameters<typeof encodeJson<Awaited<ReturnType<typeof signReceipt>>>>[1]) =>
    encodeJson(executionReceipt, receipt)

  it('anchor_receipt_valid_signature: the block is R1’s, the executor is paid its price, the rest goes back', async () => {
    const { call, mana, receipt, id, context } = await assigned()
    const cid = String(await call('host_anchor_receipt', json(await receipt())))
    expect(cid).toMatch(/^bafyr/)
    expect([await mana(), await mana(executor.did)]).toEqual([85n, 15n])
    const row = await context.store.read((tx) => tx.get(JOBS, id))
    expect(row).toMatchObject({ state: 'Completed', receipt: cid })
  })

  it('anchor_receipt_invalid_signature', async () => {
    const { call, mana, receipt } = await assigned()
    const good = await receipt()
    const sig = good.sig.slice()
    sig[5]! ^= 1
    await expect(call('host_anchor_receipt', json({ ...good, sig }))).rejects.toMatchObject({
      code: 'SignatureError',
    })
    expect(await mana()).toBe(80n)
  })

  it('test_invalid_receipt_wrong_executor', async () => {
    const { call, receipt } = await assigned()
    await expect(call('host_anchor_receipt', json(await receipt({ by: signerOf(8) })))).rejects.toMatchObject(
      {
        code: 'PermissionDenied',
        data: { reason: 'foreignExecutor' },
      },
    )
  })

  it('an expired receipt', async () => {
    const time = new FixedTimeProvider(NOW)
    const { call, mana, receipt } = await assigned({ time }, 5_000n)
    time.advance(6_000)
    await expect(call('host_anchor_receipt', json(await receipt()))).rejects.toMatchObject({
      code: 'MissingOrInvalidReceipt',
      data: { reason: 'expired', now: BigInt(NOW + 6), deadline: BigInt(NOW + 5) },
    })
    expect(await mana()).toBe(80n)
  })

  it('a receipt for a job that is unknown, unassigned, or has ended', async () => {
    const { call, receipt, id, context } = await assigned()
    const other = await receipt()
    const unknown = await signReceipt({ ...other, jobId: cidOf(0x71, utf8('x')) }, executor)
    await expect(call('host_anchor_receipt', json(unknown))).rejects.toMatchObject({ code: 'UnknownJob' })
    await call('host_anchor_receipt', json(other))
    await expect(call('host_anchor_receipt', json(other))).rejects.toThrow(/^Job already completed/)
    await context.store.transact((tx) => tx.put(JOBS, id, { ...tx.get(JOBS, id)!, state: 'Pending' }))
    await expect(call('host_anchor_receipt', json(other))).rejects.toThrow(
      /^Cannot submit receipt for unassigned job/,
    )
    await expect(call('host_anchor_receipt', '{"job_id":1}')).rejects.toThrow(
      /^Failed to deserialize receipt JSON: /,
    )
  })

  it('anchor_receipt_uses_time_provider', async () => {
    const { call, receipt, context } = await assigned({ time: new FixedTimeProvider(42) })
    const cid = Cid.parse(String(await call('host_anchor_receipt', json(await receipt()))))
    const { getBlock } = await import('../dag/blocks.ts')
    expect((await context.store.read((tx) => getBlock(tx, cid)))?.timestamp).toBe(42n)
  })

  it('anchor_receipt_denied_by_policy', async () => {
    const { call, receipt } = await assigned({
      policy: () => 'The identity is not authorized to anchor receipts.',
    })
    await expect(call('host_anchor_receipt', json(await receipt()))).rejects.toMatchObject({
      code: 'PermissionDenied',
      message: expect.stringContaining('authorized'),
    })
  })

  it('anchor_receipt_updates_reputation', async () => {
    const { call, receipt } = await assigned()
    await call('host_anchor_receipt', json(await receipt({ cpuMs: 2_000n })))
    expect(await call('host_get_reputation', `${executor.did}`)).toBe(3n)
  })

  it('a receipt of failure ends the job Failed and refunds all of it, once', async () => {
    const { call, mana, receipt, context, id } = await assigned()
    const failed = json(await receipt({ success: false }))
    await call('host_anchor_receipt', failed)
    await expect(call('host_anchor_receipt', failed)).rejects.toThrow(/^Cannot submit receipt for failed job/)
    expect(await mana()).toBe(100n)
    expect((await context.store.read((tx) => tx.get(JOBS, id)))?.state).toBe('Failed')
  })
})

describe('ref §13.3 background tasks', () => {
  it('balances_increase_when_regenerator_runs', async () => {
    await using runtime = await testRuntime({
      fixedTime: undefined,
      manaRegeneration: { amount: 5n, intervalMs: 20, cap: 1_020n },
    } as object)
    await expect.poll(() => runtime.mana.balance()).toBe(1_020n)
  })

  it('test_submit_mesh_job_with_custom_timeout', async () => {
    const { call } = await world(100n)
    await call('host_submit_mesh_job', jobJson(10n, 'GenericPlaceholder', 1234n))
    expect(String(await call('host_get_pending_mesh_jobs'))).toContain('"max_execution_wait_ms":1234')
  })
})
