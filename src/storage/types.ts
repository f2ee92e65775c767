/**
 * What the rooms above see of the store: typed tables of rows, one synchronous transaction over them, and the events a
 * commit publishes. Nothing here knows IndexedDB or ICN.
 */

declare const rowType: unique symbol

/** A named set of rows of one shape. Rooms declare theirs with `table<Row>('name')`; keys are strings, ordered by UTF-16 code unit. */
export interface Table<Row> {
  readonly name: string
  readonly [rowType]?: Row
}

export function table<Row>(name: string): Table<Row> {
  return { name }
}

/** Bounds of a listing: keys strictly after `after` (or before it, when `reverse`), inside `prefix` when given. */
export interface ListRange {
  readonly prefix?: string
  readonly after?: string
  readonly limit: number
  readonly reverse?: boolean
}

/** Plain data published to every tab on the database once the commit that carries it is durable. */
export interface CommitEvent {
  readonly type: string
  readonly detail: unknown
}

/**
 * The overlay a rule works on. Rows are shared: treat every row as frozen and put a new one to change it. Reading a row
 * that is not in memory throws a private signal; the rule is run again once it is loaded, so a rule must be pure.
 */
export interface Transaction {
  get<Row>(table: Table<Row>, key: string): Row | undefined
  has<Row>(table: Table<Row>, key: string): boolean
  put<Row>(table: Table<Row>, key: string, row: Row): void
  delete<Row>(table: Table<Row>, key: string): void
  /** Keys and rows in key order, this transaction's own writes included. */
  list<Row>(table: Table<Row>, range: ListRange): readonly (readonly [key: string, row: Row])[]
  emit(event: CommitEvent): void
}

export interface TransactOptions {
  /**
   * `relaxed`: answered before it is safe from a power cut (it survives the end of the worker, the tab and the browser),
   * for what is promised to nobody yet. The next strict commit makes it safe. `strict` when absent.
   */
  readonly durability?: 'strict' | 'relaxed'
}

/**
 * The one door for state. `change` is synchronous and pure and may run more than once. `seal`, when given, runs after
 * `change` and before the commit: it is where a signature (asynchronous in WebCrypto) is made, those of a commit at the
 * same time; what it resolves with puts it in, after the changes of all that is committed with it. The promise settles
 * after the commit that holds the writes is durable; when `change` or `seal` throws, nothing happened.
 */
export interface StateStore {
  transact<T>(
    change: (tx: Transaction) => T,
    seal?: (value: T) => Promise<(tx: Transaction) => void>,
    options?: TransactOptions,
  ): Promise<T>
  /** A read-only run of `look` on the newest state this tab knows; never commits. */
  read<T>(look: (tx: Transaction) => T): Promise<T>
  /** Events of every commit, from this tab and from others, in commit order. Returns unsubscribe. */
  subscribe(listener: (event: CommitEvent, origin: 'local' | 'remote') => void): () => void
  /** Number of commits ever made to this database. */
  readonly epoch: number
  close(): Promise<void>
}

/** Objects that only the database itself can hold, such as a non-extractable CryptoKey. */
export interface KeyHolder {
  get(name: string): Promise<unknown>
  /** Keeps `value` unless something is kept under the name already; answers what is kept, so that tabs agree on one. */
  put(name: string, value: unknown): Promise<unknown>
}
