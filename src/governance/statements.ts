/**
 * What stands of what was told, each fact with the signed message that told it. A fact is named by a digest of what it
 * says, so two nodes that hold the same have the same names, and one that was away asks for the names it lacks. What
 * another fact has put out of force is dropped.
 */
import { sha256 } from '@noble/hashes/sha2.js'
import { toHex, utf8 } from '../common/bytes.ts'
import type { Transaction } from '../storage/types.ts'
import { factKey, ofProposal } from './keys.ts'
import { type FactRow, type LentRow, STATEMENTS } from './rows.ts'

/** Published with each change of what stands: `FactChange`. */
export const FACT_EVENT = 'governance:fact'

export interface FactChange {
  readonly id: string
  readonly stands: boolean
}

/** That there is a proposal: what its proposer says first. */
export interface Birth {
  readonly kind: 'birth'
}

/** Thirty-two hexadecimal digits. */
function digest(text: string): string {
  return toHex(sha256(utf8(text)).subarray(0, 16))
}

/** @param id of the proposal */
export function factId(id: string, fact: FactRow | Birth): string {
  switch (fact.kind) {
    case 'birth':
      return digest(`${ofProposal(id)}birth`)
    case 'open':
      return digest(`${ofProposal(id)}open`)
    case 'close':
      // Who told of the end makes no difference.
      return digest(`${ofProposal(id)}close\u0000${fact.at}`)
    case 'sponsor':
      return digest(`${ofProposal(id)}sponsor\u0000${fact.by}`)
    default:
      return digest(factKey(id, fact))
  }
}

export function lentId(from: string, { at, nth, to }: LentRow): string {
  return digest(`\u0000lent\u0000${from}\u0000${at}\u0000${nth}\u0000${to ?? ''}`)
}

/** Another fact has put it out of force. */
export function dropStatement(tx: Transaction, id: string): void {
  if (!tx.has(STATEMENTS, id)) return
  tx.delete(STATEMENTS, id)
  tx.emit({ type: FACT_EVENT, detail: { id, stands: false } satisfies FactChange })
}

/**
 * Keeps the message that told a fact which stands; of several the first that came.
 * @returns whether there was none yet
 */
export function keepStatement(tx: Transaction, id: string, carrier: Uint8Array | undefined): boolean {
  if (carrier === undefined || tx.has(STATEMENTS, id)) return false
  tx.put(STATEMENTS, id, carrier)
  tx.emit({ type: FACT_EVENT, detail: { id, stands: true } satisfies FactChange })
  return true
}
