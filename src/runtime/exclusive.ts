/** "One of us only": a task that runs in one tab, or one runtime of a process, at a time. */

/** Waits for its turn, then runs `task` while holding `name`; rejects with the signal's reason when given up waiting. */
export type RunExclusive = <T>(name: string, task: () => Promise<T>, signal?: AbortSignal) => Promise<T>

/** Web Locks: they pass on within milliseconds of the holder's end, however it ended. */
export function webLocks(prefix: string): RunExclusive {
  return (name, task, signal) =>
    navigator.locks.request(`${prefix}:${name}`, signal === undefined ? {} : { signal }, task) as ReturnType<
      typeof task
    >
}

/** Within one process, for stores no other process can reach. */
export function processLocks(): RunExclusive {
  const tails = new Map<string, Promise<unknown>>()
  return async (name, task, signal) => {
    const before = tails.get(name) ?? Promise.resolve()
    const turn = before.then(() => {
      signal?.throwIfAborted()
      return task()
    })
    const done = turn.catch(() => {})
    tails.set(name, done)
    done.then(() => {
      if (tails.get(name) === done) tails.delete(name)
    })
    if (signal === undefined) return turn
    return Promise.race([turn, aborted(signal)])
  }
}

/** Resolves at the next abort, or at once. */
export function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}

async function aborted(signal: AbortSignal): Promise<never> {
  await untilAborted(signal)
  throw signal.reason
}
