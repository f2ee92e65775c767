import { describe, expect, it } from 'vitest'
import { fromHex, littleEndian, toHex, utf8 } from '../common/bytes.ts'
import vectors from './fixtures/circuits.json' with { type: 'json' }
import { verifyGroth16, verifyGroth16Batch } from './groth16.ts'
import { type Masks, masksOf, proveGroth16 } from './groth16-prover.ts'
import { assign, witnessOf } from './r1cs.ts'

const bytes = (hex: string) => fromHex(hex, 'vector')
const numbers = (list: readonly number[]) => list.map(BigInt)
const given = (name: string) => vectors.circuits.find(({ circuit }) => circuit === name)!
const MASKS: Masks = [11n, 13n]
const prove = (
  name: string,
  inputs: readonly number[],
  witness: readonly number[],
  masks = MASKS,
  key = name,
) => proveGroth16(name, bytes(given(key).proving_key), numbers(inputs), numbers(witness), masks)

describe('proofs of ICN’s circuits', () => {
  it.each(vectors.circuits)('$circuit: byte for byte those of arkworks', (vector) => {
    for (const { r, s, proof } of vector.proofs) {
      const masks: Masks = [littleEndian(bytes(r)), littleEndian(bytes(s))]
      const made = proveGroth16(
        vector.circuit,
        bytes(vector.proving_key),
        numbers(vector.public),
        numbers(vector.witness),
        masks,
      )
      expect(toHex(made.proof)).toBe(proof)
      expect(toHex(made.verifyingKey)).toBe(vector.verifying_key)
    }
  })

  it('devtools_tests.rs constraint_counts', () => {
    const counts = vectors.circuits.map(
      ({ circuit, public: inputs, witness }) =>
        assign(circuit, numbers(inputs), numbers(witness)).equations.length,
    )
    expect(counts).toEqual([1, 2, 3, 1, 2, 2, 4])
    expect(counts).toEqual(vectors.circuits.map(({ constraints }) => constraints))
  })

  it('prove_batch_multiple: of other numbers than the setup was made with, and all hold at once', () => {
    const births = [1990, 1995, 2002]
    const batch = births.map((birth) => ({
      proof: prove('age_over_18', [2020], [birth]).proof,
      inputs: [2020n],
    }))
    expect(verifyGroth16Batch(bytes(given('age_over_18').verifying_key), batch)).toBe(true)
  })

  it('say the same with other masks, and show no part of it twice', () => {
    const one = prove('balance_range', [50, 100], [75])
    const two = prove('balance_range', [50, 100], [75], [17n, 19n])
    expect(verifyGroth16(two.verifyingKey, two.proof, [50n, 100n])).toBe(true)
    for (const [from, to] of [
      [0, 32],
      [32, 96],
      [96, 128],
    ]) {
      expect(toHex(one.proof.subarray(from, to))).not.toBe(toHex(two.proof.subarray(from, to)))
    }
    expect(verifyGroth16(two.verifyingKey, two.proof, [50n, 99n])).toBe(false)
  })

  it.each([
    ['age_over_18', [2020], [2003]],
    ['membership', [0], []],
    ['membership', [2], []],
    ['membership_proof', [1], [0]],
    ['membership_proof', [2], [2]],
    ['reputation', [4], [5]],
    ['timestamp_validity', [10, 20], [21]],
    ['timestamp_validity', [10, 20], [9]],
    ['balance_range', [50, 100], [49]],
    ['age_rep_membership', [2020, 10, 0], [2000, 5]],
    ['age_rep_membership', [2020, 4, 1], [2000, 5]],
  ])('what is not true is not proved: %s of %j by %j', (name, inputs, witness) => {
    expect(() => prove(name, inputs, witness)).toThrow(/^verification failed: the statement is not true: /)
  })

  it('a key of another circuit, of other bytes or of none is refused', () => {
    const refused = (run: () => unknown, words: RegExp) => expect(run).toThrow(words)
    refused(
      () => prove('age_over_18', [2020], [2000], MASKS, 'membership'),
      /the proving key is not of this circuit/,
    )
    // The threshold is part of the circuit: this key was made for 5.
    refused(() => prove('reputation', [10], [6]), /the proving key is not of this circuit/)
    const key = bytes(given('age_over_18').proving_key)
    const by = (changed: Uint8Array) => () => proveGroth16('age_over_18', changed, [2020n], [2000n], MASKS)
    refused(by(key.subarray(0, -1)), /^invalid proof structure: the proving key ends after 1071 bytes/)
    refused(by(new Uint8Array(0)), /the proving key ends after 0 bytes/)
    refused(by(new Uint8Array([...key, 0])), /has 1 bytes too many/)
    const many = key.slice()
    many.set([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], 224)
    refused(by(many), /the proving key is not of this circuit/)
    const off = key.map((byte, i) => (i === 296 ? byte ^ 1 : byte))
    refused(by(off), /^(invalid proof structure|verification failed): /)
    refused(() => prove('age_over_18', [2020, 1], [2000]), /the circuit has 1 public inputs, got 2/)
  })

  it('a circuit that is not known is not proved', () => {
    const words = 'unsupported proof backend: there is no circuit of that claim to prove.'
    expect(() => witnessOf('constructor')).toThrow(words)
    expect(() => prove('unknown', [1], [1], MASKS, 'membership')).toThrow(words)
    expect(witnessOf('AgeRepMembership')).toEqual(['birth_year', 'threshold'])
  })

  it('masks follow from blinding, entropy and statement', () => {
    const all = [
      masksOf(utf8('a'), utf8('b'), utf8('c')),
      masksOf(utf8('a'), utf8('bc'), utf8('')),
      masksOf(utf8('ab'), utf8(''), utf8('c')),
      masksOf(utf8('x'), utf8('b'), utf8('c')),
    ]
    expect(new Set(all.flat()).size).toBe(8)
    expect(masksOf(utf8('a'), utf8('b'), utf8('c'))).toEqual(all[0])
  })
})
