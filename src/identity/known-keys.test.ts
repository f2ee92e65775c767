import { getPublicKey, hashes, Point } from '@noble/ed25519'
import { sha512 } from '@noble/hashes/sha2.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fromHex, utf8 } from '../common/bytes.ts'
import vectors from '../common/fixtures/vectors.json' with { type: 'json' }
import { verifyStrict } from './ed25519.ts'
import { knownKey } from './known-keys.ts'
import { signWithSeed } from './signer.ts'

hashes.sha512 = sha512
const order = Point.CURVE().n
const torsion = Point.fromHex('c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a')
/** In the main subgroup, and beside it. */
const points = [
  Point.BASE.multiply(7n),
  Point.BASE.multiply(order - 2n),
  Point.BASE.multiply(5n).add(torsion),
]

describe('a key that comes again', () => {
  it.each([0, 1, 2])('gives the multiples of point %i that noble gives, at every sight', (n) => {
    const point = points[n]!
    const check = (k: bigint) => {
      const made = knownKey(point.toBytes())!.times(k)
      expect(made.equals(point.multiply(k, false))).toBe(true)
    }
    // Digits that carry, all of them and none.
    for (const k of [1n, 8n, 9n, 15n, 16n, 0x88n, 0x99n, order - 1n, (1n << 252n) - 1n, 1n << 252n]) check(k)
    fc.assert(fc.property(fc.bigInt(1n, order - 1n), check), { numRuns: 40 })
  })

  it('of small order is none, and bytes that are no point throw', () => {
    expect(knownKey(torsion.toBytes())).toBeUndefined()
    expect(() => knownKey(new Uint8Array(32).fill(0xff))).toThrow()
  })

  it('is judged as the first time: good signatures hold, each changed byte is seen', () => {
    const seed = new Uint8Array(32).fill(9)
    const message = utf8('again and again')
    const signature = signWithSeed(seed, message)
    const key = getPublicKey(seed)
    for (let sight = 0; sight < 6; sight++) expect(verifyStrict(key, message, signature)).toBe(true)
    for (let at = 0; at < 64; at++) {
      const forged = signature.slice()
      forged[at]! ^= 1 << (at % 8)
      expect(verifyStrict(key, message, forged), `byte ${at}`).toBe(false)
    }
  })

  it.each(vectors.signature_negative.cases.map((vector) => [vector.name, vector] as const))(
    'is refused every time: %s',
    (_name, { public_key_hex, message_hex, signature_hex }) => {
      for (let sight = 0; sight < 5; sight++) {
        expect(verifyStrict(fromHex(public_key_hex), fromHex(message_hex), fromHex(signature_hex))).toBe(
          false,
        )
      }
    },
  )

  it('keys come and go: more of them than are kept, and each is still itself', () => {
    for (let round = 0; round < 4; round++) {
      for (let n = 2n; n < 14n; n++) {
        const point = Point.BASE.multiply(n)
        expect(knownKey(point.toBytes())!.times(11n).equals(point.multiply(11n, false))).toBe(true)
      }
    }
  })
})
