/** Every receipt of the store put to the test, oldest first, in slices that other calls pass between. */
import { Cid } from '../common/cid.ts'
import { IcnError } from '../common/errors.ts'
import type { ReceiptsProgress, VerifyReceiptsOptions, VerifyReceiptsResult } from '../protocol/api.ts'
import { breathe } from './background.ts'
import type { RuntimeContext } from './context.ts'
import type { Modules } from './modules.ts'
import { verifyRun } from './replay-store.ts'
import { RECEIPT_ORDER } from './tables.ts'

const PAGE = 64
/** How long the thread is held before others get their turn. */
const HOLD_MS = 20
/** Failures told one by one; more are counted. */
const MOST_TOLD = 1_000

/**
 * A receipt that cannot be read at all counts as not replayable.
 * @throws IcnError Aborted, with how many were checked
 */
export async function verifyReceipts(
  context: RuntimeContext,
  modules: Modules,
  { onProgress, signal }: VerifyReceiptsOptions = {},
): Promise<VerifyReceiptsResult> {
  const counts = { checked: 0, verified: 0, mismatched: 0, notReplayable: 0 }
  const failed: VerifyReceiptsResult['failed'][number][] = []
  const progress = (): ReceiptsProgress => ({ ...counts })
  let began = performance.now()
  for (let after: string | undefined; ; ) {
    const range = { ...(after === undefined ? {} : { after }), limit: PAGE }
    const page = await context.store.read((tx) => tx.list(RECEIPT_ORDER, range))
    for (const [, cid] of page) {
      if (signal?.aborted) {
        throw new IcnError('Aborted', `The check was aborted after ${counts.checked} receipts.`, {
          data: { checked: counts.checked },
        })
      }
      const found = await verifyRun(context, modules, Cid.parse(cid), signal).catch((error) => {
        if (!IcnError.is(error) || error.code !== 'DagOperationFailed') throw error
        return { status: 'notReplayable', reason: error.message } as const
      })
      counts.checked++
      if (found.status === 'verified') counts.verified++
      else {
        counts[found.status === 'mismatch' ? 'mismatched' : 'notReplayable']++
        if (failed.length < MOST_TOLD) failed.push({ ...found, cid })
      }
      if (performance.now() - began <= HOLD_MS) continue
      onProgress?.(progress())
      await breathe()
      began = performance.now()
    }
    if (page.length < PAGE) break
    after = page.at(-1)![0]
  }
  onProgress?.(progress())
  return { ...counts, failed }
}
