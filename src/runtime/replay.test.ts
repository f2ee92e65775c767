import { describe, expect, it } from 'vitest'
import { fromUtf8, utf8 } from '../common/bytes.ts'
import { Cid } from '../common/cid.ts'
import { type JsonObject, stringifyJson } from '../common/json.ts'
import { parseJson } from '../common/json-parse.ts'
import { getBlock, putBlock } from '../dag/blocks.ts'
import { BLOCKS } from '../dag/rows.ts'
import { signBlock } from '../identity/receipt-block.ts'
import type { IcnRuntime } from '../protocol/api.ts'
import type { State } from '../storage/state.ts'
import { BUSY, contract, ME } from './fixtures/busy.ts'
import { openDatabase, signerOf, testRuntime } from './fixtures/world.ts'
import { RECEIPTS } from './tables.ts'

const did = `${signerOf(1).did}`

async function recordOf(runtime: IcnRuntime, state: State, cid: string) {
  const { recordCid } = (await runtime.receipts.get(cid)).run!
  return (await state.read((tx) => getBlock(tx, Cid.parse(recordCid))))!
}

/** Puts another record in the place of the receipt's own, properly signed. */
async function forge(
  runtime: IcnRuntime,
  state: State,
  cid: string,
  change: (record: JsonObject) => JsonObject,
  by = signerOf(1),
  links?: (
    links: Awaited<ReturnType<typeof recordOf>>['links'],
  ) => Awaited<ReturnType<typeof recordOf>>['links'],
): Promise<void> {
  const record = await recordOf(runtime, state, cid)
  const data = utf8(stringifyJson(change(parseJson(fromUtf8(record.data)) as JsonObject)))
  const forged = await signBlock(
    { data, links: links?.(record.links) ?? record.links, timestamp: record.timestamp },
    by,
  )
  await state.transact((tx) => {
    putBlock(tx, forged)
    tx.put(RECEIPTS, cid, { ...tx.get(RECEIPTS, cid)!, record: forged.cid.toString() })
  })
}

async function ran(body = BUSY) {
  const state = await openDatabase()
  const runtime = await testRuntime({}, { state })
  const { receiptCid } = await runtime.run(contract(body))
  return { state, runtime, receiptCid }
}

describe('a receipt verified by replay', () => {
  it.each([
    ['a run that succeeds', BUSY],
    ['a run that traps', `(drop (call $spend ${ME} (i64.const 5))) unreachable`],
    ['a run that is stopped', '(loop (br 0)) (i64.const 0)'],
  ])('%s: verified, also after the state has moved on', async (_what, body) => {
    const { runtime, receiptCid } = await ran(body)
    expect(await runtime.receipts.verify(receiptCid)).toEqual({ status: 'verified' })
    await runtime.mana.spend(100n)
    const before = await runtime.inspect()
    expect(await runtime.receipts.verify(receiptCid)).toEqual({ status: 'verified' })
    const after = await runtime.inspect()
    expect(after.epoch).toBe(before.epoch)
    expect(after.manaTotals).toEqual(before.manaTotals)
    await runtime.close()
  })

  it.each([
    ['result', { result: 8 }],
    ['fuel_used', { fuel_used: 1 }],
    ['success', { success: false }],
    ['memory_peak_pages', { memory_peak_pages: 9 }],
    ['host_calls', { host_calls: [] }],
    ['logs', { logs: [] }],
    ['writes', { writes: [] }],
    ['job', { job: did }],
    ['more', { more: 1 }],
  ])('a record whose %s was changed: mismatch, and which field', async (field, changed) => {
    const { state, runtime, receiptCid } = await ran()
    await forge(runtime, state, receiptCid, (record) => ({ ...record, ...changed }) as JsonObject)
    expect(await runtime.receipts.verify(receiptCid)).toMatchObject({ status: 'mismatch', field })
    await runtime.close()
  })

  it('a record without the rows that the run read: mismatch, naming the row', async () => {
    const { state, runtime, receiptCid } = await ran()
    await forge(runtime, state, receiptCid, (record) => ({ ...record, reads: [] }))
    const found = await runtime.receipts.verify(receiptCid)
    expect(found).toMatchObject({
      status: 'mismatch',
      field: 'reads',
      expected: 'only rows that the record holds',
    })
    await runtime.close()
  })

  it('a record with less fuel ends otherwise: mismatch', async () => {
    const { state, runtime, receiptCid } = await ran()
    await forge(runtime, state, receiptCid, (record) => ({
      ...record,
      limits: { ...(record.limits as JsonObject), fuel: 10 },
    }))
    expect(await runtime.receipts.verify(receiptCid)).toMatchObject({ status: 'mismatch' })
    await runtime.close()
  })

  it('a record signed by somebody else: mismatch', async () => {
    const { state, runtime, receiptCid } = await ran()
    await forge(runtime, state, receiptCid, (record) => record, signerOf(2))
    expect(await runtime.receipts.verify(receiptCid)).toEqual({
      status: 'mismatch',
      field: 'record.author',
      expected: did,
      got: `${signerOf(2).did}`,
    })
    await runtime.close()
  })

  it('a record of another receipt: mismatch', async () => {
    const { state, runtime, receiptCid } = await ran()
    const other = await runtime.run(contract('(i64.const 3)'))
    await forge(
      runtime,
      state,
      receiptCid,
      (record) => record,
      signerOf(1),
      (links) =>
        links.map((link) => (link.name === 'receipt' ? { ...link, cid: Cid.parse(other.receiptCid) } : link)),
    )
    expect(await runtime.receipts.verify(receiptCid)).toMatchObject({
      status: 'mismatch',
      field: 'record.links.receipt',
      got: other.receiptCid,
    })
    await runtime.close()
  })

  it('a job that ran no module: not replayable', async () => {
    const { runtime } = await ran()
    const jobId = await runtime.jobs.submit({
      manifestCid: await runtime.dag.put({ data: utf8('x') }),
      spec: { kind: { Echo: { payload: 'x' } } },
      costMana: 1n,
    })
    const { receiptCid } = await runtime.jobs.wait(jobId)
    expect(await runtime.receipts.verify(receiptCid!)).toEqual({
      status: 'notReplayable',
      reason: 'No execution record is stored beside the receipt: no module ran for it here.',
    })
    await runtime.close()
  })

  it('a module that is gone: not replayable', async () => {
    const { state, runtime, receiptCid } = await ran()
    const { moduleCid } = (await runtime.receipts.get(receiptCid)).run!
    const again = await testRuntime({}, { state })
    await state.transact((tx) => tx.delete(BLOCKS, moduleCid))
    expect(await again.receipts.verify(receiptCid)).toEqual({
      status: 'notReplayable',
      reason: `WASM module not found: block ${moduleCid} is not in the DAG.`,
    })
    await again.close()
  })

  it('limits of another time are those of the record, not of today', async () => {
    const state = await openDatabase()
    const first = await testRuntime({ limits: { memoryPages: 3, callDepth: 64 } }, { state })
    const grows = '(drop (memory.grow (i32.const 5))) (i64.extend_i32_u (memory.size))'
    const { receiptCid, result } = await first.run(contract(grows))
    const second = await testRuntime({}, { state })
    expect((await second.run(contract(grows))).result).not.toBe(result)
    expect(await second.receipts.verify(receiptCid)).toEqual({ status: 'verified' })
    await second.close()
  })

  it('a CID under which no receipt is stored: MissingOrInvalidReceipt', async () => {
    const { runtime } = await ran()
    const block = await runtime.dag.put({ data: utf8('not a receipt') })
    await expect(runtime.receipts.verify(block)).rejects.toMatchObject({ code: 'MissingOrInvalidReceipt' })
    await runtime.close()
  })
})

describe('every receipt verified', () => {
  it('counts, names what is not verified, tells how far it is, and can be aborted', async () => {
    const { state, runtime, receiptCid } = await ran('(i64.const 7)')
    for (let n = 0; n < 70; n++) await runtime.run(contract(`(i64.const ${n % 5})`))
    await forge(runtime, state, receiptCid, (record) => ({ ...record, result: 8 }))
    const told: number[] = []
    const found = await runtime.receipts.verifyAll({ onProgress: ({ checked }) => told.push(checked) })
    expect(found).toMatchObject({ checked: 71, verified: 70, mismatched: 1, notReplayable: 0 })
    expect(found.failed).toMatchObject([{ cid: receiptCid, status: 'mismatch', field: 'result' }])
    expect(told.at(-1)).toBe(71)
    expect(told).toEqual([...told].sort((a, b) => a - b))
    const giveUp = new AbortController()
    const aborted = runtime.receipts.verifyAll({
      signal: giveUp.signal,
      onProgress: () => giveUp.abort(),
    })
    await expect(aborted).rejects.toMatchObject({ code: 'Aborted' })
    await runtime.close()
  })
})
