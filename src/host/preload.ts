/** What host functions need that comes late: it must be there before the transaction in which they are called. */

import { loadProofMaking, loadProofs } from './proofs.ts'
import { findServed } from './served.ts'

const VERIFYING: ReadonlySet<string> = new Set([
  'host_verify_zk_proof',
  'host_verify_zk_revocation_proof',
  'host_verify_zk_proofs',
  'host_register_zk_key',
])

/** @param names as modules import them @throws IcnError ProcessingFailure (codeUnavailable) */
export async function prepareCalls(names: readonly unknown[]): Promise<void> {
  const called = names.map((name) => (typeof name === 'string' ? findServed(name)?.name : undefined))
  if (called.some((name) => name !== undefined && VERIFYING.has(name))) await loadProofs()
  if (called.includes('host_generate_zk_proof')) await loadProofMaking()
}
