/** Runs one export of a metered module under a budget, and writes down what came of it in a form that compares. */
import { IcnError } from '../../common/errors.ts'
import { instantiate } from '../index.ts'
import type { HostImports, MeteredInstance, ValueType } from '../types.ts'

/** How a run ended: completed, or the reason it did not. */
export interface Ending {
  readonly outcome: 'done' | 'trap' | 'outOfFuel' | 'callDepth' | 'stackOverflow'
  /** `type:value`, floats as bits, every NaN as `nan`: JavaScript does not promise to keep their bits. */
  readonly results: readonly string[]
  readonly fuel: bigint
}

export const HOST: HostImports = {
  test: {
    add1: (x: number) => x + 1,
    nothing: () => {},
  },
}

export function runMetered(
  module: WebAssembly.Module,
  name: string,
  args: readonly (number | bigint)[],
  results: readonly ValueType[],
  budget: bigint,
  imports: HostImports = HOST,
): { ending: Ending; instance: MeteredInstance | undefined } {
  let instance: MeteredInstance | undefined
  const onInstance = (made: MeteredInstance) => {
    instance = made
  }
  try {
    instance = instantiate(module, imports, { fuel: budget, callDepth: 100_000_000, onInstance })
    const value = instance.call(name, args)
    return {
      ending: { outcome: 'done', results: encodeResults(results, value), fuel: instance.fuelUsed },
      instance,
    }
  } catch (error) {
    return { ending: { outcome: endOf(error), results: [], fuel: instance?.fuelUsed ?? 0n }, instance }
  }
}

export function endOf(error: unknown): Ending['outcome'] {
  if (!IcnError.is(error)) throw error
  const reason = error.data.reason
  if (reason === 'outOfFuel' || reason === 'callDepth' || reason === 'stackOverflow') return reason
  if (error.code === 'WasmExecutionError' && reason !== 'linkError' && reason !== 'notMetered') return 'trap'
  throw error
}

/** How the plain module ends: traps are told from an exhausted engine stack. */
export function runPlain(
  module: WebAssembly.Module,
  name: string,
  args: readonly (number | bigint)[],
  results: readonly ValueType[],
  imports: HostImports = HOST,
): { outcome: 'done' | 'trap' | 'stackOverflow'; results: readonly string[]; exports: WebAssembly.Exports } {
  let exports: WebAssembly.Exports = {}
  try {
    exports = new WebAssembly.Instance(module, imports as WebAssembly.Imports).exports
    const value = (exports[name] as (...a: (number | bigint)[]) => unknown)(...args)
    return { outcome: 'done', results: encodeResults(results, value), exports }
  } catch (error) {
    if (error instanceof RangeError) return { outcome: 'stackOverflow', results: [], exports }
    if (error instanceof WebAssembly.RuntimeError) return { outcome: 'trap', results: [], exports }
    throw error
  }
}

export function encodeResults(types: readonly ValueType[], value: unknown): string[] {
  const values = types.length === 0 ? [] : types.length === 1 ? [value] : [...(value as Iterable<unknown>)]
  if (values.length !== types.length)
    throw new Error(`expected ${types.length} results, got ${values.length}`)
  return values.map((item, i) => encode(types[i]!, item))
}

export function encode(type: ValueType, value: unknown): string {
  switch (type) {
    case 'i32':
      return `i32:${(value as number) | 0}`
    case 'i64':
      return `i64:${BigInt.asIntN(64, value as bigint)}`
    case 'f32':
    case 'f64':
      return `${type}:${Number.isNaN(value) ? 'nan' : floatBits(type, value as number)}`
    default:
      return `${type}:${value === null ? 'null' : typeof value}`
  }
}

const scratch = new DataView(new ArrayBuffer(8))

function floatBits(type: 'f32' | 'f64', value: number): string {
  if (type === 'f32') {
    scratch.setFloat32(0, value)
    return `0x${scratch.getUint32(0).toString(16).padStart(8, '0')}`
  }
  scratch.setFloat64(0, value)
  return `0x${scratch.getBigUint64(0).toString(16).padStart(16, '0')}`
}

/** The inverse, for arguments as the fixtures write them. */
export function decode(text: string): number | bigint {
  const [type, value] = text.split(':') as [string, string]
  return type === 'i64' ? BigInt(value) : value === 'inf' ? Number.POSITIVE_INFINITY : Number(value)
}
