/**
 * Profile mode against the unprofiled module and the reference interpreter: results, totals and stops are the same, and
 * every function and loop has the fuel, calls and trips the interpreter counted, also when the run is stopped.
 */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { FUEL_TABLES, inspect, instantiate, meter } from '../index.ts'
import type { FuelProfile, MeteredInstance } from '../types.ts'
import { type Generated, generate } from './generator.ts'
import { decode, encodeResults, endOf, HOST } from './harness.ts'
import { DepthExceeded, Interpreter, OutOfFuel, type Profile } from './interpreter.ts'
import { HOST_IMPORTS, readValue } from './judge.ts'
import { WasmTrap } from './numeric.ts'

const PATIENCE = 5_000

function metered(module: WebAssembly.Module, { bytes, calls }: Generated, budget: number) {
  const types = new Map(inspect(bytes).exports.map((item) => [item.name, item.type]))
  const endings: string[] = []
  let instance: MeteredInstance | undefined
  const onInstance = (made: MeteredInstance) => {
    instance = made
  }
  try {
    const made = instantiate(module, HOST, { fuel: BigInt(budget), callDepth: 100_000_000, onInstance })
    for (const { name, args } of calls)
      endings.push(`${encodeResults(types.get(name)!.results, made.call(name, args.map(decode)))}`)
  } catch (error) {
    endings.push(endOf(error))
  }
  return { endings, used: instance?.fuelUsed ?? 0n, profile: instance?.profile ?? null }
}

function interpreted({ bytes, calls }: Generated, budget: number) {
  const { memoryBytesPerUnit, tableElementsPerUnit } = FUEL_TABLES['wasmtime-35']
  const machine = new Interpreter(bytes, {
    budget,
    depth: 700,
    imports: HOST_IMPORTS,
    memoryPages: 160,
    tableElements: 10_000,
    memoryBytesPerUnit,
    tableElementsPerUnit,
    profile: true,
  })
  let ending = 'done'
  try {
    machine.start()
    for (const { name, args } of calls) machine.call(name, args.map(readValue))
  } catch (error) {
    if (error instanceof OutOfFuel) ending = 'outOfFuel'
    else if (error instanceof DepthExceeded) ending = 'tooDeep'
    else if (error instanceof WasmTrap) ending = 'trap'
    else throw error
  }
  return { ending, fuel: machine.fuel, profile: machine.profile(), imported: machine.module.imports.length }
}

/** The defined functions in the interpreter's form. */
function defined({ functions }: FuelProfile, imported: number): Profile[] {
  return functions
    .filter(({ index }) => index >= imported)
    .map(({ index, fuel, calls, loops }) => ({
      index,
      fuel: Number(fuel),
      calls: Number(calls),
      loops: loops.map(({ offset, fuel, trips }) => ({ offset, fuel: Number(fuel), trips: Number(trips) })),
    }))
}

function expectWhole(profile: FuelProfile, used: bigint): void {
  expect(profile.functions.reduce((sum, { fuel }) => sum + fuel, profile.outside)).toBe(profile.fuel)
  expect(profile.fuel - profile.beyond).toBe(used)
  for (const { fuel, loops } of profile.functions)
    expect(loops.reduce((sum, loop) => sum + loop.fuel, 0n)).toBeLessThanOrEqual(fuel)
}

test('2,000 random modules: by function and loop as the interpreter counts', { timeout: 240_000 }, () => {
  const ends: Record<string, number> = {}
  let loops = 0
  for (let seed = 3_000_000; seed < 3_002_000; seed++) {
    const generated = generate(seed)
    const whole = interpreted(generated, PATIENCE)
    if (whole.ending === 'tooDeep') continue
    const plain = new WebAssembly.Module(meter(generated.bytes).bytes)
    const profiled = new WebAssembly.Module(meter(generated.bytes, { profile: true }).bytes)
    // Once to its end, once stopped on the way.
    for (const budget of [PATIENCE, Math.ceil(whole.fuel * 0.7)]) {
      const expected = budget === PATIENCE ? whole : interpreted(generated, budget)
      const without = metered(plain, generated, budget)
      const { profile, ...rest } = metered(profiled, generated, budget)
      const at = `seed ${seed}, budget ${budget}`
      expect({ ...rest, profile: null }, at).toEqual(without)
      expect(profile, at).not.toBeNull()
      expectWhole(profile!, rest.used)
      const found = defined(profile!, expected.imported)
      const ending = expected.ending
      ends[ending] = (ends[ending] ?? 0) + 1
      loops += found.reduce((sum, one) => sum + one.loops.length, 0)
      if (ending === 'trap') {
        // What a trap cuts short is the stretch it is in: of no function more, of one less.
        expect(
          found.map(({ index, calls }) => [index, calls]),
          at,
        ).toEqual(expected.profile.map(({ index, calls }) => [index, calls]))
        const missing = found
          .map(({ fuel }, i) => expected.profile[i]!.fuel - fuel)
          .filter((one) => one !== 0)
        expect(missing.length, at).toBeLessThanOrEqual(1)
        expect(missing[0] ?? 1, at).toBeGreaterThan(0)
      } else {
        expect(found, at).toEqual(expected.profile)
        if (profile!.beyond !== 0n) expect(Number(rest.used), at).toBe(budget)
      }
    }
  }
  expect(ends.done).toBeGreaterThan(1_000)
  expect(ends.outOfFuel).toBeGreaterThan(300)
  expect(ends.trap).toBeGreaterThan(20)
  expect(loops).toBeGreaterThan(2_000)
})

test.each(['ackermann', 'bigint', 'fft', 'indirect', 'interpreter', 'sha256', 'strings', 'tasks'])(
  'kernel %s',
  (name) => {
    const bytes = new Uint8Array(
      readFileSync(new URL(`../../../bench/kernels/${name}.wasm`, import.meta.url)),
    )
    const kernels = new URL('../../../bench/kernels/kernels.json', import.meta.url)
    const { small } = (JSON.parse(readFileSync(kernels, 'utf8')) as { name: string; small: number }[]).find(
      (one) => one.name === name,
    )!
    const run = (profile: boolean) => {
      const module = new WebAssembly.Module(meter(bytes, { profile }).bytes)
      const made = instantiate(module, {}, { fuel: 1n << 40n, callDepth: 100_000 })
      const result = made.call('run', [small])
      return { result, used: made.fuelUsed, profile: made.profile }
    }
    const { profile, ...profiled } = run(true)
    expect({ ...profiled, profile: null }).toEqual(run(false))
    expectWhole(profile!, profiled.used)
    expect(profile!.beyond).toBe(0n)
    expect(profile!.functions.some(({ loops }) => loops.length > 0)).toBe(true)
  },
)
