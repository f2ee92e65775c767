/** The determinism corpus in a browser nobody drives: runs by itself and posts what it saw. */
import { runCorpus } from '../../src/wasm/verify/determinism/corpus.ts'

const seen = runCorpus(async (path) => new Uint8Array(await (await fetch(`/${path}`)).arrayBuffer())).catch(
  (error: unknown) => ({ failed: String(error) }),
)
const browser = navigator.userAgent
await fetch('/report', { method: 'POST', body: JSON.stringify({ browser, seen: await seen }) })
