/**
 * Modules nobody here wrote, through `runtime.run(bytes, { entry })`. Results are checked against another
 * implementation, fuel against Wasmtime 35.0.0 running the same bytes (recorded by scripts/record-guests.py, not run
 * here). Where a module needs input, it is linked with an adapter of ours: see
 * fixtures/third-party/README.md.
 */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createXXHash64 } from 'hash-wasm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hashWasm } from '../../scripts/build-guests.mjs'
import type { IcnRuntime, RunLimits } from '../protocol/api.ts'
import { createRuntime } from './create.ts'

const fixture = (name: string) =>
  new Uint8Array(readFileSync(new URL(`fixtures/third-party/${name}`, import.meta.url)))

function start(limits: Partial<RunLimits> = {}): Promise<IcnRuntime> {
  return createRuntime({
    storage: 'memory',
    environment: 'testing',
    identitySeed: new Uint8Array(32).fill(3),
    fixedTime: 1_760_000_000,
    manaRegeneration: false,
    integrityCheck: false,
    limits,
  })
}

let runtime: IcnRuntime
/** As a page that wants Emscripten's modules starts it: they declare that their memory may grow to 2 GiB. */
let roomy: IcnRuntime
beforeAll(async () => {
  runtime = await start()
  roomy = await start({ memoryPages: 32_768 })
})
afterAll(async () => {
  await runtime.close()
  await roomy.close()
})

/** [algorithm, entry, Wasmtime's fuel]. Hash_Final of a fresh instance pads and compresses a whole block. */
const HASH_WASM = [
  ['adler32', 'Hash_GetBuffer', 2n],
  ['adler32', 'Hash_Init', 4n],
  ['adler32', 'Hash_Final', 16n],
  ['blake2b', 'Hash_Final', 5_965n],
  ['blake2s', 'Hash_Final', 4_282n],
  ['blake3', 'Hash_GetState', 2n],
  ['bcrypt', 'Hash_GetBuffer', 2n],
  ['crc32', 'Hash_Final', 16n],
  ['crc64', 'Hash_Final', 48n],
  ['keccak', 'Hash_GetBuffer', 2n],
  ['md4', 'Hash_Final', 1_218n],
  ['md5', 'Hash_Init', 10n],
  ['md5', 'Hash_Final', 1_579n],
  ['ripemd160', 'Hash_Final', 3_959n],
  ['sha1', 'Hash_Final', 7_733n],
  ['sha256', 'Hash_Final', 5_138n],
  ['sha512', 'Hash_Final', 7_213n],
  ['sm3', 'Hash_Final', 9_117n],
  ['whirlpool', 'Hash_Final', 14_838n],
  ['xxhash32', 'Hash_Final', 68n],
  ['xxhash64', 'Hash_Init', 27n],
  ['xxhash64', 'Hash_Final', 106n],
  ['xxhash3', 'Hash_Final', 127n],
  ['xxhash128', 'Hash_Final', 236n],
] as const

describe('as published', () => {
  test.each(HASH_WASM)('hash-wasm %s, %s', async (algorithm, entry, fuel) => {
    const bytes = hashWasm(algorithm)
    const plain = new WebAssembly.Instance(new WebAssembly.Module(bytes))
    const expected = (plain.exports[entry] as () => number | undefined)()
    const run = await runtime.run(bytes, { entry })
    expect(run).toMatchObject({
      success: true,
      result: expected === undefined ? null : BigInt(expected),
      fuelUsed: fuel,
      memoryPeakPages: 2,
      hostCalls: [],
    })
    expect(run.receipt.success).toBe(true)
  })

  test('hash-wasm argon2 takes eight pages more of the memory it may grow into', async () => {
    const bytes = hashWasm('argon2')
    await expect(runtime.run(bytes, { entry: 'Hash_GetBuffer' })).rejects.toMatchObject({
      code: 'ResourceLimitExceeded',
      message:
        'The module has a declared maximum memory in pages of 32768; the limit is 160 (memory section, byte 61).',
      data: { reason: 'memoryLimit', actual: 32_768, limit: 160 },
    })
    const run = await roomy.run(bytes, { entry: 'Hash_GetBuffer' })
    expect(run).toMatchObject({ success: true, result: 131_072n, fuelUsed: 49n, memoryPeakPages: 10 })
  })

  test('es-module-lexer reads an empty source', async () => {
    const bytes = fixture('es-module-lexer-3.0.5.wasm')
    await expect(runtime.run(bytes, { entry: 'parse' })).rejects.toMatchObject({
      code: 'ResourceLimitExceeded',
      data: { reason: 'memoryLimit', limit: 160 },
    })
    const run = await roomy.run(bytes, { entry: 'parse' })
    // 1: no syntax error.
    expect(run).toMatchObject({ success: true, result: 1n, fuelUsed: 75n, memoryPeakPages: 258 })
  })

  test.each([
    ['lz4-wasm-nodejs-0.9.2.wasm', '__wbindgen_string_new', '__wbindgen_placeholder__'],
    ['as-sha256-0.3.1.wasm', 'abort', 'env'],
    ['as-sha256-1.2.5.wasm', 'abort', 'env'],
  ])('%s is refused for what it wants from elsewhere', async (file, name, module) => {
    await expect(runtime.run(fixture(file), { entry: 'run' })).rejects.toMatchObject({
      code: 'WasmExecutionError',
      message: `The module imports func "${name}" from "${module}"; only imports from "icn" are served.`,
      data: { reason: 'foreignImport' },
    })
  })

  test('xxhash-wasm is taken in with a warning: icn-core has no bulk memory', async () => {
    const info = await runtime.modules.inspect(fixture('xxhash-wasm-1.1.0.wasm'))
    expect(info.features).toContain('bulk-memory')
    expect(info.warnings).toContainEqual(
      'The module uses bulk-memory, which icn-core does not accept: it will not run there.',
    )
  })
})

describe('linked with an adapter', () => {
  const MESSAGE = 'The quick brown fox jumps over the lazy dog'
  const sha256 = createHash('sha256').update(MESSAGE).digest().readBigInt64BE(0)

  test('SHA-256 in C (hash-wasm)', async () => {
    const run = await runtime.run(fixture('sha256.linked.wasm'))
    expect(run).toMatchObject({ success: true, result: sha256, memoryPeakPages: 2 })
    expect(run.logs).toEqual([{ level: 'info', message: MESSAGE }])
    expect(run.hostCalls).toHaveLength(1)
    expect(run.fuelUsed - run.hostCalls[0]!.fuel).toBe(6_906n)
  })

  test('SHA-256 in AssemblyScript (as-sha256) gives the same', async () => {
    const run = await runtime.run(fixture('as-sha256.linked.wasm'))
    expect(run).toMatchObject({ success: true, result: sha256, fuelUsed: 25_274n, memoryPeakPages: 1 })
  })

  test('LZ4 in Rust compresses 4,096 bytes to 281 and back', async () => {
    const run = await runtime.run(fixture('lz4.linked.wasm'))
    expect(run).toMatchObject({ success: true, result: 281n, fuelUsed: 267_820n, memoryPeakPages: 18 })
  })

  test('XXH64 in WAT (xxhash-wasm) gives what XXH64 in C (hash-wasm) gives', async () => {
    const hasher = await createXXHash64(7, 0)
    const digest = hasher
      .init()
      .update(Uint8Array.from({ length: 1_000 }, (_, i) => i))
      .digest('hex')
    const run = await runtime.run(fixture('xxhash.linked.wasm'))
    // Wasmtime: 15,356; the bytes its memory.copy moves make two units more here.
    expect(run).toMatchObject({
      success: true,
      result: BigInt.asIntN(64, BigInt(`0x${digest}`)),
      fuelUsed: 15_358n,
    })
  })

  test('a lexer through Emscripten finds 40 imports', async () => {
    const run = await roomy.run(fixture('es-module-lexer.linked.wasm'))
    expect(run).toMatchObject({ success: true, result: 40n, fuelUsed: 35_379n, memoryPeakPages: 258 })
  })

  test('and is stopped like any contract when its fuel does not suffice', async () => {
    const run = await runtime.run(fixture('lz4.linked.wasm'), { fuel: 200_000n })
    expect(run).toMatchObject({
      success: false,
      result: null,
      fuelUsed: 200_000n,
      failure: { code: 'ResourceLimitExceeded', reason: 'outOfFuel' },
      receipt: { success: false },
    })
  })
})
