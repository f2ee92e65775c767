/** The rules of the ledger and the DAG over the real store: rerun after misses, shared by two tabs, kept across reopen. */
import { describe, expect, it } from 'vitest'
import { utf8 } from '../common/bytes.ts'
import { Did } from '../common/did.ts'
import { buildBlock } from '../dag/block.ts'
import { dagRoot, getBlock, listBlocks, putBlock, rootOf } from '../dag/blocks.ts'
import { pinBlock } from '../dag/retention.ts'
import { MemoryDatabase, openMemoryStore } from '../storage/memory-store.ts'
import { openState } from '../storage/state.ts'
import { holdEscrow, refundEscrow, settleEscrow } from './escrow.ts'
import { auditBalances, balanceOf, creditMana, ledgerTotals, listJournal, spendMana } from './ledger.ts'
import { regenerateDue } from './regeneration.ts'

const alice = Did.parse('did:key:zA')
const bob = Did.parse('did:key:zB')
const at = 1n

describe('over the store', () => {
  it('two tabs spend, hold, settle and refund at once and lose nothing', async () => {
    const database = new MemoryDatabase()
    const tabs = [await openState(openMemoryStore(database)), await openState(openMemoryStore(database))]
    await tabs[0]!.transact((tx) => creditMana(tx, alice, 1_000n, { cause: 'initial', at }))
    const work: Promise<unknown>[] = []
    for (let i = 0; i < 40; i++) {
      const tab = tabs[i % 2]!
      const id = `job${i}`
      work.push(tab.transact((tx) => spendMana(tx, alice, 1n, { cause: 'spend', at })))
      work.push(
        tab
          .transact((tx) => holdEscrow(tx, id, alice, 5n, { at }))
          .then(() => {
            const ends = tabs.map((tab) =>
              tab.transact((tx) =>
                i % 3 === 0 ? refundEscrow(tx, id, { at }) : settleEscrow(tx, id, bob, 2n, { at }),
              ),
            )
            return Promise.allSettled(ends)
          })
          .then((ends) => expect(ends.map((end) => end.status).sort()).toEqual(['fulfilled', 'rejected'])),
      )
    }
    await Promise.all(work)
    const settled = Array.from({ length: 40 }, (_, i) => i).filter((i) => i % 3 !== 0).length
    for (const tab of tabs) {
      const seen = await tab.read((tx) => ({
        alice: balanceOf(tx, alice),
        bob: balanceOf(tx, bob),
        totals: ledgerTotals(tx),
        audit: auditBalances(tx),
        entries: listJournal(tx, alice, { limit: 1_000 }).items.length,
      }))
      expect(seen.alice).toBe(1_000n - 40n - BigInt(2 * settled))
      expect(seen.bob).toBe(BigInt(2 * settled))
      expect(seen.totals).toMatchObject({ minted: 1_000n, burned: 40n, escrow: 0n })
      expect(seen.audit.counted).toBe(seen.audit.recorded)
      expect(seen.entries).toBe(1 + 40 + 40 + 40)
    }
    for (const tab of tabs) await tab.close()
  })

  it('one missed interval is credited by one of two tabs', async () => {
    const database = new MemoryDatabase()
    const tabs = [await openState(openMemoryStore(database)), await openState(openMemoryStore(database))]
    await tabs[0]!.transact((tx) => creditMana(tx, alice, 0n, { cause: 'initial', at }))
    const policy = { amount: 10n, intervalMs: 60_000 }
    await tabs[0]!.transact((tx) => regenerateDue(tx, policy, 0))
    const credits = await Promise.all(
      [...tabs, ...tabs].map((tab) => tab.transact((tx) => regenerateDue(tx, policy, 180_000).credited)),
    )
    expect(credits.filter((credit) => credit > 0n)).toEqual([30n])
    expect(await tabs[1]!.read((tx) => balanceOf(tx, alice))).toBe(40n)
    for (const tab of tabs) await tab.close()
  })

  it('blocks, pins, order and root are there after a reopen', async () => {
    const database = new MemoryDatabase()
    const first = await openState(openMemoryStore(database))
    const blocks = Array.from({ length: 50 }, (_, i) =>
      buildBlock({ data: utf8(`block ${i}`), timestamp: BigInt(i), authorDid: alice }),
    )
    for (const block of blocks) await first.transact((tx) => putBlock(tx, block))
    await first.transact((tx) => pinBlock(tx, blocks[7]!.cid))
    await first.close()
    const second = await openState(openMemoryStore(database))
    const newest = await second.read((tx) => listBlocks(tx, { limit: 50 }))
    expect(newest.items.map((item) => item.cid)).toEqual(
      blocks.map((block) => block.cid.toString()).reverse(),
    )
    expect(newest.items.filter((item) => item.pinned)).toHaveLength(1)
    expect(await second.read((tx) => dagRoot(tx))).toBe(rootOf(blocks.map((block) => block.cid.toString())))
    expect(await second.read((tx) => getBlock(tx, blocks[7]!.cid))).toEqual(blocks[7])
    await second.close()
  })
})
