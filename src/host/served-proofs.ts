/** Rows of the ABI table: zero-knowledge proofs. What a pairing check costs beyond the call is charged inside it. */
import { type AbiFunction, CID_BYTES, served } from './entry.ts'

const MAX_PROOF_BYTES = 65_536

export const PROOF_ABI: readonly AbiFunction[] = [
  served(14, 'host_verify_zk_revocation_proof', {
    aliases: ['wasm_host_verify_zk_revocation_proof'],
    shapes: ['text -> flag'],
    fuel: 20_000,
    fuelPerByte: 40,
    maxBytes: MAX_PROOF_BYTES,
    subject: 'Proof JSON',
  }),
  served(25, 'host_verify_zk_proof', {
    aliases: ['wasm_host_verify_zk_proof'],
    shapes: ['text -> flag'],
    fuel: 20_000,
    fuelPerByte: 40,
    maxBytes: MAX_PROOF_BYTES,
    subject: 'Proof JSON',
  }),
  served(26, 'host_generate_zk_proof', {
    aliases: ['wasm_host_generate_zk_proof'],
    shapes: ['text, out -> written'],
    fuel: 20_000,
    fuelPerByte: 40,
    maxBytes: MAX_PROOF_BYTES,
    subject: 'Proof request JSON',
  }),
  served(55, 'host_register_zk_key', {
    shapes: ['text, out -> written', 'text -> flag'],
    fuel: 650_000,
    fuelPerByte: 40,
    maxBytes: MAX_PROOF_BYTES,
    subject: 'Verifying key JSON',
    answerBytes: CID_BYTES,
  }),
  served(90, 'host_verify_zk_proofs', {
    shapes: ['text -> flag'],
    fuel: 20_000,
    fuelPerByte: 40,
    maxBytes: MAX_PROOF_BYTES,
    subject: 'Proofs JSON',
  }),
]
