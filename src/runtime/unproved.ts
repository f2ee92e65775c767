/** Host functions that put blocks and have no room for a proof: where `blockProofs` asks for one they are not to be had. */
import { IcnError } from '../common/errors.ts'
import { type Grant, WHOLE_GRANT } from '../host/grant.ts'
import { findServed, SERVED_ABI } from '../host/served.ts'

const UNPROVED: readonly string[] = ['host_dag_put', 'host_dag_link']

/** Every call but those: for a run, in whose record it then stands. */
export const PROVED_CALLS: Grant = {
  ...WHOLE_GRANT,
  calls: SERVED_ABI.map(({ name }) => name)
    .filter((name) => !UNPROVED.includes(name))
    .sort(),
}

/** @throws IcnError PermissionDenied for a page's call of one of those */
export function checkProved(name: unknown): void {
  if (typeof name !== 'string' || !UNPROVED.includes(findServed(name)?.name ?? '')) return
  throw new IcnError(
    'PermissionDenied',
    `credential proof required: ${name} takes none, and this node takes no block without. Use dag.put.`,
    { data: { reason: 'proofRequired', call: name } },
  )
}
