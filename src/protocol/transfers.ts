/**
 * How a stream crosses the worker boundary: as calls, chunk by chunk. Streams can be transferred in some browsers only,
 * and a transferred one hangs for ever when its worker dies; a call settles whatever happens.
 */
import type { CallOptions, ImportProgress, ImportResult } from './api.ts'

export type TransferKind = 'export' | 'exportCar' | 'import'

export interface Transfers {
  /** @returns the transfer's number in this worker */
  open(kind: TransferKind, options?: CallOptions): Promise<string>
  /** The next chunk of an export; undefined at its end. @throws IcnError WorkerCrashed when it began in another worker */
  read(transfer: string, options?: CallOptions): Promise<Uint8Array | undefined>
  /** Resolves when there is room for more. @throws IcnError what the import failed with */
  write(transfer: string, chunk: Uint8Array, options?: CallOptions): Promise<ImportProgress>
  /** No more chunks will come; resolves when the import is done. Progress tells the page that the worker lives. */
  finish(
    transfer: string,
    options?: { readonly onProgress?: (progress: ImportProgress) => void } & CallOptions,
  ): Promise<ImportResult>
  cancel(transfer: string, options?: CallOptions): Promise<void>
}
