// The built page after its server is gone, and after its server has a newer one.
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { expect, outcome, run, test } from './playground-page.ts'
import { serve } from './server.mjs'

test.use({ serviceWorkers: 'allow' })

const built = join(import.meta.dirname, '../dist-playground')

/** The page is kept once its service worker has it all and answers for it. */
const kept = (page: Page) =>
  page.evaluate(async () => {
    await navigator.serviceWorker.ready
    if (!navigator.serviceWorker.controller)
      await new Promise((resolve) => navigator.serviceWorker.addEventListener('controllerchange', resolve))
  })

test('after one visit the page works without its server, under the same content policy', async ({ page }) => {
  const server = await serve({ '/': built })
  await page.goto(server.origin)
  await expect(page.locator('#module-title')).toHaveText('Hello')
  await kept(page)
  await server.close()

  const response = await page.reload()
  expect(response?.fromServiceWorker()).toBe(true)
  expect(response?.headers()['content-security-policy']).toContain("script-src 'self' 'wasm-unsafe-eval'")
  await page.getByRole('radio', { name: 'Count a ranked vote' }).check()
  await expect(page.locator('#module-title')).toHaveText('Count a ranked vote')
  await run(page)
  await expect(outcome(page).getByText('Signature valid')).toBeVisible()
  // What had not been opened before is there as well.
  await page.goto(`${server.origin}/#/write`)
  await page
    .getByLabel('Source of the contract')
    .fill('(module (func (export "run") (result i64) i64.const 7))')
  await page.getByLabel('Source of the contract').press('Control+Enter')
  await expect(outcome(page)).toContainText('returned 7')
  for (const name of ['Receipts', 'Mana', 'Blocks', 'Node']) {
    await page.getByRole('link', { name, exact: true }).click()
    await expect(page.getByRole('heading', { level: 1 })).toBeFocused()
  }
})

test('a newer page waits until it is asked for', async ({ page }) => {
  const folder = mkdtempSync(join(tmpdir(), 'icn-offline-'))
  cpSync(built, folder, { recursive: true })
  const server = await serve({ '/': folder })
  await page.goto(server.origin)
  await kept(page)
  const edit = (name: string, from: RegExp, to: string) => {
    const file = join(folder, name)
    const before = readFileSync(file, 'utf8')
    expect(before).toMatch(from)
    writeFileSync(file, before.replace(from, to))
  }
  edit('index.html', /content="light dark"/, 'content="light dark" data-newer')
  edit('sw.js', /}[0-9a-f]{16}`/, '}0000000000000000`')
  await page.reload()
  await expect(page.locator('[data-newer]')).toHaveCount(0)
  await page.evaluate(async () => (await navigator.serviceWorker.ready).update())
  await expect(page.locator('.notice')).toContainText('A newer version of this page is ready.')
  await expect(page.locator('[data-newer]')).toHaveCount(0)
  await page.getByRole('button', { name: 'Reload' }).click()
  await expect(page.locator('[data-newer]')).toHaveCount(1)
  await expect.poll(() => page.evaluate(() => caches.keys())).toEqual(['icn-playground-0000000000000000'])
  await server.close()
  rmSync(folder, { recursive: true })
})
