/** Scores as they are stored, apart from the rules that move them: a plain question needs no more. */
import type { Did } from '../common/did.ts'
import { type Table, type Transaction, table } from '../storage/types.ts'

export interface ReputationRow {
  readonly score: bigint
}

/** By DID string. */
export const REPUTATION: Table<ReputationRow> = table('reputation')

export function reputationOf(tx: Transaction, did: Did): bigint {
  return tx.get(REPUTATION, did.toString())?.score ?? 0n
}
