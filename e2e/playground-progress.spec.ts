// While a contract runs: what is known of it grows, what is not known is said so, and Cancel ends it.
import type { Locator, Page } from '@playwright/test'
import { fromWat } from '../src/wasm/fixtures/wat.ts'
import { choose, drop, expect, looksRight, open, outcome, run, test } from './playground-page.ts'

/** Asks the host for ever, and every so often for a page of memory. */
const asking = Buffer.from(
  fromWat(`(module
    (import "icn" "host_account_get_mana" (func $mana (result i64)))
    (memory (export "memory") 1)
    (func (export "run") (result i64) (local $i i32)
      (loop $l
        (drop (call $mana))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (if (i32.eqz (i32.rem_u (local.get $i) (i32.const 200000))) (then (drop (memory.grow (i32.const 1)))))
        (br $l))
      unreachable))`),
)

/** The first number of a line of the figures. */
const figure = async (page: Page, name: string): Promise<number> => {
  const text = await outcome(page).locator('.lines > div', { hasText: name }).locator('dd').textContent()
  return Number(/[\d,.]+/.exec(text ?? '')?.[0]?.replaceAll(',', '') ?? Number.NaN)
}

/** Of a hundred. */
const share = async (page: Page, name: string): Promise<number> =>
  Number(await outcome(page).getByRole('meter', { name }).getAttribute('aria-valuenow'))

const height = async (place: Locator) => (await place.boundingBox())!.height

async function start(page: Page): Promise<void> {
  await drop(page, 'asking.wasm', asking)
  await expect(page.locator('#module-title')).toHaveText('asking.wasm')
  await page.getByLabel('Fuel budget').fill('100,000,000,000')
  await run(page)
}

test('while a contract runs, its fuel, memory and host calls are seen to grow, and it can be cancelled', async ({
  page,
}) => {
  await open(page)
  // Also where all that is looked at below takes long.
  await page.getByLabel('Time limit').selectOption('10 minutes')
  await start(page)
  for (const name of ['Fuel used', 'Host calls'] as const) {
    await expect.poll(() => figure(page, name)).toBeGreaterThan(0)
    const before = await figure(page, name)
    await expect.poll(() => figure(page, name)).toBeGreaterThan(before)
  }
  const memory = 'Share of the memory limit used'
  await expect.poll(() => share(page, memory)).toBeGreaterThan(0)
  const before = await share(page, memory)
  await expect.poll(() => share(page, memory)).toBeGreaterThan(before)
  const fuel = outcome(page).getByRole('meter', { name: 'Share of the fuel budget used' })
  await expect(fuel).toHaveAttribute('aria-valuetext', /^[\d,]+ of 100,000,000,000$/)
  await expect(outcome(page)).toContainText('As it was at its last host calls.')
  await looksRight(page, 'a run that goes on')
  await page.getByRole('button', { name: 'Cancel' }).click()
  await expect(outcome(page)).toContainText('Cancelled')
  await expect(outcome(page).locator('.running')).toHaveCount(0)
  // The next worker is watched like the first.
  await expect(page.getByText(/The runtime was started again/).first()).toBeVisible()
  await start(page)
  await expect.poll(() => figure(page, 'Host calls')).toBeGreaterThan(1_000)
  await page.getByRole('button', { name: 'Cancel' }).click()
  await expect(outcome(page)).toContainText('Cancelled')
})

test('of a contract that only computes it is said that nothing is known yet', async ({ page }) => {
  await open(page)
  await choose(page, 'Count for ever')
  await page.getByLabel('Fuel budget').fill('100,000,000,000')
  await run(page)
  const live = outcome(page).locator('.running')
  await expect(live).toContainText(
    'No host call yet: what it has used is known only where it calls the host.',
  )
  await expect(live.locator('.lines > div', { hasText: 'Fuel used' })).toContainText('not known yet')
  await expect(live.locator('.lines > div', { hasText: 'Host calls' })).toContainText('none yet')
  await page.getByRole('button', { name: 'Cancel' }).click()
  await expect(outcome(page)).toContainText('Cancelled')
})

test('on a narrow screen the figures come into sight, with a way to stop the run', async ({ page }) => {
  await page.setViewportSize({ width: 320, height: 640 })
  await open(page)
  await expect(outcome(page)).not.toBeInViewport()
  await start(page)
  const live = outcome(page).locator('.running')
  await expect(live).toBeInViewport({ ratio: 0.95 })
  await live.getByRole('button', { name: 'Stop the run' }).click()
  await expect(outcome(page)).toContainText('Cancelled')
  await expect(outcome(page).getByRole('heading', { name: 'What came of it' })).toBeFocused()
  await page.setViewportSize({ width: 1440, height: 900 })
  await start(page)
  await expect(live).toBeVisible()
  await expect(live.getByRole('button')).toHaveCount(0)
  await page.getByRole('button', { name: 'Cancel' }).click()
  await expect(outcome(page)).toContainText('Cancelled')
})

for (const width of [320, 1440])
  test(`nothing moves while the figures grow, ${width} px wide`, async ({ page }) => {
    await page.setViewportSize({ width, height: 900 })
    await open(page)
    await start(page)
    const live = outcome(page).locator('.running')
    await expect.poll(() => figure(page, 'Host calls')).toBeGreaterThan(0)
    const before = await height(live)
    const values = live.locator('.line-value')
    const places = () => values.evaluateAll((all) => all.map((one) => (one as HTMLElement).offsetLeft))
    const left = await places()
    await expect.poll(() => figure(page, 'Host calls')).toBeGreaterThan(1_000_000)
    expect(await height(live)).toBe(before)
    expect(await places()).toEqual(left)
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width)
    await page.getByRole('button', { name: 'Cancel' }).click()
    await expect(outcome(page)).toContainText('Cancelled')
  })

test('a screen reader is told seldom, not with every figure', async ({ page }) => {
  await open(page)
  const said = page.evaluateHandle(() => {
    const words: string[] = []
    new MutationObserver((changes) => {
      for (const { target } of changes) if (target.textContent) words.push(target.textContent)
    }).observe(document.querySelector('[role=status]')!, { childList: true })
    return words
  })
  await start(page)
  await expect.poll(async () => (await (await said).jsonValue()).join()).toMatch(/has been running for/)
  await expect.poll(() => figure(page, 'Time')).toBeGreaterThan(8)
  const running = (await (await said).jsonValue()).filter((words) => words.startsWith('asking.wasm has been'))
  expect(running).toHaveLength(1)
  expect(running[0]).toMatch(
    /^asking\.wasm has been running for 5 seconds\. Fuel used: \d+ %\. Memory: .+ Host calls: [\d,]+\.$/,
  )
  await page.getByRole('button', { name: 'Cancel' }).click()
  await expect(outcome(page)).toContainText('Cancelled')
})
