import { describe, expect, test } from 'vitest'
import { HOST_ABI } from '../../host/index.ts'
import type { ManaEntry } from '../../index.ts'
import { between } from '../mana-of-run.ts'
import { sentence } from './import-docs.ts'
import { parts } from './profile.ts'

describe('a profile', () => {
  const profile = {
    fuel: 1_000_003n,
    beyond: 0n,
    outside: 3n,
    functions: [
      { index: 0, name: 'icn.host_log', fuel: 100n, calls: 1n, loops: [] },
      {
        index: 2,
        name: 'tally',
        fuel: 900_000n,
        calls: 7n,
        loops: [
          { offset: 90, fuel: 1_000n, trips: 3n },
          { offset: 120, fuel: 800_000n, trips: 9n },
        ],
      },
      { index: 3, name: 'run', fuel: 99_900n, calls: 1n, loops: [] },
    ],
  }

  test('is shown whole: parts add up to the total, inner parts to their function', () => {
    const all = parts(profile)
    expect(all.map(({ name }) => name)).toEqual(['tally', 'run', 'icn.host_log', 'the runtime itself'])
    expect(all.reduce((sum, part) => sum + part.fuel, 0n)).toBe(profile.fuel)
    const [tally] = all
    expect(tally?.inner.map(({ name, fuel }) => [name, fuel])).toEqual([
      ['loop at byte 120', 800_000n],
      ['loop at byte 90', 1_000n],
      ['outside its loops', 99_000n],
    ])
    expect(tally?.inner.reduce((sum, part) => sum + part.fuel, 0n)).toBe(tally?.fuel)
    expect(tally?.share).toBeCloseTo(0.9, 4)
  })

  test('of a run that did nothing has no shares to divide', () => {
    expect(parts({ fuel: 0n, beyond: 0n, outside: 0n, functions: [] })).toEqual([])
  })
})

test('mana before and after a run are what the journal says', () => {
  const entry = (seq: number, amount: bigint, balance: bigint): ManaEntry => ({
    seq,
    did: 'did:key:z',
    amount,
    balance,
    cause: 'spend',
    at: 1,
  })
  const journal = [entry(9, 10n, 1_005n), entry(8, 10n, 995n), entry(7, -5n, 985n), entry(6, -10n, 990n)]
  expect(between(journal, 6, 8)).toMatchObject({ before: 1_000n, after: 995n })
  expect(between(journal, 6, 8)?.entries.map(({ seq }) => seq)).toEqual([6, 7, 8])
  expect(between(journal, 20, 30)).toBeUndefined()
})

describe('imports', () => {
  test.each(HOST_ABI.map(({ name }) => name))('%s is explained in sentences', (name) => {
    expect(sentence({ module: 'icn', name, kind: 'func' })).toMatch(/^[A-Z`].*\.$/)
  })

  test('what is not served says what a call does', () => {
    expect(sentence({ module: 'icn', name: 'host_unheard_of', kind: 'func' })).toContain('ends the run')
    expect(sentence({ module: 'env', name: 'host_log', kind: 'func' })).toContain('refused')
    expect(sentence({ module: 'icn', name: 'host_log', kind: 'memory' })).toContain('refused')
  })
})
