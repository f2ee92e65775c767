// What a guest may import from "icn", as JavaScript sees it; a module declares one type of each. Made by scripts/build-guests.mjs from src/host/abi.ts.
export interface IcnImports {
  /** Writes a line to the run's log; level 0 debug, 1 info, 2 warn, 3 error. */
  readonly host_log: ((i32_0: number, text1: number, text1_length: number) => void)
    | ((text0: number, text0_length: number) => void)
  /** Seconds since 1970; the same for the whole run and recorded for replay. */
  readonly host_get_current_time: (() => bigint)
  /** DID of the account that created the job. */
  readonly host_get_caller: ((out: number, out_length: number) => number)
    | (() => number)
  /** Number of the last refusal: its place in the list of error codes, from 1; 0 when the last call was not refused. */
  readonly host_last_error_code: (() => number)
  /** The last refusal as a sentence; empty when the last call was not refused. */
  readonly host_last_error: ((out: number, out_length: number) => number)
  /** Full CID string of a job this run submitted, by the number the submission returned. */
  readonly host_get_job_id: ((job0: bigint, out: number, out_length: number) => number)
  /** JobLifecycle JSON of a job; nothing when it is not known here. */
  readonly host_get_job_status: ((text0: number, text0_length: number, out: number, out_length: number) => number)
  /** Mana of the account the run acts for, or of any account by its DID; 0 for an unknown one. */
  readonly host_account_get_mana: (() => bigint)
    | ((text0: number, text0_length: number) => bigint)
  /** Spends mana of the run's own account; any other account is refused. */
  readonly host_account_spend_mana: ((text0: number, text0_length: number, u64_1: bigint) => number)
    | ((text0: number, text0_length: number, u64_1: bigint) => void)
  /** Credits an account; refused unless the runtime was started with the capability. */
  readonly host_account_credit_mana: ((text0: number, text0_length: number, u64_1: bigint) => number)
    | ((text0: number, text0_length: number, u64_1: bigint) => void)
  /** Price after the reputation discount: floor(price × 100 / (100 + reputation)). */
  readonly host_price_by_reputation: ((u64_0: bigint, u64_1: bigint) => bigint)
  /** Credits an account with the amount times its reputation; refused unless the runtime was started with the capability. */
  readonly host_credit_by_reputation: ((text0: number, text0_length: number, u64_1: bigint) => number)
    | ((string0: number, u64_1: bigint) => number)
  /** Submits an ActualMeshJob as JSON; its mana is held until the job ends. `id`, `creator_did` and the price are set by the host. An accepted job charges 48 more fuel per byte. */
  readonly host_submit_mesh_job: ((text0: number, text0_length: number) => bigint)
    | ((text0: number, text0_length: number) => number)
    | ((text0: number, text0_length: number) => void)
    | ((text0: number, text0_length: number, out: number, out_length: number) => number)
  /** JSON array of the jobs that wait to be run, oldest first; charges 6,000 more fuel per open job. */
  readonly host_get_pending_mesh_jobs: ((out: number, out_length: number) => number)
  /** Checks an ExecutionReceipt as JSON against its job, executor and signature, stores it in the DAG and counts it towards the reputation of its executor. */
  readonly host_anchor_receipt: ((text0: number, text0_length: number) => number)
    | ((text0: number, text0_length: number) => void)
    | ((text0: number, text0_length: number) => bigint)
    | ((text0: number, text0_length: number, out: number, out_length: number) => number)
  /** Reputation of the account the run acts for, or of any DID. */
  readonly host_get_reputation: (() => bigint)
    | ((text0: number, text0_length: number) => bigint)
  /** JSON of a block: size, links, timestamp, author, whether it is signed, scope, pin and expiry. */
  readonly host_get_block_info: ((text0: number, text0_length: number, out: number, out_length: number) => number)
    | ((string0: number) => number)
  /** Stores data as a block of the run's account and answers its Merkle CID; costs one mana per begun 1,024 bytes, nothing when the block is there already. */
  readonly host_dag_put: ((bytes0: number, bytes0_length: number, out: number, out_length: number) => number)
    | ((string0: number) => number)
  /** Data of a block, checked against its CID. */
  readonly host_dag_get: ((text0: number, text0_length: number, out: number, out_length: number) => number)
    | ((string0: number) => number)
  /** Keeps a block and all it links to from pruning. */
  readonly host_dag_pin: ((text0: number, text0_length: number) => number)
    | ((string0: number) => number)
  /** Takes away a pin that this contract set; any other is refused. */
  readonly host_dag_unpin: ((text0: number, text0_length: number) => number)
    | ((string0: number) => number)
  /** Plain CID (raw, SHA-256) of data; the Merkle CID of a block that holds it is another. */
  readonly host_calculate_cid: ((bytes0: number, bytes0_length: number, out: number, out_length: number) => number)
    | ((string0: number) => number)
  /** Stores a block with the data and links of the first and a link to the second under a name, and answers its CID; costs as host_dag_put. */
  readonly host_dag_link: ((text0: number, text0_length: number, text1: number, text1_length: number, text2: number, text2_length: number, out: number, out_length: number) => number)
    | ((string0: number, string1: number, string2: number) => number)
  /** Names of a block's links: as JSON, or as an array to a compiled contract. */
  readonly host_dag_list_links: ((text0: number, text0_length: number, out: number, out_length: number) => number)
    | ((string0: number) => number)
  /** Data of the block that link names separated by "/" lead to from a root. */
  readonly host_dag_resolve_path: ((text0: number, text0_length: number, text1: number, text1_length: number, out: number, out_length: number) => number)
    | ((string0: number, string1: number) => number)
  /** Keeps data under a name and version, for this module alone, and answers its plain CID; costs one mana per begun 1,024 bytes. */
  readonly host_save_contract_state: ((text0: number, text0_length: number, bytes1: number, bytes1_length: number, u64_2: bigint, out: number, out_length: number) => number)
    | ((text0: number, text0_length: number, bytes1: number, bytes1_length: number, u64_2: bigint) => number)
    | ((string0: number, string1: number, u64_2: bigint) => number)
  /** Data this module keeps under a name and version, the highest there is for version 0; nothing when there is none. */
  readonly host_load_contract_state: ((text0: number, text0_length: number, u64_1: bigint, out: number, out_length: number) => number)
    | ((string0: number, u64_1: bigint) => number)
  /** DidDocument JSON of a DID this node can resolve. */
  readonly host_resolve_did: ((text0: number, text0_length: number, out: number, out_length: number) => number)
    | ((string0: number) => number)
  /** Whether an Ed25519 signature (64 bytes, or text of 128 hexadecimal digits) by a DID over a message holds under the strict rules. */
  readonly host_verify_did_signature: ((text0: number, text0_length: number, bytes1: number, bytes1_length: number, bytes2: number, bytes2_length: number) => number)
    | ((string0: number, string1: number, string2: number) => number)
  /** Whether a Credential as JSON is by the issuer expected, not expired, and every claim in it signed by that issuer. */
  readonly host_verify_credential: ((text0: number, text0_length: number, text1: number, text1_length: number) => number)
    | ((string0: number, string1: number) => number)
  /** What so many votes cost in quadratic voting: their square. */
  readonly host_quadratic_vote_cost: ((i32_0: number) => number)
  /** Whether a ZkRevocationProof as JSON holds; charges as host_verify_zk_proof. */
  readonly host_verify_zk_revocation_proof: ((text0: number, text0_length: number) => number)
  /** Whether a ZkCredentialProof as JSON holds; costs 2 mana times the complexity of its circuit when it does. Groth16 charges 16,600,000 more fuel and 200,000 per public input, Bulletproofs 12,000,000; the backend dummy counts outside production only. */
  readonly host_verify_zk_proof: ((text0: number, text0_length: number) => number)
  /** ZkCredentialProof JSON for a request: a range proof of its "witness": {"value", "blinding"} by Bulletproofs, which charges 64,000,000 more fuel, or a dummy outside production; costs 2 mana times the complexity of its circuit. */
  readonly host_generate_zk_proof: ((text0: number, text0_length: number, out: number, out_length: number) => number)
  /** Makes a Groth16 verifying key known under its issuer and circuit, by JSON { issuer, circuit, verification_key, signature } signed by the issuer; answers its plain CID; costs one mana per begun 1,024 bytes. */
  readonly host_register_zk_key: ((text0: number, text0_length: number, out: number, out_length: number) => number)
    | ((text0: number, text0_length: number) => number)
  /** Makes a proposal from CreateProposalPayload JSON and answers its id; 10 mana when it is accepted, nothing when it is refused. */
  readonly host_create_governance_proposal: ((text0: number, text0_length: number, out: number, out_length: number) => number)
    | ((text0: number, text0_length: number) => number)
    | ((text0: number, text0_length: number) => void)
  /** Opens the voting on the run's own proposal. */
  readonly host_open_governance_voting: ((text0: number, text0_length: number) => number)
    | ((text0: number, text0_length: number) => void)
  /** Votes by CastVotePayload JSON with yes, no or abstain, for 1 mana; another vote later takes the place of the one before. */
  readonly host_cast_governance_vote: ((text0: number, text0_length: number) => number)
    | ((text0: number, text0_length: number) => void)
  /** Ends the voting, counts and answers the status as a plain word; the proposer may at any time, every member from the deadline on; charges 1,600 more fuel per member. */
  readonly host_close_governance_proposal_voting: ((text0: number, text0_length: number, out: number, out_length: number) => number)
    | ((text0: number, text0_length: number) => number)
    | ((text0: number, text0_length: number) => void)
  /** Puts an accepted proposal into effect, once, and rewards its proposer with 1 mana and 1 reputation; what fails costs the proposer 1 reputation. */
  readonly host_execute_governance_proposal: ((text0: number, text0_length: number) => number)
    | ((text0: number, text0_length: number) => void)
  /** Lends the run's vote to another member: it counts there where the run casts none itself. */
  readonly host_delegate_vote: ((text0: number, text0_length: number, text1: number, text1_length: number) => number)
    | ((text0: number, text0_length: number, text1: number, text1_length: number) => void)
  /** Takes back the run's vote; nothing happens when it was not lent. */
  readonly host_revoke_delegation: ((text0: number, text0_length: number) => number)
    | ((text0: number, text0_length: number) => void)
    | ((string0: number, string1: number, string2: number) => number)
  /** CloseProposalResult JSON: status and votes as they count now; charges 800 more fuel per member. */
  readonly host_get_governance_tally: ((text0: number, text0_length: number, out: number, out_length: number) => number)
    | ((text0: number, text0_length: number) => number)
  /** Proposal JSON in the form of newer ICN nodes, with the votes that count; charges 800 more fuel per member. */
  readonly host_get_governance_proposal: ((text0: number, text0_length: number, out: number, out_length: number) => number)
    | ((text0: number, text0_length: number) => number)
  /** Stands behind a member's proposal, where the rules ask for more than its proposer. */
  readonly host_sponsor_governance_proposal: ((text0: number, text0_length: number) => number)
    | ((text0: number, text0_length: number) => void)
  /** Stops an accepted proposal while it waits, with a reason; only for those whom the rules name; charges 800 more fuel per member. */
  readonly host_veto_governance_proposal: ((text0: number, text0_length: number, text1: number, text1_length: number) => number)
    | ((text0: number, text0_length: number, text1: number, text1_length: number) => void)
  /** Whether a DID is a member of the co-operative. */
  readonly host_is_member: ((text0: number, text0_length: number) => number)
  /** Value of a system parameter that a proposal has set; nothing while none has. */
  readonly host_get_system_parameter: ((text0: number, text0_length: number, out: number, out_length: number) => number)
  /** Lends the run's vote, as compiled contracts have it; for every matter, and whole: scope empty or "all", weight 100. */
  readonly host_create_delegation: ((string0: number, string1: number, string2: number, i32_3: number) => number)
  /** How many votes a member carries: its own and those lent to it; charges 800 more fuel per member. */
  readonly host_calculate_delegated_power: ((string0: number, string1: number) => number)
  /** DID of the member whose vote counts for a voter on a proposal; charges 800 more fuel per member. */
  readonly host_resolve_delegated_vote: ((string0: number, string1: number, string2: number) => number)
  /** The voter and, when it lent its vote, the member it lent it to. */
  readonly host_get_delegation_chain: ((string0: number, string1: number) => number)
  /** Makes a class of tokens with id, name and symbol in the name of the run, which alone may issue them; 1 mana. */
  readonly host_create_token_class: ((text0: number, text0_length: number, text1: number, text1_length: number, text2: number, text2_length: number, text3: number, text3_length: number) => number)
    | ((string0: number, string1: number, string2: number, string3: number) => number)
  /** Brings new tokens of a class into the world for an account; by its issuer only; 1 mana. */
  readonly host_mint_tokens: ((text0: number, text0_length: number, text1: number, text1_length: number, u64_2: bigint) => number)
    | ((string0: number, string1: number, u64_2: bigint) => number)
  /** Gives tokens of the run's own account to another; 1 mana. */
  readonly host_transfer_tokens: ((text0: number, text0_length: number, text1: number, text1_length: number, text2: number, text2_length: number, u64_3: bigint) => number)
    | ((string0: number, string1: number, string2: number, u64_3: bigint) => number)
  /** Destroys tokens of the run's own account; 1 mana. */
  readonly host_burn_tokens: ((text0: number, text0_length: number, text1: number, text1_length: number, u64_2: bigint) => number)
    | ((string0: number, string1: number, u64_2: bigint) => number)
  /** How many tokens of a class an account holds; 0 for an unknown one. */
  readonly host_get_token_balance: ((text0: number, text0_length: number, text1: number, text1_length: number) => bigint)
    | ((string0: number, string1: number) => bigint)
  /** Issues tokens as host_mint_tokens does, its fee after the discount for the issuer's reputation. */
  readonly host_mint_tokens_with_reputation: ((text0: number, text0_length: number, text1: number, text1_length: number, u64_2: bigint, text3: number, text3_length: number) => number)
    | ((string0: number, string1: number, u64_2: bigint, string3: number) => number)
}
