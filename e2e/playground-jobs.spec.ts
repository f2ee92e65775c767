// What a job's own page tells of how it ended, whoever asked for it.
import type { Page } from '@playwright/test'
import type { IcnRuntime } from '../src/protocol/api.ts'
import { choose, expect, looksRight, open, outcome, run, test } from './playground-page.ts'

const line = (page: Page, name: string) => page.locator('.lines > div', { hasText: name })

async function expectDivision(page: Page): Promise<void> {
  await expect(page.locator('.job-ending')).toHaveText('Failed: division by zero')
  const failure = page.locator('.slip-failure')
  await expect(failure).toContainText('The module trapped: it divided an integer by zero.')
  await expect(failure.locator('.chips > div', { hasText: 'in function' }).locator('dd')).toHaveText(
    'pay_per_hour',
  )
  await expect(failure).toContainText('Nothing it did was kept, and its mana was given back.')
  await expect(line(page, 'Fuel used')).toContainText(/\d+ of 1,000,000/)
  await expect(line(page, 'Mana charged')).toContainText('0')
}

test('a failed job’s page names the function it failed in and what it used, also after a reload', async ({
  page,
}) => {
  await open(page)
  await choose(page, 'Divide by zero')
  await run(page)
  await expect(outcome(page).getByText('Signature valid')).toBeVisible()
  await page.getByRole('link', { name: 'Jobs', exact: true }).click()
  await page.getByRole('list', { name: 'Jobs, newest first' }).getByRole('link', { name: 'Failed' }).click()
  await expectDivision(page)
  await page.reload()
  await expectDivision(page)
  await looksRight(page, 'a job that failed')
})

test('so does the page of a job that ran in the background', async ({ page }) => {
  await open(page)
  await expect(page.locator('#module-title')).toHaveText('Hello') // the runtime is there
  const id = await page.evaluate(async () => {
    const { icn } = window as unknown as { icn: IcnRuntime }
    const bytes = new Uint8Array(await (await fetch('samples/no-hours.wasm')).arrayBuffer())
    const { cid } = await icn.modules.add(bytes)
    return icn.jobs.submit({ manifestCid: cid, spec: { kind: 'CclWasm' }, costMana: 10n, fuel: 1_000_000n })
  })
  await page.goto(`/#/jobs/${id}`)
  await expectDivision(page)
})

test('a job that was done tells what it returned; one that ran no contract has nothing to add', async ({
  page,
}) => {
  await open(page)
  await run(page)
  await expect(outcome(page).getByText('Signature valid')).toBeVisible()
  await page.goto('/#/jobs')
  const list = page.getByRole('list', { name: 'Jobs, newest first' })
  await list.getByRole('link', { name: 'Completed' }).click()
  await expect(page.locator('.job-ending')).toHaveText('Completed')
  await expect(line(page, 'Result')).toContainText('42')
  await page.goto('/#/jobs')
  await page.getByRole('button', { name: 'Submit a small job' }).click()
  await expect(list.getByRole('listitem').first()).toContainText('Echo')
  await expect(list.getByRole('listitem').first()).toContainText('Completed')
  await list.getByRole('link', { name: 'Completed' }).first().click()
  await expect(page.locator('.timeline')).toContainText('Completed')
  await expect(page.locator('.job-ending')).toHaveCount(0)
})

test('a job whose contract is not there says so, and that nothing is known of its use', async ({ page }) => {
  await open(page)
  await expect(page.locator('#module-title')).toHaveText('Hello') // the runtime is there
  const id = await page.evaluate(async () => {
    const { icn } = window as unknown as { icn: IcnRuntime }
    const manifestCid = await icn.dag.put({ data: new TextEncoder().encode('no module') })
    return icn.jobs.submit({ manifestCid, spec: { kind: 'CclWasm' }, costMana: 10n })
  })
  await page.goto(`/#/jobs/${id}`)
  await expect(page.locator('.slip-failure')).toContainText('Serialization')
  await expect(page.getByText('What it used is not recorded here.')).toBeVisible()
})
