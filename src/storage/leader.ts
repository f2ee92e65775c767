/**
 * Runs a task in exactly one tab of those that ask for it, and in the next one when that tab closes, crashes or is told to
 * stop. By a Web Lock: the browser passes it on within milliseconds. Where there are no Web Locks, every tab leads alone.
 */

export interface Leadership {
  /** True while the task runs here. */
  readonly leading: boolean
  /** Stops the task, if it runs here, and no longer stands for election. Settles when the task has come to its end. */
  close(): Promise<void>
}

/**
 * `task` is given a signal that is aborted when it must stop, and should return soon after. Returning earlier of its own
 * accord gives the lead to another tab; throwing too, and `onError` hears of it.
 */
export function lead(
  name: string,
  task: (signal: AbortSignal) => Promise<void>,
  onError: (error: unknown) => void = () => {},
): Leadership {
  const stop = new AbortController()
  const locks = typeof navigator === 'undefined' ? undefined : navigator.locks
  let leading = false
  const run = async (): Promise<void> => {
    if (stop.signal.aborted) return
    leading = true
    try {
      await task(stop.signal)
    } catch (error) {
      if (!stop.signal.aborted) onError(error)
    } finally {
      leading = false
    }
  }
  const ended = locks
    ? locks.request(`icn-leader:${name}`, { signal: stop.signal }, run).catch((error: unknown) => {
        // Closing while still waiting for the lock ends the request with an AbortError: that is the answer wanted.
        if (!stop.signal.aborted) onError(error)
      })
    : run()
  return {
    get leading() {
      return leading
    },
    async close() {
      stop.abort()
      await ended
    },
  }
}
