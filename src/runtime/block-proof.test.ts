import { describe, expect, it } from 'vitest'
import { fromHex, utf8 } from '../common/bytes.ts'
import { RAW } from '../common/cid.ts'
import { cidOf } from '../common/cid-of.ts'
import { encodeJson } from '../common/codec.ts'
import type { Did } from '../common/did.ts'
import type { BlockProof } from '../protocol/api.ts'
import bulletproofs from '../zk/fixtures/bulletproofs.json' with { type: 'json' }
import vectors from '../zk/fixtures/circuits.json' with { type: 'json' }
import {
  type ZkCredentialProof,
  type ZkRevocationProof,
  zkCredentialProof,
  zkRevocationProof,
} from '../zk/proof.ts'
import { guest, openDatabase, signerOf, testRuntime } from './fixtures/world.ts'

const me = signerOf(1).did
const issuer = signerOf(5)
const vector = vectors.circuits.find(({ circuit }) => circuit === 'age_over_18')!
const KEY = fromHex(vector.verifying_key, 'key')
const PROOF = fromHex(vector.proofs[0]!.proof, 'proof')
const block = { data: utf8('proposal') }

const provable = async (by = issuer) => ({
  issuer: by.did,
  proof: PROOF,
  backend: 'Groth16' as const,
  verificationKey: KEY,
  publicInputs: vector.public,
  verificationKeySignature: await by.sign(KEY),
})
async function credential(changes: Partial<ZkCredentialProof> = {}, by = issuer): Promise<string> {
  return encodeJson(zkCredentialProof, {
    ...(await provable(by)),
    holder: me,
    claimType: 'age_over_18',
    schema: cidOf(RAW, utf8('schema')),
    vkCid: null,
    disclosedFields: [],
    challenge: null,
    ...changes,
  })
}
async function revocation(changes: Partial<ZkRevocationProof> = {}): Promise<string> {
  return encodeJson(zkRevocationProof, { ...(await provable()), subject: me, ...changes })
}

async function guarded(issuers: readonly Did[] = [issuer.did]) {
  const runtime = await testRuntime(
    { blockProofs: { issuers: issuers.map(String) } },
    { state: await openDatabase() },
  )
  return {
    runtime,
    put: (proof?: BlockProof) => runtime.dag.put(proof === undefined ? block : { ...block, proof }),
    blocks: async () => (await runtime.dag.list()).items.length,
  }
}

describe('proof_policy.rs (ref §13.3)', () => {
  it('submit_block_requires_credential_proof', async () => {
    const { put, blocks } = await guarded()
    await expect(put()).rejects.toMatchObject({
      code: 'PermissionDenied',
      message: 'credential proof required: this node takes no block without.',
      data: { reason: 'proofRequired' },
    })
    expect(await blocks()).toBe(0)
  })

  it('submit_block_with_invalid_proof_fails', async () => {
    const { put, blocks } = await guarded()
    const refused = async (json: string, words: string | RegExp) => {
      await expect(put({ credential: json })).rejects.toMatchObject({
        code: 'PermissionDenied',
        message: expect.stringMatching(words),
        data: { reason: 'proofInvalid' },
      })
    }
    await refused(
      await credential({ proof: new Uint8Array(0) }),
      /^credential proof invalid: invalid proof struc/,
    )
    await refused(
      await credential({ publicInputs: [2019] }),
      /^credential proof invalid: it does not hold\.$/,
    )
    await refused(await credential({ verificationKeySignature: null }), /the verifying key is not signed by/)
    expect(await blocks()).toBe(0)
  })

  it('submit_block_with_valid_and_revocation_proof', async () => {
    const { put, blocks, runtime } = await guarded()
    const good = await credential()
    await expect(
      put({ credential: good, revocation: await revocation({ proof: new Uint8Array(0) }) }),
    ).rejects.toMatchObject({
      code: 'PermissionDenied',
      message: expect.stringMatching(/^revocation proof invalid: invalid proof structure/),
      data: { reason: 'revocationInvalid' },
    })
    expect(await blocks()).toBe(0)
    const mana = await runtime.mana.balance()
    const cid = await put({ credential: good, revocation: await revocation() })
    expect((await runtime.dag.get(cid))!.data).toEqual(block.data)
    // Checked only when it is there.
    expect(await put({ credential: good })).toBe(cid)
    expect(await runtime.mana.balance()).toBe(mana)
  })
})

describe('a node whose blocks want a proof', () => {
  it('asks for one about itself, by an issuer it trusts', async () => {
    const { put } = await guarded()
    const other = signerOf(6)
    await expect(put({ credential: await credential({ holder: other.did }) })).rejects.toThrow(
      /^credential proof invalid: it is about did:key:\w+, not about did:key:/,
    )
    await expect(put({ credential: await credential({}, other) })).rejects.toThrow(
      /is none of the issuers this node trusts/,
    )
    await expect(
      put({ credential: await credential(), revocation: await revocation({ subject: other.did }) }),
    ).rejects.toThrow(/^revocation proof invalid: it is about/)
    const ranged = { backend: 'Bulletproofs' as const, proof: fromHex(bulletproofs.valid[0]!.proof, 'proof') }
    await expect(put({ credential: await credential(ranged) })).rejects.toThrow(
      /in a range proof there is no word of an issuer/,
    )
  })

  it.each([
    ['no JSON', { credential: 'x' }, /^Invalid ZkCredentialProof JSON: /],
    [
      'no text',
      { credential: 7 },
      /^Invalid ZkCredentialProof JSON: block.proof.credential must be JSON text/,
    ],
    ['nothing', {}, /block.proof.credential must be JSON text, got undefined/],
  ])('refuses %s as a proof', async (_what, proof, words) => {
    const { put } = await guarded()
    await expect(put(proof as BlockProof)).rejects.toThrow(words)
  })

  it('lets no contract and no host call put blocks beside it; a run’s record says so, and replays', async () => {
    const { runtime, blocks } = await guarded()
    await expect(runtime.call('host_dag_put', utf8('x'))).rejects.toMatchObject({
      code: 'PermissionDenied',
      data: { reason: 'proofRequired', call: 'host_dag_put' },
    })
    expect(await runtime.call('host_get_reputation')).toBe(0n)
    const before = await blocks()
    const module = guest(
      '(drop (call $put (i32.const 0) (i32.const 1) (i32.const 64) (i32.const 256))) (i64.const 7)',
      '(import "icn" "host_dag_put" (func $put (param i32 i32 i32 i32) (result i32)))',
      'x',
    )
    const { result, receiptCid } = await runtime.run(module)
    expect(result).toBe(7n)
    const { hostCalls } = (await runtime.receipts.get(receiptCid)).run!
    expect(hostCalls[0]!.error).toBe('host_dag_put is not among the calls granted to this run.')
    expect(await blocks()).toBeGreaterThan(before)
    expect(await runtime.receipts.verify(receiptCid)).toEqual({ status: 'verified' })
  })

  it('is off when the option is absent, and the option is read strictly', async () => {
    const runtime = await testRuntime({}, { state: await openDatabase() })
    expect(await runtime.dag.put(block)).toMatch(/^b/)
    await runtime.close()
    for (const issuers of [undefined, [], 'did:key:z']) {
      await expect(testRuntime({ blockProofs: { issuers } as never })).rejects.toThrow(
        /The option blockProofs.issuers must be a list of at least one DID/,
      )
    }
    await expect(testRuntime({ blockProofs: { issuers: ['x'] } })).rejects.toMatchObject({
      code: 'InvalidSpec',
    })
    await expect(testRuntime({ blockProofs: null as never })).rejects.toThrow(/must be a list/)
  })
})
