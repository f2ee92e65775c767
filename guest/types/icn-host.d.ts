// What a guest may import from "icn", as JavaScript sees it; a module declares one type of each. Made by scripts/build-guests.mjs from src/host/abi.ts.
export interface IcnImports {
  /** Writes a line to the run's log. Level 0 debug, 1 info, 2 warn, 3 error; info when the shape has none. */
  readonly host_log: ((i32_0: number, text1: number, text1_length: number) => void)
    | ((text0: number, text0_length: number) => void)
  /** Tells what time it is. Seconds since 1970; the same for the whole run and recorded for replay. */
  readonly host_get_current_time: (() => bigint)
  /** Tells for whom the contract runs. DID of the account that created the job. */
  readonly host_get_caller: ((out: number, out_length: number) => number)
    | (() => number)
  /** Tells whether the last call was refused. Number of the refusal: its place in the list of error codes, from 1; 0 when there was none. */
  readonly host_last_error_code: (() => number)
  /** Tells in words why the last call was refused. Empty when it was not. */
  readonly host_last_error: ((out: number, out_length: number) => number)
  /** Tells the full name of a job this run submitted. CID string, by the number the submission returned. */
  readonly host_get_job_id: ((job0: bigint, out: number, out_length: number) => number)
  /** Tells how a job stands. JobLifecycle JSON; nothing when the job is not known here. */
  readonly host_get_job_status: ((text0: number, text0_length: number, out: number, out_length: number) => number)
  /** Tells how much mana an account has. The account the run acts for, or any by its DID; 0 for an unknown one. */
  readonly host_account_get_mana: (() => bigint)
    | ((text0: number, text0_length: number) => bigint)
  /** Spends mana of the account the run acts for. Any other account is refused. */
  readonly host_account_spend_mana: ((text0: number, text0_length: number, u64_1: bigint) => number)
    | ((text0: number, text0_length: number, u64_1: bigint) => void)
  /** Brings new mana into an account. Refused: a node in a page grants that to no contract. */
  readonly host_account_credit_mana: ((text0: number, text0_length: number, u64_1: bigint) => number)
    | ((text0: number, text0_length: number, u64_1: bigint) => void)
  /** Tells a price after the discount for reputation. floor(price × 100 / (100 + reputation)). */
  readonly host_price_by_reputation: ((u64_0: bigint, u64_1: bigint) => bigint)
  /** Brings new mana into an account, more of it the better its reputation. The amount times the reputation; refused: a node in a page grants that to no contract. */
  readonly host_credit_by_reputation: ((text0: number, text0_length: number, u64_1: bigint) => number)
    | ((string0: number, u64_1: bigint) => number)
  /** Submits another job, whose mana is held until it ends. ActualMeshJob JSON; `id`, `creator_did` and the price are set by the host. An accepted job charges 48 more fuel per byte. */
  readonly host_submit_mesh_job: ((text0: number, text0_length: number) => bigint)
    | ((text0: number, text0_length: number) => number)
    | ((text0: number, text0_length: number) => void)
    | ((text0: number, text0_length: number, out: number, out_length: number) => number)
  /** Tells which jobs wait to be run. JSON array, oldest first; charges 6,000 more fuel per open job. */
  readonly host_get_pending_mesh_jobs: ((out: number, out_length: number) => number)
  /** Takes in the signed receipt of somebody who ran a job, which counts towards their reputation. ExecutionReceipt JSON, checked against its job, executor and signature, and stored in the DAG. */
  readonly host_anchor_receipt: ((text0: number, text0_length: number) => number)
    | ((text0: number, text0_length: number) => void)
    | ((text0: number, text0_length: number) => bigint)
    | ((text0: number, text0_length: number, out: number, out_length: number) => number)
  /** Tells the reputation of an account. The account the run acts for, or any by its DID. */
  readonly host_get_reputation: (() => bigint)
    | ((text0: number, text0_length: number) => bigint)
  /** Tells about a stored block: how large, by whom, from when, and what it points to. JSON: size, links, timestamp, author, whether it is signed, scope, pin and expiry. */
  readonly host_get_block_info: ((text0: number, text0_length: number, out: number, out_length: number) => number)
    | ((string0: number) => number)
  /** Stores data for good, under a name made from its content. A block of the run's account; answers its Merkle CID; costs one mana per begun 1,024 bytes, nothing when the block is there already. */
  readonly host_dag_put: ((bytes0: number, bytes0_length: number, out: number, out_length: number) => number)
    | ((string0: number) => number)
  /** Reads stored data, checked against its name. Data of a block by its CID. */
  readonly host_dag_get: ((text0: number, text0_length: number, out: number, out_length: number) => number)
    | ((string0: number) => number)
  /** Keeps stored data, and all it points to, from being cleared away. A pin by a contract costs one mana. */
  readonly host_dag_pin: ((text0: number, text0_length: number) => number)
    | ((string0: number) => number)
  /** Lets data be cleared away again that this contract had kept. A pin set by anybody else is refused. */
  readonly host_dag_unpin: ((text0: number, text0_length: number) => number)
    | ((string0: number) => number)
  /** Works out the name that data would be stored under. Plain CID (raw, SHA-256); the Merkle CID of a block that holds the data is another. */
  readonly host_calculate_cid: ((bytes0: number, bytes0_length: number, out: number, out_length: number) => number)
    | ((string0: number) => number)
  /** Stores data again together with a reference to other stored data. A block with the data and links of the first and a link to the second under a name; answers its CID; costs as host_dag_put. */
  readonly host_dag_link: ((text0: number, text0_length: number, text1: number, text1_length: number, text2: number, text2_length: number, out: number, out_length: number) => number)
    | ((string0: number, string1: number, string2: number) => number)
  /** Tells the names of what stored data points to. As JSON, or as an array to a compiled contract. */
  readonly host_dag_list_links: ((text0: number, text0_length: number, out: number, out_length: number) => number)
    | ((string0: number) => number)
  /** Follows references from stored data to the data they lead to. Link names separated by "/", from a root. */
  readonly host_dag_resolve_path: ((text0: number, text0_length: number, text1: number, text1_length: number, out: number, out_length: number) => number)
    | ((string0: number, string1: number) => number)
  /** Remembers something for the next run of the same contract. By name and version, for this module alone; answers the plain CID of the data; costs one mana per begun 1,024 bytes. */
  readonly host_save_contract_state: ((text0: number, text0_length: number, bytes1: number, bytes1_length: number, u64_2: bigint, out: number, out_length: number) => number)
    | ((text0: number, text0_length: number, bytes1: number, bytes1_length: number, u64_2: bigint) => number)
    | ((string0: number, string1: number, u64_2: bigint) => number)
  /** Reads what an earlier run of the same contract remembered. By name and version, the highest there is for version 0; nothing when there is none. */
  readonly host_load_contract_state: ((text0: number, text0_length: number, u64_1: bigint, out: number, out_length: number) => number)
    | ((string0: number, u64_1: bigint) => number)
  /** Looks up the public key behind a name. DidDocument JSON of a DID this node can resolve. */
  readonly host_resolve_did: ((text0: number, text0_length: number, out: number, out_length: number) => number)
    | ((string0: number) => number)
  /** Checks whether somebody signed a message. Ed25519 under the strict rules, by a DID this node can resolve; the signature as 64 bytes, or as text of 128 hexadecimal digits. */
  readonly host_verify_did_signature: ((text0: number, text0_length: number, bytes1: number, bytes1_length: number, bytes2: number, bytes2_length: number) => number)
    | ((string0: number, string1: number, string2: number) => number)
  /** Checks whether a credential is by the issuer expected, has not expired, and is signed. Credential JSON with every claim in it signed by that issuer. */
  readonly host_verify_credential: ((text0: number, text0_length: number, text1: number, text1_length: number) => number)
    | ((string0: number, string1: number) => number)
  /** Tells what so many votes cost in quadratic voting: their square. */
  readonly host_quadratic_vote_cost: ((i32_0: number) => number)
  /** Checks a proof that something was not taken back, without being told more. Whether a ZkRevocationProof as JSON holds; charges as host_verify_zk_proof. */
  readonly host_verify_zk_revocation_proof: ((text0: number, text0_length: number) => number)
  /** Checks a proof that something holds, without being told more. Whether a ZkCredentialProof as JSON holds; costs 2 mana times the complexity of its circuit when it does. Groth16 charges 16,600,000 more fuel and 200,000 per public input, Bulletproofs 12,000,000; the backend dummy counts outside production only. */
  readonly host_verify_zk_proof: ((text0: number, text0_length: number) => number)
  /** Makes a proof that something holds, without telling more. ZkCredentialProof JSON for a request with a "witness": by Bulletproofs that its value has 64 bits (64,000,000 more fuel), by Groth16 of one of the circuits of ICN with the "proving_key" of the issuer (36,000,000 more fuel), or a dummy outside production; costs 2 mana times the complexity of its circuit. */
  readonly host_generate_zk_proof: ((text0: number, text0_length: number, out: number, out_length: number) => number)
  /** Makes the key known by which an issuer's proofs are checked. Makes a Groth16 verifying key known under its issuer and circuit, by JSON { issuer, circuit, verification_key, signature } signed by the issuer; answers its plain CID; costs one mana per begun 1,024 bytes. */
  readonly host_register_zk_key: ((text0: number, text0_length: number, out: number, out_length: number) => number)
    | ((text0: number, text0_length: number) => number)
  /** Checks several proofs at once, without being told more. Whether all of an array of 1 to 16 ZkCredentialProofs as JSON hold, Groth16 under one verifying key, checked at once; costs what each would when they do, one reputation when not. It charges 20,000,000 more fuel, and for each proof 4,600,000 and 200,000 per public input. */
  readonly host_verify_zk_proofs: ((text0: number, text0_length: number) => number)
  /** Makes a proposal to the co-operative, for 10 mana. CreateProposalPayload JSON; answers its id; nothing is charged when it is refused. */
  readonly host_create_governance_proposal: ((text0: number, text0_length: number, out: number, out_length: number) => number)
    | ((text0: number, text0_length: number) => number)
    | ((text0: number, text0_length: number) => void)
  /** Opens the voting on a proposal of the run's own account. */
  readonly host_open_governance_voting: ((text0: number, text0_length: number) => number)
    | ((text0: number, text0_length: number) => void)
  /** Votes on a proposal, for 1 mana. CastVotePayload JSON with yes, no or abstain; another vote later takes the place of the one before. */
  readonly host_cast_governance_vote: ((text0: number, text0_length: number) => number)
    | ((text0: number, text0_length: number) => void)
  /** Ends a voting and counts the votes. Answers the status as a plain word; the proposer may at any time, every member from the deadline on; charges 1,600 more fuel per member. */
  readonly host_close_governance_proposal_voting: ((text0: number, text0_length: number, out: number, out_length: number) => number)
    | ((text0: number, text0_length: number) => number)
    | ((text0: number, text0_length: number) => void)
  /** Puts an accepted proposal into effect, once. Rewards its proposer with 1 mana and 1 reputation; what fails costs the proposer 1 reputation; one about members charges 800 more fuel per member for each voting that ended since it was decided. */
  readonly host_execute_governance_proposal: ((text0: number, text0_length: number) => number)
    | ((text0: number, text0_length: number) => void)
  /** Lends the run's vote to another member. It counts there where the run casts none itself; charges 800 more fuel per member for each voting that ended in this second. */
  readonly host_delegate_vote: ((text0: number, text0_length: number, text1: number, text1_length: number) => number)
    | ((text0: number, text0_length: number, text1: number, text1_length: number) => void)
  /** Takes back a vote that was lent. Nothing happens when it was not lent; charges as host_delegate_vote. */
  readonly host_revoke_delegation: ((text0: number, text0_length: number) => number)
    | ((text0: number, text0_length: number) => void)
    | ((string0: number, string1: number, string2: number) => number)
  /** Tells how the votes on a proposal stand. CloseProposalResult JSON: status and votes as they count now; charges 800 more fuel per member. */
  readonly host_get_governance_tally: ((text0: number, text0_length: number, out: number, out_length: number) => number)
    | ((text0: number, text0_length: number) => number)
  /** Reads a proposal with the votes on it. Proposal JSON in the form of newer ICN nodes, with the votes that count; charges 800 more fuel per member. */
  readonly host_get_governance_proposal: ((text0: number, text0_length: number, out: number, out_length: number) => number)
    | ((text0: number, text0_length: number) => number)
  /** Stands behind another member's proposal. Where the rules ask for more than its proposer. */
  readonly host_sponsor_governance_proposal: ((text0: number, text0_length: number) => number)
    | ((text0: number, text0_length: number) => void)
  /** Stops an accepted proposal while it waits, with a reason. Only for those whom the rules name; charges 800 more fuel per member. */
  readonly host_veto_governance_proposal: ((text0: number, text0_length: number, text1: number, text1_length: number) => number)
    | ((text0: number, text0_length: number, text1: number, text1_length: number) => void)
  /** Tells whether somebody is a member of the co-operative. */
  readonly host_is_member: ((text0: number, text0_length: number) => number)
  /** Reads a setting that the members have decided on. Value of a system parameter that a proposal has set; nothing while none has. */
  readonly host_get_system_parameter: ((text0: number, text0_length: number, out: number, out_length: number) => number)
  /** Lends the run's vote to another member, for every matter and whole. As compiled contracts have it: scope empty or "all", weight 100; charges as host_delegate_vote. */
  readonly host_create_delegation: ((string0: number, string1: number, string2: number, i32_3: number) => number)
  /** Tells how many votes a member carries: its own and those lent to it. Charges 800 more fuel per member. */
  readonly host_calculate_delegated_power: ((string0: number, string1: number) => number)
  /** Tells whose vote counts for a member on a proposal. DID; charges 800 more fuel per member. */
  readonly host_resolve_delegated_vote: ((string0: number, string1: number, string2: number) => number)
  /** Tells to whom a member lent its vote. The voter and, when it lent its vote, the member it lent it to. */
  readonly host_get_delegation_chain: ((string0: number, string1: number) => number)
  /** Makes a kind of token, hours or shares for instance, that only the run's account can issue; 1 mana. Id, name, symbol and issuer. */
  readonly host_create_token_class: ((text0: number, text0_length: number, text1: number, text1_length: number, text2: number, text2_length: number, text3: number, text3_length: number) => number)
    | ((string0: number, string1: number, string2: number, string3: number) => number)
  /** Issues new tokens to an account; 1 mana. By the issuer of their class only. */
  readonly host_mint_tokens: ((text0: number, text0_length: number, text1: number, text1_length: number, u64_2: bigint) => number)
    | ((string0: number, string1: number, u64_2: bigint) => number)
  /** Gives tokens of the run's own account to another; 1 mana. Those of any other account are refused. */
  readonly host_transfer_tokens: ((text0: number, text0_length: number, text1: number, text1_length: number, text2: number, text2_length: number, u64_3: bigint) => number)
    | ((string0: number, string1: number, string2: number, u64_3: bigint) => number)
  /** Destroys tokens of the run's own account; 1 mana. Those of any other account are refused. */
  readonly host_burn_tokens: ((text0: number, text0_length: number, text1: number, text1_length: number, u64_2: bigint) => number)
    | ((string0: number, string1: number, u64_2: bigint) => number)
  /** Tells how many tokens an account holds. Of a class, by its id and a DID; 0 for an unknown one. */
  readonly host_get_token_balance: ((text0: number, text0_length: number, text1: number, text1_length: number) => bigint)
    | ((string0: number, string1: number) => bigint)
  /** Issues new tokens to an account, at a fee that falls with reputation. As host_mint_tokens; the fee of 1 mana after the discount for the issuer's reputation. */
  readonly host_mint_tokens_with_reputation: ((text0: number, text0_length: number, text1: number, text1_length: number, u64_2: bigint, text3: number, text3_length: number) => number)
    | ((string0: number, string1: number, u64_2: bigint, string3: number) => number)
}
