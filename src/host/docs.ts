/**
 * What each served function does, for guests' headers, the docs and the playground; apart from the table, so that the worker
 * does not carry it. The first sentence is for whoever decides whether to run a contract, what follows for who writes one.
 */
export const HOST_DOCS: Readonly<Record<string, string>> = {
  host_log:
    "Writes a line to the run's log. Level 0 debug, 1 info, 2 warn, 3 error; info when the shape has none.",
  host_get_current_time:
    'Tells what time it is. Seconds since 1970; the same for the whole run and recorded for replay.',
  host_get_caller: 'Tells for whom the contract runs. DID of the account that created the job.',
  host_last_error_code:
    'Tells whether the last call was refused. Number of the refusal: its place in the list of error codes, from 1; 0 when there was none.',
  host_last_error: 'Tells in words why the last call was refused. Empty when it was not.',
  host_get_job_id:
    'Tells the full name of a job this run submitted. CID string, by the number the submission returned.',
  host_get_job_status: 'Tells how a job stands. JobLifecycle JSON; nothing when the job is not known here.',
  host_account_get_mana:
    'Tells how much mana an account has. The account the run acts for, or any by its DID; 0 for an unknown one.',
  host_account_spend_mana: 'Spends mana of the account the run acts for. Any other account is refused.',
  host_account_credit_mana:
    'Brings new mana into an account. Refused: a node in a page grants that to no contract.',
  host_price_by_reputation:
    'Tells a price after the discount for reputation. floor(price × 100 / (100 + reputation)).',
  host_credit_by_reputation:
    'Brings new mana into an account, more of it the better its reputation. The amount times the reputation; refused: a node in a page grants that to no contract.',
  host_get_block_info:
    'Tells about a stored block: how large, by whom, from when, and what it points to. JSON: size, links, timestamp, author, whether it is signed, scope, pin and expiry.',
  host_dag_put:
    "Stores data for good, under a name made from its content. A block of the run's account; answers its Merkle CID; costs one mana per begun 1,024 bytes, nothing when the block is there already.",
  host_dag_get: 'Reads stored data, checked against its name. Data of a block by its CID.',
  host_dag_pin:
    'Keeps stored data, and all it points to, from being cleared away. A pin by a contract costs one mana.',
  host_dag_unpin:
    'Lets data be cleared away again that this contract had kept. A pin set by anybody else is refused.',
  host_calculate_cid:
    'Works out the name that data would be stored under. Plain CID (raw, SHA-256); the Merkle CID of a block that holds the data is another.',
  host_dag_link:
    'Stores data again together with a reference to other stored data. A block with the data and links of the first and a link to the second under a name; answers its CID; costs as host_dag_put.',
  host_dag_list_links:
    'Tells the names of what stored data points to. As JSON, or as an array to a compiled contract.',
  host_dag_resolve_path:
    'Follows references from stored data to the data they lead to. Link names separated by "/", from a root.',
  host_save_contract_state:
    'Remembers something for the next run of the same contract. By name and version, for this module alone; answers the plain CID of the data; costs one mana per begun 1,024 bytes.',
  host_load_contract_state:
    'Reads what an earlier run of the same contract remembered. By name and version, the highest there is for version 0; nothing when there is none.',
  host_resolve_did: 'Looks up the public key behind a name. DidDocument JSON of a DID this node can resolve.',
  host_verify_did_signature:
    'Checks whether somebody signed a message. Ed25519 under the strict rules, by a DID this node can resolve; the signature as 64 bytes, or as text of 128 hexadecimal digits.',
  host_verify_credential:
    'Checks whether a credential is by the issuer expected, has not expired, and is signed. Credential JSON with every claim in it signed by that issuer.',
  host_quadratic_vote_cost: 'Tells what so many votes cost in quadratic voting: their square.',
  host_verify_zk_proof:
    'Checks a proof that something holds, without being told more. Whether a ZkCredentialProof as JSON holds; costs 2 mana times the complexity of its circuit when it does. Groth16 charges 16,600,000 more fuel and 200,000 per public input, Bulletproofs 12,000,000; the backend dummy counts outside production only.',
  host_verify_zk_revocation_proof:
    'Checks a proof that something was not taken back, without being told more. Whether a ZkRevocationProof as JSON holds; charges as host_verify_zk_proof.',
  host_verify_zk_proofs:
    'Checks several proofs at once, without being told more. Whether all of an array of 1 to 16 ZkCredentialProofs as JSON hold, Groth16 under one verifying key, checked at once; costs what each would when they do, one reputation when not. It charges 20,000,000 more fuel, and for each proof 4,600,000 and 200,000 per public input.',
  host_generate_zk_proof:
    'Makes a proof that something holds, without telling more. ZkCredentialProof JSON for a request with a "witness": by Bulletproofs that its value has 64 bits (64,000,000 more fuel), by Groth16 of one of the circuits of ICN with the "proving_key" of the issuer (36,000,000 more fuel), or a dummy outside production; costs 2 mana times the complexity of its circuit.',
  host_register_zk_key:
    "Makes the key known by which an issuer's proofs are checked. Makes a Groth16 verifying key known under its issuer and circuit, by JSON { issuer, circuit, verification_key, signature } signed by the issuer; answers its plain CID; costs one mana per begun 1,024 bytes.",
  host_submit_mesh_job:
    'Submits another job, whose mana is held until it ends. ActualMeshJob JSON; `id`, `creator_did` and the price are set by the host. An accepted job charges 48 more fuel per byte.',
  host_get_pending_mesh_jobs:
    'Tells which jobs wait to be run. JSON array, oldest first; charges 6,000 more fuel per open job.',
  host_anchor_receipt:
    'Takes in the signed receipt of somebody who ran a job, which counts towards their reputation. ExecutionReceipt JSON, checked against its job, executor and signature, and stored in the DAG.',
  host_get_reputation: 'Tells the reputation of an account. The account the run acts for, or any by its DID.',
  host_create_governance_proposal:
    'Makes a proposal to the co-operative, for 10 mana. CreateProposalPayload JSON; answers its id; nothing is charged when it is refused.',
  host_open_governance_voting: "Opens the voting on a proposal of the run's own account.",
  host_cast_governance_vote:
    'Votes on a proposal, for 1 mana. CastVotePayload JSON with yes, no or abstain; another vote later takes the place of the one before.',
  host_close_governance_proposal_voting:
    'Ends a voting and counts the votes. Answers the status as a plain word; the proposer may at any time, every member from the deadline on; charges 1,600 more fuel per member.',
  host_get_governance_tally:
    'Tells how the votes on a proposal stand. CloseProposalResult JSON: status and votes as they count now; charges 800 more fuel per member.',
  host_get_governance_proposal:
    'Reads a proposal with the votes on it. Proposal JSON in the form of newer ICN nodes, with the votes that count; charges 800 more fuel per member.',
  host_execute_governance_proposal:
    'Puts an accepted proposal into effect, once. Rewards its proposer with 1 mana and 1 reputation; what fails costs the proposer 1 reputation; one about members charges 800 more fuel per member for each voting that ended since it was decided.',
  host_sponsor_governance_proposal:
    "Stands behind another member's proposal. Where the rules ask for more than its proposer.",
  host_veto_governance_proposal:
    'Stops an accepted proposal while it waits, with a reason. Only for those whom the rules name; charges 800 more fuel per member.',
  host_delegate_vote:
    "Lends the run's vote to another member. It counts there where the run casts none itself; charges 800 more fuel per member for each voting that ended in this second.",
  host_revoke_delegation:
    'Takes back a vote that was lent. Nothing happens when it was not lent; charges as host_delegate_vote.',
  host_create_delegation: `Lends the run's vote to another member, for every matter and whole. As compiled contracts have it: scope empty or "all", weight 100; charges as host_delegate_vote.`,
  host_calculate_delegated_power:
    'Tells how many votes a member carries: its own and those lent to it. Charges 800 more fuel per member.',
  host_get_delegation_chain:
    'Tells to whom a member lent its vote. The voter and, when it lent its vote, the member it lent it to.',
  host_resolve_delegated_vote:
    'Tells whose vote counts for a member on a proposal. DID; charges 800 more fuel per member.',
  host_is_member: 'Tells whether somebody is a member of the co-operative.',
  host_get_system_parameter:
    'Reads a setting that the members have decided on. Value of a system parameter that a proposal has set; nothing while none has.',
  host_create_token_class:
    "Makes a kind of token, hours or shares for instance, that only the run's account can issue; 1 mana. Id, name, symbol and issuer.",
  host_mint_tokens: 'Issues new tokens to an account; 1 mana. By the issuer of their class only.',
  host_mint_tokens_with_reputation:
    "Issues new tokens to an account, at a fee that falls with reputation. As host_mint_tokens; the fee of 1 mana after the discount for the issuer's reputation.",
  host_transfer_tokens:
    "Gives tokens of the run's own account to another; 1 mana. Those of any other account are refused.",
  host_burn_tokens:
    "Destroys tokens of the run's own account; 1 mana. Those of any other account are refused.",
  host_get_token_balance:
    'Tells how many tokens an account holds. Of a class, by its id and a DID; 0 for an unknown one.',
}
