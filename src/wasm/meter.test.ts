import { describe, expect, it } from 'vitest'
import { IcnError } from '../common/errors.ts'
import { fromWat, toWat } from './fixtures/wat.ts'
import { DEFAULT_LIMITS, inspect, instantiate, meter } from './index.ts'
import type { WasmLimits } from './types.ts'

function refusal(run: () => unknown): IcnError {
  try {
    run()
  } catch (error) {
    if (IcnError.is(error)) return error
    throw error
  }
  throw new Error('nothing was refused')
}

const many = (count: number, text: (i: number) => string) =>
  Array.from({ length: count }, (_, i) => text(i)).join(' ')

/** For each limit a module that has exactly so many, and one more. */
const AT_LIMIT: readonly (readonly [keyof WasmLimits, number, (count: number) => string])[] = [
  ['memoryPages', 3, (n) => `(module (memory ${n}))`],
  ['memoryPages', 3, (n) => `(module (memory 1 ${n}))`],
  ['tableElements', 5, (n) => `(module (table ${n} funcref))`],
  ['tables', 2, (n) => `(module ${many(n, () => '(table 1 funcref)')})`],
  ['functions', 3, (n) => `(module (import "a" "b" (func)) ${many(n, () => '(func)')})`],
  ['globals', 3, (n) => `(module ${many(n, () => '(global i32 (i32.const 0))')})`],
  ['imports', 3, (n) => `(module ${many(n, () => '(import "a" "b" (func))')})`],
  ['exports', 3, (n) => `(module (memory 1) ${many(n, (i) => `(export "m${i}" (memory 0))`)})`],
  ['types', 3, (n) => `(module ${many(n, () => '(type (func))')})`],
  ['signatureValues', 3, (n) => `(module (type (func (param ${many(n, () => 'i32')}))))`],
  ['signatureValues', 3, (n) => `(module (type (func (result ${many(n, () => 'i32')}))))`],
  ['dataSegments', 3, (n) => `(module (memory 1) ${many(n, () => '(data (i32.const 0) "x")')})`],
  ['elementSegments', 3, (n) => `(module (table 1 funcref) ${many(n, () => '(elem (i32.const 0))')})`],
  ['functionBytes', 12, (n) => `(module (func ${many(n - 2, () => '(nop)')}))`],
  ['locals', 5, (n) => `(module (func (param i32) ${many(n - 1, () => '(local i64)')}))`],
  ['nesting', 4, (n) => `(module (func ${'(block '.repeat(n)} ${')'.repeat(n)}))`],
  ['operands', 5, (n) => `(module (func ${many(n, () => 'i32.const 1')} ${many(n, () => 'drop')}))`],
  ['brTableTargets', 4, (n) => `(module (func (br_table ${many(n + 1, () => '0')} (i32.const 0))))`],
]

describe('limits', () => {
  it.each(AT_LIMIT)('%s: %i passes, one more is refused by name', (name, limit, wat) => {
    const limits = { [name]: limit }
    expect(() => meter(fromWat(wat(limit)), { limits })).not.toThrow()
    expect(refusal(() => meter(fromWat(wat(limit + 1)), { limits }))).toMatchObject({
      code: 'ResourceLimitExceeded',
      data: { limitName: name, limit, actual: limit + 1 },
    })
  })

  it('count the module’s bytes', () => {
    const bytes = fromWat('(module (func))')
    expect(() => meter(bytes, { limits: { moduleBytes: bytes.length } })).not.toThrow()
    expect(refusal(() => meter(bytes, { limits: { moduleBytes: bytes.length - 1 } })).data).toMatchObject({
      limitName: 'moduleBytes',
    })
  })

  it('default to icn-core’s numbers', () => {
    expect(DEFAULT_LIMITS).toMatchObject({
      moduleBytes: 52_428_800,
      memoryPages: 160,
      tableElements: 10_000,
      tables: 10,
      functions: 1_000,
      globals: 100,
      callDepth: 1_024,
    })
  })

  it('that are unknown or no whole numbers are refused', () => {
    const bytes = fromWat('(module)')
    for (const limits of [{ pages: 3 }, { memoryPages: -1 }, { memoryPages: 1.5 }, { tables: Number.NaN }])
      expect(refusal(() => meter(bytes, { limits: limits as Partial<WasmLimits> })).code).toBe('InvalidSpec')
  })

  it('and bytes that are none are refused by name', () => {
    for (const bytes of [undefined, 'abc', new ArrayBuffer(8)])
      expect(refusal(() => meter(bytes as unknown as Uint8Array))).toMatchObject({
        code: 'InvalidSpec',
        message: expect.stringContaining('The module must be a Uint8Array'),
      })
  })

  it('bound a memory without a maximum', () => {
    expect(toWat(meter(fromWat('(module (memory 1))')).bytes)).toContain('1 160)')
  })
})

describe('features', () => {
  it.each([
    ['threads', '(module (memory 1 1 shared))'],
    ['threads', '(module (memory 1) (func (atomic.fence)))'],
    ['memory64', '(module (memory i64 1))'],
    ['multi-memory', '(module (memory 1) (memory 1))'],
    ['exceptions', '(module (tag))'],
    ['exceptions', '(module (func (try (do) (catch_all))))'],
    [
      'relaxed-simd',
      '(module (func (drop (i8x16.relaxed_swizzle (v128.const i64x2 0 0) (v128.const i64x2 0 0)))))',
    ],
    ['imported-memory', '(module (import "a" "b" (memory 1)))'],
    ['imported-table', '(module (import "a" "b" (table 1 funcref)))'],
    ['imported-global', '(module (import "a" "b" (global i32)))'],
  ])('%s is refused by name and place: %s', (feature, wat) => {
    const error = refusal(() => meter(fromWat(wat)))
    expect(error).toMatchObject({
      code: 'WasmExecutionError',
      data: { reason: 'unsupportedFeature', feature },
    })
    expect(error.message).toContain(feature)
    expect(error.data.offset).toBeGreaterThan(8)
  })

  it('gc types are refused', () => {
    const struct = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 4, 1, 0x5f, 0, 0)
    expect(refusal(() => inspect(struct)).data).toMatchObject({ feature: 'gc', section: 'type' })
  })

  it.each([
    ['sign-extension', '(func (drop (i32.extend8_s (i32.const 1))))'],
    ['saturating-float-to-int', '(func (drop (i32.trunc_sat_f32_s (f32.const 1))))'],
    ['multi-value', '(func (result i32 i32) (i32.const 1) (i32.const 2))'],
    ['bulk-memory', '(memory 1) (func (memory.fill (i32.const 0) (i32.const 0) (i32.const 0)))'],
    ['reference-types', '(table 1 externref) (func (table.set 0 (i32.const 0) (ref.null extern)))'],
    ['tail-call', '(func $f (return_call $f))'],
    ['simd', '(func (drop (v128.const i64x2 0 0)))'],
    ['mutable-globals', '(global (export "g") (mut i32) (i32.const 0))'],
  ])('%s is accepted and named', (feature, body) => {
    const bytes = fromWat(`(module ${body})`)
    expect(inspect(bytes).features).toContain(feature)
    expect(() => meter(bytes)).not.toThrow()
  })
})

const RICH = `(module
  (type $t (func (param i32) (result i32)))
  (import "a" "b" (func $h (type $t)))
  (table 3 funcref) (memory 1 2) (global $g (mut i64) (i64.const -5))
  (export "run" (func $run)) (start $s)
  (elem (i32.const 0) $h $run)
  (func $run (type $t) (local f64 i64)
    (loop (br_if 0 (i32.const 0))) (block (br_table 0 0 (local.get 0)))
    (call_indirect (type $t) (local.get 0) (i32.const 0)))
  (func $s (f64.store (i32.const 8) (f64.const 1)))
  (data (i32.const 0) "hello"))`

describe('malformed modules', () => {
  const bytes = fromWat(RICH)

  it('cut anywhere are refused, with section and offset', () => {
    for (let length = 0; length < bytes.length; length++) {
      // A cut between two sections that leaves a whole module is the only good one.
      const cut = bytes.slice(0, length)
      if (WebAssembly.validate(cut)) continue
      const error = refusal(() => meter(cut))
      expect(error.code, `cut at ${length}`).toBe('WasmExecutionError')
      if (error.data.reason === 'malformed') {
        expect(error.data.offset, `cut at ${length}`).toBeLessThanOrEqual(length)
        expect(error.data.section).not.toBe('')
      }
    }
  })

  it('with any one byte changed are refused as IcnError or stay valid', () => {
    for (let at = 0; at < bytes.length; at++)
      for (const value of [0x00, 0x7f, 0x80, 0xff, bytes[at]! ^ 1]) {
        const changed = bytes.slice()
        changed[at] = value
        try {
          const metered = meter(changed)
          expect(WebAssembly.validate(metered.bytes), `byte ${at} = ${value}`).toBe(true)
        } catch (error) {
          expect(IcnError.is(error), `byte ${at} = ${value}: ${error}`).toBe(true)
        }
      }
  })

  const header = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]
  it.each([
    ['type', 1],
    ['import', 2],
    ['function', 3],
    ['table', 4],
    ['memory', 5],
    ['global', 6],
    ['export', 7],
    ['start', 8],
    ['element', 9],
    ['code', 10],
    ['data', 11],
    ['data count', 12],
  ])('a number of six bytes or with stray bits in the %s section', (section, id) => {
    for (const number of [
      [0x80, 0x80, 0x80, 0x80, 0x80, 0x00],
      [0xff, 0xff, 0xff, 0xff, 0x1f],
      [0x80, 0x80],
    ]) {
      const module = Uint8Array.from([...header, id, number.length, ...number])
      expect(refusal(() => meter(module)).data).toMatchObject({ reason: 'malformed', section })
    }
  })

  it('that claim more than there is allocate nothing', () => {
    const claims = Uint8Array.from([...header, 1, 5, 0xff, 0xff, 0xff, 0xff, 0x0f])
    expect(refusal(() => meter(claims)).data).toMatchObject({ section: 'type', offset: 10 })
  })

  it('that only the engine finds invalid are refused', () => {
    const bad = Uint8Array.from([...header, 1, 4, 1, 0x60, 0, 0, 3, 2, 1, 0, 10, 5, 1, 3, 0, 0x1a, 0x0b])
    expect(refusal(() => meter(bad)).data.reason).toBe('invalid')
  })

  it('that are not modules at all', () => {
    expect(refusal(() => meter(new Uint8Array())).data.section).toBe('header')
    expect(refusal(() => meter(Uint8Array.of(0x3c, 0x68))).data).toMatchObject({
      section: 'header',
      offset: 0,
    })
    expect(refusal(() => meter(Uint8Array.from([0, 0x61, 0x73, 0x6d, 13, 0, 1, 0]))).data.feature).toBe(
      'component-model',
    )
  })

  it('that export a name of the meter', () => {
    const error = refusal(() => meter(fromWat('(module (memory 1) (export "icn:fuel" (memory 0)))')))
    expect(error).toMatchObject({
      code: 'WasmExecutionError',
      data: { reason: 'reservedName', name: 'icn:fuel' },
    })
  })
})

describe('inspection', () => {
  it('tells what a module is', () => {
    expect(inspect(fromWat(RICH))).toMatchObject({
      imports: [{ module: 'a', name: 'b', kind: 'func', type: { params: ['i32'], results: ['i32'] } }],
      exports: [{ name: 'run', kind: 'func', type: { params: ['i32'], results: ['i32'] } }],
      functions: 2,
      memory: { initialPages: 1, maximumPages: 2 },
      tables: [{ initial: 3, maximum: null }],
      hasStart: true,
      features: [],
      customSections: [{ name: 'name' }],
      warnings: ['The module has a start function; it runs under the fuel budget.'],
    })
  })

  it('warns of what icn-core refuses', () => {
    expect(inspect(fromWat('(module (func (drop (v128.const i64x2 0 0))))')).warnings[0]).toContain('simd')
  })
})

it('keeps functions apart that are exported and referred to', () => {
  const wat = `(module (table 1 funcref) (func $f (export "f") (result i32) (i32.const 7))
    (func (export "g") (result i32) (table.set 0 (i32.const 0) (ref.func $f))
      (call_indirect (result i32) (i32.const 0))))`
  const run = instantiate(new WebAssembly.Module(meter(fromWat(wat)).bytes), {}, { fuel: 100n })
  expect(run.call('g', [])).toBe(7)
  expect(run.fuelUsed).toBe(8n)
})

it('drops sections that speak of code offsets and keeps the others', () => {
  const bytes = fromWat('(module (func $named))')
  const custom = (name: string) => [0, name.length + 2, name.length, ...new TextEncoder().encode(name), 1]
  const withCustoms = Uint8Array.from([...bytes, ...custom('.debug_info'), ...custom('mine')])
  const metered = new WebAssembly.Module(meter(withCustoms).bytes)
  expect(WebAssembly.Module.customSections(metered, '.debug_info')).toHaveLength(0)
  expect(WebAssembly.Module.customSections(metered, 'mine')).toHaveLength(1)
  expect(WebAssembly.Module.customSections(metered, 'name')).toHaveLength(1)
})

describe('the name section', () => {
  const named = fromWat(`(module (memory $m 1)
    (func $leaf (param $x i32) (result i32) (local $y i32) (local.tee $y (local.get $x)))
    (func $turn (export "f") (param $a i32) (result i32) (local $b i64) (local $c i32)
      (loop $again (local.set $b (i64.const 5)) (local.set $c (call $turn (call $leaf (local.get $a)))))
      (local.get $c)))`)

  it('keeps its names with the locals that metering moves', () => {
    const text = toWat(meter(named).bytes)
    expect(text).toMatch(/func \$leaf \(type 0\) \(param \$x i32\) \(result i32\)\s+\(local \$y i32\)/)
    expect(text).toMatch(
      /func \$turn \(type 1\) \(param \$a i32\) \(param i64 i32\) \(result i32 i64\)\s+\(local \$b i64\) \(local \$c i32\)/,
    )
    expect(text).toContain('memory $m')
  })

  it.each([0, 1, 2, 5, 9])('that ends %d bytes early costs nothing but names', (missing) => {
    const at = WebAssembly.Module.customSections(new WebAssembly.Module(named as BufferSource), 'name')[0]!
    const contents = new Uint8Array(at).subarray(0, at.byteLength - missing)
    const bare = named.subarray(0, named.length - at.byteLength - 5)
    const end = bare.lastIndexOf(0, bare.length)
    const module = [
      ...bare.subarray(0, end),
      0,
      contents.length + 5,
      4,
      ...new TextEncoder().encode('name'),
      ...contents,
    ]
    const run = instantiate(new WebAssembly.Module(meter(Uint8Array.from(module)).bytes), {}, { fuel: 50n })
    expect(() => run.call('f', [1])).toThrow(/fuel|deep|depth/i)
  })
})
