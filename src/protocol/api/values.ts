/** Names and shapes every part of the surface uses. */
/** ICN CID in its base32 string form (ref §3.1). */
export type CidString = string
/** DID in its string form (ref §2.2). */
export type DidString = string
/** A job's id: the job CID's string. */
export type JobId = CidString

/** What every call takes. An abort rejects it with `Aborted`, its reason as the cause. */
export interface CallOptions {
  /** Ends the call. During a run its worker is ended and the job fails. */
  readonly signal?: AbortSignal
}

/** Which part of a listing is asked for. */
export interface Page {
  /** Cursor: the `next` of the page before. */
  readonly after?: string
  /** Most items to return, 1 to 1,000; 50 when absent. */
  readonly limit?: number
}

/** One page of a listing. */
export interface Listing<T> {
  readonly items: readonly T[]
  /** Cursor for the next page; absent at the end. */
  readonly next?: string
}
