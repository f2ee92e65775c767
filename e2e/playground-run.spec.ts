// What a person learns of a run beyond its ending: the docs of what it calls, where its fuel went, what its mana did.
import { choose, drop, expect, open, outcome, run, sample, test } from './playground-page.ts'

test('before a run, each import says what it does and costs', async ({ page }) => {
  await open(page)
  await choose(page, 'Spend mana')
  await page.getByText('Everything in this module').click()
  const imports = page.locator('.imports')
  await expect(imports).toContainText('Spends mana of the account the run acts for')
  await expect(imports).toContainText(/Costs \d+ fuel/)
})

test('before a run, the limits a module declares are told, and the run is held to them', async ({ page }) => {
  await open(page)
  await choose(page, 'Spend mana')
  const asks = page.locator('.asks')
  await expect(asks).toContainText('It declares no limits of its own')
  const [name, declared] = ['icn:capabilities', '{"mana":2,"jobs":0}']
  const section = [name.length, ...Buffer.from(name), ...Buffer.from(declared)]
  await drop(page, 'bounded.wasm', Buffer.from([...sample('spend-mana.wasm'), 0, section.length, ...section]))
  await expect(page.locator('#module-title')).toHaveText('bounded.wasm')
  await expect(asks.locator('.limits')).toContainText('Its calls may cost you at most 2 mana.')
  await expect(asks.locator('.limits')).toContainText('It may submit no jobs.')
  await run(page)
  await expect(outcome(page)).toContainText('cost 5 mana; this run was granted 2')
})

test('mana before and after a run, and each change between', async ({ page }) => {
  await open(page)
  await choose(page, 'Spend mana')
  await run(page)
  const change = outcome(page).locator('.mana-change')
  await expect(change).toContainText(/^[\d,]+ → [\d,]+/)
  await change.locator('summary').click()
  await expect(change).toContainText('Spent −5')
  await expect(change).toContainText('Held for a job −')
})

test('a profile shows where the fuel went, and its parts add up to the total', async ({ page }) => {
  await open(page)
  await choose(page, 'Count a ranked vote')
  await page.getByLabel('Show where the fuel goes').check()
  await run(page)
  const table = outcome(page).locator('.profile table')
  await expect(table).toBeVisible()
  const numbers = (selector: string) =>
    table
      .locator(selector)
      .evaluateAll((cells) => cells.map((cell) => Number(cell.textContent?.replace(/,/g, ''))))
  const functions = await numbers('tbody tr:not(.profile-inner) td:nth-of-type(1)')
  const [total] = await numbers('tfoot td:nth-of-type(1)')
  expect(functions.length).toBeGreaterThan(2)
  expect(functions).toEqual([...functions].sort((a, b) => b - a))
  expect(functions.reduce((sum, fuel) => sum + fuel, 0)).toBe(total)
  const used = await outcome(page)
    .locator('.lines div', { hasText: 'Fuel used' })
    .locator('.line-value')
    .textContent()
  expect(Number(used?.split(' of ')[0]?.replace(/,/g, ''))).toBe(total)
})

test('of a very long log the first lines are shown, more on request, and the numbers are those of all', async ({
  page,
}) => {
  await open(page, '#/write')
  await expect(page.getByText(/^Assembled/)).toBeVisible()
  await page.getByLabel('Source of the contract').fill(`(module
    (import "icn" "host_log" (func $log (param i32 i32 i32)))
    (memory (export "memory") 1 1)
    (data (i32.const 0) "once more")
    (func (export "run") (result i64) (local $i i64)
      (loop $again
        (call $log (i32.const 2) (i32.const 0) (i32.const 9))
        (local.set $i (i64.add (local.get $i) (i64.const 1)))
        (br_if $again (i64.lt_u (local.get $i) (i64.const 1500))))
      (i64.const -9223372036854775808)))`)
  await page.getByLabel('Source of the contract').press('Control+Enter')
  await expect(outcome(page)).toContainText('returned -9,223,372,036,854,775,808')
  await expect(outcome(page).getByRole('heading', { name: 'Host calls: 1,500' })).toBeVisible()
  await expect(outcome(page)).toContainText('The first 1,000 of 1,500 calls were kept.')
  await expect(outcome(page)).toContainText('The first 1,000 of 1,500 lines were kept.')
  const lines = outcome(page).locator('.logs > li')
  await expect(lines).toHaveCount(200)
  await expect(lines.first()).toHaveText('warnonce more')
  await outcome(page).getByRole('button', { name: 'Show 200 more of 800' }).first().press('Enter')
  await expect(lines).toHaveCount(400)
  await expect(lines.nth(200)).toBeFocused()
})

test('a budget beyond what a run may have is told at its field, and read in groups', async ({ page }) => {
  await open(page)
  const fuel = page.getByLabel('Fuel budget')
  await fuel.fill('25000000')
  await fuel.press('Tab')
  await expect(fuel).toHaveValue('25,000,000')
  await fuel.fill('100000000001')
  await expect(page.getByText('A run may have at most 100,000,000,000 fuel.')).toBeVisible()
  await run(page)
  await expect(fuel).toBeFocused()
  await expect(outcome(page)).toContainText('Nothing has run yet')
})

test('each host call tells on request what its numbers meant', async ({ page }) => {
  await open(page)
  await choose(page, 'Submit a job')
  await run(page)
  const calls = outcome(page).locator('.calls > li')
  const first = calls.filter({ hasText: 'Asked who started it' })
  await first.locator('summary').click()
  await expect(first).toContainText('DID of the account that created the job.')
  await expect(first).toContainText(/Room for the answer\s*1,024 bytes from byte \d+ of its memory on/)
  await expect(first).toContainText(/Answer\s*\d+ bytes written to that room/)
  await expect(calls.first().locator('.call-line')).toHaveText('Asked who started it')
  await expect(calls.last().locator('.call-line')).toHaveText('Wrote a log line')
})

test('any module can be read as text, changed and run', async ({ page }) => {
  await open(page)
  await choose(page, 'Hello')
  await page.getByRole('button', { name: 'Read it as text' }).click()
  const source = page.getByLabel('Source of the contract')
  await expect(source).toHaveValue(/i64\.const 42/)
  await source.fill((await source.inputValue()).replace('i64.const 42', 'i64.const 43'))
  await source.press('Control+Enter')
  await expect(outcome(page)).toContainText('returned 43')
})
