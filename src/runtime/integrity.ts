/**
 * The integrity checker (ref §14 rows 29–30): every block and every result, in slices so that nothing waits for it, each
 * bad one named; what to do with it is the repair strategy's word (decision 9).
 */
import { RAW } from '../common/cid.ts'
import { cidOf } from '../common/cid-of.ts'
import { IcnError } from '../common/errors.ts'
import { type BadBlock, type Repair, repairBlock, verifyPage } from '../dag/integrity.ts'
import type { VerifyAllProgress, VerifyAllResult } from '../protocol/api.ts'
import { type Table, type Transaction, table } from '../storage/types.ts'
import { pause, repeatedly } from './background.ts'
import type { RuntimeContext } from './context.ts'
import { RESULTS } from './tables.ts'

/** Told each bad block's CID, stored bytes and reason; a block it answers with is verified before it is used. */
export type RepairStrategy = (bad: BadBlock) => Repair | Promise<Repair>

export interface VerifyAllOptions {
  readonly onProgress?: ((progress: VerifyAllProgress) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

/** When the background check last ended, ms since the epoch: one row, `integrity`. */
const CLOCKS: Table<number> = table('runtimeClocks')
const SLICE = 32

export async function verifyAll(
  context: RuntimeContext,
  repair: RepairStrategy,
  { onProgress, signal }: VerifyAllOptions = {},
): Promise<VerifyAllResult> {
  const { store } = context
  const bad: { cid: string; reason: string }[] = []
  let checked = 0
  let repaired = 0
  const slice = async (look: (tx: Transaction, after?: string) => Slice): Promise<void> => {
    for (let after: string | undefined; ; ) {
      if (signal?.aborted) {
        throw new IcnError('Aborted', `The check was aborted after ${checked} blocks.`, { data: { checked } })
      }
      const page = await store.read((tx) => look(tx, after))
      checked += page.checked
      for (const found of page.bad) {
        bad.push({ cid: found.cid, reason: found.reason })
        if (await found.repair()) repaired++
      }
      onProgress?.({ checked, bad: bad.length })
      if (page.next === undefined) return
      after = page.next
      await pause(0, signal)
    }
  }
  await slice((tx, after) => {
    const page = verifyPage(tx, { ...(after === undefined ? {} : { after }), limit: SLICE })
    return {
      ...page,
      bad: page.bad.map((found) => ({
        ...found,
        repair: async () => {
          const how = await repair(found)
          return how !== 'report' && (await store.transact((change) => repairBlock(change, found, how)))
        },
      })),
    }
  })
  await slice((tx, after) => resultsPage(tx, after))
  return { checked, bad, repaired }
}

interface Slice {
  readonly checked: number
  readonly bad: readonly { readonly cid: string; readonly reason: string; repair(): Promise<boolean> }[]
  readonly next?: string
}

/** Results have no copy and no author: a bad one is reported, never replaced. */
function resultsPage(tx: Transaction, after: string | undefined): Slice {
  const rows = tx.list(RESULTS, { ...(after === undefined ? {} : { after }), limit: SLICE })
  const bad = rows.flatMap(([cid, bytes]) => {
    const found = cidOf(RAW, bytes).toString()
    if (found === cid) return []
    return [{ cid, reason: `CID mismatch: the result hashes to ${found}`, repair: async () => false }]
  })
  const last = rows.length === SLICE ? rows.at(-1)![0] : undefined
  return { checked: rows.length, bad, ...(last === undefined ? {} : { next: last }) }
}

/** Checks whenever `intervalMs` have passed since the last check of any tab, and says what it found to all of them. */
export function startIntegrityChecker(
  context: RuntimeContext,
  intervalMs: number,
  repair: RepairStrategy,
  signal: AbortSignal,
): void {
  const { store, time } = context
  repeatedly(context, 'integrity', intervalMs, signal, async () => {
    const last = await store.read((tx) => tx.get(CLOCKS, 'integrity'))
    const since = time.milliseconds() - (last ?? 0)
    if (since >= 0 && since < intervalMs) await pause(intervalMs - since, signal)
    if (signal.aborted) return
    const result = await verifyAll(context, repair, { signal })
    await store.transact((tx) => {
      tx.put(CLOCKS, 'integrity', time.milliseconds())
      tx.emit({ type: 'integrity', detail: result })
      if (result.bad.length === 0) return
      const message = `${result.bad.length} of ${result.checked} blocks are damaged; ${result.repaired} were repaired.`
      tx.emit({
        type: 'log',
        detail: { level: 'error', message, source: 'integrity', at: Number(time.seconds()) },
      })
    })
  })
}

/** Begins the clock of a new database, so that its first check comes an interval later. */
export function startClock(tx: Transaction, nowMs: number): void {
  tx.put(CLOCKS, 'integrity', nowMs)
}
