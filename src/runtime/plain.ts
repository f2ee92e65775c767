/**
 * State rows as JSON and back, for execution records: what JSON lacks is tagged. `{"$int":"5"}` is a bigint,
 * `{"$bytes":"00ff"}` a byte array, `{"$float":"0.5"}` a fractional number; an object that has a key beginning with `$`
 * is not a row and is refused. Keys are sorted, so equal rows have equal text.
 */
import { fromHex, toHex } from '../common/bytes.ts'
import { IcnError } from '../common/errors.ts'
import { isArray, isObject, type JsonValue, stringifyJson } from '../common/json.ts'

export function toPlain(value: unknown): JsonValue {
  if (value === undefined) return { $none: true }
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value
  if (typeof value === 'bigint') return { $int: value.toString() }
  if (typeof value === 'number') return Number.isSafeInteger(value) ? value : { $float: String(value) }
  if (value instanceof Uint8Array) return { $bytes: toHex(value) }
  if (Array.isArray(value)) return value.map(toPlain)
  if (typeof value !== 'object') throw odd(typeof value)
  const out: Record<string, JsonValue> = {}
  for (const key of Object.keys(value).sort()) {
    if (key.startsWith('$')) throw odd(key)
    const field = (value as Record<string, unknown>)[key]
    if (field !== undefined) out[key] = toPlain(field)
  }
  return out
}

export function fromPlain(json: JsonValue): unknown {
  if (isArray(json)) return json.map(fromPlain)
  if (!isObject(json)) return json
  const keys = Object.keys(json)
  if (keys.length === 1 && keys[0]!.startsWith('$')) {
    const [tag] = keys
    const text = String(json[tag!])
    if (tag === '$none') return undefined
    if (tag === '$int' && /^-?\d{1,20}$/.test(text)) return BigInt(text)
    if (tag === '$float') return Number(text)
    if (tag === '$bytes') return fromHex(text, 'A row')
    throw odd(tag!)
  }
  return Object.fromEntries(keys.map((key) => [key, fromPlain(json[key]!)]))
}

/** Equal content, whatever the objects. */
export function samePlain(a: unknown, b: unknown): boolean {
  return a === b || stringifyJson(toPlain(a)) === stringifyJson(toPlain(b))
}

function odd(what: string): IcnError {
  return new IcnError('Serialization', `A state row holds ${what}, which an execution record cannot carry.`)
}
