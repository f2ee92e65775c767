/** The specification's own tests (fixtures/spec), run on plain and on metered modules beside one another. */
import { IcnError } from '../../common/errors.ts'
import { instantiate, meter } from '../index.ts'
import type { HostImports } from '../types.ts'
import { decodeModule, type FuncType, I64, type Type, V128 } from './decode.ts'
import { functionType, list, section, sleb, text, uleb } from './encode.ts'

interface Constant {
  readonly type: string
  readonly value?: string | readonly string[]
  readonly lane_type?: string
}
interface Action {
  readonly type: 'invoke' | 'get'
  readonly module?: string
  readonly field: string
  readonly args?: readonly Constant[]
}
export interface Command {
  readonly type: string
  readonly line: number
  readonly name?: string
  readonly as?: string
  readonly wasm?: string
  readonly text?: string
  readonly module?: string
  readonly action?: Action
  readonly expected?: readonly Constant[]
}
export interface SpecFile {
  readonly name: string
  readonly commands: readonly Command[]
}
export interface SpecTally {
  modules: number
  /** Modules the meter refuses, by reason; what is asserted of them is not run. */
  readonly refused: Map<string, number>
  compared: number
  skippedAssertions: number
  invalid: number
  /** Modules this engine itself cannot take. */
  readonly unknownToEngine: string[]
}

/** One module in both forms; `null` where it does not exist in this run. */
interface Pair {
  readonly plain: WebAssembly.Exports
  readonly metered: WebAssembly.Exports
  readonly call: (name: string, args: readonly unknown[]) => unknown
  readonly types: ReadonlyMap<string, FuncType>
}

const FUEL = 1n << 47n
const LIMITS = { memoryPages: 65_536, tableElements: 10_000_000 }
const SPECTEST: WebAssembly.ModuleImports = {
  print: () => {},
  print_i32: () => {},
  print_i64: () => {},
  print_f32: () => {},
  print_f64: () => {},
  print_i32_f32: () => {},
  print_f64_f64: () => {},
}
const base64 = (value: string) => Uint8Array.from(atob(value), (char) => char.charCodeAt(0))

/**
 * @param canonicalNaN as `meter` takes it. Without it every bit must agree; with it, vectors are not compared, since an
 * engine's own NaN bits may rightly differ from the canonical ones, and JavaScript sees only those of vectors.
 */
export function runSpecFile(file: SpecFile, canonicalNaN: boolean): SpecTally {
  const tally: SpecTally = {
    modules: 0,
    refused: new Map(),
    compared: 0,
    skippedAssertions: 0,
    invalid: 0,
    unknownToEngine: [],
  }
  const plainImports: WebAssembly.Imports = { spectest: SPECTEST }
  const meteredImports: Record<string, WebAssembly.ModuleImports> = { spectest: SPECTEST }
  const named = new Map<string, Pair | null>()
  let last: Pair | null = null
  const where = (command: Command) => `${file.name}.wast line ${command.line}`
  const count = (reason: string) => tally.refused.set(reason, (tally.refused.get(reason) ?? 0) + 1)

  function load(command: Command): Pair | null {
    const bytes = base64(command.wasm!)
    if (!WebAssembly.validate(bytes)) {
      tally.unknownToEngine.push(where(command))
      return null
    }
    let metered: WebAssembly.Module
    try {
      metered = new WebAssembly.Module(meter(bytes, { canonicalNaN, limits: LIMITS }).bytes)
    } catch (error) {
      if (!IcnError.is(error)) throw error
      count(String(error.data.feature ?? error.data.reason ?? error.message))
      return null
    }
    const plain = attempt(() => new WebAssembly.Instance(new WebAssembly.Module(bytes), plainImports))
    const run = attempt(() =>
      instantiate(metered, meteredImports as HostImports, {
        fuel: FUEL,
        callDepth: 1_000_000,
        memoryPages: LIMITS.memoryPages,
      }),
    )
    if (plain.ending === 'linkError') {
      // It imports what another, refused, module or the host's own memory would have given.
      count('an import that is not there')
      return null
    }
    if (plain.ending !== run.ending)
      throw new Error(`${where(command)}: plain ${plain.ending}, metered ${run.ending}`)
    if (!plain.value || !run.value) return null
    const decoded = decodeModule(bytes)
    const types = new Map(
      decoded.exports
        .filter(({ kind }) => kind === 0)
        .map(({ name, index }) => [name, decoded.types[decoded.funcs[index]!]!]),
    )
    tally.modules++
    const made = run.value
    return {
      plain: plain.value.exports,
      metered: made.exports,
      call: (name, args) => made.call(name, args as number[]),
      types,
    }
  }

  function act(pair: Pair, action: Action): [Answer, Answer] {
    if (action.type === 'get') {
      const read = (exports: WebAssembly.Exports) =>
        attempt(() => (exports[action.field] as WebAssembly.Global).value)
      return [read(pair.plain), read(pair.metered)]
    }
    const type = pair.types.get(action.field)!
    const constants = action.args ?? []
    if (vectors(pair, action)) {
      const module = new WebAssembly.Module(wrapper(type, constants))
      const run = (exports: WebAssembly.Exports) => {
        const instance = new WebAssembly.Instance(module, { m: { f: exports[action.field]! } })
        return attempt(() => (instance.exports.run as () => unknown)())
      }
      return [run(pair.plain), run(pair.metered)]
    }
    const args = constants.map(argument)
    return [
      attempt(() => (pair.plain[action.field] as (...a: unknown[]) => unknown)(...args)),
      attempt(() => pair.call(action.field, args)),
    ]
  }

  for (const command of file.commands) {
    const of = (name: string | undefined) => (name === undefined ? last : (named.get(name) ?? null))
    switch (command.type) {
      case 'module':
        last = load(command)
        if (command.name !== undefined) named.set(command.name, last)
        break
      case 'register': {
        const pair = of(command.name)
        if (pair) {
          plainImports[command.as!] = pair.plain as WebAssembly.ModuleImports
          meteredImports[command.as!] = pair.metered as WebAssembly.ModuleImports
        }
        break
      }
      case 'action':
      case 'assert_return':
      case 'assert_trap':
      case 'assert_exhaustion': {
        const pair = of(command.action!.module)
        if (!pair) {
          tally.skippedAssertions++
          break
        }
        const [plain, metered] = act(pair, command.action!)
        // How deep a plain module may recurse is the engine's affair; ours stops earlier, for a reason of its own.
        if (plain.ending !== ASSERTED[command.type]) {
          // Then the plain module lacks what a refused one would have given it: a filled table, a written memory.
          if (tally.refused.size === 0) throw new Error(`${where(command)}: the plain module ${plain.ending}`)
          tally.skippedAssertions++
          break
        }
        if (canonicalNaN && vectors(pair, command.action!)) {
          tally.skippedAssertions++
          break
        }
        if (command.type === 'assert_exhaustion') {
          if (plain.ending !== 'exhausted' || metered.ending !== 'exhausted')
            throw new Error(`${where(command)}: plain ${plain.ending}, metered ${metered.ending}`)
        } else if (plain.ending !== metered.ending || !same(plain.value, metered.value))
          throw new Error(
            `${where(command)}: plain ${plain.ending} ${show(plain.value)}, metered ${metered.ending} ${show(metered.value)}`,
          )
        tally.compared++
        break
      }
      case 'assert_invalid':
      case 'assert_malformed': {
        // Later versions of the language accept some of these; where the engine does, there is nothing to assert.
        const bytes = base64(command.wasm!)
        if (WebAssembly.validate(bytes)) break
        try {
          meter(bytes)
        } catch (error) {
          if (!IcnError.is(error)) throw error
          tally.invalid++
          break
        }
        throw new Error(`${where(command)}: an invalid module was accepted`)
      }
      case 'assert_uninstantiable':
      case 'assert_unlinkable':
        // A module that must not come to be: `load` compares how both fail.
        if (command.wasm !== undefined) load(command)
        break
      default:
        throw new Error(`${where(command)}: ${command.type}`)
    }
  }
  return tally
}

const ASSERTED: Readonly<Record<string, Answer['ending']>> = {
  action: 'done',
  assert_return: 'done',
  assert_trap: 'trap',
  assert_exhaustion: 'exhausted',
}
function vectors(pair: Pair, action: Action): boolean {
  const type = action.type === 'invoke' ? pair.types.get(action.field) : undefined
  return type !== undefined && [...type.params, ...type.results].includes(V128)
}

interface Answer<T = unknown> {
  readonly ending: 'done' | 'trap' | 'exhausted' | 'linkError'
  readonly value: T | undefined
}
function attempt<T>(run: () => T): Answer<T> {
  try {
    return { ending: 'done', value: run() }
  } catch (error) {
    if (error instanceof RangeError) return { ending: 'exhausted', value: undefined }
    if (error instanceof WebAssembly.RuntimeError) return { ending: 'trap', value: undefined }
    if (error instanceof WebAssembly.LinkError || error instanceof TypeError)
      return { ending: 'linkError', value: undefined }
    if (IcnError.is(error)) {
      const { reason } = error.data
      if (reason === 'linkError') return { ending: 'linkError', value: undefined }
      if (reason === 'callDepth' || reason === 'stackOverflow')
        return { ending: 'exhausted', value: undefined }
      if (error.code === 'WasmExecutionError') return { ending: 'trap', value: undefined }
    }
    throw error
  }
}

const show = (value: unknown) => (Array.isArray(value) ? value.map(String).join() : String(value))
function same(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((one, i) => same(one, b[i]))
  // Exported functions of the two instances differ as objects, as they should.
  if (typeof a === 'function' && typeof b === 'function') return true
  return Object.is(a, b)
}

const view = new DataView(new ArrayBuffer(8))
function argument({ type, value }: Constant): unknown {
  const text = String(value)
  if (type === 'i32') return Number(BigInt(text)) | 0
  if (type === 'i64') return BigInt.asIntN(64, BigInt(text))
  if (type === 'f32') {
    view.setUint32(0, text.startsWith('nan') ? 0x7fc00000 : Number(text))
    return view.getFloat32(0)
  }
  if (type === 'f64') {
    view.setBigUint64(0, text.startsWith('nan') ? 0x7ff8000000000000n : BigInt(text))
    return view.getFloat64(0)
  }
  return text === 'null' ? null : `extern ${text}`
}

/** Vectors do not pass through JavaScript: a small module calls the function with constants and gives lanes. */
function wrapper(type: FuncType, args: readonly Constant[]): Uint8Array<ArrayBuffer> {
  const results: Type[] = type.results.flatMap((one) => (one === V128 ? [I64, I64] : [one]))
  const runType: FuncType = { params: [], results }
  const locals = type.results
  const code: number[] = args.flatMap(constantCode)
  code.push(0x10, 0)
  for (let i = locals.length - 1; i >= 0; i--) code.push(0x21, ...uleb(i))
  locals.forEach((one, i) => {
    if (one === V128) for (const lane of [0, 1]) code.push(0x20, ...uleb(i), 0xfd, 0x1d, lane)
    else code.push(0x20, ...uleb(i))
  })
  const body = [...list(locals.map((one) => [1, one])), ...code, 0x0b]
  return new Uint8Array([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, list([functionType(type), functionType(runType)])),
    ...section(2, list([[...text('m'), ...text('f'), 0, 0]])),
    ...section(3, list([[1]])),
    ...section(7, list([[...text('run'), 0, 1]])),
    ...section(10, list([[...uleb(body.length), ...body]])),
  ])
}

const LANES: Readonly<Record<string, number>> = { i8: 1, i16: 2, i32: 4, i64: 8, f32: 4, f64: 8 }
function constantCode({ type, value, lane_type }: Constant): number[] {
  const bytes = (width: number, text: string) => {
    view.setBigUint64(0, BigInt.asUintN(64, laneBits(width, text)), true)
    return [...new Uint8Array(view.buffer, 0, width)]
  }
  switch (type) {
    case 'i32':
      return [0x41, ...sleb(BigInt.asIntN(32, BigInt(String(value))))]
    case 'i64':
      return [0x42, ...sleb(BigInt.asIntN(64, BigInt(String(value))))]
    case 'f32':
      return [0x43, ...bytes(4, String(value))]
    case 'f64':
      return [0x44, ...bytes(8, String(value))]
    default:
      return [0xfd, 12, ...(value as readonly string[]).flatMap((lane) => bytes(LANES[lane_type!]!, lane))]
  }
}
function laneBits(width: number, text: string): bigint {
  if (!text.startsWith('nan')) return BigInt(text)
  return width === 4 ? 0x7fc00000n : 0x7ff8000000000000n
}
