// Every host function as it is imported. Made by scripts/build-guests.mjs from src/host/abi.ts.
#ifndef ICN_HOST_H
#define ICN_HOST_H

#include <stdint.h>

#define ICN_HOST(name) __attribute__((import_module("icn"), import_name(name)))

// Writes a line to the run's log; level 0 debug, 1 info, 2 warn, 3 error.
// i32, text →
ICN_HOST("host_log") void host_log(int32_t i32_0, const void *text1, int32_t text1_length);
// text →
ICN_HOST("host_log_message") void host_log_2(const void *text0, int32_t text0_length);

// Seconds since 1970; the same for the whole run and recorded for replay.
// → i64
ICN_HOST("host_get_current_time") int64_t host_get_current_time(void);

// DID of the account that created the job.
// out → written
ICN_HOST("host_get_caller") int32_t host_get_caller(void *out, int32_t out_length);
// → string
ICN_HOST("host_get_caller") int32_t host_get_caller_2(void);

// Number of the last refusal: its place in the list of error codes, from 1; 0 when the last call was not refused.
// → i32
ICN_HOST("host_last_error_code") int32_t host_last_error_code(void);

// The last refusal as a sentence; empty when the last call was not refused.
// out → written
ICN_HOST("host_last_error") int32_t host_last_error(void *out, int32_t out_length);

// Full CID string of a job this run submitted, by the number the submission returned.
// job, out → written
ICN_HOST("host_get_job_id") int32_t host_get_job_id(int64_t job0, void *out, int32_t out_length);

// JobLifecycle JSON of a job; nothing when it is not known here.
// text, out → written
ICN_HOST("host_get_job_status") int32_t host_get_job_status(const void *text0, int32_t text0_length, void *out, int32_t out_length);

// Mana of the account the run acts for, or of any account by its DID; 0 for an unknown one.
// → u64
ICN_HOST("host_account_get_mana") int64_t host_account_get_mana(void);
// text → u64
ICN_HOST("wasm_host_account_get_mana") int64_t host_account_get_mana_2(const void *text0, int32_t text0_length);

// Spends mana of the run's own account; any other account is refused.
// text, u64 → flag
ICN_HOST("host_account_spend_mana") int32_t host_account_spend_mana(const void *text0, int32_t text0_length, int64_t u64_1);
// text, u64 →
ICN_HOST("wasm_host_account_spend_mana") void host_account_spend_mana_2(const void *text0, int32_t text0_length, int64_t u64_1);

// Credits an account; refused unless the runtime was started with the capability.
// text, u64 → flag
ICN_HOST("host_account_credit_mana") int32_t host_account_credit_mana(const void *text0, int32_t text0_length, int64_t u64_1);
// text, u64 →
ICN_HOST("wasm_host_account_credit_mana") void host_account_credit_mana_2(const void *text0, int32_t text0_length, int64_t u64_1);

// Price after the reputation discount: floor(price × 100 / (100 + reputation)).
// u64, u64 → u64
ICN_HOST("host_price_by_reputation") int64_t host_price_by_reputation(int64_t u64_0, int64_t u64_1);

// Credits an account with the amount times its reputation; refused unless the runtime was started with the capability.
// text, u64 → flag
ICN_HOST("host_credit_by_reputation") int32_t host_credit_by_reputation(const void *text0, int32_t text0_length, int64_t u64_1);
// string, u64 → flag
ICN_HOST("host_credit_by_reputation") int32_t host_credit_by_reputation_2(const void *string0, int64_t u64_1);

// Submits an ActualMeshJob as JSON; its mana is held until the job ends. `id`, `creator_did` and the price are set by the host. An accepted job charges 48 more fuel per byte.
// text → handle
ICN_HOST("host_submit_mesh_job") int64_t host_submit_mesh_job(const void *text0, int32_t text0_length);
// text → handle32
ICN_HOST("wasm_host_submit_mesh_job") int32_t host_submit_mesh_job_2(const void *text0, int32_t text0_length);
// text →
ICN_HOST("host_submit_mesh_job") void host_submit_mesh_job_3(const void *text0, int32_t text0_length);
// text, out → written
ICN_HOST("host_submit_mesh_job") int32_t host_submit_mesh_job_4(const void *text0, int32_t text0_length, void *out, int32_t out_length);

// JSON array of the jobs that wait to be run, oldest first; charges 6,000 more fuel per open job.
// out → written
ICN_HOST("host_get_pending_mesh_jobs") int32_t host_get_pending_mesh_jobs(void *out, int32_t out_length);

// Checks an ExecutionReceipt as JSON against its job, executor and signature, stores it in the DAG and counts it towards the reputation of its executor.
// text → flag
ICN_HOST("host_anchor_receipt") int32_t host_anchor_receipt(const void *text0, int32_t text0_length);
// text →
ICN_HOST("wasm_host_anchor_receipt") void host_anchor_receipt_2(const void *text0, int32_t text0_length);
// text → handle
ICN_HOST("host_anchor_receipt") int64_t host_anchor_receipt_3(const void *text0, int32_t text0_length);
// text, out → written
ICN_HOST("host_anchor_receipt") int32_t host_anchor_receipt_4(const void *text0, int32_t text0_length, void *out, int32_t out_length);

// Reputation of the account the run acts for, or of any DID.
// → i64
ICN_HOST("host_get_reputation") int64_t host_get_reputation(void);
// text → i64
ICN_HOST("wasm_host_get_reputation") int64_t host_get_reputation_2(const void *text0, int32_t text0_length);

// JSON of a block: size, links, timestamp, author, whether it is signed, scope, pin and expiry.
// text, out → written
ICN_HOST("host_get_block_info") int32_t host_get_block_info(const void *text0, int32_t text0_length, void *out, int32_t out_length);
// string → string
ICN_HOST("host_get_block_info") int32_t host_get_block_info_2(const void *string0);

// Stores data as a block of the run's account and answers its Merkle CID; costs one mana per begun 1,024 bytes, nothing when the block is there already.
// bytes, out → written
ICN_HOST("host_dag_put") int32_t host_dag_put(const void *bytes0, int32_t bytes0_length, void *out, int32_t out_length);
// string → string
ICN_HOST("host_put_dag_block") int32_t host_dag_put_2(const void *string0);

// Data of a block, checked against its CID.
// text, out → written
ICN_HOST("host_dag_get") int32_t host_dag_get(const void *text0, int32_t text0_length, void *out, int32_t out_length);
// string → string
ICN_HOST("host_get_dag_block") int32_t host_dag_get_2(const void *string0);

// Keeps a block and all it links to from pruning.
// text → flag
ICN_HOST("host_dag_pin") int32_t host_dag_pin(const void *text0, int32_t text0_length);
// string → flag
ICN_HOST("host_dag_pin") int32_t host_dag_pin_2(const void *string0);

// Takes away a pin that this contract set; any other is refused.
// text → flag
ICN_HOST("host_dag_unpin") int32_t host_dag_unpin(const void *text0, int32_t text0_length);
// string → flag
ICN_HOST("host_dag_unpin") int32_t host_dag_unpin_2(const void *string0);

// Plain CID (raw, SHA-256) of data; the Merkle CID of a block that holds it is another.
// bytes, out → written
ICN_HOST("host_calculate_cid") int32_t host_calculate_cid(const void *bytes0, int32_t bytes0_length, void *out, int32_t out_length);
// string → string
ICN_HOST("host_calculate_cid") int32_t host_calculate_cid_2(const void *string0);

// Stores a block with the data and links of the first and a link to the second under a name, and answers its CID; costs as host_dag_put.
// text, text, text, out → written
ICN_HOST("host_dag_link") int32_t host_dag_link(const void *text0, int32_t text0_length, const void *text1, int32_t text1_length, const void *text2, int32_t text2_length, void *out, int32_t out_length);
// string, string, string → string
ICN_HOST("host_dag_link") int32_t host_dag_link_2(const void *string0, const void *string1, const void *string2);

// Names of a block's links: as JSON, or as an array to a compiled contract.
// text, out → written
ICN_HOST("host_dag_list_links") int32_t host_dag_list_links(const void *text0, int32_t text0_length, void *out, int32_t out_length);
// string → strings
ICN_HOST("host_dag_list_links") int32_t host_dag_list_links_2(const void *string0);

// Data of the block that link names separated by "/" lead to from a root.
// text, text, out → written
ICN_HOST("host_dag_resolve_path") int32_t host_dag_resolve_path(const void *text0, int32_t text0_length, const void *text1, int32_t text1_length, void *out, int32_t out_length);
// string, string → string
ICN_HOST("host_dag_resolve_path") int32_t host_dag_resolve_path_2(const void *string0, const void *string1);

// Keeps data under a name and version, for this module alone, and answers its plain CID; costs one mana per begun 1,024 bytes.
// text, bytes, u64, out → written
ICN_HOST("host_save_contract_state") int32_t host_save_contract_state(const void *text0, int32_t text0_length, const void *bytes1, int32_t bytes1_length, int64_t u64_2, void *out, int32_t out_length);
// text, bytes, u64 → flag
ICN_HOST("host_save_contract_state") int32_t host_save_contract_state_2(const void *text0, int32_t text0_length, const void *bytes1, int32_t bytes1_length, int64_t u64_2);
// string, string, u64 → string
ICN_HOST("host_save_contract_state") int32_t host_save_contract_state_3(const void *string0, const void *string1, int64_t u64_2);

// Data this module keeps under a name and version, the highest there is for version 0; nothing when there is none.
// text, u64, out → written
ICN_HOST("host_load_contract_state") int32_t host_load_contract_state(const void *text0, int32_t text0_length, int64_t u64_1, void *out, int32_t out_length);
// string, u64 → string
ICN_HOST("host_load_contract_state") int32_t host_load_contract_state_2(const void *string0, int64_t u64_1);

// DidDocument JSON of a DID this node can resolve.
// text, out → written
ICN_HOST("host_resolve_did") int32_t host_resolve_did(const void *text0, int32_t text0_length, void *out, int32_t out_length);
// string → string
ICN_HOST("host_resolve_did") int32_t host_resolve_did_2(const void *string0);

// Whether an Ed25519 signature (64 bytes, or text of 128 hexadecimal digits) by a DID over a message holds under the strict rules.
// text, bytes, bytes → flag
ICN_HOST("host_verify_did_signature") int32_t host_verify_did_signature(const void *text0, int32_t text0_length, const void *bytes1, int32_t bytes1_length, const void *bytes2, int32_t bytes2_length);
// string, string, string → flag
ICN_HOST("host_verify_did_signature") int32_t host_verify_did_signature_2(const void *string0, const void *string1, const void *string2);

// Whether a Credential as JSON is by the issuer expected, not expired, and every claim in it signed by that issuer.
// text, text → flag
ICN_HOST("host_verify_credential") int32_t host_verify_credential(const void *text0, int32_t text0_length, const void *text1, int32_t text1_length);
// string, string → flag
ICN_HOST("host_verify_credential") int32_t host_verify_credential_2(const void *string0, const void *string1);

// What so many votes cost in quadratic voting: their square.
// i32 → i32
ICN_HOST("host_quadratic_vote_cost") int32_t host_quadratic_vote_cost(int32_t i32_0);

// Whether a ZkRevocationProof as JSON holds; charges as host_verify_zk_proof.
// text → flag
ICN_HOST("host_verify_zk_revocation_proof") int32_t host_verify_zk_revocation_proof(const void *text0, int32_t text0_length);

// Whether a ZkCredentialProof as JSON holds; costs 2 mana times the complexity of its circuit when it does. Groth16 charges 16,600,000 more fuel and 200,000 per public input, Bulletproofs 12,000,000; the backend dummy counts outside production only.
// text → flag
ICN_HOST("host_verify_zk_proof") int32_t host_verify_zk_proof(const void *text0, int32_t text0_length);

// ZkCredentialProof JSON for a request: a range proof of its "witness": {"value", "blinding"} by Bulletproofs, which charges 64,000,000 more fuel, or a dummy outside production; costs 2 mana times the complexity of its circuit.
// text, out → written
ICN_HOST("host_generate_zk_proof") int32_t host_generate_zk_proof(const void *text0, int32_t text0_length, void *out, int32_t out_length);

// Makes a Groth16 verifying key known under its issuer and circuit, by JSON { issuer, circuit, verification_key, signature } signed by the issuer; answers its plain CID; costs one mana per begun 1,024 bytes.
// text, out → written
ICN_HOST("host_register_zk_key") int32_t host_register_zk_key(const void *text0, int32_t text0_length, void *out, int32_t out_length);
// text → flag
ICN_HOST("host_register_zk_key") int32_t host_register_zk_key_2(const void *text0, int32_t text0_length);

// Makes a proposal from CreateProposalPayload JSON and answers its id; 10 mana when it is accepted, nothing when it is refused.
// text, out → written
ICN_HOST("host_create_governance_proposal") int32_t host_create_governance_proposal(const void *text0, int32_t text0_length, void *out, int32_t out_length);
// text → string
ICN_HOST("wasm_host_create_governance_proposal") int32_t host_create_governance_proposal_2(const void *text0, int32_t text0_length);
// text →
ICN_HOST("host_create_governance_proposal") void host_create_governance_proposal_3(const void *text0, int32_t text0_length);

// Opens the voting on the run's own proposal.
// text → flag
ICN_HOST("host_open_governance_voting") int32_t host_open_governance_voting(const void *text0, int32_t text0_length);
// text →
ICN_HOST("wasm_host_open_governance_voting") void host_open_governance_voting_2(const void *text0, int32_t text0_length);

// Votes by CastVotePayload JSON with yes, no or abstain, for 1 mana; another vote later takes the place of the one before.
// text → flag
ICN_HOST("host_cast_governance_vote") int32_t host_cast_governance_vote(const void *text0, int32_t text0_length);
// text →
ICN_HOST("wasm_host_cast_governance_vote") void host_cast_governance_vote_2(const void *text0, int32_t text0_length);

// Ends the voting, counts and answers the status as a plain word; the proposer may at any time, every member from the deadline on; charges 1,600 more fuel per member.
// text, out → written
ICN_HOST("host_close_governance_proposal_voting") int32_t host_close_governance_proposal_voting(const void *text0, int32_t text0_length, void *out, int32_t out_length);
// text → string
ICN_HOST("wasm_host_close_governance_proposal_voting") int32_t host_close_governance_proposal_voting_2(const void *text0, int32_t text0_length);
// text →
ICN_HOST("host_close_governance_proposal_voting") void host_close_governance_proposal_voting_3(const void *text0, int32_t text0_length);

// Puts an accepted proposal into effect, once, and rewards its proposer with 1 mana and 1 reputation; what fails costs the proposer 1 reputation.
// text → flag
ICN_HOST("host_execute_governance_proposal") int32_t host_execute_governance_proposal(const void *text0, int32_t text0_length);
// text →
ICN_HOST("wasm_host_execute_governance_proposal") void host_execute_governance_proposal_2(const void *text0, int32_t text0_length);

// Lends the run's vote to another member: it counts there where the run casts none itself.
// text, text → flag
ICN_HOST("host_delegate_vote") int32_t host_delegate_vote(const void *text0, int32_t text0_length, const void *text1, int32_t text1_length);
// text, text →
ICN_HOST("wasm_host_delegate_vote") void host_delegate_vote_2(const void *text0, int32_t text0_length, const void *text1, int32_t text1_length);

// Takes back the run's vote; nothing happens when it was not lent.
// text → flag
ICN_HOST("host_revoke_delegation") int32_t host_revoke_delegation(const void *text0, int32_t text0_length);
// text →
ICN_HOST("wasm_host_revoke_delegation") void host_revoke_delegation_2(const void *text0, int32_t text0_length);
// string, string, string → flag
ICN_HOST("host_revoke_delegation") int32_t host_revoke_delegation_3(const void *string0, const void *string1, const void *string2);

// CloseProposalResult JSON: status and votes as they count now; charges 800 more fuel per member.
// text, out → written
ICN_HOST("host_get_governance_tally") int32_t host_get_governance_tally(const void *text0, int32_t text0_length, void *out, int32_t out_length);
// text → string
ICN_HOST("host_get_governance_tally") int32_t host_get_governance_tally_2(const void *text0, int32_t text0_length);

// Proposal JSON in the form of newer ICN nodes, with the votes that count; charges 800 more fuel per member.
// text, out → written
ICN_HOST("host_get_governance_proposal") int32_t host_get_governance_proposal(const void *text0, int32_t text0_length, void *out, int32_t out_length);
// text → string
ICN_HOST("host_get_governance_proposal") int32_t host_get_governance_proposal_2(const void *text0, int32_t text0_length);

// Stands behind a member's proposal, where the rules ask for more than its proposer.
// text → flag
ICN_HOST("host_sponsor_governance_proposal") int32_t host_sponsor_governance_proposal(const void *text0, int32_t text0_length);
// text →
ICN_HOST("host_sponsor_governance_proposal") void host_sponsor_governance_proposal_2(const void *text0, int32_t text0_length);

// Stops an accepted proposal while it waits, with a reason; only for those whom the rules name; charges 800 more fuel per member.
// text, text → flag
ICN_HOST("host_veto_governance_proposal") int32_t host_veto_governance_proposal(const void *text0, int32_t text0_length, const void *text1, int32_t text1_length);
// text, text →
ICN_HOST("host_veto_governance_proposal") void host_veto_governance_proposal_2(const void *text0, int32_t text0_length, const void *text1, int32_t text1_length);

// Whether a DID is a member of the co-operative.
// text → flag
ICN_HOST("host_is_member") int32_t host_is_member(const void *text0, int32_t text0_length);

// Value of a system parameter that a proposal has set; nothing while none has.
// text, out → written
ICN_HOST("host_get_system_parameter") int32_t host_get_system_parameter(const void *text0, int32_t text0_length, void *out, int32_t out_length);

// Lends the run's vote, as compiled contracts have it; for every matter, and whole: scope empty or "all", weight 100.
// string, string, string, i32 → flag
ICN_HOST("host_create_delegation") int32_t host_create_delegation(const void *string0, const void *string1, const void *string2, int32_t i32_3);

// How many votes a member carries: its own and those lent to it; charges 800 more fuel per member.
// string, string → i32
ICN_HOST("host_calculate_delegated_power") int32_t host_calculate_delegated_power(const void *string0, const void *string1);

// DID of the member whose vote counts for a voter on a proposal; charges 800 more fuel per member.
// string, string, string → string
ICN_HOST("host_resolve_delegated_vote") int32_t host_resolve_delegated_vote(const void *string0, const void *string1, const void *string2);

// The voter and, when it lent its vote, the member it lent it to.
// string, string → strings
ICN_HOST("host_get_delegation_chain") int32_t host_get_delegation_chain(const void *string0, const void *string1);

// Makes a class of tokens with id, name and symbol in the name of the run, which alone may issue them; 1 mana.
// text, text, text, text → flag
ICN_HOST("host_create_token_class") int32_t host_create_token_class(const void *text0, int32_t text0_length, const void *text1, int32_t text1_length, const void *text2, int32_t text2_length, const void *text3, int32_t text3_length);
// string, string, string, string → flag
ICN_HOST("host_create_token_class") int32_t host_create_token_class_2(const void *string0, const void *string1, const void *string2, const void *string3);

// Brings new tokens of a class into the world for an account; by its issuer only; 1 mana.
// text, text, u64 → flag
ICN_HOST("host_mint_tokens") int32_t host_mint_tokens(const void *text0, int32_t text0_length, const void *text1, int32_t text1_length, int64_t u64_2);
// string, string, u64 → flag
ICN_HOST("host_mint_tokens") int32_t host_mint_tokens_2(const void *string0, const void *string1, int64_t u64_2);

// Gives tokens of the run's own account to another; 1 mana.
// text, text, text, u64 → flag
ICN_HOST("host_transfer_tokens") int32_t host_transfer_tokens(const void *text0, int32_t text0_length, const void *text1, int32_t text1_length, const void *text2, int32_t text2_length, int64_t u64_3);
// string, string, string, u64 → flag
ICN_HOST("host_transfer_tokens") int32_t host_transfer_tokens_2(const void *string0, const void *string1, const void *string2, int64_t u64_3);

// Destroys tokens of the run's own account; 1 mana.
// text, text, u64 → flag
ICN_HOST("host_burn_tokens") int32_t host_burn_tokens(const void *text0, int32_t text0_length, const void *text1, int32_t text1_length, int64_t u64_2);
// string, string, u64 → flag
ICN_HOST("host_burn_tokens") int32_t host_burn_tokens_2(const void *string0, const void *string1, int64_t u64_2);

// How many tokens of a class an account holds; 0 for an unknown one.
// text, text → u64
ICN_HOST("host_get_token_balance") int64_t host_get_token_balance(const void *text0, int32_t text0_length, const void *text1, int32_t text1_length);
// string, string → u64
ICN_HOST("host_get_token_balance") int64_t host_get_token_balance_2(const void *string0, const void *string1);

// Issues tokens as host_mint_tokens does, its fee after the discount for the issuer's reputation.
// text, text, u64, text → flag
ICN_HOST("host_mint_tokens_with_reputation") int32_t host_mint_tokens_with_reputation(const void *text0, int32_t text0_length, const void *text1, int32_t text1_length, int64_t u64_2, const void *text3, int32_t text3_length);
// string, string, u64, string → flag
ICN_HOST("host_mint_tokens_with_reputation") int32_t host_mint_tokens_with_reputation_2(const void *string0, const void *string1, int64_t u64_2, const void *string3);

#endif
