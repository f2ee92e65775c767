/**
 * A run is the same wherever it is made: receipts with their records leave Chromium as files, and Node's runtime makes each
 * run again and compares every byte of its record; and the other way round.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createRuntime } from '../src/runtime/create.ts'
import { fromWat } from '../src/wasm/fixtures/wat.ts'
import { expect, openHarness, test } from './harness.ts'

const root = join(import.meta.dirname, '..')
const fileIn = (folder: string, name: string) => new Uint8Array(readFileSync(join(root, folder, name)))
const named = (folder: string) => readdirSync(join(root, folder)).filter((name) => name.endsWith('.wasm'))

/** NaNs of every making, their bits returned; memory that grows; recursion without end. */
const WRITTEN = {
  nan: `(module (func (export "run") (result i64)
    (i64.xor
      (i64.reinterpret_f64 (f64.div (f64.const 0) (f64.const 0)))
      (i64.add
        (i64.reinterpret_f64 (f64.sqrt (f64.const -1)))
        (i64.extend_i32_u (i32.reinterpret_f32 (f32.sub (f32.const inf) (f32.const inf))))))))`,
  'nan payload': `(module (func (export "run") (result i64)
    (i64.reinterpret_f64 (f64.add (f64.const nan:0x123456) (f64.const 1)))))`,
  'memory growth': `(module (memory (export "memory") 1) (func (export "run") (result i64) (local i32)
    (loop (br_if 0 (i32.ne (memory.grow (i32.const 7)) (i32.const -1))))
    (i64.extend_i32_u (memory.size))))`,
  recursion: `(module (func $f (param i64) (result i64) (i64.add (call $f (i64.add (local.get 0) (i64.const 1))) (i64.const 1)))
    (func (export "run") (result i64) (call $f (i64.const 0))))`,
} as const

function corpus(): [name: string, bytes: Uint8Array][] {
  return [
    ...named('public/samples')
      .filter((name) => name !== 'too-big.wasm')
      .map((name): [string, Uint8Array] => [name, fileIn('public/samples', name)]),
    ...Object.entries(WRITTEN).map(([name, wat]): [string, Uint8Array] => [name, fromWat(wat)]),
  ]
}

const options = {
  storage: 'memory',
  environment: 'testing',
  fixedTime: 1_760_000_000,
  identitySeed: new Uint8Array(32).fill(1),
  initialMana: 1_000_000n,
  manaRegeneration: false,
  integrityCheck: false,
  limits: { fuel: 2_000_000n },
} as const

test('records made in Chromium and in Node are the same to the byte', async ({ harness }) => {
  test.setTimeout(240_000)
  await openHarness(harness)
  await harness.evaluate(async (options) => {
    globalThis.runtime = await icn.startRuntime(options)
  }, options)
  // A failure names the function it happened in, which engines tell in their stacks; the test runner rewrites those.
  const rewriting = Error.prepareStackTrace
  Reflect.deleteProperty(Error, 'prepareStackTrace')
  const node = await createRuntime(options)
  const ends = new Set<string>()
  for (const [name, bytes] of corpus()) {
    const there = await harness.evaluate(async (list) => {
      const module = Uint8Array.from(list)
      const { receiptCid, success, failure } = await runtime.run(module)
      const file = await runtime.receipts.export(receiptCid)
      return { file: [...file], end: success ? 'done' : (failure?.reason ?? '') }
    }, Array.from(bytes))
    ends.add(there.end)
    const answer = await node.receipts.importAndVerify(Uint8Array.from(there.file))
    expect(answer, name).toMatchObject({ status: 'verified' })
    const here = await node.run(bytes)
    const again = await node.receipts.export(here.receiptCid)
    const back = await harness.evaluate(
      (list) => runtime.receipts.importAndVerify(Uint8Array.from(list)),
      Array.from(again),
    )
    expect(back, name).toMatchObject({ status: 'verified' })
  }
  expect(ends.has('done')).toBe(true)
  expect(ends.size).toBeGreaterThan(2)
  await node.close()
  Object.assign(Error, { prepareStackTrace: rewriting })
})
