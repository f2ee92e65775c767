/**
 * The corpus in Node. After a wanted change of the corpus or of a rule:
 * `RECORD=1 npx vitest run --project node src/wasm/verify/determinism.test.ts`, then the browsers.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import recorded from '../fixtures/determinism.json'
import { type Load, runCorpus } from './determinism/corpus.ts'
import { determinismSuite } from './determinism.suite.ts'

const load: Load = async (path) => new Uint8Array(readFileSync(new URL(`../../../${path}`, import.meta.url)))

if (process.env.RECORD) {
  const seen = await runCorpus(load)
  writeFileSync(
    new URL('../fixtures/determinism.json', import.meta.url),
    `${JSON.stringify(seen, null, 2)}\n`,
  )
}
determinismSuite(load)

test('the corpus is worth comparing', () => {
  const names = Object.keys(recorded)
  expect(names.length).toBeGreaterThan(110)
  // Two operators that give the same bytes are suspicious, but for the few that must: rounding of what is whole.
  expect(new Set(Object.values(recorded)).size).toBeGreaterThan(names.length * 0.9)
})
