// A page with the benchmark's worker in a real Chromium on a real on-disk profile.
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'
import { chromium } from 'playwright'
import { findChromium } from '../../scripts/browser.mjs'

/** @returns {Promise<{ call(command: string, args?: object): Promise<any>, close(): Promise<void> }>} */
export async function openBench() {
  const bundle = await build({
    entryPoints: [new URL('./worker.ts', import.meta.url).pathname],
    bundle: true,
    format: 'esm',
    target: 'es2022',
    write: false,
  })
  const server = createServer((request, response) => {
    const script = request.url === '/worker.js'
    response.setHeader('content-type', script ? 'text/javascript' : 'text/html')
    response.end(script ? bundle.outputFiles[0].text : '<!doctype html><title>bench</title>')
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  const profile = await mkdtemp(join(tmpdir(), 'icn-bench-'))
  const context = await chromium.launchPersistentContext(profile, findChromium().launchOptions)
  const page = await context.newPage()
  await page.goto(`http://127.0.0.1:${server.address().port}/`)
  await page.evaluate(() => {
    globalThis.bench = new Worker('/worker.js', { type: 'module' })
  })
  return {
    async call(command, args = {}) {
      const answer = await page.evaluate(
        (message) =>
          new Promise((resolve) => {
            globalThis.bench.onmessage = (event) => resolve(event.data)
            globalThis.bench.postMessage(message)
          }),
        { command, args },
      )
      if (answer.error) throw new Error(answer.error)
      return answer.result
    },
    async close() {
      await context.close()
      server.close()
      await rm(profile, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}
