/**
 * The one place where a guest's pointers are decoded. Every pointer and length is taken as unsigned, checked against the
 * memory as it is now before anything is allocated, and read through a fresh view, since the guest or the host may have
 * grown the memory in between. What does not hold traps: `HostAbi`, InvalidParameters.
 */
import { IcnError } from '../common/errors.ts'

const PAGE_BYTES = 65_536
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

export class GuestMemory {
  #memory: WebAssembly.Memory | undefined
  // Text returned by pointer lives in pages the host adds behind the guest's own; this is the part still free.
  #arena = 0
  #arenaEnd = 0

  /** The instance's exported memory, known once it is instantiated. */
  bind(memory: unknown): void {
    if (memory instanceof WebAssembly.Memory) this.#memory = memory
  }

  /** An argument's or an output's range lies in memory as it is now; throws before anything is read or allocated. */
  check(pointer: number, length: number, call: string): void {
    if (length >>> 0 > 0) this.#bounds(pointer >>> 0, length >>> 0, call)
  }

  /** Strict UTF-8; a length of 0 reads as the empty string whatever the pointer (upstream's read_string_safe). */
  text(pointer: number, length: number, call: string): string {
    const start = pointer >>> 0
    const size = length >>> 0
    if (size === 0) return ''
    try {
      return decoder.decode(new Uint8Array(this.#bounds(start, size, call), start, size))
    } catch (cause) {
      if (cause instanceof IcnError) throw cause
      throw trap(call, `the ${size} bytes at ${start} are not UTF-8`, { pointer: start, length: size }, cause)
    }
  }

  /** A copy of the guest's bytes. */
  bytes(pointer: number, length: number, call: string): Uint8Array {
    const start = pointer >>> 0
    const size = length >>> 0
    return size === 0
      ? new Uint8Array(0)
      : new Uint8Array(this.#bounds(start, size, call), start, size).slice()
  }

  /** Length of the string of a compiled contract, `[u32 LE length][bytes]`; all of it lies in memory. */
  counted(pointer: number, call: string): number {
    const start = pointer >>> 0
    const length = new DataView(this.#bounds(start, 4, call)).getUint32(start, true)
    this.check(start + 4, length, call)
    return length
  }

  /** Bytes written, or the negative of what would have been needed, and then nothing was written. */
  write(pointer: number, room: number, bytes: Uint8Array, call: string): number {
    if (bytes.length > room >>> 0) return -bytes.length
    if (bytes.length > 0) {
      const start = pointer >>> 0
      new Uint8Array(this.#bounds(start, bytes.length, call), start, bytes.length).set(bytes)
    }
    return bytes.length
  }

  /** `[u32 LE length][bytes]` in memory of the host's own, as compiled contracts take strings (ref §1.7). */
  place(bytes: Uint8Array, call: string): number {
    const at = this.#reserve(bytes.length, call)
    this.#counted(at, bytes, call)
    return at
  }

  /** An array of such strings with the strings behind it: `[u32 count][u32 capacity][u64 pointer]*`, as the compiler holds it. */
  placeAll(items: readonly Uint8Array[], call: string): number {
    const head = 8 + 8 * items.length
    const at = this.#reserve(
      items.reduce((size, item) => size + 4 + item.length, head),
      call,
    )
    const view = new DataView(this.#current(call).buffer)
    view.setUint32(at, items.length, true)
    view.setUint32(at + 4, items.length, true)
    let next = at + head
    items.forEach((item, i) => {
      view.setBigUint64(at + 8 + 8 * i, BigInt(next), true)
      this.#counted(next, item, call)
      next += 4 + item.length
    })
    return at
  }

  #counted(at: number, bytes: Uint8Array, call: string): void {
    const { buffer } = this.#current(call)
    new DataView(buffer).setUint32(at, bytes.length, true)
    new Uint8Array(buffer, at + 4, bytes.length).set(bytes)
  }

  /** Makes sure that an answer of this length can be placed. @throws IcnError ResourceLimitExceeded, a refusal */
  provide(length: number, call: string): void {
    const size = (4 + length + 7) & ~7
    if (this.#arena + size > this.#arenaEnd) {
      const memory = this.#current(call)
      const pages = Math.ceil(size / PAGE_BYTES)
      try {
        this.#arena = memory.grow(pages) * PAGE_BYTES
      } catch (cause) {
        const held = memory.buffer.byteLength / PAGE_BYTES
        throw new IcnError(
          'ResourceLimitExceeded',
          `${call} needs ${pages} more pages for its answer, but the guest's ${held} pages may not grow`,
          { data: { reason: 'memoryLimit', call, pages: held }, cause },
        )
      }
      this.#arenaEnd = this.#arena + pages * PAGE_BYTES
    }
  }

  /** Room in the host's own pages for a length and so many bytes, on a boundary of 8. */
  #reserve(length: number, call: string): number {
    this.provide(length, call)
    const at = this.#arena
    this.#arena += (4 + length + 7) & ~7
    return at
  }

  #current(call: string): WebAssembly.Memory {
    if (this.#memory === undefined) throw trap(call, 'memory export missing', {})
    return this.#memory
  }

  /** The buffer, once `start + size` lies inside it. Both are below 2^32: the sum is exact. */
  #bounds(start: number, size: number, call: string): ArrayBuffer {
    const buffer = this.#current(call).buffer as ArrayBuffer
    if (start + size > buffer.byteLength) {
      throw trap(call, `${size} bytes at ${start} reach beyond the ${buffer.byteLength} bytes of memory`, {
        pointer: start,
        length: size,
        memory: buffer.byteLength,
      })
    }
    return buffer
  }
}

function trap(call: string, why: string, data: Record<string, number>, cause?: unknown): IcnError {
  return new IcnError('HostAbi', `Invalid parameters: ${call}: ${why}.`, {
    data: { reason: 'InvalidParameters', call, ...data },
    ...(cause === undefined ? {} : { cause }),
  })
}
