/**
 * One import of one run as a function wasm can call: pointers in, rules asked, answer out. Where the parts of a shape
 * lie is worked out once; per call there is one bounds check per range, one charge before the work and one for a text
 * that goes out, and a line of the trace while it has room.
 */
import { inWords, utf8 } from '../common/bytes.ts'
import { Cid } from '../common/cid.ts'
import { IcnError } from '../common/errors.ts'
import { stringifyJson } from '../common/json.ts'
import type { HostContext, HostValue } from './context.ts'
import { isRefusal } from './errors.ts'
import { invoke, metricOf, tooLong } from './invoke.ts'
import type { GuestMemory } from './memory.ts'
import { REFUSAL_FUEL } from './prices.ts'
import type { AbiFunction } from './served.ts'
import { handleOf, type ResultKind, type Shape } from './shapes.ts'

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
  /** Fuel that calls charged through their context since the last question. */
  worked?(): number
  /** Told of every call; making its line is worth it only while the trace has room. */
  trace(line: () => HostCall): void
}

type Raw = readonly (number | bigint)[]

const DETAIL_LENGTH = 160
const NO_ARGUMENTS: readonly HostValue[] = []
const NO_WORDS: readonly Uint8Array[] = []
/** Asking why the last call was refused does not make it forgotten. */
const UNCLEARED = ['host_last_error_code', 'host_last_error']

export function bridge(name: string, abi: AbiFunction, shape: Shape, session: HostSession) {
  const { context, memory } = session
  const { params, result: kind } = shape
  const at = positions(shape)
  const ranges = at.filter((_, i) => params[i] === 'text' || params[i] === 'bytes')
  const strings = at.filter((_, i) => params[i] === 'string')
  const out = at[params.indexOf('out')]
  const speaks = kind === 'written' || kind === 'string' || kind === 'strings'
  const refused = shape.type.results[0] === 'i64' ? 0n : 0
  const clears = !UNCLEARED.includes(abi.name)
  const price = BigInt(abi.fuel)
  const metric = metricOf(abi)
  return (...raw: (number | bigint)[]): number | bigint | undefined => {
    let fuel = 0
    let args: readonly HostValue[] = NO_ARGUMENTS
    context.count(metric)
    try {
      let bytes = 0
      for (const start of ranges) {
        memory.check(raw[start] as number, raw[start + 1] as number, name)
        bytes += (raw[start + 1] as number) >>> 0
      }
      for (const start of strings) bytes += memory.counted(raw[start] as number, name)
      if (out !== undefined) memory.check(raw[out] as number, raw[out + 1] as number, name)
      const long = bytes > abi.maxBytes
      fuel = abi.fuel + (long ? 0 : bytes * abi.fuelPerByte)
      session.chargeFuel(fuel === abi.fuel ? price : BigInt(fuel))
      if (long) throw tooLong(abi, bytes)
      if (clears) context.lastError = null
      if (speaks && abi.answerBytes > 0) {
        // What cannot be told is not done.
        if (out === undefined) memory.provide(abi.answerBytes, name)
        else if (Number(raw[out + 1]) >>> 0 < abi.answerBytes) {
          session.trace(() => callOf(name, raw, fuel, args, undefined, -abi.answerBytes))
          return -abi.answerBytes
        }
      }
      if (params.length > 0) args = decode(params, at, raw, memory, name)
      const answer = invoke(abi, context, args)
      // A refusal of which something is on record; without a result the guest ends, and with it what is on record.
      const told = clears ? context.lastError : null
      if (told !== null && kind === null) throw told
      const spoken = speaks ? inBytes(kind, answer) : NO_WORDS
      if (speaks) {
        const units = spoken.reduce((sum, { length }) => sum + length, 0) * abi.fuelPerByte
        fuel += units
        session.chargeFuel(BigInt(units))
      }
      const result = !speaks
        ? encode(kind, answer)
        : kind === 'strings'
          ? memory.placeAll(spoken, name)
          : out === undefined
            ? memory.place(spoken[0]!, name)
            : memory.write(raw[out] as number, raw[out + 1] as number, spoken[0]!, name)
      fuel += session.worked?.() ?? 0
      session.trace(() => ({
        ...callOf(name, raw, fuel, args, answer, result),
        ...(told === null ? {} : { error: told.message }),
      }))
      return result
    } catch (error) {
      if (!IcnError.is(error)) throw error
      const kept = isRefusal(error) && kind !== null
      if (kept) {
        fuel += REFUSAL_FUEL
        session.chargeFuel(BigInt(REFUSAL_FUEL))
      }
      fuel += session.worked?.() ?? 0
      session.trace(() => ({
        ...callOf(name, raw, fuel, args, undefined, kept ? 0 : undefined),
        error: error.message,
      }))
      if (!kept) throw error
      context.lastError = error
      return refused
    }
  }
}

/** Where each parameter's first wasm argument is. */
function positions({ params }: Shape): readonly number[] {
  let next = 0
  return params.map((kind) => {
    const at = next
    next += kind === 'text' || kind === 'bytes' || kind === 'out' ? 2 : 1
    return at
  })
}

function decode(
  params: Shape['params'],
  positions: readonly number[],
  raw: Raw,
  memory: GuestMemory,
  call: string,
): HostValue[] {
  const args: HostValue[] = []
  for (let i = 0; i < params.length; i++) {
    const at = positions[i]!
    const value = raw[at]!
    switch (params[i]) {
      case 'out':
        break
      case 'text':
        args.push(memory.text(value as number, raw[at + 1] as number, call))
        break
      case 'bytes':
        args.push(memory.bytes(value as number, raw[at + 1] as number, call))
        break
      case 'string':
        // The length was checked with its range; the guest cannot have run since.
        args.push(memory.text(((value as number) >>> 0) + 4, memory.counted(value as number, call), call))
        break
      case 'u64':
      case 'job':
        args.push(BigInt.asUintN(64, value as bigint))
        break
      default:
        args.push(value)
    }
  }
  return args
}

/** An answer as it goes out: one text or some bytes, or each string of a compiled contract's array. */
function inBytes(kind: ResultKind | null, answer: HostValue | undefined): readonly Uint8Array[] {
  if (answer instanceof Uint8Array) return [answer]
  if (typeof answer !== 'object') return [utf8(String(answer ?? ''))]
  return kind === 'strings' ? answer.map((item) => utf8(item)) : [utf8(stringifyJson(answer))]
}

function encode(kind: ResultKind | null, answer: HostValue | undefined): number | bigint | undefined {
  switch (kind) {
    case 'u64':
    case 'i64':
      return BigInt.asIntN(64, BigInt((answer as bigint | undefined) ?? 0))
    case 'i32':
      return Number(answer ?? 0) | 0
    case 'flag':
      return answer === false ? 0 : 1
    case 'handle':
      return BigInt.asIntN(64, handleOf(Cid.parse(String(answer))))
    case 'handle32':
      return Number(BigInt.asIntN(32, handleOf(Cid.parse(String(answer)))))
    default:
      return undefined
  }
}

function callOf(
  name: string,
  args: Raw,
  fuel: number,
  decoded: readonly HostValue[],
  answer: HostValue | undefined,
  result: number | bigint | undefined,
): HostCall {
  const words = decoded.map((value) => (value instanceof Uint8Array ? inWords(value) : String(value)))
  if (typeof answer === 'string') words.push(`→ ${answer}`)
  const text = words.map((word) => word.slice(0, DETAIL_LENGTH + 1)).join(' ')
  return {
    name,
    args,
    ...(text === ''
      ? {}
      : { detail: text.length > DETAIL_LENGTH ? `${text.slice(0, DETAIL_LENGTH)}…` : text }),
    ...(result === undefined ? {} : { result }),
    fuel: BigInt(fuel),
  }
}
