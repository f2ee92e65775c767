import { expect, it } from 'vitest'
import { U64_MAX } from '../common/bytes.ts'
import vectors from '../common/fixtures/vectors.json' with { type: 'json' }
import { zkCost } from './cost.ts'

it('vectors: zk_cost', () => {
  for (const { complexity, mana } of vectors.zk_cost.cases)
    expect(zkCost(BigInt(complexity))).toBe(BigInt(mana))
  expect(zkCost(U64_MAX)).toBe(U64_MAX)
  expect(() => zkCost(-1n)).toThrow('Circuit complexity must be a bigint from 0')
})
