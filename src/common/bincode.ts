/**
 * bincode 1.x with its default options (ref §0.3): little-endian fixed-width integers, u64 lengths, u32 enum tags, one
 * byte for bool and Option. The reader is bounded by the bytes it was given and exact: what is left over is an error.
 */
import { expectU64, fromUtf8, utf8 } from './bytes.ts'
import { IcnError } from './errors.ts'

export class BincodeWriter {
  #bytes = new Uint8Array(256)
  #view = new DataView(this.#bytes.buffer)
  #length = 0

  #room(count: number): number {
    const at = this.#length
    this.#length += count
    if (this.#length > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(this.#length, 2 * this.#bytes.length))
      grown.set(this.#bytes)
      this.#bytes = grown
      this.#view = new DataView(grown.buffer)
    }
    return at
  }

  u8(value: number): void {
    const at = this.#room(1)
    this.#view.setUint8(at, value)
  }

  u32(value: number): void {
    const at = this.#room(4)
    this.#view.setUint32(at, value, true)
  }

  i32(value: number): void {
    const at = this.#room(4)
    this.#view.setInt32(at, value, true)
  }

  u64(value: bigint): void {
    expectU64(value, 'A u64 field')
    const at = this.#room(8)
    this.#view.setBigUint64(at, value, true)
  }

  f32(value: number): void {
    const at = this.#room(4)
    this.#view.setFloat32(at, value, true)
  }

  f64(value: number): void {
    const at = this.#room(8)
    this.#view.setFloat64(at, value, true)
  }

  bool(value: boolean): void {
    this.u8(value ? 1 : 0)
  }

  /** Length prefix of a sequence, map, string or byte vector. */
  length(value: number): void {
    this.u64(BigInt(value))
  }

  bytes(value: Uint8Array): void {
    this.length(value.length)
    const at = this.#room(value.length)
    this.#bytes.set(value, at)
  }

  string(value: string): void {
    this.bytes(utf8(value))
  }

  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length)
  }
}

export class BincodeReader {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  readonly #what: string
  #at = 0

  /** @param what the name errors carry, for instance `Job spec` */
  constructor(bytes: Uint8Array, what = 'bincode') {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#what = what
  }

  #take(count: number, what: string): number {
    const at = this.#at
    const left = this.#bytes.length - at
    if (count > left) throw this.error(`${what} needs ${count} bytes, ${left} are left`)
    this.#at += count
    return at
  }

  u8(): number {
    return this.#view.getUint8(this.#take(1, 'a u8'))
  }

  u32(): number {
    return this.#view.getUint32(this.#take(4, 'a u32'), true)
  }

  i32(): number {
    return this.#view.getInt32(this.#take(4, 'an i32'), true)
  }

  u64(): bigint {
    return this.#view.getBigUint64(this.#take(8, 'a u64'), true)
  }

  f32(): number {
    return this.#view.getFloat32(this.#take(4, 'an f32'), true)
  }

  f64(): number {
    return this.#view.getFloat64(this.#take(8, 'an f64'), true)
  }

  bool(): boolean {
    const byte = this.u8()
    if (byte > 1) throw this.error(`a bool or Option tag must be 0 or 1, got ${byte}`)
    return byte === 1
  }

  /** A length prefix, refused when even one byte per item would not fit what is left. */
  length(): number {
    const value = this.u64()
    const left = this.#bytes.length - this.#at
    if (value > BigInt(left)) throw this.error(`a length of ${value} exceeds the ${left} bytes that are left`)
    return Number(value)
  }

  bytes(): Uint8Array {
    const count = this.length()
    const at = this.#take(count, 'a byte vector')
    return this.#bytes.slice(at, at + count)
  }

  string(): string {
    const count = this.length()
    const at = this.#take(count, 'a string')
    return fromUtf8(this.#bytes.subarray(at, at + count), `${this.#what}: a string at byte ${at}`)
  }

  /** @throws IcnError Serialization when bytes are left over. */
  finish(): void {
    const left = this.#bytes.length - this.#at
    if (left > 0) throw this.error(`${left} bytes are left over`)
  }

  error(why: string): IcnError {
    return new IcnError(
      'Serialization',
      `${this.#what}: ${why}, at byte ${this.#at} of ${this.#bytes.length}.`,
      {
        data: { offset: this.#at, length: this.#bytes.length },
      },
    )
  }
}
