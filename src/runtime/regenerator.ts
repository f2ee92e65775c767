/** Mana regeneration by the clock (decision 8): one tab does it, missed intervals are credited once on return. */
import { type RegenerationPolicy, regenerateDue } from '../economics/regeneration.ts'
import { repeatedly } from './background.ts'
import type { RuntimeContext } from './context.ts'

export function startRegenerator(
  context: RuntimeContext,
  policy: RegenerationPolicy,
  signal: AbortSignal,
): void {
  repeatedly(context, 'regenerator', policy.intervalMs, signal, async () => {
    await context.store.transact((tx) => regenerateDue(tx, policy, context.time.milliseconds()))
  })
}
