/**
 * The functions that are served, as data: from this table the linker works, and the docs and guest headers are made.
 * Indices 10 to 26 are upstream's (ref §1.2); 0 to 9, 13 to 15 and 27 up are ours (decision 4). A function accepts every
 * one of its shapes under every one of its names.
 */
import { MAX_JOB_JSON_SIZE } from '../mesh/job.ts'
import { type AbiFunction, CID_BYTES, MAX_CID_BYTES, served } from './entry.ts'
import { DATA_ABI } from './served-data.ts'
import { GOVERNANCE_ABI } from './served-governance.ts'
import { PROOF_ABI } from './served-proofs.ts'
import { TOKEN_ABI } from './served-tokens.ts'

export { type AbiFunction, type Capability, IMPORT_MODULE } from './entry.ts'

const MAX_RECEIPT_BYTES = 65_536
const MAX_LOG_BYTES = 65_536

/** Host functions that a node in a page serves. */
export const SERVED_ABI: readonly AbiFunction[] = [
  served(1, 'host_log', {
    aliases: ['host_log_message'],
    shapes: ['i32, text ->', 'text ->'],
    fuel: 300,
    maxBytes: MAX_LOG_BYTES,
    subject: 'Log message',
  }),
  served(4, 'host_get_current_time', { shapes: ['-> i64'], fuel: 250 }),
  served(5, 'host_get_caller', { shapes: ['out -> written', '-> string'], fuel: 700 }),
  served(6, 'host_last_error_code', { shapes: ['-> i32'], fuel: 250 }),
  served(7, 'host_last_error', { shapes: ['out -> written'], fuel: 500 }),
  served(8, 'host_get_job_id', { shapes: ['job, out -> written'], fuel: 700 }),
  served(9, 'host_get_job_status', {
    aliases: ['wasm_host_get_job_status'],
    shapes: ['text, out -> written'],
    fuel: 25_000,
    fuelPerByte: 4,
    maxBytes: MAX_CID_BYTES,
    subject: 'Job ID',
  }),
  served(10, 'host_account_get_mana', {
    aliases: ['wasm_host_account_get_mana', 'host_get_mana_balance'],
    shapes: ['-> u64', 'text -> u64'],
    fuel: 500,
    fuelPerByte: 4,
  }),
  served(11, 'host_account_spend_mana', {
    aliases: ['wasm_host_account_spend_mana'],
    shapes: ['text, u64 -> flag', 'text, u64 ->'],
    fuel: 2_000,
    fuelPerByte: 4,
  }),
  served(12, 'host_account_credit_mana', {
    aliases: ['wasm_host_account_credit_mana'],
    shapes: ['text, u64 -> flag', 'text, u64 ->'],
    fuel: 2_000,
    fuelPerByte: 4,
    capability: 'credit',
  }),
  served(13, 'host_price_by_reputation', { shapes: ['u64, u64 -> u64'], fuel: 300 }),
  served(53, 'host_credit_by_reputation', {
    shapes: ['text, u64 -> flag', 'string, u64 -> flag'],
    fuel: 2_000,
    fuelPerByte: 4,
    capability: 'credit',
  }),
  served(16, 'host_submit_mesh_job', {
    aliases: ['wasm_host_submit_mesh_job'],
    shapes: ['text -> handle', 'text -> handle32', 'text ->', 'text, out -> written'],
    fuel: 35_000,
    fuelPerByte: 8,
    maxBytes: MAX_JOB_JSON_SIZE,
    subject: 'Job JSON',
    answerBytes: CID_BYTES,
  }),
  served(22, 'host_get_pending_mesh_jobs', {
    aliases: ['wasm_host_get_pending_mesh_jobs'],
    shapes: ['out -> written'],
    fuel: 5_000,
    fuelPerByte: 4,
  }),
  served(23, 'host_anchor_receipt', {
    aliases: ['wasm_host_anchor_receipt'],
    shapes: ['text -> flag', 'text ->', 'text -> handle', 'text, out -> written'],
    fuel: 650_000,
    fuelPerByte: 8,
    maxBytes: MAX_RECEIPT_BYTES,
    subject: 'Receipt JSON',
    answerBytes: CID_BYTES,
  }),
  served(24, 'host_get_reputation', {
    aliases: ['wasm_host_get_reputation'],
    shapes: ['-> i64', 'text -> i64'],
    fuel: 500,
    fuelPerByte: 4,
  }),
  ...DATA_ABI,
  ...PROOF_ABI,
  ...GOVERNANCE_ABI,
  ...TOKEN_ABI,
]

const byName = new Map(
  SERVED_ABI.flatMap((entry) => [entry.name, ...entry.aliases].map((name) => [name, entry])),
)

/** Any other name, known or not, links to a stub that traps when it is called (decision 3). */
export function findServed(name: string): AbiFunction | undefined {
  return byName.get(name)
}
