/**
 * The whole host ABI: what is served, and the names that are known, link, and trap when called. Apart from served.ts,
 * since for the linker a name that is not served is as good as unknown.
 */
import { type AbiFunction, SERVED_ABI } from './served.ts'

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
  ...SERVED_ABI,
  // The other names compiled contracts declare (ref §1.7), in the compiler's order.
  ...later(
    null,
    'create_token_class mint_tokens transfer_tokens burn_tokens get_token_balance ' +
      'mint_tokens_with_reputation create_did issue_credential ' +
      'record_time_work mint_time_tokens create_credit_line extend_mutual_credit ' +
      'create_marketplace_offer execute_marketplace_transaction create_scoped_token transfer_scoped ' +
      'verify_token_constraints discover_federations join_federation leave_federation ' +
      'verify_cross_federation rotate_keys backup_keys recover_keys get_federation_metadata ' +
      'verify_federation_membership coordinate_cross_federation_action ' +
      'version_contract ' +
      'update_did_document revoke_credential create_cooperative_membership ' +
      'verify_cooperative_membership get_delegation_chain ' +
      'submit_quadratic_vote calculate_quadratic_result ' +
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
