/**
 * The host ABI as data: one entry per function, from which the linker, the docs and the guest headers are made. Names
 * and indices 10 to 26 are upstream's (ref §1.2); 0 to 9, 13 to 15 and 27 up are ours (decision 4). A function accepts
 * every one of its shapes under every one of its names. Functions without shapes here are known by name, link to a
 * stub and trap when called.
 */
import { MAX_JOB_JSON_SIZE } from '../mesh/job.ts'

export const IMPORT_MODULE = 'icn'

/** What a runtime must have been started with before a guest or page may call the function. */
export type Capability = 'credit'

export interface AbiFunction {
  readonly name: string
  /** Other spellings a module may import the function by. */
  readonly aliases: readonly string[]
  /** Stable number; null for names of compiled contracts that have none yet. */
  readonly index: number | null
  /** Accepted import shapes in the language of `shapes.ts`; empty when the function is not served. */
  readonly shapes: readonly string[]
  /** Fuel of one call. */
  readonly fuel: number
  /** Fuel per byte copied in or out. */
  readonly fuelPerByte: number
  /** Longest accepted text argument, bytes; a longer one is refused before it is copied. */
  readonly maxBytes: number
  /** What the text argument is, as a refusal names it. */
  readonly subject: string
  readonly capability: Capability | null
}

const MAX_DID_BYTES = 512
const MAX_CID_BYTES = 256
const MAX_RECEIPT_BYTES = 65_536
const MAX_LOG_BYTES = 65_536

interface Served {
  readonly aliases?: readonly string[]
  readonly shapes: readonly string[]
  readonly fuel: number
  readonly fuelPerByte?: number
  readonly maxBytes?: number
  readonly subject?: string
  readonly capability?: Capability
}

const served = (index: number, name: string, entry: Served): AbiFunction => ({
  name,
  aliases: entry.aliases ?? [],
  index,
  shapes: entry.shapes,
  fuel: entry.fuel,
  fuelPerByte: entry.fuelPerByte ?? 1,
  maxBytes: entry.maxBytes ?? MAX_DID_BYTES,
  subject: entry.subject ?? 'Account ID',
  capability: entry.capability ?? null,
})

const later = (index: number | null, names: string): AbiFunction[] =>
  names.split(' ').map((name) => ({
    name: `host_${name}`,
    aliases: [`wasm_host_${name}`],
    index,
    shapes: [],
    fuel: 0,
    fuelPerByte: 0,
    maxBytes: 0,
    subject: '',
    capability: null,
  }))

export const HOST_ABI: readonly AbiFunction[] = [
  served(1, 'host_log', {
    aliases: ['host_log_message'],
    shapes: ['i32, text ->', 'text ->'],
    fuel: 200,
    maxBytes: MAX_LOG_BYTES,
    subject: 'Log message',
  }),
  served(4, 'host_get_current_time', { shapes: ['-> i64'], fuel: 50 }),
  served(5, 'host_get_caller', { shapes: ['out -> written', '-> string'], fuel: 200 }),
  served(6, 'host_last_error_code', { shapes: ['-> i32'], fuel: 50 }),
  served(7, 'host_last_error', { shapes: ['out -> written'], fuel: 200 }),
  served(8, 'host_get_job_id', { shapes: ['job, out -> written'], fuel: 200 }),
  served(9, 'host_get_job_status', {
    aliases: ['wasm_host_get_job_status'],
    shapes: ['text, out -> written'],
    fuel: 5_000,
    fuelPerByte: 2,
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
    shapes: ['text, u64 ->', 'text, u64 -> flag'],
    fuel: 2_000,
    fuelPerByte: 4,
  }),
  served(12, 'host_account_credit_mana', {
    aliases: ['wasm_host_account_credit_mana'],
    shapes: ['text, u64 ->', 'text, u64 -> flag'],
    fuel: 2_000,
    fuelPerByte: 4,
    capability: 'credit',
  }),
  served(13, 'host_price_by_reputation', { shapes: ['u64, u64 -> u64'], fuel: 100 }),
  served(16, 'host_submit_mesh_job', {
    aliases: ['wasm_host_submit_mesh_job'],
    shapes: ['text -> handle', 'text -> handle32', 'text ->', 'text, out -> written'],
    fuel: 20_000,
    fuelPerByte: 4,
    maxBytes: MAX_JOB_JSON_SIZE,
    subject: 'Job JSON',
  }),
  ...later(17, 'create_governance_proposal'),
  ...later(18, 'open_governance_voting'),
  ...later(19, 'cast_governance_vote'),
  ...later(20, 'close_governance_proposal_voting'),
  ...later(21, 'execute_governance_proposal'),
  served(22, 'host_get_pending_mesh_jobs', {
    aliases: ['wasm_host_get_pending_mesh_jobs'],
    shapes: ['out -> written'],
    fuel: 10_000,
    fuelPerByte: 4,
  }),
  served(23, 'host_anchor_receipt', {
    aliases: ['wasm_host_anchor_receipt'],
    shapes: ['text -> flag', 'text ->', 'text -> handle', 'text, out -> written'],
    fuel: 100_000,
    fuelPerByte: 4,
    maxBytes: MAX_RECEIPT_BYTES,
    subject: 'Receipt JSON',
  }),
  served(24, 'host_get_reputation', {
    aliases: ['wasm_host_get_reputation'],
    shapes: ['-> i64', 'text -> i64'],
    fuel: 500,
    fuelPerByte: 4,
  }),
  ...later(25, 'verify_zk_proof'),
  ...later(26, 'generate_zk_proof'),
  ...later(14, 'verify_zk_revocation_proof'),
  ...later(27, 'delegate_vote'),
  ...later(28, 'revoke_delegation'),
  // The other names compiled contracts declare (ref §1.7), in the compiler's order.
  ...later(
    null,
    'create_token_class mint_tokens transfer_tokens burn_tokens get_token_balance credit_by_reputation ' +
      'mint_tokens_with_reputation create_did resolve_did verify_did_signature issue_credential ' +
      'verify_credential record_time_work mint_time_tokens create_credit_line extend_mutual_credit ' +
      'create_marketplace_offer execute_marketplace_transaction create_scoped_token transfer_scoped ' +
      'verify_token_constraints discover_federations join_federation leave_federation ' +
      'verify_cross_federation rotate_keys backup_keys recover_keys get_federation_metadata ' +
      'verify_federation_membership coordinate_cross_federation_action dag_put dag_get dag_pin dag_unpin ' +
      'calculate_cid save_contract_state load_contract_state version_contract dag_link dag_resolve_path ' +
      'dag_list_links update_did_document revoke_credential create_cooperative_membership ' +
      'verify_cooperative_membership create_delegation calculate_delegated_power get_delegation_chain ' +
      'resolve_delegated_vote quadratic_vote_cost submit_quadratic_vote calculate_quadratic_result ' +
      'calculate_reputation_weight calculate_stake_weight submit_weighted_vote ' +
      'create_multi_stage_proposal advance_proposal_stage get_proposal_stage create_budget ' +
      'calculate_surplus get_budget_balance create_dividend_pool allocate_budget_funds ' +
      'transfer_between_categories execute_dividend_payment',
  ),
]

const byName = new Map(
  HOST_ABI.flatMap((entry) => [entry.name, ...entry.aliases].map((name) => [name, entry])),
)

export function findAbi(name: string): AbiFunction | undefined {
  return byName.get(name)
}
