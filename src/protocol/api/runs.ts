/** Contracts, and what is known of a run. */
import type { FuelProfile, FuelTableId, ModuleInspection } from '../../wasm/types.ts'
import type { RunCapabilities } from './jobs.ts'
import type { ExecutionReceipt } from './receipts.ts'
import type { CallOptions, CidString, JobId } from './values.ts'

/** A contract, and what it asks for. */
export interface ModuleInfo extends ModuleInspection {
  readonly cid: CidString
  /** Bytes of the metered module. */
  readonly meteredSize: number
  /** What the module declares it needs, in its section `icn:capabilities`; a run gets no more than that. */
  readonly capabilities?: RunCapabilities
}

/** A host call a guest made, in order. */
export interface HostCallTrace {
  readonly name: string
  /** Wasm arguments as passed. */
  readonly args: readonly (number | bigint)[]
  /** What the pointers meant, decoded, shortened for display. */
  readonly detail?: string
  readonly result?: number | bigint
  /** Message of the refusal, when the call was refused. */
  readonly error?: string
  readonly fuel: bigint
}

/** One line that a contract logged. */
export interface LogLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error'
  readonly message: string
}

/** How a contract is run. */
export interface RunOptions extends CallOptions {
  /** Fuel budget, at most the runtime's limit. */
  readonly fuel?: bigint
  /** Export to call; `run` when absent. Type () → i64 or i32 or nothing. */
  readonly entry?: string
  /** Mana offered; the runtime's price for a local run (10) when absent. */
  readonly costMana?: bigint
  /** What the run may do; everything but credit when absent, and never more than the module declares. */
  readonly capabilities?: RunCapabilities
  /** Count fuel by function and loop too: slower, and otherwise the same run with the same record. False when absent. */
  readonly profile?: boolean
  /** Told how far the run has come. */
  readonly onProgress?: (progress: RunProgress) => void
}

/**
 * How far a run has come: told when its guest begins, and then at host calls, at most every 100 ms. A guest that computes
 * without calling the host tells nothing meanwhile, since the fuel it used is known at host calls only. For people: no part
 * of any record or receipt, and a run is the same whether it is watched or not.
 */
export interface RunProgress {
  readonly jobId: JobId
  /**
   * 1 at first. A run is made again from its start when state that it reads had to be fetched first, or was changed by
   * others before its end was committed; its figures then begin anew.
   */
  readonly attempt: number
  readonly fuelUsed: bigint
  /** What it may use. */
  readonly fuelLimit: bigint
  /** Linear memory it has now, pages of 64 KiB. */
  readonly memoryPages: number
  readonly memoryLimitPages: number
  /** Host calls made. */
  readonly hostCallCount: number
  /** Since this attempt began, ms. */
  readonly elapsedMs: number
}

/**
 * How a run ended. A run that was stopped or trapped is a result too: its job is `Failed`, its mana refunded, its
 * receipt signed with `success: false`.
 */
export interface RunResult {
  readonly jobId: JobId
  readonly success: boolean
  readonly receipt: ExecutionReceipt
  readonly receiptCid: CidString
  /** The entry's value: i64 as bigint, i32 widened; null without a result or on failure. */
  readonly result: bigint | null
  readonly failure?: {
    readonly code: string
    readonly message: string
    readonly reason?: string
    /** Where it happened, as the engine tells it; for people, and no part of any record or receipt. */
    readonly function?: string
  }
  readonly fuelUsed: bigint
  readonly fuelTable: FuelTableId
  readonly manaCharged: bigint
  readonly memoryPeakPages: number
  readonly hostCalls: readonly HostCallTrace[]
  readonly logs: readonly LogLine[]
  /** Wall clock of the run in ms; not part of any record. */
  readonly elapsedMs: number
  /** Present when the run was asked for with `profile`, unless its worker died and it was made again. No part of any record. */
  readonly profile?: FuelProfile
}
