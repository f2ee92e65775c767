/**
 * The rewritten code under the reference interpreter instead of an engine: what it takes off its own counter on each
 * executed path is the sum of what the original executes there.
 */
import { expect, test } from 'vitest'
import { FUEL_TABLES, METER_EXPORTS, type MeteredInstance, meter } from '../index.ts'
import { type Generated, generate } from './generator.ts'
import { Interpreter, type InterpreterOptions } from './interpreter.ts'
import { HOST_IMPORTS, readValue, show } from './judge.ts'
import type { Value } from './numeric.ts'

const BUDGET = 1n << 40n
const PATIENCE = 5_000
/** Low enough for what the modules ask for, and above what some of them declare. */
const MEMORY_PAGES = 60
const TABLE_ELEMENTS = 10
const { memoryBytesPerUnit, tableElementsPerUnit } = FUEL_TABLES['wasmtime-35']

type Outcome = readonly [results: string[], fuel: bigint, denied: MeteredInstance['deniedGrowth']]

/** Results of all calls and what they took, or null where the original is endless, too deep or traps. */
function original({ bytes, calls }: Generated, options: InterpreterOptions): Outcome | null {
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
    return [results, BigInt(machine.fuel), machine.denied]
  } catch {
    return null
  }
}
function rewritten({ bytes, calls }: Generated, options: InterpreterOptions): Outcome {
  const limits = { tableElements: TABLE_ELEMENTS }
  const machine = new Interpreter(meter(bytes, { canonicalNaN: false, limits }).bytes, options)
  const global = (name: string) =>
    machine.module.exports.find((one) => one.kind === 3 && one.name === name)?.index
  const fuel = global(METER_EXPORTS.fuel)!
  machine.globals[fuel] = BUDGET
  machine.globals[global(METER_EXPORTS.depth)!] = 10_000
  const pages = global(METER_EXPORTS.pages)
  if (pages !== undefined) machine.globals[pages] = MEMORY_PAGES
  machine.start()
  if (machine.module.exports.some(({ name }) => name === METER_EXPORTS.start))
    machine.call(METER_EXPORTS.start, [])
  const results = calls.map(({ name, args }) => shown(machine, name, machine.call(name, args.map(readValue))))
  const counted = (name: string) => Number(machine.globals[global(name) ?? -1] ?? 0n)
  const denied = { memory: counted(METER_EXPORTS.memoryDenied), table: counted(METER_EXPORTS.tableDenied) }
  return [results, BUDGET - (machine.globals[fuel] as bigint), denied]
}
const shown = (machine: Interpreter, name: string, values: Value[]) =>
  values.map((value, i) => show(machine.typeOf(name).results[i]!, value)).join()

test('3,000 random modules: charged is executed', { timeout: 120_000 }, () => {
  let compared = 0
  const denied = { memory: 0, table: 0 }
  for (let seed = 2_000_000; seed < 2_003_000; seed++) {
    const generated = generate(seed)
    const options = {
      imports: HOST_IMPORTS,
      memoryPages: MEMORY_PAGES,
      tableElements: TABLE_ELEMENTS,
      depth: 400,
    }
    const expected = original(generated, options)
    if (expected === null) continue
    expect(rewritten(generated, { ...options, depth: 2_000 }), `seed ${seed}`).toEqual(expected)
    compared++
    denied.memory += expected[2].memory
    denied.table += expected[2].table
  }
  expect(compared).toBeGreaterThan(1_800)
  expect(denied.memory).toBeGreaterThan(0)
  expect(denied.table).toBeGreaterThan(0)
})
