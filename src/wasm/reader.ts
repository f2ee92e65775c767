/** A bounded cursor over module bytes. It never reads past its end and every failure names section and offset. */
import { malformed } from './errors.ts'

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

export class Reader {
  readonly bytes: Uint8Array
  position: number
  end: number
  section: string

  constructor(bytes: Uint8Array, position: number, end: number, section: string) {
    this.bytes = bytes
    this.position = position
    this.end = end
    this.section = section
  }

  get done(): boolean {
    return this.position >= this.end
  }

  fail(expected: string, offset = this.position, found?: string): never {
    throw malformed(this.section, offset, expected, found)
  }

  byte(what: string): number {
    if (this.position >= this.end) this.fail(what, this.position, 'the end of the section')
    return this.bytes[this.position++]!
  }

  /** Unsigned LEB128 of at most 32 bits, at most five bytes, no stray bits in the last. */
  u32(what: string): number {
    const start = this.position
    let value = 0
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte(what)
      if (shift === 28 && byte > 0x0f) this.fail(`${what} as an unsigned 32-bit LEB128 number`, start)
      value |= (byte & 0x7f) << shift
      if (byte < 0x80) return value >>> 0
    }
  }

  /** Signed LEB128 of `bits` (32, 33 or 64), checked for length and sign extension; the low 32 bits are returned. */
  signed(bits: number, what: string): number {
    const start = this.position
    const lastShift = bits === 64 ? 63 : 28
    let value = 0
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte(what)
      if (shift < 32) value |= (byte & 0x7f) << shift
      if (shift === lastShift) {
        // The bits above the value must all repeat its sign, and there may be no further byte.
        const used = bits - shift
        const upper = (byte << 25) >> (25 + used - 1)
        if (byte >= 0x80 || (upper !== 0 && upper !== -1))
          this.fail(`${what} as a signed ${bits}-bit LEB128 number`, start)
        return value
      }
      if (byte < 0x80) {
        if (shift + 7 < 32 && (byte & 0x40) !== 0) value |= -1 << (shift + 7)
        return value
      }
    }
  }

  skip(count: number, what: string): void {
    if (count > this.end - this.position)
      this.fail(`${count} bytes of ${what}`, this.position, `${this.end - this.position}`)
    this.position += count
  }

  name(what: string): string {
    const length = this.u32(`the length of ${what}`)
    const start = this.position
    this.skip(length, what)
    try {
      return utf8.decode(this.bytes.subarray(start, start + length))
    } catch {
      return this.fail(`${what} in valid UTF-8`, start)
    }
  }

  /**
   * A vector's count, refused when it could not fit into what is left at `smallest` bytes an entry. So nothing is ever
   * allocated by a number the module merely claims.
   */
  count(what: string, smallest = 1): number {
    const start = this.position
    const count = this.u32(`the number of ${what}`)
    if (count > (this.end - this.position) / smallest)
      this.fail(
        `at most ${Math.floor((this.end - this.position) / smallest)} ${what} in the bytes left`,
        start,
        `${count}`,
      )
    return count
  }
}
