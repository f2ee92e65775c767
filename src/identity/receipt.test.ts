import { describe, expect, it } from 'vitest'
import { concatBytes, fromHex, toHex, utf8 } from '../common/bytes.ts'
import { Cid } from '../common/cid.ts'
import { decodeBincode, decodeJson, encodeBincode, encodeJson } from '../common/codec.ts'
import vectors from '../common/fixtures/vectors.json' with { type: 'json' }
import { verifyStrict } from './ed25519.ts'
import {
  executionReceipt,
  receiptSignable,
  receiptSignatureValid,
  receiptSignedFields,
  signReceipt,
  verifyReceipt,
} from './receipt.ts'
import { KeyDidResolver } from './resolver.ts'
import { nobleSigner } from './signer.ts'

const resolver = new KeyDidResolver()
const signers = {
  A: nobleSigner(fromHex(vectors.keys.A.seed_hex)),
  B: nobleSigner(fromHex(vectors.keys.B.seed_hex)),
}
const first = decodeJson(executionReceipt, vectors.receipt.cases[0]!.receipt_json, 'receipt')

describe('vectors: receipt', () => {
  for (const [i, vector] of vectors.receipt.cases.entries()) {
    it(`case ${i}`, async () => {
      const receipt = decodeJson(executionReceipt, vector.receipt_json, 'receipt')
      expect(receipt.cpuMs).toBe(BigInt(vector.cpu_ms))
      expect(receipt.success).toBe(vector.success)
      expect(toHex(receiptSignable(receipt))).toBe(vector.signable_hex)
      expect(toHex(receipt.sig)).toBe(vector.signature_hex)
      expect(encodeJson(executionReceipt, receipt)).toBe(vector.receipt_json)
      expect(toHex(encodeBincode(executionReceipt, receipt))).toBe(vector.bincode_hex)
      expect(decodeBincode(executionReceipt, fromHex(vector.bincode_hex), 'receipt')).toEqual(receipt)
      const signer = signers[vector.signer as 'A' | 'B']
      expect(toHex((await signReceipt(receipt, signer)).sig)).toBe(vector.signature_hex)
      verifyReceipt(receipt, resolver)
    })
  }
})

describe('vectors: signature_negative', () => {
  for (const vector of vectors.signature_negative.cases) {
    it(vector.name, () => {
      const [key, message, signature] = [vector.public_key_hex, vector.message_hex, vector.signature_hex].map(
        (hex) => fromHex(hex!),
      )
      expect(verifyStrict(key!, message!, signature!)).toBe(false)
    })
  }
})

describe('an execution receipt', () => {
  it('receipt_to_signable_bytes_public: the exact concatenation', () => {
    const cpuMs = 0x0102_0304_0506_0708n
    const text = `${first.jobId}${first.executorDid}${first.resultCid}`
    expect(receiptSignable({ ...first, cpuMs, success: false })).toEqual(
      concatBytes(utf8(text), Uint8Array.of(8, 7, 6, 5, 4, 3, 2, 1), Uint8Array.of(0)),
    )
    const fields = receiptSignedFields(first)
    expect(fields.map((field) => field.name)).toEqual([
      'job_id',
      'executor_did',
      'result_cid',
      'cpu_ms',
      'success',
    ])
    expect(concatBytes(...fields.map((field) => field.bytes))).toEqual(receiptSignable(first))
  })

  it('receipt_verify_against_did: another key fails', () => {
    const forged = { ...first, executorDid: signers.B.did }
    expect(() => verifyReceipt(forged, resolver)).toThrow('the signature does not hold for did:key:z6MkghL')
    expect(receiptSignatureValid(forged, resolver)).toBe(false)
  })

  it('tampering_success_bit_fails_verification', () => {
    expect(() => verifyReceipt({ ...first, success: false }, resolver)).toThrow(
      'Receipt: the signature does not hold',
    )
  })

  it('receipt tamper resistance: every field is covered', () => {
    const other = Cid.parse(vectors.cid.cases[1]!.cid_string)
    for (const change of [{ jobId: other }, { resultCid: other }, { cpuMs: first.cpuMs + 1n }]) {
      expect(receiptSignatureValid({ ...first, ...change }, resolver)).toBe(false)
    }
    for (let bit = 0; bit < 512; bit += 7) {
      const sig = first.sig.slice()
      sig[bit >> 3]! ^= 1 << (bit & 7)
      expect(receiptSignatureValid({ ...first, sig }, resolver)).toBe(false)
    }
  })

  it.each([
    [new Uint8Array(0), 'Receipt is not signed.', 'unsigned'],
    [new Uint8Array(63), 'a signature has 64 bytes, got 63', 'signatureLength'],
  ])('with %o says what is wrong', (sig, message, reason) => {
    expect(() => verifyReceipt({ ...first, sig }, resolver)).toThrow(message)
    expect(() => verifyReceipt({ ...first, sig }, resolver)).toThrow(
      expect.objectContaining({ data: expect.objectContaining({ reason }) }),
    )
  })

  it('cannot be signed for somebody else', async () => {
    await expect(signReceipt(first, signers.B)).rejects.toThrow('cannot be signed by did:key:z6MkghL')
  })

  it('with a DID no key can be found for is refused by name', () => {
    const unresolvable = decodeJson(
      executionReceipt,
      encodeJson(executionReceipt, first).replace(vectors.keys.A.did_json.id_string, 'nonsense'),
      'receipt',
    )
    expect(() => verifyReceipt(unresolvable, resolver)).toThrow('its signer cannot be resolved')
  })

  it('refuses bincode with bytes missing or left over, at every length', () => {
    const bytes = encodeBincode(executionReceipt, first)
    for (let length = 0; length < bytes.length; length++) {
      expect(() => decodeBincode(executionReceipt, bytes.subarray(0, length), 'receipt')).toThrow('receipt')
    }
    expect(() => decodeBincode(executionReceipt, Uint8Array.of(...bytes, 0), 'receipt')).toThrow(
      '1 bytes are left over',
    )
  })
})
