/** The worker's end of streams: transfers by number, each one an export being read or an import being fed. */
import { expectBytes, inWords } from '../common/bytes.ts'
import { IcnError } from '../common/errors.ts'
import type { IcnRuntime, ImportProgress, ImportResult } from '../protocol/api.ts'
import type { TransferKind, Transfers } from '../protocol/transfers.ts'

interface Reading {
  readonly reader: ReadableStreamDefaultReader<Uint8Array>
}

interface Writing {
  readonly writer: WritableStreamDefaultWriter<Uint8Array>
  readonly result: Promise<ImportResult>
  readonly controller: AbortController
  progress: ImportProgress
  onProgress?: ((progress: ImportProgress) => void) | undefined
}

/** A page that opens transfers and forgets them is told so before they weigh. */
const MOST_OPEN = 64

export function serveTransfers({ dag }: Pick<IcnRuntime, 'dag'>): Transfers {
  const open = new Map<string, Reading | Writing>()

  const find = <K extends 'reader' | 'writer'>(transfer: string, key: K) => {
    const found = open.get(transfer)
    if (found !== undefined && key in found) return found as K extends 'reader' ? Reading : Writing
    throw new IcnError(
      'WorkerCrashed',
      `Transfer ${inWords(transfer)} is not open in this worker: the one it began in has ended, or it was ended itself.`,
      { data: { reason: 'unknownTransfer' } },
    )
  }

  const startImport = (): Writing => {
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
    const controller = new AbortController()
    const transfer: Writing = {
      writer: writable.getWriter(),
      controller,
      progress: { bytes: 0, blocks: 0 },
      result: dag.import(readable, {
        signal: controller.signal,
        onProgress: (progress) => {
          transfer.progress = progress
          transfer.onProgress?.(progress)
        },
      }),
    }
    // Told to whoever writes next; until then nobody is there to be told.
    transfer.result.catch(() => {})
    transfer.writer.closed.catch(() => {})
    return transfer
  }

  return {
    async open(kind: TransferKind) {
      if (open.size >= MOST_OPEN) {
        throw new IcnError('ResourceLimitExceeded', `${MOST_OPEN} transfers are open; end one first.`, {
          data: { reason: 'openTransfers', limit: MOST_OPEN },
        })
      }
      const transfer = crypto.randomUUID()
      if (kind === 'import') open.set(transfer, startImport())
      else if (kind === 'export') open.set(transfer, { reader: (await dag.export()).getReader() })
      else if (kind === 'exportCar') open.set(transfer, { reader: (await dag.exportCar()).getReader() })
      else throw new IcnError('InvalidSpec', `There is no transfer named ${inWords(kind)}.`)
      return transfer
    },

    async read(transfer) {
      const { reader } = find(transfer, 'reader')
      try {
        const { done, value } = await reader.read()
        if (done) open.delete(transfer)
        return value
      } catch (error) {
        open.delete(transfer)
        throw error
      }
    },

    async write(transfer, chunk) {
      const writing = find(transfer, 'writer')
      expectBytes(chunk, 'A chunk')
      // A write into a stream nobody reads any more never ends; the import's own end always comes.
      await Promise.race([settled(writing), writing.writer.write(chunk).catch(() => settled(writing))])
      return writing.progress
    },

    async finish(transfer, { signal, onProgress } = {}) {
      const writing = find(transfer, 'writer')
      writing.onProgress = onProgress
      signal?.addEventListener('abort', () => writing.controller.abort(signal.reason))
      writing.writer.close().catch(() => {})
      return writing.result.finally(() => open.delete(transfer))
    },

    async cancel(transfer) {
      const found = open.get(transfer)
      open.delete(transfer)
      if (found === undefined) return
      if ('reader' in found) {
        await found.reader.cancel()
        return
      }
      found.controller.abort(new IcnError('Aborted', 'The import was aborted by its caller.'))
      await found.result.catch(() => {})
    },
  }

  /** Rejects when the import has failed. */
  async function settled({ result }: Writing): Promise<void> {
    await result
  }
}
