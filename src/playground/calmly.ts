/** For screens that follow events: a burst of a thousand is no reason to read everything a thousand times. */

const PAUSE_MS = 250

/**
 * Work that is done one after the other and never twice within a quarter of a second. Asked for meanwhile, it is done once
 * more afterwards, for all who asked; they are answered then.
 */
export function calmly(work: () => Promise<void>, signal: AbortSignal): () => Promise<void> {
  let underWay: Promise<void> | undefined
  let again = false
  return () => {
    again = true
    underWay ??= (async () => {
      try {
        while (again && !signal.aborted) {
          again = false
          await work()
          if (again) await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
        }
      } finally {
        underWay = undefined
      }
    })()
    return underWay
  }
}
