/**
 * The page's end of streams, and of repairs that ask the page: calls that cannot cross the worker boundary as they are,
 * made of calls that can.
 */
import { IcnError } from '../common/errors.ts'
import type {
  CallOptions,
  ExaminedBlock,
  IcnRuntime,
  ImportProgress,
  ImportResult,
  RepairAnswer,
  VerifyAllOptions,
  VerifyAllResult,
} from '../protocol/api.ts'
import type { MethodName } from '../protocol/methods.ts'
import type { TransferKind } from '../protocol/transfers.ts'

type Calling = (method: MethodName, args: readonly unknown[]) => Promise<unknown>

/** Larger chunks of a page's stream are cut, so that no message holds the worker for long. */
const CHUNK_BYTES = 1024 * 1024

export function streams(
  call: Calling,
): Pick<IcnRuntime['dag'], 'export' | 'exportCar' | 'import' | 'verifyAll'> {
  return {
    export: (options) => download(call, 'export', options),
    exportCar: (options) => download(call, 'exportCar', options),
    import: (stream, options) => upload(call, stream, options),
    verifyAll: (options) => verifyAll(call, options),
  }
}

async function download(
  call: Calling,
  kind: TransferKind,
  options: CallOptions = {},
): Promise<ReadableStream<Uint8Array>> {
  const transfer = await call('transfers.open', [kind, options])
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const chunk = (await call('transfers.read', [transfer, options])) as Uint8Array | undefined
          if (chunk === undefined) controller.close()
          else controller.enqueue(chunk)
        } catch (error) {
          call('transfers.cancel', [transfer]).catch(() => {})
          throw error
        }
      },
      async cancel() {
        await call('transfers.cancel', [transfer])
      },
    },
    { highWaterMark: 0 },
  )
}

async function upload(
  call: Calling,
  stream: ReadableStream<Uint8Array>,
  options: { readonly onProgress?: (progress: ImportProgress) => void } & CallOptions = {},
): Promise<ImportResult> {
  const { signal, onProgress } = options
  if (typeof (stream as { getReader?: unknown } | null)?.getReader !== 'function') {
    throw new IcnError('InvalidSpec', 'What is imported must be a ReadableStream of Uint8Array chunks.')
  }
  const transfer = await call('transfers.open', ['import', { signal }])
  const reader = stream.getReader()
  const aborted = whenAborted(signal)
  try {
    for (;;) {
      const reading = reader.read()
      const { done, value } = await (aborted ? Promise.race([reading, aborted]) : reading)
      if (done) break
      if (!(value instanceof Uint8Array)) {
        throw new IcnError('InvalidSpec', 'The stream to import must give Uint8Array chunks.')
      }
      for (let at = 0; at < value.length; at += CHUNK_BYTES) {
        const chunk = value.slice(at, at + CHUNK_BYTES)
        const progress = (await call('transfers.write', [transfer, chunk, { signal }])) as ImportProgress
        onProgress?.(progress)
      }
    }
    const heard = (progress: ImportProgress) => onProgress?.(progress)
    return (await call('transfers.finish', [transfer, { signal, onProgress: heard }])) as ImportResult
  } catch (error) {
    reader.cancel(error).catch(() => {})
    await call('transfers.cancel', [transfer]).catch(() => {})
    throw IcnError.is(error)
      ? error
      : new IcnError('ProcessingFailure', `The stream to import failed: ${String(error)}`, { cause: error })
  }
}

function whenAborted(signal: AbortSignal | undefined): Promise<never> | undefined {
  if (signal === undefined) return undefined
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener(
      'abort',
      () =>
        reject(new IcnError('Aborted', 'dag.import was aborted by its caller.', { cause: signal.reason })),
      { once: true },
    )
  })
  aborted.catch(() => {})
  return aborted
}

/** The worker reports, the page answers, the worker repairs: a function stays on its side. */
async function verifyAll(call: Calling, options: VerifyAllOptions = {}): Promise<VerifyAllResult> {
  const { repair, ...plain } = options
  if (typeof repair !== 'function') return (await call('dag.verifyAll', [options])) as VerifyAllResult
  const { signal } = options
  const report = (await call('dag.verifyAll', [{ ...plain, repair: 'report' }])) as VerifyAllResult
  let repaired = 0
  for (const { cid } of report.bad) {
    const bad = (await call('dag.examine', [cid, { signal }])) as ExaminedBlock | undefined
    if (bad === undefined || bad.reason === null) continue
    const answer: RepairAnswer = await repair(bad)
    if (answer === 'report') continue
    if (await call('dag.repair', [cid, answer, { signal }])) repaired++
  }
  return { ...report, repaired }
}
