/** Random modules by the thousand (fuzz.ts says what is compared). A failing seed is in the message. */
import { expect, test } from 'vitest'
import { judgeSeed, type Verdict } from './fuzz.ts'

export const MODULES = 20_000
const SHARDS = 4
const BATCH = 500

/** One of four equal parts, each a test file, so that they run beside one another. */
export function randomSuite(shard: number): void {
  const each = MODULES / SHARDS
  const kinds: Record<Verdict['kind'], number> = { done: 0, trap: 0, endless: 0, tooDeep: 0 }
  for (let first = shard * each; first < (shard + 1) * each; first += BATCH)
    test(`seeds ${first} to ${first + BATCH - 1}`, { timeout: 120_000 }, () => {
      for (let seed = first; seed < first + BATCH; seed++) kinds[judgeSeed(seed).kind]++
    })

  test('the modules are worth running', () => {
    // Most complete, some trap, some are endless; hardly any are beyond the interpreter's depth.
    expect(kinds.done).toBeGreaterThan(each * 0.6)
    expect(kinds.trap).toBeGreaterThan(each * 0.005)
    expect(kinds.endless).toBeGreaterThan(each * 0.01)
    expect(kinds.tooDeep).toBeLessThan(each * 0.05)
  })
}
