import { readFileSync } from 'node:fs'
import { expect, test } from 'icn-runtime-web/testing'

test('the contract returns 42 and its receipt outlives a crash', async ({ icn }) => {
  const { result, receiptCid } = await icn.run(new Uint8Array(readFileSync('hello.wasm')))
  expect(result).toBe(42n)
  await icn.crash()
  expect(await icn.receipts.get(receiptCid)).toMatchObject({ signatureValid: true })
})

test('the same contract leaves the same receipt in every run, seen from every tab', async ({ icn }) => {
  const other = await icn.tab()
  const told = other.heard('receipt')
  const { receiptCid, jobId } = await icn.run(new Uint8Array(readFileSync('hello.wasm')))
  expect(await told).toMatchObject({ cid: receiptCid, jobId, success: true })
  await icn.reload()
  expect((await icn.jobs.status(jobId)).state).toBe('Completed')
  await expect(icn.mana.spend(10n ** 9n)).rejects.toMatchObject({ name: 'IcnError', code: 'Economic' })
})

test('what a file holds, streams and mistakes reach the node as they are meant', async ({ icn }) => {
  const { receiptCid } = await icn.run(readFileSync('hello.wasm'))
  const copy = await icn.dag.export()
  expect(copy).toBeInstanceOf(ReadableStream)
  expect(await icn.dag.import(copy)).toMatchObject({ added: 0, state: 'kept' })
  expect(
    await icn.receipts.importAndVerify(Buffer.from(await icn.receipts.export(receiptCid))),
  ).toMatchObject({ status: 'verified', receiptCid })
  await expect(icn.mana.ballance()).rejects.toMatchObject({
    code: 'InvalidSystemApiCall',
    message: 'The runtime has no method named mana.ballance.',
  })
  for (const odd of [{ signal: AbortSignal.timeout(1_000) }, { onProgress() {} }])
    await expect(icn.run(receiptCid, odd)).rejects.toMatchObject({ code: 'InvalidSpec' })
})
