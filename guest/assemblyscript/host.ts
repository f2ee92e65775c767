// Every host function as it is imported. Made by scripts/build-guests.mjs from src/host/abi.ts.

/** Writes a line to the run's log; level 0 debug, 1 info, 2 warn, 3 error. */
// i32, text →
// @ts-ignore: decorator
@external("icn", "host_log")
export declare function host_log(i32_0: i32, text1: usize, text1_length: i32): void

// text →
// @ts-ignore: decorator
@external("icn", "host_log_message")
export declare function host_log_2(text0: usize, text0_length: i32): void

/** Seconds since 1970; the same for the whole run and recorded for replay. */
// → i64
// @ts-ignore: decorator
@external("icn", "host_get_current_time")
export declare function host_get_current_time(): i64

/** DID of the account that created the job. */
// out → written
// @ts-ignore: decorator
@external("icn", "host_get_caller")
export declare function host_get_caller(out: usize, out_length: i32): i32

// → string
// @ts-ignore: decorator
@external("icn", "host_get_caller")
export declare function host_get_caller_2(): i32

/** Number of the last refusal: its place in the list of error codes, from 1; 0 when the last call was not refused. */
// → i32
// @ts-ignore: decorator
@external("icn", "host_last_error_code")
export declare function host_last_error_code(): i32

/** The last refusal as a sentence; empty when the last call was not refused. */
// out → written
// @ts-ignore: decorator
@external("icn", "host_last_error")
export declare function host_last_error(out: usize, out_length: i32): i32

/** Full CID string of a job this run submitted, by the number the submission returned. */
// job, out → written
// @ts-ignore: decorator
@external("icn", "host_get_job_id")
export declare function host_get_job_id(job0: i64, out: usize, out_length: i32): i32

/** JobLifecycle JSON of a job; nothing when it is not known here. */
// text, out → written
// @ts-ignore: decorator
@external("icn", "host_get_job_status")
export declare function host_get_job_status(text0: usize, text0_length: i32, out: usize, out_length: i32): i32

/** Mana of the account the run acts for, or of any account by its DID; 0 for an unknown one. */
// → u64
// @ts-ignore: decorator
@external("icn", "host_account_get_mana")
export declare function host_account_get_mana(): i64

// text → u64
// @ts-ignore: decorator
@external("icn", "wasm_host_account_get_mana")
export declare function host_account_get_mana_2(text0: usize, text0_length: i32): i64

/** Spends mana of the run's own account; any other account is refused. */
// text, u64 → flag
// @ts-ignore: decorator
@external("icn", "host_account_spend_mana")
export declare function host_account_spend_mana(text0: usize, text0_length: i32, u64_1: i64): i32

// text, u64 →
// @ts-ignore: decorator
@external("icn", "wasm_host_account_spend_mana")
export declare function host_account_spend_mana_2(text0: usize, text0_length: i32, u64_1: i64): void

/** Credits an account; refused unless the runtime was started with the capability. */
// text, u64 → flag
// @ts-ignore: decorator
@external("icn", "host_account_credit_mana")
export declare function host_account_credit_mana(text0: usize, text0_length: i32, u64_1: i64): i32

// text, u64 →
// @ts-ignore: decorator
@external("icn", "wasm_host_account_credit_mana")
export declare function host_account_credit_mana_2(text0: usize, text0_length: i32, u64_1: i64): void

/** Price after the reputation discount: floor(price × 100 / (100 + reputation)). */
// u64, u64 → u64
// @ts-ignore: decorator
@external("icn", "host_price_by_reputation")
export declare function host_price_by_reputation(u64_0: i64, u64_1: i64): i64

/** Credits an account with the amount times its reputation; refused unless the runtime was started with the capability. */
// text, u64 → flag
// @ts-ignore: decorator
@external("icn", "host_credit_by_reputation")
export declare function host_credit_by_reputation(text0: usize, text0_length: i32, u64_1: i64): i32

// string, u64 → flag
// @ts-ignore: decorator
@external("icn", "host_credit_by_reputation")
export declare function host_credit_by_reputation_2(string0: usize, u64_1: i64): i32

/** Submits an ActualMeshJob as JSON; its mana is held until the job ends. `id`, `creator_did` and the price are set by the host. An accepted job charges 48 more fuel per byte. */
// text → handle
// @ts-ignore: decorator
@external("icn", "host_submit_mesh_job")
export declare function host_submit_mesh_job(text0: usize, text0_length: i32): i64

// text → handle32
// @ts-ignore: decorator
@external("icn", "wasm_host_submit_mesh_job")
export declare function host_submit_mesh_job_2(text0: usize, text0_length: i32): i32

// text →
// @ts-ignore: decorator
@external("icn", "host_submit_mesh_job")
export declare function host_submit_mesh_job_3(text0: usize, text0_length: i32): void

// text, out → written
// @ts-ignore: decorator
@external("icn", "host_submit_mesh_job")
export declare function host_submit_mesh_job_4(text0: usize, text0_length: i32, out: usize, out_length: i32): i32

/** JSON array of the jobs that wait to be run, oldest first; charges 6,000 more fuel per open job. */
// out → written
// @ts-ignore: decorator
@external("icn", "host_get_pending_mesh_jobs")
export declare function host_get_pending_mesh_jobs(out: usize, out_length: i32): i32

/** Checks an ExecutionReceipt as JSON against its job, executor and signature, stores it in the DAG and counts it towards the reputation of its executor. */
// text → flag
// @ts-ignore: decorator
@external("icn", "host_anchor_receipt")
export declare function host_anchor_receipt(text0: usize, text0_length: i32): i32

// text →
// @ts-ignore: decorator
@external("icn", "wasm_host_anchor_receipt")
export declare function host_anchor_receipt_2(text0: usize, text0_length: i32): void

// text → handle
// @ts-ignore: decorator
@external("icn", "host_anchor_receipt")
export declare function host_anchor_receipt_3(text0: usize, text0_length: i32): i64

// text, out → written
// @ts-ignore: decorator
@external("icn", "host_anchor_receipt")
export declare function host_anchor_receipt_4(text0: usize, text0_length: i32, out: usize, out_length: i32): i32

/** Reputation of the account the run acts for, or of any DID. */
// → i64
// @ts-ignore: decorator
@external("icn", "host_get_reputation")
export declare function host_get_reputation(): i64

// text → i64
// @ts-ignore: decorator
@external("icn", "wasm_host_get_reputation")
export declare function host_get_reputation_2(text0: usize, text0_length: i32): i64

/** JSON of a block: size, links, timestamp, author, whether it is signed, scope, pin and expiry. */
// text, out → written
// @ts-ignore: decorator
@external("icn", "host_get_block_info")
export declare function host_get_block_info(text0: usize, text0_length: i32, out: usize, out_length: i32): i32

// string → string
// @ts-ignore: decorator
@external("icn", "host_get_block_info")
export declare function host_get_block_info_2(string0: usize): i32

/** Stores data as a block of the run's account and answers its Merkle CID; costs one mana per begun 1,024 bytes, nothing when the block is there already. */
// bytes, out → written
// @ts-ignore: decorator
@external("icn", "host_dag_put")
export declare function host_dag_put(bytes0: usize, bytes0_length: i32, out: usize, out_length: i32): i32

// string → string
// @ts-ignore: decorator
@external("icn", "host_put_dag_block")
export declare function host_dag_put_2(string0: usize): i32

/** Data of a block, checked against its CID. */
// text, out → written
// @ts-ignore: decorator
@external("icn", "host_dag_get")
export declare function host_dag_get(text0: usize, text0_length: i32, out: usize, out_length: i32): i32

// string → string
// @ts-ignore: decorator
@external("icn", "host_get_dag_block")
export declare function host_dag_get_2(string0: usize): i32

/** Keeps a block and all it links to from pruning. */
// text → flag
// @ts-ignore: decorator
@external("icn", "host_dag_pin")
export declare function host_dag_pin(text0: usize, text0_length: i32): i32

// string → flag
// @ts-ignore: decorator
@external("icn", "host_dag_pin")
export declare function host_dag_pin_2(string0: usize): i32

/** Takes away a pin that this contract set; any other is refused. */
// text → flag
// @ts-ignore: decorator
@external("icn", "host_dag_unpin")
export declare function host_dag_unpin(text0: usize, text0_length: i32): i32

// string → flag
// @ts-ignore: decorator
@external("icn", "host_dag_unpin")
export declare function host_dag_unpin_2(string0: usize): i32

/** Plain CID (raw, SHA-256) of data; the Merkle CID of a block that holds it is another. */
// bytes, out → written
// @ts-ignore: decorator
@external("icn", "host_calculate_cid")
export declare function host_calculate_cid(bytes0: usize, bytes0_length: i32, out: usize, out_length: i32): i32

// string → string
// @ts-ignore: decorator
@external("icn", "host_calculate_cid")
export declare function host_calculate_cid_2(string0: usize): i32

/** Stores a block with the data and links of the first and a link to the second under a name, and answers its CID; costs as host_dag_put. */
// text, text, text, out → written
// @ts-ignore: decorator
@external("icn", "host_dag_link")
export declare function host_dag_link(text0: usize, text0_length: i32, text1: usize, text1_length: i32, text2: usize, text2_length: i32, out: usize, out_length: i32): i32

// string, string, string → string
// @ts-ignore: decorator
@external("icn", "host_dag_link")
export declare function host_dag_link_2(string0: usize, string1: usize, string2: usize): i32

/** Names of a block's links: as JSON, or as an array to a compiled contract. */
// text, out → written
// @ts-ignore: decorator
@external("icn", "host_dag_list_links")
export declare function host_dag_list_links(text0: usize, text0_length: i32, out: usize, out_length: i32): i32

// string → strings
// @ts-ignore: decorator
@external("icn", "host_dag_list_links")
export declare function host_dag_list_links_2(string0: usize): i32

/** Data of the block that link names separated by "/" lead to from a root. */
// text, text, out → written
// @ts-ignore: decorator
@external("icn", "host_dag_resolve_path")
export declare function host_dag_resolve_path(text0: usize, text0_length: i32, text1: usize, text1_length: i32, out: usize, out_length: i32): i32

// string, string → string
// @ts-ignore: decorator
@external("icn", "host_dag_resolve_path")
export declare function host_dag_resolve_path_2(string0: usize, string1: usize): i32

/** Keeps data under a name and version, for this module alone, and answers its plain CID; costs one mana per begun 1,024 bytes. */
// text, bytes, u64, out → written
// @ts-ignore: decorator
@external("icn", "host_save_contract_state")
export declare function host_save_contract_state(text0: usize, text0_length: i32, bytes1: usize, bytes1_length: i32, u64_2: i64, out: usize, out_length: i32): i32

// text, bytes, u64 → flag
// @ts-ignore: decorator
@external("icn", "host_save_contract_state")
export declare function host_save_contract_state_2(text0: usize, text0_length: i32, bytes1: usize, bytes1_length: i32, u64_2: i64): i32

// string, string, u64 → string
// @ts-ignore: decorator
@external("icn", "host_save_contract_state")
export declare function host_save_contract_state_3(string0: usize, string1: usize, u64_2: i64): i32

/** Data this module keeps under a name and version, the highest there is for version 0; nothing when there is none. */
// text, u64, out → written
// @ts-ignore: decorator
@external("icn", "host_load_contract_state")
export declare function host_load_contract_state(text0: usize, text0_length: i32, u64_1: i64, out: usize, out_length: i32): i32

// string, u64 → string
// @ts-ignore: decorator
@external("icn", "host_load_contract_state")
export declare function host_load_contract_state_2(string0: usize, u64_1: i64): i32

/** DidDocument JSON of a DID this node can resolve. */
// text, out → written
// @ts-ignore: decorator
@external("icn", "host_resolve_did")
export declare function host_resolve_did(text0: usize, text0_length: i32, out: usize, out_length: i32): i32

// string → string
// @ts-ignore: decorator
@external("icn", "host_resolve_did")
export declare function host_resolve_did_2(string0: usize): i32

/** Whether an Ed25519 signature (64 bytes, or text of 128 hexadecimal digits) by a DID over a message holds under the strict rules. */
// text, bytes, bytes → flag
// @ts-ignore: decorator
@external("icn", "host_verify_did_signature")
export declare function host_verify_did_signature(text0: usize, text0_length: i32, bytes1: usize, bytes1_length: i32, bytes2: usize, bytes2_length: i32): i32

// string, string, string → flag
// @ts-ignore: decorator
@external("icn", "host_verify_did_signature")
export declare function host_verify_did_signature_2(string0: usize, string1: usize, string2: usize): i32

/** Whether a Credential as JSON is by the issuer expected, not expired, and every claim in it signed by that issuer. */
// text, text → flag
// @ts-ignore: decorator
@external("icn", "host_verify_credential")
export declare function host_verify_credential(text0: usize, text0_length: i32, text1: usize, text1_length: i32): i32

// string, string → flag
// @ts-ignore: decorator
@external("icn", "host_verify_credential")
export declare function host_verify_credential_2(string0: usize, string1: usize): i32

/** What so many votes cost in quadratic voting: their square. */
// i32 → i32
// @ts-ignore: decorator
@external("icn", "host_quadratic_vote_cost")
export declare function host_quadratic_vote_cost(i32_0: i32): i32

/** Whether a ZkRevocationProof as JSON holds; charges as host_verify_zk_proof. */
// text → flag
// @ts-ignore: decorator
@external("icn", "host_verify_zk_revocation_proof")
export declare function host_verify_zk_revocation_proof(text0: usize, text0_length: i32): i32

/** Whether a ZkCredentialProof as JSON holds; costs 2 mana times the complexity of its circuit when it does. Groth16 charges 16,600,000 more fuel and 200,000 per public input, Bulletproofs 12,000,000; the backend dummy counts outside production only. */
// text → flag
// @ts-ignore: decorator
@external("icn", "host_verify_zk_proof")
export declare function host_verify_zk_proof(text0: usize, text0_length: i32): i32

/** ZkCredentialProof JSON for a request: a range proof of its "witness": {"value", "blinding"} by Bulletproofs, which charges 64,000,000 more fuel, or a dummy outside production; costs 2 mana times the complexity of its circuit. */
// text, out → written
// @ts-ignore: decorator
@external("icn", "host_generate_zk_proof")
export declare function host_generate_zk_proof(text0: usize, text0_length: i32, out: usize, out_length: i32): i32

/** Makes a Groth16 verifying key known under its issuer and circuit, by JSON { issuer, circuit, verification_key, signature } signed by the issuer; answers its plain CID; costs one mana per begun 1,024 bytes. */
// text, out → written
// @ts-ignore: decorator
@external("icn", "host_register_zk_key")
export declare function host_register_zk_key(text0: usize, text0_length: i32, out: usize, out_length: i32): i32

// text → flag
// @ts-ignore: decorator
@external("icn", "host_register_zk_key")
export declare function host_register_zk_key_2(text0: usize, text0_length: i32): i32

/** Makes a proposal from CreateProposalPayload JSON and answers its id; 10 mana when it is accepted, nothing when it is refused. */
// text, out → written
// @ts-ignore: decorator
@external("icn", "host_create_governance_proposal")
export declare function host_create_governance_proposal(text0: usize, text0_length: i32, out: usize, out_length: i32): i32

// text → string
// @ts-ignore: decorator
@external("icn", "wasm_host_create_governance_proposal")
export declare function host_create_governance_proposal_2(text0: usize, text0_length: i32): i32

// text →
// @ts-ignore: decorator
@external("icn", "host_create_governance_proposal")
export declare function host_create_governance_proposal_3(text0: usize, text0_length: i32): void

/** Opens the voting on the run's own proposal. */
// text → flag
// @ts-ignore: decorator
@external("icn", "host_open_governance_voting")
export declare function host_open_governance_voting(text0: usize, text0_length: i32): i32

// text →
// @ts-ignore: decorator
@external("icn", "wasm_host_open_governance_voting")
export declare function host_open_governance_voting_2(text0: usize, text0_length: i32): void

/** Votes by CastVotePayload JSON with yes, no or abstain, for 1 mana; another vote later takes the place of the one before. */
// text → flag
// @ts-ignore: decorator
@external("icn", "host_cast_governance_vote")
export declare function host_cast_governance_vote(text0: usize, text0_length: i32): i32

// text →
// @ts-ignore: decorator
@external("icn", "wasm_host_cast_governance_vote")
export declare function host_cast_governance_vote_2(text0: usize, text0_length: i32): void

/** Ends the voting, counts and answers the status as a plain word; the proposer may at any time, every member from the deadline on; charges 1,600 more fuel per member. */
// text, out → written
// @ts-ignore: decorator
@external("icn", "host_close_governance_proposal_voting")
export declare function host_close_governance_proposal_voting(text0: usize, text0_length: i32, out: usize, out_length: i32): i32

// text → string
// @ts-ignore: decorator
@external("icn", "wasm_host_close_governance_proposal_voting")
export declare function host_close_governance_proposal_voting_2(text0: usize, text0_length: i32): i32

// text →
// @ts-ignore: decorator
@external("icn", "host_close_governance_proposal_voting")
export declare function host_close_governance_proposal_voting_3(text0: usize, text0_length: i32): void

/** Puts an accepted proposal into effect, once, and rewards its proposer with 1 mana and 1 reputation; what fails costs the proposer 1 reputation. */
// text → flag
// @ts-ignore: decorator
@external("icn", "host_execute_governance_proposal")
export declare function host_execute_governance_proposal(text0: usize, text0_length: i32): i32

// text →
// @ts-ignore: decorator
@external("icn", "wasm_host_execute_governance_proposal")
export declare function host_execute_governance_proposal_2(text0: usize, text0_length: i32): void

/** Lends the run's vote to another member: it counts there where the run casts none itself. */
// text, text → flag
// @ts-ignore: decorator
@external("icn", "host_delegate_vote")
export declare function host_delegate_vote(text0: usize, text0_length: i32, text1: usize, text1_length: i32): i32

// text, text →
// @ts-ignore: decorator
@external("icn", "wasm_host_delegate_vote")
export declare function host_delegate_vote_2(text0: usize, text0_length: i32, text1: usize, text1_length: i32): void

/** Takes back the run's vote; nothing happens when it was not lent. */
// text → flag
// @ts-ignore: decorator
@external("icn", "host_revoke_delegation")
export declare function host_revoke_delegation(text0: usize, text0_length: i32): i32

// text →
// @ts-ignore: decorator
@external("icn", "wasm_host_revoke_delegation")
export declare function host_revoke_delegation_2(text0: usize, text0_length: i32): void

// string, string, string → flag
// @ts-ignore: decorator
@external("icn", "host_revoke_delegation")
export declare function host_revoke_delegation_3(string0: usize, string1: usize, string2: usize): i32

/** CloseProposalResult JSON: status and votes as they count now; charges 800 more fuel per member. */
// text, out → written
// @ts-ignore: decorator
@external("icn", "host_get_governance_tally")
export declare function host_get_governance_tally(text0: usize, text0_length: i32, out: usize, out_length: i32): i32

// text → string
// @ts-ignore: decorator
@external("icn", "host_get_governance_tally")
export declare function host_get_governance_tally_2(text0: usize, text0_length: i32): i32

/** Proposal JSON in the form of newer ICN nodes, with the votes that count; charges 800 more fuel per member. */
// text, out → written
// @ts-ignore: decorator
@external("icn", "host_get_governance_proposal")
export declare function host_get_governance_proposal(text0: usize, text0_length: i32, out: usize, out_length: i32): i32

// text → string
// @ts-ignore: decorator
@external("icn", "host_get_governance_proposal")
export declare function host_get_governance_proposal_2(text0: usize, text0_length: i32): i32

/** Stands behind a member's proposal, where the rules ask for more than its proposer. */
// text → flag
// @ts-ignore: decorator
@external("icn", "host_sponsor_governance_proposal")
export declare function host_sponsor_governance_proposal(text0: usize, text0_length: i32): i32

// text →
// @ts-ignore: decorator
@external("icn", "host_sponsor_governance_proposal")
export declare function host_sponsor_governance_proposal_2(text0: usize, text0_length: i32): void

/** Stops an accepted proposal while it waits, with a reason; only for those whom the rules name; charges 800 more fuel per member. */
// text, text → flag
// @ts-ignore: decorator
@external("icn", "host_veto_governance_proposal")
export declare function host_veto_governance_proposal(text0: usize, text0_length: i32, text1: usize, text1_length: i32): i32

// text, text →
// @ts-ignore: decorator
@external("icn", "host_veto_governance_proposal")
export declare function host_veto_governance_proposal_2(text0: usize, text0_length: i32, text1: usize, text1_length: i32): void

/** Whether a DID is a member of the co-operative. */
// text → flag
// @ts-ignore: decorator
@external("icn", "host_is_member")
export declare function host_is_member(text0: usize, text0_length: i32): i32

/** Value of a system parameter that a proposal has set; nothing while none has. */
// text, out → written
// @ts-ignore: decorator
@external("icn", "host_get_system_parameter")
export declare function host_get_system_parameter(text0: usize, text0_length: i32, out: usize, out_length: i32): i32

/** Lends the run's vote, as compiled contracts have it; for every matter, and whole: scope empty or "all", weight 100. */
// string, string, string, i32 → flag
// @ts-ignore: decorator
@external("icn", "host_create_delegation")
export declare function host_create_delegation(string0: usize, string1: usize, string2: usize, i32_3: i32): i32

/** How many votes a member carries: its own and those lent to it; charges 800 more fuel per member. */
// string, string → i32
// @ts-ignore: decorator
@external("icn", "host_calculate_delegated_power")
export declare function host_calculate_delegated_power(string0: usize, string1: usize): i32

/** DID of the member whose vote counts for a voter on a proposal; charges 800 more fuel per member. */
// string, string, string → string
// @ts-ignore: decorator
@external("icn", "host_resolve_delegated_vote")
export declare function host_resolve_delegated_vote(string0: usize, string1: usize, string2: usize): i32

/** The voter and, when it lent its vote, the member it lent it to. */
// string, string → strings
// @ts-ignore: decorator
@external("icn", "host_get_delegation_chain")
export declare function host_get_delegation_chain(string0: usize, string1: usize): i32

/** Makes a class of tokens with id, name and symbol in the name of the run, which alone may issue them; 1 mana. */
// text, text, text, text → flag
// @ts-ignore: decorator
@external("icn", "host_create_token_class")
export declare function host_create_token_class(text0: usize, text0_length: i32, text1: usize, text1_length: i32, text2: usize, text2_length: i32, text3: usize, text3_length: i32): i32

// string, string, string, string → flag
// @ts-ignore: decorator
@external("icn", "host_create_token_class")
export declare function host_create_token_class_2(string0: usize, string1: usize, string2: usize, string3: usize): i32

/** Brings new tokens of a class into the world for an account; by its issuer only; 1 mana. */
// text, text, u64 → flag
// @ts-ignore: decorator
@external("icn", "host_mint_tokens")
export declare function host_mint_tokens(text0: usize, text0_length: i32, text1: usize, text1_length: i32, u64_2: i64): i32

// string, string, u64 → flag
// @ts-ignore: decorator
@external("icn", "host_mint_tokens")
export declare function host_mint_tokens_2(string0: usize, string1: usize, u64_2: i64): i32

/** Gives tokens of the run's own account to another; 1 mana. */
// text, text, text, u64 → flag
// @ts-ignore: decorator
@external("icn", "host_transfer_tokens")
export declare function host_transfer_tokens(text0: usize, text0_length: i32, text1: usize, text1_length: i32, text2: usize, text2_length: i32, u64_3: i64): i32

// string, string, string, u64 → flag
// @ts-ignore: decorator
@external("icn", "host_transfer_tokens")
export declare function host_transfer_tokens_2(string0: usize, string1: usize, string2: usize, u64_3: i64): i32

/** Destroys tokens of the run's own account; 1 mana. */
// text, text, u64 → flag
// @ts-ignore: decorator
@external("icn", "host_burn_tokens")
export declare function host_burn_tokens(text0: usize, text0_length: i32, text1: usize, text1_length: i32, u64_2: i64): i32

// string, string, u64 → flag
// @ts-ignore: decorator
@external("icn", "host_burn_tokens")
export declare function host_burn_tokens_2(string0: usize, string1: usize, u64_2: i64): i32

/** How many tokens of a class an account holds; 0 for an unknown one. */
// text, text → u64
// @ts-ignore: decorator
@external("icn", "host_get_token_balance")
export declare function host_get_token_balance(text0: usize, text0_length: i32, text1: usize, text1_length: i32): i64

// string, string → u64
// @ts-ignore: decorator
@external("icn", "host_get_token_balance")
export declare function host_get_token_balance_2(string0: usize, string1: usize): i64

/** Issues tokens as host_mint_tokens does, its fee after the discount for the issuer's reputation. */
// text, text, u64, text → flag
// @ts-ignore: decorator
@external("icn", "host_mint_tokens_with_reputation")
export declare function host_mint_tokens_with_reputation(text0: usize, text0_length: i32, text1: usize, text1_length: i32, u64_2: i64, text3: usize, text3_length: i32): i32

// string, string, u64, string → flag
// @ts-ignore: decorator
@external("icn", "host_mint_tokens_with_reputation")
export declare function host_mint_tokens_with_reputation_2(string0: usize, string1: usize, u64_2: i64, string3: usize): i32
