import { afterEach, describe, expect, it, vi } from 'vitest'
import { utf8 } from '../common/bytes.ts'
import { Cid } from '../common/cid.ts'
import { type JsonObject, stringifyJson } from '../common/json.ts'
import { parseJson } from '../common/json-parse.ts'
import { getBlock, putBlock } from '../dag/blocks.ts'
import { BLOCKS } from '../dag/rows.ts'
import { signBlock } from '../identity/receipt-block.ts'
import type { ReceiptsProgress } from '../protocol/api.ts'
import { BUSY, contract } from './fixtures/busy.ts'
import { openDatabase, signerOf, testRuntime } from './fixtures/world.ts'
import { ReplayPool } from './replay-pool.ts'
import { readEvidence } from './replay-store.ts'
import type { ReplayWorker, ToReplayer } from './replay-wire.ts'
import { serveReplays } from './replayer.ts'
import { RECEIPTS } from './tables.ts'

// The workers' own code over message ports: everything but the thread. e2e/receipts.spec.ts has real workers.

type Death = 'error' | 'silence'
interface Made extends ReplayWorker {
  readonly replayed: string[]
  /** Modules it asked for. */
  readonly loaded: string[]
  ended: boolean
}
interface Manner {
  /** What becomes of the worker when it is given a receipt: how it dies, or null. */
  readonly dies?: (receipt: string, worker: number) => Death | null
  readonly version?: number
}

const ALL = 54
const ports: MessagePort[] = []
afterEach(() => {
  for (const port of ports.splice(0)) port.close()
  vi.unstubAllGlobals()
  vi.useRealTimers()
})

function spawner({ dies = () => null, version }: Manner = {}) {
  vi.stubGlobal('navigator', { hardwareConcurrency: 4 })
  const made: Made[] = []
  const spawn = (): ReplayWorker => {
    const { port1: page, port2: inside } = new MessageChannel()
    ports.push(page, inside)
    const listeners = new Map<string, (event: Event) => void>()
    const number = made.length
    const worker: Made = {
      replayed: [],
      loaded: [],
      ended: false,
      postMessage(message) {
        const sent = message as ToReplayer
        if (sent.icn === 'replay') {
          const [receipt] = sent.evidence.receipt!
          worker.replayed.push(receipt)
          const death = dies(receipt, number)
          if (death !== null) {
            if (death === 'error') queueMicrotask(() => listeners.get('error')!(new Event('error')))
            return
          }
        }
        page.postMessage(message)
      },
      addEventListener(type, listener) {
        listeners.set(type, listener)
        if (type !== 'message') return
        page.addEventListener('message', ({ data }) => {
          if (worker.ended) return
          if (data.icn === 'load') worker.loaded.push(data.key)
          const said = data.icn === 'ready' && version !== undefined ? { ...data, version } : data
          listener(new MessageEvent('message', { data: said }))
        })
        page.start()
      },
      terminate() {
        worker.ended = true
      },
    }
    made.push(worker)
    serveReplays({
      postMessage: (message) => inside.postMessage(message),
      addEventListener: (type, listener) => {
        inside.addEventListener(type, listener)
        inside.start()
      },
    })
    return worker
  }
  return { made, spawn }
}

/** Receipts of all sorts in a database, those of submitted jobs without a record among them, beside what a runtime without workers says of them. */
async function population() {
  const state = await openDatabase()
  const first = await testRuntime({}, { state })
  const bodies = [BUSY, '(i64.const 3)', '(loop (br 0)) (i64.const 0)', 'unreachable']
  const cids: string[] = []
  for (let n = 0; n < 40; n++) cids.push((await first.run(contract(bodies[n % 4]!))).receiptCid)
  const other = await testRuntime({ limits: { memoryPages: 3, callDepth: 64 } }, { state })
  const grows = '(drop (memory.grow (i32.const 5))) (i64.extend_i32_u (memory.size))'
  for (let n = 0; n < 3; n++) cids.push((await other.run(contract(grows))).receiptCid)
  const echo = { kind: { Echo: { payload: 'x' } } }
  const manifestCid = await first.dag.put({ data: utf8('x') })
  await first.jobs.wait(await first.jobs.submit({ manifestCid, spec: echo, costMana: 1n }))
  await vi.waitUntil(async () => (await first.receipts.list({ limit: 100 })).items.length === ALL)
  const record = async (at: number) => Cid.parse((await first.receipts.get(cids[at]!)).run!.recordCid)
  // One record changed and signed, one damaged where it is stored.
  const old = await record(5)
  const block = (await state.read((tx) => getBlock(tx, old)))!
  const json = parseJson(new TextDecoder().decode(block.data)) as JsonObject
  const data = utf8(stringifyJson({ ...json, result: 8 }))
  const forged = await signBlock({ data, links: block.links, timestamp: block.timestamp }, signerOf(1))
  const damaged = `${await record(9)}`
  await state.transact((tx) => {
    putBlock(tx, forged)
    tx.put(RECEIPTS, cids[5]!, { ...tx.get(RECEIPTS, cids[5]!)!, record: `${forged.cid}` })
    const row = tx.get(BLOCKS, damaged)!
    tx.put(BLOCKS, damaged, { ...row, timestamp: row.timestamp + 1n })
  })
  const expected = await first.receipts.verifyAll()
  expect(expected).toMatchObject({ checked: ALL, mismatched: 1, notReplayable: 12 })
  return { state, cids, expected }
}

describe('receipts verified by a pool of workers', () => {
  it('have the answers they have without, in the same order, and each module crosses once', async () => {
    const { state, expected } = await population()
    const { made, spawn } = spawner()
    await using runtime = await testRuntime({}, { state, replayer: spawn })
    const told: ReceiptsProgress[] = []
    expect(await runtime.receipts.verifyAll({ onProgress: (progress) => told.push(progress) })).toEqual(
      expected,
    )
    expect(told.at(-1)).toEqual({ checked: ALL, verified: 41, mismatched: 1, notReplayable: 12 })
    expect(told.map(({ checked }) => checked)).toEqual(
      told.map(({ checked }) => checked).sort((a, b) => a - b),
    )
    expect(made).toHaveLength(3)
    // The work was shared, how evenly is the machine's affair, and all were sent home.
    expect(made.filter(({ replayed }) => replayed.length > 0).length).toBeGreaterThan(1)
    expect(made.every(({ ended }) => ended)).toBe(true)
    for (const { loaded } of made) expect(new Set(loaded).size).toBe(loaded.length)
  })

  it('a worker that dies is replaced, and what it had is tried again', async () => {
    const { state, cids, expected } = await population()
    let deaths = 0
    const { made, spawn } = spawner({
      dies: (receipt) => (receipt === cids[12] && deaths++ === 0 ? 'error' : null),
    })
    await using runtime = await testRuntime({}, { state, replayer: spawn })
    expect(await runtime.receipts.verifyAll()).toEqual(expected)
    expect(made).toHaveLength(4)
  })

  it('a receipt that is the end of two workers cannot be replayed; those beside it are not blamed', async () => {
    const { state, cids, expected } = await population()
    const { made, spawn } = spawner({ dies: (receipt) => (receipt === cids[12] ? 'error' : null) })
    await using runtime = await testRuntime({}, { state, replayer: spawn })
    const found = await runtime.receipts.verifyAll()
    expect(found).toMatchObject({ checked: ALL, verified: 40, notReplayable: 13 })
    const deadly = found.failed.find(({ cid }) => cid === cids[12])
    expect(deadly).toMatchObject({
      status: 'notReplayable',
      reason: expect.stringMatching(/^The run ended two workers/),
    })
    expect(found.failed.filter(({ cid }) => cid !== cids[12])).toEqual(expected.failed)
    expect(made).toHaveLength(5)
  })

  it('a worker that says nothing any more has died', async () => {
    const { state, cids } = await population()
    const { made, spawn } = spawner({ dies: (receipt) => (receipt === cids[12] ? 'silence' : null) })
    await using runtime = await testRuntime({}, { state })
    const evidence = await readEvidence(state, Cid.parse(cids[12]!))
    const { limits } = await runtime.inspect()
    const never = () => Promise.reject(new Error('It was not to be asked.'))
    const pool = new ReplayPool({ spawn, size: 1, limits, patienceMs: 50, load: never, alone: never })
    expect(await pool.verify(evidence)).toMatchObject({
      status: 'notReplayable',
      reason: expect.stringMatching(/^The run ended two workers .* more than 0.05 s here/),
    })
    expect(made.map(({ ended }) => ended)).toEqual([true, true, false])
    pool.close()
  })

  it.each<[string, Manner | null]>([
    ['workers that all die at once', { dies: () => 'error' }],
    ['workers of another release', { version: 99 }],
    ['an engine without workers inside of workers', null],
  ])('%s: the runtime does without', async (_what, manner) => {
    const { state, expected } = await population()
    const { made, spawn } = spawner(manner ?? {})
    const none = () => {
      throw new ReferenceError('Worker is not defined')
    }
    await using runtime = await testRuntime({}, { state, replayer: manner === null ? none : spawn })
    expect(await runtime.receipts.verifyAll()).toEqual(expected)
    expect(made.length).toBeLessThan(16)
  })

  it('an abort ends it at once, also when no worker answers', async () => {
    const { state } = await population()
    const { made, spawn } = spawner({ dies: () => 'silence' })
    await using runtime = await testRuntime({}, { state, replayer: spawn })
    const controller = new AbortController()
    const aborted = runtime.receipts.verifyAll({ signal: controller.signal })
    await vi.waitUntil(() => made.some(({ replayed }) => replayed.length > 0))
    controller.abort()
    await expect(aborted).rejects.toMatchObject({ code: 'Aborted', data: { checked: 0 } })
    expect(made.every(({ ended }) => ended)).toBe(true)
  })

  it('a few receipts start no worker', async () => {
    const { made, spawn } = spawner()
    await using runtime = await testRuntime({}, { replayer: spawn })
    for (let n = 0; n < 5; n++) await runtime.run(contract('(i64.const 1)'))
    expect(await runtime.receipts.verifyAll()).toMatchObject({ checked: 5, verified: 5 })
    expect(made).toEqual([])
  })
})
