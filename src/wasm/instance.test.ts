import { describe, expect, it } from 'vitest'
import { IcnError } from '../common/errors.ts'
import { fromWat } from './fixtures/wat.ts'
import { instantiate, meter } from './index.ts'
import type { HostImports, InstanceOptions, MeteredInstance } from './types.ts'

function start(
  wat: string,
  options: Partial<InstanceOptions> = {},
  imports: HostImports = {},
): MeteredInstance {
  const { bytes } = meter(fromWat(wat))
  return instantiate(new WebAssembly.Module(bytes), imports, { fuel: 10_000n, ...options })
}

function failure(run: () => unknown): IcnError {
  try {
    run()
  } catch (error) {
    if (IcnError.is(error)) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

const STRAIGHT = '(module (func (export "f") (drop (i32.const 1)) (drop (i32.const 1))))'
const LOOP = `(module (func (export "f") (drop (i32.const 1)) (loop)
  (drop (i32.const 1)) (drop (i32.const 1))))`

it('a budget that is no bigint is refused by name', () => {
  for (const fuel of [5, undefined, -1n])
    expect(failure(() => start(STRAIGHT, { fuel } as Partial<InstanceOptions>))).toMatchObject({
      code: 'InvalidSpec',
      message: expect.stringContaining('fuel must be a bigint, 0 or more'),
    })
})

describe('fuel at the boundary, as Wasmtime 35 reports it', () => {
  it.each([
    ['straight, budget 1', STRAIGHT, 1n, null],
    ['straight, overshot by 1', STRAIGHT, 2n, 2n],
    ['straight, exact', STRAIGHT, 3n, 3n],
    ['straight, one left', STRAIGHT, 4n, 3n],
    ['loop header reached with nothing left', LOOP, 2n, null],
    ['loop header passed, overshot by 1', LOOP, 3n, 3n],
    ['loop, exact', LOOP, 4n, 4n],
    ['loop, one left', LOOP, 5n, 4n],
  ])('%s', (_name, wat, fuel, used) => {
    const run = start(wat, { fuel })
    if (used === null) {
      expect(failure(() => run.call('f', []))).toMatchObject({
        code: 'ResourceLimitExceeded',
        data: { reason: 'outOfFuel', fuelUsed: fuel },
      })
    } else {
      run.call('f', [])
      expect(run.fuelUsed).toBe(used)
    }
  })
})

describe('the start function', () => {
  it('runs under the budget', () => {
    expect(start('(module (func $s (drop (i32.const 1))) (start $s))').fuelUsed).toBe(2n)
  })

  it('is stopped when it loops for ever', () => {
    const error = failure(() => start('(module (func $spin (loop (br 0))) (start $spin))'))
    expect(error).toMatchObject({
      code: 'ResourceLimitExceeded',
      data: { reason: 'outOfFuel', function: 'spin' },
    })
  })
})

describe('where it stopped', () => {
  it('is told by the name section, else by the export, also when it was the entry that metering added', () => {
    const at = (source: string, fuel: bigint) =>
      failure(() => start(source, { fuel }).call('go', [])).data.function
    const leaf = '(module (func (export "go") (result i64) (i64.const 3)))'
    const caller = '(module (func $own (export "go") (call $inner)) (func $inner (loop (br 0))))'
    expect(at(leaf, 0n)).toBe('go')
    expect(at(caller, 0n)).toBe('own')
    expect(at(caller, 50n)).toBe('inner')
  })
})

describe('host calls', () => {
  const CALLS = `(module (import "a" "b" (func $h)) (func (export "f")
    (drop (i32.const 1)) (call $h) (drop (i32.const 1)) (drop (i32.const 1)) (call $h)))`

  it('see exact fuel', () => {
    const seen: bigint[] = []
    const run: MeteredInstance = start(
      CALLS,
      { fuel: 7n },
      { a: { b: () => void seen.push(7n - run.fuelUsed) } },
    )
    run.call('f', [])
    expect(seen).toEqual([4n, 1n])
    expect(run.fuelUsed).toBe(6n)
  })

  it('may charge', () => {
    const run: MeteredInstance = start(CALLS, { fuel: 100n }, { a: { b: () => run.chargeFuel(10n) } })
    run.call('f', [])
    expect(run.fuelUsed).toBe(26n)
  })

  it('stop the run when they charge the last of it', () => {
    const run: MeteredInstance = start(CALLS, { fuel: 100n }, { a: { b: () => run.chargeFuel(97n) } })
    expect(failure(() => run.call('f', []))).toMatchObject({ data: { reason: 'outOfFuel', fuelUsed: 100n } })
  })

  it('pass their own exceptions through', () => {
    const thrown = new Error('mine')
    const run = start(CALLS, {}, { a: { b: () => { throw thrown } } }) // biome-ignore format: one thought
    expect(() => run.call('f', [])).toThrow(thrown)
  })
})

describe('memory', () => {
  const GROW = '(module (memory 1) (func (export "f") (param i32) (result i32) (memory.grow (local.get 0))))'

  it('grows to the run’s limit and answers -1 beyond', () => {
    const run = start(GROW, { memoryPages: 3 })
    expect([
      run.call('f', [3]),
      run.call('f', [2]),
      run.call('f', [0]),
      run.call('f', [1]),
      run.call('f', [-1]),
    ]).toEqual([-1, 1, 3, -1, -1])
    expect(run.peakMemoryPages).toBe(3)
    expect(run.deniedGrowth).toEqual({ memory: 3, table: 0 })
  })

  it('counts what it denies whatever becomes of the run, and not what the module itself rules out', () => {
    const run = start(
      `(module (memory 1 2) (table $own 1 2 funcref) (table $open 1 externref)
        (func $both (param i32) (drop (memory.grow (local.get 0)))
          (drop (table.grow $own (ref.null func) (local.get 0)))
          (drop (table.grow $open (ref.null extern) (local.get 0))))
        (func (export "grow") (param i32) (call $both (local.get 0)))
        (func (export "trap") (param i32) (call $both (local.get 0)) (unreachable))
        (func $deep (export "deep") (param i32) (call $both (local.get 0)) (call $deep (local.get 0)))
        (func (export "loop") (param i32) (loop (call $both (local.get 0)) (br 0)))
        (func $start (call $both (i32.const 20_000))) (start $start))`,
      { memoryPages: 100, callDepth: 7, fuel: 1_000_000n },
    )
    expect(run.deniedGrowth).toEqual({ memory: 1, table: 2 })
    run.call('grow', [50])
    // Beyond the module's own maxima, below the limits; the second table grows to 51.
    expect(run.deniedGrowth).toEqual({ memory: 1, table: 2 })
    run.call('grow', [9_950])
    expect(run.deniedGrowth).toEqual({ memory: 2, table: 3 })
    expect(failure(() => run.call('trap', [20_000])).data.reason).toBe('unreachable')
    expect(run.deniedGrowth).toEqual({ memory: 3, table: 5 })
    expect(failure(() => run.call('deep', [20_000])).data.reason).toBe('callDepth')
    const { memory, table } = run.deniedGrowth
    expect(memory).toBeGreaterThan(4)
    expect(table).toBe(5 + (memory - 3) * 2)
    expect(failure(() => run.call('loop', [20_000])).data.reason).toBe('outOfFuel')
    expect(run.deniedGrowth.memory).toBeGreaterThan(memory + 50)
    expect(run.deniedGrowth.table).toBeGreaterThan(table + 100)
  })

  it('is not counted where nothing can grow', () => {
    const { bytes } = meter(fromWat('(module (memory 1) (table 1 funcref) (func (export "f")))'))
    const names = WebAssembly.Module.exports(new WebAssembly.Module(bytes)).map(({ name }) => name)
    expect(names).not.toContain('icn:memory-denied')
    expect(names).not.toContain('icn:table-denied')
    expect(start('(module (func (export "f")))').deniedGrowth).toEqual({ memory: 0, table: 0 })
  })

  it('is refused when it starts above the limit', () => {
    expect(failure(() => start('(module (memory 4))', { memoryPages: 3 }))).toMatchObject({
      code: 'ResourceLimitExceeded',
      data: { reason: 'memoryLimit', actual: 4, limit: 3 },
    })
  })
})

describe('traps', () => {
  it.each([
    ['unreachable', '(unreachable)'],
    ['outOfBounds', '(drop (i32.load (i32.const -1)))'],
    ['integerDivideByZero', '(drop (i32.div_s (i32.const 1) (i32.const 0)))'],
    ['integerDivideByZero', '(drop (i64.rem_u (i64.const 1) (i64.const 0)))'],
    ['integerOverflow', '(drop (i32.div_s (i32.const 0x80000000) (i32.const -1)))'],
    ['integerOverflow', '(drop (i32.trunc_f64_s (f64.const nan)))'],
    ['outOfBounds', '(call_indirect (type $t) (i32.const 9))'],
    ['indirectCallTypeMismatch', '(call_indirect (type $t) (i32.const 1))'],
    ['indirectCallTypeMismatch', '(call_indirect (type $t) (i32.const 0))'],
    ['outOfBounds', '(memory.fill (i32.const 65536) (i32.const 0) (i32.const 1))'],
    ['outOfBounds', '(drop (table.get 0 (i32.const 9)))'],
  ])('%s: %s', (reason, code) => {
    const run = start(`(module (type $t (func)) (table 2 funcref) (memory 1) (elem (i32.const 1) $other)
      (func $other (param i32)) (func $culprit ${code}) (func (export "f") (call $culprit)))`)
    expect(failure(() => run.call('f', []))).toMatchObject({
      code: 'WasmExecutionError',
      data: { reason, function: 'culprit' },
    })
  })
})
