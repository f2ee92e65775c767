/** What a runtime does of its own accord while it is open. Loaded once it is ready: nobody waits for it. */
import type { IntegrityCheck, ManaRegeneration } from '../protocol/api.ts'
import type { RuntimeContext } from './context.ts'
import type { RepairStrategy } from './integrity.ts'
import { startIntegrityChecker } from './integrity-clock.ts'
import { startRegenerator } from './regenerator.ts'

export interface Tasks {
  readonly manaRegeneration: ManaRegeneration | false
  readonly integrityCheck: IntegrityCheck | false
  readonly repair: RepairStrategy
}

/** They run until the signal. */
export function startTasks(
  context: RuntimeContext,
  { manaRegeneration, integrityCheck, repair }: Tasks,
  signal: AbortSignal,
): void {
  if (manaRegeneration !== false) startRegenerator(context, manaRegeneration, signal)
  if (integrityCheck !== false) startIntegrityChecker(context, integrityCheck.intervalMs, repair, signal)
}
