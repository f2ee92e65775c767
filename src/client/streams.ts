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
  VerifyAllOptions,
  VerifyAllResult,
} from '../protocol/api.ts'
import type { MethodName } from '../protocol/methods.ts'
import type { TransferKind } from '../protocol/transfers.ts'

type Calling = (method: MethodName, args: readonly unknown[]) => Promise<unknown>

export function streams(
  call: Calling,
): Pick<IcnRuntime['dag'], 'export' | 'exportCar' | 'import' | 'verifyAll'> {
  return {
    export: (options) => download(call, 'export', options),
    exportCar: (options) => download(call, 'exportCar', options),
    import: (stream, options) => asked('dag.import', upload(call, stream, options)),
    verifyAll: (options) => asked('dag.verifyAll', verifyAll(call, options)),
  }
}

/** What the caller's own functions and options throw becomes an IcnError, too. */
function asked<T>(method: string, answer: Promise<T>): Promise<T> {
  return answer.catch((thrown: unknown) => {
    if (thrown instanceof IcnError) throw thrown
    throw new IcnError('InvalidSpec', `What ${method} was given failed: ${thrown}`, { cause: thrown })
  })
}

async function download(
  call: Calling,
  kind: TransferKind,
  options: CallOptions = {},
): Promise<ReadableStream<Uint8Array>> {
  const transfer = await call('transfers.open', [kind, options])
  const cancel = () => call('transfers.cancel', [transfer]).catch(() => {}) as Promise<void>
  return new ReadableStream<Uint8Array>({
    pull: (controller) =>
      call('transfers.read', [transfer, options]).then(
        (chunk) => (chunk === undefined ? controller.close() : controller.enqueue(chunk as Uint8Array)),
        (error) => {
          cancel()
          throw error
        },
      ),
    cancel,
  })
}

async function upload(
  call: Calling,
  stream: ReadableStream<Uint8Array>,
  options: { readonly onProgress?: (progress: ImportProgress) => void } & CallOptions = {},
): Promise<ImportResult> {
  const { signal, onProgress = () => {} } = options
  const transfer = await call('transfers.open', ['import', { signal }])
  let reader: ReadableStreamDefaultReader<Uint8Array> | undefined
  // A read that waits ends with it, as if the file did.
  const giveUp = () => reader?.cancel().catch(() => {})
  signal?.addEventListener('abort', giveUp, { once: true })
  try {
    reader = stream.getReader()
    for (;;) {
      const { done, value } = await reader.read()
      // Once aborted, each of these calls says so.
      if (done) return (await call('transfers.finish', [transfer, { signal, onProgress }])) as ImportResult
      onProgress((await call('transfers.write', [transfer, value, { signal }])) as ImportProgress)
    }
  } catch (error) {
    giveUp()
    await call('transfers.cancel', [transfer]).catch(() => {})
    throw error
  }
}

/** The worker reports, the page answers, the worker repairs: a function stays on its side. */
async function verifyAll(call: Calling, options: VerifyAllOptions = {}): Promise<VerifyAllResult> {
  const { repair, signal } = options
  if (typeof repair !== 'function') return call('dag.verifyAll', [options]) as Promise<VerifyAllResult>
  const report = (await call('dag.verifyAll', [{ ...options, repair: 'report' }])) as VerifyAllResult
  let repaired = 0
  for (const { cid } of report.bad) {
    const bad = (await call('dag.examine', [cid, { signal }])) as ExaminedBlock | undefined
    if (bad?.reason && (await call('dag.repair', [cid, await repair(bad), { signal }]))) repaired++
  }
  return { ...report, repaired }
}
