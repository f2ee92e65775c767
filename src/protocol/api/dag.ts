/** Blocks, their repair, and files of them. */
import type { CallOptions, CidString, DidString } from './values.ts'

export interface DagLinkData {
  readonly cid: CidString
  readonly name: string
  readonly size: bigint
}

export interface DagBlockData {
  readonly cid: CidString
  readonly data: Uint8Array
  readonly links: readonly DagLinkData[]
  readonly timestamp: bigint
  readonly author: DidString
  readonly signature: Uint8Array | null
  readonly scope: string | null
  readonly pinned: boolean
  /** Absolute expiry, seconds since the epoch, or null. */
  readonly ttl: number | null
}

export interface DagListItem {
  readonly cid: CidString
  readonly size: number
  readonly links: number
  readonly timestamp: bigint
  readonly author: DidString
  readonly pinned: boolean
}

export interface VerifyAllProgress {
  readonly checked: number
  readonly bad: number
}

export interface VerifyAllResult {
  readonly checked: number
  readonly bad: readonly { readonly cid: CidString; readonly reason: string }[]
  readonly repaired: number
}

/** What a block is besides its CID. */
export type DagBlockContent = Pick<
  DagBlockData,
  'data' | 'links' | 'timestamp' | 'author' | 'signature' | 'scope'
>

/** A block as it stands in the store, checked or not. */
export interface ExaminedBlock {
  readonly cid: CidString
  /** Why it is not what its CID says; null when it is. */
  readonly reason: string | null
  /** Null when what is stored cannot be read as a block at all. */
  readonly stored: DagBlockContent | null
}

/** `report` leaves a bad block, `quarantine` moves it aside, `delete` removes it. */
export type RepairName = 'report' | 'quarantine' | 'delete'
/** Bytes replace the block's data alone, content replaces all of it; either is verified against the CID first. */
export type RepairAnswer = RepairName | Uint8Array | DagBlockContent

export interface VerifyAllOptions extends CallOptions {
  readonly onProgress?: (progress: VerifyAllProgress) => void
  /** What to do with each bad block; the strategy of the option `integrityCheck` when absent. */
  readonly repair?: RepairName | ((bad: ExaminedBlock) => RepairAnswer | Promise<RepairAnswer>)
}

export interface QuarantinedBlock {
  readonly cid: CidString
  readonly reason: string
  readonly stored: DagBlockContent | null
}

export interface ImportProgress {
  /** Bytes of the file read so far. */
  readonly bytes: number
  readonly blocks: number
}

export interface ImportResult {
  /** Blocks in the file. */
  readonly blocks: number
  /** Those of them that were new here. */
  readonly added: number
  /** Length of the file. */
  readonly bytes: number
  /**
   * Accounts, journal, jobs, receipts, pins: `restored` into a database that was as good as new, `kept` as they were
   * in any other, `absent` from the file.
   */
  readonly state: 'restored' | 'kept' | 'absent'
  /** Damaged blocks that were left out when the file was made. */
  readonly omitted: number
}
