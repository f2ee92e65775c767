/** What the mesh tells, and catching up with it. */
import type { CallOptions } from './values.ts'

/** Messages since the start. */
export interface MeshStatistics {
  readonly peers: number
  readonly sent: number
  readonly received: number
  /** Dropped: malformed, stale, seen before, forged, too many. */
  readonly rejected: number
}

/** How far catching up with peers is, or what it came to. Counts are of one round. */
export interface SyncProgress {
  readonly stage: 'governance' | 'receipts' | 'blocks' | 'done'
  /** Peers that answered. */
  readonly peers: number
  /** Signed statements of governance that said something new. */
  readonly statements: number
  /** What was offered and not taken: of outsiders, or put out of force by what is known here. */
  readonly refused: number
  /** Receipts of members that were not here. */
  readonly receipts: number
  /** Blocks that came, and the bytes of data in them. */
  readonly blocks: number
  readonly bytes: number
  /** Blocks referred to that no peer asked had; known at the end. */
  readonly missing: number
}

/** How a round of catching up is watched and ended. */
export interface SyncOptions extends CallOptions {
  /** Told how far it has come. */
  readonly onProgress?: (progress: SyncProgress) => void
}
