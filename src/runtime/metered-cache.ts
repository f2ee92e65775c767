/**
 * Metered modules kept from one visit to the next, so that a reload does not meter again. A cache and nothing else: a
 * database of its own beside the state, so that it is in no export, takes part in no commit, and may be emptied at any
 * time; whatever goes wrong with it is the same as finding nothing.
 *
 * Only this runtime writes here, and a row is used only for the very module, table, limits, options and version of the
 * rewriter it was made with, while its digest holds. Another script of this origin could write here too, as it could
 * write over everything else of the origin.
 */
import { type DBSchema, type IDBPDatabase, openDB } from 'idb'
import { concatBytes, equalBytes, utf8 } from '../common/bytes.ts'
import type { MeteredModule, MeterOptions, WasmLimits } from '../wasm/types.ts'
import { REWRITER_VERSION } from '../wasm/version.ts'

interface Row {
  readonly bytes: Uint8Array<ArrayBuffer>
  /** JSON of everything else about the module. */
  readonly facts: string
  /** SHA-256 over the row's key, facts and bytes. */
  readonly digest: Uint8Array
}

interface Use {
  readonly size: number
  /** Milliseconds since the epoch. */
  readonly used: number
  readonly rewriter: number
}

interface CacheSchema extends DBSchema {
  metered: { key: string; value: Row }
  /** The same keys; apart, so that what is to go can be found without loading modules. */
  uses: { key: string; value: Use }
}

export interface MeteredCacheOptions {
  /** Most bytes of metered modules together. 64 MiB. */
  readonly mostBytes?: number
  /** How long is waited for the database before metering anew. */
  readonly patienceMs?: number
  readonly rewriter?: number
}

/** What a metered module was made from: all of it, or the row would be used for another. */
export interface MeteredFrom {
  /** Of the original module. */
  readonly cid: string
  readonly options: Omit<MeterOptions, 'limits'> & { readonly limits: Partial<WasmLimits> }
}

export class MeteredCache {
  readonly #name: string
  readonly #mostBytes: number
  readonly #patienceMs: number
  readonly #rewriter: number
  #connection: Promise<IDBPDatabase<CacheSchema>> | undefined
  #writing: Promise<void> = Promise.resolve()

  /** @param name of the database; modules are known by their CIDs, so all runtimes of an origin may share one */
  constructor(name: string, options: MeteredCacheOptions = {}) {
    this.#name = name
    this.#mostBytes = options.mostBytes ?? 64 * 1024 * 1024
    this.#patienceMs = options.patienceMs ?? 1_000
    this.#rewriter = options.rewriter ?? REWRITER_VERSION
  }

  /** The module as it is kept, or as `make` gives it, which is then kept. @throws only what `make` throws */
  async through(
    from: MeteredFrom,
    make: () => MeteredModule | Promise<MeteredModule>,
  ): Promise<MeteredModule> {
    const key = keyOf(from, this.#rewriter)
    const kept = await this.#within(this.#read(key))
    if (kept !== undefined) return kept
    const made = await make()
    this.#writing = this.#writing.then(() => this.#write(key, made)).catch(() => {})
    return made
  }

  /** Resolves when what is under way is written. */
  async close(): Promise<void> {
    await this.#within(this.#writing)
    const connection = await this.#within(this.#connection ?? Promise.resolve(undefined))
    connection?.close()
    this.#connection = undefined
  }

  async #read(key: string): Promise<MeteredModule | undefined> {
    const database = await this.#connect()
    const row = await database.get('metered', key)
    if (row === undefined) return undefined
    const found = await decode(key, row)
    if (found === undefined) {
      const dropping = database.transaction(['metered', 'uses'], 'readwrite', { durability: 'relaxed' })
      void dropping.objectStore('metered').delete(key)
      void dropping.objectStore('uses').delete(key)
      await dropping.done
      return undefined
    }
    const use = { size: sizeOf(row), used: Date.now(), rewriter: this.#rewriter }
    // Nobody waits for it: a use that is not noted makes the row look older than it is.
    database.put('uses', use, key).catch(() => {})
    return found
  }

  /** Makes room among the least lately used, those of other rewriters first, then puts the row. */
  async #write(key: string, { bytes, ...facts }: MeteredModule): Promise<void> {
    const text = JSON.stringify(facts)
    const row: Row = { bytes, facts: text, digest: await digestOf(key, text, bytes) }
    const size = sizeOf(row)
    if (size > this.#mostBytes) return
    const database = await this.#connect()
    const tx = database.transaction(['metered', 'uses'], 'readwrite', { durability: 'relaxed' })
    const metered = tx.objectStore('metered')
    const uses = tx.objectStore('uses')
    const rows: (Use & { key: string })[] = []
    for (let cursor = await uses.openCursor(); cursor !== null; cursor = await cursor.continue())
      if (cursor.key !== key) rows.push({ ...cursor.value, key: cursor.key })
    const age = ({ used, rewriter }: Use) => (rewriter === this.#rewriter ? used : 0)
    rows.sort((a, b) => age(a) - age(b))
    let total = rows.reduce((sum, row) => sum + row.size, size)
    for (const old of rows) {
      if (total <= this.#mostBytes && old.rewriter === this.#rewriter) break
      total -= old.size
      void metered.delete(old.key)
      void uses.delete(old.key)
    }
    void metered.put(row, key)
    void uses.put({ size, used: Date.now(), rewriter: this.#rewriter }, key)
    await tx.done
  }

  #connect(): Promise<IDBPDatabase<CacheSchema>> {
    const forget = () => {
      this.#connection = undefined
    }
    this.#connection ??= openDB<CacheSchema>(this.#name, 1, {
      upgrade(database) {
        database.createObjectStore('metered')
        database.createObjectStore('uses')
      },
      blocking: (_current, _blocked, event) => {
        forget()
        ;(event.target as IDBDatabase).close()
      },
      terminated: forget,
    }).catch((error: unknown) => {
      forget()
      throw error
    })
    return this.#connection
  }

  /** What comes of it in time; else, or when it fails, undefined. */
  #within<T>(work: Promise<T>): Promise<T | undefined> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, this.#patienceMs, undefined)
      work.then(
        (value) => {
          clearTimeout(timer)
          resolve(value)
        },
        () => {
          clearTimeout(timer)
          resolve(undefined)
        },
      )
    })
  }
}

function keyOf({ cid, options }: MeteredFrom, rewriter: number): string {
  const { limits, table = 'wasmtime-35', canonicalNaN = true, profile = false } = options
  const bounds = Object.entries(limits).sort(([a], [b]) => (a < b ? -1 : 1))
  return JSON.stringify([rewriter, cid, table, canonicalNaN, profile, bounds])
}

function sizeOf({ bytes, facts }: Row): number {
  return bytes.length + facts.length
}

async function digestOf(key: string, facts: string, bytes: Uint8Array): Promise<Uint8Array> {
  const whole = concatBytes(utf8(JSON.stringify([key, facts])), bytes) as Uint8Array<ArrayBuffer>
  return new Uint8Array(await crypto.subtle.digest('SHA-256', whole))
}

/** Undefined for a row that is not whole. */
async function decode(key: string, row: unknown): Promise<MeteredModule | undefined> {
  const { bytes, facts, digest } = row as Partial<Row>
  if (!(bytes instanceof Uint8Array) || typeof facts !== 'string' || !(digest instanceof Uint8Array))
    return undefined
  if (!equalBytes(digest, await digestOf(key, facts, bytes))) return undefined
  return { ...(JSON.parse(facts) as Omit<MeteredModule, 'bytes'>), bytes }
}
