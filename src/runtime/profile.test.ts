/** `run` with `profile`: the same run with the same record, and where its fuel went, down to the host's share. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ROOT } from '../../scripts/build-guests.mjs'
import type { IcnRuntime, RunResult } from '../protocol/api.ts'
import { createRuntime } from './create.ts'

const { samples } = JSON.parse(readFileSync(join(ROOT, 'public/samples/index.json'), 'utf8')) as {
  samples: { id: string; ends: string }[]
}
const bytesOf = (id: string) => new Uint8Array(readFileSync(join(ROOT, `public/samples/${id}.wasm`)))

let runtime: IcnRuntime
beforeEach(async () => {
  runtime = await createRuntime({
    storage: 'memory',
    environment: 'testing',
    identitySeed: new Uint8Array(32).fill(1),
    fixedTime: 1_760_000_000,
    manaRegeneration: false,
    integrityCheck: false,
  })
})
afterEach(() => runtime.close())

/** What of a result must not depend on whether it is profiled; the price falls with the reputation of the run before. */
const comparable = ({ jobId, receipt, receiptCid, elapsedMs, manaCharged, profile, ...rest }: RunResult) => ({
  ...rest,
  logs: rest.logs.map(({ message }) => message.replace(/b[a-z2-7]{56}/, 'CID')),
  result: rest.hostCalls.some(({ name }) => name === 'host_submit_mesh_job') ? 'an id' : rest.result,
  hostCalls: rest.hostCalls.map(({ name, fuel }) => [name, fuel]),
})

test.each(samples.filter(({ ends }) => ends !== 'memoryLimit'))('$id', async ({ id }) => {
  const plain = await runtime.run(bytesOf(id))
  const run = await runtime.run(bytesOf(id), { profile: true })
  // These two tell what is left of the balance, of which the second run holds less.
  if (id === 'spend-mana' || id === 'greeting') expect(run.fuelUsed).toBe(plain.fuelUsed)
  else expect(comparable(run)).toEqual(comparable(plain))
  expect(plain.profile).toBeUndefined()

  const { fuel, beyond, outside, functions } = run.profile!
  expect(outside).toBe(0n)
  expect(functions.reduce((sum, one) => sum + one.fuel, 0n)).toBe(fuel)
  expect(fuel - beyond).toBe(run.fuelUsed)
  if (run.success) expect(beyond).toBe(0n)
  const byHost = (calls: readonly { name: string; fuel: bigint }[]) => {
    const sums: Record<string, bigint> = {}
    for (const call of calls) sums[call.name] = (sums[call.name] ?? 0n) + call.fuel
    return sums
  }
  const imports = functions.filter(({ name }) => name.startsWith('icn.'))
  expect(byHost(imports.map((one) => ({ ...one, name: one.name.slice(4) })))).toEqual(byHost(run.hostCalls))
  // Nothing of it is in the record, so the receipt verifies like any other.
  expect(await runtime.receipts.verify(run.receiptCid)).toEqual(
    await runtime.receipts.verify(plain.receiptCid),
  )
})

test('names functions, and the loops of an endless one hold nearly all', async () => {
  const { profile } = await runtime.run(bytesOf('endless'), { profile: true })
  const main = profile!.functions.find(({ name }) => name === 'run')!
  expect(main.calls).toBe(1n)
  expect(main.loops.reduce((sum, loop) => sum + loop.fuel, 0n)).toBeGreaterThan(999_000n)
})

test('a profiled module is listed once, with the size it has unprofiled', async () => {
  const bytes = bytesOf('patronage')
  const { meteredSize } = await runtime.modules.inspect(bytes)
  await runtime.run(bytes, { profile: true })
  await runtime.run(bytes, { profile: true })
  expect((await runtime.modules.list()).items.map((item) => item.meteredSize)).toEqual([meteredSize])
})

test('profile must be a boolean', async () => {
  const run = runtime.run(bytesOf('hello'), { profile: 'yes' as unknown as boolean })
  await expect(run).rejects.toMatchObject({ code: 'InvalidSpec', data: { name: 'profile' } })
  expect((await runtime.jobs.list()).items).toEqual([])
})
