/** Upstream's tests of receipts and background tasks, one test per line of ref §13.3, named after it. */
import { describe, expect, it } from 'vitest'
import { utf8 } from '../common/bytes.ts'
import { Cid } from '../common/cid.ts'
import { cidOf } from '../common/cid-of.ts'
import { encodeJson } from '../common/codec.ts'
import { FixedTimeProvider } from '../common/time.ts'
import { executionReceipt, signReceipt } from '../identity/receipt.ts'
import { bidPrice } from '../mesh/bid.ts'
import { jobJson, NOW, signerOf, testRuntime, world } from './fixtures/world.ts'
import { JOBS } from './tables.ts'

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

  it('bid_price_deterministic', () => {
    const price = (reputation: bigint) =>
      bidPrice({ jobId: cidOf(0x71, utf8('job')), required: { cpuCores: 2, memoryMb: 512 }, reputation })
    expect(price(10n)).toBe(price(10n))
    expect(price(10n)).toBeGreaterThan(0n)
  })
})
