import { sha256 } from '@noble/hashes/sha2.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { concatBytes, fromHex, toHex, U64_MAX } from '../common/bytes.ts'
import vectors from './fixtures/bulletproofs.json' with { type: 'json' }
import { blindingBase, RangePoint, Scalars, WIDTH } from './range-bases.ts'
import { RANGE_PROOF_BYTES, verifyRange } from './range-proof.ts'
import { proveRange } from './range-prover.ts'

const bytes = (hex: string) => fromHex(hex, 'vector')
const PROOF = bytes(vectors.valid[2]!.proof)
const flipped = (of: Uint8Array, at: number, by = 1) => of.map((byte, i) => (i === at ? byte ^ by : byte))
/** With one of its 22 parts of 32 bytes replaced. */
const replaced = (part: number, by: Uint8Array) => {
  const out = PROOF.slice()
  out.set(by, part * WIDTH)
  return out
}
const fault = (proof: Uint8Array) => {
  try {
    return verifyRange(proof)
  } catch (error) {
    return (error as { fault: string }).fault
  }
}
const POINTS = ['A', 'S', 'T_1', 'T_2', ...'LRLRLRLRLRLR'].map(
  (name, i) => [name, i < 4 ? i : i + 3] as const,
)
const SCALARS = [
  ['t_x', 4],
  ['t_x blinding', 5],
  ['e blinding', 6],
  ['a', 19],
  ['b', 20],
] as const
const COMMITMENT = 21
const le = (n: bigint) => Uint8Array.from({ length: 32 }, (_, i) => Number((n >> BigInt(8 * i)) & 255n))

describe('range proofs of the crate bulletproofs 5', () => {
  it('the blinding base is the published one', () => {
    expect(toHex(blindingBase().toBytes())).toBe(vectors.blinding_base)
  })

  it.each(vectors.valid)('hold: $name ($value)', ({ value, blinding, proof }) => {
    expect(verifyRange(bytes(proof))).toBe(true)
    // And they are about that value: its commitment is the one behind the proof.
    const opening = Scalars.fromBytes(bytes(blinding))
    const commitment = sum(BigInt(value), opening)
    expect(toHex(commitment.toBytes())).toBe(proof.slice(-64))
  })

  it.each(vectors.invalid)('of another kind do not hold: $name', ({ proof }) => {
    expect(['invalidProof', 'verificationFailed']).toContain(fault(bytes(proof)))
  })

  it('do not hold for another commitment', () => {
    for (const { proof } of vectors.valid.filter((_, i) => i !== 2)) {
      expect(fault(replaced(COMMITMENT, bytes(proof).subarray(-WIDTH)))).toBe('verificationFailed')
    }
    expect(fault(replaced(COMMITMENT, RangePoint.ZERO.toBytes()))).toBe('verificationFailed')
    expect(fault(replaced(COMMITMENT, RangePoint.BASE.toBytes()))).toBe('verificationFailed')
  })

  it('with any byte changed are refused', () => {
    for (let at = 0; at < PROOF.length; at += 9) {
      const said = fault(flipped(PROOF, at, 1 << (at % 8)))
      expect(['invalidProof', 'verificationFailed'], `byte ${at}`).toContain(said)
    }
  })

  it('with a part taken from another proof, or two parts exchanged, are refused', () => {
    const other = bytes(vectors.valid[1]!.proof)
    for (let part = 0; part <= COMMITMENT; part++) {
      const mine = other.subarray(part * WIDTH, (part + 1) * WIDTH)
      expect(fault(replaced(part, mine)), `part ${part}`).toBe('verificationFailed')
    }
    const swapped = replaced(7, PROOF.subarray(8 * WIDTH, 9 * WIDTH))
    swapped.set(PROOF.subarray(7 * WIDTH, 8 * WIDTH), 8 * WIDTH)
    expect(fault(swapped)).toBe('verificationFailed')
  })

  it.each(POINTS)('the identity, no point and no canonical point are refused as %s', (name, part) => {
    const refused = (point: Uint8Array, words: RegExp) => {
      expect(() => verifyRange(replaced(part, point))).toThrow(words)
      expect(fault(replaced(part, point))).toBe('verificationFailed')
    }
    refused(new Uint8Array(32), new RegExp(`the proof's ${name} is the identity`))
    const p = 2n ** 255n - 19n
    // Negative, not below the field, on no curve, and the top bit set: RFC 9496 has one encoding for a point.
    for (const number of [1n, p, p + 2n, p - 1n, 2n ** 255n]) {
      refused(le(number), new RegExp(`the proof's ${name} is not a point of ristretto255`))
    }
  })

  it('what is no point is refused as the commitment', () => {
    for (const number of [1n, 2n ** 255n - 19n, 2n ** 255n]) {
      expect(fault(replaced(COMMITMENT, le(number)))).toBe('verificationFailed')
    }
  })

  it.each(SCALARS)(
    'a number not below the order is refused as %s, whatever it is modulo the order',
    (name, part) => {
      const number = PROOF.subarray(part * WIDTH, (part + 1) * WIDTH)
      const same = BigInt(`0x${toHex(number.slice().reverse())}`) + Scalars.ORDER
      for (const beyond of [same, Scalars.ORDER, 2n ** 256n - 1n]) {
        expect(() => verifyRange(replaced(part, le(beyond)))).toThrow(
          `invalid proof structure: the proof's ${name} is not below the order of the group.`,
        )
      }
      expect(fault(replaced(part, le(0n)))).toBe('verificationFailed')
    },
  )

  it('any other length is refused by name', () => {
    expect(RANGE_PROOF_BYTES).toBe(704)
    const zero = new Uint8Array(1)
    for (const wrong of [
      new Uint8Array(0),
      PROOF.subarray(1),
      PROOF.subarray(0, 703),
      PROOF.subarray(0, 672),
      PROOF.subarray(32),
      concatBytes(PROOF, zero),
      concatBytes(PROOF, PROOF.subarray(-WIDTH)),
      concatBytes(PROOF.subarray(0, 608), PROOF.subarray(608 - 64)),
    ]) {
      expect(() => verifyRange(wrong)).toThrow(
        `invalid proof structure: a range proof and its commitment have 704 bytes, got ${wrong.length}.`,
      )
    }
    for (const fill of [0, 255]) expect(fault(new Uint8Array(704).fill(fill))).not.toBe(true)
  })
})

describe('range proofs made here', () => {
  const entropy = new Uint8Array(32).fill(7)

  it('hold for any value, and are about that value', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.constantFrom(0n, 1n, 2n ** 63n, U64_MAX), fc.bigInt({ min: 0n, max: U64_MAX })),
        fc.bigInt({ min: 0n, max: Scalars.ORDER - 1n }),
        (value, blinding) => {
          const proof = proveRange(value, le(blinding), entropy)
          expect(verifyRange(proof)).toBe(true)
          expect(toHex(proof.subarray(-WIDTH))).toBe(toHex(sum(value, blinding).toBytes()))
        },
      ),
      { numRuns: 4 },
    )
  })

  // `cargo run -- check` of scripts/vectors/zk answers true for each of these proofs.
  it.each([
    [0n, 'e75a885c4e420cb4497fbd18d6b5803aee33a4e16682626b20eaa966dd9fb0e0'],
    [U64_MAX, 'fe77a3d5f133523c61eb9f2263c23d5f61fb84da04af855c03dc4e47cc0e22ab'],
  ])('are those that the crate accepts: %i', (value, digest) => {
    expect(toHex(sha256(proveRange(value, null, entropy)))).toBe(digest)
  })

  it('are made of the entropy, and share no part with another', () => {
    const parts = (proof: Uint8Array) =>
      Array.from({ length: COMMITMENT }, (_, i) => toHex(proof.subarray(i * WIDTH, (i + 1) * WIDTH)))
    const first = parts(proveRange(5n, le(9n), entropy))
    expect(parts(proveRange(5n, le(9n), entropy))).toEqual(first)
    for (const other of [
      proveRange(
        5n,
        le(9n),
        entropy.map((byte) => byte ^ 1),
      ),
      proveRange(6n, le(9n), entropy),
      proveRange(5n, le(10n), entropy),
      proveRange(5n, null, entropy),
    ]) {
      expect(parts(other).filter((part) => first.includes(part))).toEqual([])
    }
  })
})

/** A Pedersen commitment by the library's own multiplication. */
function sum(value: bigint, blinding: bigint) {
  const of = (point: InstanceType<typeof RangePoint>, by: bigint) =>
    by === 0n ? RangePoint.ZERO : point.multiply(by)
  return of(RangePoint.BASE, value).add(of(blindingBase(), blinding))
}
