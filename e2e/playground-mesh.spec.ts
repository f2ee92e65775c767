// Two nodes of one browser: they meet, work for each other, and decide together, all from the playground's screens.
import { fileURLToPath } from 'node:url'
import { contentSecurityPolicy } from '../scripts/headers.mjs'
import { startRelay } from '../src/mesh/libp2p/relay.ts'
import { expect, looksRight, open, outcome, run, test } from './playground-page.ts'
import { serve } from './server.mjs'

test('two nodes in two tabs meet, and one takes the other’s job', async ({ page, context }) => {
  await open(page, '#/node')
  const [other] = await Promise.all([
    context.waitForEvent('page'),
    page.getByRole('link', { name: 'Open a second node in a new tab' }).click(),
  ])
  await expect(other.getByRole('heading', { name: 'This node' })).toBeVisible()
  for (const tab of [page, other]) await tab.getByLabel('Those of this browser').check()
  for (const tab of [page, other]) await expect(tab.locator('.mesh-state')).toContainText('One other node')
  const did = await other.evaluate(() =>
    (window as unknown as { icn: { identity: { did(): Promise<string> } } }).icn.identity.did(),
  )
  await expect(page.locator('.peers')).toContainText(did)
  await page.getByRole('button', { name: 'Ask them for what is missing here' }).click()
  await expect(page.locator('.verdict', { hasText: 'answered' })).toContainText('1 node answered')

  await page.getByRole('link', { name: 'Jobs', exact: true }).click()
  await expect(page.getByText('Nodes of the mesh bid for it.')).toBeVisible()
  await page.getByRole('button', { name: 'Submit a small job' }).click()
  const list = page.getByRole('list', { name: 'Jobs, newest first' })
  await expect(list.getByRole('link', { name: 'Completed' })).toBeVisible()
  await list.getByRole('link', { name: 'Completed' }).click()
  await expect(page.locator('.timeline')).toContainText('Held for a job')
  await expect(page.locator('.timeline')).toContainText('Receipt signed and anchored')
  await page.getByRole('link', { name: 'Receipts', exact: true }).click()
  await page.getByLabel('Who ran it').selectOption('Another node')
  await page.getByRole('list', { name: 'Receipts, newest first' }).getByRole('link').first().click()
  await expect(page.locator('.receipt-facts').first()).toContainText(did)

  // The choice is remembered, and can be taken back.
  await page.reload()
  await page.getByRole('link', { name: 'Node', exact: true }).click()
  await expect(page.getByLabel('Those of this browser')).toBeChecked()
  await page.getByLabel('None', { exact: true }).check()
  await expect(page.locator('.mesh-state')).toBeHidden()
})

test.describe('by a relay', () => {
  // The strict content policy lets the page connect to its own site only: a host that has a relay names it, as here.
  const hostWith = (port: number) =>
    serve(
      { '/': fileURLToPath(new URL('../dist-playground', import.meta.url)) },
      {
        'Content-Security-Policy': contentSecurityPolicy.replace(
          "connect-src 'self'",
          `connect-src 'self' ws://127.0.0.1:${port}`,
        ),
      },
    )

  test('two nodes find each other, and one takes the other’s job', async ({ page, context }) => {
    const relay = await startRelay({ wsPort: 0, tcpPort: 0 })
    const address = relay.addresses().find((one) => one.includes('/ws')) ?? ''
    const host = await hostWith(Number(/\/tcp\/(\d+)/.exec(address)?.[1]))
    try {
      await page.goto(`${host.origin}/#/node`)
      await page.getByLabel('Others, by a relay').check()
      await expect(page.getByLabel('Address of the relay')).toBeFocused()
      await page.keyboard.type(address)
      await page.keyboard.press('Enter')
      await expect(page.locator('.mesh-state')).toContainText('Connected to the relay.')
      // What was chosen is remembered for every node of this browser.
      const other = await context.newPage()
      await other.goto(`${host.origin}/?node=two#/node`)
      await expect(other.getByLabel('Others, by a relay')).toBeChecked()
      await expect(other.locator('.mesh-state')).toContainText('Connected to the relay.')
      for (const tab of [page, other])
        await expect(tab.locator('.mesh-state')).toContainText('One other node', { timeout: 30_000 })
      await page.getByRole('link', { name: 'Jobs', exact: true }).click()
      await page.getByRole('button', { name: 'Submit a small job' }).click()
      const list = page.getByRole('list', { name: 'Jobs, newest first' })
      await expect(list.getByRole('link', { name: 'Completed' })).toBeVisible({ timeout: 30_000 })
      await list.getByRole('link', { name: 'Completed' }).click()
      await expect(page.locator('.timeline')).toContainText('Given to')
      await other.close()
    } finally {
      await host.close()
      await relay.close()
    }
  })

  test.describe('that is not there', () => {
    test.use({ allowed: [/WebSocket connection to .* failed/] })

    test('says so in words, is tried again, and the node goes on alone', async ({ page }) => {
      const relay = await startRelay({ wsPort: 0, tcpPort: 0 })
      const address = relay.addresses().find((one) => one.includes('/ws')) ?? ''
      await relay.close()
      const host = await hostWith(Number(/\/tcp\/(\d+)/.exec(address)?.[1]))
      try {
        await page.goto(`${host.origin}/#/node`)
        await page.getByLabel('Others, by a relay').check()
        await page.getByLabel('Address of the relay').fill(address)
        await page.keyboard.press('Enter')
        await expect(page.locator('.mesh-state')).toContainText('Not connected to the relay yet.')
        await expect(page.locator('.mesh-state')).toContainText('It could not be reached so far.')
        await page.locator('.mesh-state').getByText('For engineers').click()
        await looksRight(page, 'a relay that is not there')
        await page.getByRole('link', { name: 'Jobs', exact: true }).click()
        await page.getByRole('button', { name: 'Submit a small job' }).click()
        await expect(
          page.getByRole('list', { name: 'Jobs, newest first' }).getByRole('link').first(),
        ).toBeVisible()
      } finally {
        await host.close()
      }
    })
  })

  test('an address that is none is refused, and the node goes on as it was', async ({ page }) => {
    await open(page, '#/node')
    await page.getByLabel('Others, by a relay').check()
    await page.getByLabel('Address of the relay').fill('relay.example:443')
    await page.getByRole('button', { name: 'Join by this relay' }).click()
    await expect(page.getByRole('alert').filter({ hasText: 'InvalidSpec' })).toBeVisible()
    await page.getByRole('link', { name: 'Run', exact: true }).click()
    await expect(page.locator('#module-title')).toHaveText('Hello')
    await run(page)
    await expect(outcome(page).getByText('Signature valid')).toBeVisible()
  })
})
