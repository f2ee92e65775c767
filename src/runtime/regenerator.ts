/** Mana regeneration by the clock (decision 8): one tab does it, missed intervals are credited once on return. */
import type { RegenerationPolicy } from '../economics/regeneration.ts'
import { REGENERATION } from '../economics/rows.ts'
import { repeatedly } from './background.ts'
import type { RuntimeContext } from './context.ts'
import type { Rooms } from './rooms.ts'

export function startRegenerator(
  context: RuntimeContext,
  policy: RegenerationPolicy,
  room: Rooms['regeneration'],
  signal: AbortSignal,
): void {
  const { store, time } = context
  repeatedly(context, 'regenerator', policy.intervalMs, signal, async () => {
    const clock = await store.read((tx) => tx.get(REGENERATION, 'clock'))
    const since = clock === undefined ? Number.NaN : time.milliseconds() - clock.lastMs
    // Within an interval of the last nothing is due, and nothing is loaded to find that out.
    if (since >= 0 && since < policy.intervalMs) return
    const { regenerateByClock } = await room()
    await regenerateByClock(context, policy)
  })
}
