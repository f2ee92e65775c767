/** The DAG's part of the facade. Blocks the page puts are authored and signed by this node. */
import { expectBytes, expectText, expectU64, inWords } from '../common/bytes.ts'
import { Cid, DAG_CBOR } from '../common/cid.ts'
import { Did } from '../common/did.ts'
import { IcnError } from '../common/errors.ts'
import { late } from '../common/late.ts'
import type { DagBlock, DagLink } from '../dag/block.ts'
import { getBlock, hasBlock, listBlocks, putBlock, rowFault } from '../dag/blocks.ts'
import { type Repair, repairBlock } from '../dag/integrity.ts'
import { recountStale, soundRoot } from '../dag/references.ts'
import { blockMetadata, pinBlock, setBlockTtl, unpinBlock } from '../dag/retention.ts'
import { BLOCKS, type BlockRow, fromRow, QUARANTINE } from '../dag/rows.ts'
import { shapeFault } from '../dag/rows-check.ts'
import { signBlock } from '../identity/receipt-block.ts'
import type {
  CallOptions,
  DagBlockContent,
  DagBlockData,
  ExaminedBlock,
  IcnRuntime,
  Page,
  RepairAnswer,
  VerifyAllOptions,
} from '../protocol/api.ts'
import type { Transaction } from '../storage/types.ts'
import { breathe } from './background.ts'
import type { RuntimeContext } from './context.ts'
import type { ImportOptions } from './import.ts'
import type { RepairStrategy } from './integrity.ts'
import { listing, readPage } from './page.ts'
import { RESULTS } from './tables.ts'
import type { Work } from './work.ts'

type Dag = IcnRuntime['dag']

const proving = late('The code that checks proofs of blocks', () => import('./block-proof.ts'))
const checking = late('The code that checks blocks', () => import('./integrity.ts'))
const pruning = late('The code that prunes blocks', () => import('./prune.ts'))
const exporting = late('The code that exports', () => import('./export.ts'))
const exportingCar = late('The code that exports CAR files', () => import('./car.ts'))
const importing = late('The code that imports', () => import('./import.ts'))

/** @param work where the modules of an import are made known again */
export function dagFacade(context: RuntimeContext, repair: RepairStrategy, work: () => Promise<Work>): Dag {
  const { store, signer, time } = context
  return {
    put: async (block: Parameters<Dag['put']>[0]) => {
      if (typeof block !== 'object' || block === null) throw wrong('block', 'an object', block)
      const made = await signBlock(
        {
          data: expectBytes(block.data, 'block.data'),
          links: readLinks(block.links),
          codec: readCodec(block.codec),
          scope: readScope(block.scope),
          timestamp: time.seconds(),
        },
        signer,
      )
      const check =
        context.blockIssuers === null ? null : (await proving()).blockProofCheck(context, block.proof)
      await store.transact((tx) => {
        check?.(tx)
        putBlock(tx, made)
      })
      return made.cid.toString()
    },
    get: (cid: string) => {
      const parsed = Cid.parse(cid)
      return store.read((tx) => blockData(tx, parsed) ?? resultData(tx, parsed, context))
    },
    has: (cid: string) => {
      const parsed = Cid.parse(cid)
      return store.read((tx) => hasBlock(tx, parsed) || tx.has(RESULTS, parsed.toString()))
    },
    list: (page?: Page & CallOptions) => {
      const range = readPage(page)
      return store.read((tx) => listBlocks(tx, range))
    },
    pin: (cid: string) => {
      const parsed = Cid.parse(cid)
      return store.transact((tx) => pinBlock(tx, parsed))
    },
    unpin: (cid: string) => {
      const parsed = Cid.parse(cid)
      return store.transact((tx) => unpinBlock(tx, parsed))
    },
    root: () => soundRoot(store, breathe),
    setTtl: (cid: string, ttl: bigint | number | null) => {
      const parsed = Cid.parse(cid)
      const at = ttl === null ? null : seconds(ttl, 'ttl')
      return store.transact((tx) => setBlockTtl(tx, parsed, at))
    },
    prune: async (options?: { readonly now?: bigint | number } & CallOptions) => {
      const now = options?.now === undefined ? time.seconds() : seconds(options.now, 'now')
      return (await pruning()).prune(context, now, options?.signal)
    },
    verifyAll: async (options?: VerifyAllOptions) => {
      const strategy = strategyOf(options?.repair, repair)
      return (await checking()).verifyAll(context, strategy, options)
    },
    examine: (cid: string) => {
      const key = Cid.parse(cid).toString()
      return store.read((tx) => {
        const row = tx.get(BLOCKS, key)
        return row === undefined ? undefined : examined(key, row)
      })
    },
    repair: async (cid: string, answer: RepairAnswer) => {
      const key = Cid.parse(cid).toString()
      checkAnswer(answer)
      const gone = await store.transact((tx) => {
        const stored = tx.get(BLOCKS, key)
        if (stored === undefined) {
          const block = replacement(key, answer, undefined)
          return block === undefined ? true : putBack(tx, key, block)
        }
        const reason = rowFault(key, stored)
        if (reason === undefined) return true
        const how = replacement(key, answer, stored) ?? (answer as Repair)
        return repairBlock(tx, { cid: key, reason, stored }, how)
      })
      await recountStale(store, breathe)
      return gone
    },
    quarantined: (page?: Page & CallOptions) => {
      const range = readPage(page)
      return store.read((tx) => {
        const rows = tx.list(QUARANTINE, range)
        const items = rows.map(([cid, { row, reason }]) => ({ cid, reason, stored: content(row) }))
        return listing(items, rows, range.limit)
      })
    },
    export: async () => (await exporting()).exportDatabase(context),
    exportCar: async () => (await exportingCar()).exportCar(context),
    import: async (stream: ReadableStream<Uint8Array>, options?: ImportOptions) => {
      if (typeof (stream as { getReader?: unknown } | null)?.getReader !== 'function') {
        throw wrong('stream', 'a ReadableStream of Uint8Array chunks', stream)
      }
      const { importDatabase } = await importing()
      const remember = async (cid: string) => (await work()).modules.remember(Cid.parse(cid))
      return importDatabase(context, stream, remember, options)
    },
  }
}

const REPAIRS: readonly unknown[] = ['report', 'quarantine', 'delete']

/** The strategy a caller names, or brings along; the runtime's own when there is none. */
function strategyOf(given: VerifyAllOptions['repair'], fallback: RepairStrategy): RepairStrategy {
  if (given === undefined) return fallback
  if (typeof given !== 'function') {
    if (!REPAIRS.includes(given)) throw wrong('repair', 'report, quarantine, delete or a function', given)
    return () => given
  }
  return async ({ cid, reason, stored }) => {
    const answer = await given({ cid, reason, stored: content(stored) })
    return replacement(cid, answer, stored) ?? (answer as Repair)
  }
}

/** Before it is known whether the block needs it, and when it has come from a page's function. */
function checkAnswer(answer: RepairAnswer): void {
  if (REPAIRS.includes(answer) || (typeof answer === 'object' && answer !== null)) return
  throw wrong('repair', 'report, quarantine, delete, bytes or content of a block', answer)
}

/** The block an answer makes; undefined when it is one of the names. */
function replacement(cid: string, answer: RepairAnswer, stored: BlockRow | undefined): DagBlock | undefined {
  if (REPAIRS.includes(answer)) return undefined
  try {
    if (answer instanceof Uint8Array) {
      if (stored === undefined || shapeFault(stored) !== undefined) {
        throw wrong('repair', 'whole content, since nothing but the data would be known', answer)
      }
      return fromRow(cid, { ...stored, data: answer })
    }
    checkAnswer(answer)
    const { data, links, timestamp, author, signature, scope } = answer as DagBlockContent
    return {
      cid: Cid.parse(cid),
      data: expectBytes(data, 'repair.data'),
      links: readLinks(links),
      timestamp: expectU64(timestamp, 'repair.timestamp'),
      authorDid: Did.parse(author),
      signature: signature == null ? null : expectBytes(signature, 'repair.signature'),
      scope: readScope(scope),
    }
  } catch (error) {
    if (IcnError.is(error, 'InvalidSpec')) throw error
    throw new IcnError('DagOperationFailed', `Block ${cid} cannot be replaced: ${(error as Error).message}`, {
      data: { cid, reason: 'wrongReplacement' },
    })
  }
}

/** A block that was deleted or quarantined returns by its content. */
function putBack(tx: Transaction, cid: string, block: DagBlock): boolean {
  putBlock(tx, block)
  tx.delete(QUARANTINE, cid)
  return true
}

function examined(cid: string, row: BlockRow): ExaminedBlock {
  return { cid, reason: rowFault(cid, row) ?? null, stored: content(row) }
}

function content(row: BlockRow): DagBlockContent | null {
  if (shapeFault(row) !== undefined) return null
  const { data, links, timestamp, author, signature, scope } = row
  return { data, links, timestamp, author, signature, scope }
}

function seconds(value: unknown, name: string): bigint {
  return expectU64(typeof value === 'number' && Number.isSafeInteger(value) ? BigInt(value) : value, name)
}

function blockData(tx: Transaction, cid: Cid): DagBlockData | undefined {
  const block = getBlock(tx, cid)
  if (block === undefined) return undefined
  const { pinned, ttl } = blockMetadata(tx, cid) ?? { pinned: false, ttl: null }
  return {
    cid: cid.toString(),
    data: block.data,
    links: block.links.map((link) => ({ ...link, cid: link.cid.toString() })),
    timestamp: block.timestamp,
    author: block.authorDid.toString(),
    signature: block.signature,
    scope: block.scope,
    pinned,
    ttl: ttl === null ? null : Number(ttl),
  }
}

/** A run's result is kept under the plain CID its receipt names; shown here as a block without a history. */
function resultData(tx: Transaction, cid: Cid, context: RuntimeContext): DagBlockData | undefined {
  const data = tx.get(RESULTS, cid.toString())
  if (data === undefined) return undefined
  return {
    cid: cid.toString(),
    data,
    links: [],
    timestamp: 0n,
    author: context.identity.toString(),
    signature: null,
    scope: null,
    pinned: false,
    ttl: null,
  }
}

function readLinks(links: unknown): readonly DagLink[] {
  if (links === undefined) return []
  if (!Array.isArray(links)) throw wrong('block.links', 'an array', links)
  return links.map((link: { cid?: unknown; name?: unknown; size?: unknown } | null, i) => {
    const at = `block.links[${i}]`
    if (typeof link !== 'object' || link === null) throw wrong(at, 'an object', link)
    return {
      cid: Cid.parse(link.cid as string),
      name: expectText(link.name, `${at}.name`),
      size: expectU64(link.size, `${at}.size`),
    }
  })
}

function readCodec(codec: unknown): number {
  if (codec === undefined) return DAG_CBOR
  if (typeof codec === 'number' && Number.isInteger(codec) && codec >= 0 && codec <= 0xffff) return codec
  throw wrong('block.codec', 'an integer from 0 to 65535', codec)
}

function readScope(scope: unknown): string | null {
  return scope === undefined || scope === null ? null : expectText(scope, 'block.scope')
}

function wrong(name: string, expected: string, value: unknown): IcnError {
  return new IcnError('InvalidSpec', `${name} must be ${expected}, got ${inWords(value)}.`)
}
