/** On every path of the metered code the charges are the sum of what the original executes there: proven, not run. */
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { modules } from '../../../bench/metering/modules.mjs'
import { fromWat } from '../fixtures/wat.ts'
import { meter } from '../index.ts'
import type { WasmLimits } from '../types.ts'
import { type Decoded, decodeModule, type Instr } from './decode.ts'
import { generate } from './generator.ts'
import { checkBytes, checkPaths, type PathSums } from './paths/check.ts'

const folder = (path: string) => new URL(`../../../${path}/`, import.meta.url)
const named = (path: string, suffix: string) =>
  readdirSync(folder(path))
    .filter((name) => name.endsWith(suffix) && !name.endsWith('.metered.wat'))
    .map((name) => ({ name, file: new URL(name, folder(path)) }))
const texts = ['golden', 'hostile', 'fuel'].flatMap((name) => named(`src/wasm/fixtures/${name}`, '.wat'))
const binaries = [...named('bench/kernels', '.wasm'), ...named('public/samples', '.wasm')]

/** Both forms, with and without canonical NaNs. */
function check(bytes: Uint8Array, limits: Partial<WasmLimits> = {}): PathSums {
  checkBytes(bytes, meter(bytes, { limits, canonicalNaN: false }).bytes, limits)
  return checkBytes(bytes, meter(bytes, { limits }).bytes, limits)
}
/** What larger programs need. */
const ROOM: Partial<WasmLimits> = {
  memoryPages: 65_536,
  tableElements: 10_000_000,
  functions: 100_000,
  functionBytes: 10_000_000,
  dataSegments: 100_000,
  globals: 10_000,
  exports: 10_000,
  imports: 10_000,
  types: 10_000,
  nesting: 10_000,
}

describe('charges on every path are the sum of the original', () => {
  test.each(texts)('$name', ({ file }) => {
    const bytes = fromWat(readFileSync(file, 'utf8'))
    // Older engines know no arithmetic in constant expressions.
    if (WebAssembly.validate(bytes as Uint8Array<ArrayBuffer>)) check(bytes, ROOM)
  })
  test.each(binaries)('$name', ({ file }) => {
    check(new Uint8Array(readFileSync(file)), ROOM)
  })
  test('packages from npm', { timeout: 120_000 }, async () => {
    const sums = { functions: 0, constant: 0, counted: 0 }
    for (const { bytes } of await modules()) {
      const one = checkBytes(bytes, meter(bytes, { limits: ROOM }).bytes, ROOM)
      for (const key of ['functions', 'constant', 'counted'] as const) sums[key] += one[key]
    }
    expect(sums.functions).toBeGreaterThan(8_000)
    expect(sums.constant).toBeGreaterThan(200)
    expect(sums.counted).toBeGreaterThan(50)
  })
  test('2,000 random modules', { timeout: 120_000 }, () => {
    let counted = 0
    for (let seed = 3_000_000; seed < 3_002_000; seed++) {
      const { bytes } = generate(seed)
      const metered = meter(bytes, { canonicalNaN: seed % 2 === 0 }).bytes
      try {
        counted += checkBytes(bytes, metered).counted
      } catch (error) {
        throw new Error(`seed ${seed}`, { cause: error })
      }
    }
    expect(counted).toBeGreaterThan(100)
  })
})

/** The module with one instruction of one body exchanged. */
function exchange(module: Decoded, body: number, at: number, by: Partial<Instr>): Decoded {
  const bodies = [...module.bodies]
  const code = [...bodies[body]!.code]
  code[at] = { ...code[at]!, ...by }
  bodies[body] = { ...bodies[body]!, code }
  return { ...module, bodies }
}

const LOCAL_GET = 0x20
const LOCAL_TEE = 0x22
const I64_CONST = 0x42
const I64_LE_S = 0x57

/** Every amount that is charged, given back or compared with, one more and one less; every comparison turned around. */
function* mutants(original: Decoded, metered: Decoded): Generator<{ what: string; mutant: Decoded }> {
  for (const [body, { code }] of metered.bodies.entries())
    for (const [at, { op, x }] of code.entries()) {
      const before = code[at - 1]
      const index = metered.imports.length + body
      // Metering's own locals lie behind the parameters; its globals behind the module's.
      const params = original.types[original.funcs[index] ?? -1]?.params.length
      const isRead = before?.op === LOCAL_GET || before?.op === LOCAL_TEE
      const counter =
        (isRead && before.a === params && metered.funcs[index] !== original.funcs[index]) ||
        (before?.op === 0x23 && params === undefined && before.a >= original.globals.length)
      if (!counter) continue
      if (op === I64_CONST)
        for (const by of [1n, -1n])
          yield {
            what: `${index}:${at} by ${by}`,
            mutant: exchange(metered, body, at, { x: (x as bigint) + by }),
          }
      if (op === I64_CONST && code[at + 1]?.op === I64_LE_S)
        for (const other of [0x53, 0x55, 0x59])
          yield {
            what: `${index}:${at + 1} as ${other}`,
            mutant: exchange(metered, body, at + 1, { op: other }),
          }
    }
}

describe('a charge altered by one is found', () => {
  const all = [
    ...named('src/wasm/fixtures/golden', '.wat').map((one) => ({
      ...one,
      read: () => fromWat(readFileSync(one.file, 'utf8')),
    })),
    ...named('bench/kernels', '.wasm').map((one) => ({
      ...one,
      read: () => new Uint8Array(readFileSync(one.file)),
    })),
  ]
  test.each(all)('$name', ({ read }) => {
    const bytes = read()
    const original = decodeModule(bytes)
    const metered = decodeModule(meter(bytes).bytes)
    let tried = 0
    for (const { what, mutant } of mutants(original, metered)) {
      expect(() => checkPaths(original, mutant), what).toThrow()
      tried++
    }
    expect(tried).toBeGreaterThan(2)
  })
})

const GROWS: readonly number[] = [0x40, 0xfc0f]

test('bounded growth altered in any instruction is found', () => {
  const bytes =
    fromWat(`(module (memory 1) (table 1 funcref) (table 1 50 externref) (func (export "f") (result i32)
    (drop (memory.grow (i32.const 1)))
    (drop (table.grow 0 (ref.null func) (i32.const 1)))
    (table.grow 1 (ref.null extern) (i32.const 1))))`)
  const original = decodeModule(bytes)
  const metered = decodeModule(meter(bytes).bytes)
  checkPaths(original, metered)
  let tried = 0
  for (const [body, { code }] of metered.bodies.entries()) {
    if (body < original.bodies.length || !code.some(({ op }) => GROWS.includes(op))) continue
    for (const [at, { op, a, x }] of code.entries()) {
      const others = [
        { op: op ^ 1 },
        { a: a + 1 },
        { a: a - 1 },
        ...(typeof x === 'bigint' ? [{ x: x + 1n }] : []),
      ]
      for (const by of others) {
        // Operators without immediates have nothing there to alter.
        if ('a' in by && ((op >= 0x45 && op < 0xfc00) || op === 0x05 || op === 0x0b || typeof x === 'bigint'))
          continue
        const mutant = exchange(metered, body, at, by)
        expect(
          () => checkPaths(original, mutant),
          `${body}:${at} ${JSON.stringify(Object.keys(by))}`,
        ).toThrow()
        tried++
      }
    }
  }
  expect(tried).toBeGreaterThan(90)
})

test('growth of another table, and of a table without its stand-in, is found', () => {
  const bytes = fromWat(`(module (table 1 funcref) (table 1 funcref) (func (export "f") (result i32)
    (drop (table.grow 0 (ref.null func) (i32.const 1)))
    (table.grow 1 (ref.null func) (i32.const 1))))`)
  const original = decodeModule(bytes)
  const metered = decodeModule(meter(bytes).bytes)
  const calls = metered.bodies[0]!.code.flatMap(({ op, a }, at) => (op === 0x10 ? [{ at, a }] : []))
  expect(calls).toHaveLength(2)
  const [first, second] = calls
  const swapped = exchange(metered, 0, first!.at, { a: second!.a })
  expect(() => checkPaths(original, swapped)).toThrow('a table grows unbounded')
  const bare = exchange(metered, 0, first!.at, { op: 0xfc0f, a: 0 })
  expect(() => checkPaths(original, bare)).toThrow('a table grows unbounded')
})
