/** The clocks of background tasks, apart from the tasks: a new database begins with them. */
import { type Table, table } from '../storage/types.ts'

/** When the background check last ended, ms since the epoch: one row, `integrity`. */
export const CLOCKS: Table<number> = table('runtimeClocks')
