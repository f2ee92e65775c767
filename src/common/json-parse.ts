/**
 * A strict JSON reader (RFC 8259) for text from outside: exact 64-bit integers, duplicate keys refused, nothing after
 * the value, nesting bounded as in serde_json, and an error that names the place. Rules for values: json.ts.
 */
import { fromUtf8 } from './bytes.ts'
import { IcnError } from './errors.ts'
import { JsonFloat, type JsonObject, type JsonValue } from './json.ts'

/** serde_json's recursion limit. */
export const MAX_JSON_DEPTH = 127

const I64_MIN = -0x8000_0000_0000_0000n
const U64_MAX = 0xffff_ffff_ffff_ffffn
const NUMBER = /-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?/y
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids exactly these inside strings.
const PLAIN = /[^"\\\u0000-\u001f]*/y
const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
}

/**
 * @param input text, or its UTF-8 bytes
 * @param what the name errors carry, for instance `Job JSON`
 * @throws IcnError Serialization with `data.offset`, `data.line` and `data.column` (UTF-16 units, from 1)
 */
export function parseJson(input: string | Uint8Array, what = 'JSON'): JsonValue {
  const text = typeof input === 'string' ? input : fromUtf8(input, what)
  return new Reader(text, what).document()
}

class Reader {
  readonly #text: string
  readonly #what: string
  #at = 0

  constructor(text: string, what: string) {
    this.#text = text
    this.#what = what
  }

  document(): JsonValue {
    const value = this.#value(0)
    this.#space()
    if (this.#at < this.#text.length) throw this.#error(`unexpected ${this.#here()} after the value`)
    return value
  }

  #value(depth: number): JsonValue {
    this.#space()
    switch (this.#text[this.#at]) {
      case '{':
        return this.#object(depth + 1)
      case '[':
        return this.#array(depth + 1)
      case '"':
        return this.#string()
      case 't':
        return this.#word('true', true)
      case 'f':
        return this.#word('false', false)
      case 'n':
        return this.#word('null', null)
      default:
        return this.#number()
    }
  }

  #object(depth: number): JsonObject {
    this.#enter(depth)
    const object: Record<string, JsonValue> = Object.create(null)
    if (this.#closes('}')) return object
    for (;;) {
      this.#space()
      if (this.#text[this.#at] !== '"') throw this.#error(`expected a key in quotes, got ${this.#here()}`)
      const start = this.#at
      const key = this.#string()
      if (key in object) {
        this.#at = start
        throw this.#error(`key ${JSON.stringify(key.slice(0, 64))} appears twice in one object`)
      }
      this.#space()
      if (this.#text[this.#at] !== ':') throw this.#error(`expected ":", got ${this.#here()}`)
      this.#at++
      object[key] = this.#value(depth)
      if (this.#ends('}')) return object
    }
  }

  #array(depth: number): JsonValue[] {
    this.#enter(depth)
    const array: JsonValue[] = []
    if (this.#closes(']')) return array
    for (;;) {
      array.push(this.#value(depth))
      if (this.#ends(']')) return array
    }
  }

  #enter(depth: number): void {
    if (depth > MAX_JSON_DEPTH) throw this.#error(`nesting is deeper than ${MAX_JSON_DEPTH}`)
    this.#at++
  }

  #closes(bracket: string): boolean {
    this.#space()
    if (this.#text[this.#at] !== bracket) return false
    this.#at++
    return true
  }

  #ends(bracket: string): boolean {
    if (this.#closes(bracket)) return true
    if (this.#text[this.#at] !== ',') throw this.#error(`expected "," or "${bracket}", got ${this.#here()}`)
    this.#at++
    return false
  }

  #string(): string {
    let out = ''
    this.#at++
    for (;;) {
      PLAIN.lastIndex = this.#at
      PLAIN.test(this.#text)
      out += this.#text.slice(this.#at, PLAIN.lastIndex)
      this.#at = PLAIN.lastIndex
      const char = this.#text[this.#at]
      if (char === '"') {
        this.#at++
        break
      }
      if (char !== '\\')
        throw this.#error(
          char === undefined
            ? 'the text ends inside a string'
            : 'a control character stands unescaped in a string',
        )
      const code = this.#text[this.#at + 1]
      if (code === 'u') {
        const hex = this.#text.slice(this.#at + 2, this.#at + 6)
        if (!/^[0-9a-fA-F]{4}$/.test(hex)) throw this.#error('a \\u escape needs four hexadecimal digits')
        out += String.fromCharCode(Number.parseInt(hex, 16))
        this.#at += 6
      } else {
        const plain = code === undefined ? undefined : ESCAPES[code]
        if (plain === undefined) throw this.#error('an unknown escape stands in a string')
        out += plain
        this.#at += 2
      }
    }
    if (/\p{Surrogate}/u.test(out)) throw this.#error('a string holds a lone surrogate')
    return out
  }

  #number(): JsonValue {
    const small = this.#smallInteger()
    if (small !== undefined) return small
    NUMBER.lastIndex = this.#at
    const match = NUMBER.exec(this.#text)
    if (match === null) throw this.#error(`expected a value, got ${this.#here()}`)
    const token = match[0]
    if (match[1] !== undefined || match[2] !== undefined || token === '-0') {
      const value = Number(token)
      if (!Number.isFinite(value)) throw this.#error('a number is out of range')
      this.#at += token.length
      return new JsonFloat(value)
    }
    const value = token.length < 16 ? Number(token) : token.length <= 20 ? BigInt(token) : undefined
    if (value === undefined || value > U64_MAX || value < I64_MIN) {
      throw this.#error(
        `the integer ${token.slice(0, 24)}${token.length > 24 ? '…' : ''} does not fit 64 bits`,
      )
    }
    this.#at += token.length
    const near = Number(value)
    return Number.isSafeInteger(near) ? near : value
  }

  /** The common case, byte arrays above all: a plain integer of at most 15 digits. */
  #smallInteger(): number | undefined {
    let value = 0
    let end = this.#at
    for (; end - this.#at < 16; end++) {
      const digit = this.#text.charCodeAt(end) - 48
      if (!(digit >= 0 && digit <= 9)) break
      value = 10 * value + digit
    }
    const length = end - this.#at
    const next = this.#text[end]
    if (length === 0 || length > 15 || next === '.' || next === 'e' || next === 'E') return undefined
    if (length > 1 && this.#text[this.#at] === '0') return undefined
    this.#at = end
    return value
  }

  #word<T extends JsonValue>(word: string, value: T): T {
    if (!this.#text.startsWith(word, this.#at)) throw this.#error(`expected a value, got ${this.#here()}`)
    this.#at += word.length
    return value
  }

  #space(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at)
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return
      this.#at++
    }
  }

  #here(): string {
    const char = this.#text[this.#at]
    return char === undefined ? 'the end of the text' : JSON.stringify(char)
  }

  #error(why: string): IcnError {
    const before = this.#text.slice(0, this.#at)
    const line = before.split('\n').length
    const column = this.#at - before.lastIndexOf('\n')
    return new IcnError('Serialization', `${this.#what}: ${why} at line ${line}, column ${column}.`, {
      data: { offset: this.#at, line, column },
    })
  }
}
