/**
 * A page: some dozens of neighbouring rows of a run as one value, because IndexedDB charges by the record and not by the
 * byte. A page also names the last key of the page before it, so that a page alone proves which keys are absent.
 */
import type { Cell } from './cell.ts'
import { decoding, FRAME_HEADER, openFrame } from './frame.ts'
import { ByteReader, MalformedBytes } from './pack.ts'
import { CellKind, decodeCell, skipCell } from './record.ts'
import { lowerBound } from './sorted-map.ts'

/** Where a page under construction is closed. Large rows are kept aside, so a page never exceeds this by much. */
export const PAGE_BYTES = 32 * 1024

export class Page {
  readonly run: number
  /** Last key of the page before, or '' in the first one: every key between it and `last` is here or nowhere in the run. */
  readonly previous: string
  readonly keys: readonly string[]
  /** When it was last looked at, in ticks of the cache. */
  used = 0
  readonly #frame: Uint8Array
  /** Where each cell begins, and where the last one ends. A cell is only made of it when somebody wants that row. */
  readonly #starts: Uint32Array
  readonly #cells: Cell[] = []

  constructor(
    run: number,
    previous: string,
    keys: readonly string[],
    frame: Uint8Array,
    starts: Uint32Array,
  ) {
    this.run = run
    this.previous = previous
    this.keys = keys
    this.#frame = frame
    this.#starts = starts
  }

  get bytes(): number {
    return this.#frame.length
  }

  get last(): string {
    return this.keys[this.keys.length - 1]!
  }

  cellAt(at: number): Cell {
    const made = this.#cells[at]
    if (made) return made
    const cell = decodeCell(new ByteReader(this.#frame, this.#starts[at]!, this.#starts[at + 1]!))
    this.#cells[at] = cell
    return cell
  }

  /** The cell as it is stored, for another page. */
  packedAt(at: number): Uint8Array {
    return this.#frame.subarray(this.#starts[at]!, this.#starts[at + 1]!)
  }

  /** What a merge must look into: everything else it moves as it is. */
  isPlainAt(at: number): boolean {
    return this.#frame[this.#starts[at]!] === CellKind.packed
  }

  find(key: string): Cell | undefined {
    const at = lowerBound(this.keys, key)
    return this.keys[at] === key ? this.cellAt(at) : undefined
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
    const starts = new Uint32Array(count + 1)
    for (let i = 0; i < count; i++) {
      starts[i] = reader.offset
      skipCell(reader)
    }
    starts[count] = reader.offset
    reader.end()
    return new Page(run, previous, keys, frame, starts)
  })
}
