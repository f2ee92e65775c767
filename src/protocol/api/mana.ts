/** What the ledger tells. */
import type { DidString } from './values.ts'

/** Why a balance changed. */
export type ManaCause =
  | 'initial'
  | 'spend'
  | 'credit'
  | 'escrow'
  | 'payment'
  | 'refund'
  | 'regeneration'
  | 'governance'
  | 'zk'

/** One line of the journal of the ledger. */
export interface ManaEntry {
  readonly seq: number
  readonly did: DidString
  /** Signed change. */
  readonly amount: bigint
  readonly balance: bigint
  readonly cause: ManaCause
  /** Job id, proposal id or the like. */
  readonly reference?: string
  /** Seconds since the epoch. */
  readonly at: number
}

/** The ledger as its journal makes it, beside what it says. Sound when `faults` is empty. */
export interface ManaAudit {
  readonly accounts: number
  readonly entries: number
  /** `did` is absent for a total. At most 100 are named. */
  readonly faults: readonly { readonly did?: DidString; readonly reason: string }[]
}
