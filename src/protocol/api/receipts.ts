/** Receipts and what verifying them says. */
import type { FuelTableId } from '../../wasm/types.ts'
import type { HostCallTrace, LogLine } from './runs.ts'
import type { CallOptions, CidString, DidString } from './values.ts'

/** ref §2.7, with CIDs and DIDs as strings and the signature as bytes. */
export interface ExecutionReceipt {
  readonly jobId: CidString
  readonly executor: DidString
  readonly resultCid: CidString
  readonly cpuMs: bigint
  readonly success: boolean
  readonly signature: Uint8Array
}

/** A receipt as it is kept, with what is known of its run. */
export interface StoredReceipt {
  readonly cid: CidString
  readonly receipt: ExecutionReceipt
  /** Checked strictly each time it is read (ref §3.5). */
  readonly signatureValid: boolean
  /** Seconds since the epoch, of the anchoring block. */
  readonly anchoredAt: number
  /** Bytes the signature covers, field by field. */
  readonly signedFields: readonly {
    readonly name: string
    readonly value: string
    readonly bytes: Uint8Array
  }[]
  /** Present where an execution record is stored. `manaCharged` is 0 for a run that was imported. */
  readonly run?: {
    readonly moduleCid: CidString
    readonly recordCid: CidString
    readonly fuelUsed: bigint
    /** What it might have used. */
    readonly fuelLimit: bigint
    readonly fuelTable: FuelTableId
    readonly manaCharged: bigint
    readonly memoryPeakPages: number
    readonly result: bigint | null
    readonly hostCalls: readonly HostCallTrace[]
    readonly logs: readonly LogLine[]
    readonly failure?: {
      readonly code: string
      readonly message: string
      readonly reason?: string
      /** Known to the node that ran it. */
      readonly function?: string
    }
  }
}

/** What making a run again showed. `reason` is a full sentence. */
export type ReceiptVerification =
  | { readonly status: 'verified' }
  | { readonly status: 'mismatch'; readonly field: string; readonly expected: string; readonly got: string }
  | { readonly status: 'notReplayable'; readonly reason: string }

/** How many receipts have been verified so far, and how it went. */
export interface ReceiptsProgress {
  readonly checked: number
  readonly verified: number
  readonly mismatched: number
  readonly notReplayable: number
}

/** How verifying all receipts is watched and ended. */
export interface VerifyReceiptsOptions extends CallOptions {
  /** Told how far it has come. */
  readonly onProgress?: (progress: ReceiptsProgress) => void
}

/** `failed` tells the first 1,000 that were not verified. */
export interface VerifyReceiptsResult extends ReceiptsProgress {
  readonly failed: readonly (Exclude<ReceiptVerification, { readonly status: 'verified' }> & {
    readonly cid: CidString
  })[]
}

/** `receiptCid`: of the block that the record links to, under which a verified receipt is kept. */
export type ImportedReceipt = ReceiptVerification & { readonly receiptCid: CidString }
