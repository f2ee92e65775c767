import { describe, expect, it } from 'vitest'
import { fromHex, toHex } from '../common/bytes.ts'
import { RAW } from '../common/cid.ts'
import { cidOf } from '../common/cid-of.ts'
import { decodeJson, encodeJson } from '../common/codec.ts'
import { Did } from '../common/did.ts'
import vectors from '../common/fixtures/vectors.json' with { type: 'json' }
import { putBlock } from '../dag/blocks.ts'
import { ACCOUNTS } from '../economics/rows.ts'
import { signBlock } from '../identity/receipt-block.ts'
import { reputationOf } from '../reputation/reputation.ts'
import type { ContextOptions } from '../runtime/context.ts'
import { signerOf, world } from '../runtime/fixtures/world.ts'
import { registrationSignable } from '../zk/keys.ts'
import { type ZkCredentialProof, zkCredentialProof, zkRevocationProof } from '../zk/proof.ts'
import { testContext } from './fixtures/guest.ts'
import { proofFunctions } from './proofs.ts'

const { groth16 } = vectors.bn254
const KEY = fromHex(groth16.verifying_key_compressed_hex, 'key')
const PROOF = fromHex(groth16.proof_compressed_hex, 'proof')
const issuer = signerOf(5)
const holder = signerOf(6).did

async function home(mana = 100n, options: ContextOptions = {}) {
  const node = await world(mana, options)
  return {
    ...node,
    reputation: () => node.context.store.read((tx) => reputationOf(tx, node.me)),
    verify: (proof: ZkCredentialProof) =>
      node.call('host_verify_zk_proof', encodeJson(zkCredentialProof, proof)),
  }
}

const proofOf = (changes: Partial<ZkCredentialProof> = {}): ZkCredentialProof => ({
  issuer: issuer.did,
  holder,
  claimType: 'age_over_18',
  proof: PROOF,
  schema: cidOf(RAW, new Uint8Array([1])),
  vkCid: null,
  disclosedFields: [],
  challenge: null,
  backend: 'Groth16',
  verificationKey: null,
  publicInputs: [2020],
  verificationKeySignature: null,
  ...changes,
})
const signed = async (changes: Partial<ZkCredentialProof> = {}) =>
  proofOf({ verificationKey: KEY, verificationKeySignature: await issuer.sign(KEY), ...changes })
const dummy = (changes: Partial<ZkCredentialProof> = {}) =>
  proofOf({ backend: { Other: 'dummy' }, proof: new Uint8Array([7, 7]), claimType: 'a claim', ...changes })
const request = (backend: string, changes: Record<string, unknown> = {}) =>
  JSON.stringify({
    issuer: `${issuer.did}`,
    holder: `${holder}`,
    claim_type: 'a claim',
    schema: cidOf(RAW, new Uint8Array([1])).toString(),
    backend,
    ...changes,
  })

describe('zk_proof.rs (ref §13.3)', () => {
  it.each([
    ['generate_and_verify_dummy_proof', 4n],
    ['tests/integration/host_zk_roundtrip.rs', 10n],
  ])('%s', async (_name, given) => {
    const { call, mana } = await home(given)
    const json = String(await call('host_generate_zk_proof', request('dummy')))
    const proof = decodeJson(zkCredentialProof, json, 'proof')
    expect(proof).toMatchObject({
      backend: { Other: 'dummy' },
      vkCid: null,
      disclosedFields: [],
      challenge: null,
    })
    expect(proof.proof).toHaveLength(32)
    expect(await call('host_verify_zk_proof', json)).toBe(true)
    expect(await mana()).toBe(given - 4n)
  })

  it('verify_invalid_proof_fails', async () => {
    const { verify } = await home()
    await expect(verify(proofOf({ proof: new Uint8Array([1, 2, 3]) }))).rejects.toMatchObject({
      code: 'InvalidSpec',
      message: 'invalid proof structure: a proof has 128 bytes, got 3.',
      data: { hostError: 'InvalidParameters' },
    })
  })

  it('generate_invalid_json', async () => {
    const { call, mana } = await home()
    await expect(call('host_generate_zk_proof', 'not-json')).rejects.toMatchObject({
      data: { hostError: 'InvalidParameters' },
    })
    expect(await mana()).toBe(100n)
  })

  it('verify_invalid_proof_refunds_mana', async () => {
    const { verify, mana } = await home()
    await expect(verify(proofOf({ proof: new Uint8Array([1, 2, 3]) }))).rejects.toThrow()
    expect(await verify(await signed({ publicInputs: [2019] }))).toBe(false)
    expect(await mana()).toBe(100n)
  })

  it('malformed_proof_refunds_mana', async () => {
    const { call, mana, reputation } = await home()
    for (const json of ['{}', 'not json', '{"issuer":1}']) {
      await expect(call('host_verify_zk_proof', json)).rejects.toThrow(/^Invalid ZkCredentialProof JSON: /)
      await expect(call('host_verify_zk_revocation_proof', json)).rejects.toThrow(
        /^Invalid ZkRevocationProof JSON: /,
      )
    }
    expect(await mana()).toBe(100n)
    expect(await reputation()).toBe(0n)
  })

  it('cost_varies_by_circuit', async () => {
    const costs: bigint[] = []
    for (const claimType of ['AgeOver18', 'membership', 'age_rep_membership', 'reputation', 'unknown']) {
      const { verify, mana } = await home()
      expect(await verify(dummy({ claimType }))).toBe(true)
      costs.push(100n - ((await mana()) as bigint))
    }
    expect(costs).toEqual([20n, 10n, 40n, 30n, 2n])
  })

  it('generate_and_verify_charges_mana', async () => {
    const { call, mana } = await home(10n)
    const json = String(await call('host_generate_zk_proof', request('dummy')))
    expect(await mana()).toBe(8n)
    await call('host_verify_zk_proof', json)
    expect(await mana()).toBe(6n)
  })

  it('reputation_updates_on_successful_proof', async () => {
    const { call, reputation } = await home()
    await call('host_verify_zk_proof', String(await call('host_generate_zk_proof', request('dummy'))))
    expect(await reputation()).toBe(1n)
  })

  it('reputation_penalized_on_invalid_proof', async () => {
    const { verify, reputation } = await home()
    await verify(dummy())
    await verify(dummy())
    expect(await reputation()).toBe(2n)
    await expect(verify(dummy({ proof: new Uint8Array(0) }))).rejects.toThrow(/the proof is empty/)
    expect(await reputation()).toBe(1n)
    expect(await verify(await signed({ publicInputs: [2019] }))).toBe(false)
    expect(await reputation()).toBe(0n)
  })
})

describe('Groth16 through the host', () => {
  it('holds for the key its issuer signed, at the price of its circuit', async () => {
    const { verify, mana, reputation } = await home()
    expect(await verify(await signed())).toBe(true)
    expect(await mana()).toBe(80n)
    expect(await reputation()).toBe(1n)
    expect(await verify(await signed({ publicInputs: null }))).toBe(true)
  })

  it('is refused without mana before anything is verified', async () => {
    const { verify, reputation } = await home(19n)
    await expect(verify(await signed())).rejects.toThrow(/^Insufficient mana: /)
    expect(await reputation()).toBe(0n)
  })

  it('does not trust a key that nobody, or somebody else, signed', async () => {
    const { verify } = await home()
    const words = /^verification failed: the verifying key is not signed by its issuer/
    await expect(verify(proofOf({ verificationKey: KEY }))).rejects.toThrow(words)
    const foreign = await signerOf(9).sign(KEY)
    await expect(verify(await signed({ verificationKeySignature: foreign }))).rejects.toThrow(words)
    const web = Did.parse('did:web:example.org')
    await expect(verify(await signed({ issuer: web }))).rejects.toThrow(/^verification failed: /)
    await expect(verify(proofOf())).rejects.toThrow(/names no verifying key, and none of .* is registered/)
  })

  it('takes a key from a block that the issuer signed, by vk_cid', async () => {
    const { verify, context } = await home()
    const parts = { data: KEY, links: [], timestamp: 5n }
    const block = await signBlock(parts, issuer)
    const foreign = await signBlock(parts, signerOf(9))
    await context.store.transact((tx) => {
      putBlock(tx, block)
      putBlock(tx, foreign)
    })
    expect(await verify(proofOf({ vkCid: block.cid }))).toBe(true)
    await expect(verify(proofOf({ vkCid: foreign.cid }))).rejects.toThrow(/is by did:key:.*, not by/)
    await expect(verify(proofOf({ vkCid: cidOf(RAW, KEY) }))).rejects.toThrow(
      /neither registered nor in the DAG/,
    )
  })

  it('takes a registered key by its CID, by its bytes, and by the claim; registered for another circuit it answers for that one', async () => {
    const { verify, call, mana } = await home(200n)
    const register = async (circuit: string, by = issuer) =>
      call(
        'host_register_zk_key',
        JSON.stringify({
          issuer: `${issuer.did}`,
          circuit,
          verification_key: `0x${toHex(KEY)}`,
          signature: toHex(await by.sign(registrationSignable(circuit, KEY))),
        }),
      )
    await expect(register('membership', signerOf(9))).rejects.toMatchObject({ code: 'PermissionDenied' })
    expect(await register('membership')).toBe(groth16.vk_cid_string)
    expect(await mana()).toBe(199n)
    expect(await register('Membership')).toBe(groth16.vk_cid_string)
    expect(await mana()).toBe(199n)
    // The key is of the circuit it was registered for, whatever the claim says: 5, not 10.
    expect(await verify(proofOf({ vkCid: cidOf(RAW, KEY) }))).toBe(true)
    expect(await mana()).toBe(189n)
    expect(await verify(proofOf({ verificationKey: KEY }))).toBe(true)
    expect(await verify(proofOf({ claimType: 'membership' }))).toBe(true)
    await expect(verify(proofOf({ claimType: 'reputation' }))).rejects.toThrow(/names no verifying key/)
    await expect(verify(proofOf({ vkCid: cidOf(RAW, KEY), issuer: signerOf(9).did }))).rejects.toThrow(
      /neither/,
    )
  })

  it('refuses public inputs of another shape or number', async () => {
    const { verify } = await home()
    for (const publicInputs of [{}, 'x', [-1], ['1'], 7, [null]]) {
      await expect(verify(await signed({ publicInputs }))).rejects.toThrow(
        /^invalid proof structure: public inputs/,
      )
    }
    await expect(verify(await signed({ publicInputs: [] }))).rejects.toThrow(
      /^verification failed: the circuit has 1/,
    )
  })

  it('judges a revocation proof alike', async () => {
    const { call, mana } = await home()
    const { holder: subject, ...rest } = await signed()
    const json = encodeJson(zkRevocationProof, { ...rest, subject })
    expect(await call('host_verify_zk_revocation_proof', json)).toBe(true)
    expect(await mana()).toBe(98n)
  })
})

describe('other backends', () => {
  it('what is not known is not generated, and costs nothing', async () => {
    const { call, mana } = await home()
    await expect(call('host_generate_zk_proof', request('unknown'))).rejects.toThrow(
      'unsupported proof backend: "unknown" proofs are not generated here.',
    )
    expect(await mana()).toBe(100n)
  })

  it('dummy counts by its name alone, and not where it is not allowed', async () => {
    const { verify } = await home()
    await expect(verify(dummy({ backend: { Other: 'mine' } }))).rejects.toThrow(
      /unsupported proof backend: "mine"/,
    )
    await expect(verify(dummy({ backend: { Other: 'Dummy' } }))).rejects.toThrow(/unsupported/)
    const strict = testContext({ dummyProofs: false })
    strict.tx.put(ACCOUNTS, `${strict.identity}`, { balance: 100n })
    const json = encodeJson(zkCredentialProof, dummy())
    expect(proofFunctions.host_verify_zk_proof(strict, json)).toBe(false)
    expect(strict.lastError?.message).toBe('unsupported proof backend: "dummy" proofs are not verified here.')
    expect(() => proofFunctions.host_generate_zk_proof(strict, request('dummy'))).toThrow(/unsupported/)
  })
})
