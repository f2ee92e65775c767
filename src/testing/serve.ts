/** Serves the installed package to the browser under test from disk, so that a test project needs no server of its own. */
import { readFile } from 'node:fs/promises'
import type { BrowserContext } from '@playwright/test'

/** Never asked on the network: every request to it is answered here. `https`, because keys and locks want it. */
export const ORIGIN = 'https://icn.test/'

/** They carry their dependencies inside, the worker in chunks beside it; see scripts/build.mjs. */
function scriptOf(pathname: string): URL | undefined {
  if (pathname === '/page.js') return new URL('./page.js', import.meta.url)
  return /^\/(worker|chunks\/[\w-]+)\.js$/.test(pathname)
    ? new URL(`..${pathname}`, import.meta.url)
    : undefined
}

const PAGE = `<!doctype html>
<title>Node under test</title>
<link rel="icon" href="data:," />
<script type="module" src="/page.js"></script>`

export async function serveFromPackage(context: BrowserContext): Promise<void> {
  await context.route(`${ORIGIN}**`, async (route) => {
    const { pathname } = new URL(route.request().url())
    const script = scriptOf(pathname)
    if (script) return route.fulfill({ contentType: 'text/javascript', body: await readFile(script, 'utf8') })
    return pathname === '/'
      ? route.fulfill({ contentType: 'text/html', body: PAGE })
      : route.fulfill({ status: 404 })
  })
}
