/**
 * From a module's declared imports to functions it can call: the shape is chosen by the declared type, so one function
 * serves every spelling guests have (ref §1.3). Decoding, fuel, refusals, answers and the trace are here, once.
 */
import { utf8 } from '../common/bytes.ts'
import { Cid } from '../common/cid.ts'
import { IcnError } from '../common/errors.ts'
import type { HostImports, ImportInfo } from '../wasm/types.ts'
import type { HostContext, HostValue } from './context.ts'
import { isRefusal, refusal } from './errors.ts'
import { HOST_FUNCTIONS } from './functions.ts'
import type { GuestMemory } from './memory.ts'
import { type AbiFunction, findServed, IMPORT_MODULE } from './served.ts'
import { handleOf, parseShape, type Shape, sameType, showType } from './shapes.ts'

export interface HostCall {
  readonly name: string
  readonly args: readonly (number | bigint)[]
  readonly detail?: string
  readonly result?: number | bigint
  readonly error?: string
  readonly fuel: bigint
}

/** One run's side of its host calls. */
export interface HostSession {
  readonly context: HostContext
  readonly memory: GuestMemory
  /** @throws IcnError ResourceLimitExceeded, reason outOfFuel */
  chargeFuel(units: bigint): void
  trace(call: HostCall): void
}

/** An import resolved once per module; `shape` is null for a stub. */
export interface LinkedImport {
  readonly name: string
  readonly abi: AbiFunction | null
  readonly shape: Shape | null
}

const DETAIL_LENGTH = 160
const UNCLEARED = new Set(['host_last_error_code', 'host_last_error'])

/** @throws IcnError WasmExecutionError for an import that cannot be linked, naming it and what would be accepted */
export function resolveImports(imports: readonly ImportInfo[]): readonly LinkedImport[] {
  const seen = new Map<string, string>()
  return imports.map((entry) => {
    const { module, name, kind, type } = entry
    if (module !== IMPORT_MODULE) {
      throw unlinkable(
        'foreignImport',
        `The module imports ${kind} ${quoted(name)} from ${quoted(module)}; only imports from "${IMPORT_MODULE}" are served.`,
        entry,
      )
    }
    if (kind !== 'func' || type === undefined) {
      throw unlinkable(
        'importKind',
        `The module imports a ${kind} as icn.${show(name)}; "${IMPORT_MODULE}" has functions only.`,
        entry,
      )
    }
    const declared = showType(type)
    const before = seen.get(name)
    if (before !== undefined && before !== declared) {
      throw unlinkable(
        'importType',
        `The module imports icn.${show(name)} twice with different types, ${before} and ${declared}.`,
        entry,
      )
    }
    seen.set(name, declared)
    const abi = findServed(name) ?? null
    if (abi === null) return { name, abi, shape: null }
    const shapes = abi.shapes.map(parseShape)
    const shape = shapes.find((candidate) => sameType(candidate.type, type))
    if (shape !== undefined) return { name, abi, shape }
    throw unlinkable(
      'importType',
      `The module imports icn.${name} as ${declared}; accepted are ${shapes.map((s) => showType(s.type)).join(' and ')}.`,
      entry,
    )
  })
}

/** The import object of one run. */
export function linkImports(imports: readonly LinkedImport[], session: HostSession): HostImports {
  const functions: Record<string, (...args: never[]) => unknown> = Object.create(null)
  for (const { name, abi, shape } of imports) {
    functions[name] = abi === null || shape === null ? () => notServed(name) : bind(name, abi, shape, session)
  }
  return { [IMPORT_MODULE]: functions }
}

/** Runs a function of the table with decoded arguments, under its rules. @throws IcnError */
export function invoke(
  abi: AbiFunction,
  context: HostContext,
  args: readonly HostValue[],
): HostValue | undefined {
  context.count(`runtime_${abi.name}_calls_total`)
  if (abi.capability !== null && !context.capabilities.has(abi.capability)) {
    throw refusal(
      'PermissionDenied',
      `${abi.name} needs the capability "${abi.capability}", which this runtime was not started with.`,
      { capability: abi.capability, call: abi.name },
    )
  }
  return HOST_FUNCTIONS[abi.name]!(context, ...(args as never[]))
}

function bind(name: string, abi: AbiFunction, shape: Shape, session: HostSession) {
  const { context, memory } = session
  return (...raw: (number | bigint)[]): number | bigint | undefined => {
    let fuel = 0n
    const charge = (bytes: number, base: number): void => {
      const units = BigInt(base + bytes * abi.fuelPerByte)
      fuel += units
      session.chargeFuel(units)
    }
    const trace = (rest: { detail?: string; result?: number | bigint; error?: string }): void =>
      session.trace({ name, args: raw, ...rest, fuel })
    let args: readonly HostValue[] = []
    try {
      charge(0, abi.fuel)
      const [inputs, output] = ranges(shape, raw)
      for (const [pointer, length] of inputs) memory.check(pointer, length, name)
      if (output !== undefined) memory.check(output[0], output[1], name)
      const long = inputs.find(([, length]) => length >>> 0 > abi.maxBytes)
      if (long !== undefined) throw tooLong(abi, long[1] >>> 0)
      charge(
        inputs.reduce((sum, [, length]) => sum + (length >>> 0), 0),
        0,
      )
      args = decode(shape, raw, memory, name)
      const answer = invoke(abi, context, args)
      if (!UNCLEARED.has(abi.name)) context.lastError = null
      const result = encode(shape, answer, output, (bytes) => charge(bytes, 0), memory, name)
      trace({ ...detailOf(args, answer), ...(result === undefined ? {} : { result }) })
      return result
    } catch (error) {
      if (!IcnError.is(error)) throw error
      const kept = isRefusal(error) && shape.result !== null
      trace({ ...detailOf(args), error: error.message, ...(kept ? { result: 0 } : {}) })
      if (!kept) throw error
      context.lastError = error
      return shape.type.results[0] === 'i64' ? 0n : 0
    }
  }
}

type Range = readonly [pointer: number, length: number]

function ranges(shape: Shape, raw: readonly (number | bigint)[]): [inputs: Range[], output?: Range] {
  const inputs: Range[] = []
  let output: Range | undefined
  let at = 0
  for (const kind of shape.params) {
    if (kind === 'text') inputs.push([raw[at] as number, raw[at + 1] as number])
    if (kind === 'out') output = [raw[at] as number, raw[at + 1] as number]
    at += kind === 'text' || kind === 'out' ? 2 : 1
  }
  return output === undefined ? [inputs] : [inputs, output]
}

function decode(
  shape: Shape,
  raw: readonly (number | bigint)[],
  memory: GuestMemory,
  call: string,
): HostValue[] {
  const args: HostValue[] = []
  let at = 0
  for (const kind of shape.params) {
    const value = raw[at]!
    if (kind === 'text') args.push(memory.text(value as number, raw[at + 1] as number, call))
    else if (kind === 'u64' || kind === 'job') args.push(BigInt.asUintN(64, value as bigint))
    else if (kind !== 'out') args.push(value)
    at += kind === 'text' || kind === 'out' ? 2 : 1
  }
  return args
}

function encode(
  shape: Shape,
  answer: HostValue | undefined,
  output: Range | undefined,
  charge: (bytes: number) => void,
  memory: GuestMemory,
  call: string,
): number | bigint | undefined {
  switch (shape.result) {
    case null:
      return undefined
    case 'u64':
    case 'i64':
      return BigInt.asIntN(64, BigInt(answer ?? 0))
    case 'i32':
      return Number(answer ?? 0) | 0
    case 'flag':
      return answer === false ? 0 : 1
    case 'handle':
      return BigInt.asIntN(64, handleOf(Cid.parse(String(answer))))
    case 'handle32':
      return Number(BigInt.asIntN(32, handleOf(Cid.parse(String(answer)))))
    case 'string': {
      const text = String(answer ?? '')
      charge(text.length)
      return memory.place(text, call)
    }
    case 'written': {
      const bytes = utf8(String(answer ?? ''))
      charge(bytes.length)
      return output === undefined ? -bytes.length : memory.write(output[0], output[1], bytes, call)
    }
  }
}

export function tooLong(abi: AbiFunction, length: number): IcnError {
  return refusal('InvalidParameters', `${abi.subject} exceeds ${abi.maxBytes} bytes`, {
    call: abi.name,
    length,
    limit: abi.maxBytes,
  })
}

function detailOf(args: readonly HostValue[], answer?: HostValue): { detail?: string } {
  const words = [...args, ...(typeof answer === 'string' ? [`→ ${answer}`] : [])].map(String)
  const text = words.join(' ')
  if (text === '') return {}
  return { detail: text.length > DETAIL_LENGTH ? `${text.slice(0, DETAIL_LENGTH)}…` : text }
}

function notServed(name: string): never {
  throw new IcnError(
    'InvalidSystemApiCall',
    `Invalid system API call: the contract called icn.${show(name)}, which this runtime does not serve.`,
    { data: { reason: 'notServed', call: name.slice(0, 100) } },
  )
}

function unlinkable(reason: string, message: string, { module, name }: ImportInfo): IcnError {
  return new IcnError('WasmExecutionError', message, {
    data: { reason, module: module.slice(0, 100), import: name.slice(0, 100) },
  })
}

function quoted(name: string): string {
  return JSON.stringify(show(name))
}

function show(name: string): string {
  return name.length > 100 ? `${name.slice(0, 100)}…` : name
}
