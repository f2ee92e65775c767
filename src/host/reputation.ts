/** Reputation, of the run's own account or of any DID. */
import { reputationOf } from '../reputation/reputation.ts'
import { accountOf } from './arguments.ts'
import type { HostContext, HostFunction } from './context.ts'

export const reputationFunctions = {
  host_get_reputation: (context: HostContext, did?: string): bigint =>
    reputationOf(context.tx, did === undefined ? context.identity : accountOf(did)),
} satisfies Record<string, HostFunction>
