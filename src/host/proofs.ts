/**
 * Zero-knowledge proofs (ref §1.4, §8). Their rules come late, and two curves with them: they must be there before a run
 * that could need them.
 */
import { late } from '../common/late.ts'
import type { HostContext, HostFunction } from './context.ts'

let rules: typeof import('./proof-rules.ts') | undefined
let making: typeof import('./proof-making.ts') | undefined

/** To be awaited before a transaction in which proofs are verified. @throws IcnError ProcessingFailure (codeUnavailable) */
export const loadProofs = late('The code that verifies proofs', async () => {
  rules = await import('./proof-rules.ts')
})

/** To be awaited before a transaction in which proofs are made. @throws IcnError ProcessingFailure (codeUnavailable) */
export const loadProofMaking = late('The code that makes proofs', async () => {
  making = await import('./proof-making.ts')
})

export const proofFunctions = {
  host_verify_zk_proof: (context: HostContext, json: string) => rules!.verifyProof(context, json),
  host_verify_zk_revocation_proof: (context: HostContext, json: string) =>
    rules!.verifyRevocation(context, json),
  host_verify_zk_proofs: (context: HostContext, json: string) => rules!.verifyProofs(context, json),
  host_register_zk_key: (context: HostContext, json: string) => rules!.registerKey(context, json),
  host_generate_zk_proof: (context: HostContext, json: string) => making!.generateProof(context, json),
} satisfies Record<string, HostFunction>
