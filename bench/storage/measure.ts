/** Clocks and statistics shared by the page and the worker of the storage benchmark. */

export const IN_FLIGHT = 64

export async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}

export function at(values: readonly number[], share: number): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length * share)]!
}

export function median(values: readonly number[]): number {
  return at(values, 0.5)
}

/** Keeps `IN_FLIGHT` calls under way until `count` are done. */
export async function pump(
  count: number,
  call: (n: number) => Promise<unknown>,
  inFlight = IN_FLIGHT,
): Promise<void> {
  let next = 0
  const lane = async (): Promise<void> => {
    while (next < count) await call(next++)
  }
  await Promise.all(Array.from({ length: inFlight }, lane))
}

/** Keys as CIDs are: of their length and without order. */
export function cidKey(n: number): string {
  let hash = Math.imul(n + 1, 0x9e3779b1)
  let text = 'bafyrei'
  for (let i = 0; i < 2; i++) {
    hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca77 + i)
    text += (hash >>> 0).toString(36).padStart(7, '0')
  }
  return `${text}gh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e`
}
