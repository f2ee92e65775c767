/** A growing byte buffer with the binary format's number encodings. */

export class Writer {
  bytes: Uint8Array<ArrayBuffer>
  length = 0

  constructor(capacity: number) {
    this.bytes = new Uint8Array(Math.max(capacity, 64))
  }

  /** Make room for `more` bytes. */
  reserve(more: number): void {
    if (this.length + more <= this.bytes.length) return
    const grown = new Uint8Array(Math.max(this.bytes.length * 2, this.length + more))
    grown.set(this.bytes.subarray(0, this.length))
    this.bytes = grown
  }

  byte(value: number): void {
    if (this.length >= this.bytes.length) this.reserve(1)
    this.bytes[this.length++] = value
  }

  copy(source: Uint8Array, from: number, to: number): void {
    const count = to - from
    if (count <= 0) return
    this.reserve(count)
    if (count > 48) this.bytes.set(source.subarray(from, to), this.length)
    else for (let i = 0, at = this.length; i < count; i++) this.bytes[at + i] = source[from + i]!
    this.length += count
  }

  u32(value: number): void {
    this.reserve(5)
    let rest = value >>> 0
    while (rest >= 0x80) {
      this.bytes[this.length++] = (rest & 0x7f) | 0x80
      rest >>>= 7
    }
    this.bytes[this.length++] = rest
  }

  /** Signed LEB128 of a safe integer. */
  signed(value: number): void {
    this.reserve(10)
    let rest = value
    for (;;) {
      const low = rest - Math.floor(rest / 128) * 128
      rest = Math.floor(rest / 128)
      const done = (rest === 0 && low < 64) || (rest === -1 && low >= 64)
      this.bytes[this.length++] = done ? low : low | 0x80
      if (done) return
    }
  }

  /** A length in five bytes, so that it can be written before the content is known; fill with `patch`. */
  placeholder(): number {
    this.reserve(5)
    const at = this.length
    this.length += 5
    return at
  }

  /** Write the distance from behind the placeholder to here into it, closing the gap its shorter form leaves. */
  patch(at: number): void {
    const size = this.length - at - 5
    let width = 1
    for (let rest = size >>> 7; rest > 0; rest >>>= 7) width++
    this.bytes.copyWithin(at + width, at + 5, this.length)
    const end = at + width + size
    this.length = at
    this.u32(size)
    this.length = end
  }

  name(text: string): void {
    const encoded = new TextEncoder().encode(text)
    this.u32(encoded.length)
    this.copy(encoded, 0, encoded.length)
  }

  /** What was written, as its own buffer. */
  finish(): Uint8Array<ArrayBuffer> {
    return this.bytes.slice(0, this.length)
  }
}
