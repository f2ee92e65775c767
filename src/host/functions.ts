/** The served functions by their name in the table. */
import type { HostFunction } from './context.ts'
import { dagFunctions } from './dag.ts'
import { governanceFunctions } from './governance.ts'
import { identityFunctions } from './identity.ts'
import { manaFunctions } from './mana.ts'
import { meshFunctions } from './mesh.ts'
import { proofFunctions } from './proofs.ts'
import { receiptFunctions } from './receipt.ts'
import { reputationFunctions } from './reputation.ts'
import { stateFunctions } from './state.ts'
import { systemFunctions } from './system.ts'
import { tokenFunctions } from './tokens.ts'

export const HOST_FUNCTIONS: Readonly<Record<string, HostFunction>> = {
  ...systemFunctions,
  ...manaFunctions,
  ...meshFunctions,
  ...receiptFunctions,
  ...reputationFunctions,
  ...dagFunctions,
  ...stateFunctions,
  ...identityFunctions,
  ...proofFunctions,
  ...tokenFunctions,
  ...governanceFunctions,
}
