/** The background check of integrity: when it is due, and word of what it found. */
import { late } from '../common/late.ts'
import { pause, repeatedly } from './background.ts'
import { CLOCKS } from './clocks.ts'
import type { RuntimeContext } from './context.ts'
import type { RepairStrategy } from './integrity.ts'

const checker = late('The code that checks blocks', () => import('./integrity.ts'))

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
    const { verifyAll } = await checker()
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
