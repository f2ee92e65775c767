/** What host functions need that comes late: it must be there before the transaction in which they are called. */

import { loadProofs } from './proofs.ts'
import { findServed } from './served.ts'

const PROOFS: ReadonlySet<string> = new Set([
  'host_verify_zk_proof',
  'host_verify_zk_revocation_proof',
  'host_register_zk_key',
])

/** @param names as modules import them @throws IcnError ProcessingFailure (codeUnavailable) */
export async function prepareCalls(names: readonly unknown[]): Promise<void> {
  if (names.some((name) => typeof name === 'string' && PROOFS.has(findServed(name)?.name ?? '')))
    await loadProofs()
}
