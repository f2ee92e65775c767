import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ROOT } from '../../scripts/build-guests.mjs'
import { concatBytes, utf8 } from '../common/bytes.ts'
import { type FileRecord, FrameReader, FrameWriter } from '../dag/transfer/frames.ts'
import type { IcnRuntime, ImportedReceipt } from '../protocol/api.ts'
import { BUSY, contract, ME } from './fixtures/busy.ts'
import { openDatabase, seed, testRuntime } from './fixtures/world.ts'

const { samples } = JSON.parse(readFileSync(join(ROOT, 'public/samples/index.json'), 'utf8')) as {
  samples: { id: string }[]
}
const sample = (id: string) => new Uint8Array(readFileSync(join(ROOT, `public/samples/${id}.wasm`)))

/** A run of each kind: with a log, with state read, listed and written, trapped after effects, stopped. */
const KINDS: [kind: string, bytes: Uint8Array][] = [
  ['a run that logs', sample('hello')],
  ['a run that changes much', contract(BUSY)],
  ['a run that traps', contract(`(drop (call $spend ${ME} (i64.const 5))) unreachable`)],
  ['a run that is stopped', contract('(loop (br 0)) (i64.const 0)')],
]

/** Another node, that has seen nothing. */
const stranger = () => testRuntime({ identitySeed: seed(2), fixedTime: 1_800_000_000 })

async function fileOf(bytes: Uint8Array): Promise<{ file: Uint8Array; receiptCid: string }> {
  const runtime = await testRuntime()
  const { receiptCid } = await runtime.run(bytes)
  const file = await runtime.receipts.export(receiptCid)
  await runtime.close()
  return { file, receiptCid }
}

async function framesOf(file: Uint8Array): Promise<FileRecord[]> {
  let rest: Uint8Array | undefined = file
  const reader = new FrameReader(async () => {
    const chunk = rest
    rest = undefined
    return chunk
  })
  const found: FileRecord[] = []
  for (let next = await reader.next(); next !== undefined; next = await reader.next()) found.push(next)
  return found
}

/** With checks that are right. */
function written(records: readonly Pick<FileRecord, 'kind' | 'payload'>[]): Uint8Array {
  const writer = new FrameWriter()
  return concatBytes(writer.begin(), ...records.flatMap(({ kind, payload }) => writer.frame(kind, payload)))
}

/** The answer, or the reason of the refusal. */
const answer = (runtime: IcnRuntime, file: Uint8Array) =>
  runtime.receipts.importAndVerify(file).then(
    ({ status }: ImportedReceipt) => status,
    (error) => error.data.reason as string,
  )

describe('the file of a receipt', () => {
  it('is verified where nothing else is known, kept there, verified and exported again as it was', async () => {
    const { file, receiptCid } = await fileOf(contract(BUSY))
    const other = await stranger()
    expect(await other.receipts.importAndVerify(file)).toEqual({ status: 'verified', receiptCid })
    const { manaTotals } = await other.inspect()
    expect(manaTotals).toMatchObject({ minted: 1_000n, balances: 1_000n, escrow: 0n })
    expect(await other.receipts.verify(receiptCid)).toEqual({ status: 'verified' })
    expect(await other.receipts.export(receiptCid)).toEqual(file)
    const { items } = await other.receipts.list()
    expect(items).toMatchObject([{ cid: receiptCid, signatureValid: true, run: { manaCharged: 0n } }])
    expect(items[0]!.receipt.executor).not.toBe(await other.identity.did())
    // Once more changes nothing.
    const { epoch } = await other.inspect()
    expect(await other.receipts.importAndVerify(file)).toMatchObject({ status: 'verified' })
    expect((await other.receipts.list()).items).toHaveLength(1)
    expect((await other.dag.verifyAll()).bad).toEqual([])
    expect((await other.inspect()).epoch - epoch).toBeLessThanOrEqual(1)
    await other.close()
  })

  it.each(samples.filter(({ id }) => id !== 'too-big'))('$id: verified by a stranger', async ({ id }) => {
    const { file } = await fileOf(sample(id))
    const other = await stranger()
    expect(await answer(other, file)).toBe('verified')
    await other.close()
  })

  it('is an export file: dag.import takes its blocks in', async () => {
    const { file } = await fileOf(sample('hello'))
    const other = await stranger()
    const taken = await other.dag.import(new Blob([file as BlobPart]).stream())
    expect(taken).toMatchObject({ blocks: 4, added: 4, state: 'absent' })
    await other.close()
  })

  it('survives the export and import of the node that keeps it', async () => {
    const { file, receiptCid } = await fileOf(sample('hello'))
    const other = await stranger()
    await other.receipts.importAndVerify(file)
    const third = await testRuntime({ identitySeed: seed(3) })
    expect(await third.dag.import(await other.dag.export())).toMatchObject({ state: 'restored' })
    expect(await third.receipts.verify(receiptCid)).toEqual({ status: 'verified' })
    await third.close()
    await other.close()
  })

  it.each(KINDS)(
    '%s: no byte of it can be changed, left out or added',
    async (_kind, bytes) => {
      const { file } = await fileOf(bytes)
      const other = await stranger()
      for (let at = 0; at < file.length; at++) {
        const forged = file.slice()
        forged[at]! ^= 1 << (at % 8)
        expect(await answer(other, forged), `byte ${at}`).toBe('badExport')
      }
      for (let end = 0; end < file.length; end += 7) {
        expect(await answer(other, file.subarray(0, end)), `cut at ${end}`).toBe('badExport')
      }
      expect(await answer(other, concatBytes(file, Uint8Array.of(0)))).toBe('badExport')
      expect((await other.receipts.list()).items).toEqual([])
      await other.close()
    },
    120_000,
  )

  it.each(KINDS)(
    '%s: no byte can be changed, with the checksums made right again',
    async (_kind, bytes) => {
      const { file } = await fileOf(bytes)
      const records = await framesOf(file)
      const other = await stranger()
      const outcomes = new Set<string>()
      for (const [index, { payload }] of records.entries()) {
        for (let at = 0; at < payload.length; at++) {
          const changed = payload.slice()
          changed[at]! ^= 1 << (at % 7)
          const forged = written(
            records.map((record, i) => (i === index ? { ...record, payload: changed } : record)),
          )
          const outcome = await answer(other, forged)
          outcomes.add(outcome)
          expect(outcome, `record ${index}, byte ${at}`).not.toBe('verified')
        }
      }
      expect([...outcomes].sort()).toEqual(['badExport', 'incomplete', 'mismatch'])
      expect((await other.receipts.list()).items).toEqual([])
      await other.close()
    },
    120_000,
  )

  it('records that do not belong in it, or stand elsewhere: refused', async () => {
    const { file } = await fileOf(sample('hello'))
    const records = await framesOf(file)
    const other = await stranger()
    const [head, ...rest] = records as [FileRecord, ...FileRecord[]]
    for (const forged of [
      [head],
      [...rest],
      [head, head, ...rest],
      [head, rest[0]!, ...rest],
      [head, rest[1]!, rest[0]!, ...rest.slice(2)],
      [head, ...rest.slice(0, -1).toReversed(), rest.at(-1)!],
      [head, ...rest.slice(0, 2), ...rest.slice(3)],
      [...records, ...records],
    ]) {
      expect(['badExport', 'incomplete']).toContain(await answer(other, written(forged)))
    }
    expect(await answer(other, new Uint8Array(0))).toBe('badExport')
    await other.close()
  })

  it('a receipt without a record cannot be exported', async () => {
    const runtime = await testRuntime({}, { state: await openDatabase() })
    const jobId = await runtime.jobs.submit({
      manifestCid: await runtime.dag.put({ data: utf8('x') }),
      spec: { kind: { Echo: { payload: 'x' } } },
      costMana: 1n,
    })
    const { receiptCid } = await runtime.jobs.wait(jobId)
    await expect(runtime.receipts.export(receiptCid!)).rejects.toMatchObject({
      code: 'MissingOrInvalidReceipt',
      data: { reason: 'incomplete' },
    })
    await runtime.close()
  })
})
