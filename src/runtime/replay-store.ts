/** Receipts put to the test: those stored here, and those that come as files of other nodes. */
import { Cid } from '../common/cid.ts'
import { decodeJson } from '../common/codec.ts'
import { IcnError } from '../common/errors.ts'
import type { DagBlock } from '../dag/block.ts'
import { getBlock, putBlock } from '../dag/blocks.ts'
import { badExport } from '../dag/transfer/frames.ts'
import { executionReceipt } from '../identity/receipt.ts'
import { jobRecord } from '../mesh/records.ts'
import type { ImportedReceipt, ReceiptVerification, RunLimits } from '../protocol/api.ts'
import type { StateStore, Transaction } from '../storage/types.ts'
import type { RuntimeContext } from './context.ts'
import { Modules } from './modules.ts'
import { storeReceipt } from './receipts.ts'
import { type Evidence, verifyEvidence } from './replay.ts'
import { decodeReceiptFile, encodeReceiptFile } from './replay-file.ts'
import type { ReplayPlace } from './replay-run.ts'
import { RECEIPTS } from './tables.ts'

/** Pairs of limits whose modules are kept compiled, beside the present ones. */
const MOST_OTHERS = 4

type Find = (cid: Cid) => DagBlock | undefined

/**
 * Makes the run behind a stored receipt again.
 * @throws IcnError MissingOrInvalidReceipt when no receipt is stored under the CID, DagOperationFailed when a block is damaged
 */
export async function verifyRun(
  context: RuntimeContext,
  modules: Modules,
  cid: Cid,
  signal?: AbortSignal,
): Promise<ReceiptVerification> {
  return verifyEvidence(placeOf(context, modules), await readEvidence(context.store, cid), signal)
}

/** @throws IcnError MissingOrInvalidReceipt, DagOperationFailed as `verifyRun` */
export function readEvidence(store: StateStore, cid: Cid): Promise<Evidence> {
  return store.read((tx) => storedEvidence(tx, cid))
}

/**
 * The receipt with everything its replay takes, as one file.
 * @throws IcnError MissingOrInvalidReceipt when it is unknown, ran no module or lacks a block; `data.reason` tells which
 */
export async function exportReceipt(context: RuntimeContext, cid: Cid): Promise<Uint8Array> {
  return encodeReceiptFile(await context.store.read((tx) => receiptBlocks(tx, cid)))
}

/** The blocks of a stored receipt, its own first and the module's last. */
function receiptBlocks(tx: Transaction, cid: Cid): readonly DagBlock[] {
  return blocksOf(storedEvidence(tx, cid), (wanted) => getBlock(tx, wanted))
}

function blocksOf({ receipt, record, linked, job, manifest }: Evidence, find: Find): readonly DagBlock[] {
  const lacks = (what: string) =>
    new IcnError('MissingOrInvalidReceipt', `Receipt ${receipt.cid} does not stand alone: ${what}.`, {
      data: { cid: receipt.cid.toString(), reason: 'incomplete' },
    })
  if (record === undefined) throw lacks('there is no execution record beside it')
  if (linked === undefined) throw lacks('the receipt block its record links to is missing')
  const named = moduleOf(record)
  const module = named === undefined ? undefined : find(named)
  if (module === undefined) throw lacks('its module is missing')
  const asked = job === undefined ? undefined : manifestOf(job)
  if (job === undefined || (manifest === undefined && asked?.equals(module.cid) !== true)) {
    throw lacks('the block of its job or manifest is missing')
  }
  return manifest === undefined ? [linked, record, job, module] : [linked, record, job, manifest, module]
}

/**
 * Checks a file and makes its run again, with nothing but what the file holds. A verified receipt is kept, with its
 * record, job and module: it is listed from then on. No mana moves and no reputation changes.
 * @throws IcnError DagOperationFailed `badExport` when the file is not what `exportReceipt` writes, byte for byte
 */
export async function importAndVerify(
  context: RuntimeContext,
  file: Uint8Array,
  signal?: AbortSignal,
): Promise<ImportedReceipt> {
  const { receipt, blocks } = await decodeReceiptFile(file)
  const evidence = fileEvidence(receipt, blocks)
  const order = [...blocks.values()]
  const needed = blocksOf(evidence, (cid) => blocks.get(cid.toString()))
  if (order.length !== needed.length || !needed.every((block, i) => block === order[i])) {
    throw badExport(0, `it holds ${order.length} blocks, not the ${needed.length} of one receipt in order`)
  }
  const place = { ...placeOf(context), load: filePlace(context, blocks) }
  const verification = await verifyEvidence(place, evidence, signal)
  if (verification.status === 'verified') {
    await context.store.transact((tx) => {
      for (const block of blocks.values()) putBlock(tx, block)
      if (tx.has(RECEIPTS, receipt.toString())) return
      const { jobId, success } = decodeJson(executionReceipt, evidence.receipt.data, 'Receipt')
      const record = evidence.record!.cid.toString()
      storeReceipt(tx, evidence.receipt, { jobId: jobId.toString(), success, manaCharged: 0n, record })
    })
  }
  return { ...verification, receiptCid: receipt.toString() }
}

/** What a file says, without the store. */
function fileEvidence(receipt: Cid, blocks: ReadonlyMap<string, DagBlock>): Evidence {
  const find: Find = (cid) => blocks.get(cid.toString())
  const [, record] = blocks.values()
  return related(find, find(receipt)!, record)
}

/** Modules from the blocks of a file alone. */
function filePlace(
  context: Pick<RuntimeContext, 'store'>,
  blocks: ReadonlyMap<string, DagBlock>,
): ReplayPlace['load'] {
  return async (cid, limits) => {
    const block = blocks.get(cid.toString())
    if (block === undefined) {
      throw new IcnError('DagOperationFailed', `WASM module not found: block ${cid} is not in the file.`, {
        data: { reason: 'moduleNotFound', cid: cid.toString() },
      })
    }
    return { ...(await new Modules(context.store, limits).prepare(block.data)), cid }
  }
}

export function placeOf(context: RuntimeContext, modules?: Modules): ReplayPlace {
  const { limits, resolver, policy, store } = context
  /** Limits of other times. */
  const others = new Map<string, Modules>()
  const under = (asked: RunLimits): Modules => {
    if (modules !== undefined && limitsKey(asked) === limitsKey(limits)) return modules
    const key = limitsKey(asked)
    const made = others.get(key) ?? new Modules(store, asked)
    if (others.size < MOST_OTHERS) others.set(key, made)
    return made
  }
  return { limits, resolver, policy, onGuest: context.onGuest, load: (cid, asked) => under(asked).load(cid) }
}

function limitsKey({ memoryPages, callDepth }: RunLimits): string {
  return `${memoryPages} ${callDepth}`
}

function storedEvidence(tx: Transaction, cid: Cid): Evidence {
  const row = tx.get(RECEIPTS, cid.toString())
  const block = row === undefined ? undefined : getBlock(tx, cid)
  if (row === undefined || block === undefined) {
    throw new IcnError('MissingOrInvalidReceipt', `No receipt is stored under ${cid}.`, {
      data: { cid: cid.toString(), reason: 'unknownReceipt' },
    })
  }
  const find: Find = (wanted) => getBlock(tx, wanted)
  return related(find, block, row.record === undefined ? undefined : find(Cid.parse(row.record)))
}

function related(find: Find, receipt: DagBlock, record: DagBlock | undefined): Evidence {
  const { jobId } = decodeJson(executionReceipt, receipt.data, 'Receipt')
  const link = record?.links.find(({ name }) => name === 'receipt')
  const linked = link === undefined ? undefined : link.cid.equals(receipt.cid) ? receipt : find(link.cid)
  const job = find(jobId)
  const asked = job === undefined ? undefined : manifestOf(job)
  const module = record === undefined ? undefined : moduleOf(record)
  // Most jobs name the module itself, which whoever makes the run again has compiled already.
  const manifest = asked === undefined || module?.equals(asked) ? undefined : find(asked)
  return { receipt, record, linked, job, manifest }
}

/** Undefined for a job that cannot be read; that is told by the replay. */
function manifestOf(job: DagBlock): Cid | undefined {
  try {
    return decodeJson(jobRecord, job.data, 'Job').manifestCid
  } catch {
    return undefined
  }
}

/** As the record's links say; that they say the same as the record is checked by the replay. */
function moduleOf(record: DagBlock): Cid | undefined {
  return record.links.find(({ name }) => name === 'module')?.cid
}
