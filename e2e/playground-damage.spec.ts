// Blocks whose stored bytes were altered underneath the runtime: seen, examined, and mended in every way there is.
import type { Page } from '@playwright/test'
import { damageBlock, leave } from './damage.ts'
import { expect, looksRight, open, test } from './playground-page.ts'

const TEXTS = [
  'minutes of the meeting in May',
  'accounts of the year before',
  'a letter to all members',
] as const

const put = (page: Page, texts: readonly string[]) =>
  page.evaluate(async (texts) => {
    const { dag } = (window as unknown as { icn: { dag: { put(block: object): Promise<string> } } }).icn
    return Promise.all(texts.map((text) => dag.put({ data: new TextEncoder().encode(text) })))
  }, texts)

/** Stores a block for each text and alters all but the last. */
async function damaged(page: Page): Promise<readonly string[]> {
  await open(page, '#/blocks')
  await expect(page.getByText('No blocks yet.')).toBeVisible()
  const cids = await put(page, [...TEXTS, 'a sound one'])
  await leave(page)
  for (const text of TEXTS) await damageBlock(page, new TextEncoder().encode(text))
  return cids
}

const list = (page: Page) => page.getByRole('list', { name: 'Blocks' })
const verify = (page: Page) => page.getByRole('button', { name: 'Verify every block' })

async function give(page: Page, text: string): Promise<void> {
  const chooser = page.waitForEvent('filechooser')
  await page.getByRole('button', { name: 'Give the right bytes from a file' }).press('Enter')
  await (await chooser).setFiles({
    name: 'block',
    mimeType: 'application/octet-stream',
    buffer: Buffer.from(text),
  })
}

test('damaged blocks are marked in the list, named by the check, and made whole by their right bytes', async ({
  page,
}) => {
  await damaged(page)
  await page.goto('/#/blocks')
  await expect(list(page).getByRole('link', { name: 'Damaged block' })).toHaveCount(3)
  await expect(list(page).getByRole('link', { name: 'Text', exact: true })).toHaveCount(1)
  await verify(page).press('Enter')
  const verdict = page.locator('.verdict')
  await expect(verdict).toContainText('4 blocks checked: 3 do not match their names.')
  await verdict.getByText('For engineers').click()
  await expect(verdict).toContainText('CID mismatch')
  await looksRight(page, 'the check found damage')

  await list(page).getByRole('link', { name: 'Damaged block' }).first().press('Enter')
  await expect(page.getByRole('heading', { name: 'This block is damaged' })).toBeVisible()
  await page.locator('.mending').getByText('For engineers').click()
  const stored = (await page.getByRole('region', { name: 'Content of the block' }).textContent()) ?? ''
  const text = TEXTS.find((one) => one.slice(1) === stored.slice(1))
  expect(text).toBeDefined()
  expect(stored).not.toBe(text)
  await give(page, 'something else')
  await expect(page.getByRole('alert').filter({ hasText: 'The block was not mended' })).toContainText(
    'The file does not hold this block',
  )
  await looksRight(page, 'a damaged block and a wrong file')
  await give(page, text!)
  await expect(page.locator('.block-outcome')).toHaveText('The block is whole again.')
  await expect(page.getByRole('heading', { level: 1, name: 'Block' })).toBeFocused()
  await expect(page.getByRole('region', { name: 'Content of the block' })).toHaveText(text!)
  await looksRight(page, 'a block made whole')
})

test('one is set aside and comes back, one is removed', async ({ page }) => {
  const [first, second] = await damaged(page)
  await page.goto(`/#/blocks/${first}`)
  await page.getByRole('button', { name: 'Set it aside' }).press('Enter')
  await expect(page.getByRole('heading', { name: 'This block was set aside' })).toBeVisible()
  await expect(page.getByRole('heading', { level: 1, name: 'Block' })).toBeFocused()
  await looksRight(page, 'a block set aside')
  await page.getByRole('link', { name: 'Blocks', exact: true }).click()
  await expect(list(page).getByRole('link', { name: 'Damaged block' })).toHaveCount(2)
  await page.getByText('Export, import, tidy up').click()
  await page.getByRole('button', { name: 'List the blocks set aside' }).click()
  await expect(page.locator('.verdict')).toContainText('1 block was set aside.')
  await page.locator('.verdict').getByRole('link').click()
  await give(page, TEXTS[0])
  await expect(page.locator('.block-outcome')).toHaveText('The block is whole again.')
  await expect(page.getByRole('region', { name: 'Content of the block' })).toHaveText(TEXTS[0])

  await page.goto(`/#/blocks/${second}`)
  await page.getByRole('button', { name: 'Remove it' }).press('Enter')
  await expect(page.locator('.block-outcome')).toHaveText('It was removed.')
  await expect(page.getByText('No block is stored here under this name.')).toBeVisible()
  await looksRight(page, 'a block removed')
})

for (const [answer, words, left] of [
  ['Tell me, and leave them', '3 do not match their names.', 4],
  ['Set them aside', '3 blocks were set aside.', 1],
  ['Remove them', '3 blocks were removed.', 1],
] as const)
  test(`the check of all blocks answers damage as asked: ${answer}`, async ({ page }) => {
    await damaged(page)
    await page.goto('/#/blocks')
    await expect(list(page).getByRole('listitem')).toHaveCount(4)
    await page.getByLabel('Damaged blocks').selectOption(answer)
    await verify(page).click()
    await expect(page.locator('.verdict')).toContainText('3 do not match their names.')
    await expect(page.locator('.verdict')).toContainText(words)
    await expect(list(page).getByRole('listitem')).toHaveCount(left)
    await verify(page).click()
    await expect(page.locator('.verdict')).toContainText(
      left === 1 ? '1 block checked: all are what their names say.' : '3 do not match',
    )
  })

test('a long check tells how far it is, and can be stopped', async ({ page }) => {
  await open(page, '#/blocks')
  await page.evaluate(async () => {
    const { dag } = (window as unknown as { icn: { dag: { put(block: object): Promise<string> } } }).icn
    for (let from = 0; from < 12_000; from += 500)
      await Promise.all(
        Array.from({ length: 500 }, (_, at) => dag.put({ data: new TextEncoder().encode(`${from + at}`) })),
      )
  })
  // In the page, at the first word of it: a quick machine is through before a click from outside arrives.
  const told = page.evaluate(
    () =>
      new Promise<string>((resolve) => {
        const look = new MutationObserver(() => {
          const words = document.querySelector('.progress-label')?.textContent ?? ''
          const stop = [...document.querySelectorAll('button')].find((one) => one.textContent === 'Stop')
          if (!words.endsWith('checked, 0 bad') || !stop) return
          look.disconnect()
          stop.focus()
          stop.click()
          resolve(words)
        })
        look.observe(document.body, { subtree: true, childList: true, characterData: true })
      }),
  )
  await verify(page).press('Enter')
  expect(await told).toMatch(/^[\d,]+ checked, 0 bad$/)
  await expect(page.getByText('Stopped.', { exact: true }).first()).toBeVisible()
  await expect(verify(page)).toBeFocused()
  await expect(verify(page)).not.toHaveAttribute('aria-disabled')
})
