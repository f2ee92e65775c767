/** The corpus run in order on a fresh node, in whatever engine this is called. */
import type { IcnRuntime } from '../../src/protocol/api.ts'

/** What every node of the comparison starts with: the same key, the same clock, an empty database. */
export const RECORD_OPTIONS = {
  storage: 'memory',
  environment: 'testing',
  fixedTime: 1_760_000_000,
  identitySeed: new Uint8Array(32).fill(1),
  initialMana: 1_000_000n,
  manaRegeneration: false,
  integrityCheck: false,
  limits: { fuel: 100_000_000n },
} as const

/** CID of the record, which is one with its bytes, and how the run ended. */
export type Seen = readonly [name: string, record: string, end: string]

export async function runCorpus(
  runtime: Pick<IcnRuntime, 'modules' | 'run' | 'receipts'>,
  corpus: readonly { readonly name: string; readonly bytes: Uint8Array }[],
): Promise<Seen[]> {
  const seen: Seen[] = []
  for (const { name, bytes } of corpus) {
    const { exports } = await runtime.modules.inspect(bytes)
    const entry = exports.some((one) => one.name === 'main') ? 'main' : 'run'
    const { receiptCid, success, result, failure } = await runtime.run(bytes, { entry })
    const { run } = await runtime.receipts.get(receiptCid)
    seen.push([name, run!.recordCid, success ? String(result) : (failure?.reason ?? '')])
  }
  return seen
}
