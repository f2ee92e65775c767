/** How the playground starts its runtime, and what it tells people about it. */
import type { RuntimeOptions } from '../index.ts'

export const REGENERATION = { amount: 10n, intervalMs: 60_000, cap: 10_000n } as const

export const OPTIONS: RuntimeOptions = {
  initialMana: 1_000n,
  manaRegeneration: REGENERATION,
  // High enough that a person can see a long run and cancel it; the page's own default budget is far lower.
  limits: { fuel: 100_000_000_000n },
}
