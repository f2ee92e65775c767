/** The ledger's audit over a live store: a slice at a time, the totals as of the first. */
import { IcnError } from '../common/errors.ts'
import { LedgerAuditor, type LedgerSlice, lookAtLedger } from '../economics/audit.ts'
import { ledgerTotals } from '../economics/ledger.ts'
import type { ManaAudit } from '../protocol/api.ts'
import type { StateStore } from '../storage/types.ts'
import { breathe } from './background.ts'

export async function audit(store: StateStore, signal?: AbortSignal): Promise<ManaAudit> {
  const auditor = new LedgerAuditor(await store.read(ledgerTotals))
  for (let from: LedgerSlice['next'] = { part: 'journal' }; from !== undefined; ) {
    if (signal?.aborted) throw new IcnError('Aborted', 'The audit was aborted by its caller.')
    const at: LedgerSlice['next'] = from
    const slice: LedgerSlice = await store.read((tx) => lookAtLedger(tx, at))
    auditor.take(slice)
    from = slice.next
    await breathe()
  }
  return auditor.finish()
}
