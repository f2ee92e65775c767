/** What a run did to the balance, read from the journal: before, after, and each change between. */
import type { IcnRuntime, ManaEntry } from '../index.ts'

export interface ManaOfRun {
  readonly before: bigint
  readonly after: bigint
  /** Oldest first. What falls between is in it too, such as a regeneration that was due just then. */
  readonly entries: readonly ManaEntry[]
}

/** Undefined when the journal names the job no more among its newest entries. */
export async function manaOfRun(
  runtime: IcnRuntime,
  did: string,
  jobId: string,
): Promise<ManaOfRun | undefined> {
  const { items } = await runtime.mana.history({ did, limit: 200 })
  const own = items.filter((entry) => entry.reference === jobId).map(({ seq }) => seq)
  if (own.length === 0) return undefined
  return between(items, Math.min(...own), Math.max(...own))
}

export function between(items: readonly ManaEntry[], from: number, to: number): ManaOfRun | undefined {
  const entries = items.filter(({ seq }) => seq >= from && seq <= to).sort((a, b) => a.seq - b.seq)
  const first = entries[0]
  const last = entries.at(-1)
  return first && last && { before: first.balance - first.amount, after: last.balance, entries }
}
