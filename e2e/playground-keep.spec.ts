// Looking after a node: its jobs, its file, its ledger, its blocks, the browser it lives in.
import { readFileSync } from 'node:fs'
import { expect, looksRight, open, outcome, run, test } from './playground-page.ts'

test('jobs are listed by how they stand, and each tells what happened to it', async ({ page }) => {
  await open(page, '#/jobs')
  await expect(page.getByText('No jobs yet.')).toBeVisible()
  await page.getByRole('button', { name: 'Submit a small job' }).click()
  const list = page.getByRole('list', { name: 'Jobs, newest first' })
  await expect(list.getByRole('link', { name: 'Completed' })).toBeVisible()
  await expect(list).toContainText('Echo')
  await page.getByLabel('How they stand').selectOption('Failed')
  await expect(page.getByText('No job stands like that now.')).toBeVisible()
  await page.getByLabel('How they stand').selectOption('Completed')
  await list.getByRole('link', { name: 'Completed' }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'Job' })).toBeFocused()
  await expect(page.locator('.timeline')).toContainText('Asked for')
  await expect(page.locator('.timeline')).toContainText('Completed')
  await page.locator('.receipt-facts div', { hasText: 'Receipt' }).getByRole('link').last().click()
  await expect(page.locator('h1')).toHaveText(/Receipt|Block/)
  await page.goto('/#/jobs/bnothing')
  await expect(page.getByText('This job could not be shown')).toBeVisible()
})

test('a node goes into a file and is restored in another browser', async ({ page, browser, baseURL }) => {
  await open(page)
  await run(page)
  await expect(outcome(page).getByText('Signature valid')).toBeVisible()
  await page.getByRole('link', { name: 'Blocks', exact: true }).click()
  await page.getByText('Export, import, tidy up').click()
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Export the whole node as a file' }).click(),
  ])
  await expect(page.locator('.verdict')).toContainText('The key of this node is not in it.')
  const file = readFileSync(await download.path())

  const context = await browser.newContext(baseURL ? { baseURL } : {})
  const other = await context.newPage()
  await open(other, '#/blocks')
  await other.getByText('Export, import, tidy up').click()
  const take = async (name: string, buffer: Buffer) => {
    const chooser = other.waitForEvent('filechooser')
    await other.getByRole('button', { name: 'Import a node from a file' }).click()
    await (await chooser).setFiles({ name, mimeType: 'application/octet-stream', buffer })
  }
  const broken = Buffer.from(file)
  broken.writeUInt8(broken.readUInt8(200) ^ 1, 200)
  await take('broken.icn', broken)
  await expect(other.locator('.problem')).toContainText('badExport')
  await take('node.icn', file)
  await expect(other.locator('.verdict')).toContainText('read and verified')
  await expect(other.getByRole('list', { name: 'Blocks' }).getByRole('listitem').first()).toBeVisible()
  await other.getByRole('button', { name: 'Verify every block' }).click()
  await expect(other.locator('.verdict').first()).toContainText('all are what their names say')
  await context.close()
})

test('balances are checked, bad blocks set aside, old ones removed', async ({ page }) => {
  await open(page)
  await run(page)
  await expect(outcome(page).getByText('Signature valid')).toBeVisible()
  await page.getByRole('link', { name: 'Mana', exact: true }).click()
  await page.getByRole('button', { name: 'Check every balance' }).click()
  await expect(page.locator('.verdict')).toContainText('every balance is what its changes add up to')
  await page.getByRole('link', { name: 'Blocks', exact: true }).click()
  await page.getByText('Export, import, tidy up').click()
  await page.getByLabel('Damaged blocks').selectOption('Set them aside')
  await page.getByRole('button', { name: 'Verify every block' }).click()
  await expect(page.locator('.verdict').first()).toContainText('all are what their names say')
  await page.getByRole('button', { name: 'Remove blocks whose time is over' }).click()
  await expect(page.locator('.verdict').last()).toContainText('nothing was removed')
})

test('the node tells of its tabs, and asks the browser to keep what it stores', async ({ page, context }) => {
  await open(page, '#/node')
  await expect(page.locator('.browser-facts')).toContainText('1 tab')
  const other = await context.newPage()
  await open(other, '#/node')
  for (const tab of [page, other]) await expect(tab.locator('.browser-facts')).toContainText('2 tabs')
  await expect(other.locator('.browser-facts')).toContainText('as long as the browser has room')
  await other.getByRole('button', { name: 'Ask the browser to keep it' }).click()
  await expect(other.getByRole('region', { name: 'This browser' })).toContainText(
    /until you clear it|The browser did not agree/,
  )
  await other.close()
  await expect(page.locator('.browser-facts')).toContainText('1 tab')
})

test('a block is pinned, kept for a time, and let go', async ({ page }) => {
  await open(page)
  await run(page)
  await expect(outcome(page).getByText('Signature valid')).toBeVisible()
  await page.getByRole('link', { name: 'Blocks', exact: true }).click()
  const list = page.getByRole('list', { name: 'Blocks' })
  for (const kind of ['Receipt', 'Run record', 'Job', 'Contract'])
    await expect(list.getByRole('link', { name: kind, exact: true })).toBeVisible()
  await list.getByRole('link', { name: 'Contract' }).click()
  await page.getByRole('button', { name: 'Pin it' }).click()
  await expect(page.getByText('It is pinned')).toBeVisible()
  await page.getByLabel('Keep it').selectOption('For an hour')
  await expect(page.getByLabel('Keep it').locator('option').first()).toHaveText(/^Until /)
  await page.getByRole('button', { name: 'Unpin it' }).click()
  await page.getByLabel('Keep it').selectOption('For good')
  await expect(page.getByLabel('Keep it').locator('option')).toHaveCount(4)
})

test('what is for engineers stays open and as it is read while mana changes', async ({ page }) => {
  await open(page, '#/node')
  await page.getByText('For engineers').click()
  await expect(page.locator('.node-deeper')).toContainText('wasmtime-35')
  const given = page.locator('.lines div', { hasText: 'Spent for good' })
  await expect(given).toContainText('0')
  await page.evaluate(() =>
    (window as unknown as { icn: { mana: { spend(amount: bigint): Promise<bigint> } } }).icn.mana.spend(7n),
  )
  await expect(given).toContainText('7')
  await expect(page.locator('.node-deeper')).toBeVisible()
  await looksRight(page, 'node, for engineers')
})
