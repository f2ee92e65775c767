/**
 * How far a run has come, for those who wait for it. While a guest runs, its thread runs nothing else, and between host
 * calls the fuel it used is in its own locals: so it is looked at where the guest calls the host, and nowhere else. Looking
 * reads and writes nothing of the run; whoever is told cannot change it.
 */
import type { RunProgress } from '../protocol/api.ts'
import type { MeteredInstance } from '../wasm/types.ts'
import type { RunInput } from './execute.ts'

/** Told at most so often. */
const INTERVAL_MS = 100
/** Host calls between two looks at the clock, at most: quick ones cost less than a look does. */
const MOST_UNLOOKED = 64
/** Host calls that follow each other in less are quick. */
const QUICK_MS = 1

/**
 * Called when the instance is made (0 calls), and from then on by the number of host calls made.
 * @returns at which number of host calls to be called again
 */
export type RunWatch = (
  calls: number,
  instance: Pick<MeteredInstance, 'fuelUsed' | 'peakMemoryPages'>,
) => number

export type ProgressListener = (progress: RunProgress) => void

/** Those who wait for jobs of this node, by job. */
export class ProgressListeners {
  readonly #listeners = new Map<string, Set<ProgressListener>>()

  /** @returns ends it */
  add(jobId: string, listener: ProgressListener | undefined): () => void {
    if (listener === undefined) return () => {}
    // Each its own, also when one function is given twice.
    const mine: ProgressListener = (progress) => listener(progress)
    const all = this.#listeners.get(jobId) ?? new Set()
    this.#listeners.set(jobId, all.add(mine))
    return () => {
      all.delete(mine)
      if (all.size === 0 && this.#listeners.get(jobId) === all) this.#listeners.delete(jobId)
    }
  }

  /** Undefined when nobody listens: then the run is not watched at all. @param attempt 1 for the first time it is made */
  watch(jobId: string, input: RunInput, attempt: number): RunWatch | undefined {
    const all = this.#listeners.get(jobId)
    if (all === undefined) return undefined
    const { fuel: fuelLimit, limits } = input
    return seldom((hostCallCount, { fuelUsed, peakMemoryPages: memoryPages }, elapsedMs) => {
      const progress: RunProgress = {
        jobId,
        attempt,
        fuelUsed,
        fuelLimit,
        memoryPages,
        memoryLimitPages: limits.memoryPages,
        hostCallCount,
        elapsedMs,
      }
      for (const listener of all) tell(listener, progress)
    })
  }
}

/** At once, and then when the interval has passed. @param clock ms */
export function seldom(
  report: (calls: number, instance: Parameters<RunWatch>[1], elapsedMs: number) => void,
  clock = () => performance.now(),
): RunWatch {
  const started = clock()
  let told = Number.NEGATIVE_INFINITY
  let looked = started
  let stride = 1
  return (calls, instance) => {
    const now = clock()
    stride = now - looked < QUICK_MS ? Math.min(stride * 2, MOST_UNLOOKED) : 1
    looked = now
    if (now - told >= INTERVAL_MS) {
      told = now
      report(calls, instance, now - started)
    }
    return calls + stride
  }
}

/** A guest is on the stack: what a listener throws must not reach it. */
function tell(listener: ProgressListener, progress: RunProgress): void {
  try {
    listener(progress)
  } catch (error) {
    if (typeof reportError === 'function') reportError(error)
    else console.error(error)
  }
}
