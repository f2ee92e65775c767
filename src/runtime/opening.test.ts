import { describe, expect, it } from 'vitest'
import { utf8 } from '../common/bytes.ts'
import { Did } from '../common/did.ts'
import { buildBlock } from '../dag/block.ts'
import { putBlock } from '../dag/blocks.ts'
import { creditMana } from '../economics/ledger.ts'
import { MemoryDatabase, openMemoryStore } from '../storage/memory-store.ts'
import { openState } from '../storage/state.ts'
import type { Store, StoreName } from '../storage/store.ts'
import { testRuntime } from './fixtures/world.ts'

/** Small pages and runs, so that a few thousand blocks have the shape of a million. */
const SMALL = { flushRows: 256, pageBytes: 2048, fanout: 3 }

/** A database with a node that has begun, that many blocks, and an account each; everything in its pages. */
async function filled(blocks: number): Promise<MemoryDatabase> {
  const database = new MemoryDatabase()
  const state = await openState(openMemoryStore(database), SMALL)
  const runtime = await testRuntime({}, { state })
  for (let from = 0; from < blocks; from += 50) {
    await state.transact((tx) => {
      for (let n = from; n < Math.min(blocks, from + 50); n++) {
        const authorDid = new Did('key', `author-${n}`)
        putBlock(tx, buildBlock({ data: utf8(`block ${n}`), timestamp: BigInt(n), authorDid }))
        creditMana(tx, authorDid, 1n, { cause: 'credit', at: 0n })
      }
    })
  }
  await state.settle()
  await runtime.close()
  return database
}

/** What a start, and the question a page's worker asks first, take from the store. */
async function startOn(database: MemoryDatabase) {
  const store = openMemoryStore(database)
  const taken: Record<StoreName, number> = { meta: 0, log: 0, pages: 0, filters: 0, large: 0, keys: 0 }
  let looks = 0
  const counting: Store = {
    ...store,
    async read(reads) {
      const answers = await store.read(reads)
      looks++
      reads.forEach((read, i) => {
        taken[read.store] += answers[i]!.length
      })
      return answers
    },
  }
  const state = await openState(counting, SMALL)
  const runtime = await testRuntime({}, { state })
  await runtime.inspect()
  const runs = state.figures().runs.length
  await runtime.close()
  return { looks, taken, runs }
}

describe('a start', () => {
  it('asks a full store for as little as a small one: a few pages of each run and no filter', async () => {
    const small = await startOn(await filled(200))
    const large = await startOn(await filled(8_000))
    expect(large.runs).toBeGreaterThan(small.runs)
    for (const { looks, taken, runs } of [small, large]) {
      expect(looks).toBeLessThanOrEqual(6)
      expect(taken.pages).toBeLessThanOrEqual(3 * runs)
      expect(taken).toMatchObject({ filters: 0, large: 0 })
    }
  })
})
