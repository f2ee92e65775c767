/**
 * Byte arrays: guards that say what was expected and what came, hex, strict UTF-8, little-endian integers. Nothing here
 * hashes or touches a platform API beyond TextEncoder and TextDecoder, so page and worker both use it.
 */
import { IcnError } from './errors.ts'

/** Length of an Ed25519 public key, a seed and a SHA-256 digest, bytes. */
export const KEY_BYTES = 32
/** Length of an Ed25519 signature, bytes. */
export const SIGNATURE_BYTES = 64
/** Greatest u64. */
export const U64_MAX = 0xffff_ffff_ffff_ffffn

const encoder = /* @__PURE__ */ new TextEncoder()
const strictDecoder = /* @__PURE__ */ new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** What a value is, in words fit for an error message. */
export function inWords(value: unknown): string {
  if (value === null) return 'null'
  if (value instanceof Uint8Array) return `${value.length} bytes`
  if (Array.isArray(value)) return `an array of ${value.length}`
  if (typeof value === 'string') {
    return `the string ${JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value)}`
  }
  if (typeof value === 'object') return 'an object'
  if (typeof value === 'number' || typeof value === 'bigint') return `the number ${value}`
  return typeof value === 'boolean' ? `${value}` : typeof value
}

/** @throws IcnError InvalidSpec when `value` is not a Uint8Array, or not of `length` bytes when one is given. */
export function expectBytes(value: unknown, title: string, length?: number): Uint8Array {
  if (value instanceof Uint8Array && (length === undefined || value.length === length)) return value
  const expected = length === undefined ? 'a Uint8Array' : `${length} bytes`
  throw new IcnError('InvalidSpec', `${title} must be ${expected}, got ${inWords(value)}.`, {
    data: {
      argument: title,
      expected: length ?? 'Uint8Array',
      actual: value instanceof Uint8Array ? value.length : inWords(value),
    },
  })
}

/** @throws IcnError InvalidSpec when `value` is not a bigint within u64. */
export function expectU64(value: unknown, title: string): bigint {
  if (typeof value === 'bigint' && value >= 0n && value <= U64_MAX) return value
  throw new IcnError(
    'InvalidSpec',
    `${title} must be a bigint from 0 to ${U64_MAX}, got ${typeof value === 'bigint' ? `${value}n` : inWords(value)}.`,
    { data: { argument: title } },
  )
}

export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}

export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array {
  let length = 0
  for (const part of parts) length += part.length
  const out = new Uint8Array(length)
  let offset = 0
  for (const part of parts) {
    out.set(part, offset)
    offset += part.length
  }
  return out
}

const LONE_SURROGATE = /\p{Surrogate}/u

/** Whether UTF-8 can hold the text, so that it reads back the same: it has no lone surrogate. */
export function isUnicode(text: string): boolean {
  return !LONE_SURROGATE.test(text)
}

/** @throws IcnError InvalidSpec when `value` is not a string, or one that UTF-8 cannot hold */
export function expectText(value: unknown, title: string): string {
  if (typeof value === 'string' && isUnicode(value)) return value
  const wrong = typeof value === 'string' ? `${inWords(value)}, which has a lone surrogate` : inWords(value)
  throw new IcnError('InvalidSpec', `${title} must be a string, got ${wrong}.`, { data: { argument: title } })
}

/** UTF-8 bytes of a string; a lone surrogate, which no UTF-8 can hold, becomes U+FFFD. */
export function utf8(text: string): Uint8Array {
  return encoder.encode(text)
}

/** @throws IcnError Serialization when the bytes are not UTF-8. */
export function fromUtf8(bytes: Uint8Array, title = 'Text'): string {
  try {
    return strictDecoder.decode(bytes)
  } catch (cause) {
    throw new IcnError('Serialization', `${title} is not valid UTF-8 (${bytes.length} bytes).`, {
      data: { length: bytes.length },
      cause,
    })
  }
}

/** Lower-case hexadecimal. */
export function toHex(bytes: Uint8Array): string {
  let out = ''
  for (const byte of bytes) out += (byte < 16 ? '0' : '') + byte.toString(16)
  return out
}

/** @throws IcnError InvalidSpec on an odd length or a character that is not a hexadecimal digit. */
export function fromHex(hex: string, title = 'Hexadecimal text'): Uint8Array {
  if (hex.length % 2 !== 0 || /[^0-9a-fA-F]/.test(hex)) {
    throw new IcnError(
      'InvalidSpec',
      `${title} must be an even number of hexadecimal digits, got ${inWords(hex)}.`,
    )
  }
  const out = new Uint8Array(hex.length / 2)
  for (let i = 0; i < out.length; i++) out[i] = Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16)
  return out
}

/** Eight little-endian bytes of a u64 (ref §0.3). @throws IcnError InvalidSpec outside u64. */
export function u64le(value: bigint, title = 'Integer'): Uint8Array {
  const out = new Uint8Array(8)
  new DataView(out.buffer).setBigUint64(0, expectU64(value, title), true)
  return out
}

/** Four little-endian bytes of a u32. @throws IcnError InvalidSpec outside u32. */
export function u32le(value: number, title = 'Integer'): Uint8Array {
  if (!Number.isInteger(value) || value < 0 || value > 0xffff_ffff) {
    throw new IcnError(
      'InvalidSpec',
      `${title} must be an integer from 0 to 4294967295, got ${inWords(value)}.`,
    )
  }
  const out = new Uint8Array(4)
  new DataView(out.buffer).setUint32(0, value, true)
  return out
}

/** Four little-endian bytes of an IEEE 754 single. */
export function f32le(value: number): Uint8Array {
  const out = new Uint8Array(4)
  new DataView(out.buffer).setFloat32(0, value, true)
  return out
}

/** The first eight bytes as a little-endian u64; missing bytes count as zero. */
export function u64FromLe(bytes: Uint8Array): bigint {
  let value = 0n
  for (let i = Math.min(8, bytes.length) - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i]!)
  return value
}

/** The number that any count of bytes, at least one, stand for. */
export function littleEndian(bytes: Uint8Array): bigint {
  let hex = ''
  for (let i = bytes.length - 1; i >= 0; i--) hex += bytes[i]!.toString(16).padStart(2, '0')
  return BigInt(`0x${hex}`)
}
