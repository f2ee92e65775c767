/** How mana comes back on this node: as the page asked for, up to what the members have decided. */
import type { IcnRuntime } from '../index.ts'
import { REGENERATION } from './settings.ts'

export interface Regeneration {
  readonly amount: bigint
  readonly intervalMs: number
  readonly cap: bigint
}

/** The members' `mana_max_capacity` goes before the cap of the start (ref §4.4). */
export async function regenerationInForce(runtime: IcnRuntime, signal: AbortSignal): Promise<Regeneration> {
  let after: string | undefined
  do {
    const { items, next } = await runtime.governance.parameters({
      limit: 1_000,
      signal,
      ...(after === undefined ? {} : { after }),
    })
    const decided = items.find(({ key }) => key === 'mana_max_capacity')?.value
    if (decided !== undefined) return { ...REGENERATION, cap: BigInt(decided) }
    after = next
  } while (after !== undefined)
  return REGENERATION
}
