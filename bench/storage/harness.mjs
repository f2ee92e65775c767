// Pages with the runtime and with the benchmark's own worker, in a real Chromium on a real on-disk profile.
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { chromium } from 'playwright'
import { findChromium } from '../../scripts/browser.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))

// Isolated, because only isolated pages may ask how much memory their workers take.
const HEADERS = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
}

/** Scripts by their names at the root of the server. */
const STORAGE = { page: 'bench/storage/page.ts', bench: 'bench/storage/worker.ts' }

/**
 * @param {{ minify?: boolean, entries?: Record<string, string> }} [options] `entries`: the page's script and what it
 *   starts, beside the runtime's own `worker`
 * @typedef {{ call(command: string, args?: object): Promise<any>, page: import('playwright').Page,
 *   close(): Promise<void> }} Tab
 * @returns {Promise<{ tab(): Promise<Tab>, version: string, restart(): Promise<void>, close(): Promise<void> }>}
 */
export async function openBench({ minify = true, entries = STORAGE } = {}) {
  const { outputFiles } = await build({
    entryPoints: Object.fromEntries(
      Object.entries({ ...entries, worker: 'src/worker.ts' }).map(([name, path]) => [name, join(root, path)]),
    ),
    outdir: '/',
    bundle: true,
    splitting: true,
    minify,
    format: 'esm',
    target: 'es2022',
    write: false,
  })
  const files = new Map(outputFiles.map(({ path, text }) => [`/${basename(path)}`, text]))
  const server = createServer((request, response) => {
    const script = files.get(request.url ?? '')
    response.writeHead(200, { ...HEADERS, 'content-type': script ? 'text/javascript' : 'text/html' })
    response.end(
      script ?? '<!doctype html><title>bench</title><script type="module" src="/page.js"></script>',
    )
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)))
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())
  const profile = await mkdtemp(join(tmpdir(), 'icn-bench-'))
  const launch = () => chromium.launchPersistentContext(profile, findChromium().launchOptions)
  let context = await launch()
  return {
    version: context.browser()?.version() ?? 'unknown',
    async tab() {
      const page = await context.newPage()
      // Measurements end when they end.
      page.setDefaultTimeout(0)
      await page.goto(`http://127.0.0.1:${port}/`)
      await page.waitForFunction(() => 'bench' in globalThis)
      return {
        page,
        call: (command, args = {}) =>
          page.evaluate(
            ([command, args]) => /** @type {any} */ (globalThis).bench(/** @type {string} */ (command), args),
            [command, args],
          ),
        close: () => page.close(),
      }
    },
    /** Another browser process on the same profile: it owes nothing to what the one before it was busy with. */
    async restart() {
      await context.close()
      context = await launch()
    },
    async close() {
      await context.close()
      server.close()
      await rm(profile, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}
