import { expect, it } from 'vitest'
import { utf8 } from '../common/bytes.ts'
import { guest, jobJson, testRuntime } from './fixtures/world.ts'

const JOB = jobJson(1n, { Echo: { payload: 'x' } })
const SUBMIT = `(import "icn" "host_submit_mesh_job" (func $submit (param i32 i32) (result i64)))
  (import "icn" "host_get_current_time" (func $time (result i64)))
  (import "icn" "host_last_error_code" (func $code (result i32)))`
const twice = () =>
  guest(
    `(drop (call $submit (i32.const 0) (i32.const ${JOB.length}))) (call $submit (i32.const 0) (i32.const ${JOB.length}))`,
    SUBMIT,
    JOB,
  )

/** The module with a custom section at its end. */
function withSection(bytes: Uint8Array, json: string): Uint8Array {
  const name = utf8('icn:capabilities')
  const body = [name.length, ...name, ...utf8(json)]
  return Uint8Array.from([...bytes, 0, body.length, ...body])
}

it('a run makes only the calls it was granted, and its record verifies', async () => {
  const runtime = await testRuntime()
  const refused = await runtime.run(guest('(call $time)', SUBMIT), { capabilities: { calls: [] } })
  expect(refused).toMatchObject({ success: true, result: 0n })
  expect(refused.hostCalls[0]?.error).toBe(
    'host_get_current_time is not among the calls granted to this run.',
  )
  expect(await runtime.receipts.verify(refused.receiptCid)).toEqual({ status: 'verified' })
  await runtime.close()
})

it('a run submits as many jobs as it was granted, and they may submit none', async () => {
  const runtime = await testRuntime()
  const run = await runtime.run(twice(), { capabilities: { jobs: 1 } })
  expect(run).toMatchObject({ success: true, result: 0n })
  expect(run.hostCalls[1]?.error).toBe('This run was granted 1 jobs and may submit no more.')
  expect((await runtime.jobs.list()).items).toHaveLength(2)
  expect(await runtime.receipts.verify(run.receiptCid)).toEqual({ status: 'verified' })
  await runtime.close()
})

it('a run that costs more mana than granted is ended, and nothing of it stays', async () => {
  const runtime = await testRuntime()
  const run = await runtime.run(twice(), { capabilities: { mana: 1n } })
  expect(run).toMatchObject({
    success: false,
    failure: { code: 'ResourceLimitExceeded', reason: 'manaGrant' },
  })
  expect((await runtime.jobs.list()).items).toHaveLength(1)
  expect(await runtime.mana.balance()).toBe(1_000n)
  await runtime.close()
})

it('a module gets no more than it declares, and inspect shows it before the first run', async () => {
  const runtime = await testRuntime()
  const bytes = withSection(twice(), '{"calls":["host_submit_mesh_job"],"jobs":1}')
  const declared = { calls: ['host_submit_mesh_job'], mana: null, storeBytes: null, jobs: 1 }
  expect((await runtime.modules.inspect(bytes)).capabilities).toEqual(declared)
  const { cid } = await runtime.modules.add(bytes)
  expect((await runtime.modules.get(cid))?.capabilities).toEqual(declared)
  const run = await runtime.run(cid, { capabilities: { jobs: 5 } })
  expect(run.hostCalls.map(({ error }) => error === undefined)).toEqual([true, false])
  await runtime.close()
})

it('a section or a grant of another shape is refused by name', async () => {
  const runtime = await testRuntime()
  for (const json of ['{"all":true}', '[]', '{"jobs":-1}', '{"calls":"all"}', 'no json']) {
    await expect(runtime.modules.inspect(withSection(twice(), json)), json).rejects.toThrow(
      /icn:capabilities/,
    )
  }
  const run = runtime.run(twice(), { capabilities: { jobs: 1.5 } })
  await expect(run).rejects.toThrow('capabilities.jobs must be a whole number from 0 to 9007199254740991')
  await runtime.close()
})
