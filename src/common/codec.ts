/**
 * One description per type, two wire forms. A `Codec` holds how a value looks as serde_json text and as bincode bytes,
 * as serde's derive does in ICN: field order is written once, names are the camelCase ones in snake_case, and both
 * directions obey the rules of ref §0.3 (unknown fields ignored, missing Options accepted, positional arrays accepted,
 * negative or fractional numbers refused for integers).
 */
import { BincodeReader, BincodeWriter } from './bincode.ts'
import { inWords, U64_MAX } from './bytes.ts'
import { IcnError } from './errors.ts'
import { isArray, isObject, JsonFloat, type JsonValue, stringifyJson } from './json.ts'
import { parseJson } from './json-parse.ts'

export interface Codec<T> {
  encode(value: T): JsonValue
  /** @param at path of the value, for instance `job.spec.inputs[2]` @throws IcnError Serialization naming it */
  decode(json: JsonValue, at: string): T
  write(out: BincodeWriter, value: T): void
  read(input: BincodeReader): T
  /** What a struct takes when the field is missing; absent when the field is required. */
  readonly missing?: () => T
  /** A field with serde's `default`: may also be missing at the end of a positional array. */
  readonly hasDefault?: boolean
  /** Left out of a JSON object when null (serde's `skip_serializing_if`). */
  readonly omitNull?: boolean
}

/** serde_json text. */
export function encodeJson<T>(codec: Codec<T>, value: T): string {
  return stringifyJson(codec.encode(value))
}

/** @param what the name errors carry, for instance `ExecutionReceipt` @throws IcnError Serialization */
export function decodeJson<T>(codec: Codec<T>, input: string | Uint8Array, what: string): T {
  return codec.decode(parseJson(input, what), what)
}

export function encodeBincode<T>(codec: Codec<T>, value: T): Uint8Array {
  const out = new BincodeWriter()
  codec.write(out, value)
  return out.finish()
}

/** Exact: every byte must be used. @throws IcnError Serialization */
export function decodeBincode<T>(codec: Codec<T>, bytes: Uint8Array, what: string): T {
  const input = new BincodeReader(bytes, what)
  const value = codec.read(input)
  input.finish()
  return value
}

/** The error every decoder throws. */
export function mismatch(at: string, expected: string, got: JsonValue | undefined): IcnError {
  const found = got instanceof JsonFloat ? `the fractional number ${got.value}` : inWords(got)
  return new IcnError('Serialization', `${at}: expected ${expected}, got ${found}.`, {
    data: { path: at, expected, got: found },
  })
}

// --- scalars ----------------------------------------------------------------------------------------------------

function integer(name: 'u8' | 'u32' | 'i32', min: number, max: number): Codec<number> {
  return {
    encode: (value) => value,
    decode(json, at) {
      if (typeof json === 'number' && json >= min && json <= max) return json
      throw mismatch(at, `an integer from ${min} to ${max}`, json)
    },
    write: (out, value) => out[name](value),
    read: (input) => input[name](),
  }
}

export const u8: Codec<number> = integer('u8', 0, 0xff)
export const u32: Codec<number> = integer('u32', 0, 0xffff_ffff)
export const i32: Codec<number> = integer('i32', -0x8000_0000, 0x7fff_ffff)

/** Always a bigint, whatever its size. Also Rust's `usize`. */
export const u64: Codec<bigint> = {
  encode: (value) => value,
  decode(json, at) {
    if ((typeof json === 'number' || typeof json === 'bigint') && json >= 0) return BigInt(json)
    throw mismatch(at, `an integer from 0 to ${U64_MAX}`, json)
  },
  write: (out, value) => out.u64(value),
  read: (input) => input.u64(),
}

function float(name: 'f32' | 'f64', width: 32 | 64): Codec<number> {
  return {
    encode: (value) => new JsonFloat(value, width),
    decode(json, at) {
      const value = json instanceof JsonFloat ? json.value : typeof json === 'bigint' ? Number(json) : json
      if (typeof value === 'number') return width === 32 ? Math.fround(value) : value
      throw mismatch(at, 'a number', json)
    },
    write: (out, value) => out[name](value),
    read: (input) => input[name](),
  }
}

export const f32: Codec<number> = float('f32', 32)
export const f64: Codec<number> = float('f64', 64)

export const bool: Codec<boolean> = {
  encode: (value) => value,
  decode(json, at) {
    if (typeof json === 'boolean') return json
    throw mismatch(at, 'true or false', json)
  },
  write: (out, value) => out.bool(value),
  read: (input) => input.bool(),
}

export const string: Codec<string> = {
  encode: (value) => value,
  decode(json, at) {
    if (typeof json === 'string') return json
    throw mismatch(at, 'a string', json)
  },
  write: (out, value) => out.string(value),
  read: (input) => input.string(),
}

/** `Vec<u8>`: an array of byte numbers in JSON. */
export const bytes: Codec<Uint8Array> = {
  encode: (value) => value,
  decode(json, at) {
    if (json instanceof Uint8Array) return json
    if (!isArray(json)) throw mismatch(at, 'an array of byte numbers', json)
    const out = new Uint8Array(json.length)
    for (let i = 0; i < out.length; i++) {
      const byte = json[i]
      if (typeof byte !== 'number' || byte < 0 || byte > 255) {
        throw mismatch(`${at}[${i}]`, 'an integer from 0 to 255', byte)
      }
      out[i] = byte
    }
    return out
  },
  write: (out, value) => out.bytes(value),
  read: (input) => input.bytes(),
}

/** Any JSON (serde_json's `Value`). It has no bincode form. */
export const anyJson: Codec<JsonValue> = {
  encode: (value) => value,
  decode: (json) => json,
  write: () => noBincode('Free-form JSON'),
  read: () => noBincode('Free-form JSON'),
}

// --- compounds --------------------------------------------------------------------------------------------------

/** `Option<T>`: null when absent; a struct accepts the field's absence. */
export function option<T>(item: Codec<T>): Codec<T | null> {
  return {
    missing: () => null,
    encode: (value) => (value === null ? null : item.encode(value)),
    decode: (json, at) => (json === null ? null : item.decode(json, at)),
    write(out, value) {
      out.bool(value !== null)
      if (value !== null) item.write(out, value)
    },
    read: (input) => (input.bool() ? item.read(input) : null),
  }
}

/** An Option that is left out of the JSON object when null. Such a type has no bincode form. */
export function omittedOption<T>(item: Codec<T>): Codec<T | null> {
  return {
    ...option(item),
    omitNull: true,
    write: () => noBincode('A type with fields that may be left out'),
    read: () => noBincode('A type with fields that may be left out'),
  }
}

/** serde's `default`. */
export function withDefault<T>(item: Codec<T>, missing: () => T): Codec<T> {
  return { ...item, missing, hasDefault: true }
}

export function list<T>(item: Codec<T>): Codec<readonly T[]> {
  return {
    encode: (value) => value.map((entry) => item.encode(entry)),
    decode(json, at) {
      if (!isArray(json)) throw mismatch(at, 'an array', json)
      return json.map((entry, i) => item.decode(entry, `${at}[${i}]`))
    },
    write(out, value) {
      out.length(value.length)
      for (const entry of value) item.write(out, entry)
    },
    read: (input) => Array.from({ length: input.length() }, () => item.read(input)),
  }
}

/** A fixed-length tuple: a positional array in JSON, its items in bincode. */
export function tuple<T extends readonly unknown[]>(
  ...items: { readonly [K in keyof T]: Codec<T[K]> }
): Codec<T> {
  const codecs = items as readonly Codec<unknown>[]
  return {
    encode: (value) => codecs.map((item, i) => item.encode(value[i])),
    decode(json, at) {
      if (!isArray(json) || json.length !== codecs.length)
        throw mismatch(at, `an array of ${codecs.length}`, json)
      return codecs.map((item, i) => item.decode(json[i]!, `${at}[${i}]`)) as unknown as T
    },
    write(out, value) {
      codecs.forEach((item, i) => {
        item.write(out, value[i])
      })
    },
    read: (input) => codecs.map((item) => item.read(input)) as unknown as T,
  }
}

/** A struct; `fields` in Rust's declaration order. JSON names are the property names in snake_case. */
export function struct<T extends object>(
  name: string,
  fields: { readonly [K in keyof T]-?: Codec<T[K]> },
): Codec<T> {
  type Field = readonly [property: keyof T, jsonName: string, codec: Codec<T[keyof T]>]
  const all = Object.entries(fields).map(
    ([property, codec]) => [property, snakeCase(property), codec] as unknown as Field,
  )
  return {
    encode(value) {
      const out: Record<string, JsonValue> = {}
      for (const [property, jsonName, codec] of all) {
        if (codec.omitNull && value[property] === null) continue
        out[jsonName] = codec.encode(value[property])
      }
      return out
    },
    decode(json, at) {
      const out: Partial<T> = {}
      if (isArray(json)) {
        if (json.length > all.length) throw mismatch(at, `${name} with ${all.length} fields`, json)
        all.forEach(([property, jsonName, codec], i) => {
          if (i < json.length) out[property] = codec.decode(json[i]!, `${at}.${jsonName}`)
          else if (codec.hasDefault) out[property] = codec.missing!()
          else throw mismatch(at, `${name} with ${all.length} fields`, json)
        })
        return out as T
      }
      if (!isObject(json)) throw mismatch(at, `${name} (an object)`, json)
      for (const [property, jsonName, codec] of all) {
        const field = Object.hasOwn(json, jsonName) ? json[jsonName] : undefined
        if (field !== undefined) out[property] = codec.decode(field, `${at}.${jsonName}`)
        else if (codec.missing) out[property] = codec.missing()
        else {
          throw new IcnError('Serialization', `${at}: field ${jsonName} of ${name} is missing.`, {
            data: { path: `${at}.${jsonName}`, expected: jsonName, got: 'nothing' },
          })
        }
      }
      return out as T
    },
    write(out, value) {
      for (const [property, , codec] of all) codec.write(out, value[property])
    },
    read(input) {
      const out: Partial<T> = {}
      for (const [property, , codec] of all) out[property] = codec.read(input)
      return out as T
    },
  }
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

/** The variant names of an externally tagged enum: strings are unit variants, one-key objects carry a body. */
type VariantName<T> = T extends string ? T : keyof T & string
type VariantBody<T, K extends string> = T extends { readonly [P in K]: infer B } ? B : never

/**
 * serde's externally tagged enum, kept in memory as it stands in JSON: `'CclWasm'` or `{ Echo: { payload } }`. The order
 * of `variants` is the bincode index. @param variants a codec for the body, or null for a unit variant
 */
export function variants<T>(
  name: string,
  variants: {
    readonly [K in VariantName<T>]: K extends T ? null : Codec<VariantBody<Exclude<T, string>, K>>
  },
): Codec<T> {
  const all = Object.entries(variants) as readonly (readonly [string, Codec<unknown> | null])[]
  const split = (value: T): readonly [string, unknown] =>
    typeof value === 'string' ? [value, null] : (Object.entries(value as object)[0] as [string, unknown])
  return {
    encode(value) {
      const [tag, body] = split(value)
      const codec = all.find(([known]) => known === tag)?.[1]
      return codec ? { [tag]: codec.encode(body) } : tag
    },
    decode(json, at) {
      const keys = isObject(json) ? Object.keys(json) : []
      const tag = typeof json === 'string' ? json : keys.length === 1 ? keys[0]! : undefined
      const found = all.find(([known]) => known === tag)
      if (found === undefined) {
        throw mismatch(at, `${name}: one of ${all.map(([known]) => known).join(', ')}`, json)
      }
      const body = isObject(json) ? json[tag!]! : null
      const codec = found[1]
      if (codec === null) {
        if (body !== null) throw mismatch(`${at}.${tag}`, 'nothing', body)
        return tag as T
      }
      if (!isObject(json)) throw mismatch(at, `${name}.${tag} with its fields`, json)
      return { [tag!]: codec.decode(body, `${at}.${tag}`) } as T
    },
    write(out, value) {
      const [tag, body] = split(value)
      const index = all.findIndex(([known]) => known === tag)
      if (index < 0) throw new IcnError('Serialization', `${name} has no variant ${inWords(tag)}.`)
      out.u32(index)
      all[index]![1]?.write(out, body)
    },
    read(input) {
      const index = input.u32()
      const found = all[index]
      if (found === undefined) throw input.error(`${name} has ${all.length} variants, got index ${index}`)
      const [tag, codec] = found
      return (codec === null ? tag : { [tag]: codec.read(input) }) as T
    },
  }
}

/** A value of one codec seen as another type, for instance a newtype. */
export function mapped<A, B>(inner: Codec<A>, into: (value: A) => B, from: (value: B) => A): Codec<B> {
  return {
    encode: (value) => inner.encode(from(value)),
    decode: (json, at) => into(inner.decode(json, at)),
    write: (out, value) => inner.write(out, from(value)),
    read: (input) => into(inner.read(input)),
  }
}

function noBincode(what: string): never {
  throw new IcnError('Serialization', `${what} has no bincode form.`)
}
