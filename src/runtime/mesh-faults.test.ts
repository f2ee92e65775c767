/**
 * Whatever the network loses, doubles, delays or reorders, and whichever page closes when: every job ends, and its mana is
 * paid or comes back, once.
 */
import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { utf8 } from '../common/bytes.ts'
import { Cid } from '../common/cid.ts'
import { cidOf } from '../common/cid-of.ts'
import type { TimeProvider } from '../common/time.ts'
import { type ExecutionReceipt, signReceipt } from '../identity/receipt.ts'
import { KeyDidResolver } from '../identity/resolver.ts'
import { type Faults, FaultyNetwork, type Port } from '../mesh/fixtures/faulty.ts'
import { CANCEL_TOPIC, encodeCancel, PROGRESS_TOPIC } from '../mesh/job-topics.ts'
import { GossipMeshService } from '../mesh/service-gossip.ts'
import type { IcnRuntime, ManaEntry } from '../protocol/api.ts'
import { MemoryDatabase } from '../storage/memory-store.ts'
import { ANSWER, COST, channel, closeAll, keep, node, request } from './fixtures/mesh.ts'
import { NOW, openDatabase, signerOf } from './fixtures/world.ts'

afterEach(closeAll)

/** Fifty times as fast: messages said again are others than those before, as they are in a real second. */
class FastClock implements TimeProvider {
  readonly #start = performance.now()
  milliseconds(): number {
    return NOW * 1_000 + Math.floor((performance.now() - this.#start) * 50)
  }
  seconds(): bigint {
    return BigInt(Math.floor(this.milliseconds() / 1_000))
  }
}

interface Page {
  readonly runtime: IcnRuntime
  /** Gone without a word; what is in its database stays. */
  crash(): Promise<void>
}

class World {
  readonly network: FaultyNetwork
  readonly #time = new FastClock()
  readonly #databases = new Map<number, MemoryDatabase>()
  /** Short where any end will do; where a job must come so far, a slow machine gets its time. */
  readonly #waits: { readonly bidWindowMs: number; readonly receiptWaitMs: number }

  constructor(faults?: Faults) {
    this.network = new FaultyNetwork(faults)
    this.#waits =
      faults === undefined
        ? { bidWindowMs: 400, receiptWaitMs: 1_200 }
        : { bidWindowMs: 120, receiptWaitMs: 600 }
  }

  /** Opens the page of that key, on its database. */
  async open(byte: number, { bids = true, lies = false } = {}): Promise<Page> {
    const database = this.#databases.get(byte) ?? new MemoryDatabase()
    this.#databases.set(byte, database)
    const port: Port = this.network.port()
    const time = this.#time
    const signer = signerOf(byte)
    const service = new GossipMeshService({ transport: port, signer, resolver: new KeyDidResolver(), time })
    const mesh = lies ? lying(service, signer) : service
    const waits = { ...this.#waits, noticeEveryMs: 120, blockWaitMs: 120, evidenceWaitMs: 120 }
    const terms = channel('unused', { bid: bids, ...waits })
    const runtime = await node(byte, terms, { mesh, time, state: await openDatabase(database) })
    return {
      runtime,
      async crash() {
        port.cut()
        await runtime.close()
      },
    }
  }
}

/** Runs what it is given, and claims another result. */
function lying(service: GossipMeshService, signer: ReturnType<typeof signerOf>): GossipMeshService {
  return new Proxy(service, {
    get(target, key) {
      if (key === 'submitReceipt') {
        return async (honest: ExecutionReceipt) =>
          target.submitReceipt(await signReceipt({ ...honest, resultCid: cidOf(0x55, utf8('lie')) }, signer))
      }
      const value = Reflect.get(target, key, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

async function entriesOf(runtime: IcnRuntime, did?: string): Promise<readonly ManaEntry[]> {
  return (await runtime.mana.history({ limit: 1_000, ...(did === undefined ? {} : { did }) })).items
}

/** All jobs have ended; nothing is held, made or lost; each job was paid for or refunded, and once. */
async function settled(runtime: IcnRuntime, ids: readonly string[], executors: readonly number[]) {
  const dids = executors.map((byte) => `${signerOf(byte).did}`)
  const mine = await entriesOf(runtime)
  const theirs = (await Promise.all(dids.map((did) => entriesOf(runtime, did)))).flat()
  for (const id of ids) {
    const status = await runtime.jobs.status(id)
    expect(['Completed', 'Failed', 'Cancelled']).toContain(status.state)
    const of = (entries: readonly ManaEntry[], cause: string) =>
      entries.filter((entry) => entry.cause === cause && entry.reference === id)
    expect(of(mine, 'escrow')).toHaveLength(1)
    const [back, paid] = [of(mine, 'refund'), of(theirs, 'payment')]
    expect(back.length).toBeLessThanOrEqual(1)
    expect(paid).toHaveLength(status.state === 'Completed' ? 1 : 0)
    const sum = [...back, ...paid].reduce((all, { amount }) => all + amount, 0n)
    expect(sum).toBe(COST)
  }
  const balances = await Promise.all(dids.map((did) => runtime.mana.balance(did)))
  expect(balances.reduce((all, one) => all + one, await runtime.mana.balance())).toBe(1_000n)
  const { manaTotals } = await runtime.inspect()
  expect(manaTotals).toMatchObject({ escrow: 0n, burned: 0n })
  expect((await runtime.mana.audit()).faults).toEqual([])
}

const STAGES: readonly (readonly [stage: string, message: string])[] = [
  ['announced', 'MeshJobAnnouncement'],
  ['bid for', 'MeshBidSubmission'],
  ['assigned', 'MeshJobAssignment'],
  ['running', PROGRESS_TOPIC],
  ['done, and its receipt is sent', 'MeshReceiptSubmission'],
]

describe('a page that closes in the middle', () => {
  const at = (network: FaultyNetwork, message: string) =>
    new Promise<void>((resolve) => {
      network.onMessage = (kind) => kind === message && resolve()
    })

  it.each(STAGES)('the submitter’s, when the job is %s: the next one ends it', async (_stage, message) => {
    const world = new World()
    const before = await world.open(1, { bids: false })
    await world.open(2)
    const reached = at(world.network, message)
    const id = await before.runtime.jobs.submit(await request(before.runtime))
    await reached
    await before.crash()
    const { runtime } = await world.open(1, { bids: false })
    await runtime.jobs.wait(id)
    await settled(runtime, [id], [2])
  })

  it.each(STAGES)('the executor’s, when the job is %s: the job ends', async (_stage, message) => {
    const world = new World()
    const { runtime } = await world.open(1, { bids: false })
    const executor = await world.open(2)
    const reached = at(world.network, message)
    const id = await runtime.jobs.submit(await request(runtime))
    await reached
    await executor.crash()
    const status = await runtime.jobs.wait(id)
    if (status.state !== 'Completed') {
      expect(['noBids', 'receiptTimeout']).toContain(status.failure?.reason)
    }
    await settled(runtime, [id], [2])
  })

  it('the executor’s, while it fetches the module: the job ends', async () => {
    const world = new World()
    const { runtime } = await world.open(1, { bids: false })
    const executor = await world.open(2)
    let assigned = false
    const fetching = new Promise<void>((resolve) => {
      world.network.onMessage = (kind) => {
        assigned ||= kind === 'MeshJobAssignment'
        if (assigned && kind === 'DagBlockRequest') resolve()
      }
    })
    const id = await runtime.jobs.submit(await request(runtime))
    await fetching
    await executor.crash()
    expect(await runtime.jobs.wait(id)).toMatchObject({
      state: 'Failed',
      failure: { reason: 'receiptTimeout' },
    })
    await settled(runtime, [id], [2])
  })

  it('a bidder that wins and never answers: Failed, refunded, and told that it is not wanted', async () => {
    const world = new World()
    const { runtime } = await world.open(1, { bids: false })
    const mute = await world.open(2)
    world.network.onMessage = (kind) =>
      kind === 'MeshBidSubmission' && queueMicrotask(() => void mute.crash())
    const id = await runtime.jobs.submit(await request(runtime))
    const told = new Promise<void>((resolve) => {
      const crash = world.network.onMessage
      world.network.onMessage = (kind) => {
        crash(kind)
        if (kind === CANCEL_TOPIC) resolve()
      }
    })
    expect(await runtime.jobs.wait(id)).toMatchObject({
      state: 'Failed',
      failure: { reason: 'receiptTimeout' },
    })
    await settled(runtime, [id], [2])
    await told
  })
})

describe('any schedule', () => {
  const share = fc.integer({ min: 0, max: 30 }).map((percent) => percent / 100)
  const moment = fc.option(fc.integer({ min: 0, max: 400 }), { nil: undefined })
  const schedule = fc.record({
    faults: fc.record({ seed: fc.nat(), lost: share, twice: share, delayMs: fc.nat({ max: 60 }) }),
    bodies: fc.array(fc.constantFrom(ANSWER, 'unreachable', '(i64.const 9)'), { minLength: 1, maxLength: 3 }),
    lies: fc.boolean(),
    submitterClosesAt: moment,
    executorClosesAt: moment,
    executorReturns: fc.boolean(),
    cancelAt: moment,
  })

  it('every job ends, the sum of mana is what it was, and each is paid or refunded once', async () => {
    const ends = new Map<string, number>()
    await fc.assert(
      fc.asyncProperty(schedule, async (plan) => {
        const world = new World(plan.faults)
        let mine = await world.open(1, { bids: false })
        let honest = await world.open(2)
        await world.open(3, { lies: plan.lies })
        const ids: string[] = []
        for (const body of plan.bodies) {
          ids.push(await mine.runtime.jobs.submit(await request(mine.runtime, body)))
        }
        const later = async (ms: number | undefined, what: () => Promise<unknown>) => {
          if (ms === undefined) return
          await new Promise((resolve) => setTimeout(resolve, ms))
          await what()
        }
        await Promise.all([
          later(plan.executorClosesAt, async () => {
            await honest.crash()
            if (plan.executorReturns) honest = await world.open(2)
          }),
          later(plan.cancelAt, () => mine.runtime.jobs.cancel(ids[0]!).catch(() => {})),
          later(plan.submitterClosesAt, async () => {
            await mine.crash()
            mine = await world.open(1, { bids: false })
          }),
        ])
        for (const id of ids) {
          const { state, failure } = await mine.runtime.jobs.wait(id)
          const end = failure?.reason ?? state
          ends.set(end, (ends.get(end) ?? 0) + 1)
        }
        await settled(mine.runtime, ids, [2, 3])
        await closeAll()
      }),
      { numRuns: 25, endOnFailure: true },
    )
    // The schedules are worth something: jobs came through, and jobs failed.
    expect(ends.get('Completed')).toBeGreaterThan(0)
    expect(ends.size).toBeGreaterThan(2)
  }, 120_000)
})

describe('a job that is taken back', () => {
  it('is dropped by an executor that has not begun: no run, no receipt, all of the mana back', async () => {
    const world = new World()
    const { runtime } = await world.open(1, { bids: false })
    const executor = await world.open(2)
    let cancelled = 0
    const reached = new Promise<void>((resolve) => {
      let assigned = false
      world.network.onMessage = (kind) => {
        assigned ||= kind === 'MeshJobAssignment'
        if (kind === CANCEL_TOPIC) cancelled++
        if (assigned && kind === 'DagBlockRequest') resolve()
      }
    })
    const id = await runtime.jobs.submit(await request(runtime))
    await reached
    expect(await runtime.jobs.cancel(id)).toMatchObject({ state: 'Cancelled' })
    await settled(runtime, [id], [2])
    await executor.runtime.close()
    expect(cancelled).toBe(1)
    const again = await world.open(2)
    expect((await again.runtime.receipts.list()).items).toEqual([])
  })

  it('by another than its submitter stays where it is', async () => {
    const world = new World()
    const { runtime } = await world.open(1, { bids: false })
    await world.open(2)
    const stranger = keep(
      new GossipMeshService({
        transport: world.network.port(),
        signer: signerOf(7),
        resolver: new KeyDidResolver(),
        time: new FastClock(),
      }),
    )
    const id = await runtime.jobs.submit(await request(runtime))
    world.network.onMessage = (kind) => {
      if (kind === 'MeshJobAssignment' || kind === PROGRESS_TOPIC) {
        void stranger.publish(CANCEL_TOPIC, encodeCancel(Cid.parse(id)))
      }
    }
    expect(await runtime.jobs.wait(id)).toMatchObject({ state: 'Completed' })
    await settled(runtime, [id], [2])
  })
})
