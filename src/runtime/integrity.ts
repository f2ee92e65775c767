/**
 * The integrity checker (ref §14 rows 29–30): every block and every result, in slices so that nothing waits for it, each
 * bad one named; what to do with it is the repair strategy's word (decision 9).
 */
import { RAW } from '../common/cid.ts'
import { cidOf, cidOfDigest } from '../common/cid-of.ts'
import { IcnError } from '../common/errors.ts'
import { blockPreimage } from '../dag/block.ts'
import { rowFault } from '../dag/blocks.ts'
import { type BadBlock, type Repair, repairBlock } from '../dag/integrity.ts'
import { recountStale } from '../dag/references.ts'
import { BLOCKS, type BlockRow, fromRow } from '../dag/rows.ts'
import { shapeFault } from '../dag/rows-check.ts'
import type { VerifyAllProgress, VerifyAllResult } from '../protocol/api.ts'
import type { Table } from '../storage/types.ts'
import { breathe } from './background.ts'
import type { RuntimeContext } from './context.ts'
import { RESULTS } from './tables.ts'

/** Told each bad block's CID, stored bytes and reason; a block it answers with is verified before it is used. */
export type RepairStrategy = (bad: BadBlock) => Repair | Promise<Repair>

export interface VerifyAllOptions {
  readonly onProgress?: ((progress: VerifyAllProgress) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

/** Blocks looked up at once: fewer where they are large, more where they are small. */
const SLICE = 32
const MOST = 256
const SLICE_BYTES = 1024 * 1024
/** How long the thread is held before others get their turn. */
const HOLD_MS = 10

export async function verifyAll(
  context: RuntimeContext,
  repair: RepairStrategy,
  { onProgress, signal }: VerifyAllOptions = {},
): Promise<VerifyAllResult> {
  const { store } = context
  const bad: { cid: string; reason: string }[] = []
  let checked = 0
  let repaired = 0
  let began = performance.now()
  const checkAborted = () => {
    if (!signal?.aborted) return
    throw new IcnError('Aborted', `The check was aborted after ${checked} blocks.`, { data: { checked } })
  }
  const rest = async () => {
    if (performance.now() - began <= HOLD_MS) return
    await breathe()
    began = performance.now()
    checkAborted()
  }
  const slices = async <Row>(
    table: Table<Row>,
    sizeOf: (row: Row) => number,
    faultOf: (cid: string, row: Row) => Promise<string | undefined> | string | undefined,
    mend: (cid: string, row: Row, reason: string) => Promise<boolean>,
  ): Promise<void> => {
    let limit = SLICE
    for (let after: string | undefined; ; ) {
      checkAborted()
      const range = { ...(after === undefined ? {} : { after }), limit }
      const rows = await store.read((tx) => tx.list(table, range))
      let bytes = 0
      for (const [cid, row] of rows) {
        bytes += sizeOf(row)
        const reason = await faultOf(cid, row)
        if (reason !== undefined) {
          bad.push({ cid, reason })
          if (await mend(cid, row, reason)) repaired++
        }
        await rest()
      }
      checked += rows.length
      onProgress?.({ checked, bad: bad.length })
      if (rows.length < limit) return
      after = rows.at(-1)![0]
      if (bytes > SLICE_BYTES) limit = Math.max(1, Math.floor((limit * SLICE_BYTES) / bytes))
      else if (bytes < SLICE_BYTES / 4 && checked > 2 * SLICE) limit = Math.min(MOST, limit * 2)
    }
  }
  await slices(BLOCKS, blockBytes, storedFault, async (cid, stored, reason) => {
    const found: BadBlock = { cid, reason, stored }
    const how = await repair(found)
    if (how === 'report') return false
    return store.transact((tx) => repairBlock(tx, found, how))
  })
  // A result has no author to ask and no copy: a bad one is reported, never replaced.
  await slices(
    RESULTS,
    (bytes) => bytes.length,
    resultFault,
    async () => false,
  )
  // What a damaged row said of its links is not what was counted when it was put.
  await recountStale(store, breathe)
  return { checked, bad, repaired }
}

function blockBytes(row: BlockRow): number {
  return row?.data?.length ?? 0
}

/** As `rowFault`; large blocks are hashed beside the thread where the platform can. */
async function storedFault(cid: string, row: BlockRow): Promise<string | undefined> {
  if (blockBytes(row) < SLICE_BYTES / 4 || shapeFault(row) !== undefined || !globalThis.crypto?.subtle) {
    return rowFault(cid, row)
  }
  try {
    const block = fromRow(cid, row)
    const digest = await crypto.subtle.digest('SHA-256', blockPreimage(block) as Uint8Array<ArrayBuffer>)
    return cidOfDigest(block.cid.codec, new Uint8Array(digest)).equals(block.cid)
      ? undefined
      : rowFault(cid, row)
  } catch {
    return rowFault(cid, row)
  }
}

function resultFault(cid: string, bytes: Uint8Array): string | undefined {
  if (!(bytes instanceof Uint8Array)) return 'The row is not a result: its bytes are missing.'
  const found = cidOf(RAW, bytes).toString()
  return found === cid ? undefined : `CID mismatch: the result hashes to ${found}`
}
