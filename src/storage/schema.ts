/** The IndexedDB side of the layout: its stores, its version, and the numbered steps from every earlier version. */
import type { DBSchema, IDBPDatabase, IDBPTransaction, StoreNames } from 'idb'
import { FORMAT } from './frame.ts'
import { FORMAT_KEY, genesis, MAGIC, randomId } from './manifest.ts'
import { STORE_NAMES } from './store.ts'

export interface IcnSchema extends DBSchema {
  meta: { key: string; value: unknown }
  log: { key: number; value: unknown }
  pages: { key: [run: number, last: string]; value: unknown }
  filters: { key: number; value: unknown }
  large: { key: number; value: unknown }
  keys: { key: string; value: unknown }
}

export type IcnDatabase = IDBPDatabase<IcnSchema>
type Upgrade = IDBPTransaction<IcnSchema, StoreNames<IcnSchema>[], 'versionchange'>

/** Leads from one version to the next, inside the upgrade transaction: all of it or nothing. */
export type Step = (database: IcnDatabase, transaction: Upgrade) => void | Promise<void>

/** Step n leads from version n to n + 1. Never edit a step; add one, and a fixture of the version it leaves behind. */
export const STEPS: readonly Step[] = [
  (database, transaction) => {
    for (const name of STORE_NAMES) database.createObjectStore(name)
    for (const op of genesis({ magic: MAGIC, format: FORMAT, generation: randomId() })) {
      if (op.op === 'delete') continue
      transaction.objectStore(op.store as 'meta').put(op.value, op.key as string)
    }
  },
]

export const SCHEMA_VERSION = STEPS.length

/** The steps from version `from` on, in order. A step that fails leaves the database as it was. */
export async function migrate(
  steps: readonly Step[],
  database: IcnDatabase,
  from: number,
  transaction: Upgrade,
): Promise<void> {
  // A step may await requests of this transaction and nothing else, or it would be over before the next begins.
  for (const step of steps.slice(from)) {
    const done = step(database, transaction)
    if (done !== undefined) await done
  }
}

/** The generation of a database of ours, or undefined for anything else. */
export function readFormat(
  row: unknown,
): { readonly format: number; readonly generation: string } | undefined {
  if (typeof row !== 'object' || row === null) return undefined
  const { magic, format, generation } = row as Record<string, unknown>
  if (magic !== MAGIC || typeof format !== 'number' || typeof generation !== 'string') return undefined
  return { format, generation }
}

export { FORMAT_KEY }
