/**
 * The long form of the random tests, one process's share: `node slow.js modules|mutants <first> <count>`. Prints the
 * seed it has reached now and then, so that a hang names its place, and each failure in full; scripts/slow-wasm.mjs
 * runs several side by side.
 */
import { writeSync } from 'node:fs'
import { judgeSeed } from './fuzz.ts'
import { corpus, judgeMutant, type Tally } from './mutants.ts'

const [what, from, count] = process.argv.slice(2)
const first = Number(from)
const end = first + Number(count)
let failures = 0
// Synchronous, so that a share whose parent is gone ends with it instead of working on unheard.
const report = (line: object) => writeSync(1, `${JSON.stringify(line)}\n`)
const failed = (seed: number, error: unknown) => {
  failures++
  report({ seed, failure: error instanceof Error ? (error.stack ?? error.message) : String(error) })
}

if (what === 'modules') {
  const kinds: Record<string, number> = {}
  for (let seed = first; seed < end; seed++) {
    if (seed % 50 === 0) report({ at: seed })
    try {
      const { kind } = judgeSeed(seed)
      kinds[kind] = (kinds[kind] ?? 0) + 1
    } catch (error) {
      failed(seed, error)
    }
  }
  report({ done: kinds })
} else {
  const all = corpus()
  const tally: Tally = { accepted: 0, refused: 0, slowest: 0 }
  for (let seed = first; seed < end; seed++) {
    if (seed % 200 === 0) report({ at: seed })
    try {
      judgeMutant(all, seed, tally)
    } catch (error) {
      failed(seed, error)
    }
  }
  report({ done: { accepted: tally.accepted, refused: tally.refused } })
}
process.exitCode = failures > 0 ? 1 : 0
