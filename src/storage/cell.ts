/** One row as the store holds it: deleted, packed, or kept aside because it is large; and unpacked once somebody looks. */
import { decoding } from './frame.ts'
import { pack, unpack } from './pack.ts'

/** Where a value too big for a page lies. */
export interface LargeRef {
  readonly id: number
  readonly length: number
}

/** Packed rows above this are kept aside, so that neither the log in memory nor a merge ever moves them. */
export const LARGE_ROW_BYTES = 16 * 1024

const LOOKED_AT = 1
const DELETED = 2

export class Cell {
  /** The commit that wrote it, as far as it matters: set on cells of the tail only. */
  epoch = 0
  /** Packed form; undefined when large, deleted, or not packed yet. */
  bytes: Uint8Array | undefined
  large: LargeRef | undefined
  #row: unknown
  #state: number

  private constructor(
    state: number,
    row: unknown,
    bytes: Uint8Array | undefined,
    large: LargeRef | undefined,
  ) {
    this.#state = state
    this.#row = row
    this.bytes = bytes
    this.large = large
  }

  static deleted(): Cell {
    return new Cell(DELETED, undefined, undefined, undefined)
  }

  static row(row: unknown): Cell {
    return new Cell(LOOKED_AT, row, undefined, undefined)
  }

  static packed(bytes: Uint8Array): Cell {
    return new Cell(0, undefined, bytes, undefined)
  }

  static large(large: LargeRef): Cell {
    return new Cell(0, undefined, undefined, large)
  }

  get isDeleted(): boolean {
    return this.#state === DELETED
  }

  /** The row, when it can be had without asking the disk. */
  get ready(): boolean {
    return this.#state === LOOKED_AT || this.bytes !== undefined
  }

  row(key: string): unknown {
    if (this.#state === 0 && this.bytes) {
      const { bytes } = this
      this.#row = decoding(`row ${JSON.stringify(key)}`, () => unpack(bytes))
      this.#state = LOOKED_AT
    }
    return this.#row
  }

  /** Packs the row, and says how many bytes it takes. */
  seal(): number {
    if (this.#state === DELETED) return 0
    this.bytes ??= pack(this.#row)
    return this.bytes.length
  }

  /** After its commit: a large row is on disk, and memory keeps only where. */
  setAside(large: LargeRef): void {
    this.large = large
    this.bytes = undefined
    this.#row = undefined
    this.#state = 0
  }
}
