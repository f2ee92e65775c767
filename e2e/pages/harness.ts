/** The package in a page of its own, for tests that drive it from outside: `window.icn`, and what was started. */
import * as icn from '../../src/index.ts'

/** Every worker the page has made, so that a test can end one behind the runtime's back. */
const workers: Worker[] = []
class WatchedWorker extends Worker {
  constructor(url: string | URL, options?: WorkerOptions) {
    super(url, options)
    workers.push(this)
  }
}
globalThis.Worker = WatchedWorker

Object.assign(globalThis, { icn, workers })
