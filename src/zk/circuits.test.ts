import { describe, expect, it } from 'vitest'
import { fromHex } from '../common/bytes.ts'
import { circuitName, complexityOf } from './circuits.ts'
import vectors from './fixtures/circuits.json' with { type: 'json' }
import { verifyGroth16, verifyGroth16Batch } from './groth16.ts'

const bytes = (hex: string) => fromHex(hex, 'vector')
const circuits = new Map(
  vectors.circuits.map(({ circuit, public: inputs, verifying_key, proofs, constraints }) => [
    circuit,
    {
      key: bytes(verifying_key),
      inputs: inputs.map(BigInt),
      proofs: proofs.map(({ proof }) => bytes(proof)),
      constraints,
    },
  ]),
)

/** Setups and proofs of arkworks 0.4 for ICN's circuits. */
describe('icn-zk tests.rs (ref §13.7)', () => {
  it.each([
    ['age_over_18_proof', 'age_over_18', [2020n], 'AgeOver18', 10n],
    ['membership_proof', 'membership', [1n], 'Membership', 5n],
    ['membership_flag_proof', 'membership_proof', [1n], 'MembershipProof', 5n],
    ['reputation_threshold_proof', 'reputation', [10n], 'Reputation', 15n],
    [
      'timestamp_validity_proof',
      'timestamp_validity',
      [1_600_000_000n, 1_700_000_000n],
      'TimestampValidity',
      5n,
    ],
    ['balance_range_proof', 'balance_range', [50n, 100n], 'BalanceRange', 5n],
    ['age_rep_membership_proof', 'age_rep_membership', [2020n, 10n, 1n], 'AgeRepMembership', 20n],
  ])('%s', (_test, name, inputs, struct, complexity) => {
    const { key, proofs } = circuits.get(name)!
    expect(inputs).toEqual(circuits.get(name)!.inputs)
    for (const proof of proofs) expect(verifyGroth16(key, proof, inputs)).toBe(true)
    for (let i = 0; i < inputs.length; i++) {
      const wrong = inputs.map((input, j) => (i === j ? input + 1n : input))
      expect(verifyGroth16(key, proofs[0]!, wrong)).toBe(false)
    }
    expect(circuitName(struct)).toBe(circuitName(name))
    expect(complexityOf(name)).toBe(complexity)
  })

  it('batch_verify_multiple_proofs', () => {
    for (const { key, inputs, proofs } of circuits.values()) {
      expect(
        verifyGroth16Batch(
          key,
          proofs.map((proof) => ({ proof, inputs })),
        ),
      ).toBe(true)
      expect(verifyGroth16Batch(key, [{ proof: proofs[0]!, inputs }])).toBe(true)
    }
  })

  it('batch_verify_detects_invalid: wherever it stands', () => {
    const { key, proofs } = circuits.get('age_over_18')!
    const good = proofs.map((proof) => ({ proof, inputs: [2020n] }))
    const bad = { proof: proofs[0]!, inputs: [2019n] }
    for (const batch of [[good[0]!, bad], [bad, good[1]!], [good[0]!, bad, good[1]!], [bad], [bad, bad]]) {
      expect(verifyGroth16Batch(key, batch)).toBe(false)
    }
    const other = circuits.get('membership')!
    expect(verifyGroth16Batch(key, [good[0]!, { proof: other.proofs[0]!, inputs: [2020n] }])).toBe(false)
  })

  it('false statements do not make up for each other in a batch', () => {
    const { key, proofs } = circuits.get('age_over_18')!
    // Added up without factors the inputs would be right: one too many and one too few.
    expect(
      verifyGroth16Batch(key, [
        { proof: proofs[0]!, inputs: [2021n] },
        { proof: proofs[1]!, inputs: [2019n] },
      ]),
    ).toBe(false)
    // The same with points: C and C' exchanged leave the sum as it was.
    const [a, b] = [proofs[0]!.slice(), proofs[1]!.slice()]
    a.set(proofs[1]!.subarray(96), 96)
    b.set(proofs[0]!.subarray(96), 96)
    const swapped = [a, b].map((proof) => ({ proof, inputs: [2020n] }))
    expect(verifyGroth16Batch(key, swapped)).toBe(false)
  })

  it('a batch with what cannot be judged is refused by name', () => {
    const { key, proofs } = circuits.get('age_over_18')!
    const good = { proof: proofs[0]!, inputs: [2020n] }
    expect(() => verifyGroth16Batch(key, [good, { proof: new Uint8Array(10), inputs: [2020n] }])).toThrow(
      'invalid proof structure: a proof has 128 bytes, got 10.',
    )
    expect(() => verifyGroth16Batch(key, [good, { proof: proofs[1]!, inputs: [] }])).toThrow(
      'verification failed: the circuit has 1 public inputs, got 0.',
    )
    const off = proofs[1]!.map((byte, i) => (i === 0 ? byte ^ 1 : byte))
    let verdict: unknown
    try {
      verdict = verifyGroth16Batch(key, [good, { proof: off, inputs: [2020n] }])
    } catch (error) {
      verdict = (error as { fault: string }).fault
    }
    expect([false, 'invalidProof']).toContain(verdict)
  })
})
