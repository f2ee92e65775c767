import { describe, expect, it } from 'vitest'
import { HOST_ABI } from './abi.ts'
import { HOST_DOCS } from './docs.ts'
import { HOST_FUNCTIONS } from './functions.ts'
import { parseShape, showType } from './shapes.ts'

const served = HOST_ABI.filter((entry) => entry.shapes.length > 0)

describe('the table', () => {
  it('abi_constants_are_stable: the numbers of ref §1.2', () => {
    const numbers = Object.fromEntries(HOST_ABI.map(({ name, index }) => [name, index]))
    expect(numbers).toMatchObject({
      host_account_get_mana: 10,
      host_account_spend_mana: 11,
      host_account_credit_mana: 12,
      host_submit_mesh_job: 16,
      host_create_governance_proposal: 17,
      host_open_governance_voting: 18,
      host_cast_governance_vote: 19,
      host_close_governance_proposal_voting: 20,
      host_execute_governance_proposal: 21,
      host_get_pending_mesh_jobs: 22,
      host_anchor_receipt: 23,
      host_get_reputation: 24,
      host_verify_zk_proof: 25,
      host_generate_zk_proof: 26,
    })
  })

  it('gives no number and no name twice', () => {
    const indices = HOST_ABI.flatMap(({ index }) => index ?? [])
    const names = HOST_ABI.flatMap(({ name, aliases }) => [name, ...aliases])
    expect(new Set(indices).size).toBe(indices.length)
    expect(new Set(names).size).toBe(names.length)
  })

  it('knows all 75 imports of a compiled contract', () => {
    // 58 of them are still to be served; the others stand in the table as functions.
    const names = new Set(HOST_ABI.map(({ name }) => name))
    expect(COMPILED_CONTRACT_IMPORTS).toHaveLength(75)
    expect(COMPILED_CONTRACT_IMPORTS.filter((name) => !names.has(name))).toEqual([])
  })

  it.each(served.map((entry) => [entry.name, entry] as const))('%s is whole', (name, entry) => {
    const types = entry.shapes.map((line) => showType(parseShape(line).type))
    expect(new Set(types).size, 'two shapes of one type could not be told apart').toBe(types.length)
    expect(HOST_FUNCTIONS[name]).toBeTypeOf('function')
    expect(HOST_DOCS[name]).toMatch(/^[A-Z].*[^.]\.$/s)
    expect(entry.fuel).toBeGreaterThan(0)
    expect(entry.index).not.toBeNull()
  })

  it('serves nothing that is not in it', () => {
    expect(Object.keys(HOST_FUNCTIONS).sort()).toEqual(served.map(({ name }) => name).sort())
  })
})

const COMPILED_CONTRACT_IMPORTS =
  `host_get_caller host_account_get_mana host_get_reputation host_get_current_time
host_submit_mesh_job host_anchor_receipt host_verify_zk_proof host_create_token_class host_mint_tokens
host_transfer_tokens host_burn_tokens host_get_token_balance host_price_by_reputation host_credit_by_reputation
host_mint_tokens_with_reputation host_create_did host_resolve_did host_verify_did_signature host_issue_credential
host_verify_credential host_record_time_work host_mint_time_tokens host_create_credit_line host_extend_mutual_credit
host_create_marketplace_offer host_execute_marketplace_transaction host_create_scoped_token host_transfer_scoped
host_verify_token_constraints host_discover_federations host_join_federation host_leave_federation
host_verify_cross_federation host_rotate_keys host_backup_keys host_recover_keys host_get_federation_metadata
host_verify_federation_membership host_coordinate_cross_federation_action host_dag_put host_dag_get host_dag_pin
host_dag_unpin host_calculate_cid host_save_contract_state host_load_contract_state host_version_contract
host_dag_link host_dag_resolve_path host_dag_list_links host_update_did_document host_revoke_credential
host_create_cooperative_membership host_verify_cooperative_membership host_create_delegation host_revoke_delegation
host_calculate_delegated_power host_get_delegation_chain host_resolve_delegated_vote host_quadratic_vote_cost
host_submit_quadratic_vote host_calculate_quadratic_result host_calculate_reputation_weight
host_calculate_stake_weight host_submit_weighted_vote host_create_multi_stage_proposal host_advance_proposal_stage
host_get_proposal_stage host_create_budget host_calculate_surplus host_get_budget_balance host_create_dividend_pool
host_allocate_budget_funds host_transfer_between_categories host_execute_dividend_payment`.split(/\s+/)
