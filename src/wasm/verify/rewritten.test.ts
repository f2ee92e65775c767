/**
 * The rewritten code under the reference interpreter instead of an engine: what it takes off its own counter on each
 * executed path is the sum of what the original executes there.
 */
import { expect, test } from 'vitest'
import { FUEL_TABLES, METER_EXPORTS, meter } from '../index.ts'
import { type Generated, generate } from './generator.ts'
import { Interpreter, type InterpreterOptions } from './interpreter.ts'
import { HOST_IMPORTS, readValue, show } from './judge.ts'
import type { Value } from './numeric.ts'

const BUDGET = 1n << 40n
const PATIENCE = 5_000
const { memoryBytesPerUnit, tableElementsPerUnit } = FUEL_TABLES['wasmtime-35']

/** Results of all calls and the fuel they took, or null where the original is endless, too deep or traps. */
function original({ bytes, calls }: Generated, options: InterpreterOptions): [string[], bigint] | null {
  const machine = new Interpreter(bytes, {
    ...options,
    budget: PATIENCE,
    memoryBytesPerUnit,
    tableElementsPerUnit,
  })
  try {
    machine.start()
    const results = calls.map(({ name, args }) =>
      shown(machine, name, machine.call(name, args.map(readValue))),
    )
    return [results, BigInt(machine.fuel)]
  } catch {
    return null
  }
}
function rewritten({ bytes, calls }: Generated, options: InterpreterOptions): [string[], bigint] {
  const machine = new Interpreter(meter(bytes, { canonicalNaN: false }).bytes, options)
  const global = (name: string) =>
    machine.module.exports.find((one) => one.kind === 3 && one.name === name)?.index
  const fuel = global(METER_EXPORTS.fuel)!
  machine.globals[fuel] = BUDGET
  machine.globals[global(METER_EXPORTS.depth)!] = 10_000
  const pages = global(METER_EXPORTS.pages)
  if (pages !== undefined) machine.globals[pages] = 160
  machine.start()
  if (machine.module.exports.some(({ name }) => name === METER_EXPORTS.start))
    machine.call(METER_EXPORTS.start, [])
  const results = calls.map(({ name, args }) => shown(machine, name, machine.call(name, args.map(readValue))))
  return [results, BUDGET - (machine.globals[fuel] as bigint)]
}
const shown = (machine: Interpreter, name: string, values: Value[]) =>
  values.map((value, i) => show(machine.typeOf(name).results[i]!, value)).join()

test('3,000 random modules: charged is executed', { timeout: 120_000 }, () => {
  let compared = 0
  for (let seed = 2_000_000; seed < 2_003_000; seed++) {
    const generated = generate(seed)
    const options = { imports: HOST_IMPORTS, memoryPages: 160, tableElements: 10_000, depth: 400 }
    const expected = original(generated, options)
    if (expected === null) continue
    expect(rewritten(generated, { ...options, depth: 2_000 }), `seed ${seed}`).toEqual(expected)
    compared++
  }
  expect(compared).toBeGreaterThan(1_800)
})
