/**
 * Blocks that what this node holds refers to and that are not here: bodies of proposals, manifests and modules of jobs, all
 * that a receipt's run takes. And receipts of members that this node has not heard of, each with its record.
 */
import { Cid } from '../common/cid.ts'
import { decodeJson } from '../common/codec.ts'
import type { Did } from '../common/did.ts'
import { IcnError } from '../common/errors.ts'
import type { DagBlock } from '../dag/block.ts'
import { getBlock, hasBlock, putBlock } from '../dag/blocks.ts'
import { wasMember } from '../governance/members.ts'
import { PROPOSAL_ORDER, PROPOSALS } from '../governance/rows.ts'
import { executionReceipt, verifyReceipt } from '../identity/receipt.ts'
import { jobRecord } from '../mesh/records.ts'
import type { MeshParticipant, RunEvidence } from '../mesh/service.ts'
import type { Transaction } from '../storage/types.ts'
import type { RuntimeContext } from './context.ts'
import { specOf } from './job-rules.ts'
import { isWasm, moduleOf } from './perform.ts'
import { storeReceipt } from './receipts.ts'
import { MOST_RECEIPTS } from './sync-sets.ts'
import { JOB_ORDER, JOBS, RECEIPT_ORDER, RECEIPTS } from './tables.ts'

/** How long a block is waited for, ms; a large one comes in pieces. */
const BLOCK_MS = 10_000
/** Most of one round. What is left is asked for in the next. */
const MOST_BLOCKS = 256
const MOST_BYTES = 64 * 1024 * 1024
/** Proposals, jobs and receipts looked at, the newest. */
const MOST_LOOKED_AT = MOST_RECEIPTS
const SLICE = 50

/** What may still be fetched in this round. */
export class Budget {
  blocks = 0
  bytes = 0
  get spent(): boolean {
    return this.blocks >= MOST_BLOCKS || this.bytes >= MOST_BYTES
  }
}

/** A block of a peer; the service has checked it against its CID. */
export async function fetchBlock(
  mesh: MeshParticipant,
  cid: Cid,
  peer: Did,
  budget: Budget,
  signal: AbortSignal,
): Promise<DagBlock | undefined> {
  if (budget.spent) return undefined
  const block = await mesh.requestBlock(cid, peer, BLOCK_MS, signal)
  if (block === undefined || !block.cid.equals(cid)) return undefined
  budget.blocks++
  budget.bytes += block.data.length
  return block
}

/**
 * A receipt that a peer has and this node has not: kept and listed when its executor is a member and signed it, and the
 * record is of it. Its run is not made again here; `receipts.verify` does that. No mana moves, no reputation changes.
 * @returns `kept`; `useless`: not to be asked for again; `lacked`: a block did not come
 */
export async function takeReceipt(
  context: RuntimeContext,
  evidence: RunEvidence,
  fetch: (cid: Cid) => Promise<DagBlock | undefined>,
): Promise<'kept' | 'useless' | 'lacked'> {
  const { store, resolver } = context
  const find = async (cid: Cid) => (await store.read((tx) => getBlock(tx, cid))) ?? (await fetch(cid))
  try {
    const block = await find(evidence.receipt)
    if (block === undefined) return 'lacked'
    const receipt = decodeJson(executionReceipt, block.data, 'Receipt')
    verifyReceipt(receipt, resolver)
    if (!(await store.read((tx) => wasMember(tx, receipt.executorDid)))) return 'useless'
    const record = await find(evidence.record)
    if (record === undefined) return 'lacked'
    const linked = record.links.find(({ name }) => name === 'receipt')
    if (linked === undefined || !linked.cid.equals(block.cid)) return 'useless'
    await store.transact((tx) => {
      if (tx.has(RECEIPTS, `${block.cid}`)) return
      putBlock(tx, record)
      const { jobId, success } = receipt
      const row = { jobId: `${jobId}`, success, manaCharged: 0n, record: `${record.cid}` }
      storeReceipt(tx, block, row)
    })
    return 'kept'
  } catch (error) {
    if (!IcnError.is(error)) throw error
    if (error.code === 'Closed' || error.code === 'Aborted') throw error
    return 'useless'
  }
}

/** What is referred to and missing, the newest first; `whole` remembers what was found complete before. */
export async function missingBlocks(context: RuntimeContext, whole: Set<string>): Promise<readonly Cid[]> {
  const { store } = context
  const missing = new Map<string, Cid>()
  const looks: readonly (readonly [
    table: typeof JOB_ORDER,
    look: (tx: Transaction, key: string) => readonly Cid[],
  ])[] = [
    [PROPOSAL_ORDER, ofProposal],
    [RECEIPT_ORDER, ofReceipt],
    [JOB_ORDER, ofJob],
  ]
  for (const [table, look] of looks) {
    let after: string | undefined
    for (let seen = 0; seen < MOST_LOOKED_AT; seen += SLICE) {
      const range = { limit: SLICE, reverse: true, ...(after === undefined ? {} : { after }) }
      const rows = await store.read((tx) => tx.list(table, range))
      for (const [key, id] of rows) {
        if (whole.has(`${table.name} ${key}`)) continue
        const lacked = await store.read((tx) => look(tx, id).filter((cid) => !hasBlock(tx, cid)))
        for (const cid of lacked) missing.set(`${cid}`, cid)
        if (lacked.length === 0) whole.add(`${table.name} ${key}`)
      }
      if (rows.length < SLICE) break
      after = rows.at(-1)![0]
    }
  }
  return [...missing.values()]
}

function ofProposal(tx: Transaction, id: string): readonly Cid[] {
  const cid = tx.get(PROPOSALS, id)?.contentCid
  return cid == null ? [] : [Cid.parse(cid)]
}

function ofJob(tx: Transaction, id: string): readonly Cid[] {
  const row = tx.get(JOBS, id)
  // Others take the manifest for a name, and need not have it.
  if (row === undefined || specOf(row).kind !== 'CclWasm') return []
  return [Cid.parse(id), ...ofManifest(tx, Cid.parse(row.manifest))]
}

function ofReceipt(tx: Transaction, cid: string): readonly Cid[] {
  const row = tx.get(RECEIPTS, cid)
  if (row === undefined) return []
  const all = [Cid.parse(cid), Cid.parse(row.jobId)]
  const record = row.record === undefined ? undefined : Cid.parse(row.record)
  if (record !== undefined) {
    all.push(record, ...(sound(tx, record)?.links ?? []).map((link) => link.cid))
  }
  const job = record === undefined ? undefined : sound(tx, Cid.parse(row.jobId))
  const manifest = job && quiet(() => decodeJson(jobRecord, job.data, 'Job').manifestCid)
  if (manifest !== undefined) all.push(...ofManifest(tx, manifest))
  return all
}

/** The manifest, and the module it names when it is not one itself. */
function ofManifest(tx: Transaction, cid: Cid): readonly Cid[] {
  const block = sound(tx, cid)
  const module = block && !isWasm(block.data) ? quiet(() => moduleOf(block.data)) : undefined
  return module === undefined ? [cid] : [cid, module]
}

/** A damaged block is the integrity checker's matter. */
function sound(tx: Transaction, cid: Cid): DagBlock | undefined {
  return quiet(() => getBlock(tx, cid))
}

/** What cannot be read refers to nothing. */
function quiet<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    if (IcnError.is(error)) return undefined
    throw error
  }
}
