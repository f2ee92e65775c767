/** Tabs of one database: one ledger, one identity, one vote, whatever they do at once. */
import type { Page } from '@playwright/test'
import { expect, openHarness, startIn, test } from './harness.ts'

const PROPOSALS = 3
const RUNS = 5
/** By the sample `spend-mana`. */
const SPENT = 5
const PAINTER = 'did:icn:test:painter'

for (const count of [2, 4])
  test(`${count} tabs submit, spend, vote and execute at once: nothing happens twice, and nothing is lost`, async ({
    harness,
  }) => {
    const tabs: Page[] = [harness]
    while (tabs.length < count) {
      const tab = await harness.context().newPage()
      await openHarness(tab)
      tabs.push(tab)
    }
    for (const tab of tabs) await startIn(tab, { database: `coop-${count}` })
    const ids = await harness.evaluate(
      async ([proposals, recipient]) => {
        const ids: string[] = []
        for (let n = 0; n < proposals; n++) {
          const id = await runtime.governance.create({
            proposalType: { BudgetAllocation: [recipient, 5n, 'paint'] },
            description: `${n}: paint the hall`,
            durationSecs: 3_600,
          })
          await runtime.governance.openVoting(id)
          ids.push(id)
        }
        return ids
      },
      [PROPOSALS, PAINTER] as const,
    )
    const before = await harness.evaluate(async () => String(await runtime.mana.balance()))

    const worked = await Promise.all(
      tabs.map((tab) =>
        tab.evaluate(
          async ([ids, runs]) => {
            const bytes = await sample('spend-mana')
            const [votes, done] = await Promise.all([
              Promise.all(
                ids.map((proposalId) => settled(runtime.governance.castVote({ proposalId, option: 'Yes' }))),
              ),
              Promise.all(Array.from({ length: runs }, () => runtime.run(bytes))),
            ])
            return {
              accepted: votes.filter((vote) => 'value' in vote).length,
              receipts: done.map(({ receiptCid }) => receiptCid),
            }
          },
          [ids, RUNS] as const,
        ),
      ),
    )
    expect(worked.reduce((sum, { accepted }) => sum + accepted, 0)).toBe(PROPOSALS)
    const receipts = worked.flatMap(({ receipts }) => receipts)
    expect(new Set(receipts).size).toBe(RUNS * count)

    const executed = await Promise.all(
      tabs.map((tab) =>
        tab.evaluate(async (ids) => {
          await Promise.all(ids.map((id) => settled(runtime.governance.close(id))))
          const ends = await Promise.all(ids.map((id) => settled(runtime.governance.execute(id))))
          return ends.filter((end) => 'value' in end).length
        }, ids),
      ),
    )
    expect(executed.reduce((sum, one) => sum + one, 0)).toBe(PROPOSALS)

    for (const tab of tabs) {
      const seen = await tab.evaluate(
        async ([ids, recipient]) => {
          const proposals = await Promise.all(ids.map((id) => runtime.governance.get(id)))
          return {
            ends: proposals.map((one) => `${one?.status} ${one?.tally.yes}`),
            recipient: String(await runtime.mana.balance(recipient)),
            balance: String(await runtime.mana.balance()),
            faults: (await runtime.mana.audit()).faults,
            receipts: (await runtime.receipts.list({ limit: 100 })).items.length,
            escrow: String((await runtime.inspect()).manaTotals.escrow),
          }
        },
        [ids, PAINTER] as const,
      )
      expect(seen).toEqual({
        ends: ids.map(() => 'Executed 1'),
        recipient: String(5 * PROPOSALS),
        // A vote costs one mana, and putting a proposal into effect gives its proposer one. The node pays itself for runs.
        balance: String(Number(before) - RUNS * count * SPENT - PROPOSALS + PROPOSALS),
        faults: [],
        receipts: RUNS * count,
        escrow: '0',
      })
    }
  })
