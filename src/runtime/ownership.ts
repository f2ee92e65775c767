/** Says that this runtime lives, and looks for jobs of others that no longer do (recovery.ts). */
import { IcnError } from '../common/errors.ts'
import { late } from '../common/late.ts'
import type { JobStatus } from '../protocol/api.ts'
import type { RuntimeContext } from './context.ts'
import { untilAborted } from './exclusive.ts'
import { openJobs } from './open-jobs.ts'
import type { RecoveryActions } from './recovery.ts'

/** Settles when what the page knows to have ended its worker is ended. @param actions loads them */
export async function startOwnership(
  context: RuntimeContext,
  signal: AbortSignal,
  actions: () => Promise<RecoveryActions>,
): Promise<void> {
  const { store, killed } = context
  const recovery = late('The code that takes over jobs', async () => {
    const [{ Recovery }, loaded] = await Promise.all([import('./recovery.ts'), actions()])
    return new Recovery(context, signal, loaded)
  })
  await holdOwnership(context, signal)
  for (const { jobId, reason } of killed) {
    try {
      await (await recovery()).failKilled(jobId, reason)
    } catch (error) {
      if (IcnError.is(error, 'Closed')) throw error
      context.report(`Job ${jobId}, which ended its worker, could not be ended: ${error}`)
    }
  }
  // Where the code does not come, another tab or the next start takes them.
  const unsubscribe = store.subscribe(({ type, detail }, origin) => {
    if (origin !== 'remote' || type !== 'job') return
    const { jobId, state } = detail as JobStatus
    if (state === 'Pending')
      recovery()
        .then((ready) => ready.watch(jobId))
        .catch(() => {})
  })
  void untilAborted(signal).then(unsubscribe)
  for (const { owner } of await store.read(openJobs))
    recovery()
      .then((ready) => ready.adoptFrom(owner))
      .catch(() => {})
}

/** Held as long as this instance lives: whoever is granted it knows that its jobs are nobody's. */
function holdOwnership({ runExclusive, owner }: RuntimeContext, signal: AbortSignal): Promise<void> {
  return new Promise((held, failed) => {
    const task = () => {
      held()
      return untilAborted(signal)
    }
    runExclusive(`owner/${owner}`, task, signal).catch((error) => {
      if (!signal.aborted) failed(error)
    })
  })
}
