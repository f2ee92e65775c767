/** How many host calls and log lines a run made in all. Its result and its record hold the first of them. */
import type { IcnRuntime } from '../index.ts'

export interface RunCounts {
  readonly calls: number
  readonly logs: number
}

/** Undefined where the record is not stored, or is not one that can be read. */
export async function runCounts(runtime: IcnRuntime, recordCid: string): Promise<RunCounts | undefined> {
  const block = await runtime.dag.get(recordCid)
  return block && countsIn(block.data)
}

/** @param record docs/execution-record.md */
export function countsIn(record: Uint8Array): RunCounts | undefined {
  try {
    const { host_call_count: calls, log_count: logs } = JSON.parse(new TextDecoder().decode(record))
    const count = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 0
    return count(calls) && count(logs) ? { calls, logs } : undefined
  } catch {
    return undefined
  }
}
