/** Seeds of the long suite that once failed. */
import { expect, test } from 'vitest'
import { judgeSeed } from './fuzz.ts'

test.each([354_416, 679_924])('seed %i', (seed) => {
  expect(judgeSeed(seed).kind).toMatch(/done|trap|endless|tooDeep/)
})
