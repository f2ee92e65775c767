// Governance as a member of a co-operative meets it: propose, open, vote, count, put into effect.
import type { Page } from '@playwright/test'
import { expect, looksRight, open, sideways, test, violations } from './playground-page.ts'

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
  await expect(row.getByRole('button', { pressed: true })).toHaveAccessibleName(/^Vote yes/)
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
  await expect(row.getByRole('heading')).toBeFocused()
  for (const [name, next] of [
    ['Open the voting', 'Vote yes'],
    ['Vote yes', 'Vote yes'],
  ] as const) {
    const button = row.getByRole('button', { name: new RegExp(`^${name}`) })
    await button.focus()
    await page.keyboard.press('Enter')
    await expect(row.getByRole('button', { name: new RegExp(`^${next}`) })).toBeFocused()
    if (name.startsWith('Vote'))
      await expect(row.getByRole('button', { pressed: true })).toHaveAccessibleName(new RegExp(`^${name}`))
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
        expect.soft(await sideways(page), `${place}: scrolls sideways`).toBe(0)
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

/** Opens the rules of the co-operative, changes some, and puts them in force. */
async function rules(page: Page, change: () => Promise<void>) {
  const section = page.locator('details', { hasText: 'Rules of this co-operative' })
  if ((await section.getAttribute('open')) === null) await section.locator('summary').click()
  await change()
  await section.getByRole('button', { name: 'Use these rules' }).click()
  await expect(page.getByRole('status')).toContainText('These rules are in force')
}

async function accept(page: Page, title: string) {
  const row = proposal(page, title)
  await row.getByRole('button', { name: /^Open the voting/ }).click()
  await row.getByRole('button', { name: /^Vote yes/ }).click()
  await row.getByRole('button', { name: /^End the voting/ }).click()
}

test('under other rules a decision waits, and is stopped by a veto with its reason', async ({ page }) => {
  await open(page, '#/governance')
  await rules(page, async () => {
    await page.getByLabel('Time in which a veto counts').selectOption('An hour')
    await page.getByLabel('I may veto').check()
  })
  await propose(page, 'Change a setting', 'More room', { Setting: 'mana_max_capacity', Value: '20000' })
  await accept(page, 'More room')
  const row = proposal(page, 'More room')
  await expect(row).toContainText('Accepted, waiting for its delay to pass')
  await expect(row).toContainText('once no veto can come any more')
  await row.getByText('Stop it by a veto').first().click()
  await row.getByLabel('Why it should not take effect').fill('Too much at once')
  await row.getByRole('button', { name: /^Stop it by a veto/ }).click()
  await expect(row).toContainText('Stopped by a veto')
  await expect(row).toContainText('Too much at once')
  await expect(page.getByText('No setting has been agreed on yet.')).toBeVisible()
  await page.reload()
  await page.getByText('Rules of this co-operative').click()
  await expect(page.getByLabel('I may veto')).toBeChecked()
})

test('a proposal waits for members to stand behind it', async ({ page }) => {
  await open(page, '#/governance')
  await rules(page, () => page.getByLabel('Members behind a proposal').fill('2'))
  await propose(page, 'Freeze a reputation', 'Calm down', {
    'DID of whose reputation': 'did:icn:test:dora',
  })
  const row = proposal(page, 'Calm down')
  await expect(row).toContainText('Freezes the reputation of did:icn:test:dora.')
  await expect(row).toContainText('1 of 2 members stand behind it.')
  await row.getByText('Who did what').click()
  await expect(row).toContainText('Behind it: you')
})

test('a vote is lent to another member and taken back; an agreed setting is listed', async ({ page }) => {
  await open(page, '#/governance')
  const vote = page.getByRole('region', { name: 'Your vote' })
  await expect(vote).toContainText('Once there is a second member, it can be lent.')
  await propose(page, 'Admit a member', 'Dora joins', { 'DID of the new member': 'did:icn:test:dora' })
  await accept(page, 'Dora joins')
  await proposal(page, 'Dora joins')
    .getByRole('button', { name: /^Put into effect/ })
    .click()
  await vote.getByLabel('Lend it to').selectOption('did:icn:test:dora')
  await vote.getByRole('button', { name: 'Lend it' }).click()
  await expect(vote).toContainText('Lent to')
  await expect(page.getByRole('list', { name: 'Members' })).toContainText('lends its vote to')
  await vote.getByRole('button', { name: 'Take it back' }).click()
  await expect(vote).toContainText('It is yours, one of 2 votes.')
  await page.getByText('More', { exact: true }).click()
  await page.getByLabel(/^Votes needed, if not/).fill('1')
  await page.getByLabel('A longer text').fill('Because there are more of us now.')
  await propose(page, 'Change a setting', 'More room', { Setting: 'mana_max_capacity', Value: '20000' })
  await accept(page, 'More room')
  await proposal(page, 'More room')
    .getByRole('button', { name: /^Put into effect/ })
    .click()
  await expect(page.getByRole('list', { name: 'Settings agreed on' })).toContainText(
    'mana_max_capacity is 20,000',
  )
  await proposal(page, 'More room').getByText('Who did what').click()
  await proposal(page, 'More room').getByText('The longer text').getByRole('link').click()
  await expect(page.getByRole('region', { name: 'Content of the block' })).toHaveText(
    'Because there are more of us now.',
  )
})

test('among a thousand proposals, those that wait for somebody are found, and each has a page', async ({
  page,
}) => {
  await open(page, '#/governance')
  await expect(page.getByText('Nothing has been proposed yet.')).toBeVisible()
  const long = `did:icn:${'co-operative-of-the-valley-'.repeat(8)}`
  await page.evaluate(async (did) => {
    const { governance, identity } = (
      window as unknown as {
        icn: {
          governance: Record<string, (...args: unknown[]) => Promise<string>>
          identity: { did(): Promise<string> }
        }
      }
    ).icn
    const make = (description: string, proposalType: object) =>
      governance.create!({ proposalType, description, durationSecs: 86_400 })
    const decide = async (id: string, option: string) => {
      await governance.openVoting!(id)
      await governance.castVote!({ proposalId: id, option })
      await governance.close!(id)
    }
    const rich = await make('Rich', {
      BudgetAllocation: [await identity.did(), 9_007_199_254_740_993n, 'work'],
    })
    await decide(rich, 'Yes')
    await governance.execute!(rich)
    await decide(
      await make('Too much', { BudgetAllocation: [did, 18_446_744_073_709_551_615n, 'all'] }),
      'No',
    )
    await governance.openVoting!(await make('Undecided', { NewMemberInvitation: did }))
    for (let from = 0; from < 1_000; from += 50)
      await Promise.all(
        Array.from({ length: 50 }, (_, at) =>
          make(`Proposal ${from + at}`, { GenericText: 'talk about it' }),
        ),
      )
  }, long)
  await page.reload()
  await expect(page.getByRole('article')).toHaveCount(25)
  await page.getByRole('button', { name: 'Show more' }).click()
  await expect(page.getByRole('article')).toHaveCount(50)
  await expect(page.getByRole('article').nth(25).getByRole('link').first()).toBeFocused()
  await page.getByLabel('Show', { exact: true }).selectOption('Voting is open, without my vote')
  await expect(page.getByRole('article')).toHaveCount(1)
  await looksRight(page, 'a proposal with a long name')
  await page
    .getByRole('article')
    .getByRole('button', { name: /^Abstain/ })
    .click()
  await expect(page.getByText('No proposal stands like that now.')).toBeVisible()
  await page.getByLabel('Show', { exact: true }).selectOption('Over and done with')
  await expect(page.getByRole('article')).toHaveCount(2)
  await expect(proposal(page, 'Too much')).toContainText('Gives 18,446,744,073,709,551,615 mana')
  await proposal(page, 'Too much').getByRole('heading').getByRole('link').click()
  await expect(page.getByRole('heading', { level: 1, name: 'Proposal' })).toBeFocused()
  await expect(page.getByRole('article')).toContainText('Rejected')
  await looksRight(page, 'a proposal on its own')
  await page.goto('/#/governance/prop:unknown')
  await expect(page.getByText('No such proposal is known here.')).toBeVisible()
})

test('every kind of proposal is made, decided and put into effect', async ({ page }) => {
  await open(page, '#/governance')
  const dora = 'did:icn:test:dora'
  const [cid, me] = await page.evaluate(async () => {
    const { icn } = window as unknown as {
      icn: { dag: { put(block: object): Promise<string> }; identity: { did(): Promise<string> } }
    }
    return [await icn.dag.put({ data: new TextEncoder().encode('a credential') }), await icn.identity.did()]
  })
  for (const [kind, values, words] of [
    ['Agree on something', { Text: 'We meet on Mondays' }, 'We meet on Mondays'],
    ['Admit a member', { 'DID of the new member': dora }, `Admits ${dora} as a member.`],
    ['Remove a member', { 'DID of the member': dora }, `Removes ${dora} from the members.`],
    [
      'Give mana to somebody',
      { 'DID of who gets it': me!, Mana: '1 250', 'What for': 'paint' },
      `Gives 1,250 mana to ${me}: paint`,
    ],
    [
      'Change a setting',
      { Setting: 'mana_max_capacity', Value: '900' },
      'Sets mana_max_capacity to 900. It is the most mana',
    ],
    ['Upgrade the software', { Version: '2.0.0' }, 'Upgrades the software to 2.0.0.'],
    ['Freeze a reputation', { 'DID of whose reputation': dora }, `Freezes the reputation of ${dora}.`],
    ['Pause a credential', { 'CID of the credential': cid! }, `Pauses the credential ${cid}.`],
  ] as const) {
    await propose(page, kind, kind, values)
    const row = proposal(page, kind)
    await expect(row).toContainText(words)
    await row.getByRole('button', { name: /^Open the voting/ }).click()
    await expect(row.getByRole('button', { name: /^End the voting/ })).toBeVisible()
    // One right after the other: the second waits for the first.
    await row.evaluate((article) => {
      const buttons = [...article.querySelectorAll('button')]
      for (const act of ['Vote yes', 'End the voting'])
        buttons.find(({ textContent }) => textContent.startsWith(act))!.click()
    })
    await row.getByRole('button', { name: /^Put into effect/ }).click()
    await expect(row).toContainText('Accepted and in effect')
  }
  await page.getByRole('link', { name: 'Mana', exact: true }).click()
  await expect(page.locator('.next-tick')).toHaveText('Full at 900. More comes once some is spent.')
})
