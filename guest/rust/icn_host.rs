//! Every host function as it is imported. Made by scripts/build-guests.mjs from src/host/abi.ts.
// A contract uses some of them, and of each name one type.
#![allow(dead_code, clashing_extern_declarations)]

#[link(wasm_import_module = "icn")]
extern "C" {
    /// Writes a line to the run's log. Level 0 debug, 1 info, 2 warn, 3 error; info when the shape has none.
    // i32, text →
    pub fn host_log(i32_0: i32, text1: *const u8, text1_length: usize);
    // text →
    #[link_name = "host_log_message"]
    pub fn host_log_2(text0: *const u8, text0_length: usize);

    /// Tells what time it is. Seconds since 1970; the same for the whole run and recorded for replay.
    // → i64
    pub fn host_get_current_time() -> i64;

    /// Tells for whom the contract runs. DID of the account that created the job.
    // out → written
    pub fn host_get_caller(out: *mut u8, out_length: usize) -> i32;
    // → string
    #[link_name = "host_get_caller"]
    pub fn host_get_caller_2() -> i32;

    /// Tells whether the last call was refused. Number of the refusal: its place in the list of error codes, from 1; 0 when there was none.
    // → i32
    pub fn host_last_error_code() -> i32;

    /// Tells in words why the last call was refused. Empty when it was not.
    // out → written
    pub fn host_last_error(out: *mut u8, out_length: usize) -> i32;

    /// Tells the full name of a job this run submitted. CID string, by the number the submission returned.
    // job, out → written
    pub fn host_get_job_id(job0: i64, out: *mut u8, out_length: usize) -> i32;

    /// Tells how a job stands. JobLifecycle JSON; nothing when the job is not known here.
    // text, out → written
    pub fn host_get_job_status(text0: *const u8, text0_length: usize, out: *mut u8, out_length: usize) -> i32;

    /// Tells how much mana an account has. The account the run acts for, or any by its DID; 0 for an unknown one.
    // → u64
    pub fn host_account_get_mana() -> i64;
    // text → u64
    #[link_name = "wasm_host_account_get_mana"]
    pub fn host_account_get_mana_2(text0: *const u8, text0_length: usize) -> i64;

    /// Spends mana of the account the run acts for. Any other account is refused.
    // text, u64 → flag
    pub fn host_account_spend_mana(text0: *const u8, text0_length: usize, u64_1: i64) -> i32;
    // text, u64 →
    #[link_name = "wasm_host_account_spend_mana"]
    pub fn host_account_spend_mana_2(text0: *const u8, text0_length: usize, u64_1: i64);

    /// Brings new mana into an account. Refused: a node in a page grants that to no contract.
    // text, u64 → flag
    pub fn host_account_credit_mana(text0: *const u8, text0_length: usize, u64_1: i64) -> i32;
    // text, u64 →
    #[link_name = "wasm_host_account_credit_mana"]
    pub fn host_account_credit_mana_2(text0: *const u8, text0_length: usize, u64_1: i64);

    /// Tells a price after the discount for reputation. floor(price × 100 / (100 + reputation)).
    // u64, u64 → u64
    pub fn host_price_by_reputation(u64_0: i64, u64_1: i64) -> i64;

    /// Brings new mana into an account, more of it the better its reputation. The amount times the reputation; refused: a node in a page grants that to no contract.
    // text, u64 → flag
    pub fn host_credit_by_reputation(text0: *const u8, text0_length: usize, u64_1: i64) -> i32;
    // string, u64 → flag
    #[link_name = "host_credit_by_reputation"]
    pub fn host_credit_by_reputation_2(string0: *const u8, u64_1: i64) -> i32;

    /// Submits another job, whose mana is held until it ends. ActualMeshJob JSON; `id`, `creator_did` and the price are set by the host. An accepted job charges 48 more fuel per byte.
    // text → handle
    pub fn host_submit_mesh_job(text0: *const u8, text0_length: usize) -> i64;
    // text → handle32
    #[link_name = "wasm_host_submit_mesh_job"]
    pub fn host_submit_mesh_job_2(text0: *const u8, text0_length: usize) -> i32;
    // text →
    #[link_name = "host_submit_mesh_job"]
    pub fn host_submit_mesh_job_3(text0: *const u8, text0_length: usize);
    // text, out → written
    #[link_name = "host_submit_mesh_job"]
    pub fn host_submit_mesh_job_4(text0: *const u8, text0_length: usize, out: *mut u8, out_length: usize) -> i32;

    /// Tells which jobs wait to be run. JSON array, oldest first; charges 6,000 more fuel per open job.
    // out → written
    pub fn host_get_pending_mesh_jobs(out: *mut u8, out_length: usize) -> i32;

    /// Takes in the signed receipt of somebody who ran a job, which counts towards their reputation. ExecutionReceipt JSON, checked against its job, executor and signature, and stored in the DAG.
    // text → flag
    pub fn host_anchor_receipt(text0: *const u8, text0_length: usize) -> i32;
    // text →
    #[link_name = "wasm_host_anchor_receipt"]
    pub fn host_anchor_receipt_2(text0: *const u8, text0_length: usize);
    // text → handle
    #[link_name = "host_anchor_receipt"]
    pub fn host_anchor_receipt_3(text0: *const u8, text0_length: usize) -> i64;
    // text, out → written
    #[link_name = "host_anchor_receipt"]
    pub fn host_anchor_receipt_4(text0: *const u8, text0_length: usize, out: *mut u8, out_length: usize) -> i32;

    /// Tells the reputation of an account. The account the run acts for, or any by its DID.
    // → i64
    pub fn host_get_reputation() -> i64;
    // text → i64
    #[link_name = "wasm_host_get_reputation"]
    pub fn host_get_reputation_2(text0: *const u8, text0_length: usize) -> i64;

    /// Tells about a stored block: how large, by whom, from when, and what it points to. JSON: size, links, timestamp, author, whether it is signed, scope, pin and expiry.
    // text, out → written
    pub fn host_get_block_info(text0: *const u8, text0_length: usize, out: *mut u8, out_length: usize) -> i32;
    // string → string
    #[link_name = "host_get_block_info"]
    pub fn host_get_block_info_2(string0: *const u8) -> i32;

    /// Stores data for good, under a name made from its content. A block of the run's account; answers its Merkle CID; costs one mana per begun 1,024 bytes, nothing when the block is there already.
    // bytes, out → written
    pub fn host_dag_put(bytes0: *const u8, bytes0_length: usize, out: *mut u8, out_length: usize) -> i32;
    // string → string
    #[link_name = "host_put_dag_block"]
    pub fn host_dag_put_2(string0: *const u8) -> i32;

    /// Reads stored data, checked against its name. Data of a block by its CID.
    // text, out → written
    pub fn host_dag_get(text0: *const u8, text0_length: usize, out: *mut u8, out_length: usize) -> i32;
    // string → string
    #[link_name = "host_get_dag_block"]
    pub fn host_dag_get_2(string0: *const u8) -> i32;

    /// Keeps stored data, and all it points to, from being cleared away. A pin by a contract costs one mana.
    // text → flag
    pub fn host_dag_pin(text0: *const u8, text0_length: usize) -> i32;
    // string → flag
    #[link_name = "host_dag_pin"]
    pub fn host_dag_pin_2(string0: *const u8) -> i32;

    /// Lets data be cleared away again that this contract had kept. A pin set by anybody else is refused.
    // text → flag
    pub fn host_dag_unpin(text0: *const u8, text0_length: usize) -> i32;
    // string → flag
    #[link_name = "host_dag_unpin"]
    pub fn host_dag_unpin_2(string0: *const u8) -> i32;

    /// Works out the name that data would be stored under. Plain CID (raw, SHA-256); the Merkle CID of a block that holds the data is another.
    // bytes, out → written
    pub fn host_calculate_cid(bytes0: *const u8, bytes0_length: usize, out: *mut u8, out_length: usize) -> i32;
    // string → string
    #[link_name = "host_calculate_cid"]
    pub fn host_calculate_cid_2(string0: *const u8) -> i32;

    /// Stores data again together with a reference to other stored data. A block with the data and links of the first and a link to the second under a name; answers its CID; costs as host_dag_put.
    // text, text, text, out → written
    pub fn host_dag_link(text0: *const u8, text0_length: usize, text1: *const u8, text1_length: usize, text2: *const u8, text2_length: usize, out: *mut u8, out_length: usize) -> i32;
    // string, string, string → string
    #[link_name = "host_dag_link"]
    pub fn host_dag_link_2(string0: *const u8, string1: *const u8, string2: *const u8) -> i32;

    /// Tells the names of what stored data points to. As JSON, or as an array to a compiled contract.
    // text, out → written
    pub fn host_dag_list_links(text0: *const u8, text0_length: usize, out: *mut u8, out_length: usize) -> i32;
    // string → strings
    #[link_name = "host_dag_list_links"]
    pub fn host_dag_list_links_2(string0: *const u8) -> i32;

    /// Follows references from stored data to the data they lead to. Link names separated by "/", from a root.
    // text, text, out → written
    pub fn host_dag_resolve_path(text0: *const u8, text0_length: usize, text1: *const u8, text1_length: usize, out: *mut u8, out_length: usize) -> i32;
    // string, string → string
    #[link_name = "host_dag_resolve_path"]
    pub fn host_dag_resolve_path_2(string0: *const u8, string1: *const u8) -> i32;

    /// Remembers something for the next run of the same contract. By name and version, for this module alone; answers the plain CID of the data; costs one mana per begun 1,024 bytes.
    // text, bytes, u64, out → written
    pub fn host_save_contract_state(text0: *const u8, text0_length: usize, bytes1: *const u8, bytes1_length: usize, u64_2: i64, out: *mut u8, out_length: usize) -> i32;
    // text, bytes, u64 → flag
    #[link_name = "host_save_contract_state"]
    pub fn host_save_contract_state_2(text0: *const u8, text0_length: usize, bytes1: *const u8, bytes1_length: usize, u64_2: i64) -> i32;
    // string, string, u64 → string
    #[link_name = "host_save_contract_state"]
    pub fn host_save_contract_state_3(string0: *const u8, string1: *const u8, u64_2: i64) -> i32;

    /// Reads what an earlier run of the same contract remembered. By name and version, the highest there is for version 0; nothing when there is none.
    // text, u64, out → written
    pub fn host_load_contract_state(text0: *const u8, text0_length: usize, u64_1: i64, out: *mut u8, out_length: usize) -> i32;
    // string, u64 → string
    #[link_name = "host_load_contract_state"]
    pub fn host_load_contract_state_2(string0: *const u8, u64_1: i64) -> i32;

    /// Looks up the public key behind a name. DidDocument JSON of a DID this node can resolve.
    // text, out → written
    pub fn host_resolve_did(text0: *const u8, text0_length: usize, out: *mut u8, out_length: usize) -> i32;
    // string → string
    #[link_name = "host_resolve_did"]
    pub fn host_resolve_did_2(string0: *const u8) -> i32;

    /// Checks whether somebody signed a message. Ed25519 under the strict rules, by a DID this node can resolve; the signature as 64 bytes, or as text of 128 hexadecimal digits.
    // text, bytes, bytes → flag
    pub fn host_verify_did_signature(text0: *const u8, text0_length: usize, bytes1: *const u8, bytes1_length: usize, bytes2: *const u8, bytes2_length: usize) -> i32;
    // string, string, string → flag
    #[link_name = "host_verify_did_signature"]
    pub fn host_verify_did_signature_2(string0: *const u8, string1: *const u8, string2: *const u8) -> i32;

    /// Checks whether a credential is by the issuer expected, has not expired, and is signed. Credential JSON with every claim in it signed by that issuer.
    // text, text → flag
    pub fn host_verify_credential(text0: *const u8, text0_length: usize, text1: *const u8, text1_length: usize) -> i32;
    // string, string → flag
    #[link_name = "host_verify_credential"]
    pub fn host_verify_credential_2(string0: *const u8, string1: *const u8) -> i32;

    /// Tells what so many votes cost in quadratic voting: their square.
    // i32 → i32
    pub fn host_quadratic_vote_cost(i32_0: i32) -> i32;

    /// Checks a proof that something was not taken back, without being told more. Whether a ZkRevocationProof as JSON holds; charges as host_verify_zk_proof.
    // text → flag
    pub fn host_verify_zk_revocation_proof(text0: *const u8, text0_length: usize) -> i32;

    /// Checks a proof that something holds, without being told more. Whether a ZkCredentialProof as JSON holds; costs 2 mana times the complexity of its circuit when it does. Groth16 charges 16,600,000 more fuel and 200,000 per public input, Bulletproofs 12,000,000; the backend dummy counts outside production only.
    // text → flag
    pub fn host_verify_zk_proof(text0: *const u8, text0_length: usize) -> i32;

    /// Makes a proof that something holds, without telling more. ZkCredentialProof JSON for a request with a "witness": by Bulletproofs that its value has 64 bits (64,000,000 more fuel), by Groth16 of one of the circuits of ICN with the "proving_key" of the issuer (36,000,000 more fuel), or a dummy outside production; costs 2 mana times the complexity of its circuit.
    // text, out → written
    pub fn host_generate_zk_proof(text0: *const u8, text0_length: usize, out: *mut u8, out_length: usize) -> i32;

    /// Makes the key known by which an issuer's proofs are checked. Makes a Groth16 verifying key known under its issuer and circuit, by JSON { issuer, circuit, verification_key, signature } signed by the issuer; answers its plain CID; costs one mana per begun 1,024 bytes.
    // text, out → written
    pub fn host_register_zk_key(text0: *const u8, text0_length: usize, out: *mut u8, out_length: usize) -> i32;
    // text → flag
    #[link_name = "host_register_zk_key"]
    pub fn host_register_zk_key_2(text0: *const u8, text0_length: usize) -> i32;

    /// Checks several proofs at once, without being told more. Whether all of an array of 1 to 16 ZkCredentialProofs as JSON hold, Groth16 under one verifying key, checked at once; costs what each would when they do, one reputation when not. It charges 20,000,000 more fuel, and for each proof 4,600,000 and 200,000 per public input.
    // text → flag
    pub fn host_verify_zk_proofs(text0: *const u8, text0_length: usize) -> i32;

    /// Makes a proposal to the co-operative, for 10 mana. CreateProposalPayload JSON; answers its id; nothing is charged when it is refused.
    // text, out → written
    pub fn host_create_governance_proposal(text0: *const u8, text0_length: usize, out: *mut u8, out_length: usize) -> i32;
    // text → string
    #[link_name = "wasm_host_create_governance_proposal"]
    pub fn host_create_governance_proposal_2(text0: *const u8, text0_length: usize) -> i32;
    // text →
    #[link_name = "host_create_governance_proposal"]
    pub fn host_create_governance_proposal_3(text0: *const u8, text0_length: usize);

    /// Opens the voting on a proposal of the run's own account.
    // text → flag
    pub fn host_open_governance_voting(text0: *const u8, text0_length: usize) -> i32;
    // text →
    #[link_name = "wasm_host_open_governance_voting"]
    pub fn host_open_governance_voting_2(text0: *const u8, text0_length: usize);

    /// Votes on a proposal, for 1 mana. CastVotePayload JSON with yes, no or abstain; another vote later takes the place of the one before.
    // text → flag
    pub fn host_cast_governance_vote(text0: *const u8, text0_length: usize) -> i32;
    // text →
    #[link_name = "wasm_host_cast_governance_vote"]
    pub fn host_cast_governance_vote_2(text0: *const u8, text0_length: usize);

    /// Ends a voting and counts the votes. Answers the status as a plain word; the proposer may at any time, every member from the deadline on; charges 1,600 more fuel per member.
    // text, out → written
    pub fn host_close_governance_proposal_voting(text0: *const u8, text0_length: usize, out: *mut u8, out_length: usize) -> i32;
    // text → string
    #[link_name = "wasm_host_close_governance_proposal_voting"]
    pub fn host_close_governance_proposal_voting_2(text0: *const u8, text0_length: usize) -> i32;
    // text →
    #[link_name = "host_close_governance_proposal_voting"]
    pub fn host_close_governance_proposal_voting_3(text0: *const u8, text0_length: usize);

    /// Puts an accepted proposal into effect, once. Rewards its proposer with 1 mana and 1 reputation; what fails costs the proposer 1 reputation; one about members charges 800 more fuel per member for each voting that ended since it was decided.
    // text → flag
    pub fn host_execute_governance_proposal(text0: *const u8, text0_length: usize) -> i32;
    // text →
    #[link_name = "wasm_host_execute_governance_proposal"]
    pub fn host_execute_governance_proposal_2(text0: *const u8, text0_length: usize);

    /// Lends the run's vote to another member. It counts there where the run casts none itself; charges 800 more fuel per member for each voting that ended in this second.
    // text, text → flag
    pub fn host_delegate_vote(text0: *const u8, text0_length: usize, text1: *const u8, text1_length: usize) -> i32;
    // text, text →
    #[link_name = "wasm_host_delegate_vote"]
    pub fn host_delegate_vote_2(text0: *const u8, text0_length: usize, text1: *const u8, text1_length: usize);

    /// Takes back a vote that was lent. Nothing happens when it was not lent; charges as host_delegate_vote.
    // text → flag
    pub fn host_revoke_delegation(text0: *const u8, text0_length: usize) -> i32;
    // text →
    #[link_name = "wasm_host_revoke_delegation"]
    pub fn host_revoke_delegation_2(text0: *const u8, text0_length: usize);
    // string, string, string → flag
    #[link_name = "host_revoke_delegation"]
    pub fn host_revoke_delegation_3(string0: *const u8, string1: *const u8, string2: *const u8) -> i32;

    /// Tells how the votes on a proposal stand. CloseProposalResult JSON: status and votes as they count now; charges 800 more fuel per member.
    // text, out → written
    pub fn host_get_governance_tally(text0: *const u8, text0_length: usize, out: *mut u8, out_length: usize) -> i32;
    // text → string
    #[link_name = "host_get_governance_tally"]
    pub fn host_get_governance_tally_2(text0: *const u8, text0_length: usize) -> i32;

    /// Reads a proposal with the votes on it. Proposal JSON in the form of newer ICN nodes, with the votes that count; charges 800 more fuel per member.
    // text, out → written
    pub fn host_get_governance_proposal(text0: *const u8, text0_length: usize, out: *mut u8, out_length: usize) -> i32;
    // text → string
    #[link_name = "host_get_governance_proposal"]
    pub fn host_get_governance_proposal_2(text0: *const u8, text0_length: usize) -> i32;

    /// Stands behind another member's proposal. Where the rules ask for more than its proposer.
    // text → flag
    pub fn host_sponsor_governance_proposal(text0: *const u8, text0_length: usize) -> i32;
    // text →
    #[link_name = "host_sponsor_governance_proposal"]
    pub fn host_sponsor_governance_proposal_2(text0: *const u8, text0_length: usize);

    /// Stops an accepted proposal while it waits, with a reason. Only for those whom the rules name; charges 800 more fuel per member.
    // text, text → flag
    pub fn host_veto_governance_proposal(text0: *const u8, text0_length: usize, text1: *const u8, text1_length: usize) -> i32;
    // text, text →
    #[link_name = "host_veto_governance_proposal"]
    pub fn host_veto_governance_proposal_2(text0: *const u8, text0_length: usize, text1: *const u8, text1_length: usize);

    /// Tells whether somebody is a member of the co-operative.
    // text → flag
    pub fn host_is_member(text0: *const u8, text0_length: usize) -> i32;

    /// Reads a setting that the members have decided on. Value of a system parameter that a proposal has set; nothing while none has.
    // text, out → written
    pub fn host_get_system_parameter(text0: *const u8, text0_length: usize, out: *mut u8, out_length: usize) -> i32;

    /// Lends the run's vote to another member, for every matter and whole. As compiled contracts have it: scope empty or "all", weight 100; charges as host_delegate_vote.
    // string, string, string, i32 → flag
    pub fn host_create_delegation(string0: *const u8, string1: *const u8, string2: *const u8, i32_3: i32) -> i32;

    /// Tells how many votes a member carries: its own and those lent to it. Charges 800 more fuel per member.
    // string, string → i32
    pub fn host_calculate_delegated_power(string0: *const u8, string1: *const u8) -> i32;

    /// Tells whose vote counts for a member on a proposal. DID; charges 800 more fuel per member.
    // string, string, string → string
    pub fn host_resolve_delegated_vote(string0: *const u8, string1: *const u8, string2: *const u8) -> i32;

    /// Tells to whom a member lent its vote. The voter and, when it lent its vote, the member it lent it to.
    // string, string → strings
    pub fn host_get_delegation_chain(string0: *const u8, string1: *const u8) -> i32;

    /// Makes a kind of token, hours or shares for instance, that only the run's account can issue; 1 mana. Id, name, symbol and issuer.
    // text, text, text, text → flag
    pub fn host_create_token_class(text0: *const u8, text0_length: usize, text1: *const u8, text1_length: usize, text2: *const u8, text2_length: usize, text3: *const u8, text3_length: usize) -> i32;
    // string, string, string, string → flag
    #[link_name = "host_create_token_class"]
    pub fn host_create_token_class_2(string0: *const u8, string1: *const u8, string2: *const u8, string3: *const u8) -> i32;

    /// Issues new tokens to an account; 1 mana. By the issuer of their class only.
    // text, text, u64 → flag
    pub fn host_mint_tokens(text0: *const u8, text0_length: usize, text1: *const u8, text1_length: usize, u64_2: i64) -> i32;
    // string, string, u64 → flag
    #[link_name = "host_mint_tokens"]
    pub fn host_mint_tokens_2(string0: *const u8, string1: *const u8, u64_2: i64) -> i32;

    /// Gives tokens of the run's own account to another; 1 mana. Those of any other account are refused.
    // text, text, text, u64 → flag
    pub fn host_transfer_tokens(text0: *const u8, text0_length: usize, text1: *const u8, text1_length: usize, text2: *const u8, text2_length: usize, u64_3: i64) -> i32;
    // string, string, string, u64 → flag
    #[link_name = "host_transfer_tokens"]
    pub fn host_transfer_tokens_2(string0: *const u8, string1: *const u8, string2: *const u8, u64_3: i64) -> i32;

    /// Destroys tokens of the run's own account; 1 mana. Those of any other account are refused.
    // text, text, u64 → flag
    pub fn host_burn_tokens(text0: *const u8, text0_length: usize, text1: *const u8, text1_length: usize, u64_2: i64) -> i32;
    // string, string, u64 → flag
    #[link_name = "host_burn_tokens"]
    pub fn host_burn_tokens_2(string0: *const u8, string1: *const u8, u64_2: i64) -> i32;

    /// Tells how many tokens an account holds. Of a class, by its id and a DID; 0 for an unknown one.
    // text, text → u64
    pub fn host_get_token_balance(text0: *const u8, text0_length: usize, text1: *const u8, text1_length: usize) -> i64;
    // string, string → u64
    #[link_name = "host_get_token_balance"]
    pub fn host_get_token_balance_2(string0: *const u8, string1: *const u8) -> i64;

    /// Issues new tokens to an account, at a fee that falls with reputation. As host_mint_tokens; the fee of 1 mana after the discount for the issuer's reputation.
    // text, text, u64, text → flag
    pub fn host_mint_tokens_with_reputation(text0: *const u8, text0_length: usize, text1: *const u8, text1_length: usize, u64_2: i64, text3: *const u8, text3_length: usize) -> i32;
    // string, string, u64, string → flag
    #[link_name = "host_mint_tokens_with_reputation"]
    pub fn host_mint_tokens_with_reputation_2(string0: *const u8, string1: *const u8, u64_2: i64, string3: *const u8) -> i32;
}
