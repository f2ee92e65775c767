import { createHash } from 'node:crypto'
import { copyFileSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, type Page, test } from '@playwright/test'
import { build as esbuild } from 'esbuild'
import { createServer, build as vite } from 'vite'
import { findChromium } from '../scripts/browser.mjs'
import { run } from '../scripts/lib/process.mjs'
import { foreignProject } from '../scripts/package.mjs'
import { serve } from './server.mjs'

// The packed tarball in foreign projects, each as its bundler builds it, each served under the strict policy.

const root = join(import.meta.dirname, '..')
const sample = join(root, 'public/samples/hello.wasm')

function project(from: string, tools: readonly string[] = []): string {
  const { folder } = foreignProject(from, tools)
  copyFileSync(join(root, 'e2e/consumers/main.js'), join(folder, 'main.js'))
  mkdirSync(join(folder, 'public'))
  copyFileSync(sample, join(folder, 'public/hello.wasm'))
  return folder
}

async function runsIn(page: Page, origin: string) {
  const refused: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error') refused.push(message.text())
  })
  await page.goto(origin)
  await expect(page.locator('body')).toHaveText(/^result 42, signature valid, b[a-z2-7]+$/)
  expect(refused).toEqual([])
}

test('a Vite app builds and runs', async ({ page }) => {
  const folder = project('vite', ['vite'])
  await vite({
    root: folder,
    configFile: false,
    logLevel: 'error',
    build: { modulePreload: { polyfill: false } },
  })
  const server = await serve({ '/': join(folder, 'dist') })
  await runsIn(page, server.origin)
  await server.close()
})

test('a Vite app runs in development', async ({ page }) => {
  const folder = project('vite', ['vite'])
  const server = await createServer({
    root: folder,
    configFile: false,
    logLevel: 'error',
    server: { port: 0 },
  })
  await server.listen()
  await runsIn(page, server.resolvedUrls?.local[0] ?? '')
  await server.close()
})

test('an esbuild bundle runs beside its worker', async ({ page }) => {
  const folder = project('esbuild')
  const out = join(folder, 'out')
  await esbuild({
    absWorkingDir: folder,
    entryPoints: { main: './main.js', worker: 'icn-runtime-web/worker' },
    outdir: out,
    bundle: true,
    format: 'esm',
    logLevel: 'error',
  })
  copyFileSync(join(folder, 'index.html'), join(out, 'index.html'))
  copyFileSync(sample, join(out, 'hello.wasm'))
  const server = await serve({ '/': out })
  await runsIn(page, server.origin)
  await server.close()
})

test('a page without a bundler runs, with an import map for the one dependency', async ({ page }) => {
  const folder = project('plain')
  copyFileSync(sample, join(folder, 'hello.wasm'))
  const map = /<script type="importmap">([\s\S]*?)<\/script>/.exec(
    readFileSync(join(folder, 'index.html'), 'utf8'),
  )
  const hash = createHash('sha256')
    .update(map?.[1] ?? '')
    .digest('base64')
  const policy = `script-src 'self' 'wasm-unsafe-eval' 'sha256-${hash}'; worker-src 'self'`
  const server = await serve({ '/': folder }, { 'Content-Security-Policy': policy })
  await runsIn(page, server.origin)
  await server.close()
})

test('a contract author’s own tests use the fixtures', async () => {
  const folder = project('testing', ['@playwright/test'])
  copyFileSync(sample, join(folder, 'hello.wasm'))
  const own = Object.keys(process.env).filter((name) => /^(TEST_|PLAYWRIGHT_|PW_)/.test(name))
  const { code, output } = await run(
    process.execPath,
    [join(root, 'node_modules/@playwright/test/cli.js'), 'test'],
    {
      cwd: folder,
      quiet: true,
      env: {
        ...Object.fromEntries(own.map((name) => [name, ''])),
        CHROMIUM_PATH: findChromium().executablePath,
      },
    },
  )
  expect(output).toContain('3 passed')
  expect(code).toBe(0)
})
