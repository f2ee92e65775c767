/** The store in memory: same semantics as IndexedDB's, for tests, Node and pages that want nothing kept. */
import { IcnError } from '../common/errors.ts'
import { FORMAT } from './frame.ts'
import { genesis, MAGIC, randomId } from './manifest.ts'
import type { Announcement, Batch, KeyRange, Op, Read, Store, StoreKey, StoreName } from './store.ts'

/** What several memory stores ("tabs") share: the records, the announcements and the locks. */
export class MemoryDatabase {
  readonly name: string
  readonly listeners = new Set<(message: Announcement, from: object) => void>()
  readonly locks = new Map<string, Promise<unknown>>()
  readonly #tables: Record<StoreName, SortedRecords>

  constructor(name = 'memory') {
    this.name = name
    this.#tables = { meta: [], log: [], pages: [], filters: [], large: [], keys: [] }
    for (const op of genesis({ magic: MAGIC, format: FORMAT, generation: randomId() })) this.#apply(op)
  }

  read({ store, range, limit, reverse, keys }: Read): readonly unknown[] {
    const records = this.#tables[store]
    const [start, end] = bounds(records, range)
    const found = reverse
      ? records.slice(Math.max(start, end - limit), end).reverse()
      : records.slice(start, Math.min(end, start + limit))
    return found.map((record) => (keys ? record.key : record.value))
  }

  write({ reads = [], check, ops }: Batch): boolean {
    if (check && !check(reads.map((read) => this.read(read)))) return false
    for (const op of ops) {
      if (
        op.op === 'add' &&
        this.read({ store: op.store, range: { from: op.key, to: op.key }, limit: 1 }).length > 0
      ) {
        return false
      }
    }
    for (const op of ops) this.#apply(op)
    return true
  }

  /** Records in every store: lets a test see that nothing is left behind. */
  count(store: StoreName): number {
    return this.#tables[store].length
  }

  #apply(op: Op): void {
    const records = this.#tables[op.store]
    if (op.op === 'delete') {
      const [start, end] = bounds(records, op.range)
      records.splice(start, end - start)
      return
    }
    // Bytes are copied as a database would; key objects are the only other values and are kept as they are.
    const value = op.value instanceof Uint8Array ? op.value.slice() : op.value
    const at = position(records, op.key, false)
    const exists = at < records.length && compareKeys(records[at]!.key, op.key) === 0
    records.splice(at, exists ? 1 : 0, { key: op.key, value })
  }
}

type SortedRecords = { readonly key: StoreKey; readonly value: unknown }[]

export function openMemoryStore(database = new MemoryDatabase()): Store {
  const self = {}
  const listeners = new Set<(message: Announcement) => void>()
  const hear = (message: Announcement, from: object): void => {
    if (from !== self) for (const listener of listeners) listener(message)
  }
  database.listeners.add(hear)
  let closed = false

  async function alive(): Promise<void> {
    await null
    if (closed) throw new IcnError('Closed', `The memory database "${database.name}" was closed.`)
  }

  async function tryLock<T>(purpose: string, task: () => Promise<T>): Promise<T | undefined> {
    if (database.locks.has(purpose)) return undefined
    const run = task()
    const settled = run.then(
      () => undefined,
      () => undefined,
    )
    database.locks.set(purpose, settled)
    await settled
    database.locks.delete(purpose)
    return run
  }

  return {
    name: database.name,
    async read(reads) {
      await alive()
      return reads.map((read) => database.read(read))
    },
    async write(batch) {
      await alive()
      return database.write(batch)
    },
    announce(message) {
      queueMicrotask(() => {
        for (const listener of database.listeners) listener(message, self)
      })
    },
    listen(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    tryLock,
    async lock(purpose, task) {
      while (database.locks.has(purpose)) await database.locks.get(purpose)
      return (await tryLock(purpose, task))!
    },
    async close() {
      closed = true
      listeners.clear()
      database.listeners.delete(hear)
    },
  }
}

function bounds(records: SortedRecords, range: KeyRange): [start: number, end: number] {
  let start = 0
  let end = records.length
  if (range.from !== undefined) start = position(records, range.from, false)
  else if (range.after !== undefined) start = position(records, range.after, true)
  if (range.to !== undefined) end = position(records, range.to, true)
  else if (range.before !== undefined) end = position(records, range.before, false)
  return [start, Math.max(start, end)]
}

/** Index of the first record at or (when `past`) strictly after the key. */
function position(records: SortedRecords, key: StoreKey, past: boolean): number {
  let low = 0
  let high = records.length
  while (low < high) {
    const middle = (low + high) >>> 1
    const order = compareKeys(records[middle]!.key, key)
    if (order < 0 || (past && order === 0)) low = middle + 1
    else high = middle
  }
  return low
}

function compareKeys(a: StoreKey, b: StoreKey): number {
  const rank = (key: StoreKey): number => (typeof key === 'number' ? 0 : typeof key === 'string' ? 1 : 2)
  if (rank(a) !== rank(b)) return rank(a) - rank(b)
  if (typeof a === 'object' && typeof b === 'object') return a[0] - b[0] || compareKeys(a[1], b[1])
  return a < b ? -1 : a > b ? 1 : 0
}
