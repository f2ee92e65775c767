/**
 * The names compiled contracts declare (ref §1.7) that are not served, and why: what a call would do is settled neither by
 * the ICN documents nor by the compiler's library, or needs what a node in a page does not have. They link, and trap with
 * `InvalidSystemApiCall` when they are called.
 */

const RANDOM_KEYS = 'A run has no randomness and cannot use the key of the node to make or sign anything.'
const FIXED_KEYS =
  'The keys of a did:key are in its name and cannot be replaced; a node keeps no other documents.'
const FEDERATIONS =
  'A node in a page belongs to one co-operative; nothing says how federations are found or joined.'
const NO_IDS =
  'Co-operatives have no ids here and membership no types or levels; host_is_member tells who belongs.'
const CREDENTIAL_IDS = 'Credentials carry no id by which one could be named as revoked.'
const TIME_BANK = 'Nothing says who may verify hours, or what a verified hour is a token of.'
const CREDIT = 'Nothing says when interest is due or how credit is paid back.'
const MARKET = 'Nothing says how bids come about, or what holds the goods until they are paid.'
const SCOPES = 'Nothing says who is inside a scope.'
const ONE_VOTE = 'A member has one vote of weight one; nothing says how other weights are counted beside it.'
const STAGES = 'Proposals go the way of docs/governance.md; nothing says what a stage decides.'
const BUDGETS =
  'Nothing says whose funds a budget holds or who may spend them; a proposal of the type BudgetAllocation does.'

const WHY: readonly (readonly [reason: string, names: string])[] = [
  [RANDOM_KEYS, 'create_did issue_credential backup_keys'],
  [FIXED_KEYS, 'rotate_keys recover_keys update_did_document'],
  [
    FEDERATIONS,
    'discover_federations join_federation leave_federation verify_cross_federation get_federation_metadata ' +
      'verify_federation_membership coordinate_cross_federation_action',
  ],
  [NO_IDS, 'create_cooperative_membership verify_cooperative_membership'],
  [CREDENTIAL_IDS, 'revoke_credential'],
  [TIME_BANK, 'record_time_work mint_time_tokens'],
  [CREDIT, 'create_credit_line extend_mutual_credit'],
  [MARKET, 'create_marketplace_offer execute_marketplace_transaction'],
  [SCOPES, 'create_scoped_token transfer_scoped verify_token_constraints'],
  [
    ONE_VOTE,
    'submit_quadratic_vote calculate_quadratic_result calculate_reputation_weight calculate_stake_weight ' +
      'submit_weighted_vote',
  ],
  [STAGES, 'create_multi_stage_proposal advance_proposal_stage get_proposal_stage'],
  [
    BUDGETS,
    'create_budget calculate_surplus get_budget_balance create_dividend_pool allocate_budget_funds ' +
      'transfer_between_categories execute_dividend_payment',
  ],
  ['A module is named by its content; another version of it is another module.', 'version_contract'],
]

/** Why a name is not served, a sentence each. */
export const UNSERVED: Readonly<Record<string, string>> = Object.fromEntries(
  WHY.flatMap(([reason, names]) => names.split(' ').map((name) => [`host_${name}`, reason])),
)
