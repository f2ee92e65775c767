/**
 * The little that is asked of a place to keep bytes: atomic batches of reads and of writes over six ordered stores, a
 * word to the other tabs, and a lock. IndexedDB and memory implement it; everything clever stands above, once.
 */

export const STORE_NAMES = ['meta', 'log', 'pages', 'filters', 'large', 'keys'] as const

/**
 * `meta`: a few rows by name. `log`: one packed commit per epoch. `pages`: sorted pages of rows under
 * `[run, last key of the page]`. `filters`: what a run may hold, by its number. `large`: values too big for a page, by number. `keys`: the identity's key objects.
 */
export type StoreName = (typeof STORE_NAMES)[number]

export type StoreKey = number | string | readonly [run: number, key: string]

/** Bounds in IndexedDB's order: numbers, then strings by UTF-16 code unit, then arrays item by item. */
export interface KeyRange {
  readonly from?: StoreKey
  readonly after?: StoreKey
  readonly to?: StoreKey
  readonly before?: StoreKey
}

export interface Read {
  readonly store: StoreName
  readonly range: KeyRange
  readonly limit: number
  readonly reverse?: boolean
  /** Answer the keys, not the values. */
  readonly keys?: boolean
}

export type Op =
  | { readonly op: 'put'; readonly store: StoreName; readonly key: StoreKey; readonly value: unknown }
  /** Like put, but an existing record under the key makes the whole batch fail the check. */
  | { readonly op: 'add'; readonly store: StoreName; readonly key: StoreKey; readonly value: unknown }
  | { readonly op: 'delete'; readonly store: StoreName; readonly range: KeyRange }

export interface Batch {
  readonly reads?: readonly Read[]
  /** Judges the results of `reads`, taken in the same transaction, before anything is written. */
  readonly check?: (results: readonly (readonly unknown[])[]) => boolean
  readonly ops: readonly Op[]
  /** `strict` unless what is written can be made again from what is there. */
  readonly durability?: 'strict' | 'relaxed'
}

export interface Store {
  readonly name: string
  /** One atomic look: every read sees the same state. Results in the order asked. */
  read(reads: readonly Read[]): Promise<readonly (readonly unknown[])[]>
  /** All of it durable, or none: false when the check or an `add` said no. Rejects with `IcnError` only. */
  write(batch: Batch): Promise<boolean>
  /** Tells the other tabs on this database something small; never this one. */
  announce(message: Announcement): void
  listen(listener: (message: Announcement) => void): () => void
  /** Runs `task` while no other tab holds the lock `purpose` of this database. */
  lock<T>(purpose: string, task: () => Promise<T>): Promise<T>
  /** As `lock`, but answers undefined at once when another holds it. */
  tryLock<T>(purpose: string, task: () => Promise<T>): Promise<T | undefined>
  close(): Promise<void>
}

export interface Announcement {
  readonly epoch: number
  /** Version of a manifest just written. */
  readonly manifest?: number
  /** Two tabs were in each other's way: take turns for a while. */
  readonly crowded?: boolean
}

export function one(store: StoreName, key: StoreKey): Read {
  return { store, range: { from: key, to: key }, limit: 1 }
}
