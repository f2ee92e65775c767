/** The counters of ref §12.3 that only rise; each is there from the start, so that whoever watches them finds it. */
export function zeroCounters(): Map<string, number> {
  return new Map(NAMES.split(' ').map((name) => [`runtime_${name}_total`, 0]))
}

/** What lies between `runtime_` and `_total`. The accounts are counted in the store, as are the two gauges. */
const NAMES =
  'host_submit_mesh_job_calls host_get_pending_mesh_jobs_calls host_account_get_mana_calls ' +
  'host_account_spend_mana_calls host_account_credit_mana_calls host_anchor_receipt_calls jobs_submitted ' +
  'jobs_completed jobs_failed receipts_anchored wasm_memory_growth_denied wasm_table_growth_denied ' +
  'checkpoints_anchored partial_outputs_anchored job_resumes job_cancellations'
