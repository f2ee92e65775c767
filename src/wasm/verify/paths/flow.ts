/** Where control goes in one decoded body: what every branch leads to, and what a block's beginning belongs to. */
import type { Instr } from '../decode.ts'
import { BLOCK, BR, BR_IF, BR_TABLE, ELSE, END, IF, LOOP } from './operators.ts'

export interface Flow {
  readonly code: readonly Instr[]
  /** The function's own `end`. */
  readonly last: number
  /** By position of a block, loop, if or else: of its `end`. */
  readonly ends: Int32Array
  /** By position of an `if`: where its other arm begins, behind `else` or behind `end`. */
  readonly others: Int32Array
  /** By position of a `br` or `br_if`: a loop's own instruction, or behind a block's `end`, or the function's `end`. */
  readonly targets: Int32Array
  /** The same for each entry of a `br_table`, the default last. */
  readonly tables: ReadonlyMap<number, readonly number[]>
}

export function flowOf(code: readonly Instr[]): Flow {
  const last = code.length - 1
  const ends = new Int32Array(code.length)
  const others = new Int32Array(code.length)
  const open: number[] = []
  for (let at = 0; at < last; at++) {
    const { op } = code[at]!
    if (op >= BLOCK && op <= IF) open.push(at)
    else if (op === ELSE) others[open[open.length - 1]!] = at + 1
    else if (op === END) {
      const start = open.pop()!
      ends[start] = at
      if (others[start] === 0) others[start] = at + 1
      else ends[others[start]! - 1] = at
    }
  }
  const targets = new Int32Array(code.length)
  const tables = new Map<number, readonly number[]>()
  const target = (label: number): number => {
    const start = open[open.length - 1 - label]
    if (start === undefined) return last
    return code[start]!.op === LOOP ? start : ends[start]! + 1
  }
  for (let at = 0; at < last; at++) {
    const { op, a, x } = code[at]!
    if (op >= BLOCK && op <= IF) open.push(at)
    else if (op === END) open.pop()
    else if (op === BR || op === BR_IF) targets[at] = target(a)
    else if (op === BR_TABLE) tables.set(at, [...(x as number[]), a].map(target))
  }
  return { code, last, ends, others, targets, tables }
}
