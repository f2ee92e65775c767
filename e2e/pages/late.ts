/** Code that does not come, in a browser nobody drives: the server is told when to have it again. */
import { IcnError, startRuntime } from '../../src/index.ts'

const post = (body: object) => fetch('/report', { method: 'POST', body: JSON.stringify(body) })
let workers = 0
let replaced = () => {}
const replacement = new Promise<void>((resolve) => {
  replaced = resolve
})
const runtime = await startRuntime({
  database: 'late',
  manaRegeneration: false,
  integrityCheck: false,
  worker: () => {
    if (++workers === 2) replaced()
    return new Worker('/harness/worker.js', { type: 'module' })
  },
})
const bytes = new Uint8Array(await (await fetch('/samples/hello.wasm')).arrayBuffer())
const run = () =>
  runtime.run(bytes).then(
    ({ result }) => `${result}`,
    (error: unknown) => (IcnError.is(error) ? error.data.reason : String(error)),
  )
const did = await runtime.identity.did()
const outcomes = [await run()]
await post({ step: 'restore' })
outcomes.push(await run())
// A browser that asks again has no need of another worker.
if (outcomes[1] !== '42') {
  await replacement
  while (outcomes.at(-1) !== '42') outcomes.push(await run())
}
const sameDid = did === (await runtime.identity.did())
await post({ browser: navigator.userAgent, first: outcomes[0], last: outcomes.at(-1), sameDid })
