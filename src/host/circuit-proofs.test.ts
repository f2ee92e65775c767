import { describe, expect, it } from 'vitest'
import { fromHex, toHex } from '../common/bytes.ts'
import { RAW } from '../common/cid.ts'
import { cidOf } from '../common/cid-of.ts'
import { decodeJson, encodeJson } from '../common/codec.ts'
import type { JsonValue } from '../common/json.ts'
import { REPUTATION, reputationOf } from '../reputation/reputation.ts'
import { guest, openDatabase, signerOf, testRuntime, world } from '../runtime/fixtures/world.ts'
import vectors from '../zk/fixtures/circuits.json' with { type: 'json' }
import { registrationSignable } from '../zk/keys.ts'
import { type ZkCredentialProof, zkCredentialProof } from '../zk/proof.ts'
import { witnessOf } from '../zk/r1cs.ts'

const issuer = signerOf(5)
const holder = signerOf(6).did
const schema = cidOf(RAW, new Uint8Array([1]))
const BLINDING = `${'01'.repeat(31)}00`
const given = (name: string) => vectors.circuits.find(({ circuit }) => circuit === name)!
const bytes = (hex: string) => fromHex(hex, 'vector')

async function home(mana = 100n, issuerReputation = 20n) {
  const node = await world(mana)
  await node.context.store.transact((tx) => tx.put(REPUTATION, `${issuer.did}`, { score: issuerReputation }))
  return {
    ...node,
    reputation: () => node.context.store.read((tx) => reputationOf(tx, node.me)),
    generate: async (json: string) =>
      decodeJson(zkCredentialProof, String(await node.call('host_generate_zk_proof', json)), 'proof'),
    verify: (proof: ZkCredentialProof) =>
      node.call('host_verify_zk_proof', encodeJson(zkCredentialProof, proof)),
    verifyAll: (proofs: readonly ZkCredentialProof[]) =>
      node.call('host_verify_zk_proofs', `[${proofs.map((p) => encodeJson(zkCredentialProof, p))}]`),
  }
}

/** A request for the proof that the vectors of the circuit make. */
function requestOf(name: string, changes: Record<string, unknown> = {}): string {
  const { public: inputs, witness, proving_key } = given(name)
  const numbers = witnessOf(name).map((field, i) => [field, witness[i]] as const)
  return JSON.stringify({
    issuer: `${issuer.did}`,
    holder: `${holder}`,
    claim_type: name,
    schema: `${schema}`,
    backend: 'groth16',
    public_inputs: inputs,
    proving_key,
    witness: { ...Object.fromEntries(numbers), blinding: BLINDING },
    ...changes,
  })
}

async function signed(name: string, index = 0, publicInputs: JsonValue = given(name).public) {
  const key = bytes(given(name).verifying_key)
  return {
    issuer: issuer.did,
    holder,
    claimType: name,
    proof: bytes(given(name).proofs[index]!.proof),
    schema,
    vkCid: null,
    disclosedFields: [],
    challenge: null,
    backend: 'Groth16' as const,
    verificationKey: key,
    publicInputs,
    verificationKeySignature: await issuer.sign(key),
  }
}

describe('tests/groth16.rs (ref §13.6)', () => {
  it.each(vectors.circuits.map(({ circuit }) => circuit))('issue and verify: %s', async (name) => {
    const { generate, verify, mana } = await home()
    const made = await generate(requestOf(name))
    const key = bytes(given(name).verifying_key)
    expect(made).toMatchObject({ backend: 'Groth16', claimType: name, publicInputs: given(name).public })
    // As ICN's prover: the key is named, and not carried along.
    expect(`${made.vkCid}`).toBe(`${cidOf(RAW, key)}`)
    expect(made.verificationKey).toBeNull()
    const paid = 100n - ((await mana()) as bigint)
    const vouched = { ...made, verificationKey: key, verificationKeySignature: await issuer.sign(key) }
    expect(await verify(vouched)).toBe(true)
    expect(await mana()).toBe(100n - 2n * paid)
  })

  it('prover_rejects_low_reputation', async () => {
    for (const [name, needed] of [
      ['age_over_18', 10n],
      ['membership', 5n],
      ['reputation', 15n],
      ['age_rep_membership', 20n],
    ] as const) {
      const poor = await home(100n, needed - 1n)
      await expect(poor.generate(requestOf(name))).rejects.toMatchObject({
        message: `insufficient reputation: the issuer has ${needed - 1n}, for this circuit ${needed} are needed.`,
        data: { reason: 'insufficientReputation' },
      })
      expect(await poor.mana()).toBe(100n)
    }
    await (await home(100n, 5n)).generate(requestOf('membership'))
  })

  it.each([
    ['without a key', { proving_key: undefined }, /a Groth16 proof needs the issuer's "proving_key"/],
    ['with a key that is no text', { proving_key: 7 }, /Proof request.proving_key: expected a string/],
    [
      'with a key of another circuit',
      { proving_key: given('membership').proving_key },
      /is not of this circuit/,
    ],
    ['without a witness', { witness: undefined }, /the request needs "witness": {"birth_year", "blinding"}/],
    ['of what is not true', { public_inputs: [2017] }, /^verification failed: the statement is not true/],
    ['with other inputs', { public_inputs: [2020, 1] }, /the circuit has 1 public inputs, got 2/],
    ['without inputs', { public_inputs: undefined }, /the circuit has 1 public inputs, got 0/],
    ['of a circuit that is not known', { claim_type: 'test' }, /there is no circuit of that claim to prove/],
  ])('nothing is made or paid %s', async (_what, changes, words) => {
    const { generate, mana } = await home()
    await expect(generate(requestOf('age_over_18', changes))).rejects.toThrow(words)
    expect(await mana()).toBe(100n)
  })

  it('a contract makes the same proof when its run is made again', async () => {
    const state = await openDatabase()
    await state.transact((tx) => tx.put(REPUTATION, `${issuer.did}`, { score: 20n }))
    const runtime = await testRuntime({ limits: { fuel: 100_000_000n } }, { state })
    const request = requestOf('age_over_18')
    const module = guest(
      `(call $make (i32.const 0) (i32.const ${request.length}) (i32.const 8192) (i32.const 16384)) i64.extend_i32_u`,
      '(import "icn" "host_generate_zk_proof" (func $make (param i32 i32 i32 i32) (result i32)))',
      request,
    )
    const { receiptCid, result, fuelUsed } = await runtime.run(module, { fuel: 100_000_000n })
    expect(result).toBeGreaterThan(500n)
    expect(fuelUsed).toBeGreaterThan(36_000_000n)
    expect(await runtime.receipts.verify(receiptCid)).toEqual({ status: 'verified' })
    await runtime.close()
  })
})

describe('zk/mod.rs (ref §13.6): Groth16', () => {
  it('groth16_verifier_ok, groth16_backend_mismatch, groth16_malformed_proof', async () => {
    const { verify } = await home()
    const proof = await signed('age_over_18')
    expect(await verify(proof)).toBe(true)
    await expect(verify({ ...proof, backend: 'Bulletproofs' })).rejects.toThrow(/^invalid proof structure: /)
    await expect(verify({ ...proof, backend: { Other: 'groth16' } })).rejects.toThrow(
      /^unsupported proof backend: /,
    )
    await expect(verify({ ...proof, proof: new Uint8Array(10) })).rejects.toThrow(
      'invalid proof structure: a proof has 128 bytes, got 10.',
    )
  })

  it('verify_proof_invalid_key_signature', async () => {
    const { verify } = await home()
    const proof = await signed('age_over_18')
    const foreign = await signerOf(9).sign(proof.verificationKey)
    await expect(verify({ ...proof, verificationKeySignature: foreign })).rejects.toThrow(
      /^verification failed: the verifying key is not signed by its issuer/,
    )
  })

  it('verify_proof_with_inputs: those in the proof go before the default', async () => {
    const { generate, verify } = await home(200n)
    const made = await generate(requestOf('age_over_18', { public_inputs: [2021] }))
    const { verificationKey, verificationKeySignature } = await signed('age_over_18')
    const proof = { ...made, verificationKey, verificationKeySignature }
    expect(await verify({ ...proof, publicInputs: [2021] })).toBe(true)
    expect(await verify({ ...proof, publicInputs: null })).toBe(false)
    expect(await verify({ ...(await signed('age_over_18')), publicInputs: null })).toBe(true)
  })
})

describe('icn-zk tests.rs (ref §13.7): keys', () => {
  const register = async (call: Awaited<ReturnType<typeof home>>['call'], name: string) => {
    const key = bytes(given(name).verifying_key)
    const signature = toHex(await issuer.sign(registrationSignable(name, key)))
    return call(
      'host_register_zk_key',
      JSON.stringify({
        issuer: `${issuer.did}`,
        circuit: name,
        verification_key: given(name).verifying_key,
        signature,
      }),
    )
  }

  it('circuit_parameters_roundtrip: what the proving key makes holds under the key that was registered', async () => {
    const { call, generate, verify } = await home(200n)
    const cid = await register(call, 'age_over_18')
    const made = await generate(requestOf('age_over_18'))
    expect(`${made.vkCid}`).toBe(cid)
    expect(await verify(made)).toBe(true)
  })

  it('parameters_registry_multiple: each claim is checked with its own key', async () => {
    const { call, generate, verify } = await home(200n)
    await register(call, 'age_over_18')
    await register(call, 'membership')
    for (const name of ['age_over_18', 'membership']) {
      const made = { ...(await generate(requestOf(name))), vkCid: null }
      expect(await verify(made)).toBe(true)
      const other = name === 'membership' ? 'age_over_18' : 'membership'
      expect(await verify({ ...made, claimType: other })).toBe(false)
    }
  })
})

describe('several proofs at once', () => {
  it('hold: paid as each would be, one reputation', async () => {
    const { verifyAll, mana, reputation } = await home()
    expect(await verifyAll([await signed('age_over_18'), await signed('age_over_18', 1)])).toBe(true)
    expect(await mana()).toBe(60n)
    expect(await reputation()).toBe(1n)
    expect(await verifyAll([await signed('membership')])).toBe(true)
    expect(await mana()).toBe(50n)
  })

  it('one that does not hold is enough: nothing is paid', async () => {
    const { verifyAll, mana } = await home()
    const wrong = await signed('age_over_18', 1, [2019])
    expect(await verifyAll([await signed('age_over_18'), wrong])).toBe(false)
    expect(await verifyAll([wrong])).toBe(false)
    expect(await mana()).toBe(100n)
  })

  it('one that cannot be judged is named by its place', async () => {
    const { verifyAll, mana } = await home()
    const good = await signed('age_over_18')
    const refused = async (bad: ZkCredentialProof, words: RegExp) => {
      await expect(verifyAll([good, bad])).rejects.toThrow(words)
      expect(await mana()).toBe(100n)
    }
    await refused({ ...good, proof: new Uint8Array(3) }, /^invalid proof structure: proof 1: a proof has 128/)
    await refused({ ...good, backend: 'Bulletproofs' }, /^unsupported proof backend: proof 1: Bulletproofs/)
    await refused(
      { ...good, verificationKeySignature: null },
      /^verification failed: proof 1: the verifying key/,
    )
    await refused(await signed('membership'), /proof 1: its verifying key is another than that of the first/)
    await refused({ ...good, publicInputs: [1, 2] }, /^verification failed: /)
  })

  it.each([
    ['none', '[]'],
    ['too many', `[${Array.from({ length: 17 }, () => '{}')}]`],
    ['no array', '{}'],
    ['what is no proof', '[7]'],
    ['what is no JSON', 'x'],
  ])('%s is refused, and costs nothing', async (_what, json) => {
    const { call, mana, reputation } = await home()
    await expect(call('host_verify_zk_proofs', json)).rejects.toThrow(/^Invalid ZkCredentialProof JSON: /)
    expect(await mana()).toBe(100n)
    expect(await reputation()).toBe(0n)
  })
})
