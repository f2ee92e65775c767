/**
 * JSON values that keep what serde_json keeps (ref §0.3). The rule for numbers: an integer token is a `number` while it
 * is safe (|n| ≤ 2^53 − 1) and a `bigint` beyond, up to 64 bits; a token with a fraction or an exponent is a
 * `JsonFloat`, so `1` and `1.0` stay apart. Objects have no prototype: `__proto__` and `constructor` are plain keys.
 *
 * This file is the value model and the writer; the reader is json-parse.ts.
 */
import { isUnicode } from './bytes.ts'
import { IcnError } from './errors.ts'

export type JsonValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | JsonFloat
  | Uint8Array
  | readonly JsonValue[]
  | JsonObject

/** `undefined` fields are left out on writing; the reader never makes them. */
export interface JsonObject {
  readonly [key: string]: JsonValue | undefined
}

/** A floating-point number with the width it is printed at. */
export class JsonFloat {
  readonly value: number
  readonly width: 32 | 64

  constructor(value: number, width: 32 | 64 = 64) {
    this.value = width === 32 ? Math.fround(value) : value
    this.width = width
  }
}

/**
 * serde_json's text: no whitespace, fields in insertion order, byte arrays as arrays of numbers, 64-bit integers as plain
 * digits, floats with the shortest digits that read back and always a fraction or exponent (vectors: float_json).
 * @throws IcnError Serialization on a number that is neither a safe integer nor wrapped in `JsonFloat`.
 */
export function stringifyJson(value: JsonValue): string {
  if (value === null) return 'null'
  switch (typeof value) {
    case 'string':
      return quote(value)
    case 'boolean':
      return value ? 'true' : 'false'
    case 'bigint':
      return value.toString()
    case 'number':
      if (Number.isSafeInteger(value)) return `${value}`
      throw new IcnError('Serialization', `The number ${value} must be written as a bigint or a JsonFloat.`)
  }
  if (value instanceof Uint8Array) return `[${value.join(',')}]`
  if (value instanceof JsonFloat) return formatFloat(value)
  if (isArray(value)) return `[${value.map(stringifyJson).join(',')}]`
  const fields: string[] = []
  for (const key of Object.keys(value)) {
    const field = value[key]
    if (field !== undefined) fields.push(`${quote(key)}:${stringifyJson(field)}`)
  }
  return `{${fields.join(',')}}`
}

export function isArray(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value)
}

/** True for a JSON object: not null, an array, bytes or a float. */
export function isObject(value: JsonValue): value is JsonObject {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof JsonFloat) &&
    !(value instanceof Uint8Array)
  )
}

/** serde_json escapes `"`, `\` and control characters only, with the same short forms as JSON.stringify. */
function quote(text: string): string {
  if (!isUnicode(text)) {
    throw new IcnError('Serialization', 'A string holds a lone surrogate, which no UTF-8 text can carry.')
  }
  return JSON.stringify(text)
}

/** As the ryu crate prints, which serde_json uses. */
function formatFloat({ value, width }: JsonFloat): string {
  if (!Number.isFinite(value)) return 'null'
  const sign = value < 0 || Object.is(value, -0) ? '-' : ''
  if (value === 0) return `${sign}0.0`
  const [mantissa, exponent] = shortestDigits(Math.abs(value), width).split('e') as [string, string]
  const digits = mantissa.replace('.', '')
  // The value is 0.DIGITS × 10^point.
  const point = Number(exponent) + 1
  const [most, least] = width === 32 ? [13, -6] : [16, -5]
  if (point > 0 && point <= most) {
    if (digits.length <= point) return `${sign}${digits.padEnd(point, '0')}.0`
    return `${sign}${digits.slice(0, point)}.${digits.slice(point)}`
  }
  if (point > least && point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`
  return `${sign}${digits[0]}${digits.length > 1 ? `.${digits.slice(1)}` : ''}e${point - 1}`
}

/**
 * Exponential notation with the fewest digits that read back as the same float. At a power of two the gap below is half
 * the gap above, so the nearest decimal may lie too low where the next one up still reads back.
 */
function shortestDigits(value: number, width: 32 | 64): string {
  if (width === 64) return value.toExponential()
  for (let digits = 0; digits < 9; digits++) {
    const nearest = value.toExponential(digits)
    const [mantissa, exponent] = nearest.split('e') as [string, string]
    const above = Number(`${BigInt(mantissa.replace('.', '')) + 1n}e${Number(exponent) - digits}`)
    if (Math.fround(Number(nearest)) === value) return nearest
    if (Math.fround(above) === value) return above.toExponential()
  }
  return value.toExponential()
}
