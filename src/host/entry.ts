/** How a row of the ABI table is written. */

/** The module that contracts import host functions from. */
export const IMPORT_MODULE = 'icn'

/** What a runtime must have been started with before a guest or page may call the function. */
export type Capability = 'credit'

/** One host function. */
export interface AbiFunction {
  readonly name: string
  /** Other spellings a module may import the function by. */
  readonly aliases: readonly string[]
  /** Stable number; null for names of compiled contracts that have none yet. */
  readonly index: number | null
  /** Accepted import shapes in the language of `shapes.ts`; empty when the function is not served. */
  readonly shapes: readonly string[]
  /** Fuel of one call. */
  readonly fuel: number
  /** Fuel per byte copied in or out. */
  readonly fuelPerByte: number
  /** Longest accepted text argument, bytes; a longer one is refused before it is copied. */
  readonly maxBytes: number
  /** What the text argument is, as a refusal names it. */
  readonly subject: string
  readonly capability: Capability | null
  /** Exact length of the answer of a function that writes: room for it is there before it does. 0 for any other. */
  readonly answerBytes: number
}

/** Of every CID a function answers: base32 of 35 bytes behind its letter. */
export const CID_BYTES = 57
/** Longest DID taken. */
export const MAX_DID_BYTES = 512
/** Longest CID taken. */
export const MAX_CID_BYTES = 256

interface Served {
  readonly aliases?: readonly string[]
  readonly shapes: readonly string[]
  readonly fuel: number
  readonly fuelPerByte?: number
  readonly maxBytes?: number
  readonly subject?: string
  readonly capability?: Capability
  readonly answerBytes?: number
}

export const served = (index: number, name: string, entry: Served): AbiFunction => ({
  name,
  aliases: entry.aliases ?? [],
  index,
  shapes: entry.shapes,
  fuel: entry.fuel,
  fuelPerByte: entry.fuelPerByte ?? 1,
  maxBytes: entry.maxBytes ?? MAX_DID_BYTES,
  subject: entry.subject ?? 'Account ID',
  capability: entry.capability ?? null,
  answerBytes: entry.answerBytes ?? 0,
})
