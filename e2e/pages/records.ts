/** Runs the contracts it finds at /corpus/ by itself and posts their records, and how verifying them went, in a browser that may not be driven. */
import { startRuntime } from '../../src/index.ts'
import { RECORD_OPTIONS, runCorpus } from './run-corpus.ts'

async function records() {
  const file = async (name: string) => {
    const response = await fetch(`/corpus/${name}`)
    if (!response.ok) throw new Error(`/corpus/${name}: ${response.status}`)
    return response
  }
  const names: string[] = await (await file('index.json')).json()
  const corpus = await Promise.all(
    names.map(async (name, n) => ({
      name,
      bytes: new Uint8Array(await (await file(`${n}.wasm`)).arrayBuffer()),
    })),
  )
  const worker = () => new Worker('/harness/worker.js', { type: 'module' })
  const runtime = await startRuntime({ ...RECORD_OPTIONS, worker })
  const seen = await runCorpus(runtime, corpus)
  // By workers inside of the worker, where the engine has them.
  const { verified, mismatched } = await runtime.receipts.verifyAll()
  const { counters } = await runtime.inspect()
  const workers = (counters.runtime_replay_workers_total ?? 0) > 0 || navigator.hardwareConcurrency < 2
  return { seen, verified, mismatched, workers }
}

const found = await records().catch((error: unknown) => ({ failed: String(error) }))
const browser = navigator.userAgent
await fetch('/report', { method: 'POST', body: JSON.stringify({ browser, ...found }) })
