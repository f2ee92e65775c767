/**
 * Entries of the performance timeline for the costly parts of a job: `icn:meter`, `icn:compile`, `icn:run`, `icn:commit`.
 * An observer in the worker gets each of them; the timeline itself keeps the last few hundred, so that it does not grow
 * with the life of a node.
 */

export type Measured = 'meter' | 'compile' | 'run' | 'commit'

const KEPT = 256
const counts: Record<Measured, number> = { meter: 0, compile: 0, run: 0, commit: 0 }

/** Call what it returns when the work has ended, well or badly. */
export function measure(what: Measured): () => void {
  const start = performance.now()
  return () => {
    const name = `icn:${what}`
    counts[what] += 1
    if (counts[what] % KEPT === 0) performance.clearMeasures(name)
    performance.measure(name, { start, end: performance.now() })
  }
}
