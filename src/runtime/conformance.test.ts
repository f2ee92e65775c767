/** Upstream's unit tests of its runtime, one test per line of ref §13.1 and §13.2 that concerns these parts, named after it. */
import { describe, expect, it } from 'vitest'
import { utf8 } from '../common/bytes.ts'
import { Cid } from '../common/cid.ts'
import { cidOf } from '../common/cid-of.ts'
import { decodeJson } from '../common/codec.ts'
import { Did } from '../common/did.ts'
import { getBlock } from '../dag/blocks.ts'
import { actualMeshJob } from '../mesh/types.ts'
import { fromWat } from '../wasm/fixtures/wat.ts'
import { DEFAULT_LIMITS } from '../wasm/validate/default-limits.ts'
import { guest, jobJson, testRuntime, world } from './fixtures/world.ts'
import { JOBS } from './tables.ts'

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

  it('test_host_account_spend_mana_account_not_found, test_host_account_spend_mana_for_other_account_fails_policy', async () => {
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

  it('test_runtime_context_new_for_testing', async () => {
    await using runtime = await testRuntime({ initialMana: 0n })
    expect(await runtime.identity.did()).toMatch(/^did:key:z6Mk/)
    expect(await runtime.mana.balance()).toBe(0n)
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

  it('test_new_mesh_job_lifecycle_basic', async () => {
    const { call, context } = await world(100n)
    const id = String(await call('host_submit_mesh_job', jobJson(10n)))
    // The id is the CID of the job's block.
    expect(await context.store.read((tx) => getBlock(tx, Cid.parse(id)))).toBeDefined()
    expect(JSON.parse(String(await call('host_get_job_status', id)))).toMatchObject({
      job: { cost_mana: 10 },
    })
    expect(await context.store.read((tx) => tx.get(JOBS, id))).toMatchObject({ id, state: 'Pending' })
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
