/** What contracts keep costs mana by its size, besides the fuel of the call. */
import { spendMana } from '../economics/ledger.ts'
import type { HostContext } from './context.ts'

/** Bytes kept for one mana; a begun kibibyte counts whole. */
const BYTES_PER_MANA = 1_024

export function storagePrice(bytes: number): bigint {
  return BigInt(Math.ceil(bytes / BYTES_PER_MANA))
}

/**
 * Pays for `bytes` within the run's grant, then stores them by `work`, which may not fail.
 * @param reference what is stored, for the journal
 * @throws IcnError PermissionDenied or Economic; nothing was written then
 */
export function payAndStore(context: HostContext, bytes: number, reference: string, work: () => void): void {
  const { tx, identity, now, allowance } = context
  allowance.store(bytes, () =>
    spendMana(tx, identity, storagePrice(bytes), { cause: 'spend', reference, at: now }),
  )
  work()
}
