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
  host_submit_mesh_job:
    'Submits an ActualMeshJob as JSON; its mana is held until the job ends. `id`, `creator_did` and the price are set by the host.',
  host_get_pending_mesh_jobs: 'JSON array of the jobs that wait to be run, oldest first.',
  host_anchor_receipt:
    'Checks an ExecutionReceipt as JSON against its job, executor and signature, stores it in the DAG and counts it towards the reputation of its executor.',
  host_get_reputation: 'Reputation of the account the run acts for, or of any DID.',
}
