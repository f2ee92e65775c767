// The frame around the screens, and what stands in it when the runtime, its storage or the network are not there.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium, type Page } from '@playwright/test'
import { findChromium } from '../scripts/browser.mjs'
import { damageRow, leave } from './damage.ts'
import { expect, looksRight, open, outcome, run, test, upgraded } from './playground-page.ts'

const did = (page: Page) =>
  page.evaluate(() =>
    (window as unknown as { icn: { identity: { did(): Promise<string> } } }).icn.identity.did(),
  )

test('being offline is told, and so that it is over', async ({ page, context }) => {
  await open(page)
  await expect(page.locator('#module-title')).toHaveText('Hello')
  await context.setOffline(true)
  await expect(page.locator('.notice')).toContainText('You are offline. Your node goes on working')
  await looksRight(page, 'offline')
  await run(page)
  await expect(outcome(page).getByText('Signature valid')).toBeVisible()
  await context.setOffline(false)
  await expect(page.locator('.notice')).toHaveCount(0)
})

test.describe('a screen that cannot be fetched', () => {
  test.use({ allowed: [/ERR_INTERNET_DISCONNECTED/] })

  test('says so in words, and comes once the network is back', async ({ page, context }) => {
    await open(page)
    await expect(page.locator('#module-title')).toHaveText('Hello')
    await context.setOffline(true)
    await page.getByRole('link', { name: 'Governance', exact: true }).click()
    await expect(page.locator('.problem-message')).toHaveText(/never opened here before, and you are offline/)
    await looksRight(page, 'a screen not fetched')
    await context.setOffline(false)
    // What a browser failed to fetch as a module it may go on refusing; then the page is to be reloaded.
    await page.reload()
    await expect(page.getByRole('heading', { level: 1, name: 'Governance' })).toBeVisible()
  })
})

test('what is stored, once it cannot be read, can be deleted to start anew', async ({ page }) => {
  await open(page)
  await run(page)
  await expect(outcome(page).getByText('Signature valid')).toBeVisible()
  const before = await did(page)
  const bytes = new TextEncoder().encode('the oldest statutes')
  await page.evaluate(
    async (data) => {
      const { dag } = (window as unknown as { icn: { dag: { put(block: object): Promise<string> } } }).icn
      await dag.put({ data: Uint8Array.from(data) })
    },
    [...bytes],
  )
  await leave(page)
  await damageRow(page, bytes)
  await page.goto('/#/jobs')
  await expect(page.getByRole('heading', { name: 'The runtime did not start' })).toBeVisible()
  await expect(page.locator('.problem-message')).toContainText('cannot be read any more')
  await expect(page.getByRole('navigation')).toBeHidden()
  const more = page.getByText('Delete what is stored and start anew')
  await more.focus()
  await page.keyboard.press('Enter')
  await looksRight(page, 'what is stored is damaged')
  await page.getByRole('button', { name: 'Delete all of it' }).press('Enter')
  await expect(page.getByText('No jobs yet.')).toBeVisible()
  await expect(page.getByRole('navigation')).toBeVisible()
  expect(await did(page)).not.toBe(before)
})

test('where a site may store nothing, everything works for as long as the tab is open', async ({
  baseURL,
}) => {
  // The setting a person makes: this browser keeps no data of any site.
  const profile = mkdtempSync(join(tmpdir(), 'icn-refused-'))
  mkdirSync(join(profile, 'Default'))
  const preferences = { profile: { default_content_setting_values: { cookies: 2 } } }
  writeFileSync(join(profile, 'Default/Preferences'), JSON.stringify(preferences))
  const context = await chromium.launchPersistentContext(profile, {
    ...findChromium().launchOptions,
    ...(baseURL ? { baseURL } : {}),
  })
  try {
    const page = await context.newPage()
    await open(page)
    await expect(page.getByRole('heading', { name: 'The runtime did not start' })).toBeVisible()
    await expect(page.locator('.problem-message')).toContainText('does not let this site store anything')
    await looksRight(page, 'storage refused')
    await page.getByRole('button', { name: 'Go on without storing' }).press('Enter')
    await expect(page.locator('.notice')).toContainText('Nothing is stored')
    await expect(page.locator('#module-title')).toHaveText('Hello')
    await run(page)
    await expect(outcome(page).getByText('Signature valid')).toBeVisible()
    await page.getByRole('link', { name: 'Node', exact: true }).click()
    await expect(page.getByText('in memory only', { exact: true })).toBeVisible()
  } finally {
    await context.close()
    rmSync(profile, { recursive: true, force: true })
  }
})

for (const [what, happen, words] of [
  ['is deleted', (page: Page) => away(page), 'was deleted while it was open'],
  ['is taken over by a newer version', (page: Page) => upgraded(page), 'Another tab has a newer version'],
] as const)
  test(`storage that ${what} under an open page is told in words`, async ({ page, context }) => {
    await open(page, '#/jobs')
    await expect(page.getByText('No jobs yet.')).toBeVisible()
    const other = await context.newPage()
    await leave(other)
    await happen(other)
    await other.close()
    await page.getByRole('button', { name: 'Submit a small job' }).click()
    await expect(page.locator('.problem-message')).toContainText(words)
    await page.locator('.problem').getByText('For engineers').click()
    await looksRight(page, what)
  })

const away = (page: Page) =>
  page.evaluate(
    () =>
      new Promise<void>((resolve, reject) => {
        const request = indexedDB.deleteDatabase('icn-runtime')
        request.onsuccess = () => resolve()
        request.onerror = () => reject(request.error)
      }),
  )
