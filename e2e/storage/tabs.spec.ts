/** Several pages on one database, in one real browser: no lost update, one leader, a full disk, data cleared. */
import { expect, test } from '@playwright/test'
import { Profile, type Tab } from './profile.ts'

let profile: Profile
let opened: Tab[] = []
test.beforeAll(async () => {
  profile = await Profile.create()
})
test.afterEach(async () => {
  await Promise.all(opened.map((tab) => tab.page.close()))
  opened = []
})
test.afterAll(async () => {
  await profile.close()
})

async function tabs(count: number, name: string): Promise<Tab[]> {
  opened = await Promise.all(Array.from({ length: count }, () => profile.open()))
  await Promise.all(
    opened.map((tab) => tab.call('open', { name, options: { flushRows: 300, fanout: 3, pageBytes: 4096 } })),
  )
  return opened
}

for (const count of [2, 4]) {
  test(`${count} tabs at work on one ledger lose nothing and hear of everything within 100 ms`, async () => {
    const all = await tabs(count, `ledger-${count}`)
    await Promise.all(all.map((tab) => tab.call('listen')))
    const each = 150
    await Promise.all(all.map((tab, i) => tab.call('jobs', { tab: `tab${i}`, count: each })))
    for (const tab of all) await tab.until(() => tab.heard.length >= each * (count - 1))
    for (const tab of all) {
      expect(new Set(tab.heard.map(({ id }) => id)).size).toBe(each * (count - 1))
      expect(await tab.call('verify', { answered: [] })).toEqual({
        problems: [],
        jobs: each * count,
        failing: undefined,
      })
    }
    // One job at a time, as a person sees it: committed in one tab, heard of in the others.
    const [first, ...others] = all as [Tab, ...Tab[]]
    for (const tab of others) tab.heard.length = 0
    for (let n = 0; n < 20; n++) {
      await first.call('jobs', { tab: `late${n}`, count: 1 })
      for (const tab of others) await tab.until(() => tab.heard.length > n)
    }
    const delays = others.flatMap((tab) => tab.heard.map(({ after }) => after)).sort((a, b) => a - b)
    expect(delays[Math.floor(delays.length / 2)]).toBeLessThan(100)
  })
}

test('exactly one tab leads, and the lead moves when that tab closes', async () => {
  const all = await tabs(3, 'leaders')
  for (const tab of all) {
    await tab.call('lead', { name: 'leaders' })
    await all[0]!.until(() => all[0]!.leads)
  }
  expect(all.map((tab) => tab.leads)).toEqual([true, false, false])
  await all[0]!.page.close()
  await all[1]!.until(() => all[1]!.leads)
  expect(all[2]!.leads).toBe(false)
})

test('a full disk: QuotaExceeded, nothing half written, at work again when there is room', async () => {
  const own = await Profile.create()
  const tab = await own.open()
  const session = await tab.page.context().newCDPSession(tab.page)
  const { origin } = own
  // Before anything is stored: Chromium asks how much room there is and then counts down by itself for half a minute.
  await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 5_000_000 })
  await tab.call('open', { name: 'full' })
  const outcomes: string[] = []
  for (let n = 0; n < 8; n++) outcomes.push(await tab.call('write', { key: `big${n}`, bytes: 1_000_000 }))
  expect(outcomes[0]).toBe('written')
  expect(outcomes).toContain('QuotaExceeded quota')
  for (let n = 0; n < 8; n++)
    expect(await tab.call('has', { key: `big${n}` })).toBe(outcomes[n] === 'written')
  await session.send('Storage.overrideQuotaForOrigin', { origin })
  expect(await tab.call('write', { key: 'after', bytes: 1_000_000 })).toBe('written')
  await tab.call('jobs', { tab: 'after', count: 50 })
  expect(await tab.call('verify', { answered: [] })).toMatchObject({ problems: [], jobs: 50 })
  await own.close()
})

test('site data cleared under a running page: said, and the next page begins anew', async () => {
  const [tab] = (await tabs(1, 'cleared')) as [Tab]
  await tab.call('jobs', { tab: 'x', count: 5 })
  const session = await tab.page.context().newCDPSession(tab.page)
  await session.send('Storage.clearDataForOrigin', { origin: profile.origin, storageTypes: 'indexeddb' })
  expect(await tab.call('write', { key: 'a', bytes: 10 })).toBe('StorageUnavailable cleared')
  await tab.terminateWorker()
  await tab.call('open', { name: 'cleared' })
  expect(await tab.call('verify', { answered: [] })).toMatchObject({ problems: [], jobs: 0 })
})
