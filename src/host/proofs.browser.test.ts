import { expect, it } from 'vitest'
import { fromHex } from '../common/bytes.ts'
import { createRuntime } from '../runtime/create.ts'
import circuits from '../zk/fixtures/circuits.json' with { type: 'json' }
import { verifyGroth16 } from '../zk/groth16.ts'
import { proveGroth16 } from '../zk/groth16-prover.ts'

it('a browser makes and checks range proofs by host calls', async () => {
  const runtime = await createRuntime({ storage: 'memory', manaRegeneration: false, integrityCheck: false })
  const did = await runtime.identity.did()
  const request = JSON.stringify({
    issuer: did,
    holder: did,
    claim_type: 'test',
    schema: 'bafkrfokne64zgtj6bcss4uwx3j62x6weqtx6g6stqdxjbchxvtro7tpj',
    backend: 'bulletproofs',
    witness: { value: 42 },
  })
  const made = String(await runtime.call('host_generate_zk_proof', request))
  expect(await runtime.call('host_verify_zk_proof', made)).toBe(true)
  const tampered = JSON.parse(made)
  tampered.proof[700] ^= 1
  await expect(runtime.call('host_verify_zk_proof', JSON.stringify(tampered))).rejects.toThrow(
    /^verification failed: /,
  )
  await runtime.close()
})

it('a browser makes and checks proofs of circuits', () => {
  const { proving_key } = circuits.circuits.find(({ circuit }) => circuit === 'age_rep_membership')!
  const { proof, verifyingKey } = proveGroth16(
    'age_rep_membership',
    fromHex(proving_key, 'key'),
    [2026n, 9n, 1n],
    [1990n, 5n],
    [123n, 456n],
  )
  expect(verifyGroth16(verifyingKey, proof, [2026n, 9n, 1n])).toBe(true)
  expect(verifyGroth16(verifyingKey, proof, [2007n, 9n, 1n])).toBe(false)
})
