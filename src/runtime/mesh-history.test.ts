/** What the DAG tells of a job of the mesh (ref §2.9, §7.6), and what its executor says while it works. */
import { afterEach, describe, expect, it, vi } from 'vitest'
import { fromUtf8, utf8 } from '../common/bytes.ts'
import { Cid, RAW } from '../common/cid.ts'
import { cidOf } from '../common/cid-of.ts'
import { decodeJson } from '../common/codec.ts'
import { encodeProgress, PROGRESS_TOPIC } from '../mesh/job-topics.ts'
import { type JobCheckpoint, signedCheckpoint } from '../mesh/progress.ts'
import { currentProgress, jobLifecycle, lifecycleStatus, specOf } from '../mesh/records.ts'
import type { IcnRuntime, JobHistoryEntry, JobStatus } from '../protocol/api.ts'
import { MemoryDatabase } from '../storage/memory-store.ts'
import {
  bid,
  channel,
  channelName,
  closeAll,
  ended,
  executor,
  node,
  receipt,
  request,
  Staged,
} from './fixtures/mesh.ts'
import { NOW, openDatabase, signerOf } from './fixtures/world.ts'

afterEach(closeAll)

async function staged(change: (mesh: Staged) => void = () => {}) {
  const mesh = new Staged()
  mesh.bids = async (job) => [await bid(executor, job)]
  mesh.receipt = (job) => receipt(executor, job.id)
  change(mesh)
  return { mesh, runtime: await node(1, { kind: 'local' }, { mesh }) }
}

async function lifecycle(runtime: IcnRuntime, id: string) {
  return decodeJson(jobLifecycle, String(await runtime.call('host_get_job_status', id)), 'JobLifecycle')
}

const states = (entries: readonly JobHistoryEntry[]) =>
  entries.flatMap(({ kind, to }) => (kind === 'state' ? [to] : []))

describe('ref §13.3 dag_lifecycle.rs', () => {
  it('lifecycle_reconstructs_spec_and_tracks_bid', async () => {
    const second = signerOf(3)
    const { runtime } = await staged((mesh) => {
      mesh.bids = async (job) => [await bid(executor, job, 5n), await bid(second, job, 6n)]
    })
    const spec = {
      kind: { Echo: { payload: 'hello' } },
      outputs: ['out'],
      required_resources: { cpu_cores: 1, memory_mb: 2, storage_mb: 3 },
    }
    const id = await runtime.jobs.submit(await request(runtime, undefined, { spec }))
    await ended(runtime, id, 5n)
    const life = await lifecycle(runtime, id)
    expect(specOf(life.job)).toMatchObject({
      kind: spec.kind,
      outputs: ['out'],
      requiredResources: { cpuCores: 1, memoryMb: 2, storageMb: 3 },
    })
    expect(
      life.bids.map(({ bidId, executorDid, priceMana }) => [bidId, `${executorDid}`, priceMana]),
    ).toEqual([
      ['bid_0', `${executor.did}`, 5n],
      ['bid_1', `${second.did}`, 6n],
    ])
    expect(life.assignment).toMatchObject({ winningBidId: 'bid_0', finalPriceMana: 5n })
    expect(`${life.assignment?.assignedExecutorDid}`).toBe(`${executor.did}`)
    expect(life.receipt).toMatchObject({ success: true, cpuMs: 3n, errorMessage: null })
    expect(`${life.receipt?.executorDid}`).toBe(`${executor.did}`)
    expect(lifecycleStatus(life)).toBe('Completed')
  })

  it('every block of it is in the DAG, sound, by whose doing it is, and linked to the job', async () => {
    const { runtime } = await staged()
    const id = await runtime.jobs.submit(await request(runtime))
    await runtime.jobs.wait(id)
    const { entries, status } = await runtime.jobs.history(id)
    expect(status).toBe('Completed')
    expect(entries.map(({ kind }) => kind)).toEqual([
      'submitted',
      'state',
      'bid',
      'state',
      'assignment',
      'state',
      'receipt',
      'state',
    ])
    expect(states(entries)).toEqual(['BiddingOpen', 'BiddingClosed', 'Assigned', 'Completed'])
    const me = `${signerOf(1).did}`
    for (const { kind, cid, by, at } of entries) {
      expect(at).toBe(NOW)
      expect(by).toBe(kind === 'bid' || kind === 'receipt' ? `${executor.did}` : me)
      const block = (await runtime.dag.get(cid))!
      expect(block.author).toBe(by)
      if (kind === 'submitted') continue
      expect(Cid.parse(cid).codec).toBe(RAW)
      expect(block.links).toEqual([{ cid: id, name: 'parent_job', size: 0n }])
      expect(JSON.parse(fromUtf8(block.data)).job_id).toBeDefined()
    }
    expect((await runtime.dag.verifyAll()).bad).toEqual([])
  })
})

describe('the history of a job that does not get there', () => {
  it.each<[string, (mesh: Staged) => void, string[], boolean]>([
    ['no bids', (mesh) => (mesh.bids = async () => []), ['BiddingOpen', 'BiddingClosed', 'Failed'], false],
    [
      'no receipt',
      (mesh) => (mesh.receipt = async () => undefined),
      ['BiddingOpen', 'BiddingClosed', 'Assigned', 'Failed'],
      false,
    ],
    [
      'a receipt of failure',
      (mesh) => (mesh.receipt = (job) => receipt(executor, job.id, false)),
      ['BiddingOpen', 'BiddingClosed', 'Assigned', 'Failed'],
      true,
    ],
  ])('%s', async (_what, change, expected, hasReceipt) => {
    const { runtime } = await staged(change)
    const id = await runtime.jobs.submit(await request(runtime))
    await ended(runtime, id)
    const { entries, status } = await runtime.jobs.history(id)
    expect(status).toBe('Failed')
    expect(states(entries)).toEqual(expected)
    expect(entries.some(({ kind, success }) => kind === 'receipt' && success === false)).toBe(hasReceipt)
    const life = await lifecycle(runtime, id)
    expect(life.job.status).toBe('Failed')
    expect(life.receipt === null).toBe(!hasReceipt)
  })

  it('a cancelled one', async () => {
    const { runtime } = await staged((mesh) => (mesh.bids = () => new Promise(() => {})))
    const id = await runtime.jobs.submit(await request(runtime))
    await vi.waitFor(async () =>
      expect(states((await runtime.jobs.history(id)).entries)).toEqual(['BiddingOpen']),
    )
    await runtime.jobs.cancel(id)
    const { entries, status } = await runtime.jobs.history(id)
    expect(status).toBe('Cancelled')
    expect(states(entries)).toEqual(['BiddingOpen', 'Cancelled'])
  })

  it('one that was taken up again after its page closed says each thing once', async () => {
    const database = new MemoryDatabase()
    const first = new Staged()
    first.bids = () => new Promise(() => {})
    const before = await node(1, { kind: 'local' }, { mesh: first, state: await openDatabase(database) })
    const id = await before.jobs.submit(await request(before))
    await vi.waitFor(async () => expect(states((await before.jobs.history(id)).entries)).toHaveLength(1))
    await before.close()
    const second = new Staged()
    second.bids = async (job) => [await bid(executor, job)]
    second.receipt = (job) => receipt(executor, job.id)
    const after = await node(1, { kind: 'local' }, { mesh: second, state: await openDatabase(database) })
    await ended(after, id, 5n)
    expect(states((await after.jobs.history(id)).entries)).toEqual([
      'BiddingOpen',
      'BiddingClosed',
      'Assigned',
      'Completed',
    ])
  })
})

it('is carried to another database, and told by the same blocks there', async () => {
  const { runtime } = await staged()
  const id = await runtime.jobs.submit(await request(runtime))
  await runtime.jobs.wait(id)
  const there = await node(1, { kind: 'local' }, { state: await openDatabase() })
  expect(await there.dag.import(await runtime.dag.export())).toMatchObject({ state: 'restored', omitted: 0 })
  expect(await there.jobs.history(id)).toEqual(await runtime.jobs.history(id))
})

it('of many bids 32 are kept, and the winner’s is the first', async () => {
  const bidders = Array.from({ length: 40 }, (_, n) => signerOf(10 + n))
  const { runtime } = await staged((mesh) => {
    mesh.bids = (job) => Promise.all(bidders.map((by, n) => bid(by, job, n === 39 ? 2n : 9n)))
    mesh.receipt = (job) => receipt(bidders[39]!, job.id)
  })
  const id = await runtime.jobs.submit(await request(runtime))
  await ended(runtime, id, 2n)
  const { bids } = await lifecycle(runtime, id)
  expect(bids).toHaveLength(32)
  expect(`${bids[0]!.executorDid}`).toBe(`${bidders[39]!.did}`)
})

it('a job that was run here has its block and its receipt for a history; an unknown one is refused', async () => {
  const { runtime } = await staged()
  const id = await runtime.jobs.submit(await request(runtime, undefined, { via: 'local' }))
  const { receiptCid } = await runtime.jobs.wait(id)
  const { status, entries } = await runtime.jobs.history(id)
  expect(status).toBe('Completed')
  expect(entries).toEqual([
    { kind: 'submitted', cid: id, at: NOW, by: `${signerOf(1).did}` },
    { kind: 'receipt', cid: receiptCid, at: NOW, by: `${signerOf(1).did}`, success: true },
  ])
  await expect(runtime.jobs.history(receiptCid!)).rejects.toMatchObject({ code: 'UnknownJob' })
})

describe('progress', () => {
  it('of a job in another page shows in its status, its events and its history', async () => {
    const name = channelName()
    const a = await node(1, channel(name, { bid: false }))
    await node(2, channel(name))
    const told: JobStatus[] = []
    a.on('job', (status) => told.push(status))
    const id = await a.jobs.submit(await request(a))
    const status = await a.jobs.wait(id)
    expect(status.progress).toEqual({ stage: 'processing', percent: Math.fround(200 / 3), at: NOW })
    expect(
      told.flatMap(({ state, progress }) => (progress && state === 'Assigned' ? [progress.stage] : [])),
    ).toEqual(['initialization', 'processing'])
    const { entries } = await a.jobs.history(id)
    expect(states(entries)).toEqual(['BiddingOpen', 'BiddingClosed', 'Assigned', 'Executing', 'Completed'])
    const by = `${signerOf(2).did}`
    expect(entries.filter(({ kind }) => kind === 'checkpoint')).toMatchObject([
      { by, stage: 'initialization', percent: Math.fround(100 / 3) },
      { by, stage: 'processing', percent: Math.fround(200 / 3) },
    ])
    const life = await lifecycle(a, id)
    expect(currentProgress(life)).toBe(Math.fround(200 / 3))
    expect((await a.dag.verifyAll()).bad).toEqual([])
  })

  const checkpoint = (id: string, more: Partial<JobCheckpoint> = {}) => ({
    jobId: Cid.parse(id),
    checkpointId: 'checkpoint_1',
    timestamp: BigInt(NOW),
    stage: 'processing',
    progressPercent: 50,
    executionState: new Uint8Array(0),
    intermediateDataCid: null,
    executorDid: executor.did,
    ...more,
  })

  async function assigned() {
    const world = await staged((mesh) => (mesh.receipt = () => new Promise(() => {})))
    const { runtime } = world
    const id = await runtime.jobs.submit(await request(runtime))
    await vi.waitFor(async () => expect((await runtime.jobs.status(id)).state).toBe('Assigned'))
    return { ...world, id }
  }

  it('is taken of the executor as it signed it', async () => {
    const { mesh, runtime, id } = await assigned()
    mesh.say(
      PROGRESS_TOPIC,
      encodeProgress(await signedCheckpoint.sign(checkpoint(id), executor)),
      executor.did,
    )
    await vi.waitFor(async () => expect((await runtime.jobs.status(id)).progress?.percent).toBe(50))
    expect((await runtime.jobs.history(id)).status).toBe('Executing')
    expect(mesh.blamed).toEqual([])
    // What was said before it, and came after it, moves nothing back.
    const earlier = checkpoint(id, { progressPercent: 10, checkpointId: 'checkpoint_0' })
    mesh.say(PROGRESS_TOPIC, encodeProgress(await signedCheckpoint.sign(earlier, executor)), executor.did)
    await vi.waitFor(async () =>
      expect(
        (await runtime.jobs.history(id)).entries.filter(({ kind }) => kind === 'checkpoint'),
      ).toHaveLength(2),
    )
    expect((await runtime.jobs.status(id)).progress?.percent).toBe(50)
  })

  it.each<[string, (id: string) => Promise<JobCheckpoint>, boolean]>([
    [
      'changed after it was signed',
      async (id) => ({ ...(await signedCheckpoint.sign(checkpoint(id), executor)), progressPercent: 99 }),
      true,
    ],
    [
      'another’s, handed on',
      (id) => signedCheckpoint.sign(checkpoint(id, { executorDid: signerOf(3).did }), signerOf(3)),
      true,
    ],
    ['of another time', (id) => signedCheckpoint.sign(checkpoint(id, { timestamp: 1n }), executor), false],
    [
      'of an unknown job',
      () => signedCheckpoint.sign(checkpoint(`${cidOf(RAW, utf8('unknown'))}`), executor),
      false,
    ],
  ])('%s is not taken', async (_what, make, isBlamed) => {
    const { mesh, runtime, id } = await assigned()
    mesh.say(PROGRESS_TOPIC, encodeProgress(await make(id)), executor.did)
    // One that is good comes through after it.
    mesh.say(
      PROGRESS_TOPIC,
      encodeProgress(await signedCheckpoint.sign(checkpoint(id), executor)),
      executor.did,
    )
    await vi.waitFor(async () => expect((await runtime.jobs.status(id)).progress?.percent).toBe(50))
    expect((await runtime.jobs.history(id)).entries.filter(({ kind }) => kind === 'checkpoint')).toHaveLength(
      1,
    )
    expect(mesh.blamed).toEqual(isBlamed ? [`${executor.did}`] : [])
  })

  it('of somebody who does not have the job is not taken', async () => {
    const { mesh, runtime, id } = await assigned()
    const stranger = signerOf(3)
    const theirs = await signedCheckpoint.sign(checkpoint(id, { executorDid: stranger.did }), stranger)
    mesh.say(PROGRESS_TOPIC, encodeProgress(theirs), stranger.did)
    mesh.say(
      PROGRESS_TOPIC,
      encodeProgress(await signedCheckpoint.sign(checkpoint(id), executor)),
      executor.did,
    )
    await vi.waitFor(async () => expect((await runtime.jobs.status(id)).progress?.percent).toBe(50))
    const { entries } = await runtime.jobs.history(id)
    expect(entries.filter(({ kind }) => kind === 'checkpoint').map(({ by }) => by)).toEqual([
      `${executor.did}`,
    ])
  })

  it.each<[string, (id: string) => Uint8Array]>([
    ['nothing', () => new Uint8Array(0)],
    ['text', () => new TextEncoder().encode('99 percent')],
    ['more than a hundred percent', (id) => unsigned(id, { progressPercent: 101 })],
    ['less than nothing', (id) => unsigned(id, { progressPercent: -1 })],
    ['no number', (id) => unsigned(id, { progressPercent: Number.NaN })],
    ['megabytes of state', (id) => unsigned(id, { executionState: new Uint8Array(500_000) })],
  ])('that is %s is refused', async (_what, make) => {
    const { mesh, id } = await assigned()
    expect(() => mesh.say(PROGRESS_TOPIC, make(id), executor.did)).toThrow(/checkpoint/i)
  })

  it('is kept sixteen times and no more', async () => {
    const { mesh, runtime, id } = await assigned()
    for (let n = 0; n < 30; n++) {
      const next = checkpoint(id, { checkpointId: `checkpoint_${n}`, progressPercent: n })
      mesh.say(PROGRESS_TOPIC, encodeProgress(await signedCheckpoint.sign(next, executor)), executor.did)
      await runtime.jobs.status(id)
    }
    await runtime.jobs.cancel(id)
    const { entries } = await runtime.jobs.history(id)
    expect(entries.filter(({ kind }) => kind === 'checkpoint').length).toBeLessThanOrEqual(16)
  })

  const unsigned = (id: string, more: Partial<JobCheckpoint>) =>
    encodeProgress({ ...checkpoint(id, more), signature: new Uint8Array(64) })
})
