/** A receipt leaves one browser profile as a file and is verified in another that shares nothing with it. */
import { readFile } from 'node:fs/promises'
import { choose, expect, open, outcome, run, test } from './playground-page.ts'

test('a receipt saved here is verified by a stranger; a changed one proves nothing', async ({
  page,
  browser,
}) => {
  await open(page)
  await choose(page, 'Hello')
  await run(page)
  await outcome(page)
    .getByRole('link', { name: /receipt/i })
    .first()
    .click()
  const downloading = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Save as a file' }).click()
  const download = await downloading
  const file = await readFile(await download.path())

  const stranger = await (await browser.newContext()).newPage()
  await open(stranger, '#/receipts')
  const pick = (name: string, buffer: Buffer) =>
    stranger
      .getByLabel('Check a receipt from somebody else')
      .setInputFiles({ name, mimeType: 'application/octet-stream', buffer })
  const changed = Buffer.from(file)
  changed[200]! ^= 1
  await pick('changed.icn', changed)
  await expect(stranger.getByText('This file proves nothing')).toBeVisible()
  await pick(download.suggestedFilename(), file)
  await expect(
    stranger.getByText('Verified: the run came out the same, to the last byte.').first(),
  ).toBeVisible()
  await stranger.getByRole('link', { name: 'Open the receipt' }).click()
  await expect(stranger.getByRole('heading', { level: 1, name: 'Receipt' })).toBeVisible()
  await stranger.getByRole('button', { name: 'Make the run again' }).click()
  await expect(stranger.locator('[data-status="verified"]')).toBeVisible()
  await stranger.context().close()
})
