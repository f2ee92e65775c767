/**
 * A page: some dozens of neighbouring rows of a run as one value, because IndexedDB charges by the record and not by the
 * byte. A page also names the last key of the page before it, so that a page alone proves which keys are absent.
 */
import type { Cell } from './cell.ts'
import { decoding, FRAME_HEADER, openFrame, sealFrame } from './frame.ts'
import { ByteReader, ByteWriter, MalformedBytes } from './pack.ts'
import { decodeCell, encodeCell } from './record.ts'
import { lowerBound } from './sorted-map.ts'

/** Where a page under construction is closed. Large rows are kept aside, so a page never exceeds this by much. */
export const PAGE_BYTES = 32 * 1024

export class Page {
  readonly run: number
  /** Last key of the page before, or '' in the first one: every key between it and `last` is here or nowhere in the run. */
  readonly previous: string
  readonly keys: readonly string[]
  readonly cells: readonly Cell[]
  readonly bytes: number
  /** When it was last looked at, in ticks of the cache. */
  used = 0

  constructor(run: number, previous: string, keys: readonly string[], cells: readonly Cell[], bytes: number) {
    this.run = run
    this.previous = previous
    this.keys = keys
    this.cells = cells
    this.bytes = bytes
  }

  get last(): string {
    return this.keys[this.keys.length - 1]!
  }

  find(key: string): Cell | undefined {
    const at = lowerBound(this.keys, key)
    return this.keys[at] === key ? this.cells[at] : undefined
  }
}

export class PageBuilder {
  readonly #body = new ByteWriter(PAGE_BYTES * 2)
  #keys: string[] = []
  #keyUnits = 0
  #previous = ''

  readonly #run: number
  readonly #pageBytes: number

  constructor(run: number, pageBytes = PAGE_BYTES, previous = '') {
    this.#run = run
    this.#pageBytes = pageBytes
    this.#previous = previous
  }

  get isEmpty(): boolean {
    return this.#keys.length === 0
  }

  get isFull(): boolean {
    return this.#body.length + this.#keyUnits >= this.#pageBytes
  }

  /** Keys must come in order. */
  add(key: string, cell: Cell): void {
    this.#keys.push(key)
    this.#keyUnits += key.length
    encodeCell(this.#body, cell)
  }

  /** Closes the page; the next one follows it. */
  take(): {
    readonly first: string
    readonly last: string
    readonly rows: number
    readonly frame: Uint8Array<ArrayBuffer>
  } {
    const keys = this.#keys
    const body = this.#body.take()
    const writer = this.#body
    writer.bytes(new Uint8Array(FRAME_HEADER))
    writer.varint(this.#run)
    writer.string(this.#previous)
    writer.varint(keys.length)
    for (const key of keys) writer.varint(key.length)
    writer.string(keys.join(''))
    writer.bytes(body)
    const last = keys[keys.length - 1]!
    this.#previous = last
    this.#keys = []
    this.#keyUnits = 0
    return { first: keys[0]!, last, rows: keys.length, frame: sealFrame('page', writer.take()) }
  }
}

export function decodePage(run: number, value: unknown): Page {
  const place = `page of run ${run}`
  const frame = openFrame('page', place, value)
  return decoding(place, () => {
    const reader = new ByteReader(frame, FRAME_HEADER)
    const inside = reader.varint()
    if (inside !== run) throw new MalformedBytes(`belongs to run ${inside}`)
    const previous = reader.string()
    const count = reader.varint()
    if (count === 0 || count > reader.left) throw new MalformedBytes(`promises ${count} rows`)
    const lengths: number[] = []
    for (let i = 0; i < count; i++) lengths.push(reader.varint())
    // All keys are one string, decoded at one go: they are then slices of it and cost almost nothing.
    const joined = reader.string()
    const keys: string[] = []
    let at = 0
    for (const length of lengths) {
      keys.push(joined.slice(at, at + length))
      at += length
    }
    if (at !== joined.length) throw new MalformedBytes('has keys that do not add up')
    const cells: Cell[] = []
    for (let i = 0; i < count; i++) cells.push(decodeCell(reader))
    reader.end()
    return new Page(run, previous, keys, cells, frame.length)
  })
}
