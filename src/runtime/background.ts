/** Tasks on an interval that one tab does for all, until they are stopped. */
import { IcnError } from '../common/errors.ts'
import type { RuntimeContext } from './context.ts'

/** Runs `task` at once and then every `intervalMs`, in the one tab that holds `name`; a failure waits for the next time. */
export function repeatedly(
  context: RuntimeContext,
  name: string,
  intervalMs: number,
  signal: AbortSignal,
  task: () => Promise<void>,
): void {
  const loop = async () => {
    while (!signal.aborted) {
      try {
        await task()
      } catch (error) {
        if (signal.aborted || IcnError.is(error, 'Closed')) return
        context.report(`The task "${name}" failed and will be tried again in ${intervalMs} ms: ${error}`)
      }
      await pause(intervalMs, signal)
    }
  }
  context.runExclusive(name, loop, signal).catch(() => {})
}

/** Resolves after `ms`, or at the abort. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) {
      resolve()
      return
    }
    const done = () => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    signal?.addEventListener('abort', done)
  })
}

/** Lets everything that waits for the thread have it, without the delay browsers give to timers. */
export function breathe(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = () => {
      port1.close()
      resolve()
    }
    port2.postMessage(null)
  })
}
