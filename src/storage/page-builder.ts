/** A page under construction, closed when it is full. Read back by page.ts. */
import type { Cell } from './cell.ts'
import { FRAME_HEADER, sealFrame } from './frame.ts'
import { ByteWriter } from './pack.ts'
import { PAGE_BYTES } from './page.ts'
import { CellKind } from './record.ts'

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

  /** A cell as another page holds it. */
  addPacked(key: string, packed: Uint8Array): void {
    this.#keys.push(key)
    this.#keyUnits += key.length
    this.#body.bytes(packed)
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

function encodeCell(target: ByteWriter, cell: Cell): void {
  if (cell.isDeleted) {
    target.byte(CellKind.deleted)
  } else if (cell.large) {
    target.byte(CellKind.large)
    target.varint(cell.large.id)
    target.varint(cell.large.length)
  } else {
    target.byte(CellKind.packed)
    target.varint(cell.bytes!.length)
    target.bytes(cell.bytes!)
  }
}
