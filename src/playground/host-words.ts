/** What a contract asks of the runtime, in words for everyone; the host’s own docs are one level down. */

/** Host calls as something done, and as something a contract may do. */
const HOST_CALLS: Readonly<Record<string, readonly [done: string, may: string]>> = {
  account_get_mana: ['Asked for a mana balance', 'Ask for a mana balance'],
  account_spend_mana: ['Spent mana', 'Spend your mana'],
  account_credit_mana: ['Credited mana', 'Credit mana to an account'],
  price_by_reputation: ['Asked for a price', 'Ask for a price'],
  submit_mesh_job: ['Submitted a job to the mesh', 'Submit a job to the mesh'],
  get_pending_mesh_jobs: ['Asked which jobs are waiting', 'Ask which jobs are waiting'],
  get_job_id: ['Asked for a job’s full id', 'Ask for a job’s full id'],
  get_job_status: ['Asked how a job stands', 'Ask how a job stands'],
  anchor_receipt: ['Anchored a receipt', 'Anchor a receipt'],
  get_reputation: ['Asked for a reputation', 'Ask for a reputation'],
  get_governance_tally: ['Asked for the count of votes', 'Ask for the count of votes'],
  get_governance_proposal: ['Read a proposal', 'Read proposals'],
  sponsor_governance_proposal: ['Stood behind a proposal', 'Stand behind proposals in your name'],
  veto_governance_proposal: ['Stopped a proposal by veto', 'Stop proposals by your veto'],
  create_delegation: ['Lent your vote', 'Lend your vote to another member'],
  is_member: ['Asked who is a member', 'Ask who is a member'],
  get_system_parameter: ['Read a setting', 'Read settings'],
  get_caller: ['Asked who started it', 'Ask who started it'],
  get_current_time: ['Asked for the time', 'Ask for the time'],
  log: ['Wrote a log line', 'Write to its log'],
  log_message: ['Wrote a log line', 'Write to its log'],
  last_error: ['Asked why a call was refused', 'Ask why a call was refused'],
  last_error_code: ['Asked whether a call was refused', 'Ask whether a call was refused'],
  verify_zk_proof: ['Checked a zero-knowledge proof', 'Check a zero-knowledge proof'],
  verify_zk_proofs: ['Checked several proofs at once', 'Check several proofs at once'],
  verify_zk_revocation_proof: ['Checked a revocation proof', 'Check a revocation proof'],
  generate_zk_proof: ['Made a zero-knowledge proof', 'Make a zero-knowledge proof'],
  create_governance_proposal: ['Made a proposal', 'Make a proposal'],
  open_governance_voting: ['Opened a vote', 'Open a vote'],
  cast_governance_vote: ['Cast a vote', 'Cast your vote'],
  close_governance_proposal_voting: ['Closed a vote', 'Close a vote'],
  execute_governance_proposal: ['Carried out a proposal', 'Carry out a proposal'],
  delegate_vote: ['Delegated a vote', 'Delegate your vote'],
  revoke_delegation: ['Took back a delegation', 'Take back a delegation'],
  dag_put: ['Stored a block', 'Store a block'],
  dag_get: ['Read a block', 'Read a block'],
  get_mana_balance: ['Asked for a mana balance', 'Ask for a mana balance'],
  credit_by_reputation: ['Credited mana by reputation', 'Credit mana by reputation'],
  get_block_info: ['Asked about a block', 'Ask about a block'],
  put_dag_block: ['Stored a block', 'Store a block'],
  get_dag_block: ['Read a block', 'Read a block'],
  dag_pin: ['Pinned a block', 'Pin a block'],
  dag_unpin: ['Unpinned a block', 'Unpin a block'],
  calculate_cid: ['Worked out the name of some data', 'Work out the name of data'],
  dag_link: ['Linked two blocks', 'Link blocks'],
  dag_list_links: ['Listed the links of a block', 'List the links of a block'],
  dag_resolve_path: ['Followed links to a block', 'Follow links to a block'],
  save_contract_state: ['Kept something for later runs', 'Keep things for its later runs'],
  load_contract_state: ['Took up what an earlier run kept', 'Take up what its earlier runs kept'],
  resolve_did: ['Asked who is behind a DID', 'Ask who is behind a DID'],
  verify_did_signature: ['Checked a signature', 'Check a signature'],
  verify_credential: ['Checked a credential', 'Check a credential'],
  quadratic_vote_cost: ['Asked what votes cost', 'Ask what votes cost'],
  register_zk_key: ['Made a key for proofs known', 'Make keys for proofs known'],
  calculate_delegated_power: ['Counted the votes a member carries', 'Count the votes a member carries'],
  resolve_delegated_vote: ['Asked whose vote counts', 'Ask whose vote counts'],
  get_delegation_chain: ['Asked to whom a vote is lent', 'Ask to whom votes are lent'],
  create_token_class: ['Made a class of tokens', 'Make classes of tokens'],
  mint_tokens: ['Issued tokens', 'Issue tokens'],
  transfer_tokens: ['Gave tokens away', 'Give your tokens away'],
  burn_tokens: ['Destroyed tokens', 'Destroy your tokens'],
  get_token_balance: ['Asked for a balance of tokens', 'Ask for a balance of tokens'],
  mint_tokens_with_reputation: ['Issued tokens by reputation', 'Issue tokens by reputation'],
}

/** Undefined for names we have no words for. */
export function hostCall(name: string, tense: 'done' | 'may'): string | undefined {
  return HOST_CALLS[name.replace(/^(wasm_)?host_/, '')]?.[tense === 'done' ? 0 : 1]
}

/** Calls whose number means something by itself; elsewhere it is a length or a flag, for engineers. */
const TELLING = new Set([
  'account_get_mana',
  'get_mana_balance',
  'get_reputation',
  'price_by_reputation',
  'quadratic_vote_cost',
  'calculate_delegated_power',
  'get_token_balance',
])

export function tellingAnswer(name: string): boolean {
  const bare = name.replace(/^(wasm_)?host_/, '')
  return TELLING.has(bare) || !(bare in HOST_CALLS)
}
