// Two nodes of one browser: they meet, work for each other, and decide together, all from the playground's screens.
import { expect, open, test } from './playground-page.ts'

test('two nodes in two tabs meet, and one takes the other’s job', async ({ page, context }) => {
  await open(page, '#/node')
  const [other] = await Promise.all([
    context.waitForEvent('page'),
    page.getByRole('link', { name: 'Open a second node in a new tab' }).click(),
  ])
  await expect(other.getByRole('heading', { name: 'This node' })).toBeVisible()
  for (const tab of [page, other]) await tab.getByLabel('Join the mesh of this browser').check()
  for (const tab of [page, other]) await expect(tab.locator('.mesh-state')).toContainText('One other node')
  const did = await other.evaluate(() =>
    (window as unknown as { icn: { identity: { did(): Promise<string> } } }).icn.identity.did(),
  )
  await expect(page.locator('.peers')).toContainText(did)

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
  await expect(page.getByLabel('Join the mesh of this browser')).toBeChecked()
  await page.getByLabel('Join the mesh of this browser').uncheck()
  await expect(page.locator('.mesh-state')).toBeHidden()
})
