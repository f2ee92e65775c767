// Every host function as it is imported. Made by scripts/build-guests.mjs from src/host/abi.ts.
#ifndef ICN_HOST_H
#define ICN_HOST_H

#include <stdint.h>

#define ICN_HOST(name) __attribute__((import_module("icn"), import_name(name)))

// Writes a line to the run's log. Level 0 debug, 1 info, 2 warn, 3 error; info when the shape has none.
// i32, text →
ICN_HOST("host_log") void host_log(int32_t i32_0, const void *text1, int32_t text1_length);
// text →
ICN_HOST("host_log_message") void host_log_2(const void *text0, int32_t text0_length);

// Tells what time it is. Seconds since 1970; the same for the whole run and recorded for replay.
// → i64
ICN_HOST("host_get_current_time") int64_t host_get_current_time(void);

// Tells for whom the contract runs. DID of the account that created the job.
// out → written
ICN_HOST("host_get_caller") int32_t host_get_caller(void *out, int32_t out_length);
// → string
ICN_HOST("host_get_caller") int32_t host_get_caller_2(void);

// Tells whether the last call was refused. Number of the refusal: its place in the list of error codes, from 1; 0 when there was none.
// → i32
ICN_HOST("host_last_error_code") int32_t host_last_error_code(void);

// Tells in words why the last call was refused. Empty when it was not.
// out → written
ICN_HOST("host_last_error") int32_t host_last_error(void *out, int32_t out_length);

// Tells the full name of a job this run submitted. CID string, by the number the submission returned.
// job, out → written
ICN_HOST("host_get_job_id") int32_t host_get_job_id(int64_t job0, void *out, int32_t out_length);

// Tells how a job stands. JobLifecycle JSON; nothing when the job is not known here.
// text, out → written
ICN_HOST("host_get_job_status") int32_t host_get_job_status(const void *text0, int32_t text0_length, void *out, int32_t out_length);

// Tells how much mana an account has. The account the run acts for, or any by its DID; 0 for an unknown one.
// → u64
ICN_HOST("host_account_get_mana") int64_t host_account_get_mana(void);
// text → u64
ICN_HOST("wasm_host_account_get_mana") int64_t host_account_get_mana_2(const void *text0, int32_t text0_length);

// Spends mana of the account the run acts for. Any other account is refused.
// text, u64 → flag
ICN_HOST("host_account_spend_mana") int32_t host_account_spend_mana(const void *text0, int32_t text0_length, int64_t u64_1);
// text, u64 →
ICN_HOST("wasm_host_account_spend_mana") void host_account_spend_mana_2(const void *text0, int32_t text0_length, int64_t u64_1);

// Brings new mana into an account. Refused: a node in a page grants that to no contract.
// text, u64 → flag
ICN_HOST("host_account_credit_mana") int32_t host_account_credit_mana(const void *text0, int32_t text0_length, int64_t u64_1);
// text, u64 →
ICN_HOST("wasm_host_account_credit_mana") void host_account_credit_mana_2(const void *text0, int32_t text0_length, int64_t u64_1);

// Tells a price after the discount for reputation. floor(price × 100 / (100 + reputation)).
// u64, u64 → u64
ICN_HOST("host_price_by_reputation") int64_t host_price_by_reputation(int64_t u64_0, int64_t u64_1);

// Brings new mana into an account, more of it the better its reputation. The amount times the reputation; refused: a node in a page grants that to no contract.
// text, u64 → flag
ICN_HOST("host_credit_by_reputation") int32_t host_credit_by_reputation(const void *text0, int32_t text0_length, int64_t u64_1);
// string, u64 → flag
ICN_HOST("host_credit_by_reputation") int32_t host_credit_by_reputation_2(const void *string0, int64_t u64_1);

// Submits another job, whose mana is held until it ends. ActualMeshJob JSON; `id`, `creator_did` and the price are set by the host. An accepted job charges 48 more fuel per byte.
// text → handle
ICN_HOST("host_submit_mesh_job") int64_t host_submit_mesh_job(const void *text0, int32_t text0_length);
// text → handle32
ICN_HOST("wasm_host_submit_mesh_job") int32_t host_submit_mesh_job_2(const void *text0, int32_t text0_length);
// text →
ICN_HOST("host_submit_mesh_job") void host_submit_mesh_job_3(const void *text0, int32_t text0_length);
// text, out → written
ICN_HOST("host_submit_mesh_job") int32_t host_submit_mesh_job_4(const void *text0, int32_t text0_length, void *out, int32_t out_length);

// Tells which jobs wait to be run. JSON array, oldest first; charges 6,000 more fuel per open job.
// out → written
ICN_HOST("host_get_pending_mesh_jobs") int32_t host_get_pending_mesh_jobs(void *out, int32_t out_length);

// Takes in the signed receipt of somebody who ran a job, which counts towards their reputation. ExecutionReceipt JSON, checked against its job, executor and signature, and stored in the DAG.
// text → flag
ICN_HOST("host_anchor_receipt") int32_t host_anchor_receipt(const void *text0, int32_t text0_length);
// text →
ICN_HOST("wasm_host_anchor_receipt") void host_anchor_receipt_2(const void *text0, int32_t text0_length);
// text → handle
ICN_HOST("host_anchor_receipt") int64_t host_anchor_receipt_3(const void *text0, int32_t text0_length);
// text, out → written
ICN_HOST("host_anchor_receipt") int32_t host_anchor_receipt_4(const void *text0, int32_t text0_length, void *out, int32_t out_length);

// Tells the reputation of an account. The account the run acts for, or any by its DID.
// → i64
ICN_HOST("host_get_reputation") int64_t host_get_reputation(void);
// text → i64
ICN_HOST("wasm_host_get_reputation") int64_t host_get_reputation_2(const void *text0, int32_t text0_length);

// Tells about a stored block: how large, by whom, from when, and what it points to. JSON: size, links, timestamp, author, whether it is signed, scope, pin and expiry.
// text, out → written
ICN_HOST("host_get_block_info") int32_t host_get_block_info(const void *text0, int32_t text0_length, void *out, int32_t out_length);
// string → string
ICN_HOST("host_get_block_info") int32_t host_get_block_info_2(const void *string0);

// Stores data for good, under a name made from its content. A block of the run's account; answers its Merkle CID; costs one mana per begun 1,024 bytes, nothing when the block is there already.
// bytes, out → written
ICN_HOST("host_dag_put") int32_t host_dag_put(const void *bytes0, int32_t bytes0_length, void *out, int32_t out_length);
// string → string
ICN_HOST("host_put_dag_block") int32_t host_dag_put_2(const void *string0);

// Reads stored data, checked against its name. Data of a block by its CID.
// text, out → written
ICN_HOST("host_dag_get") int32_t host_dag_get(const void *text0, int32_t text0_length, void *out, int32_t out_length);
// string → string
ICN_HOST("host_get_dag_block") int32_t host_dag_get_2(const void *string0);

// Keeps stored data, and all it points to, from being cleared away. A pin by a contract costs one mana.
// text → flag
ICN_HOST("host_dag_pin") int32_t host_dag_pin(const void *text0, int32_t text0_length);
// string → flag
ICN_HOST("host_dag_pin") int32_t host_dag_pin_2(const void *string0);

// Lets data be cleared away again that this contract had kept. A pin set by anybody else is refused.
// text → flag
ICN_HOST("host_dag_unpin") int32_t host_dag_unpin(const void *text0, int32_t text0_length);
// string → flag
ICN_HOST("host_dag_unpin") int32_t host_dag_unpin_2(const void *string0);

// Works out the name that data would be stored under. Plain CID (raw, SHA-256); the Merkle CID of a block that holds the data is another.
// bytes, out → written
ICN_HOST("host_calculate_cid") int32_t host_calculate_cid(const void *bytes0, int32_t bytes0_length, void *out, int32_t out_length);
// string → string
ICN_HOST("host_calculate_cid") int32_t host_calculate_cid_2(const void *string0);

// Stores data again together with a reference to other stored data. A block with the data and links of the first and a link to the second under a name; answers its CID; costs as host_dag_put.
// text, text, text, out → written
ICN_HOST("host_dag_link") int32_t host_dag_link(const void *text0, int32_t text0_length, const void *text1, int32_t text1_length, const void *text2, int32_t text2_length, void *out, int32_t out_length);
// string, string, string → string
ICN_HOST("host_dag_link") int32_t host_dag_link_2(const void *string0, const void *string1, const void *string2);

// Tells the names of what stored data points to. As JSON, or as an array to a compiled contract.
// text, out → written
ICN_HOST("host_dag_list_links") int32_t host_dag_list_links(const void *text0, int32_t text0_length, void *out, int32_t out_length);
// string → strings
ICN_HOST("host_dag_list_links") int32_t host_dag_list_links_2(const void *string0);

// Follows references from stored data to the data they lead to. Link names separated by "/", from a root.
// text, text, out → written
ICN_HOST("host_dag_resolve_path") int32_t host_dag_resolve_path(const void *text0, int32_t text0_length, const void *text1, int32_t text1_length, void *out, int32_t out_length);
// string, string → string
ICN_HOST("host_dag_resolve_path") int32_t host_dag_resolve_path_2(const void *string0, const void *string1);

// Remembers something for the next run of the same contract. By name and version, for this module alone; answers the plain CID of the data; costs one mana per begun 1,024 bytes.
// text, bytes, u64, out → written
ICN_HOST("host_save_contract_state") int32_t host_save_contract_state(const void *text0, int32_t text0_length, const void *bytes1, int32_t bytes1_length, int64_t u64_2, void *out, int32_t out_length);
// text, bytes, u64 → flag
ICN_HOST("host_save_contract_state") int32_t host_save_contract_state_2(const void *text0, int32_t text0_length, const void *bytes1, int32_t bytes1_length, int64_t u64_2);
// string, string, u64 → string
ICN_HOST("host_save_contract_state") int32_t host_save_contract_state_3(const void *string0, const void *string1, int64_t u64_2);

// Reads what an earlier run of the same contract remembered. By name and version, the highest there is for version 0; nothing when there is none.
// text, u64, out → written
ICN_HOST("host_load_contract_state") int32_t host_load_contract_state(const void *text0, int32_t text0_length, int64_t u64_1, void *out, int32_t out_length);
// string, u64 → string
ICN_HOST("host_load_contract_state") int32_t host_load_contract_state_2(const void *string0, int64_t u64_1);

// Looks up the public key behind a name. DidDocument JSON of a DID this node can resolve.
// text, out → written
ICN_HOST("host_resolve_did") int32_t host_resolve_did(const void *text0, int32_t text0_length, void *out, int32_t out_length);
// string → string
ICN_HOST("host_resolve_did") int32_t host_resolve_did_2(const void *string0);

// Checks whether somebody signed a message. Ed25519 under the strict rules, by a DID this node can resolve; the signature as 64 bytes, or as text of 128 hexadecimal digits.
// text, bytes, bytes → flag
ICN_HOST("host_verify_did_signature") int32_t host_verify_did_signature(const void *text0, int32_t text0_length, const void *bytes1, int32_t bytes1_length, const void *bytes2, int32_t bytes2_length);
// string, string, string → flag
ICN_HOST("host_verify_did_signature") int32_t host_verify_did_signature_2(const void *string0, const void *string1, const void *string2);

// Checks whether a credential is by the issuer expected, has not expired, and is signed. Credential JSON with every claim in it signed by that issuer.
// text, text → flag
ICN_HOST("host_verify_credential") int32_t host_verify_credential(const void *text0, int32_t text0_length, const void *text1, int32_t text1_length);
// string, string → flag
ICN_HOST("host_verify_credential") int32_t host_verify_credential_2(const void *string0, const void *string1);

// Tells what so many votes cost in quadratic voting: their square.
// i32 → i32
ICN_HOST("host_quadratic_vote_cost") int32_t host_quadratic_vote_cost(int32_t i32_0);

// Checks a proof that something was not taken back, without being told more. Whether a ZkRevocationProof as JSON holds; charges as host_verify_zk_proof.
// text → flag
ICN_HOST("host_verify_zk_revocation_proof") int32_t host_verify_zk_revocation_proof(const void *text0, int32_t text0_length);

// Checks a proof that something holds, without being told more. Whether a ZkCredentialProof as JSON holds; costs 2 mana times the complexity of its circuit when it does. Groth16 charges 16,600,000 more fuel and 200,000 per public input, Bulletproofs 12,000,000; the backend dummy counts outside production only.
// text → flag
ICN_HOST("host_verify_zk_proof") int32_t host_verify_zk_proof(const void *text0, int32_t text0_length);

// Makes a proof that something holds, without telling more. ZkCredentialProof JSON for a request with a "witness": by Bulletproofs that its value has 64 bits (64,000,000 more fuel), by Groth16 of one of the circuits of ICN with the "proving_key" of the issuer (36,000,000 more fuel), or a dummy outside production; costs 2 mana times the complexity of its circuit.
// text, out → written
ICN_HOST("host_generate_zk_proof") int32_t host_generate_zk_proof(const void *text0, int32_t text0_length, void *out, int32_t out_length);

// Makes the key known by which an issuer's proofs are checked. Makes a Groth16 verifying key known under its issuer and circuit, by JSON { issuer, circuit, verification_key, signature } signed by the issuer; answers its plain CID; costs one mana per begun 1,024 bytes.
// text, out → written
ICN_HOST("host_register_zk_key") int32_t host_register_zk_key(const void *text0, int32_t text0_length, void *out, int32_t out_length);
// text → flag
ICN_HOST("host_register_zk_key") int32_t host_register_zk_key_2(const void *text0, int32_t text0_length);

// Checks several proofs at once, without being told more. Whether all of an array of 1 to 16 ZkCredentialProofs as JSON hold, Groth16 under one verifying key, checked at once; costs what each would when they do, one reputation when not. It charges 20,000,000 more fuel, and for each proof 4,600,000 and 200,000 per public input.
// text → flag
ICN_HOST("host_verify_zk_proofs") int32_t host_verify_zk_proofs(const void *text0, int32_t text0_length);

// Makes a proposal to the co-operative, for 10 mana. CreateProposalPayload JSON; answers its id; nothing is charged when it is refused.
// text, out → written
ICN_HOST("host_create_governance_proposal") int32_t host_create_governance_proposal(const void *text0, int32_t text0_length, void *out, int32_t out_length);
// text → string
ICN_HOST("wasm_host_create_governance_proposal") int32_t host_create_governance_proposal_2(const void *text0, int32_t text0_length);
// text →
ICN_HOST("host_create_governance_proposal") void host_create_governance_proposal_3(const void *text0, int32_t text0_length);

// Opens the voting on a proposal of the run's own account.
// text → flag
ICN_HOST("host_open_governance_voting") int32_t host_open_governance_voting(const void *text0, int32_t text0_length);
// text →
ICN_HOST("wasm_host_open_governance_voting") void host_open_governance_voting_2(const void *text0, int32_t text0_length);

// Votes on a proposal, for 1 mana. CastVotePayload JSON with yes, no or abstain; another vote later takes the place of the one before.
// text → flag
ICN_HOST("host_cast_governance_vote") int32_t host_cast_governance_vote(const void *text0, int32_t text0_length);
// text →
ICN_HOST("wasm_host_cast_governance_vote") void host_cast_governance_vote_2(const void *text0, int32_t text0_length);

// Ends a voting and counts the votes. Answers the status as a plain word; the proposer may at any time, every member from the deadline on; charges 1,600 more fuel per member.
// text, out → written
ICN_HOST("host_close_governance_proposal_voting") int32_t host_close_governance_proposal_voting(const void *text0, int32_t text0_length, void *out, int32_t out_length);
// text → string
ICN_HOST("wasm_host_close_governance_proposal_voting") int32_t host_close_governance_proposal_voting_2(const void *text0, int32_t text0_length);
// text →
ICN_HOST("host_close_governance_proposal_voting") void host_close_governance_proposal_voting_3(const void *text0, int32_t text0_length);

// Puts an accepted proposal into effect, once. Rewards its proposer with 1 mana and 1 reputation; what fails costs the proposer 1 reputation; one about members charges 800 more fuel per member for each voting that ended since it was decided.
// text → flag
ICN_HOST("host_execute_governance_proposal") int32_t host_execute_governance_proposal(const void *text0, int32_t text0_length);
// text →
ICN_HOST("wasm_host_execute_governance_proposal") void host_execute_governance_proposal_2(const void *text0, int32_t text0_length);

// Lends the run's vote to another member. It counts there where the run casts none itself; charges 800 more fuel per member for each voting that ended in this second.
// text, text → flag
ICN_HOST("host_delegate_vote") int32_t host_delegate_vote(const void *text0, int32_t text0_length, const void *text1, int32_t text1_length);
// text, text →
ICN_HOST("wasm_host_delegate_vote") void host_delegate_vote_2(const void *text0, int32_t text0_length, const void *text1, int32_t text1_length);

// Takes back a vote that was lent. Nothing happens when it was not lent; charges as host_delegate_vote.
// text → flag
ICN_HOST("host_revoke_delegation") int32_t host_revoke_delegation(const void *text0, int32_t text0_length);
// text →
ICN_HOST("wasm_host_revoke_delegation") void host_revoke_delegation_2(const void *text0, int32_t text0_length);
// string, string, string → flag
ICN_HOST("host_revoke_delegation") int32_t host_revoke_delegation_3(const void *string0, const void *string1, const void *string2);

// Tells how the votes on a proposal stand. CloseProposalResult JSON: status and votes as they count now; charges 800 more fuel per member.
// text, out → written
ICN_HOST("host_get_governance_tally") int32_t host_get_governance_tally(const void *text0, int32_t text0_length, void *out, int32_t out_length);
// text → string
ICN_HOST("host_get_governance_tally") int32_t host_get_governance_tally_2(const void *text0, int32_t text0_length);

// Reads a proposal with the votes on it. Proposal JSON in the form of newer ICN nodes, with the votes that count; charges 800 more fuel per member.
// text, out → written
ICN_HOST("host_get_governance_proposal") int32_t host_get_governance_proposal(const void *text0, int32_t text0_length, void *out, int32_t out_length);
// text → string
ICN_HOST("host_get_governance_proposal") int32_t host_get_governance_proposal_2(const void *text0, int32_t text0_length);

// Stands behind another member's proposal. Where the rules ask for more than its proposer.
// text → flag
ICN_HOST("host_sponsor_governance_proposal") int32_t host_sponsor_governance_proposal(const void *text0, int32_t text0_length);
// text →
ICN_HOST("host_sponsor_governance_proposal") void host_sponsor_governance_proposal_2(const void *text0, int32_t text0_length);

// Stops an accepted proposal while it waits, with a reason. Only for those whom the rules name; charges 800 more fuel per member.
// text, text → flag
ICN_HOST("host_veto_governance_proposal") int32_t host_veto_governance_proposal(const void *text0, int32_t text0_length, const void *text1, int32_t text1_length);
// text, text →
ICN_HOST("host_veto_governance_proposal") void host_veto_governance_proposal_2(const void *text0, int32_t text0_length, const void *text1, int32_t text1_length);

// Tells whether somebody is a member of the co-operative.
// text → flag
ICN_HOST("host_is_member") int32_t host_is_member(const void *text0, int32_t text0_length);

// Reads a setting that the members have decided on. Value of a system parameter that a proposal has set; nothing while none has.
// text, out → written
ICN_HOST("host_get_system_parameter") int32_t host_get_system_parameter(const void *text0, int32_t text0_length, void *out, int32_t out_length);

// Lends the run's vote to another member, for every matter and whole. As compiled contracts have it: scope empty or "all", weight 100; charges as host_delegate_vote.
// string, string, string, i32 → flag
ICN_HOST("host_create_delegation") int32_t host_create_delegation(const void *string0, const void *string1, const void *string2, int32_t i32_3);

// Tells how many votes a member carries: its own and those lent to it. Charges 800 more fuel per member.
// string, string → i32
ICN_HOST("host_calculate_delegated_power") int32_t host_calculate_delegated_power(const void *string0, const void *string1);

// Tells whose vote counts for a member on a proposal. DID; charges 800 more fuel per member.
// string, string, string → string
ICN_HOST("host_resolve_delegated_vote") int32_t host_resolve_delegated_vote(const void *string0, const void *string1, const void *string2);

// Tells to whom a member lent its vote. The voter and, when it lent its vote, the member it lent it to.
// string, string → strings
ICN_HOST("host_get_delegation_chain") int32_t host_get_delegation_chain(const void *string0, const void *string1);

// Makes a kind of token, hours or shares for instance, that only the run's account can issue; 1 mana. Id, name, symbol and issuer.
// text, text, text, text → flag
ICN_HOST("host_create_token_class") int32_t host_create_token_class(const void *text0, int32_t text0_length, const void *text1, int32_t text1_length, const void *text2, int32_t text2_length, const void *text3, int32_t text3_length);
// string, string, string, string → flag
ICN_HOST("host_create_token_class") int32_t host_create_token_class_2(const void *string0, const void *string1, const void *string2, const void *string3);

// Issues new tokens to an account; 1 mana. By the issuer of their class only.
// text, text, u64 → flag
ICN_HOST("host_mint_tokens") int32_t host_mint_tokens(const void *text0, int32_t text0_length, const void *text1, int32_t text1_length, int64_t u64_2);
// string, string, u64 → flag
ICN_HOST("host_mint_tokens") int32_t host_mint_tokens_2(const void *string0, const void *string1, int64_t u64_2);

// Gives tokens of the run's own account to another; 1 mana. Those of any other account are refused.
// text, text, text, u64 → flag
ICN_HOST("host_transfer_tokens") int32_t host_transfer_tokens(const void *text0, int32_t text0_length, const void *text1, int32_t text1_length, const void *text2, int32_t text2_length, int64_t u64_3);
// string, string, string, u64 → flag
ICN_HOST("host_transfer_tokens") int32_t host_transfer_tokens_2(const void *string0, const void *string1, const void *string2, int64_t u64_3);

// Destroys tokens of the run's own account; 1 mana. Those of any other account are refused.
// text, text, u64 → flag
ICN_HOST("host_burn_tokens") int32_t host_burn_tokens(const void *text0, int32_t text0_length, const void *text1, int32_t text1_length, int64_t u64_2);
// string, string, u64 → flag
ICN_HOST("host_burn_tokens") int32_t host_burn_tokens_2(const void *string0, const void *string1, int64_t u64_2);

// Tells how many tokens an account holds. Of a class, by its id and a DID; 0 for an unknown one.
// text, text → u64
ICN_HOST("host_get_token_balance") int64_t host_get_token_balance(const void *text0, int32_t text0_length, const void *text1, int32_t text1_length);
// string, string → u64
ICN_HOST("host_get_token_balance") int64_t host_get_token_balance_2(const void *string0, const void *string1);

// Issues new tokens to an account, at a fee that falls with reputation. As host_mint_tokens; the fee of 1 mana after the discount for the issuer's reputation.
// text, text, u64, text → flag
ICN_HOST("host_mint_tokens_with_reputation") int32_t host_mint_tokens_with_reputation(const void *text0, int32_t text0_length, const void *text1, int32_t text1_length, int64_t u64_2, const void *text3, int32_t text3_length);
// string, string, u64, string → flag
ICN_HOST("host_mint_tokens_with_reputation") int32_t host_mint_tokens_with_reputation_2(const void *string0, const void *string1, int64_t u64_2, const void *string3);

#endif
