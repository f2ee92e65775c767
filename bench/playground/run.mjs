// How long the built playground takes on a cold load until it can be used, against an empty page of the same server:
// `npm run bench -- playground` after a build. Each load has a browser context of its own, so nothing is cached or stored;
// the two take turns, and the first pair is not counted.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright'
import { serve } from '../../e2e/server.mjs'
import { findChromium } from '../../scripts/browser.mjs'

const rounds = process.argv.includes('--quick') ? 5 : 11
const root = fileURLToPath(new URL('../..', import.meta.url))
const empty = mkdtempSync(join(tmpdir(), 'icn-empty-'))
writeFileSync(
  join(empty, 'index.html'),
  '<!doctype html><html lang="en"><title>Empty</title><div id="app"></div>',
)
const server = await serve({ '/empty/': empty, '/': join(root, 'dist-playground') })
const browser = await chromium.launch(findChromium().launchOptions)

/** Milliseconds from the start of the navigation until `ready` holds, looked at once per frame by the page's own clock. */
async function load(path, ready) {
  const context = await browser.newContext({ serviceWorkers: 'block' })
  const page = await context.newPage()
  await page.goto(server.origin + path, { waitUntil: 'commit' })
  const handle = await page.waitForFunction(ready, undefined, { polling: 'raf', timeout: 120_000 })
  const time = Number(await handle.jsonValue())
  await context.close()
  return time
}

/** A frame of the whole page. */
const pageIsThere = () => document.readyState === 'complete' && performance.now()
/** The runtime is up, a contract has been read, and Run would run it. */
const canBeUsed = () =>
  'icn' in window &&
  document.querySelector('#module-title') !== null &&
  [...document.querySelectorAll('main button')].some(
    (button) => button.textContent === 'Run' && button.getAttribute('aria-disabled') !== 'true',
  ) &&
  performance.now()

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1]
const pairs = []
try {
  for (let round = 0; round <= rounds; round++) {
    const nothing = await load('/empty/', pageIsThere)
    const playground = await load('/', canBeUsed)
    if (round > 0) pairs.push({ nothing, playground })
  }
} finally {
  await browser.close()
  await server.close()
  rmSync(empty, { recursive: true })
}
const nothing = median(pairs.map((pair) => pair.nothing))
const playground = median(pairs.map((pair) => pair.playground))
console.log(
  `playground, cold load until a contract can be run: ${(playground / nothing).toFixed(1)} × an empty page ` +
    `(medians of ${rounds}: ${playground.toFixed(0)} ms against ${nothing.toFixed(0)} ms, goal at most 1000 ms more)`,
)
