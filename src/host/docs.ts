/** What each served function does, in a sentence for guests' headers and the docs; apart from the table, so that the worker does not carry it. */
export const HOST_DOCS: Readonly<Record<string, string>> = {
  host_log: "Writes a line to the run's log; level 0 debug, 1 info, 2 warn, 3 error.",
  host_get_current_time: 'Seconds since 1970; the same for the whole run and recorded for replay.',
  host_get_caller: 'DID of the account that created the job.',
  host_last_error_code:
    'Number of the last refusal: its place in the list of error codes, from 1; 0 when the last call was not refused.',
  host_last_error: 'The last refusal as a sentence; empty when the last call was not refused.',
  host_get_job_id: 'Full CID string of a job this run submitted, by the number the submission returned.',
  host_get_job_status: 'JobLifecycle JSON of a job; nothing when it is not known here.',
  host_account_get_mana:
    'Mana of the account the run acts for, or of any account by its DID; 0 for an unknown one.',
  host_account_spend_mana: "Spends mana of the run's own account; any other account is refused.",
  host_account_credit_mana: 'Credits an account; refused unless the runtime was started with the capability.',
  host_price_by_reputation: 'Price after the reputation discount: floor(price × 100 / (100 + reputation)).',
  host_credit_by_reputation:
    'Credits an account with the amount times its reputation; refused unless the runtime was started with the capability.',
  host_get_block_info:
    'JSON of a block: size, links, timestamp, author, whether it is signed, scope, pin and expiry.',
  host_dag_put:
    "Stores data as a block of the run's account and answers its Merkle CID; costs one mana per begun 1,024 bytes, nothing when the block is there already.",
  host_dag_get: 'Data of a block, checked against its CID.',
  host_dag_pin: 'Keeps a block and all it links to from pruning.',
  host_dag_unpin: 'Takes away a pin that this contract set; any other is refused.',
  host_calculate_cid: 'Plain CID (raw, SHA-256) of data; the Merkle CID of a block that holds it is another.',
  host_dag_link:
    'Stores a block with the data and links of the first and a link to the second under a name, and answers its CID; costs as host_dag_put.',
  host_dag_list_links: "Names of a block's links: as JSON, or as an array to a compiled contract.",
  host_dag_resolve_path: 'Data of the block that link names separated by "/" lead to from a root.',
  host_save_contract_state:
    'Keeps data under a name and version, for this module alone, and answers its plain CID; costs one mana per begun 1,024 bytes.',
  host_load_contract_state:
    'Data this module keeps under a name and version, the highest there is for version 0; nothing when there is none.',
  host_resolve_did: 'DidDocument JSON of a DID this node can resolve.',
  host_verify_did_signature:
    'Whether an Ed25519 signature (64 bytes, or text of 128 hexadecimal digits) by a DID over a message holds under the strict rules.',
  host_verify_credential:
    'Whether a Credential as JSON is by the issuer expected, not expired, and every claim in it signed by that issuer.',
  host_quadratic_vote_cost: 'What so many votes cost in quadratic voting: their square.',
  host_verify_zk_proof:
    'Whether a ZkCredentialProof as JSON holds; costs 2 mana times the complexity of its circuit when it does. Groth16 charges 16,600,000 more fuel and 200,000 per public input, Bulletproofs 12,000,000; the backend dummy counts outside production only.',
  host_verify_zk_revocation_proof:
    'Whether a ZkRevocationProof as JSON holds; charges as host_verify_zk_proof.',
  host_generate_zk_proof:
    'ZkCredentialProof JSON for a request: a range proof of its "witness": {"value", "blinding"} by Bulletproofs, which charges 64,000,000 more fuel, or a dummy outside production; costs 2 mana times the complexity of its circuit.',
  host_register_zk_key:
    'Makes a Groth16 verifying key known under its issuer and circuit, by JSON { issuer, circuit, verification_key, signature } signed by the issuer; answers its plain CID; costs one mana per begun 1,024 bytes.',
  host_submit_mesh_job:
    'Submits an ActualMeshJob as JSON; its mana is held until the job ends. `id`, `creator_did` and the price are set by the host. An accepted job charges 48 more fuel per byte.',
  host_get_pending_mesh_jobs:
    'JSON array of the jobs that wait to be run, oldest first; charges 6,000 more fuel per open job.',
  host_anchor_receipt:
    'Checks an ExecutionReceipt as JSON against its job, executor and signature, stores it in the DAG and counts it towards the reputation of its executor.',
  host_get_reputation: 'Reputation of the account the run acts for, or of any DID.',
  host_create_governance_proposal:
    'Makes a proposal from CreateProposalPayload JSON and answers its id; 10 mana when it is accepted, nothing when it is refused.',
  host_open_governance_voting: "Opens the voting on the run's own proposal.",
  host_cast_governance_vote:
    'Votes by CastVotePayload JSON with yes, no or abstain, for 1 mana; another vote later takes the place of the one before.',
  host_close_governance_proposal_voting:
    'Ends the voting, counts and answers the status as a plain word; the proposer may at any time, every member from the deadline on; charges 1,600 more fuel per member.',
  host_get_governance_tally:
    'CloseProposalResult JSON: status and votes as they count now; charges 800 more fuel per member.',
  host_get_governance_proposal:
    'Proposal JSON in the form of newer ICN nodes, with the votes that count; charges 800 more fuel per member.',
  host_execute_governance_proposal:
    'Puts an accepted proposal into effect, once, and rewards its proposer with 1 mana and 1 reputation; what fails costs the proposer 1 reputation.',
  host_sponsor_governance_proposal:
    "Stands behind a member's proposal, where the rules ask for more than its proposer.",
  host_veto_governance_proposal:
    'Stops an accepted proposal while it waits, with a reason; only for those whom the rules name; charges 800 more fuel per member.',
  host_delegate_vote:
    "Lends the run's vote to another member: it counts there where the run casts none itself.",
  host_revoke_delegation: "Takes back the run's vote; nothing happens when it was not lent.",
  host_create_delegation:
    'Lends the run\'s vote, as compiled contracts have it; for every matter, and whole: scope empty or "all", weight 100.',
  host_calculate_delegated_power:
    'How many votes a member carries: its own and those lent to it; charges 800 more fuel per member.',
  host_get_delegation_chain: 'The voter and, when it lent its vote, the member it lent it to.',
  host_resolve_delegated_vote:
    'DID of the member whose vote counts for a voter on a proposal; charges 800 more fuel per member.',
  host_is_member: 'Whether a DID is a member of the co-operative.',
  host_get_system_parameter: 'Value of a system parameter that a proposal has set; nothing while none has.',
  host_create_token_class:
    'Makes a class of tokens with id, name and symbol in the name of the run, which alone may issue them; 1 mana.',
  host_mint_tokens: 'Brings new tokens of a class into the world for an account; by its issuer only; 1 mana.',
  host_mint_tokens_with_reputation:
    "Issues tokens as host_mint_tokens does, its fee after the discount for the issuer's reputation.",
  host_transfer_tokens: "Gives tokens of the run's own account to another; 1 mana.",
  host_burn_tokens: "Destroys tokens of the run's own account; 1 mana.",
  host_get_token_balance: 'How many tokens of a class an account holds; 0 for an unknown one.',
}
