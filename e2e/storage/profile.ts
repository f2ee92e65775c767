/** A Chromium of our own on a profile on disk, that may be killed by its pid and started again on the same profile. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { build } from 'esbuild'
import { type Browser, chromium, type Page } from 'playwright'
import { findChromium } from '../../scripts/browser.mjs'

/** A page with a worker, called by name. */
export class Tab {
  readonly page: Page
  readonly answered: string[]
  readonly heard: { readonly id: string; readonly after: number }[] = []
  leads = false
  failed: string | undefined
  #wake: () => void = () => {}

  private constructor(page: Page, answered: string[]) {
    this.page = page
    this.answered = answered
  }

  /** `answered` collects the jobs the worker was answered: outside the browser, so that they outlive it. */
  static async open(browser: Browser, origin: string, answered: string[] = []): Promise<Tab> {
    const page = await browser.contexts()[0]!.newPage()
    const tab = new Tab(page, answered)
    await page.exposeFunction(
      'tell',
      (message: { answered?: string; heard?: string; after?: number; leads?: true; failed?: string }) => {
        if (message.answered) tab.answered.push(message.answered)
        if (message.heard) tab.heard.push({ id: message.heard, after: message.after! })
        if (message.leads) tab.leads = true
        if (message.failed) tab.failed = message.failed
        tab.#wake()
      },
    )
    await page.goto(origin)
    return tab
  }

  call<T>(command: string, args: object = {}): Promise<T> {
    return this.page.evaluate(
      ([command, args]) =>
        (globalThis as unknown as { call(command: string, args: object): Promise<never> }).call(
          command as string,
          args as object,
        ),
      [command, args] as const,
    )
  }

  /** Until something the worker told makes `met` true. */
  async until(met: () => boolean): Promise<void> {
    while (!met()) {
      if (this.failed) throw new Error(this.failed)
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }

  async terminateWorker(): Promise<void> {
    await this.page.evaluate(() => (globalThis as unknown as { restart(): void }).restart())
  }
}

const PAGE = `<!doctype html><title>storage</title><script type="module">
  let worker, calls, next = 0
  globalThis.restart = () => {
    worker?.terminate()
    calls = new Map()
    worker = new Worker('/worker.js', { type: 'module' })
    worker.onmessage = ({ data }) => {
      if (data.call === undefined) return tell(data)
      const { resolve, reject } = calls.get(data.call)
      calls.delete(data.call)
      if (data.error) reject(new Error(JSON.stringify(data.error)))
      else resolve(data.result)
    }
  }
  globalThis.call = (command, args) => new Promise((resolve, reject) => {
    calls.set(next, { resolve, reject })
    worker.postMessage({ call: next++, command, args })
  })
  restart()
</script>`

export class Profile {
  readonly #folder: string
  readonly #server: Server
  readonly origin: string
  #process: ChildProcess | undefined
  #gone: Promise<unknown> | undefined
  browser!: Browser

  private constructor(folder: string, server: Server) {
    this.#folder = folder
    this.#server = server
    this.origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  }

  /** @param worker the script its pages run */
  static async create(worker = new URL('./worker.ts', import.meta.url)): Promise<Profile> {
    const bundle = await build({
      entryPoints: [worker.pathname],
      bundle: true,
      format: 'esm',
      target: 'es2022',
      write: false,
    })
    const script = bundle.outputFiles[0]!.text
    const server = createServer((request, response) => {
      const isScript = request.url === '/worker.js'
      response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html')
      response.end(isScript ? script : PAGE)
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const profile = new Profile(await mkdtemp(join(tmpdir(), 'icn-profile-')), server)
    await profile.start()
    return profile
  }

  async start(): Promise<void> {
    const { executablePath, launchOptions } = findChromium()
    const options = [
      '--headless=new',
      // A process kept ready for the next page would be killed with the others, and the next page with it.
      '--disable-features=SpareRendererForSitePerProcess',
      '--remote-debugging-port=0',
      `--user-data-dir=${this.#folder}`,
      'about:blank',
    ]
    const child = spawn(executablePath, [...launchOptions.args, ...options], {
      stdio: ['ignore', 'ignore', 'pipe'],
      detached: true,
    })
    this.#process = child
    // All its processes hold the pipe: it closes when the last one is gone.
    this.#gone = once(child, 'close')
    const lines = createInterface({ input: child.stderr! })
    let address: string | undefined
    for await (const line of lines) {
      address = /^DevTools listening on (\S+)/.exec(line)?.[1]
      if (address) break
    }
    if (!address) throw new Error('Chromium ended before it listened.')
    // What it has to say further is read and dropped, or the pipe would fill.
    child.stderr!.resume()
    this.browser = await chromium.connectOverCDP(address)
  }

  open(answered?: string[]): Promise<Tab> {
    return Tab.open(this.browser, this.origin, answered)
  }

  /**
   * Ends the browser's main process, as a crash would, or all its processes at once, as the system would. Settles when
   * the last of them is gone: the one that writes the databases outlives the main process by a moment.
   */
  async kill(everything = true): Promise<void> {
    const child = this.#process!
    const gone = this.#gone
    // Spawned as the leader of a group of its own, so the group is this browser and nothing else.
    process.kill(everything ? -child.pid! : child.pid!, 'SIGKILL')
    await gone
    await this.browser.close().catch(() => {})
  }

  /** Copies what lies on disk, for whoever wants to see what a kill left. */
  async keepDatabases(folder: string): Promise<void> {
    await rm(folder, { recursive: true, force: true })
    await cp(join(this.#folder, 'Default', 'IndexedDB'), folder, { recursive: true })
  }

  /** The processes of this browser's pages, to be asked for before they are under load. */
  async renderers(): Promise<number[]> {
    const session = await this.browser.newBrowserCDPSession()
    const { processInfo } = await session.send('SystemInfo.getProcessInfo')
    await session.detach()
    return processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => id)
  }

  async close(): Promise<void> {
    if (this.#process?.exitCode === null && this.#process.signalCode === null) await this.kill()
    this.#server.closeAllConnections()
    this.#server.close()
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 10 })
  }
}
