/** The name section, read leniently: it is a comment for people, and a broken one is no reason to refuse a module. */
import { Reader } from './reader.ts'

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
      if (id !== 1) continue
      const inner = new Reader(contents, start, start + size, 'name')
      for (let left = inner.count('names', 2); left > 0; left--)
        names.set(inner.u32('a function index'), inner.name('a function name'))
    }
  } catch {
    // what was read so far is good
  }
  return names
}
