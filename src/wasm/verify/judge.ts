/** One call in the reference interpreter, its ending in the form `harness.ts` gives for engines. */
import { F32, F64, FUNCREF, I32, I64, type Type, V128 } from './decode.ts'
import type { Ending } from './harness.ts'
import { DepthExceeded, Interpreter, type InterpreterOptions, OutOfFuel } from './interpreter.ts'
import { b32, b64, f32, f64, type Value, WasmTrap } from './numeric.ts'

export const HOST_IMPORTS: NonNullable<InterpreterOptions['imports']> = {
  'test.add1': (x) => [((x as number) + 1) | 0],
  'test.nothing': () => [],
}

/** Arguments and results as text, `type:value`; floats given by value, shown by bits, NaN as `nan`. */
export function interpret(
  bytes: Uint8Array,
  name: string,
  args: readonly string[],
  budget: number,
  rates: Rates = {},
): Ending {
  const machine = new Interpreter(bytes, { ...pick(rates), budget, imports: HOST_IMPORTS })
  return judge(machine, name, args.map(readValue))
}

type Rates = Pick<InterpreterOptions, 'memoryBytesPerUnit' | 'tableElementsPerUnit'>
/** A fuel table has more fields than these; only these concern the interpreter. */
const pick = ({ memoryBytesPerUnit, tableElementsPerUnit }: Rates): Rates => ({
  ...(memoryBytesPerUnit === undefined ? {} : { memoryBytesPerUnit }),
  ...(tableElementsPerUnit === undefined ? {} : { tableElementsPerUnit }),
})

export function judge(machine: Interpreter, name: string, args: readonly Value[]): Ending {
  try {
    machine.start()
    const values = machine.call(name, args)
    const { results } = machine.typeOf(name)
    return {
      outcome: 'done',
      results: values.map((value, i) => show(results[i]!, value)),
      fuel: BigInt(machine.fuel),
    }
  } catch (error) {
    const fuel = BigInt(machine.fuel)
    if (error instanceof OutOfFuel) return { outcome: 'outOfFuel', results: [], fuel }
    if (error instanceof DepthExceeded) return { outcome: 'callDepth', results: [], fuel }
    if (error instanceof WasmTrap) return { outcome: 'trap', results: [], fuel }
    throw error
  }
}

export function readValue(text: string): Value {
  const [type, value] = text.split(':') as [string, string]
  if (type === 'i32') return Number(value) | 0
  if (type === 'i64') return BigInt.asIntN(64, BigInt(value))
  const number = value === 'inf' ? Number.POSITIVE_INFINITY : Number(value)
  return type === 'f32' ? b32(Math.fround(number)) : b64(number)
}

export function show(type: Type, value: Value): string {
  if (type === I32) return `i32:${value}`
  if (type === I64) return `i64:${value}`
  if (type === F32)
    return Number.isNaN(f32(value as number))
      ? 'f32:nan'
      : `f32:0x${(value as number).toString(16).padStart(8, '0')}`
  if (type === F64)
    return Number.isNaN(f64(value as bigint))
      ? 'f64:nan'
      : `f64:0x${(value as bigint).toString(16).padStart(16, '0')}`
  if (type === V128) throw new Error('a vector does not leave the module')
  return `${type === FUNCREF ? 'funcref' : 'externref'}:${value === null ? 'null' : type === FUNCREF ? 'function' : typeof value}`
}
