/** What an import leaves behind until it has ended. */
import { type Table, table } from '../storage/types.ts'

interface ImportRow {
  /** `staging`: nothing of it counts. `putting`: it is accepted, what is left of its blocks is still to be put. */
  readonly phase: 'staging' | 'putting'
  readonly blocks: number
}

/** By import: a random id. */
export const IMPORTS: Table<ImportRow> = table('imports')
