import { bn254 } from '@noble/curves/bn254.js'
import { describe, expect, it } from 'vitest'
import { concatBytes, fromHex, toHex, u64le } from '../common/bytes.ts'
import { RAW } from '../common/cid.ts'
import { cidOf } from '../common/cid-of.ts'
import vectors from '../common/fixtures/vectors.json' with { type: 'json' }
import { G1, G2, readG1, readG2, writeG1, writeG2 } from './bn254-points.ts'
import { simulate } from './fixtures/simulated.ts'
import { cached, inputsOfKey, MOST_INPUTS, verifyGroth16 } from './groth16.ts'

const { bn254: given } = vectors
const bytes = (hex: string) => fromHex(hex, 'vector')
const key = bytes(given.groth16.verifying_key_compressed_hex)
const proof = bytes(given.groth16.proof_compressed_hex)
/** A copy with one byte changed. */
const flipped = (of: Uint8Array, at: number, by = 1) => of.map((byte, i) => (i === at ? byte ^ by : byte))

describe('vectors: bn254 points', () => {
  it('generators, their negatives and infinity are read', () => {
    expect(readG1(bytes(given.g1_generator_hex), 'P').equals(G1.BASE)).toBe(true)
    expect(readG1(bytes(given.g1_generator_negated_hex), 'P').equals(G1.BASE.negate())).toBe(true)
    expect(readG2(bytes(given.g2_generator_hex), 'Q').equals(G2.BASE)).toBe(true)
    expect(readG2(bytes(given.g2_generator_negated_hex), 'Q').equals(G2.BASE.negate())).toBe(true)
    expect(readG1(bytes(given.g1_infinity_hex), 'P').is0()).toBe(true)
    expect(`${bn254.fields.Fp.ORDER}`).toBe(given.field_modulus_p)
    expect(`${bn254.fields.Fr.ORDER}`).toBe(given.scalar_modulus_r)
  })

  it('are the points they were written from', () => {
    for (let i = 1n; i < 20n; i++) {
      const [p, q] = [G1.BASE.multiply(i * 7_919n), G2.BASE.multiply(i * 104_729n)]
      expect(readG1(writeG1(p), 'P').equals(p)).toBe(true)
      expect(readG2(writeG2(q), 'Q').equals(q)).toBe(true)
    }
  })

  it('off the curve, outside the subgroup, beyond the field or with impossible flags are refused', () => {
    const modulus = BigInt(given.field_modulus_p)
    const le = (n: bigint) => Uint8Array.from({ length: 32 }, (_, i) => Number((n >> BigInt(8 * i)) & 255n))
    expect(() => readG1(le(modulus), 'P')).toThrow(
      'invalid proof structure: P has a coordinate beyond the field.',
    )
    expect(() => readG1(le(modulus + 1n), 'P')).toThrow(/beyond the field/)
    expect(() => readG1(flipped(bytes(given.g1_generator_hex), 31, 0xc0), 'P')).toThrow(/both flags/)
    expect(() => readG1(flipped(bytes(given.g1_infinity_hex), 0), 'P')).toThrow(/infinity with a coordinate/)
    expect(() => readG1(new Uint8Array(31), 'P')).toThrow('P has 31 bytes, expected 32')
    expect(() => readG1(le(4n), 'P')).toThrow(/not on the curve/)
    // Of the points of the twist hardly any is in the subgroup: the first on the curve is not.
    let outside = 0
    for (let x = 1n; x < 30n; x++) {
      try {
        readG2(concatBytes(le(x), le(0n)), 'Q')
      } catch (error) {
        if (/subgroup of prime order/.test((error as Error).message)) outside++
      }
    }
    expect(outside).toBeGreaterThan(5)
  })
})

describe('vectors: bn254 Groth16', () => {
  it('the key has the published length and CID', () => {
    expect(key).toHaveLength(given.groth16.verifying_key_length)
    expect(proof).toHaveLength(given.groth16.proof_length)
    expect(cidOf(RAW, key).toString()).toBe(given.groth16.vk_cid_string)
    expect(inputsOfKey(key)).toBe(1)
  })

  it.each(given.groth16.cases)('inputs $public_inputs: $expected', ({ public_inputs, expected }) => {
    const inputs = public_inputs.map(BigInt)
    expect(verifyGroth16(key, proof, inputs)).toBe(expected)
    // The second answer comes from the cache.
    expect(verifyGroth16(key, proof, inputs)).toBe(expected)
  })

  it('a proof with any byte changed is false or refused, never true', () => {
    for (let at = 0; at < proof.length; at += 9) {
      let verdict: unknown
      try {
        verdict = verifyGroth16(key, flipped(proof, at), [2020n])
      } catch (error) {
        verdict = (error as { fault: string }).fault
      }
      expect([false, 'invalidProof'], `byte ${at}`).toContain(verdict)
    }
  })

  it('a key with any point changed is false or refused, never true', () => {
    for (const at of [0, 31, 32, 95, 96, 160, 223, 232, 263, 264, 295]) {
      let verdict: unknown
      try {
        verdict = verifyGroth16(flipped(key, at), proof, [2020n])
      } catch (error) {
        verdict = (error as { fault: string }).fault
      }
      expect([false, 'invalidProof'], `byte ${at}`).toContain(verdict)
    }
  })

  it('wrong lengths, counts and numbers of inputs are refused by name', () => {
    const refused = (run: () => unknown, fault: string, words: RegExp) => {
      expect(run).toThrow(words)
      expect(run).toThrow(expect.objectContaining({ fault }))
    }
    refused(() => verifyGroth16(key, proof.subarray(1), [2020n]), 'invalidProof', /128 bytes, got 127/)
    refused(() => verifyGroth16(key, new Uint8Array(0), [2020n]), 'invalidProof', /got 0/)
    refused(() => verifyGroth16(key, proof, []), 'verificationFailed', /1 public inputs, got 0/)
    refused(() => verifyGroth16(key, proof, [1n, 2n]), 'verificationFailed', /got 2/)
    refused(() => verifyGroth16(key.subarray(0, 295), proof, [1n]), 'invalidProof', /got 295 bytes/)
    const huge = key.slice()
    huge.set(u64le(0xffff_ffff_ffff_ffffn), 224)
    refused(() => verifyGroth16(huge, proof, [1n]), 'invalidProof', /for 18446744073709551615/)
  })
})

describe('zk/mod.rs (ref §13.6): what is remembered', () => {
  it('verify_proof_cache_hit, proof_result_cache_hit: once for a key, once for a proof with its inputs', () => {
    const made = simulate([5n], 991n)
    expect(verifyGroth16(made.key, made.proof, [5n])).toBe(true)
    const first = cached()
    expect(verifyGroth16(made.key, made.proof, [5n])).toBe(true)
    expect(cached()).toEqual(first)
    expect(verifyGroth16(made.key, made.proof, [6n])).toBe(false)
    expect(cached().keys).toBe(first.keys)
    // However many come: no more than upstream keeps.
    for (let i = 1n; i < 20n; i++) verifyGroth16(simulate([i], i + 5_000n).key, made.proof, [i])
    expect(cached().keys).toBe(16)
    expect(cached().results).toBeLessThanOrEqual(64)
  })
})

describe('proofs simulated from a trapdoor', () => {
  it.each([0, 1, 2, 3, 7])('%i public inputs', (count) => {
    const inputs = Array.from({ length: count }, (_, i) => BigInt(i) * 0x1234_5678_9abcn + 5n)
    const made = simulate(inputs)
    expect(verifyGroth16(made.key, made.proof, inputs)).toBe(true)
    for (let i = 0; i < count; i++) {
      const wrong = inputs.map((input, j) => (i === j ? input + 1n : input))
      expect(verifyGroth16(made.key, made.proof, wrong)).toBe(false)
    }
    if (count > 1) expect(verifyGroth16(made.key, made.proof, [...inputs].reverse())).toBe(false)
    expect(verifyGroth16(simulate(inputs, 77n).key, made.proof, inputs)).toBe(false)
  })

  it('more inputs than are taken are refused before any point is read', () => {
    const most = MOST_INPUTS + 2
    const long = concatBytes(key.subarray(0, 224), u64le(BigInt(most)), new Uint8Array(32 * most))
    expect(() => verifyGroth16(long, proof, [])).toThrow(/for 66\./)
    expect(toHex(long.subarray(0, 4))).toBe(toHex(key.subarray(0, 4)))
  })
})
