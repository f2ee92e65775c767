/** The table an analysis fills: one row for each place that matters for metering. */

/** What stands at a place. */
export const Place = {
  block: 0,
  loop: 1,
  if: 2,
  else: 3,
  end: 4,
  br: 5,
  brIf: 6,
  brTable: 7,
  return: 8,
  unreachable: 9,
  call: 10,
  callIndirect: 11,
  returnCall: 12,
  returnCallIndirect: 13,
  memoryGrow: 14,
  memoryBulk: 15,
  tableBulk: 16,
  refFunc: 17,
  dead: 18,
} as const

/** Columns of the table; each row has one number in each. */
const COLUMNS = 5

/** The places of one body, reused from body to body. Offsets are absolute in the module. */
export class PlaceTable {
  count = 0
  #data: Int32Array
  /** Offsets of `local.get`, `local.set` and `local.tee` in code that can run. */
  locals: Int32Array
  localCount = 0

  constructor(data = new Int32Array(COLUMNS * 1024), locals = new Int32Array(1024)) {
    this.#data = data
    this.locals = locals
  }

  clear(): void {
    this.count = 0
    this.localCount = 0
  }

  /** What a copy takes. */
  get byteLength(): number {
    return (this.count * COLUMNS + this.localCount) * 4
  }

  /** As it is now, in arrays that `room` gives. */
  copy(room: (length: number) => Int32Array<ArrayBuffer>): PlaceTable {
    const data = room(this.count * COLUMNS)
    data.set(this.#data.subarray(0, data.length))
    const locals = room(this.localCount)
    locals.set(this.locals.subarray(0, locals.length))
    const copy = new PlaceTable(data, locals)
    copy.count = this.count
    copy.localCount = this.localCount
    return copy
  }

  add(kind: number, start: number, end: number, cost: number, argument: number): void {
    const at = this.count * COLUMNS
    if (at === this.#data.length) {
      const grown = new Int32Array(this.#data.length * 2)
      grown.set(this.#data)
      this.#data = grown
    }
    const data = this.#data
    data[at] = kind
    data[at + 1] = start
    data[at + 2] = end
    data[at + 3] = cost
    data[at + 4] = argument
    this.count++
  }

  addLocal(offset: number): void {
    if (this.localCount === this.locals.length) {
      const grown = new Int32Array(this.locals.length * 2)
      grown.set(this.locals)
      this.locals = grown
    }
    this.locals[this.localCount++] = offset
  }

  kind(row: number): number {
    return this.#data[row * COLUMNS]!
  }
  /** Offset of the instruction. */
  start(row: number): number {
    return this.#data[row * COLUMNS + 1]!
  }
  /** Offset behind the instruction. */
  end(row: number): number {
    return this.#data[row * COLUMNS + 2]!
  }
  /** Fuel of everything since the row before, this instruction included. */
  cost(row: number): number {
    return this.#data[row * COLUMNS + 3]!
  }
  /** Label depth, function, type index; of a block its type's results; of bulk operators the opcode. */
  argument(row: number): number {
    return this.#data[row * COLUMNS + 4]!
  }
}
