/** The run behind a receipt, as its executor offers it: made again before it is paid for. */
import { afterEach, describe, expect, it } from 'vitest'
import { utf8 } from '../common/bytes.ts'
import { cidOf } from '../common/cid-of.ts'
import { FixedTimeProvider } from '../common/time.ts'
import { type ExecutionReceipt, signReceipt } from '../identity/receipt.ts'
import { receiptBlock, signBlock } from '../identity/receipt-block.ts'
import { KeyDidResolver } from '../identity/resolver.ts'
import { GossipMeshService } from '../mesh/service-gossip.ts'
import { ChannelTransport } from '../mesh/transport.ts'
import {
  ANSWER,
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
import { NOW } from './fixtures/world.ts'

afterEach(closeAll)

describe('the record of a run', () => {
  it('where a record is required, a contract’s receipt without one is not paid; a job that has none is', async () => {
    const mesh = new Staged()
    mesh.bids = async (job) => [await bid(executor, job)]
    mesh.receipt = (job) => receipt(executor, job.id)
    const runtime = await node(1, channel(channelName(), { requireRecord: true }), { mesh })
    const id = await runtime.jobs.submit(await request(runtime))
    expect(await ended(runtime, id)).toMatchObject({ state: 'Failed', failure: { reason: 'noRecord' } })
    const echo = { kind: { Echo: { payload: 'hello' } } } as const
    const other = await runtime.jobs.submit(await request(runtime, ANSWER, { spec: echo }))
    expect(await ended(runtime, other, 5n)).toMatchObject({ state: 'Completed' })
  })

  it.each([
    [false, 'Completed', undefined],
    [true, 'Failed', 'noRecord'],
  ])(
    'a record from which the run cannot be made again, where one is required (%s): %s',
    async (requireRecord, state, reason) => {
      const mesh = new Staged()
      mesh.bids = async (job) => [await bid(executor, job)]
      mesh.receipt = async (job) => {
        const signed = await receipt(executor, job.id)
        const block = receiptBlock(signed, executor.did, BigInt(NOW))
        const links = [{ cid: block.cid, name: 'receipt', size: 0n }]
        const made = { data: utf8('{"format":1}'), links, timestamp: BigInt(NOW) }
        const record = await signBlock(made, executor)
        mesh.blocks.push(block, record)
        mesh.evidence = { receipt: block.cid, record: record.cid }
        return signed
      }
      const runtime = await node(1, channel(channelName(), { requireRecord }), { mesh })
      const id = await runtime.jobs.submit(await request(runtime))
      const status = await ended(runtime, id, reason === undefined ? 5n : 0n)
      expect([status.state, status.failure?.reason]).toEqual([state, reason])
    },
  )

  it('a record of another receipt: Failed, refunded, the executor’s reputation falls', async () => {
    const mesh = new Staged()
    mesh.bids = async (job) => [await bid(executor, job)]
    mesh.receipt = async (job) => {
      const other = receiptBlock(await receipt(executor, job.id, false), executor.did, BigInt(NOW))
      mesh.blocks.push(other)
      mesh.evidence = { receipt: other.cid, record: other.cid }
      return receipt(executor, job.id)
    }
    const runtime = await node(1, channel(channelName()), { mesh })
    const id = await runtime.jobs.submit(await request(runtime))
    expect(await ended(runtime, id)).toMatchObject({ state: 'Failed', failure: { reason: 'wrongResult' } })
  })

  it('where a record is required, an executor that gives one is paid', async () => {
    const name = channelName()
    const a = await node(1, channel(name, { bid: false, requireRecord: true }))
    await node(2, channel(name))
    const status = await a.jobs.wait(await a.jobs.submit(await request(a)))
    expect(status.state).toBe('Completed')
    expect(await a.receipts.verify(status.receiptCid!)).toEqual({ status: 'verified' })
  })
})

describe('an executor that lies', () => {
  it('a receipt whose record does not come out so: Failed, refunded, its reputation falls', async () => {
    const name = channelName()
    const a = await node(1, channel(name, { bid: false }))
    // It runs the job as it should, and claims another result, every other time.
    let claims = 0
    const service = new GossipMeshService({
      transport: new ChannelTransport(name),
      signer: executor,
      resolver: new KeyDidResolver(),
      time: new FixedTimeProvider(NOW),
    })
    const lying = new Proxy(service, {
      get(target, key) {
        if (key === 'submitReceipt')
          return async (honest: ExecutionReceipt) =>
            target.submitReceipt(
              claims++ % 2 === 0
                ? honest
                : await signReceipt({ ...honest, resultCid: cidOf(0x55, utf8('lie')) }, executor),
            )
        const value = Reflect.get(target, key, target)
        return typeof value === 'function' ? value.bind(target) : value
      },
    })
    await node(2, { kind: 'local' }, { mesh: lying })
    const first = await a.jobs.wait(await a.jobs.submit(await request(a)))
    expect(first.state).toBe('Completed')
    expect(await a.reputation.get(`${executor.did}`)).toBe(1n)
    const paid = await a.mana.balance(`${executor.did}`)
    const id = await a.jobs.submit(await request(a))
    expect(await ended(a, id, paid)).toMatchObject({ state: 'Failed', failure: { reason: 'wrongResult' } })
    expect(await a.reputation.get(`${executor.did}`)).toBe(0n)
  })
})
