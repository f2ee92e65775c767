// Governance as a member of a co-operative meets it: propose, open, vote, count, put into effect.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from '@playwright/test'
import { expect, open, test } from './playground-page.ts'

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

async function violations(page: Page): Promise<readonly string[]> {
  await page.evaluate(axeSource)
  return page.evaluate(async () => {
    const { axe } = window as unknown as {
      axe: {
        run(
          context: Document,
          options: object,
        ): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }>
      }
    }
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
    const results = await axe.run(document, { runOnly: { type: 'tag', values: tags } })
    return results.violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ')}`)
  })
}

const proposal = (page: Page, title: string) => page.getByRole('article').filter({ hasText: title })

/** Makes a proposal by the form. */
async function propose(page: Page, kind: string, title: string, values: Record<string, string>) {
  await page.getByLabel('What is it about?').selectOption(kind)
  await page.getByLabel('Title').fill(title)
  for (const [label, value] of Object.entries(values))
    await page.getByLabel(label, { exact: true }).fill(value)
  await page.getByRole('button', { name: 'Propose' }).click()
  await expect(proposal(page, title)).toBeVisible()
}

test('a proposal goes from the form into effect, and is there after a reload', async ({ page }) => {
  await open(page, '#/governance')
  await expect(page.getByText('Nothing has been proposed yet.')).toBeVisible()
  await expect(page.getByText('(you)')).toBeVisible()
  await propose(page, 'Admit a member', 'Dora joins', { 'DID of the new member': 'did:icn:test:dora' })
  const row = proposal(page, 'Dora joins')
  await expect(row).toContainText('Admits did:icn:test:dora as a member.')
  await expect(row).toContainText('Waiting for its voting to be opened')
  await row.getByRole('button', { name: /^Open the voting/ }).click()
  await row.getByRole('button', { name: /^Vote yes/ }).click()
  await expect(row).toContainText('Your vote: Yes.')
  await expect(row).toContainText('Yes 1, No 0, abstained 0.')
  await row.getByRole('button', { name: /^End the voting and count/ }).click()
  await expect(row).toContainText('Accepted, not yet in effect')
  await row.getByRole('button', { name: /^Put into effect/ }).click()
  await expect(row).toContainText('Accepted and in effect')
  await expect(page.getByRole('list', { name: 'Members' }).getByRole('listitem')).toHaveCount(2)
  await page.reload()
  await expect(proposal(page, 'Dora joins')).toContainText('Accepted and in effect')
  await page.goto('/#/mana')
  await expect(page.locator('.row-mana').first()).toBeVisible()
})

test('what is refused is said, and costs nothing', async ({ page }) => {
  await open(page, '#/governance')
  const balance = page.locator('.balance-chip strong')
  await expect(balance).not.toHaveText('…')
  const before = await balance.textContent()
  await page.getByLabel('What is it about?').selectOption('Admit a member')
  await page.getByLabel('Title').fill('Nobody joins')
  await page.getByLabel('DID of the new member').fill('dora')
  await page.getByRole('button', { name: 'Propose' }).click()
  const form = page.getByRole('region', { name: 'Make a proposal' })
  await expect(form.getByRole('alert')).toContainText('does not start with "did:"')
  await expect(page.getByText('Nothing has been proposed yet.')).toBeVisible()
  await expect(balance).toHaveText(before!)
})

test('the keyboard alone is enough, and keeps its place', async ({ page }) => {
  await open(page, '#/governance')
  await page.getByLabel('Title').focus()
  await page.keyboard.type('Open on Sundays')
  await page.keyboard.press('Tab')
  await page.keyboard.type('From May to September')
  await page.keyboard.press('Enter')
  const row = proposal(page, 'Open on Sundays')
  for (const [name, next] of [
    ['Open the voting', 'Vote yes'],
    ['Vote yes', 'Vote no'],
  ] as const) {
    const button = row.getByRole('button', { name: new RegExp(`^${name}`) })
    await button.focus()
    await page.keyboard.press('Enter')
    await expect(row.getByRole('button', { name: new RegExp(`^${next}`) })).toBeFocused()
  }
  await row.getByRole('button', { name: /^End the voting/ }).focus()
  await page.keyboard.press('Enter')
  await row.getByRole('button', { name: /^Put into effect/ }).press('Enter')
  await expect(row).toContainText('Accepted and in effect')
  await expect(row.getByRole('heading')).toBeFocused()
})

for (const colorScheme of ['light', 'dark'] as const)
  test.describe(`${colorScheme} colours, 320 px`, () => {
    test.use({ colorScheme, viewport: { width: 320, height: 640 } })

    test('axe finds nothing and nothing scrolls sideways', async ({ page }) => {
      const look = async (place: string) => {
        expect.soft(await violations(page), place).toEqual([])
        const sideways = await page.evaluate(() => {
          window.scrollBy(500, 0)
          return window.scrollX
        })
        expect.soft(sideways, `${place}: scrolls sideways`).toBe(0)
      }
      await open(page, '#/governance')
      await expect(page.getByText('Nothing has been proposed yet.')).toBeVisible()
      await look('empty')
      await propose(page, 'Give mana to somebody', `Paint ${'and brushes '.repeat(20)}`, {
        'DID of who gets it': `did:key:${'z6MkexampleExample'.repeat(4)}`,
        Mana: '50',
        'What for': 'paint',
      })
      await look('proposed')
      const row = page.getByRole('article')
      await row.getByRole('button', { name: /^Open the voting/ }).click()
      await row.getByRole('button', { name: /^Vote no/ }).click()
      await look('voted')
      await row.getByRole('button', { name: /^End the voting/ }).click()
      await expect(row).toContainText('Rejected')
      await look('rejected')
    })
  })
