/** The main path in a browser nobody drives: the page goes it by itself and posts to the server what it found. */
import { IcnError, type RunProgress, startRuntime } from '../../src/index.ts'

const sample = async (name: string) => {
  const response = await fetch(`/samples/${name}.wasm`)
  return new Uint8Array(await response.arrayBuffer())
}

const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'no error',
    (error: unknown) => (IcnError.is(error) ? error.code : String(error)),
  )

async function mainPath() {
  let worker: Worker | undefined
  const options = {
    database: 'smoke',
    manaRegeneration: false,
    limits: { executionMs: 500, fuel: 2n ** 62n },
    worker: () => {
      worker = new Worker('/harness/worker.js', { type: 'module' })
      return worker
    },
  } as const
  const first = await startRuntime(options)
  const did = await first.identity.did()
  const { result, receiptCid } = await first.run(await sample('hello'))
  const told: RunProgress[] = []
  const late = await codeOf(first.run(await sample('endless'), { onProgress: (so) => told.push(so) }))
  const calls = told.map(({ hostCallCount }) => hostCallCount).join()
  const onThread = new Promise<void>((resolve) => {
    worker?.addEventListener('message', ({ data }) => {
      if (data.icn === 'guest' && data.guest) resolve()
    })
  })
  const killed = codeOf(first.run(await sample('endless')))
  await onThread
  worker?.terminate()
  const crashed = await killed
  const again = (await first.run(await sample('hello'))).result
  await first.close()
  const second = await startRuntime(options)
  const { signatureValid } = await second.receipts.get(receiptCid)
  const sameDid = (await second.identity.did()) === did
  const { escrow } = (await second.inspect()).manaTotals
  await second.close()
  const plain = { result, again, escrow }
  const texts = Object.fromEntries(Object.entries(plain).map(([name, value]) => [name, String(value)]))
  return { ...texts, late, calls, crashed, signatureValid, sameDid, browser: navigator.userAgent }
}

const report = await mainPath().catch((error: unknown) => ({
  error: String((error as Error).stack ?? error),
}))
await fetch('/report', { method: 'POST', body: JSON.stringify(report) })
