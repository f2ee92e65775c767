// Everyone's playground: axe on every screen in both themes, the keyboard alone, the narrowest screen.
import type { Page } from '@playwright/test'
import { expect, open, outcome, run, sideways, test, violations } from './playground-page.ts'

/** Visits every screen in every state worth looking at. */
async function tour(page: Page, look: (place: string) => Promise<void>): Promise<void> {
  await open(page)
  await expect(page.locator('#module-title')).toBeVisible()
  await look('run, before the first run')
  for (const place of ['receipts', 'jobs', 'blocks']) {
    await page.goto(`/#/${place}`)
    await expect(page).toHaveTitle(new RegExp(`^${place} `, 'i'))
    await expect(page.locator('.empty')).toBeVisible()
    await look(`${place}, empty`)
  }
  for (const id of ['submit-job', 'endless']) {
    await page.goto(`/#/run/${id}`)
    await expect(page.locator('#module-title')).toHaveText(
      id === 'endless' ? 'Count for ever' : 'Submit a job',
    )
    await page.getByLabel('Show where the fuel goes').check()
    await run(page)
    await expect(outcome(page).locator(id === 'endless' ? '.slip-bad' : '.slip-good')).toBeVisible()
    await expect(outcome(page).getByText('Signature valid')).toBeVisible()
    await page.getByText('Everything in this module').click()
    for (const call of await outcome(page).locator('.call-exact summary').all()) await call.click()
    await look(`run, after ${id}`)
  }
  await page.goto('/#/write')
  await expect(page.getByText(/^Assembled/)).toBeVisible()
  await page.locator('.file-bar summary').click()
  await look('write')
  await page
    .getByLabel('Source of the contract')
    .fill('(module (func (result i64) i32.const 1) (func i64.cnst))')
  await expect(page.locator('.write-errors')).toBeVisible()
  await look('write, with a mistake')
  await page.getByRole('button', { name: 'Delete' }).click()
  await expect(page.getByRole('button', { name: 'Bring it back' })).toBeVisible()
  await look('write, with a file just deleted')
  await page.goto('/#/open/1broken')
  await expect(page.locator('.problem')).toBeVisible()
  await look('a broken link')
  await page.goto('/#/run/hello')
  await expect(page.locator('#module-title')).toHaveText('Hello')
  await page.getByRole('button', { name: 'Copy a link to it' }).click()
  await expect(page.getByLabel('Link to this module')).toBeVisible()
  await look('run, with a link')
  await page.setInputFiles('#module-file', {
    name: 'a-file-with-quite-a-long-name-that-is-no-module.wasm',
    mimeType: 'application/wasm',
    buffer: Buffer.from('no'),
  })
  await expect(page.locator('.problem')).toBeVisible()
  await page.getByText('The bytes there').click()
  await look('run, refused module')
  await page.goto('/#/run/endless')
  await expect(page.locator('#module-title')).toHaveText('Count for ever')
  await page.locator('#fuel').fill('99999999999')
  await run(page)
  await expect(outcome(page).locator('.running')).toBeVisible()
  await page.getByRole('button', { name: 'Cancel' }).first().click()
  await expect(outcome(page).locator('.problem')).toBeVisible()
  await page.locator('#fuel').fill('lots')
  await look('run, cancelled, with a budget that is none')
  await page.locator('#fuel').fill('1,000,000')
  await page.goto('/#/governance')
  await expect(page.getByText('Nothing has been proposed yet.')).toBeVisible()
  for (const summary of ['More', 'Rules of this co-operative'])
    await page.getByText(summary, { exact: true }).click()
  await look('governance, all open')
  for (const place of ['receipts', 'jobs', 'mana', 'blocks']) {
    await page.goto(`/#/${place}`)
    await expect(page).toHaveTitle(new RegExp(`^${place} `, 'i'))
    await expect(page.locator('.rows .row').first()).toBeVisible()
    await look(place)
  }
  await page.getByRole('button', { name: 'Verify every block' }).click()
  await expect(page.locator('.verdict')).toBeVisible()
  await page.getByText('Export, import, tidy up').click()
  await look('blocks, verified')
  await page.goto('/#/node')
  await expect(page.locator('.node .lines')).toBeVisible()
  await page.getByText('For engineers').click()
  await page.getByLabel('Those of this browser').check()
  await expect(page.locator('.mesh-state')).toContainText('Nobody else is there yet.')
  await look('node, in the mesh')
  await page.goto('/#/jobs')
  await page.locator('.row-link').first().click()
  await expect(page.locator('.timeline')).toBeVisible()
  await look('job')
  await page.goto('/#/receipts')
  await page.locator('.row-link').last().click()
  await expect(page.locator('.receipt-facts')).toBeVisible()
  await page.getByText(/signed bytes, field by field/).click()
  await look('receipt')
  await page.locator('.receipt-facts div', { hasText: 'Receipt block' }).getByRole('link').first().click()
  await expect(page.locator('.dump').first()).toBeVisible()
  await look('block')
}

for (const colorScheme of ['light', 'dark'] as const)
  test.describe(`${colorScheme} colours`, () => {
    test.use({ colorScheme })

    test('axe finds nothing on any screen', async ({ page }) => {
      test.setTimeout(180_000)
      await tour(page, async (place) => {
        expect.soft(await violations(page), place).toEqual([])
      })
    })
  })

test.describe('320 px wide', () => {
  test.use({ viewport: { width: 320, height: 640 } })

  test('nothing scrolls sideways and every target is large enough', async ({ page }) => {
    test.setTimeout(180_000)
    await tour(page, async (place) => {
      expect.soft(await sideways(page), `${place}: scrolls sideways`).toBe(0)
      const cut = await page.evaluate(() =>
        [...document.querySelectorAll('.slip, .lines, .facts, .row, .controls')]
          .filter((element) => element.scrollWidth > element.clientWidth + 1)
          .map((element) => element.outerHTML.slice(0, 300)),
      )
      expect.soft(cut, `${place}: cut off`).toEqual([])
      // WCAG 2.2 target size, links inside sentences excepted.
      const small = await page.evaluate(() =>
        [
          ...document.querySelectorAll<HTMLElement>(
            'button, select, input, textarea, summary, nav a, .button',
          ),
        ]
          .filter(
            (element) =>
              element.checkVisibility() && !element.closest('.visually-hidden, .visually-hidden + *'),
          )
          .filter((element) => Math.min(element.offsetWidth, element.offsetHeight) < 24)
          .filter((element) => !element.classList.contains('visually-hidden'))
          .map((element) => element.outerHTML),
      )
      expect.soft(small, `${place}: targets under 24 px`).toEqual([])
    })
  })

  test('the slip is brought into sight after a run', async ({ page }) => {
    await open(page)
    await expect(page.locator('#module-title')).toHaveText('Hello')
    await run(page)
    await expect(outcome(page).getByRole('heading', { name: 'Completed' })).toBeInViewport()
  })
})

test('the whole path works with the keyboard alone', async ({ page }) => {
  await open(page)
  await expect(page.locator('#module-title')).toHaveText('Hello')
  await page.keyboard.press('Tab')
  await expect(page.getByRole('link', { name: 'Skip to the content' })).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('main')).toBeFocused()
  await page.keyboard.press('Tab')
  await expect(page.getByRole('radio', { name: 'Hello' })).toBeFocused()
  await page.keyboard.press('ArrowDown')
  await expect(page.locator('#module-title')).toHaveText('Spend mana')
  for (const name of [
    'Open a .wasm file',
    'Start with',
    'Fuel budget',
    'Memory limit',
    'Time limit',
    'Show where the fuel goes (slower)',
  ]) {
    await page.keyboard.press('Tab')
    await expect(page.getByLabel(name)).toBeFocused()
  }
  await page.keyboard.press('Tab')
  await expect(page.getByRole('button', { name: 'Run', exact: true })).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(outcome(page).getByRole('heading', { name: 'Completed' })).toBeVisible()
  await expect(page.getByRole('button', { name: 'Run', exact: true })).toBeFocused()

  const read = outcome(page).getByRole('link', { name: 'Read the receipt' })
  for (let presses = 0; presses < 12; presses += 1) {
    if (await read.evaluate((link) => link === document.activeElement)) break
    await page.keyboard.press('Tab')
  }
  await expect(read).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { level: 1, name: 'Receipt' })).toBeFocused()
  await expect(page).toHaveTitle('Receipt · ICN playground')
})

/** Presses Tab until focus has been everywhere; tells what could not be reached, was not to be seen, or held it fast. */
async function walk(page: Page): Promise<readonly string[]> {
  // Tab goes on from where focus was last: from the first link of all, everything comes after.
  await page.locator('.skip').focus()
  const wanted = await page.evaluate(() => {
    const all = document.querySelectorAll<HTMLElement>(
      'a[href], button, input, select, textarea, summary, [tabindex="0"]',
    )
    const groups = new Set<string>()
    const reachable = [...all].filter((element) => {
      if (!element.checkVisibility() || element.tabIndex < 0 || (element as HTMLInputElement).disabled)
        return false
      const { type, name } = element as HTMLInputElement
      if (type !== 'radio') return true
      // Of a group of radio buttons Tab reaches one.
      if (groups.has(name)) return false
      groups.add(name)
      return true
    })
    Object.assign(window, { been: new Set<Element>([document.querySelector('.skip')!]) })
    return reachable.length
  })
  const wrong: string[] = []
  for (let presses = 0; presses < wanted + 20; presses += 1) {
    await page.keyboard.press('Tab')
    const found = await page.evaluate(() => {
      const on = document.activeElement
      if (!on || on === document.body) return 'end'
      const { been } = window as unknown as { been: Set<Element> }
      const name = `${on.tagName} ${on.id} ${(on.getAttribute('aria-label') ?? on.textContent ?? '').slice(0, 40)}`
      if (been.has(on)) return on.matches(':focus') && been.size > 1 ? 'end' : `${name}: holds the focus`
      been.add(on)
      const shown = on.closest('.picker')?.querySelector('input:focus + .button') ?? on
      const frame = on.closest('.sample, .code-frame') ?? shown
      const { outlineStyle, outlineWidth } = getComputedStyle(frame)
      const rect = on.querySelector('rect')
      const marked = outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 2
      const box = frame.getBoundingClientRect()
      const inSight = box.bottom > 0 && box.top < window.innerHeight && box.width > 0
      if (!marked && !(rect && Number.parseFloat(getComputedStyle(rect).strokeWidth) >= 2))
        return `${name}: focus is not to be seen`
      return inSight ? '' : `${name}: out of sight`
    })
    if (found === 'end') break
    if (found) wrong.push(found)
  }
  const been = await page.evaluate(() => (window as unknown as { been: Set<Element> }).been.size)
  if (been < wanted) wrong.push(`only ${been} of ${wanted} were reached`)
  return wrong
}

test('Tab reaches everything on every screen, and shows where it is', async ({ page }) => {
  test.setTimeout(180_000)
  await tour(page, async (place) => {
    expect.soft(await walk(page), place).toEqual([])
  })
})

test('the chosen theme is remembered', async ({ page }) => {
  await page.emulateMedia({ colorScheme: 'light' })
  await open(page)
  const paper = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor)
  const light = await paper()
  await page.getByRole('button', { name: 'Use dark colours' }).click()
  const dark = await paper()
  expect(dark).not.toBe(light)
  await page.reload()
  await expect(page.getByRole('button', { name: 'Use light colours' })).toBeVisible()
  expect(await paper()).toBe(dark)
})

/** Shifts of the layout that no gesture asked for, added up from now on. */
async function watchShifts(page: Page): Promise<() => Promise<number>> {
  await page.addInitScript(() => {
    const shifts: number[] = []
    Object.assign(window, { shifts })
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) {
        const { value, hadRecentInput } = entry as unknown as { value: number; hadRecentInput: boolean }
        if (!hadRecentInput) shifts.push(value)
      }
    }).observe({ type: 'layout-shift', buffered: true })
  })
  return () =>
    page.evaluate(() =>
      (window as unknown as { shifts: number[] }).shifts.reduce((sum, value) => sum + value, 0),
    )
}

test('nothing on the first screen moves once it is there', async ({ page }) => {
  const shifted = await watchShifts(page)
  await open(page)
  await expect(page.locator('#module-title')).toHaveText('Hello')
  await run(page)
  await expect(outcome(page).getByText('Signature valid')).toBeVisible()
  expect(await shifted()).toBeLessThan(0.02)
})

for (const width of [320, 1440])
  test(`no screen moves by itself while it fills, at ${width} px`, async ({ page }) => {
    await page.setViewportSize({ width, height: width === 320 ? 640 : 900 })
    await open(page)
    await expect(page.locator('#module-title')).toHaveText('Hello')
    await run(page)
    await expect(outcome(page).getByText('Signature valid')).toBeVisible()
    const cid = (await outcome(page).locator('.slip-receipt code').textContent()) ?? ''
    const shifted = await watchShifts(page)
    const there = {
      receipts: '.rows .row',
      [`receipts/${cid}`]: '.graph',
      jobs: '.rows .row',
      governance: '.member',
      mana: '.row-mana',
      blocks: '.rows .row',
      [`blocks/${cid}`]: '.dump',
      node: '.node .lines',
    }
    for (const [place, content] of Object.entries(there)) {
      // Another query makes it another document: each screen is loaded from nothing.
      await page.goto(`/?${encodeURIComponent(place)}#/${place}`)
      await expect(page.locator(content).first()).toBeVisible()
      await page.waitForTimeout(300) // what comes late would come now
      expect.soft(await shifted(), place).toBeLessThan(0.05)
    }
  })

test('who wants little motion gets none', async ({ page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' })
  await open(page)
  await expect(page.locator('#module-title')).toHaveText('Hello')
  await page.goto('/#/run/endless')
  await expect(page.locator('#module-title')).toHaveText('Count for ever')
  await page.locator('#fuel').fill('100000000000')
  await run(page)
  await expect(outcome(page).getByRole('progressbar')).toBeVisible()
  expect(await page.evaluate(() => document.getAnimations().length)).toBe(0)
  await page.getByRole('button', { name: 'Cancel' }).click()
  await expect(outcome(page)).toContainText('Cancelled')
})
