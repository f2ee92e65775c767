/** `inspect().counters`: every metric of ref §12.3 is there from the start, and each rises with what it is named for. */
import { afterEach, describe, expect, it, vi } from 'vitest'
import { Cid } from '../common/cid.ts'
import { encodeJson } from '../common/codec.ts'
import { executionReceipt } from '../identity/receipt.ts'
import { encodeProgress, PROGRESS_TOPIC } from '../mesh/job-topics.ts'
import { signedCheckpoint } from '../mesh/progress.ts'
import type { IcnRuntime, JobStatus } from '../protocol/api.ts'
import { MemoryDatabase } from '../storage/memory-store.ts'
import { fromWat } from '../wasm/fixtures/wat.ts'
import {
  bid,
  channel,
  channelName,
  closeAll,
  executor,
  keep,
  node,
  receipt,
  request,
  Staged,
} from './fixtures/mesh.ts'
import { guest, jobJson, NOW, openDatabase, signerOf, testRuntime } from './fixtures/world.ts'

afterEach(closeAll)

/** A node and its job, which has an executor that does not answer. */
async function assigned() {
  const mesh = new Staged()
  mesh.bids = async (job) => [await bid(executor, job)]
  mesh.receipt = () => new Promise(() => {})
  const runtime = await node(1, { kind: 'local' }, { mesh })
  const id = await runtime.jobs.submit(await request(runtime))
  await vi.waitFor(async () => expect((await runtime.jobs.status(id)).state).toBe('Assigned'))
  return { mesh, runtime, id }
}

const HOST_CALLS = [
  'submit_mesh_job',
  'get_pending_mesh_jobs',
  'account_get_mana',
  'account_spend_mana',
  'account_credit_mana',
  'anchor_receipt',
]
const NAMES = [
  ...HOST_CALLS.map((call) => `runtime_host_${call}_calls_total`),
  'runtime_jobs_submitted_total',
  'runtime_jobs_completed_total',
  'runtime_jobs_failed_total',
  'runtime_jobs_active',
  'runtime_receipts_anchored_total',
  'runtime_wasm_memory_growth_denied_total',
  'runtime_wasm_table_growth_denied_total',
  'runtime_mana_accounts_total',
  'runtime_checkpoints_anchored_total',
  'runtime_partial_outputs_anchored_total',
  'runtime_long_running_jobs',
  'runtime_job_resumes_total',
  'runtime_job_cancellations_total',
]

const counters = async (runtime: IcnRuntime) => (await runtime.inspect()).counters
/** Those of the list that are not 0, by what is between `runtime_` and `_total`; the node's own account is left out. */
const raised = async (runtime: IcnRuntime): Promise<Record<string, number>> => {
  const found = Object.entries(await counters(runtime)).filter(
    ([name, value]) => value !== 0 && NAMES.includes(name),
  )
  const named = found.map(([name, value]) => [name.replace(/^runtime_|_total$/g, ''), value] as const)
  return Object.fromEntries(named.filter(([name]) => name !== 'mana_accounts'))
}

it('all names are there from the start, each 0 but the account of the node itself', async () => {
  await using runtime = await testRuntime()
  const found = await counters(runtime)
  expect(Object.keys(found).sort()).toEqual([...NAMES].sort())
  expect(found.runtime_mana_accounts_total).toBe(1)
  expect(await raised(runtime)).toEqual({})
})

describe('host calls', () => {
  it.each(HOST_CALLS)('%s of the page is counted, also when its arguments are refused', async (call) => {
    await using runtime = await testRuntime()
    await expect(runtime.call(`host_${call}`, ...Array(9).fill('x'))).rejects.toThrow(/takes \(/)
    expect(await raised(runtime)).toEqual({ [`host_${call}_calls`]: 1 })
  })

  it('a job’s JSON above the limit is counted and refused, of the page and of a guest', async () => {
    await using runtime = await testRuntime()
    const tooLong = 1_048_577
    await expect(runtime.call('host_submit_mesh_job', 'x'.repeat(tooLong))).rejects.toThrow('exceeds')
    expect(await raised(runtime)).toEqual({ host_submit_mesh_job_calls: 1 })
    const imports = '(import "icn" "host_submit_mesh_job" (func $submit (param i32 i32) (result i64)))'
    const { success } = await runtime.run(
      guest(
        `(drop (memory.grow (i32.const 20))) (call $submit (i32.const 0) (i32.const ${tooLong}))`,
        imports,
      ),
    )
    expect(success).toBe(true)
    expect(await counters(runtime)).toMatchObject({ runtime_host_submit_mesh_job_calls_total: 2 })
  })
})

describe('growth that is denied', () => {
  const growing = (end: string) =>
    fromWat(`(module (memory (export "memory") 1) (table 1 funcref) (func (export "run") (result i64)
      (drop (memory.grow (i32.const 1)))
      (drop (memory.grow (i32.const 10000))) (drop (memory.grow (i32.const -1)))
      (drop (table.grow 0 (ref.null func) (i32.const 5)))
      (drop (table.grow 0 (ref.null func) (i32.const 20000))) ${end}))`)

  it.each([
    ['a run that completes', '(i64.const 1)', { jobs_completed: 1 }],
    ['a run that traps after it', '(unreachable)', { jobs_failed: 1 }],
  ])('of %s is counted, and no part of its record', async (_what, end, ended) => {
    await using runtime = await testRuntime()
    const { receiptCid } = await runtime.run(growing(end))
    const expected = {
      ...ended,
      jobs_submitted: 1,
      receipts_anchored: 1,
      wasm_memory_growth_denied: 2,
      wasm_table_growth_denied: 1,
    }
    expect(await raised(runtime)).toEqual(expected)
    const { run } = await runtime.receipts.get(receiptCid)
    const record = new TextDecoder().decode((await runtime.dag.get(run!.recordCid))!.data)
    expect(record).toContain('"fuel_used"')
    expect(record).not.toContain('denied')
    // Made again, it is the same run and no other.
    expect(await runtime.receipts.verify(receiptCid)).toEqual({ status: 'verified' })
    expect(await raised(runtime)).toEqual(expected)
  })
})

describe('jobs', () => {
  it('submitted, failed, cancelled', async () => {
    await using runtime = await testRuntime({}, { mesh: new Staged() })
    const mesh = await request(runtime)
    const failing = await runtime.jobs.submit({ ...mesh, via: 'mesh' })
    expect(await runtime.jobs.wait(failing)).toMatchObject({ state: 'Failed' })
    expect(await raised(runtime)).toEqual({ jobs_submitted: 1, jobs_failed: 1 })
    await runtime.close()
    const idle = new Staged()
    idle.bids = () => new Promise(() => {})
    await using other = await testRuntime({}, { mesh: idle })
    const id = await other.jobs.submit(await request(other))
    expect(await raised(other)).toEqual({ jobs_submitted: 1, jobs_active: 1 })
    await other.jobs.cancel(id)
    // Its end is one end: the mesh that hears of it counts no failure.
    expect(await raised(other)).toEqual({ jobs_submitted: 1, job_cancellations: 1 })
  })

  it('a job of the page’s own call is submitted; a job whose receipt a host call anchors has ended', async () => {
    const { runtime, id } = await assigned()
    const signed = encodeJson(executionReceipt, await receipt(executor, Cid.parse(id)))
    await expect(
      runtime.call('host_anchor_receipt', signed.replace('"cpu_ms":3', '"cpu_ms":4')),
    ).rejects.toThrow()
    expect(await raised(runtime)).toMatchObject({ host_anchor_receipt_calls: 1, jobs_active: 1 })
    await runtime.call('host_anchor_receipt', signed)
    expect(await raised(runtime)).toEqual({
      host_anchor_receipt_calls: 2,
      jobs_submitted: 1,
      jobs_completed: 1,
      receipts_anchored: 1,
    })
    await runtime.call('host_submit_mesh_job', jobJson(10n))
    expect(await counters(runtime)).toMatchObject({ runtime_jobs_submitted_total: 2 })
    expect((await counters(runtime)).runtime_mana_accounts_total).toBe(2)
  })
})

describe('long-running jobs', () => {
  it('of this node: from the first checkpoint that is anchored to the end', async () => {
    const { mesh, runtime, id } = await assigned()
    expect(await raised(runtime)).toEqual({ jobs_submitted: 1, jobs_active: 1 })
    const checkpoint = {
      jobId: Cid.parse(id),
      checkpointId: 'checkpoint_1',
      timestamp: BigInt(NOW),
      stage: 'initialization',
      progressPercent: 0,
      executionState: new Uint8Array(0),
      intermediateDataCid: null,
      executorDid: executor.did,
    }
    for (const checkpointId of ['checkpoint_1', 'checkpoint_2'])
      mesh.say(
        PROGRESS_TOPIC,
        encodeProgress(await signedCheckpoint.sign({ ...checkpoint, checkpointId }, executor)),
        executor.did,
      )
    await vi.waitFor(async () =>
      expect(await raised(runtime)).toEqual({
        jobs_submitted: 1,
        jobs_active: 1,
        long_running_jobs: 1,
        checkpoints_anchored: 2,
      }),
    )
    await runtime.jobs.cancel(id)
    expect(await raised(runtime)).toEqual({
      jobs_submitted: 1,
      job_cancellations: 1,
      checkpoints_anchored: 2,
    })
  })

  it('of others: as long as it is run here', async () => {
    const name = channelName()
    const a = await node(1, channel(name, { bid: false }))
    let held: Promise<void> = Promise.resolve()
    const own = signerOf(2)
    const signer: typeof own = Object.assign(Object.create(own), {
      sign: (payload: Uint8Array) => held.then(() => own.sign(payload)),
    })
    const b = await node(2, channel(name), { signer })
    let release = () => {}
    const ran = new Promise<void>((resolve) => {
      b.on('receipt', () => {
        // What is said next has to wait for its signature.
        held = new Promise((go) => {
          release = go
        })
        resolve()
      })
    })
    const id = await a.jobs.submit(await request(a))
    await ran
    expect(await raised(b)).toMatchObject({ long_running_jobs: 1, receipts_anchored: 1 })
    release()
    held = Promise.resolve()
    expect(await a.jobs.wait(id)).toMatchObject({ state: 'Completed' })
    await vi.waitFor(async () => expect(await raised(b)).toEqual({ receipts_anchored: 1 }))
    expect(await raised(a)).toEqual({
      jobs_submitted: 1,
      jobs_completed: 1,
      receipts_anchored: 1,
      checkpoints_anchored: 2,
    })
  })
})

describe('resumes', () => {
  it('the job under way when its worker ended is run again; the one behind it is run for the first time', async () => {
    const database = new MemoryDatabase()
    const state = await openDatabase(database)
    // Its run ends its worker: it never returns to it.
    const read = state.read.bind(state)
    let dead = false
    state.read = (look) => (dead ? new Promise(() => {}) : read(look))
    const before = await testRuntime({ jobsInFlight: 1 }, { state })
    const { cid } = await before.modules.add(guest('(i64.const 1)'))
    const submit = () => before.jobs.submit({ manifestCid: cid, spec: { kind: 'CclWasm' }, costMana: 30n })
    const begun = new Promise<void>((resolve) => {
      state.subscribe(({ type, detail }) => {
        if (type !== 'job' || (detail as JobStatus).state !== 'Assigned') return
        dead = true
        resolve()
      })
    })
    const first = await submit()
    await begun
    const second = await submit()
    const after = keep(await testRuntime({}, { state: await openDatabase(database) }))
    for (const id of [first, second]) await after.jobs.wait(id)
    expect(await raised(after)).toEqual({ jobs_completed: 2, receipts_anchored: 2, job_resumes: 1 })
  })

  it.each([
    ['Assigned', { job_resumes: 1 }],
    ['Pending', {}],
  ] as const)('a job of the mesh that was %s', async (stage, more) => {
    const database = new MemoryDatabase()
    const first = new Staged()
    first.bids = stage === 'Pending' ? () => new Promise(() => {}) : async (job) => [await bid(executor, job)]
    first.receipt = () => new Promise(() => {})
    const before = await node(1, { kind: 'local' }, { mesh: first, state: await openDatabase(database) })
    const id = await before.jobs.submit(await request(before))
    await vi.waitFor(async () => expect((await before.jobs.status(id)).state).toBe(stage))
    await before.close()
    const second = new Staged()
    second.bids = async (job) => [await bid(executor, job)]
    second.receipt = (job) => receipt(executor, job.id)
    const after = await node(1, { kind: 'local' }, { mesh: second, state: await openDatabase(database) })
    await after.jobs.wait(id)
    expect(await raised(after)).toEqual({ jobs_completed: 1, receipts_anchored: 1, ...more })
  })
})
