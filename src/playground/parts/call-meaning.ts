/** What the numbers of a host call meant, from the host's own table; loaded when somebody looks. */
import {
  type AbiFunction,
  HOST_ABI,
  HOST_DOCS,
  type ParamKind,
  parseShape,
  type ResultKind,
  type Shape,
} from '../../host/index.ts'
import type { HostCallTrace } from '../../index.ts'
import { h } from '../dom.ts'
import { number, plural } from '../format.ts'
import { type Fact, facts } from './facts.ts'
import { withCode } from './with-code.ts'

type Value = number | bigint

export function callMeaning(call: HostCallTrace): HTMLElement {
  const known = HOST_ABI.find((row) => row.name === call.name || row.aliases.includes(call.name))
  const shape = known && shapeOf(known, call)
  const rows: (Fact | false)[] = [
    ...(shape
      ? passed(shape, call.args)
      : call.args.map((value, at) => [`Argument ${at + 1}`, String(value)] as const)),
    call.result !== undefined && ['Answer', answer(shape?.result ?? null, call.result)],
    ['Fuel', number(call.fuel)],
  ]
  return h(
    'div',
    { class: 'call-meaning' },
    known && h('p', {}, withCode(HOST_DOCS[known.name] ?? '')),
    facts(rows),
  )
}

/** A function may be imported in several shapes; the one that was called has these arguments and this kind of answer. */
export function shapeOf(
  { shapes }: Pick<AbiFunction, 'shapes'>,
  { args, result }: HostCallTrace,
): Shape | undefined {
  const kind = (value: Value) => (typeof value === 'bigint' ? 'i64' : 'i32')
  return shapes.map(parseShape).find(({ type }) => {
    if (type.params.length !== args.length || type.params.some((param, at) => param !== kind(args[at] ?? 0)))
      return false
    const [given] = type.results
    return result === undefined || given === kind(result)
  })
}

const NAMES: Readonly<Record<ParamKind, string>> = {
  text: 'Text',
  bytes: 'Bytes',
  string: 'Text',
  out: 'Room for the answer',
  u64: 'Number',
  i64: 'Number',
  job: 'Job, by its number in this run',
  i32: 'Number',
}
/** Their two numbers are a place in memory and a length. */
const PAIRS: ReadonlySet<ParamKind> = new Set(['text', 'bytes', 'out'])

export function passed({ params }: Shape, args: readonly Value[]): readonly Fact[] {
  let at = 0
  return params.map((kind) => {
    const value = args[at] ?? 0
    if (PAIRS.has(kind)) {
      const length = args[at + 1] ?? 0
      at += 2
      return [NAMES[kind], `${plural(length, 'byte')} from byte ${place(value)} of its memory on`]
    }
    at += 1
    if (kind === 'string') return [NAMES[kind], `at byte ${place(value)} of its memory`]
    // Amounts are unsigned; wasm hands them over as signed.
    return [NAMES[kind], number(kind === 'u64' || kind === 'job' ? BigInt.asUintN(64, BigInt(value)) : value)]
  })
}

const place = (value: Value) => number(typeof value === 'number' ? value >>> 0 : value)

export function answer(kind: ResultKind | null, value: Value): string {
  switch (kind) {
    case 'flag':
      return value ? 'yes, or done (1)' : 'no, or refused (0)'
    case 'written':
      return value < 0
        ? `nothing was written: it would have needed ${plural(-BigInt(value), 'byte')}`
        : `${plural(value, 'byte')} written to that room`
    case 'string':
    case 'strings':
      return `at byte ${place(value)} of its memory`
    case 'u64':
    case 'handle':
      return number(BigInt.asUintN(64, BigInt(value)))
    case 'handle32':
      return place(value)
    default:
      return number(value)
  }
}
