/** The root that is kept step by step, against the root of a scan over the blocks, through damage and repair. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { utf8 } from '../common/bytes.ts'
import { cidOf } from '../common/cid-of.ts'
import { Did } from '../common/did.ts'
import { MemoryDatabase, openMemoryStore } from '../storage/memory-store.ts'
import { openState } from '../storage/state.ts'
import type { Table, Transaction } from '../storage/types.ts'
import { buildBlock, type DagBlock } from './block.ts'
import { dagCounters, deleteBlock, putBlock, rootOf, rowFault } from './blocks.ts'
import { repairBlock } from './integrity.ts'
import { recountStale, soundRoot } from './references.ts'
import { BLOCK_INDEX, BLOCKS, type BlockRow, linkTargets } from './rows.ts'

const author = Did.parse('did:key:tester')
const elsewhere = cidOf(0x55, utf8('elsewhere')).toString()

/** A graph in which later blocks link to earlier ones. */
function graphOf(edges: readonly (readonly number[])[]): DagBlock[] {
  const blocks: DagBlock[] = []
  for (const [i, to] of edges.entries()) {
    const links = i === 0 ? [] : to.map((n) => ({ cid: blocks[n % i]!.cid, name: 'child', size: 1n }))
    blocks.push(buildBlock({ data: utf8(`${i}`), links, timestamp: 1n, authorDid: author }))
  }
  return blocks
}

const damages: readonly ((row: BlockRow, other: string) => unknown)[] = [
  (row) => ({ ...row, links: [] }),
  (row, other) => ({ ...row, links: [{ cid: other, name: '', size: 0n }] }),
  (row, other) => ({ ...row, links: [...row.links, { cid: other, name: '', size: 0n }] }),
  (row) => ({ ...row, links: [{ cid: elsewhere, name: '', size: 0n }] }),
  (row) => ({ ...row, data: utf8('altered') }),
  (row) => ({ ...row, seq: 0 }),
  () => null,
  () => ({ links: 'none' }),
]

const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('put' as const), block: fc.nat(20) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('delete' as const), block: fc.nat(20) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('damage' as const),
      block: fc.nat(20),
      how: fc.nat(damages.length - 1),
      other: fc.nat(20),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('repair' as const),
      block: fc.nat(20),
      by: fc.constantFrom('delete', 'quarantine', 'replace', 'report'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('root' as const, 'reopen' as const) }) },
)

function scan(tx: Transaction) {
  const rows = tx.list(BLOCKS, { limit: 1_000 })
  const bad = rows.filter(([cid, row]) => rowFault(cid, row) !== undefined).map(([cid]) => cid)
  const linked = new Set(rows.flatMap(([cid, row]) => (bad.includes(cid) ? [] : [...linkTargets(row)])))
  return { root: rootOf(rows.map(([cid]) => cid).filter((cid) => !linked.has(cid))), bad, count: rows.length }
}

it('is the same after any puts, deletions, damage and repairs, and after a crash before the recount', async () => {
  const graph = fc.array(fc.array(fc.nat(20), { maxLength: 3 }), { minLength: 2, maxLength: 10 })
  await fc.assert(
    fc.asyncProperty(graph, fc.array(step, { maxLength: 30 }), async (edges, steps) => {
      const blocks = graphOf(edges)
      const database = new MemoryDatabase()
      let state = await openState(openMemoryStore(database))
      const pause = async () => {}
      for (const one of steps) {
        const block = 'block' in one ? blocks[one.block % blocks.length]! : blocks[0]!
        const cid = block.cid.toString()
        if (one.do === 'put') {
          await state
            .transact((tx) => void putBlock(tx, block))
            .catch((error) => {
              // Over a damaged one: said, and left to the repair.
              expect(error).toMatchObject({ code: 'DagOperationFailed' })
            })
        } else if (one.do === 'delete') {
          await state.transact((tx) => deleteBlock(tx, cid))
        } else if (one.do === 'damage') {
          const other = blocks[one.other % blocks.length]!.cid.toString()
          await state.transact((tx) => {
            const row = tx.get(BLOCKS, cid)
            if (row === undefined || rowFault(cid, row) !== undefined) return
            tx.put(BLOCKS as Table<unknown>, cid, damages[one.how]!(row, other))
          })
        } else if (one.do === 'repair') {
          await state.transact((tx) => {
            const stored = tx.get(BLOCKS, cid)
            if (stored === undefined) return
            repairBlock(
              tx,
              { cid, reason: 'test', stored },
              one.by === 'replace' ? block : (one.by as 'report'),
            )
          })
        } else if (one.do === 'root') {
          await soundRoot(state, pause)
        } else {
          await state.close()
          state = await openState(openMemoryStore(database))
        }
        const found = await state.read(scan)
        if (found.bad.length === 0) expect(await soundRoot(state, pause)).toBe(found.root)
      }
      for (const cid of (await state.read(scan)).bad) await state.transact((tx) => deleteBlock(tx, cid))
      await recountStale(state, pause)
      const { root, count } = await state.read(scan)
      expect(await soundRoot(state, pause)).toBe(root)
      await state.read((tx) => {
        const index = tx.list(BLOCK_INDEX, { limit: 1_000 })
        expect([dagCounters(tx).blocks, index.length]).toEqual([count, count])
      })
      await state.close()
    }),
    {
      numRuns: 200,
      examples: [
        // Its place in the order altered by hand, then deleted.
        [
          [[], []],
          [
            { do: 'put', block: 1 },
            { do: 'put', block: 0 },
            { do: 'damage', block: 0, how: 5, other: 0 },
            { do: 'delete', block: 0 },
          ],
        ],
      ],
    },
  )
})
