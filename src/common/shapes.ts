/** Codecs of compound types, as serde's derive makes them: options, lists, tuples, structs, enums (see codec.ts). */
import { inWords } from './bytes.ts'
import { type Codec, mismatch, noBincode } from './codec.ts'
import { IcnError } from './errors.ts'
import { isArray, isObject, type JsonValue } from './json.ts'

/** A unit struct: null in JSON, no bytes in bincode. */
export const unit: Codec<null> = {
  encode: () => null,
  decode(json, at) {
    if (json === null) return null
    throw mismatch(at, 'null', json)
  },
  write: () => undefined,
  read: () => null,
}

/** `Option<T>`: null when absent; a struct accepts the field's absence. */
// @__NO_SIDE_EFFECTS__
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
// @__NO_SIDE_EFFECTS__
export function omittedOption<T>(item: Codec<T>): Codec<T | null> {
  return {
    ...option(item),
    omitNull: true,
    write: () => noBincode('A type with fields that may be left out'),
    read: () => noBincode('A type with fields that may be left out'),
  }
}

/** serde's `default`. */
// @__NO_SIDE_EFFECTS__
export function withDefault<T>(item: Codec<T>, missing: () => T): Codec<T> {
  return { ...item, missing, hasDefault: true }
}

// @__NO_SIDE_EFFECTS__
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
// @__NO_SIDE_EFFECTS__
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
// @__NO_SIDE_EFFECTS__
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
// @__NO_SIDE_EFFECTS__
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
// @__NO_SIDE_EFFECTS__
export function mapped<A, B>(inner: Codec<A>, into: (value: A) => B, from: (value: B) => A): Codec<B> {
  return {
    encode: (value) => inner.encode(from(value)),
    decode: (json, at) => into(inner.decode(json, at)),
    write: (out, value) => inner.write(out, from(value)),
    read: (input) => into(inner.read(input)),
  }
}
