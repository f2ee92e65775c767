/** The package in a page of its own, for tests that drive it from outside: see the globals below. */
import * as entry from '../../src/index.ts'

type Settled = { readonly value: unknown } | { readonly error: Record<string, unknown> }

declare global {
  var icn: typeof import('../../src/index.ts')
  /** Every worker the page has made, so that a test can end one behind the runtime's back. */
  var workers: Worker[]
  var runtime: entry.RuntimeClient
  /** The bytes of a sample contract. */
  function sample(name: string): Promise<Uint8Array>
  /** How a promise ended, as plain data. */
  function settled(promise: Promise<unknown>): Promise<Settled>
  /** Resolves when the next guest has taken the present worker's thread. */
  function guestOnThread(): Promise<void>
  /** The first event of that name (that fits). */
  function heard<E extends entry.RuntimeEventName>(
    event: E,
    fits?: (detail: entry.RuntimeEvents[E]) => boolean,
  ): Promise<entry.RuntimeEvents[E]>
}

globalThis.icn = entry

globalThis.workers = []
class WatchedWorker extends Worker {
  constructor(url: string | URL, options?: WorkerOptions) {
    super(url, options)
    workers.push(this)
  }
}
globalThis.Worker = WatchedWorker

globalThis.sample = async (name) => {
  const response = await fetch(`/samples/${name}.wasm`)
  return new Uint8Array(await response.arrayBuffer())
}

globalThis.settled = async (promise) => {
  try {
    return { value: await promise }
  } catch (thrown) {
    if (!(thrown instanceof entry.IcnError)) throw thrown
    const { code, message, data, cause } = thrown
    return { error: { code, message, data, ...(cause === undefined ? {} : { cause: String(cause) }) } }
  }
}

globalThis.guestOnThread = () =>
  new Promise((resolve) => {
    workers.at(-1)?.addEventListener('message', ({ data }) => {
      if (data.icn === 'guest' && data.guest) resolve()
    })
  })

globalThis.heard = (event, fits = () => true) =>
  new Promise((resolve) => {
    const stop = runtime.on(event, (detail) => {
      if (!fits(detail)) return
      stop()
      resolve(detail)
    })
  })

document.documentElement.dataset.ready = 'yes'
