/**
 * One description per type, two wire forms. A `Codec` holds how a value looks as serde_json text and as bincode bytes,
 * as serde's derive does in ICN: field order is written once, names are the camelCase ones in snake_case, and both
 * directions obey the rules of ref §0.3 (unknown fields ignored, missing Options accepted, positional arrays accepted,
 * negative or fractional numbers refused for integers).
 */
import { BincodeReader, BincodeWriter } from './bincode.ts'
import { inWords, U64_MAX } from './bytes.ts'
import { IcnError } from './errors.ts'
import { isArray, JsonFloat, type JsonValue, stringifyJson } from './json.ts'
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

// @__NO_SIDE_EFFECTS__
function integer(name: 'u8' | 'u32' | 'i32', min: number, max: number): Codec<number> {
  return {
    encode: (value) => value,
    decode(json, at) {
      if (Number.isInteger(json) && (json as number) >= min && (json as number) <= max) return json as number
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
    if (Number.isSafeInteger(json) && (json as number) >= 0) return BigInt(json as number)
    if (typeof json === 'bigint' && json >= 0n && json <= U64_MAX) return json
    throw mismatch(at, `an integer from 0 to ${U64_MAX}`, json)
  },
  write: (out, value) => out.u64(value),
  read: (input) => input.u64(),
}

// @__NO_SIDE_EFFECTS__
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
      if (typeof byte !== 'number' || (byte & 255) !== byte) {
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

/** For types serde writes as JSON only. */
export function noBincode(what: string): never {
  throw new IcnError('Serialization', `${what} has no bincode form.`)
}
