/** The WebAssembly specification's tests, plain beside metered (fixtures/spec/README.md says what is left out). */
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { runSpecFile, type SpecFile } from './spec.ts'

const packed = readFileSync(new URL('../fixtures/spec/spec.json.gz', import.meta.url))
const files = JSON.parse(gunzipSync(packed).toString()) as SpecFile[]
/** What the meter refuses, and what hangs on it. Anything else refused is a failure. */
const REFUSALS = [
  'imported-memory',
  'imported-global',
  'imported-table',
  'moduleLimit',
  'an import that is not there',
]

describe.each([{ canonicalNaN: false }, { canonicalNaN: true }])(
  'canonicalNaN $canonicalNaN',
  ({ canonicalNaN }) => {
    let compared = 0
    let invalid = 0
    let skipped = 0

    test.each(files)('$name', (file) => {
      const tally = runSpecFile(file, canonicalNaN)
      expect(REFUSALS).toEqual(expect.arrayContaining([...tally.refused.keys()]))
      compared += tally.compared
      invalid += tally.invalid
      skipped += tally.skippedAssertions
    })

    test('enough of it was run', () => {
      expect(compared).toBeGreaterThan(canonicalNaN ? 18_000 : 40_000)
      expect(invalid).toBeGreaterThan(2_500)
      if (!canonicalNaN) expect(skipped).toBeLessThan(400)
    })
  },
)
