/**
 * One random module, judged: plain against metered in the engine (results, traps, memory, globals), metered against the
 * reference interpreter (the same, and fuel to the unit), and whether budgets around the comparison points stop it.
 */
import { FUEL_TABLES, inspect, instantiate, meter } from '../index.ts'
import type { FunctionType, MeteredInstance } from '../types.ts'
import { EXTERNREF, F32, F64, FUNCREF, type Type, V128 } from './decode.ts'
import { type Generated, generate } from './generator.ts'
import { decode, type Ending, encodeResults, endOf, HOST } from './harness.ts'
import { DepthExceeded, Interpreter, OutOfFuel } from './interpreter.ts'
import { HOST_IMPORTS, readValue, show } from './judge.ts'
import { f32, f64, type Value, WasmTrap } from './numeric.ts'
import { Random } from './random.ts'

/** Fuel after which the interpreter gives a module up as endless. */
export const PATIENCE = 5_000
const DEPTH = 700

/** What a whole series of calls came to; the fuel is of the completed ones. */
interface Series {
  readonly endings: readonly string[]
  readonly fuel: bigint
  readonly memory: string
  readonly globals: readonly string[]
}
export interface Verdict {
  readonly kind: 'done' | 'trap' | 'endless' | 'tooDeep'
  readonly fuel: number
}
/** A disagreement; the message says with whom, on what, and the seed brings it back. */
export class Disagreement extends Error {}

const RATES = FUEL_TABLES['wasmtime-35']

export function judgeSeed(seed: number): Verdict {
  return judgeModule(generate(seed))
}

export function judgeModule(generated: Generated): Verdict {
  const { bytes, seed } = generated
  if (!WebAssembly.validate(bytes))
    throw new Disagreement(`seed ${seed}: the generator made an invalid module`)
  const fail = (what: string, expected: unknown, got: unknown): never => {
    const text = (value: unknown) =>
      JSON.stringify(value, (_, one) => (typeof one === 'bigint' ? `${one}n` : one)) ?? String(value)
    throw new Disagreement(`seed ${seed}: ${what}\n  expected ${text(expected)}\n  got      ${text(got)}`)
  }
  const random = new Random(~seed)
  const types = new Map(inspect(bytes).exports.map((item) => [item.name, item.type]))

  const judged = interpretAll(generated)
  if (judged.kind === 'tooDeep') return { kind: 'tooDeep', fuel: 0 }

  // The interpreter's NaNs are canonical, and control may depend on their bits: it judges the canonical form alone.
  const metered = new WebAssembly.Module(meter(bytes).bytes)
  const run = (budget: number, look: boolean) => meteredAll(metered, generated, types, BigInt(budget), look)

  if (judged.kind !== 'endless') {
    const ample = run(1e9, true)
    for (const key of ['endings', 'memory', 'globals'] as const)
      if (String(ample[key]) !== String(judged.series[key]))
        fail(`${key} against the interpreter`, judged.series[key], ample[key])
    if (judged.kind === 'done' && ample.fuel !== judged.series.fuel)
      fail('fuel against the interpreter', judged.series.fuel, ample.fuel)
    // The plain module has the engine's own NaN bits; without canonicalisation the metered one must have the same.
    const alike = generated.floats
      ? meteredAll(
          new WebAssembly.Module(meter(bytes, { canonicalNaN: false }).bytes),
          generated,
          types,
          BigInt(2 * PATIENCE),
          true,
        )
      : ample
    // Other NaN bits may have made it endless.
    if (alike.endings.at(-1) !== 'outOfFuel') {
      const plain = plainAll(new WebAssembly.Module(bytes), generated, types)
      for (const key of ['endings', 'memory', 'globals'] as const)
        if (plain[key] !== undefined && String(alike[key]) !== String(plain[key]))
          fail(`${key} against the plain module`, plain[key], alike[key])
    }
  }
  // `compared` is the most that any comparison saw: a budget is stopped exactly when it is not above it.
  const budgets = [judged.compared, judged.compared + 1, random.below(judged.compared + 1), random.below(30)]
  for (const budget of budgets) {
    const stopped = budget <= judged.compared
    if (!stopped && judged.kind === 'endless') continue
    const { endings } = run(budget, false)
    const last = endings.at(-1)
    if (stopped !== (last === 'outOfFuel'))
      fail(`out of fuel under budget ${budget}, last comparison ${judged.compared}`, stopped, endings)
  }
  return { kind: judged.kind, fuel: Number(judged.series.fuel) }
}

function interpretAll(generated: Generated): {
  kind: 'done' | 'trap' | 'endless' | 'tooDeep'
  series: Series
  compared: number
} {
  const machine = new Interpreter(generated.bytes, {
    budget: PATIENCE,
    depth: DEPTH,
    imports: HOST_IMPORTS,
    memoryPages: 160,
    tableElements: 10_000,
    memoryBytesPerUnit: RATES.memoryBytesPerUnit,
    tableElementsPerUnit: RATES.tableElementsPerUnit,
  })
  const endings: string[] = []
  let kind: 'done' | 'trap' | 'endless' | 'tooDeep' = 'done'
  try {
    machine.start()
    for (const { name, args } of generated.calls) {
      const values = machine.call(name, args.map(readValue))
      const { results } = machine.typeOf(name)
      endings.push(`done ${values.map((value, i) => show(results[i]!, value))}`)
    }
  } catch (error) {
    if (error instanceof OutOfFuel) kind = 'endless'
    else if (error instanceof DepthExceeded) kind = 'tooDeep'
    else if (error instanceof WasmTrap) kind = 'trap'
    else throw error
    endings.push(kind === 'trap' ? 'trap' : kind)
  }
  const globals: string[] = []
  for (const { name, kind: what, index } of machine.module.exports) {
    const type = machine.module.globals[index]?.type
    if (what === 3 && type !== undefined && type !== V128 && type !== FUNCREF && type !== EXTERNREF)
      globals.push(`${name}=${plainValue(type, machine.globals[index] as Value)}`)
  }
  const compared = kind === 'endless' ? PATIENCE - 1 : machine.compared
  const series = { endings, fuel: BigInt(machine.fuel), memory: digest(machine.memory), globals }
  return { kind, series, compared }
}

function meteredAll(
  module: WebAssembly.Module,
  generated: Generated,
  types: ReadonlyMap<string, FunctionType | undefined>,
  budget: bigint,
  look: boolean,
): Series {
  const endings: string[] = []
  let instance: MeteredInstance | undefined
  const onInstance = (made: MeteredInstance) => {
    instance = made
  }
  try {
    const made = instantiate(module, HOST, { fuel: budget, callDepth: 100_000_000, onInstance })
    for (const { name, args } of generated.calls)
      endings.push(`done ${encodeResults(types.get(name)!.results, made.call(name, args.map(decode)))}`)
  } catch (error) {
    const ending: Ending['outcome'] = endOf(error)
    endings.push(ending)
  }
  // Memory is read only where it is compared: it is most of the time otherwise.
  const seen = look ? state(instance?.exports ?? {}, module) : { memory: '', globals: [] }
  return { endings, fuel: instance?.fuelUsed ?? 0n, ...seen }
}

function plainAll(
  module: WebAssembly.Module,
  generated: Generated,
  types: ReadonlyMap<string, FunctionType | undefined>,
): { [K in keyof Series]: Series[K] | undefined } {
  const endings: string[] = []
  let exports: WebAssembly.Exports | undefined
  try {
    exports = new WebAssembly.Instance(module, HOST as WebAssembly.Imports).exports
    for (const { name, args } of generated.calls) {
      const value = (exports[name] as (...a: unknown[]) => unknown)(...args.map(decode))
      endings.push(`done ${encodeResults(types.get(name)!.results, value)}`)
    }
  } catch (error) {
    if (!(error instanceof WebAssembly.RuntimeError)) throw error
    endings.push('trap')
  }
  // A start function that trapped leaves nothing to look at.
  return {
    endings,
    fuel: 0n,
    ...(exports ? state(exports, module) : { memory: undefined, globals: undefined }),
  }
}

function state(exports: WebAssembly.Exports, module: WebAssembly.Module): Pick<Series, 'memory' | 'globals'> {
  const globals: string[] = []
  for (const { name, kind } of WebAssembly.Module.exports(module)) {
    if (kind !== 'global' || name.startsWith('icn:')) continue
    const value = (exports[name] as WebAssembly.Global | undefined)?.value as number | bigint | undefined
    globals.push(`${name}=${asText(value)}`)
  }
  const memory = exports.memory as WebAssembly.Memory | undefined
  return { memory: digest(memory ? new Uint8Array(memory.buffer) : new Uint8Array(0)), globals }
}

const asText = (value: number | bigint | undefined) =>
  `${typeof value}:${Number.isNaN(value) ? 'nan' : Object.is(value, -0) ? '-0' : value}`
const plainValue = (type: Type, value: Value) =>
  asText(
    type === F32 ? f32(value as number) : type === F64 ? f64(value as bigint) : (value as number | bigint),
  )

/** Length and a hash of the bytes: FNV-1a over what is not zero, with its position. */
function digest(bytes: Uint8Array): string {
  let hash = 0x811c9dc5
  const words = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length >> 2)
  for (let i = 0; i < words.length; i++)
    if (words[i] !== 0) hash = Math.imul(Math.imul(hash ^ i, 0x01000193) ^ words[i]!, 0x01000193)
  return `${bytes.length}:${hash >>> 0}`
}
