// Two nodes of one browser, each with a co-operative of its own, admit each other and then decide together.
import type { Page } from '@playwright/test'
import { expect, looksRight, open, test } from './playground-page.ts'

const proposal = (page: Page, title: string) => page.getByRole('article').filter({ hasText: title })

/** A tab in the background draws once a second: the one that is used is in front. */
async function press(page: Page, title: string, name: string): Promise<void> {
  await page.bringToFront()
  await proposal(page, title)
    .getByRole('button', { name: new RegExp(`^${name}`) })
    .click()
}

/** Admits the other node that is met, as the list of members offers it. */
async function admit(page: Page, title: string): Promise<void> {
  await page.bringToFront()
  await page.getByRole('button', { name: /^Propose to admit it/ }).click()
  await expect(page.getByLabel('Title')).toBeFocused()
  await page.keyboard.type(title)
  await page.keyboard.press('Enter')
  await expect(proposal(page, title).getByRole('heading')).toBeFocused()
  for (const act of ['Open the voting', 'Vote yes', 'End the voting', 'Put into effect'])
    await press(page, title, act)
  await expect(proposal(page, title)).toContainText('Accepted and in effect')
  await expect(page.getByRole('list', { name: 'Members' }).getByRole('listitem')).toHaveCount(2)
}

test('two nodes admit each other, vote, and each puts into effect what both decided', async ({
  page,
  context,
}) => {
  test.setTimeout(120_000)
  await open(page, '#/node')
  const [other] = await Promise.all([
    context.waitForEvent('page'),
    page.getByRole('link', { name: 'Open a second node in a new tab' }).click(),
  ])
  const both = [page, other]
  for (const tab of both) {
    await tab.getByLabel('Those of this browser').check()
    await tab.getByRole('link', { name: 'Governance', exact: true }).click()
  }
  for (const tab of both) await expect(tab.getByText('1 node here is no member')).toBeVisible()
  await looksRight(page, 'a node that is no member')
  await admit(page, 'The second joins')
  await admit(other, 'The first joins')
  for (const tab of both) await expect(tab.getByText('1 node here is no member')).toBeHidden()

  const propose = async (title: string) => {
    await page.bringToFront()
    await page.getByText('More', { exact: true }).click()
    await page.getByLabel(/^Votes needed, if not/).fill('2')
    await page.getByLabel('What is it about?').selectOption('Agree on something')
    await page.getByLabel('Title').fill(title)
    await page.getByLabel('Text', { exact: true }).fill('From May to September')
    await page.getByRole('button', { name: 'Propose', exact: true }).click()
    await page.getByText('More', { exact: true }).click()
    await press(page, title, 'Open the voting')
    await press(page, title, 'Vote yes')
    await expect(proposal(other, title)).toContainText('Voting is open')
    await expect(proposal(other, title)).toContainText('Yes 1, No 0')
  }

  await propose('Open on Sundays')
  await press(other, 'Open on Sundays', 'Vote yes')
  for (const tab of both) await expect(proposal(tab, 'Open on Sundays')).toContainText('Yes 2, No 0')
  // Who did not propose it can end the voting only after the deadline.
  await expect(proposal(other, 'Open on Sundays').getByRole('button', { name: /^End/ })).toHaveCount(0)
  await press(page, 'Open on Sundays', 'End the voting')
  for (const tab of both) {
    await expect(proposal(tab, 'Open on Sundays')).toContainText('Accepted, not yet in effect')
    await press(tab, 'Open on Sundays', 'Put into effect')
    await expect(proposal(tab, 'Open on Sundays')).toContainText('Accepted and in effect')
  }

  await propose('Close on Mondays')
  await press(other, 'Close on Mondays', 'Vote no')
  await expect(proposal(page, 'Close on Mondays')).toContainText('Yes 1, No 1')
  await press(page, 'Close on Mondays', 'Vote no')
  for (const tab of both) await expect(proposal(tab, 'Close on Mondays')).toContainText('Yes 0, No 2')
  await press(page, 'Close on Mondays', 'End the voting')
  for (const tab of both) await expect(proposal(tab, 'Close on Mondays')).toContainText('Rejected')
  await looksRight(other, 'decided together')
})
