/**
 * Pruning (ref §7.5, §14): blocks whose time is over go, except pinned ones and all that pinned ones link to. What is
 * kept is found in slices before anything is removed; pins and links that change meanwhile are noticed.
 */
import { IcnError } from '../common/errors.ts'
import { dagCounters, deleteBlock } from '../dag/blocks.ts'
import {
  BLOCK_EXPIRY,
  BLOCK_INDEX,
  BLOCK_META,
  BLOCK_REFS,
  BLOCKS,
  DAG_PINS,
  linkTargets,
  sequenceKey,
} from '../dag/rows.ts'
import { shapeFault } from '../dag/rows-check.ts'
import type { Transaction } from '../storage/types.ts'
import { breathe } from './background.ts'
import type { RuntimeContext } from './context.ts'

const LOOK = 64
const BATCH = 64
const ATTEMPTS = 8
/** Blocks put while the keep set was made that a prune looks through before it begins again. */
const MOST_NEW = 500

/** What must stay, as of one moment. */
interface Kept {
  readonly cids: ReadonlySet<string>
  /** Linked to from a kept block and not here: if one is put, what it links to must stay too. */
  readonly awaited: ReadonlySet<string>
  readonly pins: number
  readonly nextSeq: number
}

/** @param now seconds since the epoch @returns what was removed */
export async function prune(context: RuntimeContext, now: bigint, signal?: AbortSignal): Promise<string[]> {
  const { store } = context
  const removed: string[] = []
  let kept: Kept | undefined
  let attempts = 0
  for (let after: string | undefined; ; ) {
    checkAborted(signal, removed.length)
    const page = await store.read((tx) => due(tx, now, after))
    if (page.length === 0) return removed
    // A block that nothing links to is kept by its own pin only: no need to know all that is kept.
    if (kept === undefined && page.some(({ linked }) => linked))
      kept = await findKept(context, () => checkAborted(signal, removed.length))
    const known: Kept | undefined = kept
    const gone = await store.transact((tx) => {
      if (known !== undefined && !stillKept(tx, known)) return undefined
      return page
        .map(({ key, cid }) => ({ key, cid }))
        .filter(({ key, cid }) => {
          if (tx.get(BLOCK_EXPIRY, key) !== cid || tx.get(BLOCK_META, cid)?.pinned) return false
          if (known === undefined ? tx.has(BLOCK_REFS, cid) : known.cids.has(cid)) return false
          return deleteBlock(tx, cid)
        })
        .map(({ cid }) => cid)
    })
    if (gone === undefined) {
      kept = undefined
      if (++attempts >= ATTEMPTS) {
        throw new IcnError(
          'ProcessingFailure',
          'Pins changed faster than the pruning could follow; try again.',
          {
            data: { reason: 'busy', removed: removed.length },
          },
        )
      }
      continue
    }
    removed.push(...gone)
    after = page.at(-1)!.key
    await breathe()
  }
}

function checkAborted(signal: AbortSignal | undefined, removed: number): void {
  if (!signal?.aborted) return
  throw new IcnError('Aborted', `The pruning was aborted after ${removed} blocks.`, { data: { removed } })
}

/** Blocks whose time is over, soonest first. */
function due(tx: Transaction, now: bigint, after: string | undefined) {
  const page = tx.list(BLOCK_EXPIRY, { ...(after === undefined ? {} : { after }), limit: BATCH })
  return page
    .filter(([key]) => BigInt(key.slice(0, 20)) <= now)
    .map(([key, cid]) => ({ key, cid, linked: tx.has(BLOCK_REFS, cid) }))
}

/** Breadth first from the pins; no slice looks at more than a few blocks. */
async function findKept({ store }: RuntimeContext, check: () => void): Promise<Kept> {
  const start = await store.read((tx) => ({
    pins: tx.get(DAG_PINS, 'changes') ?? 0,
    nextSeq: dagCounters(tx).nextSeq,
  }))
  const cids = new Set<string>()
  const awaited = new Set<string>()
  let frontier: string[] = []
  for (let after: string | undefined; ; ) {
    const page = await store.read((tx) =>
      tx.list(BLOCK_META, { ...(after === undefined ? {} : { after }), limit: 500 }),
    )
    for (const [cid, { pinned }] of page) if (pinned) frontier.push(cid)
    if (page.length < 500) break
    after = page.at(-1)![0]
  }
  for (const cid of frontier) cids.add(cid)
  while (frontier.length > 0) {
    check()
    const now = frontier.slice(0, LOOK)
    frontier = frontier.slice(LOOK)
    const found = await store.read((tx) =>
      now.map((cid) => {
        const row = tx.get(BLOCKS, cid)
        if (row === undefined) return undefined
        return shapeFault(row) === undefined ? [...linkTargets(row)] : []
      }),
    )
    const next: string[] = []
    found.forEach((targets, i) => {
      if (targets === undefined) awaited.add(now[i]!)
      for (const target of targets ?? []) {
        if (cids.has(target)) continue
        cids.add(target)
        next.push(target)
      }
    })
    if (next.length > 0) frontier = frontier.concat(next)
    await breathe()
  }
  return { cids, awaited, ...start }
}

function stillKept(tx: Transaction, { pins, nextSeq, awaited }: Kept): boolean {
  if ((tx.get(DAG_PINS, 'changes') ?? 0) !== pins) return false
  if (awaited.size === 0 || dagCounters(tx).nextSeq === nextSeq) return true
  const after = nextSeq === 0 ? {} : { after: sequenceKey(nextSeq - 1) }
  const fresh = tx.list(BLOCK_INDEX, { ...after, limit: MOST_NEW })
  return fresh.length < MOST_NEW && !fresh.some(([, { cid }]) => awaited.has(cid))
}
