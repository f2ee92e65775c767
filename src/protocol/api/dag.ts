/** Blocks, their repair, and files of them. */
import type { CallOptions, CidString, DidString } from './values.ts'

/** A link from a block to another. */
export interface DagLinkData {
  readonly cid: CidString
  readonly name: string
  /** Bytes, as whoever made the block says. */
  readonly size: bigint
}

/** A block with all that is known of it. */
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

/** A block in a listing, without its data. */
export interface DagListItem {
  readonly cid: CidString
  readonly size: number
  readonly links: number
  readonly timestamp: bigint
  readonly author: DidString
  readonly pinned: boolean
}

/** How far a check of all blocks has come. */
export interface VerifyAllProgress {
  readonly checked: number
  readonly bad: number
}

/** What a check of all blocks found. */
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

/** How all blocks are checked. */
export interface VerifyAllOptions extends CallOptions {
  /** Told how far it has come. */
  readonly onProgress?: (progress: VerifyAllProgress) => void
  /** What to do with each bad block; the strategy of the option `integrityCheck` when absent. */
  readonly repair?: RepairName | ((bad: ExaminedBlock) => RepairAnswer | Promise<RepairAnswer>)
}

/** A bad block that was moved aside, and why it is bad. */
export interface QuarantinedBlock {
  readonly cid: CidString
  readonly reason: string
  readonly stored: DagBlockContent | null
}

/** How far an import has come. */
export interface ImportProgress {
  /** Bytes of the file read so far. */
  readonly bytes: number
  readonly blocks: number
}

/** What an import took in. */
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
