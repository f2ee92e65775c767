// Writing a contract in the page: mistakes at their place, files that stay, links that carry a module.
import { readFileSync } from 'node:fs'
import { deflateRawSync } from 'node:zlib'
import type { Page, Route } from '@playwright/test'
import { drop, expect, open, outcome, run, sample, stored, test } from './playground-page.ts'

const source = (page: Page) => page.getByLabel('Source of the contract')
const CONTRACT = '(module (func $week (export "run") (result i64) (i64.mul (i64.const 5) (i64.const 8))))'

test('a contract is written, run, and still there after a reload', async ({ page }) => {
  await open(page, '#/write')
  await expect(source(page)).toHaveValue(/Hours were counted/)
  await source(page).fill(CONTRACT)
  await expect(page.getByText(/^Assembled: \d+ bytes\.$/)).toBeVisible()
  await source(page).press('Control+Enter')
  await expect(outcome(page)).toContainText('returned 40')
  await expect(page).toHaveURL(/#\/write\/contract\.wat$/)

  // A save that ends while the name is typed leaves it as it is typed.
  await source(page).press('End')
  await source(page).press('Space')
  await page.getByLabel('Name').fill('week.wat')
  await page.waitForTimeout(1_000)
  await page.getByLabel('Name').press('Enter')
  await expect(page).toHaveURL(/#\/write\/week\.wat$/)
  await page.reload()
  await expect(source(page)).toHaveValue(`${CONTRACT} `)
  const files = page.getByLabel('Open', { exact: true })
  await page.getByRole('button', { name: 'Delete' }).click()
  await expect(files).not.toContainText('week.wat')
  await page.getByRole('button', { name: 'Bring it back' }).click()
  await expect(source(page)).toHaveValue(`${CONTRACT} `)
  await expect(files).toContainText('week.wat')
  await expect(page.getByRole('button', { name: 'Bring it back' })).toHaveCount(0)
})

test('a source of many thousand lines keeps only the rows in sight in the page, at their place', async ({
  page,
}) => {
  await open(page, '#/write')
  await expect(source(page)).toHaveValue(/Hours were counted/)
  const lines = Array.from({ length: 8_000 }, (_line, at) => `  ;; line ${at + 2}`)
  lines[4_998] = '  (func (result i64) i32.const 1)' // line 5,000
  // As a paste would: keys one by one would take minutes.
  await source(page).evaluate(
    (field: HTMLTextAreaElement, text) => {
      field.value = text
      field.dispatchEvent(new Event('input'))
    },
    `(module\n${lines.join('\n')}\n)`,
  )
  await page.getByRole('button', { name: 'Line 5000, column 22' }).click()
  await expect(page.locator('.code-numbers .wrong')).toHaveText('5000\n')
  expect(await page.locator('.code-numbers span').count()).toBeLessThan(200)
  // The number stands beside its line, and the mark under its word.
  const top = (selector: string) =>
    page.locator(selector).evaluate((element) => element.getBoundingClientRect().top)
  const row = page.locator('.code-colours').getByText('i32.const')
  await expect(row).toBeInViewport()
  const word = await row.evaluate((element) => element.getBoundingClientRect().top)
  expect(Math.abs((await top('.code-numbers .wrong')) - word)).toBeLessThan(8)
  expect(Math.abs((await top('.code-mark')) - word)).toBeLessThan(8)
})

test('mistakes are told at line and column, and nothing runs until they are gone', async ({ page }) => {
  await open(page, '#/write')
  await source(page).fill('(module\n  (func (export "run") (result i64)\n    i32.const 1))')
  const place = page.getByRole('button', { name: 'Line 3, column 5' })
  await expect(place).toBeVisible()
  await expect(page.locator('.write-errors')).toContainText('expected [i64] but got [i32]')
  await expect(page.getByRole('button', { name: 'Run', exact: true })).toHaveAttribute(
    'aria-disabled',
    'true',
  )
  await expect(source(page)).toHaveAttribute('aria-invalid', 'true')
  await source(page).press('Control+Enter')
  await expect(page.getByRole('alert').filter({ hasText: 'Line 3, column 5' })).toBeAttached()
  await place.click()
  await expect(source(page)).toBeFocused()
  const selected = await source(page).evaluate((field: HTMLTextAreaElement) =>
    field.value.slice(field.selectionStart, field.selectionEnd),
  )
  expect(selected).toBe('i32.const')
  await page.keyboard.type('i64.const')
  await expect(page.getByText(/^Assembled: \d+ bytes\.$/)).toBeVisible()
  await source(page).press('Control+Enter')
  await expect(outcome(page)).toContainText('returned 1')
})

test('a trap names the function as it was written', async ({ page }) => {
  await open(page, '#/write')
  await source(page).fill('(module (func $give_up unreachable) (func (export "run") (call $give_up)))')
  await source(page).press('Control+Enter')
  await expect(outcome(page).getByRole('article')).toContainText('give_up')
})

test('a sample’s source opens from the sample, and other languages open for reading', async ({ page }) => {
  await open(page)
  await expect(page.locator('#module-title')).toHaveText('Hello')
  await page.getByText('Everything in this module').click()
  await page.getByRole('link', { name: 'hello.wat' }).click()
  await expect(source(page)).toHaveValue(/The smallest contract/)
  await page.getByLabel('Open', { exact: true }).selectOption({ label: 'Count a ranked vote, C' })
  await expect(source(page)).toHaveValue(/#include/)
  await expect(source(page)).toHaveAttribute('readonly', '')
  await run(page)
  await expect(outcome(page)).toContainText('Elected: Child care')
})

test('what is asked for last is opened and run, however late the one before arrives', async ({ page }) => {
  const slowly = async (route: Route) => {
    await new Promise((resolve) => setTimeout(resolve, 1_500))
    await route.continue()
  }
  await page.route(/assembler-.*\.js$/, slowly)
  await open(page)
  await expect(page.locator('#module-title')).toHaveText('Hello')
  await page.route(/hello\.wat$/, slowly)
  await page.goto('/#/write')
  await expect(source(page)).toHaveValue(/module/)
  const files = page.getByLabel('Open', { exact: true })
  await files.selectOption({ label: 'Hello, WAT' })
  await files.selectOption({ label: 'Count a ranked vote, C' })
  await expect(source(page)).toHaveAttribute('readonly', '')
  await run(page)
  await expect(outcome(page)).toContainText('Elected: Child care')
  await page.waitForTimeout(2_000)
  await expect(source(page)).toHaveValue(/#include/)
  await expect(page.locator('#module-title')).toHaveText('Count a ranked vote')
})

test('Run means the text as it is, also when it was typed a moment ago', async ({ page }) => {
  await open(page, '#/write')
  await expect(page.getByText(/^Assembled: \d+ bytes\.$/)).toBeVisible()
  for (const result of ['7', '8', '9']) {
    // In one go: nothing is assembled between the key and the press.
    await source(page).evaluate((field: HTMLTextAreaElement, text) => {
      field.value = text
      field.dispatchEvent(new InputEvent('input', { bubbles: true }))
      for (const button of document.querySelectorAll('button'))
        if (button.textContent?.trim() === 'Run') button.click()
    }, `(module (func (export "run") (result i64) i64.const ${result}))`)
    await expect(outcome(page)).toContainText(`returned ${result}`)
  }
})

test('the editor is left with Escape and Tab, and a .wat file can be dropped or pasted', async ({ page }) => {
  await open(page, '#/write')
  await expect(source(page)).toHaveValue(/module/)
  await source(page).focus()
  await page.keyboard.press('Escape')
  await expect(page.getByLabel('Open', { exact: true })).toBeFocused()
  await page.evaluate((text) => {
    const clipboardData = new DataTransfer()
    clipboardData.setData('text/plain', text)
    document.body.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true }))
  }, CONTRACT)
  await expect(source(page)).toHaveValue(CONTRACT)
})

test('the workspace goes into a file and comes back in another browser', async ({
  page,
  browser,
  baseURL,
}) => {
  await open(page, '#/write')
  await source(page).fill(CONTRACT)
  await expect(page).toHaveURL(/contract\.wat$/)
  await page.locator('.file-bar summary').click()
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Export the workspace' }).click(),
  ])
  const file = await download.path()

  const context = await browser.newContext(baseURL ? { baseURL } : {})
  const other = await context.newPage()
  await open(other, '#/write')
  await expect(source(other)).toHaveValue(/Hours were counted/)
  await other.locator('.file-bar summary').click()
  const take = (name: string, buffer: Buffer) =>
    other.setInputFiles('#workspace-file', { name, mimeType: 'application/json', buffer })
  await take('notes.json', Buffer.from('[1]'))
  await expect(other.locator('.problem')).toContainText('The file is not a workspace')
  await take('workspace.json', readFileSync(file))
  await other.getByLabel('Open', { exact: true }).selectOption('contract.wat')
  await expect(source(other)).toHaveValue(CONTRACT)
  await context.close()
})

test('a dropped module is kept by a button, opens as text for reading, and is deleted like a source', async ({
  page,
}) => {
  await open(page)
  const keep = page.getByRole('button', { name: 'Keep it in the workspace' })
  await expect(page.locator('#module-title')).toHaveText('Hello')
  await expect(keep).toBeHidden()
  await drop(page, 'vote.wasm', sample('ranked-vote.wasm'))
  await expect(page.locator('#module-title')).toHaveText('vote.wasm')
  await keep.click()
  await keep.click()
  await page.locator('.share-place').getByRole('link', { name: 'vote.wasm', exact: true }).click()
  await expect(source(page)).toHaveValue(/\(module[\s\S]*"host_log"/)
  await expect(source(page)).toHaveAttribute('readonly', '')
  const files = page.getByLabel('Open', { exact: true })
  expect(await files.locator('optgroup').first().getByRole('option').allTextContents()).toEqual(['vote.wasm'])
  await page.reload()
  await expect(page.locator('#module-title')).toHaveText('vote.wasm')
  await run(page)
  await expect(outcome(page)).toContainText('Elected: Child care')

  await page.locator('.file-bar summary').click()
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Save as .wasm' }).click(),
  ])
  expect(download.suggestedFilename()).toBe('vote.wasm')
  expect(readFileSync(await download.path())).toEqual(sample('ranked-vote.wasm'))
  await page.getByRole('button', { name: 'Delete' }).click()
  await expect(source(page)).toHaveValue(/Hours were counted/)
  await expect(files).not.toContainText('vote.wasm')
  await page.getByRole('button', { name: 'Bring it back' }).click()
  await expect(source(page)).toHaveValue(/\(module[\s\S]*"host_log"/)
})

test('a link carries the module and its settings, and runs nothing by itself', async ({ page, context }) => {
  await open(page)
  await page.getByRole('radio', { name: 'Count for ever' }).check()
  await expect(page.locator('#module-title')).toHaveText('Count for ever')
  await page.getByLabel('Fuel budget').fill('12,345')
  await page.getByLabel('Time limit').selectOption('5 s')
  await page.getByRole('button', { name: 'Copy a link to it' }).click()
  const link = await page.getByLabel('Link to this module').inputValue()
  expect(link).toContain('#/open/1')

  const other = await context.newPage()
  await other.goto(link)
  await expect(other.locator('#module-title')).toHaveText('Count for ever')
  await expect(other.getByLabel('Fuel budget')).toHaveValue('12,345')
  await expect(other.getByLabel('Time limit')).toHaveValue('5000')
  await expect(other.locator('.notice')).toContainText('It has not been run')
  expect((await stored(other)).receipts).toBe(0)
  await run(other)
  await expect(outcome(other)).toContainText('of 12,345')
})

test('a link to a source opens the editor', async ({ page, context }) => {
  await open(page, '#/write')
  await source(page).fill(CONTRACT)
  // The text that was there first has been assembled too; it has several functions.
  await expect(page.locator('.module-facts').getByText('1 function', { exact: true })).toBeVisible()
  await page.getByRole('button', { name: 'Copy a link to it' }).click()
  const link = await page.getByLabel('Link to this module').inputValue()
  const other = await context.newPage()
  await other.goto(link)
  await expect(source(other)).toHaveValue(CONTRACT)
})

const hostile = (text: string) => `1${deflateRawSync(text).toString('base64url')}`
for (const [what, fragment, said] of [
  ['is damaged', '1%00%ff', 'characters missing, or some that do not belong'],
  ['is of another version', '7abc', 'not one of this playground'],
  [
    'asks for too much',
    hostile('{"name":"a","kind":"wasm","memoryPages":65536}\nx'),
    'memory limit that cannot be chosen',
  ],
  ['unpacks to very much', hostile('0'.repeat(20_000_000)), 'unpacks to more than 8388608 bytes'],
] as const)
  test(`a link that ${what} is refused with a sentence`, async ({ page }) => {
    await page.goto(`/#/open/${fragment}`)
    await expect(page.getByRole('heading', { name: 'This link could not be opened' })).toBeVisible()
    await expect(page.locator('main').getByRole('alert')).toContainText(said)
  })

test('markup in a link is text', async ({ page }) => {
  await page.goto(`/#/open/${hostile('{"name":"<img src=x onerror=alert(1)>","kind":"wasm"}\nno module')}`)
  await expect(page.locator('.problem-title')).toHaveText('<img src=x onerror=alert(1)> was not opened')
})

test('the address can name a module of this site, and of no other', async ({ page }) => {
  await open(page, '?module=samples/ranked-vote.wasm')
  await expect(page.locator('#module-title')).toHaveText('ranked-vote.wasm')
  await open(page, '?module=samples/hello.wat')
  await expect(source(page)).toHaveValue(/The smallest contract/)
  await open(page, '?module=https://example.org/a.wasm')
  await expect(page.locator('.problem')).toContainText('It is on another site, example.org')
})

test('under another memory limit a module that was refused is taken', async ({ page }) => {
  await open(page)
  await page.getByRole('radio', { name: 'Too big to start' }).click()
  await expect(page.locator('.problem')).toContainText('Too big to start was not opened')
  await page.getByLabel('Memory limit').selectOption('1.0 GiB')
  await expect(page.locator('#module-title')).toHaveText('Too big to start')
  await expect(page.locator('.problem')).toHaveCount(0)
  await page.reload()
  await expect(page.getByLabel('Memory limit')).toHaveValue('16384')
})

test('a run over its time is stopped, and says so', async ({ page }) => {
  await open(page)
  await page.getByRole('radio', { name: 'Count for ever' }).check()
  await expect(page.locator('#module-title')).toHaveText('Count for ever')
  await page.getByLabel('Fuel budget').fill('100000000000')
  await page.getByLabel('Time limit').selectOption('1 s')
  await run(page)
  await expect(outcome(page)).toContainText('It took too long')
})

test.describe('a part that does not arrive', () => {
  test.use({ allowed: [/Failed to load resource/] })

  test('is told, and asked for again with the next change', async ({ page, context }) => {
    await context.route(/\/assets\/wabt-/, (route) => route.abort())
    await page.goto('/#/write')
    await expect(page.locator('.write .problem')).toContainText('wabt')
    await context.unroute(/\/assets\/wabt-/)
    await source(page).fill(CONTRACT)
    await expect(page.getByText(/^Assembled: \d+ bytes\.$/)).toBeVisible()
  })
})
