import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { U64_MAX } from '../common/bytes.ts'
import { Did } from '../common/did.ts'
import vectors from '../common/fixtures/vectors.json' with { type: 'json' }
import { MapTransaction } from '../dag/fixtures/map-transaction.ts'
import {
  afterExecution,
  MAX_CPU_BONUS,
  REPUTATION,
  recordExecution,
  recordProofAttempt,
  reputationOf,
} from './reputation.ts'

const alice = Did.parse('did:key:zA')

describe('vectors: reputation_update', () => {
  for (const vector of vectors.reputation_update.cases) {
    it(`${vector.before}, ${vector.success}, ${vector.cpu_ms} ms`, () => {
      const tx = new MapTransaction()
      tx.put(REPUTATION, alice.toString(), { score: BigInt(vector.before) })
      expect(recordExecution(tx, alice, vector.success, BigInt(vector.cpu_ms))).toBe(BigInt(vector.after))
      expect(reputationOf(tx, alice)).toBe(BigInt(vector.after))
    })
  }
})

describe('icn-reputation reputation_updates', () => {
  it('success +1, proof +1, failed proof −1, never below 0', () => {
    const tx = new MapTransaction()
    expect(reputationOf(tx, alice)).toBe(0n)
    expect(recordExecution(tx, alice, true, 0n)).toBe(1n)
    expect(recordProofAttempt(tx, alice, true)).toBe(2n)
    expect(recordProofAttempt(tx, alice, false)).toBe(1n)
    expect(recordProofAttempt(tx, alice, false)).toBe(0n)
    expect(recordProofAttempt(tx, alice, false)).toBe(0n)
  })

  it('tests/reputation.rs reputation_updater_increments_store', () => {
    const tx = new MapTransaction()
    expect(recordExecution(tx, alice, true, 1_000n)).toBe(2n)
    expect(recordExecution(tx, alice, true, 1_000n)).toBe(4n)
    expect(reputationOf(tx, alice)).toBe(4n)
  })
})

it('a self-reported cpu_ms buys a bounded bonus, smaller on failure', () => {
  expect(afterExecution(0n, true, U64_MAX)).toBe(1n + MAX_CPU_BONUS.success)
  expect(afterExecution(10n, false, U64_MAX)).toBe(10n - 1n + MAX_CPU_BONUS.failure)
  expect(() => afterExecution(0n, true, -1n)).toThrow('cpu_ms must be a bigint from 0')
})

it('stays within u64 and is monotone in what went before', () => {
  const u64 = fc.bigInt(0n, U64_MAX)
  fc.assert(
    fc.property(u64, fc.boolean(), u64, (before, success, cpuMs) => {
      const after = afterExecution(before, success, cpuMs)
      expect(after).toBeGreaterThanOrEqual(0n)
      expect(after).toBeLessThanOrEqual(U64_MAX)
      if (before > 0n) expect(afterExecution(before - 1n, success, cpuMs)).toBeLessThanOrEqual(after)
    }),
  )
})
