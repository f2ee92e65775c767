/** The name section, read leniently: it is a comment for people, and a broken one is no reason to refuse a module. */
import { Reader } from './reader.ts'
import type { Writer } from './writer.ts'

/** Subsections, by the appendix of the specification and the extended name section proposal. */
const FUNCTIONS = 1
const LOCALS = 2
const LABELS = 3

/** Function names by index, from the contents of a name section (behind its own name). */
export function functionNames(contents: Uint8Array): ReadonlyMap<number, string> {
  const names = new Map<number, string>()
  try {
    const outer = new Reader(contents, 0, contents.length, 'name')
    while (!outer.done) {
      const id = outer.byte('a subsection id')
      const size = outer.u32('a subsection size')
      const start = outer.position
      outer.skip(size, 'a subsection')
      if (id !== FUNCTIONS) continue
      const inner = new Reader(contents, start, start + size, 'name')
      for (let left = inner.count('names', 2); left > 0; left--)
        names.set(inner.u32('a function index'), inner.name('a function name'))
    }
  } catch {
    // what was read so far is good
  }
  return names
}

/** What a metered function has more: `by` parameters behind its `params` own. */
export interface LocalShift {
  readonly params: number
  readonly by: number
}

/**
 * The name section of the metered module, from that of the original (behind its own name). Names of locals move with
 * them; those of labels are left out, for blocks are added among them. What cannot be read is left out too.
 */
export function writeNames(
  out: Writer,
  contents: Uint8Array,
  shift: (functionIndex: number) => LocalShift,
): void {
  const outer = new Reader(contents, 0, contents.length, 'name')
  try {
    while (!outer.done) {
      const id = outer.byte('a subsection id')
      const size = outer.u32('a subsection size')
      const start = outer.position
      outer.skip(size, 'a subsection')
      if (id === LABELS) continue
      const before = out.length
      out.byte(id)
      const length = out.placeholder()
      if (id !== LOCALS) out.copy(contents, start, start + size)
      else if (!writeLocals(out, new Reader(contents, start, start + size, 'name'), contents, shift)) {
        out.length = before
        continue
      }
      out.patch(length)
    }
  } catch {
    // what was written so far is good
  }
}

function writeLocals(
  out: Writer,
  from: Reader,
  contents: Uint8Array,
  shift: (functionIndex: number) => LocalShift,
): boolean {
  try {
    const functions = from.count('functions', 2)
    out.u32(functions)
    for (let left = functions; left > 0; left--) {
      const index = from.u32('a function index')
      const { params, by } = shift(index)
      out.u32(index)
      const locals = from.count('names', 2)
      out.u32(locals)
      for (let more = locals; more > 0; more--) {
        const local = from.u32('a local index')
        out.u32(local < params ? local : local + by)
        const name = from.position
        from.skip(from.u32('the length of a name'), 'a name')
        out.copy(contents, name, from.position)
      }
    }
    return true
  } catch {
    return false
  }
}
