/**
 * One compact byte form for plain data: what rows, events and log records are made of. Every row is packed by itself, so
 * that it can be moved between log and pages without being read. What is not plain data is refused by name and path.
 */
import { IcnError } from '../common/errors.ts'

const MAX_DEPTH = 64
const KEEP_CAPACITY = 1024 * 1024

const Tag = {
  undefined: 0,
  null: 1,
  false: 2,
  true: 3,
  float: 4,
  integer: 5,
  negativeInteger: 6,
  bigint: 7,
  negativeBigint: 8,
  ascii: 9,
  utf8: 10,
  utf16: 11,
  bytes: 12,
  array: 13,
  object: 14,
  smallInteger: 0x40,
  shortAscii: 0x80,
} as const

const utf8 = new TextEncoder()
const fromUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const fromLatin1 = new TextDecoder('latin1')
const floatView = new DataView(new ArrayBuffer(8))

/** A growing buffer. `take` hands out a copy and makes the writer empty again, so one writer serves many values. */
export class ByteWriter {
  #bytes: Uint8Array<ArrayBuffer>
  #length = 0

  constructor(capacity = 1024) {
    this.#bytes = new Uint8Array(capacity)
  }

  get length(): number {
    return this.#length
  }

  #room(count: number): Uint8Array {
    const needed = this.#length + count
    if (needed > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2))
      grown.set(this.#bytes.subarray(0, this.#length))
      this.#bytes = grown
    }
    return this.#bytes
  }

  byte(value: number): void {
    this.#room(1)[this.#length++] = value
  }

  /** A non-negative safe integer, seven bits a byte, low bits first. */
  varint(value: number): void {
    const bytes = this.#room(8)
    let rest = value
    while (rest >= 0x80) {
      bytes[this.#length++] = (rest % 0x80) | 0x80
      rest = rest < 0x8000_0000 ? rest >>> 7 : Math.floor(rest / 0x80)
    }
    bytes[this.#length++] = rest
  }

  u32(value: number): void {
    const bytes = this.#room(4)
    bytes[this.#length++] = value
    bytes[this.#length++] = value >>> 8
    bytes[this.#length++] = value >>> 16
    bytes[this.#length++] = value >>> 24
  }

  bytes(value: Uint8Array): void {
    this.#room(value.length).set(value, this.#length)
    this.#length += value.length
  }

  float(value: number): void {
    floatView.setFloat64(0, value, true)
    const bytes = this.#room(8)
    for (let i = 0; i < 8; i++) bytes[this.#length++] = floatView.getUint8(i)
  }

  /** A string with its tag. Any sequence of UTF-16 code units survives, lone surrogates included. */
  string(value: string): void {
    const { length } = value
    if (length < 64) {
      const bytes = this.#room(length + 1)
      const start = this.#length
      let at = start + 1
      for (let i = 0; i < length; i++) {
        const unit = value.charCodeAt(i)
        if (unit >= 0x80) break
        bytes[at++] = unit
      }
      if (at === start + 1 + length) {
        bytes[start] = Tag.shortAscii | length
        this.#length = at
        return
      }
    }
    if (isWellFormed(value)) {
      // Three bytes a code unit is UTF-8's worst case; the length goes first, so short of encoding twice we copy once.
      const bytes = this.#room(length * 3 + 9)
      const at = this.#length + 9
      const { written } = utf8.encodeInto(value, bytes.subarray(at))
      this.byte(written === length ? Tag.ascii : Tag.utf8)
      this.varint(written)
      bytes.copyWithin(this.#length, at, at + written)
      this.#length += written
      return
    }
    this.byte(Tag.utf16)
    this.varint(length)
    const bytes = this.#room(length * 2)
    for (let i = 0; i < length; i++) {
      const unit = value.charCodeAt(i)
      bytes[this.#length++] = unit
      bytes[this.#length++] = unit >>> 8
    }
  }

  /** A plain value with its tag. */
  value(value: unknown, path = 'value', depth = 0): void {
    if (depth > MAX_DEPTH) throw refuse(path, `is nested deeper than ${MAX_DEPTH} levels or refers to itself`)
    switch (typeof value) {
      case 'undefined':
        this.byte(Tag.undefined)
        break
      case 'boolean':
        this.byte(value ? Tag.true : Tag.false)
        break
      case 'number':
        this.#number(value)
        break
      case 'bigint':
        this.#bigint(value)
        break
      case 'string':
        this.string(value)
        break
      case 'object':
        if (value === null) this.byte(Tag.null)
        else this.#object(value, path, depth)
        break
      default:
        throw refuse(path, `is a ${typeof value}`)
    }
  }

  #number(value: number): void {
    if (!Number.isSafeInteger(value) || Object.is(value, -0)) {
      this.byte(Tag.float)
      this.float(value)
    } else if (value < 0) {
      this.byte(Tag.negativeInteger)
      this.varint(-value)
    } else if (value < 64) {
      this.byte(Tag.smallInteger | value)
    } else {
      this.byte(Tag.integer)
      this.varint(value)
    }
  }

  #bigint(value: bigint): void {
    this.byte(value < 0n ? Tag.negativeBigint : Tag.bigint)
    let rest = value < 0n ? -value : value
    const limbs: number[] = []
    while (rest > 0n) {
      limbs.push(Number(rest & 0xffff_ffffn))
      rest >>= 32n
    }
    this.varint(limbs.length)
    for (const limb of limbs) this.u32(limb)
  }

  #object(value: object, path: string, depth: number): void {
    if (Array.isArray(value)) {
      this.byte(Tag.array)
      this.varint(value.length)
      for (let i = 0; i < value.length; i++) this.value(value[i], `${path}[${i}]`, depth + 1)
      return
    }
    if (value instanceof Uint8Array) {
      this.byte(Tag.bytes)
      this.varint(value.length)
      this.bytes(value)
      return
    }
    const prototype: unknown = Object.getPrototypeOf(value)
    if (prototype !== Object.prototype && prototype !== null) {
      throw refuse(path, `is a ${value.constructor?.name ?? 'class'} object`)
    }
    const names = Object.keys(value)
    this.byte(Tag.object)
    this.varint(names.length)
    for (const name of names) {
      this.string(name)
      this.value((value as Record<string, unknown>)[name], `${path}.${name}`, depth + 1)
    }
  }

  take(): Uint8Array<ArrayBuffer> {
    const taken = this.#bytes.slice(0, this.#length)
    this.reset()
    return taken
  }

  /** Forgets what was written (a refused value leaves half of itself behind) and lets go of an outsized buffer. */
  reset(): void {
    this.#length = 0
    if (this.#bytes.length > KEEP_CAPACITY) this.#bytes = new Uint8Array(KEEP_CAPACITY)
  }
}

function refuse(path: string, what: string): IcnError {
  return new IcnError(
    'Serialization',
    `A row or event may hold plain data only (null, booleans, numbers, bigints, strings, Uint8Array, arrays and plain objects), but ${path} ${what}.`,
    { data: { path } },
  )
}

/** Thrown for bytes that are not of our making; the caller that knows the place turns it into an `IcnError`. */
export class MalformedBytes extends Error {
  override readonly name = 'MalformedBytes'
}

export class ByteReader {
  readonly #bytes: Uint8Array
  #at: number
  readonly #end: number

  constructor(bytes: Uint8Array, start = 0, end = bytes.length) {
    this.#bytes = bytes
    this.#at = start
    this.#end = end
  }

  get offset(): number {
    return this.#at
  }

  get left(): number {
    return this.#end - this.#at
  }

  byte(): number {
    if (this.#at >= this.#end) throw new MalformedBytes(`ends at byte ${this.#end} where more was promised`)
    return this.#bytes[this.#at++]!
  }

  varint(): number {
    let value = 0
    let scale = 1
    for (let i = 0; i < 8; i++) {
      const byte = this.byte()
      value += (byte & 0x7f) * scale
      if (byte < 0x80) {
        if (value > Number.MAX_SAFE_INTEGER) break
        return value
      }
      scale *= 0x80
    }
    throw new MalformedBytes(`has a number beyond 2^53 before byte ${this.#at}`)
  }

  u32(): number {
    return (this.byte() | (this.byte() << 8) | (this.byte() << 16) | (this.byte() << 24)) >>> 0
  }

  /** A view, not a copy. */
  bytes(length: number): Uint8Array {
    if (length > this.left) {
      throw new MalformedBytes(`promises ${length} bytes at byte ${this.#at} and has ${this.left}`)
    }
    this.#at += length
    return this.#bytes.subarray(this.#at - length, this.#at)
  }

  skip(length: number): void {
    if (length > this.left) {
      throw new MalformedBytes(`promises ${length} bytes at byte ${this.#at} and has ${this.left}`)
    }
    this.#at += length
  }

  string(): string {
    return this.#string(this.byte())
  }

  #string(tag: number): string {
    if (tag >= Tag.shortAscii && tag < Tag.shortAscii + 64) return this.#ascii(tag & 63)
    switch (tag) {
      case Tag.ascii:
        return this.#ascii(this.varint())
      case Tag.utf8:
        try {
          return fromUtf8.decode(this.bytes(this.varint()))
        } catch (error) {
          if (error instanceof MalformedBytes) throw error
          throw new MalformedBytes(`has a string that is not UTF-8 before byte ${this.#at}`)
        }
      case Tag.utf16: {
        const units = this.bytes(this.varint() * 2)
        let text = ''
        for (let i = 0; i < units.length; i += 2)
          text += String.fromCharCode(units[i]! | (units[i + 1]! << 8))
        return text
      }
      default:
        throw new MalformedBytes(`has tag ${tag} where a string was expected before byte ${this.#at}`)
    }
  }

  #ascii(length: number): string {
    const bytes = this.bytes(length)
    if (length > 24) return fromLatin1.decode(bytes)
    let text = ''
    for (let i = 0; i < length; i++) text += String.fromCharCode(bytes[i]!)
    return text
  }

  value(depth = 0): unknown {
    if (depth > MAX_DEPTH + 1) throw new MalformedBytes(`is nested deeper than ${MAX_DEPTH} levels`)
    const tag = this.byte()
    if (tag >= Tag.shortAscii) return this.#string(tag)
    if (tag >= Tag.smallInteger) return tag & 63
    switch (tag) {
      case Tag.undefined:
        return undefined
      case Tag.null:
        return null
      case Tag.false:
        return false
      case Tag.true:
        return true
      case Tag.float: {
        const bytes = this.bytes(8)
        for (let i = 0; i < 8; i++) floatView.setUint8(i, bytes[i]!)
        return floatView.getFloat64(0, true)
      }
      case Tag.integer:
        return this.varint()
      case Tag.negativeInteger:
        return -this.varint()
      case Tag.bigint:
        return this.#bigint()
      case Tag.negativeBigint:
        return -this.#bigint()
      case Tag.bytes:
        return this.bytes(this.varint()).slice()
      case Tag.array: {
        const length = this.varint()
        if (length > this.left) throw new MalformedBytes(`promises ${length} items before byte ${this.#at}`)
        const items: unknown[] = []
        for (let i = 0; i < length; i++) items.push(this.value(depth + 1))
        return items
      }
      case Tag.object:
        return this.#object(depth)
      default:
        return this.#string(tag)
    }
  }

  #bigint(): bigint {
    const limbs = this.varint()
    if (limbs * 4 > this.left) throw new MalformedBytes(`promises ${limbs} limbs before byte ${this.#at}`)
    let value = 0n
    let shift = 0n
    for (let i = 0; i < limbs; i++) {
      value |= BigInt(this.u32()) << shift
      shift += 32n
    }
    return value
  }

  #object(depth: number): Record<string, unknown> {
    const count = this.varint()
    const object: Record<string, unknown> = {}
    for (let i = 0; i < count; i++) {
      const name = this.string()
      const value = this.value(depth + 1)
      if (name === '__proto__') {
        Object.defineProperty(object, name, { value, writable: true, enumerable: true, configurable: true })
      } else {
        object[name] = value
      }
    }
    return object
  }

  end(): void {
    if (this.left > 0) throw new MalformedBytes(`has ${this.left} bytes too many after byte ${this.#at}`)
  }
}

const shared = new ByteWriter(64 * 1024)

export function pack(value: unknown): Uint8Array<ArrayBuffer> {
  try {
    shared.value(value)
    return shared.take()
  } finally {
    shared.reset()
  }
}

export function unpack(bytes: Uint8Array): unknown {
  const reader = new ByteReader(bytes)
  const value = reader.value()
  reader.end()
  return value
}

function isWellFormed(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (unit < 0xd800 || unit > 0xdfff) continue
    if (unit > 0xdbff) return false
    const next = text.charCodeAt(++i)
    if (!(next >= 0xdc00 && next <= 0xdfff)) return false
  }
  return true
}
