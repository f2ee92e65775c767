/** The corpus gives what was recorded, in whichever engine this runs. */
import { expect, test } from 'vitest'
import recorded from '../fixtures/determinism.json'
import { type Load, runCorpus } from './determinism/corpus.ts'

export function determinismSuite(load: Load): void {
  test('bits, fuel and limits are the recorded ones', { timeout: 120_000 }, async () => {
    expect(await runCorpus(load)).toEqual(recorded)
  })
}
