/**
 * The store in IndexedDB. The platform needs explaining where our code does not: a transaction's `complete` event is the
 * only proof of a commit; any transaction may be aborted from outside; the connection itself may be taken away, by the
 * browser (`close` event), by another tab that upgrades or deletes (`versionchange`), or with the data (site data cleared).
 */
import { type IDBPTransaction, openDB, unwrap, wrap } from 'idb'
import { IcnError } from '../common/errors.ts'
import { storageFailure } from './failures.ts'
import { FORMAT } from './frame.ts'
import {
  FORMAT_KEY,
  type IcnDatabase,
  type IcnSchema,
  migrate,
  readFormat,
  STEPS,
  type Step,
} from './schema.ts'
import {
  type Announcement,
  type Batch,
  type KeyRange,
  type Read,
  STORE_NAMES,
  type Store,
  type StoreKey,
  type StoreName,
} from './store.ts'

export interface IndexedDbOptions {
  /** How long opening may take, for instance because an old tab keeps an upgrade waiting. */
  readonly openMs?: number
  /** Another chain of migrations than this build's own: for tests of the chain. */
  readonly steps?: readonly Step[]
  /** How long a lock is waited for before the task runs without: locks here only save work, they guard nothing. */
  readonly lockMs?: number
}

export async function openIndexedDbStore(name: string, options: IndexedDbOptions = {}): Promise<Store> {
  const store = new IndexedDbStore(name, options)
  await store.connect()
  return store
}

type Transaction = IDBPTransaction<IcnSchema, StoreName[], 'readonly'>
type ReadwriteTransaction = IDBPTransaction<IcnSchema, StoreName[], 'readwrite'>

class IndexedDbStore implements Store {
  readonly name: string
  readonly #openMs: number
  readonly #lockMs: number
  readonly #steps: readonly Step[]
  readonly #channel: BroadcastChannel
  readonly #listeners = new Set<(message: Announcement) => void>()
  #connection: Promise<IcnDatabase> | undefined
  /** Generation of the database this page works on: another under the same name is not ours to write to. */
  #generation: string | undefined
  /** Why this store can no longer be used, once it cannot. */
  #over: IcnError | undefined

  constructor(name: string, { openMs = 10_000, lockMs = 2000, steps = STEPS }: IndexedDbOptions) {
    this.name = name
    this.#openMs = openMs
    this.#lockMs = lockMs
    this.#steps = steps
    this.#channel = new BroadcastChannel(`icn-storage:${name}`)
    this.#channel.onmessage = ({ data }: MessageEvent<unknown>) => {
      const message = readAnnouncement(data)
      if (message) for (const listener of this.#listeners) listener(message)
    }
  }

  connect(): Promise<IcnDatabase> {
    if (this.#over) return Promise.reject(this.#over)
    this.#connection ??= this.#open().catch((error: unknown) => {
      this.#connection = undefined
      throw error
    })
    return this.#connection
  }

  async #open(): Promise<IcnDatabase> {
    if (typeof indexedDB === 'undefined') {
      throw new IcnError('StorageUnavailable', "There is no IndexedDB here. Start with storage: 'memory'.", {
        data: { reason: 'absent', database: this.name },
      })
    }
    let refusal: IcnError | undefined
    let timer: ReturnType<typeof setTimeout> | undefined
    const opening = openDB<IcnSchema>(this.name, this.#version, {
      upgrade: (database, from, _to, transaction, event) => {
        // Chromium says here, and only here, that it found the files damaged and threw them away.
        const lost = (event as { dataLoss?: string }).dataLoss === 'total'
        if (from === 0 && (lost || this.#generation !== undefined)) refusal = this.#cleared(lost)
        if (from > 0 && !database.objectStoreNames.contains('meta')) refusal = this.#foreign()
        if (refusal) {
          // Also keeps an empty database from being created in place of the lost one.
          transaction.done.catch(() => {})
          transaction.abort()
        } else {
          migrate(this.#steps, database, from, transaction).catch((error: unknown) => {
            refusal = this.#notMigrated(from, error)
            transaction.done.catch(() => {})
            try {
              transaction.abort()
            } catch {
              // The failure was the transaction's own and has ended it.
            }
          })
        }
      },
      blocking: (_current, wanted) => {
        this.#end(wanted === null ? this.#cleared(false) : this.#outdated(wanted))
      },
      terminated: () => {
        // Not our doing: the next operation connects again.
        this.#connection = undefined
      },
    })
    const late = new Promise<never>((_, reject) => {
      // No event says so when an opening merely queues behind another tab's upgrade or deletion.
      timer = setTimeout(() => reject(this.#blocked()), this.#openMs)
    })
    try {
      const database = await Promise.race([opening, late])
      await this.#recognise(database)
      return database
    } catch (error) {
      // If the open succeeds after all, nobody waits for it any more.
      opening.then(
        (database) => database.close(),
        () => {},
      )
      if (refusal) throw refusal
      if (error instanceof DOMException && error.name === 'VersionError')
        throw await this.#newerOrForeign(error)
      throw storageFailure(error, this.name)
    } finally {
      clearTimeout(timer)
    }
  }

  /** Refuses a database that is not of our making, or not the one this page has been working on. */
  async #recognise(database: IcnDatabase): Promise<void> {
    if (!STORE_NAMES.every((name) => database.objectStoreNames.contains(name))) throw this.#foreign()
    const found = readFormat(await database.get('meta', FORMAT_KEY))
    if (!found) throw this.#foreign()
    if (found.format !== FORMAT) {
      throw new IcnError(
        'VersionMismatch',
        `The database "${this.name}" is written in format ${found.format}, and this build reads format ${FORMAT}. Reload the page to get the build that fits.`,
        { data: { reason: 'format', database: this.name, format: found.format, supported: FORMAT } },
      )
    }
    if (this.#generation !== undefined && this.#generation !== found.generation) throw this.#cleared(false)
    this.#generation = found.generation
  }

  async read(reads: readonly Read[]): Promise<readonly (readonly unknown[])[]> {
    // Reading twice does no harm, so a connection that was taken away is replaced without a word.
    try {
      return await this.#read(reads)
    } catch (error) {
      if (!IcnError.is(error, 'StorageUnavailable') || error.data.reason !== 'interrupted') throw error
      return this.#read(reads)
    }
  }

  #read(reads: readonly Read[]): Promise<readonly (readonly unknown[])[]> {
    return this.#with(async (database) => {
      const transaction = database.transaction(storesOf(reads), 'readonly')
      const [results] = await Promise.all([runReads(transaction, reads), transaction.done])
      return results
    })
  }

  write({ reads = [], check, ops, durability = 'strict' }: Batch): Promise<boolean> {
    return this.#with(async (database) => {
      const transaction = database.transaction(storesOf([...reads, ...ops]), 'readwrite', { durability })
      let refused = false
      let failure: unknown
      const checked = runReads(transaction as unknown as Transaction, reads).then((results) => {
        try {
          refused = check !== undefined && !check(results)
        } catch (error) {
          refused = true
          failure = error
        }
        if (refused) transaction.abort()
      })
      // The writes are asked for together with the reads, which saves a round trip: a refusal aborts them all.
      const written = runOps(transaction, ops)
      try {
        await Promise.all([checked, written, transaction.done])
        return true
      } catch (error) {
        await transaction.done.catch(() => {})
        if (failure !== undefined) throw failure
        const reason = transaction.error ?? error
        if (refused || (reason instanceof DOMException && reason.name === 'ConstraintError')) return false
        throw reason
      }
    })
  }

  announce(message: Announcement): void {
    if (!this.#over) this.#channel.postMessage(message)
  }

  listen(listener: (message: Announcement) => void): () => void {
    this.#listeners.add(listener)
    return () => {
      this.#listeners.delete(listener)
    }
  }

  async lock<T>(purpose: string, task: () => Promise<T>): Promise<T> {
    if (!navigator.locks) return task()
    const patience = new AbortController()
    const timer = setTimeout(() => patience.abort(), this.#lockMs)
    let running: Promise<T> | undefined
    try {
      await navigator.locks.request(this.#lockName(purpose), { signal: patience.signal }, () => {
        clearTimeout(timer)
        running = task()
        return running
      })
    } catch (error) {
      if (!running && !patience.signal.aborted) throw storageFailure(error, this.name)
    } finally {
      clearTimeout(timer)
    }
    return running ?? task()
  }

  async tryLock<T>(purpose: string, task: () => Promise<T>): Promise<T | undefined> {
    if (!navigator.locks) return task()
    return navigator.locks.request(this.#lockName(purpose), { ifAvailable: true }, (lock) =>
      lock ? task() : undefined,
    ) as Promise<T | undefined>
  }

  async close(): Promise<void> {
    const connection = this.#connection
    this.#end(
      new IcnError('Closed', `The database "${this.name}" was closed here. Open it again to go on.`, {
        data: { database: this.name },
      }),
    )
    await connection?.then(
      (database) => database.close(),
      () => {},
    )
  }

  async #with<T>(work: (database: IcnDatabase) => Promise<T>): Promise<T> {
    const database = await this.connect()
    try {
      return await work(database)
    } catch (error) {
      if (this.#over) throw this.#over
      // A connection that is closing refuses new transactions before it says `close`: do not wait for the word.
      if (error instanceof DOMException && error.name === 'InvalidStateError') this.#connection = undefined
      throw storageFailure(error, this.name)
    }
  }

  #end(reason: IcnError): void {
    if (this.#over) return
    this.#over = reason
    this.#connection?.then(
      (database) => database.close(),
      () => {},
    )
    this.#connection = undefined
    this.#channel.close()
    this.#listeners.clear()
  }

  #lockName(purpose: string): string {
    return `icn-storage:${this.name}:${purpose}`
  }

  #blocked(): IcnError {
    return new IcnError(
      'StorageUnavailable',
      `The database "${this.name}" did not open within ${this.#openMs} ms, as a rule because another tab with an older build holds it. Close the other tabs of this site, then reload.`,
      { data: { reason: 'blocked', database: this.name, limit: this.#openMs } },
    )
  }

  #outdated(version: number): IcnError {
    return new IcnError(
      'VersionMismatch',
      `Another tab brought the database "${this.name}" to version ${version}; this page was built for version ${this.#version}. Reload the page to get the newer build.`,
      { data: { reason: 'outdated', database: this.name, version, supported: this.#version } },
    )
  }

  get #version(): number {
    return this.#steps.length
  }

  #notMigrated(from: number, cause: unknown): IcnError {
    return new IcnError(
      'StorageUnavailable',
      `The database "${this.name}" could not be brought from version ${from} to version ${this.#version} and is as it was: ${cause instanceof Error ? cause.message : String(cause)}. Go back to the build before, and export from there.`,
      { data: { reason: 'migration', database: this.name, version: from, supported: this.#version }, cause },
    )
  }

  #cleared(damaged: boolean): IcnError {
    const what = damaged
      ? 'The browser found the files of the database damaged and threw them away'
      : "The site's data was cleared while the page was open"
    return new IcnError(
      'StorageUnavailable',
      `${what}: what "${this.name}" held is gone. Reload the page to start anew, or restore from an export.`,
      { data: { reason: damaged ? 'dataLoss' : 'cleared', database: this.name } },
    )
  }

  #foreign(): IcnError {
    return new IcnError(
      'StorageUnavailable',
      `There is a database "${this.name}" on this site that icn-runtime-web did not make; it is left as it is. Start with another database name.`,
      { data: { reason: 'foreign', database: this.name } },
    )
  }

  async #newerOrForeign(cause: DOMException): Promise<IcnError> {
    const database = await openDB(this.name).catch(() => undefined)
    try {
      const version = database?.version ?? 0
      const ours =
        database?.objectStoreNames.contains('meta') &&
        readFormat(await database.get('meta', FORMAT_KEY)) !== undefined
      if (!ours) return this.#foreign()
      return new IcnError(
        'VersionMismatch',
        `The database "${this.name}" has version ${version}, made by a newer build than this one, which knows version ${this.#version}. Reload the page to get the newer build.`,
        { data: { reason: 'newer', database: this.name, version, supported: this.#version }, cause },
      )
    } finally {
      database?.close()
    }
  }
}

function storesOf(items: readonly { readonly store: StoreName }[]): StoreName[] {
  return [...new Set(items.map(({ store }) => store))]
}

async function runReads(
  transaction: Transaction,
  reads: readonly Read[],
): Promise<readonly (readonly unknown[])[]> {
  return Promise.all(reads.map((read) => runRead(transaction, read)))
}

async function runRead(
  transaction: Transaction,
  { store, range, limit, reverse, keys }: Read,
): Promise<unknown[]> {
  const objects = transaction.objectStore(store as 'meta')
  const query = toRange(range) as IDBKeyRange | undefined
  const count = Number.isFinite(limit) ? limit : undefined
  if (!reverse) return keys ? objects.getAllKeys(query, count) : objects.getAll(query, count)
  if ('getAllRecords' in objects) {
    const request = (unwrap(objects) as unknown as RecordSource).getAllRecords({
      query,
      count,
      direction: 'prev',
    })
    const records = await wrap(request)
    return records.map((record) => (keys ? record.key : record.value))
  }
  const found: unknown[] = []
  for (let cursor = await objects.openCursor(query, 'prev'); cursor; cursor = await cursor.continue()) {
    found.push(keys ? cursor.key : cursor.value)
    if (found.length >= limit) break
  }
  return found
}

/** IndexedDB 3's way to read backwards in one request, where there is one; it is not in TypeScript's library yet. */
interface RecordSource {
  getAllRecords(options: {
    query: IDBKeyRange | undefined
    count: number | undefined
    direction: 'prev'
  }): IDBRequest<{ key: unknown; value: unknown }[]>
}

async function runOps(transaction: ReadwriteTransaction, ops: Batch['ops']): Promise<void> {
  const requests: Promise<unknown>[] = []
  try {
    for (const op of ops) {
      const objects = transaction.objectStore(op.store as 'meta')
      if (op.op === 'delete') requests.push(objects.delete(toRange(op.range) as IDBKeyRange))
      else if (op.op === 'add') requests.push(objects.add(op.value, op.key as string))
      else requests.push(objects.put(op.value, op.key as string))
    }
  } catch (error) {
    // A value that cannot be cloned is refused here and now; what was asked before it must not be committed.
    for (const request of requests) request.catch(() => {})
    transaction.done.catch(() => {})
    transaction.abort()
    throw error
  }
  await Promise.all(requests)
}

function toRange({ from, after, to, before }: KeyRange): IDBKeyRange | undefined {
  const lower = from ?? after
  const upper = to ?? before
  const key = (bound: StoreKey): IDBValidKey => (typeof bound === 'object' ? [bound[0], bound[1]] : bound)
  if (lower !== undefined && upper !== undefined) {
    return IDBKeyRange.bound(key(lower), key(upper), from === undefined, to === undefined)
  }
  if (lower !== undefined) return IDBKeyRange.lowerBound(key(lower), from === undefined)
  if (upper !== undefined) return IDBKeyRange.upperBound(key(upper), to === undefined)
  return undefined
}

function readAnnouncement(data: unknown): Announcement | undefined {
  if (typeof data !== 'object' || data === null) return undefined
  const { epoch, manifest = 0, crowded } = data as Record<string, unknown>
  if (!Number.isSafeInteger(epoch) || !Number.isSafeInteger(manifest)) return undefined
  return { epoch: epoch as number, manifest: manifest as number, crowded: crowded === true }
}
