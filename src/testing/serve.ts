/** Serves the installed package to the browser under test from disk, so that a test project needs no server of its own. */
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { BrowserContext } from '@playwright/test'

/** Never asked on the network: every request to it is answered here. `https`, because keys and locks want it. */
export const ORIGIN = 'https://icn.test/'

const PACKAGE = new URL('../', import.meta.url)

const PAGE = `<!doctype html>
<title>Node under test</title>
<script type="importmap">{ "imports": { "comlink": "/comlink.mjs" } }</script>
<script type="module" src="/testing/page.js"></script>`

export async function serveFromPackage(context: BrowserContext): Promise<void> {
  await context.route(`${ORIGIN}**`, async (route) => {
    const { pathname } = new URL(route.request().url())
    if (pathname === '/') return route.fulfill({ contentType: 'text/html', body: PAGE })
    if (pathname === '/favicon.ico') return route.fulfill({ status: 204 })
    const file =
      pathname === '/comlink.mjs' ? import.meta.resolve('comlink') : new URL(`.${pathname}`, PACKAGE)
    return route.fulfill({
      contentType: 'text/javascript',
      body: await readFile(fileURLToPath(file), 'utf8'),
    })
  })
}
