/** Nodes of one mesh over a real channel: jobs submitted by one and run by another, and every way that can fail. */
import { afterEach, describe, expect, it } from 'vitest'
import { FixedTimeProvider } from '../common/time.ts'
import type { Signer } from '../identity/signer.ts'
import type { JobRequest } from '../protocol/api.ts'
import { MemoryDatabase } from '../storage/memory-store.ts'
import { processLocks } from './exclusive.ts'
import { contract, ME } from './fixtures/busy.ts'
import {
  ANSWER,
  bid,
  COST,
  channel,
  channelName,
  closeAll,
  ended,
  executor,
  node,
  padded,
  receipt,
  request,
  Staged,
} from './fixtures/mesh.ts'
import { NOW, openDatabase, signerOf } from './fixtures/world.ts'

afterEach(closeAll)

describe('two nodes of one mesh', () => {
  it('hear of each other, and of the end of the other', async () => {
    const name = channelName()
    const a = await node(1, channel(name))
    const joined = new Promise((resolve) => a.on('peer', resolve))
    const b = await node(2, channel(name))
    expect(await joined).toEqual({ did: `${signerOf(2).did}`, state: 'joined' })
    expect(await a.mesh.peers()).toEqual([`${signerOf(2).did}`])
    const left = new Promise((resolve) => a.on('peer', (peer) => peer.state === 'left' && resolve(peer)))
    await b.close()
    await left
    expect(await a.mesh.peers()).toEqual([])
    expect(await a.mesh.stats()).toMatchObject({ peers: 0, rejected: 0 })
  })

  it('a job of one is run by the other: paid, verified, the receipt anchored in both', async () => {
    const name = channelName()
    const a = await node(1, channel(name, { bid: false }))
    const b = await node(2, channel(name))
    const ran = new Promise<{ cid: string }>((resolve) => b.on('receipt', resolve))
    const id = await a.jobs.submit(await request(a))
    const executor = `${signerOf(2).did}`
    const status = await a.jobs.wait(id)
    expect(status).toMatchObject({ state: 'Completed', executor })
    const price = await a.mana.balance(executor)
    expect(price).toBeGreaterThan(0n)
    await ended(a, id, price)
    expect(await a.reputation.get(executor)).toBe(1n)
    // Both can make the run again, and whoever gets the file from either.
    const { cid } = await ran
    expect(await b.receipts.verify(cid)).toEqual({ status: 'verified' })
    expect(await a.receipts.verify(status.receiptCid!)).toEqual({ status: 'verified' })
    const file = await a.receipts.export(status.receiptCid!)
    expect(file).toEqual(await b.receipts.export(cid))
    expect((await a.receipts.get(status.receiptCid!)).run).toMatchObject({ result: 7n })
    // The executor's own mana is its own ledger's matter.
    expect(await b.mana.balance()).toBe(1_000n)
    expect((await a.dag.verifyAll()).bad).toEqual([])
    expect((await b.dag.verifyAll()).bad).toEqual([])
  })

  it('a module larger than a message is fetched in pieces, and run', async () => {
    const name = channelName()
    const a = await node(1, channel(name, { bid: false }))
    const b = await node(2, channel(name))
    const { cid } = await a.modules.add(padded(contract(ANSWER), 2_500_000))
    const request: JobRequest = { manifestCid: cid, spec: { kind: 'CclWasm' }, costMana: COST, via: 'mesh' }
    const status = await a.jobs.wait(await a.jobs.submit(request))
    expect(status).toMatchObject({ state: 'Completed', executor: `${signerOf(2).did}` })
    expect(await a.receipts.verify(status.receiptCid!)).toEqual({ status: 'verified' })
    expect((await b.dag.get(cid))?.data.length).toBe((await a.dag.get(cid))?.data.length)
    expect(await a.mesh.stats()).toMatchObject({ rejected: 0 })
  })

  it('a trap over there: Failed with a signed receipt, and all of the mana back', async () => {
    const name = channelName()
    const a = await node(1, channel(name, { bid: false }))
    await node(2, channel(name))
    const id = await a.jobs.submit(await request(a, 'unreachable'))
    const status = await ended(a, id)
    expect(status).toMatchObject({ state: 'Failed', executor: `${signerOf(2).did}` })
    expect(await a.receipts.verify(status.receiptCid!)).toEqual({ status: 'verified' })
  })

  it('a guest of another node cannot spend the mana of the node that runs it', async () => {
    const name = channelName()
    const a = await node(1, channel(name, { bid: false }))
    const b = await node(2, channel(name))
    // The account is that of the executor, whose DID is as long as ours.
    const spend = contract(`(drop (call $spend ${ME} (i64.const 5))) (i64.const 1)`)
    const text = new TextDecoder('latin1').decode(spend)
    const forged = Uint8Array.from(text.replace(`${signerOf(1).did}`, `${signerOf(2).did}`), (c) =>
      c.charCodeAt(0),
    )
    const { cid } = await a.modules.add(forged)
    const id = await a.jobs.submit({
      manifestCid: cid,
      spec: { kind: 'CclWasm' },
      costMana: COST,
      via: 'mesh',
    })
    const status = await ended(a, id)
    expect(status.state).toBe('Failed')
    const { run } = await a.receipts.get(status.receiptCid!)
    expect(run?.failure).toMatchObject({ code: 'PermissionDenied', reason: 'foreignEffects' })
    expect(await a.receipts.verify(status.receiptCid!)).toEqual({ status: 'verified' })
    expect(await b.mana.balance()).toBe(1_000n)
  })

  it('the best of several bidders wins, the same one each time', async () => {
    const name = channelName()
    const a = await node(1, channel(name, { bid: false }))
    for (const byte of [2, 3, 4]) await node(byte, channel(name))
    const winners = new Map<string, number>()
    for (let n = 0; n < 3; n++) {
      const status = await a.jobs.wait(await a.jobs.submit(await request(a)))
      expect(status.state).toBe('Completed')
      winners.set(status.executor!, (winners.get(status.executor!) ?? 0) + 1)
    }
    // Reputation weighs 50, so that whoever was first stays it.
    expect(winners.size).toBe(1)
  })
})

describe('a job that fails on its way ends Failed, with one refund of everything', () => {
  const time = new FixedTimeProvider(NOW)
  const staged = async (change: (mesh: Staged) => void) => {
    const mesh = new Staged()
    mesh.bids = async (job) => [await bid(executor, job)]
    mesh.receipt = (job) => receipt(executor, job.id)
    change(mesh)
    return node(1, { kind: 'local' }, { mesh, time })
  }

  it.each<[string, string, (mesh: Staged) => void]>([
    ['no bids', 'noBids', (mesh) => (mesh.bids = async () => [])],
    ['the network throws', 'meshFault', (mesh) => (mesh.bids = () => Promise.reject(new Error('down')))],
    [
      'a bid above what the job offers',
      'noValidBid',
      (mesh) => (mesh.bids = async (job) => [await bid(executor, job, COST + 1n)]),
    ],
    [
      'a bid changed after it was signed',
      'noValidBid',
      (mesh) => (mesh.bids = async (job) => [{ ...(await bid(executor, job)), priceMana: 1n }]),
    ],
    [
      'a bid for another job',
      'noValidBid',
      (mesh) => (mesh.bids = async (job) => [{ ...(await bid(executor, job)), jobId: job.manifestCid }]),
    ],
    ['no receipt in time', 'receiptTimeout', (mesh) => (mesh.receipt = async () => undefined)],
    [
      'a receipt of another executor',
      'foreignExecutor',
      (mesh) => (mesh.receipt = (job) => receipt(signerOf(3), job.id)),
    ],
    [
      'a receipt for another job',
      'foreignReceipt',
      (mesh) => (mesh.receipt = (job) => receipt(executor, job.manifestCid)),
    ],
    [
      'a receipt whose signature does not hold',
      'badSignature',
      (mesh) => (mesh.receipt = async (job) => ({ ...(await receipt(executor, job.id)), cpuMs: 4n })),
    ],
    [
      'a receipt that is not signed',
      'unsigned',
      (mesh) =>
        (mesh.receipt = async (job) => ({ ...(await receipt(executor, job.id)), sig: new Uint8Array(0) })),
    ],
  ])('%s', async (_what, reason, change) => {
    const runtime = await staged(change)
    const id = await runtime.jobs.submit(await request(runtime))
    expect(await ended(runtime, id)).toMatchObject({ state: 'Failed', failure: { reason } })
    const history = await runtime.mana.history({ limit: 100 })
    expect(history.items.filter(({ cause }) => cause === 'refund')).toMatchObject([{ amount: COST }])
  })

  it('success=false: Failed, refunded, and the executor’s reputation does not grow', async () => {
    const runtime = await staged((mesh) => {
      mesh.receipt = (job) => receipt(executor, job.id, false)
    })
    const id = await runtime.jobs.submit(await request(runtime))
    expect(await ended(runtime, id)).toMatchObject({ state: 'Failed' })
    expect(await runtime.reputation.get(`${executor.did}`)).toBeLessThanOrEqual(0n)
  })

  it('escrow pays the bid and returns the rest; the cheaper of equals wins, then the lower DID', async () => {
    const [lower, higher] = [signerOf(2), signerOf(3)].sort((a, b) => (`${a.did}` < `${b.did}` ? -1 : 1)) as [
      Signer,
      Signer,
    ]
    const winner = { signer: lower }
    const runtime = await staged((mesh) => {
      mesh.bids = async (job) => [
        await bid(higher, job, 4n),
        await bid(lower, job, 4n),
        await bid(signerOf(4), job, 5n),
      ]
      mesh.receipt = (job) => receipt(winner.signer, job.id)
    })
    const id = await runtime.jobs.submit(await request(runtime))
    expect(await ended(runtime, id, 4n)).toMatchObject({ state: 'Completed', executor: `${lower.did}` })
    expect(await runtime.mana.balance(`${lower.did}`)).toBe(4n)
  })

  it.each(['Pending', 'Assigned'] as const)(
    'cancelled while %s: Cancelled, all of it back',
    async (stage) => {
      const runtime = await staged((mesh) => {
        if (stage === 'Pending') mesh.bids = () => new Promise(() => {})
        else mesh.receipt = () => new Promise(() => {})
      })
      const reached = new Promise<void>((resolve) => {
        runtime.on('job', ({ state }) => state === stage && resolve())
      })
      const id = await runtime.jobs.submit(await request(runtime))
      await reached
      await runtime.jobs.cancel(id)
      expect(await ended(runtime, id)).toMatchObject({ state: 'Cancelled' })
    },
  )

  it.each(['Pending', 'Assigned'] as const)(
    'the page closes while the job is %s: the next one takes it up where it stood, and pays once',
    async (stage) => {
      const database = new MemoryDatabase()
      const first = new Staged()
      first.bids =
        stage === 'Pending' ? () => new Promise(() => {}) : async (job) => [await bid(executor, job)]
      first.receipt = () => new Promise(() => {})
      const before = await node(1, { kind: 'local' }, { mesh: first, state: await openDatabase(database) })
      const reached = new Promise<void>((resolve) => {
        before.on('job', ({ state }) => state === stage && resolve())
      })
      const id = await before.jobs.submit(await request(before))
      await reached
      await before.close()
      const second = new Staged()
      const asked: string[] = []
      second.bids = async (job) => {
        asked.push('bids')
        return [await bid(executor, job)]
      }
      second.receipt = (job) => receipt(executor, job.id)
      const after = await node(1, { kind: 'local' }, { mesh: second, state: await openDatabase(database) })
      expect(await ended(after, id, 5n)).toMatchObject({ state: 'Completed' })
      expect(asked).toEqual(stage === 'Pending' ? ['bids'] : [])
      expect(await after.mana.balance(`${executor.did}`)).toBe(5n)
    },
  )

  it('of two tabs that are one node, one takes jobs; the other does when it closes', async () => {
    const name = channelName()
    const a = await node(1, channel(name, { bid: false }))
    const database = new MemoryDatabase()
    const runExclusive = processLocks()
    const runs = [0, 0]
    const tab = async (n: number) => {
      const onGuest = (guest: unknown) => {
        if (guest !== null) runs[n]!++
      }
      return node(2, channel(name), { state: await openDatabase(database), runExclusive, onGuest })
    }
    const first = await tab(0)
    await tab(1)
    expect(await a.jobs.wait(await a.jobs.submit(await request(a)))).toMatchObject({ state: 'Completed' })
    expect(runs).toEqual([1, 0])
    await first.close()
    expect(await a.jobs.wait(await a.jobs.submit(await request(a)))).toMatchObject({ state: 'Completed' })
    expect(runs).toEqual([1, 1])
  })

  it.each([
    ['bidWindowMs', 0],
    ['receiptWaitMs', 2 ** 31],
    ['noticeEveryMs', 1.5],
    ['blockWaitMs', '5'],
    ['evidenceWaitMs', -1],
    ['requireRecord', 'yes'],
    ['bid', 1],
  ])('the option %s of %j is refused by name', async (option, value) => {
    await expect(node(1, channel(channelName(), { [option]: value }))).rejects.toMatchObject({
      code: 'InvalidSpec',
      data: { option: `mesh.${option}` },
    })
  })

  it('a job’s own time runs from when its executor has it, not from its submission', async () => {
    const runtime = await staged((mesh) => {
      mesh.bids = async (job) => {
        // The bidding takes longer than the executor has.
        time.advance(20_000)
        return [await bid(executor, job)]
      }
    })
    const id = await runtime.jobs.submit(await request(runtime, ANSWER, { maxExecutionWaitMs: 5_000n }))
    expect(await ended(runtime, id, 5n)).toMatchObject({ state: 'Completed' })
  })

  it('a job that is taken up when its executor’s time is over fails at once, with all of its mana back', async () => {
    const database = new MemoryDatabase()
    const first = new Staged()
    first.bids = async (job) => [await bid(executor, job)]
    first.receipt = () => new Promise(() => {})
    const before = await node(
      1,
      { kind: 'local' },
      { mesh: first, time, state: await openDatabase(database) },
    )
    const reached = new Promise<void>((resolve) => {
      before.on('job', ({ state }) => state === 'Assigned' && resolve())
    })
    const id = await before.jobs.submit(await request(before, ANSWER, { maxExecutionWaitMs: 60_000n }))
    await reached
    await before.close()
    time.advance(3_600_000)
    const second = new Staged()
    const after = await node(
      1,
      { kind: 'local' },
      { mesh: second, time, state: await openDatabase(database) },
    )
    expect(await ended(after, id)).toMatchObject({ state: 'Failed', failure: { reason: 'receiptTimeout' } })
  })

  it('without a mesh, or by another entry: refused', async () => {
    const alone = await node(1, { kind: 'local' })
    await expect(alone.jobs.submit(await request(alone))).rejects.toMatchObject({
      data: { reason: 'noMesh' },
    })
    const runtime = await staged(() => {})
    await expect(runtime.jobs.submit(await request(runtime, ANSWER, { entry: 'go' }))).rejects.toMatchObject({
      data: { reason: 'meshEntry' },
    })
  })
})
