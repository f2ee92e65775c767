import { describe, expect, it } from 'vitest'
import { fromHex, toHex, U64_MAX } from '../common/bytes.ts'
import { RAW } from '../common/cid.ts'
import { cidOf } from '../common/cid-of.ts'
import { decodeJson, encodeJson } from '../common/codec.ts'
import { reputationOf } from '../reputation/reputation.ts'
import type { ContextOptions } from '../runtime/context.ts'
import { guest, openDatabase, signerOf, testRuntime, world } from '../runtime/fixtures/world.ts'
import vectors from '../zk/fixtures/bulletproofs.json' with { type: 'json' }
import { type ZkCredentialProof, zkCredentialProof, zkRevocationProof } from '../zk/proof.ts'

const issuer = signerOf(5).did
const holder = signerOf(6).did
const PROOF = fromHex(vectors.valid[2]!.proof, 'proof')
const BLINDING = `${'01'.repeat(31)}00`

const proofOf = (changes: Partial<ZkCredentialProof> = {}): ZkCredentialProof => ({
  issuer,
  holder,
  claimType: 'balance_range',
  proof: PROOF,
  schema: cidOf(RAW, new Uint8Array([1])),
  vkCid: null,
  disclosedFields: [],
  challenge: null,
  backend: 'Bulletproofs',
  verificationKey: null,
  publicInputs: null,
  verificationKeySignature: null,
  ...changes,
})
const requestOf = (witness: unknown, changes: Record<string, unknown> = {}) =>
  JSON.stringify({
    issuer: `${issuer}`,
    holder: `${holder}`,
    claim_type: 'test',
    schema: cidOf(RAW, new Uint8Array([1])).toString(),
    backend: 'Bulletproofs',
    witness,
    ...changes,
  }).replace(/"(\d+)n"/g, '$1')

async function home(mana = 100n, options: ContextOptions = {}) {
  const node = await world(mana, options)
  return {
    ...node,
    reputation: () => node.context.store.read((tx) => reputationOf(tx, node.me)),
    verify: (proof: ZkCredentialProof) =>
      node.call('host_verify_zk_proof', encodeJson(zkCredentialProof, proof)),
    generate: (json: string) => node.call('host_generate_zk_proof', json),
  }
}

describe('zk/mod.rs (ref §13.6): Bulletproofs', () => {
  it('bulletproofs_verifier_ok: true, paid by its claim, one reputation', async () => {
    const { verify, mana, reputation } = await home(100n, { environment: 'development' })
    expect(await verify(proofOf())).toBe(true)
    expect(await mana()).toBe(90n)
    expect(await reputation()).toBe(1n)
    // No key is asked for, as upstream; what a proof brings besides its bytes does not count.
    expect(await verify(proofOf({ claimType: 'other', publicInputs: [1], challenge: 'x' }))).toBe(true)
    expect(await mana()).toBe(88n)
  })

  it('bulletproofs_backend_mismatch: the bytes of one backend are not those of another', async () => {
    const { verify } = await home()
    await expect(verify(proofOf({ backend: 'Groth16' }))).rejects.toThrow(/^invalid proof structure: /)
    await expect(verify(proofOf({ backend: { Other: 'Bulletproofs' } }))).rejects.toThrow(
      'unsupported proof backend: "Bulletproofs" proofs are not verified here.',
    )
  })

  it('bulletproofs_invalid_proof_error: empty or of another length', async () => {
    const { verify, mana } = await home()
    for (const length of [0, 31, 32, 703, 705]) {
      await expect(verify(proofOf({ proof: new Uint8Array(length) }))).rejects.toMatchObject({
        message: `invalid proof structure: a range proof and its commitment have 704 bytes, got ${length}.`,
        data: { hostError: 'InvalidParameters', reason: 'invalidProof' },
      })
    }
    expect(await mana()).toBe(100n)
  })

  it('bulletproofs_tampered_proof_fails: nothing is paid, one reputation is lost', async () => {
    const { verify, mana, reputation } = await home()
    await verify(proofOf())
    const before = await mana()
    const tampered = PROOF.map((byte, i) => (i === 0 ? byte ^ 1 : byte))
    await expect(verify(proofOf({ proof: tampered }))).rejects.toThrow(/^verification failed: /)
    expect(await mana()).toBe(before)
    expect(await reputation()).toBe(0n)
  })

  it('a revocation proof is judged alike', async () => {
    const { call, mana } = await home()
    const { holder: subject, ...rest } = proofOf()
    expect(
      await call('host_verify_zk_revocation_proof', encodeJson(zkRevocationProof, { ...rest, subject })),
    ).toBe(true)
    expect(await mana()).toBe(98n)
  })
})

describe('making a range proof', () => {
  it.each([0n, 42n, U64_MAX])('of %i: it holds, here and for its commitment', async (value) => {
    const { generate, call, mana } = await home()
    const json = String(await generate(requestOf({ value: `${value}n`, blinding: BLINDING })))
    const made = decodeJson(zkCredentialProof, json, 'proof')
    expect(made).toMatchObject({ backend: 'Bulletproofs', vkCid: null, disclosedFields: [], challenge: null })
    expect(made.proof).toHaveLength(704)
    expect(json).not.toContain('witness')
    expect(await call('host_verify_zk_proof', json)).toBe(true)
    expect(await mana()).toBe(96n)
    // Whoever knows the opening finds the same commitment in another proof of the same value; the rest is drawn anew.
    const again = decodeJson(
      zkCredentialProof,
      String(await generate(requestOf({ value: `${value}n`, blinding: BLINDING }))),
      'proof',
    )
    expect(toHex(again.proof.subarray(672))).toBe(toHex(made.proof.subarray(672)))
    expect(toHex(again.proof.subarray(0, 672))).not.toBe(toHex(made.proof.subarray(0, 672)))
  })

  it('for a page the blinding is drawn when it gives none', async () => {
    const { generate, call } = await home()
    const first = String(await generate(requestOf({ value: 7 })))
    const second = String(await generate(requestOf({ value: 7 })))
    expect(first).not.toBe(second)
    expect(await call('host_verify_zk_proof', first)).toBe(true)
  })

  it.each([
    [
      'without a witness',
      null,
      /^invalid proof structure: the request needs "witness": {"value", "blinding"}/,
    ],
    ['with another number', { value: 1, birth_year: 2000 }, /the request needs "witness"/],
    ['with no value', { blinding: BLINDING }, /the request needs "witness"/],
    ['of a negative value', { value: -1 }, /witness.value: expected a whole number below 2\^64\.$/],
    ['of 2^64', { value: '18446744073709551616n' }, /^Invalid proof request: /],
    ['of a fraction', { value: 1.5 }, /whole number below 2\^64/],
    ['of a text', { value: '1' }, /whole number below 2\^64/],
    ['with no object', [7], /Proof request.witness: expected an object/],
    ['with a short blinding', { value: 1, blinding: '00' }, /expected 64 hexadecimal digits/],
    ['with a blinding that is no text', { value: 1, blinding: 7 }, /expected 64 hexadecimal digits/],
    [
      'with a blinding beyond the order',
      { value: 1, blinding: 'ff'.repeat(32) },
      /the blinding is not below the order/,
    ],
  ])('is refused %s, and costs nothing', async (_what, witness, words) => {
    const { generate, mana, reputation } = await home()
    await expect(generate(requestOf(witness))).rejects.toThrow(words)
    await expect(generate(requestOf(witness))).rejects.toMatchObject({
      data: { hostError: 'InvalidParameters' },
    })
    expect(await mana()).toBe(100n)
    expect(await reputation()).toBe(0n)
  })

  it('is refused without mana before any work', async () => {
    const { generate } = await home(1n)
    await expect(generate(requestOf({ value: 1 }))).rejects.toThrow(/^Insufficient mana: /)
  })
})

describe('contracts', () => {
  /** Makes a proof of the request in its memory, then verifies it; the verdict is the result. */
  const contract = (request: string) =>
    guest(
      `(call $verify (i32.const 8192) (call $make (i32.const 0) (i32.const ${request.length}) (i32.const 8192) (i32.const 16384))) i64.extend_i32_u`,
      `(import "icn" "wasm_host_generate_zk_proof" (func $make (param i32 i32 i32 i32) (result i32)))
       (import "icn" "wasm_host_verify_zk_proof" (func $verify (param i32 i32) (result i32)))`,
      request,
    )

  it('make and verify a range proof, and replay answers the same', async () => {
    const runtime = await testRuntime({ limits: { fuel: 100_000_000n } }, { state: await openDatabase() })
    const { receiptCid, result, fuelUsed } = await runtime.run(
      contract(requestOf({ value: 42, blinding: BLINDING })),
      { fuel: 100_000_000n },
    )
    expect(result).toBe(1n)
    // The work was paid for: a proof made and one checked.
    expect(fuelUsed).toBeGreaterThan(70_000_000n)
    expect(await runtime.receipts.verify(receiptCid)).toEqual({ status: 'verified' })
    await runtime.close()
  })

  it('have no random numbers: without a blinding they are refused', async () => {
    const runtime = await testRuntime({ limits: { fuel: 100_000_000n } }, { state: await openDatabase() })
    const { result, receiptCid } = await runtime.run(contract(requestOf({ value: 42 })), {
      fuel: 100_000_000n,
    })
    expect(result).toBe(0n)
    const { hostCalls } = (await runtime.receipts.get(receiptCid)).run!
    expect(hostCalls[0]!.error).toContain('a contract has no random numbers')
    await runtime.close()
  })

  it('run out of fuel before the work is done', async () => {
    const runtime = await testRuntime({ limits: { fuel: 100_000_000n } }, { state: await openDatabase() })
    const ran = await runtime.run(contract(requestOf({ value: 42, blinding: BLINDING })), {
      fuel: 20_000_000n,
    })
    expect(ran).toMatchObject({ success: false, failure: { code: 'ResourceLimitExceeded' } })
    await runtime.close()
  })
})

it('the page makes and checks proofs by runtime.zk, under the rules of the calls', async () => {
  await using runtime = await testRuntime({ initialMana: 20n })
  const proof = await runtime.zk.generate(requestOf({ value: '42n' }))
  expect(await runtime.zk.verify(proof)).toBe(true)
  expect(await runtime.mana.balance()).toBe(16n)
  const {
    holder: subject,
    claim_type,
    schema,
    vk_cid,
    disclosed_fields,
    challenge,
    ...rest
  } = JSON.parse(proof)
  expect(await runtime.zk.verifyRevocation(JSON.stringify({ ...rest, subject }))).toBe(true)
  await expect(runtime.zk.verify('{}')).rejects.toMatchObject({ code: 'InvalidSpec' })
  await expect(runtime.zk.verify(7 as never)).rejects.toThrow(
    'host_verify_zk_proof takes (text), got (the number 7).',
  )
})
