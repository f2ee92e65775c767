/**
 * All that is derived from the blocks, made again from the blocks themselves: reference counts, heads, order, counters.
 * Puts and deletes keep them (ref §3.7); only a block that was changed in the store, and is then taken out or replaced,
 * makes them stale, since what it was counted with is not known any more. That is on record in the same transaction, so
 * that neither a crash nor a deletion by another way leaves a root that no block explains.
 */
import { IcnError } from '../common/errors.ts'
import type { StateStore, Table, Transaction } from '../storage/types.ts'
import { dagCounters, dagRoot, putInOrder, rowFault } from './blocks.ts'
import {
  BLOCK_INDEX,
  BLOCK_REFS,
  BLOCKS,
  DAG_HEADS,
  DAG_STALE,
  DAG_STATE,
  linkTargets,
  sequenceKey,
} from './rows.ts'
import { shapeFault } from './rows-check.ts'

const SLICE = 64
const ROWS = 500
/** Blocks put or removed meanwhile make the count worthless; a busy store is counted again later. */
const ATTEMPTS = 3

/**
 * Makes them again if they are stale. A damaged block that is still there counts as stored and links to nothing.
 * @param pause called between slices
 * @returns how many rows were wrong, or undefined when the store was too busy
 */
export async function recountStale(
  store: StateStore,
  pause: () => Promise<void>,
): Promise<number | undefined> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const stale = await store.read((tx) => tx.get(DAG_STALE, 'references'))
    if (stale === undefined) return 0
    const fixed = await recount(store, pause, stale)
    if (fixed !== undefined) return fixed
  }
  return undefined
}

/** The DAG root, true of the blocks also after damage. @throws IcnError ProcessingFailure when the store is too busy */
export async function soundRoot(store: StateStore, pause: () => Promise<void>): Promise<string> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const root = await store.read((tx) => (tx.has(DAG_STALE, 'references') ? undefined : dagRoot(tx)))
    if (root !== undefined) return root
    await recountStale(store, pause)
  }
  throw new IcnError(
    'ProcessingFailure',
    'The root is being made again after damage, and blocks changed faster than it could follow; try again.',
    { data: { reason: 'busy' } },
  )
}

async function recount(
  store: StateStore,
  pause: () => Promise<void>,
  stale: number,
): Promise<number | undefined> {
  const start = await store.read(dagCounters)
  const refs = new Map<string, number>()
  /** Each block's key in the index, empty when its row has none. */
  const cids = new Map<string, string>()
  let bytes = 0
  await inSlices(store, pause, SLICE, BLOCKS, (cid, row) => {
    const shapely = shapeFault(row) === undefined
    cids.set(cid, shapely ? sequenceKey(row.seq) : '')
    if (!shapely) return
    bytes += row.data.length
    if (rowFault(cid, row) !== undefined) return
    for (const target of linkTargets(row)) refs.set(target, (refs.get(target) ?? 0) + 1)
  })
  const changes: ((tx: Transaction) => void)[] = []
  const seen = new Set<string>()
  await inSlices(store, pause, ROWS, BLOCK_REFS, (cid, count) => {
    seen.add(cid)
    const counted = refs.get(cid)
    if (counted === count) return
    changes.push((tx) => {
      if (counted === undefined) tx.delete(BLOCK_REFS, cid)
      else tx.put(BLOCK_REFS, cid, counted)
    })
  })
  for (const [cid, counted] of refs) {
    if (!seen.has(cid)) changes.push((tx) => tx.put(BLOCK_REFS, cid, counted))
  }
  const heads = new Set<string>()
  await inSlices(store, pause, ROWS, DAG_HEADS, (cid) => {
    heads.add(cid)
    if (!cids.has(cid) || refs.has(cid)) changes.push((tx) => tx.delete(DAG_HEADS, cid))
  })
  for (const cid of cids.keys()) {
    if (!refs.has(cid) && !heads.has(cid)) changes.push((tx) => tx.put(DAG_HEADS, cid, 1))
  }
  // The number in a row is not covered by its hash: where row and order disagree, the order has it.
  const placed = new Set<string>()
  const strays: [key: string, cid: string][] = []
  await inSlices(store, pause, ROWS, BLOCK_INDEX, (key, { cid }) => {
    const own = cids.get(cid)
    if (own === '' || own === key) placed.add(cid)
    else strays.push([key, cid])
  })
  for (const [key, cid] of strays) {
    if (cids.has(cid) && !placed.has(cid)) {
      placed.add(cid)
      changes.push((tx) => tx.put(BLOCKS, cid, { ...tx.get(BLOCKS, cid)!, seq: Number(key) }))
    } else {
      changes.push((tx) => tx.delete(BLOCK_INDEX, key))
    }
  }
  const lost = [...cids].filter(([cid, own]) => own !== '' && !placed.has(cid)).map(([cid]) => cid)
  lost.forEach((cid, i) => {
    changes.push((tx) => putInOrder(tx, cid, { ...tx.get(BLOCKS, cid)!, seq: start.nextSeq + i }))
  })
  const counters = { nextSeq: start.nextSeq + lost.length, blocks: cids.size, bytes }
  if (start.blocks !== counters.blocks || start.bytes !== counters.bytes || lost.length > 0) {
    changes.push((tx) => tx.put(DAG_STATE, 'counters', counters))
  }
  return store.transact((tx) => {
    const now = dagCounters(tx)
    if (now.nextSeq !== start.nextSeq || now.blocks !== start.blocks) return undefined
    if (tx.get(DAG_STALE, 'references') !== stale) return undefined
    tx.delete(DAG_STALE, 'references')
    for (const change of changes) change(tx)
    return changes.length
  })
}

async function inSlices<Row>(
  store: StateStore,
  pause: () => Promise<void>,
  limit: number,
  table: Table<Row>,
  each: (key: string, row: Row) => void,
): Promise<void> {
  for (let after: string | undefined; ; ) {
    const page = await store.read((tx) =>
      tx.list(table, { ...(after === undefined ? {} : { after }), limit }),
    )
    for (const [key, row] of page) each(key, row)
    if (page.length < limit) return
    after = page.at(-1)![0]
    await pause()
  }
}
