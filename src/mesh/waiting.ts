/** Waiting for what others may never send: every wait ends by an answer, by time or by its signal. */

/** What `listen` is told within the time, or undefined. @throws the signal's reason */
export function waitFor<T>(
  ms: number,
  signal: AbortSignal | undefined,
  listen: (settle: (value: T | undefined) => void) => () => unknown,
): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const end = (finish: () => void) => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', abort)
      stop()
      finish()
    }
    const stop = listen((value) => end(() => resolve(value)))
    const abort = () => end(() => reject(signal?.reason))
    const timer = setTimeout(() => end(() => resolve(undefined)), ms)
    if (signal?.aborted) abort()
    else signal?.addEventListener('abort', abort)
  })
}

export async function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  await waitFor<never>(ms, signal, () => () => {})
}

type Settle<T> = (value: T | undefined) => void

/** Those who wait, by what they wait for. */
export class Waiting<T> {
  readonly #all = new Map<string, Set<Settle<T>>>()

  has(key: string): boolean {
    return this.#all.has(key)
  }

  /** @throws the signal's reason */
  wait(key: string, ms: number, signal?: AbortSignal): Promise<T | undefined> {
    return waitFor<T>(ms, signal, (settle) => {
      const all = this.#all.get(key) ?? new Set()
      this.#all.set(key, all.add(settle))
      return () => {
        all.delete(settle)
        if (all.size === 0) this.#all.delete(key)
      }
    })
  }

  settle(key: string, value: T | undefined): void {
    for (const settle of [...(this.#all.get(key) ?? [])]) settle(value)
  }
}

/** Lets so many at once; the others wait in order. */
export class Slots {
  readonly #waiting: (() => void)[] = []
  #free: number

  constructor(count: number) {
    this.#free = count
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free--
    else await new Promise<void>((resolve) => this.#waiting.push(resolve))
    try {
      return await work()
    } finally {
      const next = this.#waiting.shift()
      if (next === undefined) this.#free++
      else next()
    }
  }
}

/** Keeps the newest. */
export function keepNewest<T>(map: Map<string, T>, key: string, value: T, most: number): void {
  map.delete(key)
  map.set(key, value)
  if (map.size <= most) return
  const [oldest] = map.keys()
  map.delete(oldest!)
}
