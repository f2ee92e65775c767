/**
 * The peer: a bare IndexedDB loop without a runtime. It writes the facts one job leaves, taken from a job of the runtime
 * in the same run, one row each, strict, so many jobs a transaction; and it reads and hashes blocks kept one row each.
 */
import { cidKey } from './measure.ts'

/** What one job leaves, by the store it goes to. Ten facts: job, its block, escrow, result, receipt, its block, record, account, two ledger entries. */
export type JobFacts = readonly (readonly [store: string, value: unknown])[]

const STORES = ['jobs', 'blocks', 'escrows', 'results', 'receipts', 'accounts', 'journal'] as const

export function openBare(name: string): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(name, 1)
    request.onupgradeneeded = () => {
      for (const store of STORES) request.result.createObjectStore(store)
    }
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
}

/** One transaction with the facts of `count` jobs. */
export function writeJobs(
  database: IDBDatabase,
  facts: JobFacts,
  from: number,
  count: number,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(STORES, 'readwrite', { durability: 'strict' })
    for (let n = from; n < from + count; n++) {
      facts.forEach(([store, value], i) => {
        const key = store === 'accounts' ? 'did:key:node' : cidKey(n * facts.length + i)
        transaction.objectStore(store).put(value, key)
      })
    }
    transaction.oncomplete = () => resolve()
    transaction.onabort = () => reject(transaction.error)
  })
}

/** One row in one strict transaction: the least a durable promise can cost. */
export function writeOne(database: IDBDatabase, value: unknown, n: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const transaction = database.transaction('blocks', 'readwrite', { durability: 'strict' })
    transaction.objectStore('blocks').put(value, cidKey(n))
    transaction.oncomplete = () => resolve()
    transaction.onabort = () => reject(transaction.error)
  })
}

/** Blocks one row each; relaxed, since only reading them is measured. */
export function writeBlocks(database: IDBDatabase, blocks: ReadonlyMap<string, unknown>): Promise<void> {
  return new Promise((resolve, reject) => {
    const transaction = database.transaction('blocks', 'readwrite', { durability: 'relaxed' })
    for (const [cid, block] of blocks) transaction.objectStore('blocks').put(block, cid)
    transaction.oncomplete = () => resolve()
    transaction.onabort = () => reject(transaction.error)
  })
}

/** Reads every block, a thousand at a time, and hashes its bytes with WebCrypto. @returns how many there were */
export async function readAndHash(database: IDBDatabase): Promise<number> {
  let count = 0
  for (let after = ''; ; ) {
    const range = IDBKeyRange.lowerBound(after, true)
    const source = database.transaction('blocks').objectStore('blocks')
    const [keys, blocks] = await Promise.all([
      answer(source.getAllKeys(range, 1_000)),
      answer<{ data: Uint8Array<ArrayBuffer> }[]>(source.getAll(range, 1_000)),
    ])
    if (keys.length === 0) return count
    await Promise.all(blocks.map(({ data }) => crypto.subtle.digest('SHA-256', data)))
    count += keys.length
    after = keys.at(-1) as string
  }
}

export function answer<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
}
