/** One package in one worker, plain or metered; the page runs several of them in turns. */
import { DRIVERS } from './drivers.ts'
import { hookWebAssembly, type Swapped } from './hook.ts'

type Request =
  | { load: string; mode: 'plain' | 'metered' | 'no NaN'; files: Record<string, string> }
  | { run: true }

let run: (() => unknown) | undefined
let swapped: Swapped[] = []

async function handle(request: Request): Promise<unknown> {
  if ('load' in request) {
    if (request.mode !== 'plain') swapped = hookWebAssembly({ canonicalNaN: request.mode === 'metered' })
    const driver = DRIVERS.find(({ name }) => name === request.load)!
    run = await driver.load((path) =>
      Uint8Array.from(atob(request.files[path]!), (char) => char.charCodeAt(0)),
    )
    return {}
  }
  const fuelBefore = swapped.reduce((sum, one) => sum + one.fuel(), 0n)
  const before = performance.now()
  const result = await run!()
  const time = performance.now() - before
  return {
    result: String(result),
    time,
    modules: swapped.length,
    fuel: String(swapped.reduce((sum, one) => sum + one.fuel(), 0n) - fuelBefore),
  }
}

self.onmessage = ({ data }) => {
  handle(data as Request).then(
    (value) => self.postMessage({ value }),
    (error: unknown) =>
      self.postMessage({ error: error instanceof Error ? `${error.name}: ${error.message}` : String(error) }),
  )
}
