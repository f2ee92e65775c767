/**
 * What a page imports: one call that starts the runtime in a worker, the error class, the types.
 *
 * @module icn-runtime-web
 */
import { type StartOptions, start } from './client/start.ts'

export type { RuntimeClient } from './client/facade.ts'
export type { StartOptions } from './client/start.ts'
export { Cid, type CidJson } from './common/cid.ts'
export { Did, type DidJson } from './common/did.ts'
export {
  ICN_ERROR_CODES,
  IcnError,
  type IcnErrorCode,
  type IcnErrorData,
  type IcnErrorOptions,
} from './common/errors.ts'
export type * from './protocol/api.ts'

/**
 * Starts the runtime in a worker of its own, on the IndexedDB database named in the options.
 *
 * @param options each has a default
 * @returns the node; every tab that names the same database is the same node
 *
 * @example
 * await using runtime = await startRuntime({ database: 'my-node' })
 * const { receiptCid, fuelUsed } = await runtime.run(bytes)
 *
 * @throws IcnError InvalidSpec naming an option that is not allowed, CryptoError where the page is neither on https nor on
 * localhost, StorageUnavailable when the database cannot be opened, VersionMismatch when page and worker come from
 * different releases, WorkerCrashed when the worker cannot be loaded, Aborted by `signal`
 */
export function startRuntime(options: StartOptions = {}) {
  return start(options, () => new Worker(new URL('./worker.js', import.meta.url), { type: 'module' }))
}
