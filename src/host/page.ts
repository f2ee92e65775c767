/** Host calls from the page: the functions of the table by name, with plain values in place of pointers. */
import { inWords, isUnicode, U64_MAX, utf8 } from '../common/bytes.ts'
import { IcnError } from '../common/errors.ts'
import type { HostContext, HostValue } from './context.ts'
import { refusal } from './errors.ts'
import { Allowance } from './grant.ts'
import { invoke, metricOf, tooLong } from './invoke.ts'
import { type AbiFunction, findServed } from './served.ts'
import { type ParamKind, parseShape } from './shapes.ts'

/** A page is bounded by the permissions of its runtime alone, and pays no fuel. */
const ORDINARY = { allowance: new Allowance(), module: null, charge: () => {} }

export type PageContext = Omit<HostContext, keyof typeof ORDINARY>

/**
 * @returns what the function answers, before a shape would turn it into a wasm value; what it refused with something on
 * record stands in `given.lastError`, to be thrown once that is committed
 * @throws IcnError InvalidSystemApiCall for a name that is not served, InvalidSpec for arguments of no accepted shape,
 * or the function's refusal
 */
export function callByName(name: string, args: readonly unknown[], given: PageContext): HostValue | null {
  const context: HostContext = { ...ORDINARY, ...given }
  const abi = typeof name === 'string' ? findServed(name) : undefined
  if (abi === undefined) {
    throw new IcnError(
      'InvalidSystemApiCall',
      `Invalid system API call: this runtime serves no host function named ${inWords(name)}.`,
    )
  }
  context.count(metricOf(abi))
  const answer = invoke(abi, context, decodeArguments(abi, args)) ?? null
  given.lastError = context.lastError
  return answer
}

function decodeArguments(abi: AbiFunction, args: readonly unknown[]): readonly HostValue[] {
  const shapes = abi.shapes.map((line) => parseShape(line).params.filter((kind) => kind !== 'out'))
  const found = shapes.find(
    (kinds) => kinds.length === args.length && kinds.every((kind, i) => fits(kind, args[i])),
  )
  if (found === undefined) {
    const accepted = [...new Set(shapes.map((kinds) => `(${kinds.join(', ')})`))].join(' or ')
    throw refusal(
      'InvalidParameters',
      `${abi.name} takes ${accepted}, got (${args.map((arg) => inWords(arg)).join(', ')}).`,
      { call: abi.name },
    )
  }
  return found.map((kind, i) => {
    const value = args[i] as HostValue
    if (kind === 'text' || kind === 'string' || kind === 'bytes') {
      if (kind !== 'bytes' && !isUnicode(value as string)) {
        const sentence = `${abi.name} takes text that UTF-8 can hold; ${inWords(value)} has a lone surrogate.`
        throw refusal('InvalidParameters', sentence, { call: abi.name })
      }
      const { length } = kind === 'bytes' ? (value as Uint8Array) : utf8(value as string)
      if (length > abi.maxBytes) throw tooLong(abi, length)
      return kind === 'bytes' ? (value as Uint8Array).slice() : value
    }
    return kind === 'i32' ? value : BigInt(value as number | bigint)
  })
}

function fits(kind: ParamKind, value: unknown): boolean {
  if (kind === 'text' || kind === 'string') return typeof value === 'string'
  if (kind === 'bytes') return value instanceof Uint8Array
  if (kind === 'i32') return typeof value === 'number' && (value | 0) === value
  if (typeof value !== 'bigint' && !Number.isSafeInteger(value)) return false
  const number = BigInt(value as bigint | number)
  return kind === 'i64' ? BigInt.asIntN(64, number) === number : number >= 0n && number <= U64_MAX
}
