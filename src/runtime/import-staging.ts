/**
 * The blocks of a large import while they wait, in tables of their own: nothing of them counts until the import is
 * accepted; from then on they are put in small commits, which go on after a crash.
 */
import type { DagBlock } from '../dag/block.ts'
import { putBlock } from '../dag/blocks.ts'
import { BLOCKS, type BlockRow, fromRow, sequenceKey, toRow } from '../dag/rows.ts'
import { type Table, type Transaction, table } from '../storage/types.ts'
import { breathe } from './background.ts'
import type { RuntimeContext } from './context.ts'
import { IMPORTS } from './import-rows.ts'

/** By import, then number of its first block: how many blocks one commit can put without growing large. */
export const IMPORT_BATCHES: Table<number> = table('importBatches')
/** By import, then number: a block that waits. */
export const IMPORT_BLOCKS: Table<{ readonly cid: string; readonly row: BlockRow }> = table('importBlocks')
/** By import, then CID: the block's number. */
const IMPORT_CIDS: Table<number> = table('importCids')

/** Goes on with what was accepted and sweeps away the rest; to be called by whoever holds the lock `import`. */
export async function finishImports(context: RuntimeContext): Promise<void> {
  for (const [id, row] of await context.store.read((tx) => tx.list(IMPORTS, { limit: 100 }))) {
    if (row.phase === 'putting') await putStaged(context, id)
    else await sweep(context, id)
  }
}

/** What waits of one import. */
export class StagedBlocks {
  readonly #context: RuntimeContext
  readonly #id = crypto.randomUUID()
  #count = 0

  constructor(context: RuntimeContext) {
    this.#context = context
  }

  get isEmpty(): boolean {
    return this.#count === 0
  }

  has(tx: Transaction, cid: string): boolean {
    return !this.isEmpty && tx.has(IMPORT_CIDS, stagedKey(this.#id, cid))
  }

  row(tx: Transaction, cid: string): BlockRow | undefined {
    const number = this.isEmpty ? undefined : tx.get(IMPORT_CIDS, stagedKey(this.#id, cid))
    return number === undefined ? undefined : tx.get(IMPORT_BLOCKS, numberKey(this.#id, number))?.row
  }

  /** One batch: what one commit shall put later. */
  async add(batch: readonly DagBlock[]): Promise<void> {
    const first = this.#count
    await this.#context.store.transact((tx) => {
      tx.put(IMPORTS, this.#id, { phase: 'staging', blocks: first + batch.length })
      if (batch.length > 0) tx.put(IMPORT_BATCHES, numberKey(this.#id, first), batch.length)
      batch.forEach((block, i) => {
        const cid = block.cid.toString()
        tx.put(IMPORT_BLOCKS, numberKey(this.#id, first + i), { cid, row: toRow(block, 0) })
        tx.put(IMPORT_CIDS, stagedKey(this.#id, cid), first + i)
      })
    })
    this.#count += batch.length
  }

  /** Blocks that were deleted while the file was written are not put. */
  async drop(deleted: ReadonlySet<string>): Promise<void> {
    if (this.isEmpty) return
    for (const cid of deleted) {
      await this.#context.store.transact((tx) => {
        const number = tx.get(IMPORT_CIDS, stagedKey(this.#id, cid))
        if (number === undefined) return
        tx.delete(IMPORT_CIDS, stagedKey(this.#id, cid))
        tx.delete(IMPORT_BLOCKS, numberKey(this.#id, number))
      })
    }
  }

  /** From the commit of `tx` on they are to be put, whatever happens. */
  accept(tx: Transaction): void {
    if (!this.isEmpty) tx.put(IMPORTS, this.#id, { phase: 'putting', blocks: this.#count })
  }

  /** @returns how many blocks were new */
  async put(report: () => void): Promise<number> {
    return this.isEmpty ? 0 : putStaged(this.#context, this.#id, report)
  }

  /** Throws away what waits, unless it has been accepted. */
  async discard(): Promise<void> {
    if (this.isEmpty || (await this.#isAccepted())) return
    await sweep(this.#context, this.#id).catch(() => {})
  }

  async #isAccepted(): Promise<boolean> {
    const row = await this.#context.store.read((tx) => tx.get(IMPORTS, this.#id)).catch(() => undefined)
    return row?.phase === 'putting'
  }
}

/** Puts what waits, in order and in small commits. @returns how many blocks were new */
async function putStaged({ store }: RuntimeContext, id: string, report?: () => void): Promise<number> {
  let added = 0
  for (;;) {
    const done = await store.transact((tx) => {
      const [batch] = tx.list(IMPORT_BATCHES, { prefix: `${id}\u0000`, limit: 1 })
      if (batch === undefined) {
        tx.delete(IMPORTS, id)
        return undefined
      }
      let fresh = 0
      for (const [key, waiting] of batchBlocks(tx, id, batch)) {
        const { cid, row } = waiting
        // Somebody may have put another reading of the same CID since it was checked; what is stored stays.
        if (!tx.has(BLOCKS, cid) && putBlock(tx, fromRow(cid, row))) fresh++
        tx.delete(IMPORT_BLOCKS, key)
        tx.delete(IMPORT_CIDS, stagedKey(id, cid))
      }
      tx.delete(IMPORT_BATCHES, batch[0])
      return fresh
    })
    if (done === undefined) return added
    added += done
    report?.()
    await breathe()
  }
}

/** The blocks of a batch; those deleted meanwhile have left gaps. */
function batchBlocks(tx: Transaction, id: string, [key, count]: readonly [string, number]) {
  const first = Number(key.slice(-16))
  const after = first === 0 ? {} : { after: numberKey(id, first - 1) }
  const rows = tx.list(IMPORT_BLOCKS, { prefix: `${id}\u0000`, ...after, limit: count })
  return rows.filter(([at]) => Number(at.slice(-16)) < first + count)
}

/** Throws away what a refused or broken import left. */
async function sweep({ store }: RuntimeContext, id: string): Promise<void> {
  for (let over = false; !over; ) {
    over = await store.transact((tx) => {
      const [batch] = tx.list(IMPORT_BATCHES, { prefix: `${id}\u0000`, limit: 1 })
      if (batch === undefined) {
        tx.delete(IMPORTS, id)
        return true
      }
      for (const [key, { cid }] of batchBlocks(tx, id, batch)) {
        tx.delete(IMPORT_BLOCKS, key)
        tx.delete(IMPORT_CIDS, stagedKey(id, cid))
      }
      tx.delete(IMPORT_BATCHES, batch[0])
      return false
    })
    await breathe()
  }
}

function numberKey(id: string, number: number): string {
  return `${id}\u0000${sequenceKey(number)}`
}

function stagedKey(id: string, cid: string): string {
  return `${id}\u0000${cid}`
}
