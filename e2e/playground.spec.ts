// The person's path through the playground, in the built page under the strict content policy.
import {
  choose,
  drop,
  expect,
  open,
  outcome,
  run,
  sample,
  stored,
  test,
  upgraded,
} from './playground-page.ts'

test('a sample runs by one click, and its signed receipt is still there after a reload', async ({ page }) => {
  await open(page)
  await expect(page).toHaveTitle('Run · ICN playground')
  await expect(page.getByRole('radio', { name: 'Hello' })).toBeChecked()
  await run(page)

  const slip = outcome(page).getByRole('article')
  await expect(slip.getByRole('heading', { name: 'Completed' })).toBeVisible()
  await expect(slip).toContainText('returned 42')
  await expect(slip.getByText('Signature valid')).toBeVisible()
  await expect(slip.getByRole('meter', { name: 'Share of the fuel budget used' })).toBeVisible()
  await expect(slip.getByRole('heading', { name: /^Host calls: [1-9]/ })).toBeVisible()
  await expect(slip.getByRole('heading', { name: 'What it wrote to its log' })).toBeVisible()
  await expect(page.getByRole('status')).toContainText('Completed.')
  const cid = (await slip.locator('.slip-receipt code').textContent()) ?? ''
  expect(cid).toMatch(/^b[a-z2-7]{50,}$/)

  await page.reload()
  await expect(outcome(page)).toContainText('Your last run')
  await expect(outcome(page).locator('.slip-receipt code')).toHaveText(cid)
  await expect(outcome(page).getByText('Signature valid')).toBeVisible()

  await page.getByRole('link', { name: 'Receipts', exact: true }).click()
  await expect(page).toHaveTitle('Receipts · ICN playground')
  await page.getByRole('list', { name: 'Receipts, newest first' }).getByRole('link').first().click()
  await expect(page).toHaveURL(new RegExp(`#/receipts/${cid}$`))
  await expect(page.getByRole('heading', { name: 'What is signed' })).toBeVisible()
  for (const field of ['job_id', 'executor', 'result_cid', 'cpu_ms', 'success'])
    await expect(page.locator('.receipt-facts dt', { hasText: field }).first()).toBeVisible()
  await expect(page.locator('.receipt-facts').getByText('Signature valid')).toBeVisible()
})

test('a contract that never ends is stopped when its fuel is used up, and costs nothing', async ({
  page,
}) => {
  await open(page)
  await choose(page, 'Count for ever')
  await run(page)
  const slip = outcome(page).getByRole('article')
  await expect(slip.getByRole('heading', { name: 'Stopped: out of fuel' })).toBeVisible()
  await expect(slip).toContainText('outOfFuel')
  await expect(slip.locator('.lines div', { hasText: 'Mana charged' }).locator('dd')).toHaveText('0')
  await expect(slip.getByText('Signature valid')).toBeVisible()
  await expect(page.getByRole('alert').filter({ hasText: 'Stopped: out of fuel.' })).toBeAttached()
})

test('a contract that asks for more memory than is allowed is refused', async ({ page }) => {
  await open(page)
  await page.getByRole('radio', { name: 'Too big to start' }).click()
  await expect(page.locator('.problem')).toContainText('Too big to start was not opened')
  await expect(page.locator('.problem')).toContainText('memory')
  await expect(page.getByText('Nothing was stored and nothing was charged.')).toBeVisible()
})

test('a run can be watched and cancelled, and the next one works', async ({ page }) => {
  await open(page)
  const balance = page.locator('.balance-chip strong')
  await expect(balance).toHaveText(/\d/)
  const before = await balance.textContent()
  await choose(page, 'Count for ever')
  await page.getByLabel('Fuel budget').fill('100 000 000 000')
  await run(page)
  await expect(outcome(page).getByRole('progressbar')).toBeVisible()
  await page.getByRole('button', { name: 'Cancel' }).click()
  await expect(outcome(page)).toContainText('Cancelled')
  await expect(outcome(page)).toContainText(
    'The runtime was started again; everything stored before is still',
  )
  await expect(page.locator('.notice')).toHaveCount(0) // said once, where the result would be
  await expect(balance).toHaveText(before ?? '')
  await expect(outcome(page).locator('.recent').getByRole('link', { name: 'Cancelled' })).toBeVisible()
  await choose(page, 'Hello')
  await page.getByLabel('Fuel budget').fill('1,000,000')
  await run(page)
  await expect(outcome(page).getByRole('heading', { name: 'Completed' })).toBeVisible()
})

test('any .wasm file can be dropped on any screen', async ({ page }) => {
  await open(page, '#/node')
  await drop(page, 'mine.wasm', sample('spend-mana.wasm'))
  await expect(page.locator('#module-title')).toHaveText('mine.wasm')
  await expect(page.getByText('Spend your mana')).toBeVisible()
  await run(page)
  await expect(outcome(page).getByRole('heading', { name: 'Completed' })).toBeVisible()
  await expect(outcome(page)).toContainText('Spent mana')
})

test('a module can be pasted as text', async ({ page }) => {
  await open(page)
  await page.evaluate((hex) => {
    const clipboardData = new DataTransfer()
    clipboardData.setData('text/plain', hex)
    document.body.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true }))
  }, sample('hello.wasm').toString('hex'))
  await expect(page.locator('#module-title')).toHaveText('Pasted module')
})

test('pasted text that is no module is refused where modules are chosen, and leaves other screens alone', async ({
  page,
}) => {
  const paste = () =>
    page.evaluate(() => {
      const clipboardData = new DataTransfer()
      clipboardData.setData('text/plain', 'Minutes of the last assembly')
      document.body.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true }))
    })
  await open(page, '#/mana')
  await expect(page.locator('.figure strong')).toHaveText(/^[\d,]+$/)
  await paste()
  await page.goto('/#/run')
  await expect(page.locator('#module-title')).toHaveText('Hello')
  await expect(page.locator('.problem')).toHaveCount(0)
  await paste()
  await expect(page.locator('.problem')).toContainText('Pasted text was not opened')
})

test('what is not a module is refused with the reason and the place, and nothing changes', async ({
  page,
}) => {
  await open(page)
  await expect(page.locator('#module-title')).toHaveText('Hello')
  const before = await stored(page)
  await drop(page, 'notes.wasm', Buffer.from('These are the notes of the last assembly.'))
  const problem = page.locator('.problem')
  await expect(problem).toContainText('notes.wasm was not opened')
  await expect(problem).toContainText('byte 0 (0x0)')
  await expect(page.getByRole('alert').filter({ hasText: 'notes.wasm was not opened.' })).toBeAttached()
  await expect(page.locator('#module-title')).toHaveText('Hello')

  await drop(page, 'half.wasm', sample('patronage.wasm').subarray(0, 700))
  await expect(problem).toContainText('half.wasm was not opened')
  await expect(problem).toContainText(/byte \d/)
  await problem.getByText('The bytes there').click()
  await expect(problem.getByRole('region', { name: 'Bytes around the place' })).toContainText('^^')
  expect(await stored(page)).toEqual(before)

  await problem.getByRole('button', { name: 'Dismiss' }).click()
  await expect(problem).toHaveCount(0)
  await run(page)
  await expect(outcome(page).getByRole('heading', { name: 'Completed' })).toBeVisible()
})

test('fuel that is no number is said at the field, and nothing runs', async ({ page }) => {
  await open(page)
  await page.getByLabel('Fuel budget').fill('lots')
  await expect(page.getByText('Fuel is a whole number above zero.')).toBeVisible()
  await run(page)
  await expect(page.getByLabel('Fuel budget')).toBeFocused()
  await expect(outcome(page)).toContainText('Nothing has run yet')
})

test('a receipt’s run is made again and comes out the same', async ({ page }) => {
  await open(page)
  await run(page)
  await outcome(page).getByRole('link', { name: 'Read the receipt' }).click()
  await page.getByRole('button', { name: 'Make the run again' }).click()
  await expect(page.locator('.verdict')).toHaveText('Verified: the run came out the same, to the last byte.')
})

test('blocks can be walked from a receipt, and all of them verified', async ({ page }) => {
  await open(page)
  await run(page)
  await outcome(page).getByRole('link', { name: 'Read the receipt' }).click()
  await page.locator('.receipt-facts div', { hasText: 'Receipt block' }).getByRole('link').first().click()
  await expect(page).toHaveTitle('Block · ICN playground')
  await expect(page.getByRole('region', { name: 'Content of the block' })).toContainText('executor_did')
  await page.locator('.links li', { hasText: 'job_id' }).getByRole('link').click()
  await expect(page.getByRole('region', { name: 'Content of the block' })).toContainText('manifest_cid')
  await page.goBack()
  await expect(page.locator('.links li', { hasText: 'job_id' })).toBeVisible()
  await page.goBack()
  await expect(page.getByRole('heading', { level: 1, name: 'Receipt' })).toBeFocused()

  await page.getByRole('link', { name: 'Blocks', exact: true }).click()
  await page.getByRole('button', { name: 'Verify every block' }).click()
  await expect(page.locator('.verdict')).toContainText(/\d+ blocks? checked: all are what their names say/)
})

test('mana regenerates where it can be seen, and the history says why it changed', async ({ page }) => {
  await open(page, '#/mana')
  const figure = page.locator('.figure strong')
  await expect(figure).toHaveText(/^[\d,]+$/)
  const amount = async () => Number((await figure.textContent())?.replace(/,/g, ''))
  const before = await amount()
  await expect(page.getByText(/more in \d+ s/)).toBeVisible()
  await page.getByRole('button', { name: 'Regenerate now' }).click()
  await expect.poll(amount).toBeGreaterThanOrEqual(before + 10)
  const history = page.getByRole('list', { name: 'Changes of the balance, newest first' })
  await expect(history.getByRole('listitem').first()).toContainText('Regenerated')
  await expect(history.getByRole('listitem').last()).toContainText('Starting balance')
})

test('the node tells who it is, and its mana adds up', async ({ page }) => {
  await open(page)
  await run(page)
  await expect(outcome(page).getByRole('article')).toBeVisible()
  await page.getByRole('link', { name: 'Node', exact: true }).click()
  await expect(page.locator('.node')).toContainText('did:key:z')
  await expect(page.getByText('The two sums are the same: no mana was lost or made up.')).toBeVisible()
})

test('an address without a screen says so and leads back', async ({ page }) => {
  await open(page, '#/elsewhere')
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('There is nothing here')
  await page.getByRole('link', { name: 'Run a contract' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toBeFocused()
  await page.goto('/#/receipts/bnothing')
  await expect(page.getByText('This receipt could not be shown')).toBeVisible()
})

test('another tab sees a receipt and the balance as they change', async ({ page, context }) => {
  await open(page)
  const other = await context.newPage()
  await open(other, '#/receipts')
  await expect(other.getByText('No receipts yet.')).toBeVisible()
  await choose(page, 'Spend mana')
  await run(page)
  await expect(outcome(page).getByText('Signature valid')).toBeVisible()
  await expect(other.getByRole('link', { name: 'Completed' })).toBeVisible()
  const balance = (tab: typeof page) => tab.locator('.balance-chip strong').textContent()
  await expect.poll(async () => (await balance(other)) === (await balance(page))).toBe(true)
})

test('too little mana is said in words, and nothing is charged', async ({ page }) => {
  await open(page)
  await expect(page.locator('#module-title')).toHaveText('Hello')
  await page.evaluate(async () => {
    const { mana } = (
      window as unknown as {
        icn: { mana: { balance(): Promise<bigint>; spend(amount: bigint): Promise<bigint> } }
      }
    ).icn
    await mana.spend((await mana.balance()) - 3n)
  })
  await run(page)
  await expect(outcome(page)).toContainText(/not enough mana/i)
  await expect(page.locator('.balance-chip strong')).toHaveText(/^(3|13)$/)
})

test('a stored module can be run again from its receipt', async ({ page }) => {
  await open(page)
  await drop(page, 'mine.wasm', sample('ranked-vote.wasm'))
  await expect(page.locator('#module-title')).toHaveText('mine.wasm')
  await run(page)
  await outcome(page).getByRole('link', { name: 'Read the receipt' }).click()
  await expect(page.locator('.slip-name')).toContainText('mine.wasm')
  await page.getByRole('link', { name: 'Run it again' }).click()
  await expect(page.locator('#module-title')).toHaveText('mine.wasm')
  await run(page)
  await expect(outcome(page)).toContainText('Elected: Child care')
})

test.describe('storage that does not open', () => {
  test.use({ allowed: [/./] })

  test('a database of a newer version is told, with what to do', async ({ page }) => {
    await open(page)
    await expect(page.locator('#module-title')).toHaveText('Hello')
    await page.goto('/samples/hello.wat')
    await upgraded(page)
    await page.goto('/')
    await expect(page.getByRole('heading', { name: 'The runtime did not start' })).toBeVisible()
    await expect(page.getByRole('alert').filter({ hasText: 'VersionMismatch' })).toContainText(
      'Reload the page',
    )
    await expect(page.getByRole('button', { name: 'Try again' })).toBeVisible()
  })
})

test('a job submitted from inside a run has a receipt of its own that leads back', async ({ page }) => {
  await open(page)
  await choose(page, 'Submit a job')
  await run(page)
  await expect(outcome(page)).toContainText('Submitted a job to the mesh')
  await page.getByRole('link', { name: 'Receipts', exact: true }).click()
  await page.locator('.row', { hasText: 'no contract ran' }).getByRole('link').click()
  await expect(page.getByText('This node answered the job itself')).toBeVisible()
  await page.locator('.receipt-facts div', { hasText: 'Asked from inside' }).getByRole('link').first().click()
  await expect(page.getByRole('region', { name: 'Content of the block' })).toContainText('submitter_did')
  await page.reload()
  await page.getByRole('link', { name: 'Run', exact: true }).click()
  await expect(outcome(page)).toContainText('Your last run')
})

test('a receipt’s blocks are a picture, walked with the arrow keys', async ({ page }) => {
  await open(page)
  await expect(page.locator('#module-title')).toHaveText('Hello')
  await run(page)
  await outcome(page).getByRole('link', { name: 'Read the receipt' }).click()
  const picture = page.getByRole('group', { name: 'Blocks and where they lead' })
  const box = (name: string) => picture.getByRole('link', { name: new RegExp(`^${name}`) })
  await expect(picture.getByRole('link')).toHaveCount(5)
  await box('Run record').focus()
  for (const [key, name] of [
    ['ArrowDown', 'Receipt'],
    ['ArrowDown', 'Job'],
    ['ArrowRight', 'Result'],
    ['ArrowLeft', 'Job'],
    ['ArrowDown', 'Contract'],
    ['ArrowUp', 'Job'],
  ] as const) {
    await page.keyboard.press(key)
    await expect(box(name)).toBeFocused()
  }
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { level: 2, name: 'Job' })).toBeVisible()
  await expect(page.getByRole('group', { name: 'Blocks and where they lead' }).getByRole('link')).toHaveCount(
    2,
  )
})

test('the signed bytes are laid out without a gap, and are those the signature covers', async ({ page }) => {
  await open(page)
  await expect(page.locator('#module-title')).toHaveText('Hello')
  await run(page)
  await outcome(page).getByRole('link', { name: 'Read the receipt' }).click()
  const summary = page.getByText(/signed bytes, field by field/)
  await summary.click()
  const [, told] = /The ([\d,]+) signed bytes/.exec((await summary.textContent()) ?? '') ?? []
  const items = page.locator('.bytes > ol').first().getByRole('listitem')
  await expect(items).toHaveCount(5)
  let next = 0
  for (const item of await items.all()) {
    const note = (await item.locator('.quiet').textContent()) ?? ''
    const [from, to] =
      /Bytes? (\d+)(?: to (\d+))?/
        .exec(note)
        ?.slice(1)
        .map((text) => Number(text)) ?? []
    const count = ((await item.locator('.bytes-hex').textContent()) ?? '').split(' ').length
    expect(from).toBe(next)
    next = (Number.isNaN(to) ? from! : to!) + 1
    expect(next - from!).toBe(count)
  }
  expect(next).toBe(Number(told))
})

test('receipts are found by how they ended, who ran them, and a part of a CID', async ({ page }) => {
  await open(page)
  for (const title of ['Hello', 'Count for ever']) {
    await choose(page, title)
    await run(page)
    await expect(outcome(page).getByText('Signature valid')).toBeVisible()
    await expect(outcome(page).locator('.slip-name')).toContainText(title)
  }
  await page.getByRole('link', { name: 'Receipts', exact: true }).click()
  const list = page.getByRole('list', { name: 'Receipts, newest first' })
  await expect(list.getByRole('listitem')).toHaveCount(2)
  await page.getByLabel('How it ended').selectOption('Failed or stopped')
  await expect(list.getByRole('listitem')).toHaveCount(1)
  await expect(list).toContainText('Stopped: out of fuel')
  const href = await list.getByRole('link').getAttribute('href')
  await page.getByLabel('How it ended').selectOption('Any')
  await page.getByLabel('Name, or part of a CID or DID').fill(href!.slice(-8))
  await expect(list.getByRole('listitem')).toHaveCount(1)
  await page.getByLabel('Name, or part of a CID or DID').fill('count for')
  await expect(list.getByRole('listitem')).toHaveCount(1)
  await expect(list).toContainText('Count for ever')
  await page.getByLabel('Name, or part of a CID or DID').fill('')
  await page.getByLabel('Who ran it').selectOption('Another node')
  await expect(page.getByText('No receipt here is like that.')).toBeVisible()
  await page.getByRole('button', { name: 'Make every run again' }).click()
  await expect(page.locator('.verdict')).toContainText('2 receipts looked at: 2 came out the same')
})

// A forged receipt cannot be brought into the store, so its answer is the test's.
test('a receipt whose signature is not valid says so before anything it says', async ({ page }) => {
  await open(page)
  await run(page)
  await expect(outcome(page).getByText('Signature valid')).toBeVisible()
  await page.evaluate(() => {
    const { receipts } = (
      window as unknown as { icn: { receipts: Record<'get', (cid: string) => Promise<object>> } }
    ).icn
    const { get } = receipts
    receipts.get = async (cid) => ({ ...(await get(cid)), signatureValid: false })
  })
  await outcome(page).getByRole('link', { name: 'Read the receipt' }).click()
  await expect(page.locator('.receipt-run').getByRole('alert')).toContainText('Do not trust this receipt')
  await expect(page.getByText('Signature not valid')).toBeVisible()
})
