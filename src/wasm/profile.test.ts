import { expect, it } from 'vitest'
import { IcnError } from '../common/errors.ts'
import { fromWat } from './fixtures/wat.ts'
import { instantiate, meter } from './index.ts'
import type { FuelProfile, HostImports, InstanceOptions, MeteredInstance } from './types.ts'

function start(
  wat: string,
  options: Partial<InstanceOptions> = {},
  imports: HostImports = {},
): MeteredInstance {
  const { bytes } = meter(fromWat(wat), { profile: true })
  return instantiate(new WebAssembly.Module(bytes), imports, { fuel: 10_000n, ...options })
}

/** How a call is stopped, and the profile then. */
function stopped(run: MeteredInstance, name = 'f'): { reason: unknown; profile: FuelProfile } {
  try {
    run.call(name, [])
  } catch (error) {
    if (IcnError.is(error)) return { reason: error.data.reason, profile: run.profile! }
    throw error
  }
  throw new Error('nothing was thrown')
}

const NESTED = `(module
  (func $twice (param i32) (result i32) (i32.mul (local.get 0) (i32.const 2)))
  (func $main (export "f") (local $i i32) (local $j i32)
    (loop $outer
      (local.set $j (i32.const 0))
      (loop $inner
        (br_if $inner (i32.lt_u (local.tee $j (i32.add (local.get $j) (i32.const 1))) (i32.const 3))))
      (local.set $i (i32.add (local.get $i) (call $twice (i32.const 1))))
      (br_if $outer (i32.lt_u (local.get $i) (i32.const 4))))))`

it('counts by function and by innermost loop', () => {
  const run = start(NESTED)
  run.call('f', [])
  const bytes = fromWat(NESTED)
  const offsets = [...bytes.keys()].filter((at) => bytes[at] === 0x03 && bytes[at + 1] === 0x40)
  expect(run.profile).toEqual({
    fuel: run.fuelUsed,
    beyond: 0n,
    outside: 0n,
    functions: [
      { index: 0, name: 'twice', fuel: 8n, calls: 2n, loops: [] },
      {
        index: 1,
        name: 'main',
        fuel: 1n + 2n * 11n + 6n * 7n,
        calls: 1n,
        loops: [
          { offset: offsets[0], fuel: 2n * 11n, trips: 2n },
          { offset: offsets[1], fuel: 6n * 7n, trips: 6n },
        ],
      },
    ],
  })
})

it('is null without the option, and the module has no counters', () => {
  const { bytes } = meter(fromWat(NESTED))
  const module = new WebAssembly.Module(bytes)
  expect(instantiate(module, {}, { fuel: 1n }).profile).toBeNull()
  expect(WebAssembly.Module.exports(module).map(({ name }) => name)).not.toContain('icn:profile')
})

it('shows no function that was not called', () => {
  expect(start(NESTED).profile).toEqual({ fuel: 0n, beyond: 0n, outside: 0n, functions: [] })
  expect(start('(module)').profile).toEqual({ fuel: 0n, beyond: 0n, outside: 0n, functions: [] })
})

it('gives an import what the host charged while it ran, by nesting', () => {
  const run: MeteredInstance = start(
    `(module (import "host" "outer" (func $o)) (import "host" "inner" (func $i))
      (func (export "f") (call $o)) (func (export "g") (call $i)))`,
    {},
    {
      host: {
        outer: () => {
          run.chargeFuel(5n)
          run.call('g', [])
          run.chargeFuel(20n)
        },
        inner: () => run.chargeFuel(100n),
      },
    },
  )
  run.call('f', [])
  run.chargeFuel(1_000n)
  expect(run.profile).toEqual({
    fuel: 1_129n,
    beyond: 0n,
    outside: 1_000n,
    functions: [
      { index: 0, name: 'host.outer', fuel: 25n, calls: 1n, loops: [] },
      { index: 1, name: 'host.inner', fuel: 100n, calls: 1n, loops: [] },
      { index: 2, name: 'function 2', fuel: 2n, calls: 1n, loops: [] },
      { index: 3, name: 'function 3', fuel: 2n, calls: 1n, loops: [] },
    ],
  })
  expect(run.fuelUsed).toBe(1_129n)
})

it('of an endless loop is the budget and what the last trip overshot', () => {
  const { reason, profile } = stopped(
    start('(module (func (export "f") (loop (drop (i32.const 1)) (drop (i32.const 1)) (br 0))))', {
      fuel: 100n,
    }),
  )
  expect(reason).toBe('outOfFuel')
  expect(profile).toMatchObject({ fuel: 100n, beyond: 0n })
  expect(profile.functions[0]!.loops[0]).toMatchObject({ fuel: 99n, trips: 34n })
})

it('counts a function that is stopped at its entry', () => {
  const wat = '(module (func $g) (func (export "f") (drop (i32.const 1)) (call $g)))'
  const { reason, profile } = stopped(start(wat, { fuel: 4n }))
  expect(reason).toBe('outOfFuel')
  expect(profile).toMatchObject({ fuel: 4n, beyond: 0n })
  expect(profile.functions[0]).toMatchObject({ fuel: 1n, calls: 1n })
})

it('of a trapped run says what was executed, which used fuel does not know', () => {
  const run = start(`(module (memory 1) (func (export "f") (local i32)
    (loop (drop (i32.load (local.get 0))) (local.set 0 (i32.add (local.get 0) (i32.const 1024))) (br 0))))`)
  const { reason, profile } = stopped(run)
  expect(reason).toBe('outOfBounds')
  expect(profile.fuel).toBe(1n + 64n * 7n)
  expect(profile.fuel - profile.beyond).toBe(run.fuelUsed)
})

it('of a recursion that reaches its depth is exact', () => {
  const run = start('(module (func $f (export "f") (call $f)))', { callDepth: 50 })
  const { reason, profile } = stopped(run)
  expect(reason).toBe('callDepth')
  expect(profile).toMatchObject({ fuel: run.fuelUsed, beyond: 0n })
})

it('counts beyond 32 bits', () => {
  const wide = start(
    '(module (import "a" "b" (func $h)) (func (export "f") (call $h)))',
    { fuel: 1n << 60n },
    {
      a: { b: () => wide.chargeFuel((1n << 53n) + 1n) },
    } as HostImports,
  )
  wide.call('f', [])
  expect(wide.profile!.functions[0]!.fuel).toBe(9_007_199_254_740_993n)
})

it('does not count by a section the module brings along', () => {
  const foreign = [0, 13, 11, ...new TextEncoder().encode('icn:profile'), 9]
  const bytes = Uint8Array.from([...fromWat('(module (func (export "f")))'), ...foreign])
  const run = instantiate(new WebAssembly.Module(meter(bytes, { profile: true }).bytes), {}, { fuel: 9n })
  run.call('f', [])
  expect(run.profile!.fuel).toBe(1n)
})
