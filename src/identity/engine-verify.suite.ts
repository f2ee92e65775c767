/** The engine asked first must never change the answer: in Node and in Chromium. */
import { Point } from '@noble/ed25519'
import { sha512 } from '@noble/hashes/sha2.js'
import { describe, expect, it } from 'vitest'
import { concatBytes, fromHex, utf8 } from '../common/bytes.ts'
import vectors from '../common/fixtures/vectors.json' with { type: 'json' }
import { verifyStrict } from './ed25519.ts'
import { engineAccepts } from './engine-verify.ts'
import { nobleSigner } from './signer.ts'

const signer = nobleSigner(new Uint8Array(32).fill(9))
const message = utf8('a message')
const signature = await signer.sign(message)
const order = Point.CURVE().n
const torsion = Point.fromHex('c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a')
const little = (n: bigint) => fromHex(n.toString(16).padStart(64, '0')).reverse()
const number = (bytes: Uint8Array) => bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n)

/** Signatures that cofactored verifiers take: of a key with a torsion part, and with a torsion part in R. */
function crafted(): [key: Uint8Array, message: Uint8Array, signature: Uint8Array][] {
  const secret = 12_345n
  const found: [Uint8Array, Uint8Array, Uint8Array][] = []
  for (let nonce = 2n; nonce < 20n; nonce++) {
    for (const [inKey, inR] of [
      [torsion, Point.ZERO],
      [Point.ZERO, torsion],
      [torsion, torsion.negate()],
    ] as const) {
      const key = Point.BASE.multiply(secret).add(inKey).toBytes()
      const r = Point.BASE.multiply(nonce).add(inR).toBytes()
      const k = number(sha512(concatBytes(r, key, message))) % order
      found.push([key, message, concatBytes(r, little((nonce + k * secret) % order))])
    }
  }
  return found
}

export function engineVerifySuite(): void {
  describe('the engine’s own verification', () => {
    it('is used here, and says yes to an honest signature', async () => {
      expect(await engineAccepts(signer.publicKey, message, signature)).toBe(true)
    })

    it('says yes to nothing that strict verification refuses', async () => {
      const cases = [
        ...crafted(),
        ...vectors.signature_negative.cases.map(
          (one) =>
            [fromHex(one.public_key_hex), fromHex(one.message_hex), fromHex(one.signature_hex)] as const,
        ),
        ...Array.from({ length: 64 }, (_, at) => {
          const forged = signature.slice()
          forged[at]! ^= 1 << (at % 8)
          return [signer.publicKey, message, forged] as const
        }),
        // S above the order, a message and keys of wrong lengths, points of small order.
        [
          signer.publicKey,
          message,
          concatBytes(signature.subarray(0, 32), little(number(signature.subarray(32)) + order)),
        ] as const,
        [signer.publicKey, new Uint8Array(0), signature] as const,
        [signer.publicKey.subarray(1), message, signature] as const,
        [torsion.toBytes(), message, concatBytes(torsion.toBytes(), new Uint8Array(32))] as const,
        [signer.publicKey, message, concatBytes(torsion.toBytes(), new Uint8Array(32))] as const,
        [Point.ZERO.toBytes(), message, concatBytes(Point.ZERO.toBytes(), new Uint8Array(32))] as const,
      ]
      let refused = 0
      for (const [key, text, sig] of cases) {
        if (verifyStrict(key, text, sig)) continue
        refused++
        expect(await engineAccepts(key, text, sig)).toBe(false)
      }
      expect(refused).toBeGreaterThan(100)
    })
  })
}
