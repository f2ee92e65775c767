// Processor time of this process's children and theirs, from /proc: what a busy machine does not blur as it does the clock.
import { readdirSync, readFileSync } from 'node:fs'

/** Milliseconds so far, in steps of ten; undefined where there is no /proc. */
export function childrenMs() {
  const parents = new Map()
  const ticks = new Map()
  let names
  try {
    names = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  } catch {
    return undefined
  }
  for (const pid of names) {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
      // The name, in parentheses, may hold anything; behind it: state, parent, … utime (12th), stime (13th).
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      parents.set(pid, fields[1])
      ticks.set(pid, Number(fields[11]) + Number(fields[12]))
    } catch {
      // It has ended meanwhile.
    }
  }
  const mine = new Set([`${process.pid}`])
  for (let before = 0; before !== mine.size; ) {
    before = mine.size
    for (const [pid, parent] of parents) if (mine.has(parent)) mine.add(pid)
  }
  mine.delete(`${process.pid}`)
  return [...mine].reduce((sum, pid) => sum + (ticks.get(pid) ?? 0), 0) * 10
}
