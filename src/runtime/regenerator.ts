/** Mana regeneration by the clock (decision 8): one tab does it, missed intervals are credited once on return. */
import type { RegenerationPolicy } from '../economics/regeneration.ts'
import { repeatedly } from './background.ts'
import type { RuntimeContext } from './context.ts'
import { regenerateByClock } from './regeneration.ts'

export function startRegenerator(
  context: RuntimeContext,
  policy: RegenerationPolicy,
  signal: AbortSignal,
): void {
  repeatedly(context, 'regenerator', policy.intervalMs, signal, () => regenerateByClock(context, policy))
}
