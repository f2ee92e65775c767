/** Processor time of all threads, milliseconds; the first measurements are made by the baseline compiler. */

export const WARM = 8

export function measured(work: () => void): number {
  const started = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(started)
  return (user + system) / 1e3
}

export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!
}
