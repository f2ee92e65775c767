import { expect, test } from 'vitest'
import { corpus, judgeMutant, type Tally } from './mutants.ts'

const MUTANTS = 20_000

test(`${MUTANTS} mutants: never a hang, never anything but IcnError or a valid module`, {
  timeout: 120_000,
}, () => {
  const all = corpus()
  const tally: Tally = { accepted: 0, refused: 0, slowest: 0 }
  for (let seed = 0; seed < MUTANTS; seed++) judgeMutant(all, seed, tally)
  // Both ends must be met often, or the mutants are too tame or too wild to find anything.
  expect(tally.accepted).toBeGreaterThan(MUTANTS * 0.03)
  expect(tally.refused).toBeGreaterThan(MUTANTS * 0.3)
})
