/**
 * Runs the corpus and writes down what can be seen of each program, as one digest or one line: results, memory, globals,
 * fuel, and where a limit stopped it. The same in every engine, or receipts would differ between browsers.
 */
import { sha256 } from '@noble/hashes/sha2.js'
import { IcnError } from '../../../common/errors.ts'
import { instantiate, meter } from '../../index.ts'
import type { MeteredInstance } from '../../types.ts'
import { generate } from '../generator.ts'
import { decode, HOST } from '../harness.ts'
import { OPERATORS, OUTPUT, operatorModule } from './floats.ts'
import { LIMIT_PROGRAMS, type LimitProgram } from './limits.ts'

/** Reads a file of the repository by its path from the root. */
export type Load = (path: string) => Promise<Uint8Array<ArrayBuffer>>

/** Kernels whose work is float arithmetic, with an input of some thousand steps. */
export const KERNELS: Readonly<Record<string, number>> = {
  fft: 2,
  mandelbrot: 24,
  nbody: 200,
  raytrace: 40,
}
const RANDOM_MODULES = 600
const RANDOM_BATCH = 50
const AMPLE = 1n << 40n

const hex = (bytes: Uint8Array) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
const digest = (bytes: Uint8Array) => hex(sha256(bytes)).slice(0, 32)
const memoryOf = (made: MeteredInstance): Uint8Array => {
  const memory = Object.values(made.exports).find((value) => value instanceof WebAssembly.Memory)
  return memory === undefined ? new Uint8Array(0) : new Uint8Array(memory.buffer)
}
const compile = (bytes: Uint8Array) => new WebAssembly.Module(meter(bytes).bytes)

/** Name of each program to what was seen. */
export async function runCorpus(load: Load): Promise<Record<string, string>> {
  const seen: Record<string, string> = {}
  for (const operators of OPERATORS) {
    const { bytes, operators: names } = operatorModule(operators)
    const made = instantiate(compile(bytes), {}, { fuel: AMPLE })
    for (const name of names) {
      const end = made.call(name, []) as number
      seen[name] = digest(memoryOf(made).slice(OUTPUT, end))
    }
  }
  for (const [name, n] of Object.entries(KERNELS)) {
    const made = instantiate(compile(await load(`bench/kernels/${name}.wasm`)), {}, { fuel: AMPLE })
    const result = made.call('run', [n])
    seen[`kernel ${name}`] = `${result} ${made.fuelUsed} ${digest(memoryOf(made))}`
  }
  for (let first = 0; first < RANDOM_MODULES; first += RANDOM_BATCH) {
    const lines: string[] = []
    for (let seed = first; seed < first + RANDOM_BATCH; seed++) lines.push(randomModule(seed))
    seen[`random modules ${first} to ${first + RANDOM_BATCH - 1}`] = digest(
      new TextEncoder().encode(lines.join('\n')),
    )
  }
  for (const program of LIMIT_PROGRAMS) seen[`limit: ${program.name}`] = limits(program)
  return seen
}

/** Of references only what they are; JavaScript may not keep a NaN's bits on the way out, so only that it is one. */
function shown(value: unknown): string {
  if (Array.isArray(value)) return value.map(shown).join('+')
  if (typeof value === 'function') return 'function'
  return Object.is(value, -0) ? '-0' : String(value)
}

function ending(error: unknown): string {
  if (IcnError.is(error)) return `${error.data.reason} in ${error.data.functionIndex}`
  throw error
}

function randomModule(seed: number): string {
  const { bytes, calls } = generate(5_000_000 + seed)
  const line: string[] = []
  let made: MeteredInstance | undefined
  const onInstance = (one: MeteredInstance) => {
    made = one
  }
  try {
    const one = instantiate(compile(bytes), HOST, { fuel: 20_000n, onInstance })
    for (const { name, args } of calls) line.push(shown(one.call(name, args.map(decode))))
  } catch (error) {
    line.push(ending(error))
  }
  if (made === undefined) return line.join()
  for (const [name, value] of Object.entries(made.exports))
    if (value instanceof WebAssembly.Global && !name.startsWith('icn:')) line.push(shown(value.value))
  return [...line, made.fuelUsed, digest(memoryOf(made))].join()
}

/** How far the counter came, under three budgets of depth, and what each call gave. */
function limits({ bytes, calls }: LimitProgram): string {
  const module = compile(bytes)
  const runs = [64, 1024, 1500].map((callDepth) => {
    const made = instantiate(module, {}, { fuel: 1_000_000n, callDepth, memoryPages: 60 })
    const endings = calls.map(([name, ...args]) => {
      try {
        return String(made.call(name, args))
      } catch (error) {
        return ending(error)
      }
    })
    const count = (made.exports.count as WebAssembly.Global | undefined)?.value
    const { memory, table } = made.deniedGrowth
    return `${endings.join()} count ${count} fuel ${made.fuelUsed} pages ${made.peakMemoryPages} denied ${memory} ${table}`
  })
  return runs.join(' | ')
}
