/**
 * Where fuel is charged. The naive rule adds the cost of every stretch at its end; here a stretch's cost stays pending
 * as long as the paths that meet agree on how much is pending, and only the difference is charged where they do not.
 *
 * Every label has one pending amount, set by the first path that reaches it; any other path charges what it has more
 * before it joins (or gives back what it has less). A loop header pays for one trip, so the common loop has one
 * subtraction and one comparison a trip. Calls and exits hand over the counter with the pending amount taken off.
 * The invariant at every place: fuel left = counter - pending. So totals are exact on every path, and comparisons at
 * function entry and loop headers see exactly what Wasmtime compares.
 */
import { Place, type PlaceTable } from './places.ts'

const UNSET = -0x8000_0000
/** The row of the function's own label. */
const ROOT = -1

/** What `place` answers for each row of a place table. */
export interface Charges {
  /** To charge before the row's instruction, below zero to give back. For calls and exits: what is pending. */
  before: Int32Array
  /** Of a loop row: charged at its header on every trip. */
  header: Int32Array
  /** Of a `br_if` row: to charge on the way it takes only, because that way leaves a loop. */
  split: Int32Array
  /** Pending at the function's final `end`. */
  pendingAtEnd: number
  /** Some branch targets the function's own label. */
  branchesToEnd: boolean
  loops: number
  /** The same amount is pending at every exit, and there is nothing to charge or compare inside. */
  constant: boolean
}

/** What a call costs the caller: its own counter is handed over, or the callee has one cost for all paths. */
export type ConstantCosts = (callee: number) => number

interface Frame {
  kind: number
  row: number
  pending: number
  /** Pending at the `if`, or of the arm before the `else`. */
  arm: number
  armLive: boolean
  elseRow: number
  /** The br_table that met this frame last, so that a repeated target is seen once. */
  seen: number
}

export class ChargePlacer {
  readonly #bytes: Uint8Array
  #entry = 0
  readonly #constant: ConstantCosts
  #frames: Frame[] = []
  #depth = 0
  #stamp = 0
  /** Rows of loops whose trips differ in cost, and of blocks that are br_table targets at odds: nothing stays pending. */
  readonly #settled = new Set<number>()
  #again = false
  readonly charges: Charges = {
    before: new Int32Array(1024),
    header: new Int32Array(1024),
    split: new Int32Array(1024),
    pendingAtEnd: 0,
    branchesToEnd: false,
    loops: 0,
    constant: false,
  }

  constructor(bytes: Uint8Array, constant: ConstantCosts) {
    this.#bytes = bytes
    this.#constant = constant
  }

  /** @param entry what is pending when the body is entered */
  place(table: PlaceTable, entry: number): Charges {
    this.#entry = entry
    this.#settled.clear()
    // Each pass can only add to the settled rows; two passes are enough for nearly every body, the bound is for the rest.
    for (let pass = 0; ; pass++) {
      this.#again = false
      this.#pass(table, pass >= 5)
      if (!this.#again) return this.charges
    }
  }

  #pass(table: PlaceTable, settleAll: boolean): void {
    const charges = this.charges
    if (charges.before.length < table.count) {
      charges.before = new Int32Array(table.count * 2)
      charges.header = new Int32Array(table.count * 2)
      charges.split = new Int32Array(table.count * 2)
    }
    const { before, header, split } = charges
    before.fill(0, 0, table.count)
    split.fill(0, 0, table.count)
    charges.branchesToEnd = false
    charges.loops = 0
    let same = true
    let exit = UNSET
    this.#depth = 0
    const root = this.#push(Place.block, ROOT, settleAll || this.#settled.has(ROOT) ? 0 : UNSET)
    let pending = this.#entry
    let live = true

    for (let row = 0; row < table.count; row++) {
      const kind = table.kind(row)
      if (kind === Place.dead) continue
      pending += table.cost(row)
      switch (kind) {
        case Place.block:
          this.#push(kind, row, settleAll || this.#settled.has(row) ? 0 : UNSET)
          break
        case Place.loop: {
          charges.loops++
          const frame = this.#push(kind, row, settleAll || this.#settled.has(row) ? 0 : UNSET)
          frame.arm = pending
          pending = 0
          break
        }
        case Place.if: {
          const settled = settleAll || this.#settled.has(row)
          if (settled) {
            before[row] = pending
            same &&= pending === 0
            pending = 0
          }
          this.#push(kind, row, settled ? 0 : UNSET).arm = pending
          break
        }
        case Place.else: {
          const frame = this.#frames[this.#depth - 1]!
          const start = frame.arm
          frame.kind = Place.else
          frame.elseRow = row
          frame.arm = pending
          frame.armLive = live
          pending = start
          live = true
          break
        }
        case Place.end: {
          const frame = this.#frames[--this.#depth]!
          if (frame.kind === Place.loop) {
            const trip = frame.pending === UNSET ? frame.arm : frame.pending
            before[frame.row] = frame.arm - trip
            header[frame.row] = trip
            if (!live) pending = 0
            live = true
            break
          }
          let joined = frame.pending
          // The path around a missing else can charge nothing, so it decides.
          if (frame.kind === Place.if) joined = frame.arm
          if (frame.kind === Place.else && frame.armLive) {
            if (joined === UNSET) joined = live ? Math.min(frame.arm, pending) : frame.arm
            before[frame.elseRow] = frame.arm - joined
            same &&= frame.arm === joined
          }
          if (joined !== UNSET && live && joined !== pending) {
            before[row] = pending - joined
            same = false
          }
          pending =
            joined !== UNSET ? joined : live ? pending : this.#depth === 0 && exit !== UNSET ? exit : 0
          live = true
          if (this.#depth === 0) charges.pendingAtEnd = pending
          break
        }
        case Place.br:
        case Place.brIf: {
          const frame = this.#frames[this.#depth - 1 - table.argument(row)]!
          if (frame === root) charges.branchesToEnd = true
          const joined = this.#join(frame, pending)
          same &&= pending === joined && frame.kind !== Place.loop
          if (kind === Place.brIf && pending !== joined && this.#leavesLoop(table, frame)) {
            split[row] = pending - joined
            break
          }
          before[row] = pending - joined
          pending = joined
          if (kind === Place.br) live = false
          break
        }
        case Place.brTable: {
          const joined = this.#joinAll(table.start(row) + 1, pending, charges, root)
          before[row] = pending - joined
          same &&= pending === joined
          live = false
          break
        }
        case Place.return:
          before[row] = pending
          same &&= exit === UNSET || exit === pending
          exit = pending
          live = false
          break
        case Place.unreachable:
          before[row] = pending
          live = false
          break
        case Place.call:
        case Place.returnCall: {
          const cost = this.#constant(table.argument(row))
          before[row] = pending
          pending = cost < 0 ? 0 : pending + cost
          same = false
          if (kind === Place.returnCall) live = false
          break
        }
        case Place.callIndirect:
        case Place.returnCallIndirect:
          before[row] = pending
          pending = 0
          same = false
          if (kind === Place.returnCallIndirect) live = false
          break
        case Place.memoryBulk:
        case Place.tableBulk:
          // The operand charge compares at once, so nothing may be pending there.
          before[row] = pending
          pending = 0
          same = false
      }
    }
    charges.constant = same && charges.loops === 0 && (exit === UNSET || exit === charges.pendingAtEnd)
  }

  #push(kind: number, row: number, pending: number): Frame {
    let frame = this.#frames[this.#depth]
    if (frame === undefined) {
      frame = { kind, row, pending, arm: 0, armLive: false, elseRow: -1, seen: 0 }
      this.#frames.push(frame)
    } else {
      frame.kind = kind
      frame.row = row
      frame.pending = pending
      frame.armLive = false
    }
    this.#depth++
    return frame
  }

  /** What is pending at the label, set by the first to come; a loop whose trips are at odds charges them one by one. */
  #join(frame: Frame, pending: number): number {
    if (frame.pending === UNSET) frame.pending = frame.kind === Place.if ? frame.arm : pending
    else if (frame.kind === Place.loop && frame.pending !== pending && frame.pending !== 0) {
      this.#settled.add(frame.row)
      this.#again = true
    }
    return frame.pending
  }

  /** Whether a branch to this label is the cold way out of a loop, and carries no values. */
  #leavesLoop(table: PlaceTable, target: Frame): boolean {
    if (target.row < 0 || target.kind === Place.loop || table.argument(target.row) > 0) return false
    for (let at = this.#depth - 1; at >= 0; at--) {
      const frame = this.#frames[at]!
      if (frame === target) return false
      if (frame.kind === Place.loop) return true
    }
    return false
  }

  /** The same for all targets of a br_table, which can only charge one amount for them together. */
  #joinAll(offset: number, pending: number, charges: Charges, root: Frame): number {
    const bytes = this.#bytes
    let at = offset
    const read = (): number => {
      let value = 0
      for (let shift = 0; ; shift += 7) {
        const byte = bytes[at++]!
        value |= (byte & 0x7f) << shift
        if (byte < 0x80) return value >>> 0
      }
    }
    let joined = UNSET
    let conflict = false
    const targets: Frame[] = []
    const stamp = ++this.#stamp
    for (let left = read(); left >= 0; left--) {
      const frame = this.#frames[this.#depth - 1 - read()]!
      if (frame.seen === stamp) continue
      frame.seen = stamp
      targets.push(frame)
      if (frame === root) charges.branchesToEnd = true
      if (frame.kind === Place.if && frame.pending === UNSET) frame.pending = frame.arm
      if (frame.pending === UNSET) continue
      conflict ||= joined !== UNSET && joined !== frame.pending
      joined = frame.pending
    }
    if (conflict) {
      for (const frame of targets) if (frame.pending !== 0) this.#settled.add(frame.row)
      this.#again = true
    }
    if (joined === UNSET) joined = pending
    for (const frame of targets) if (frame.pending === UNSET) frame.pending = joined
    return joined
  }
}
