/** A page that was closed comes back and has what others decided and ran meanwhile. */
import type { Page } from '@playwright/test'
import { expect, openHarness, startIn, test } from './harness.ts'

test('page B closes; page A proposes, votes and runs a contract; B returns and has all of it', async ({
  harness: a,
}) => {
  const seeds = { a: new Uint8Array(32).fill(41), b: new Uint8Array(32).fill(42) }
  const testing = {
    environment: 'testing',
    mesh: { kind: 'broadcast-channel', name: 'catch-up', bid: false },
  } as const
  const didOf = async (page: Page, identitySeed: Uint8Array) => {
    const did = await startIn(page, { environment: 'testing', storage: 'memory', identitySeed })
    await page.evaluate(() => runtime.close())
    return did
  }
  const members = [await didOf(a, seeds.a), await didOf(a, seeds.b)]
  const governance = { members, quorum: 1n }
  const open = (page: Page, name: 'a' | 'b') =>
    startIn(page, { ...testing, governance, database: `catch-up-${name}`, identitySeed: seeds[name] })

  await open(a, 'a')
  const before = await a.context().newPage()
  await openHarness(before)
  await open(before, 'b')
  await expect.poll(() => a.evaluate(() => runtime.mesh.peers())).toEqual([members[1]])
  await before.evaluate(() => runtime.close())
  await before.close()

  const { id, receipt } = await a.evaluate(async (to) => {
    const { governance } = runtime
    const id = await governance.create({
      proposalType: { GenericText: 'Open on Sundays' },
      description: 'Sundays',
      durationSecs: 3_600,
      body: new TextEncoder().encode('at length'),
    })
    await governance.openVoting(id)
    await governance.castVote({ proposalId: id, option: 'Yes' })
    await governance.delegate(to)
    const { receiptCid } = await runtime.run(await sample('hello'))
    return { id, receipt: receiptCid }
  }, members[1]!)

  const b = await a.context().newPage()
  await openHarness(b)
  await open(b, 'b')
  await expect.poll(() => b.evaluate(() => runtime.mesh.peers())).toEqual([members[0]])
  const told = await b.evaluate(async () => {
    const stages: string[] = []
    const end = await runtime.mesh.sync({ onProgress: ({ stage }) => void stages.push(stage) })
    return { stages, missing: end.missing }
  })
  expect(told.missing).toBe(0)
  expect(told.stages).toContain('governance')
  expect(told.stages.at(-1)).toBe('done')

  const known = (page: Page) =>
    page.evaluate(
      async ({ id, receipt }) => {
        const { governance, receipts, dag } = runtime
        const proposal = (await governance.get(id))!
        const { items } = await governance.members()
        const stored = await receipts.get(receipt)
        return {
          proposal: { ...proposal, quorum: String(proposal.quorum) },
          lent: items.map(({ did, delegate }) => [did, delegate]),
          body: [...(await dag.get(proposal.contentCid!))!.data],
          receipt: stored.receipt.jobId,
          result: String(stored.run?.result),
          check: await receipts.verify(receipt),
          bad: (await dag.verifyAll()).bad.length,
        }
      },
      { id, receipt },
    )
  const there = await known(b)
  expect(there).toEqual(await known(a))
  expect(there).toMatchObject({
    proposal: { status: 'VotingOpen', tally: { yes: 1 }, votes: [{ voter: members[0], option: 'Yes' }] },
    check: { status: 'verified' },
    bad: 0,
  })
  await b.close()
})
