/** The DAG's part of the facade. Blocks the page puts are authored and signed by this node. */
import { expectBytes, expectU64, inWords } from '../common/bytes.ts'
import { Cid, DAG_CBOR } from '../common/cid.ts'
import { IcnError } from '../common/errors.ts'
import type { DagLink } from '../dag/block.ts'
import { dagRoot, getBlock, hasBlock, listBlocks, putBlock } from '../dag/blocks.ts'
import { blockMetadata, pinBlock, unpinBlock } from '../dag/retention.ts'
import { signBlock } from '../identity/receipt-block.ts'
import type { CallOptions, DagBlockData, IcnRuntime, Page } from '../protocol/api.ts'
import type { Transaction } from '../storage/types.ts'
import type { RuntimeContext } from './context.ts'
import { type RepairStrategy, type VerifyAllOptions, verifyAll } from './integrity.ts'
import { readPage } from './page.ts'
import { RESULTS } from './tables.ts'

type Dag = IcnRuntime['dag']
type Method = <A extends unknown[], R>(work: (...args: A) => Promise<R> | R) => (...args: A) => Promise<R>

export function dagFacade(context: RuntimeContext, repair: RepairStrategy, method: Method): Dag {
  const { store, signer, time } = context
  return {
    put: method(async (block: Parameters<Dag['put']>[0]) => {
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
      await store.transact((tx) => putBlock(tx, made))
      return made.cid.toString()
    }),
    get: method((cid: string) => {
      const parsed = Cid.parse(cid)
      return store.read((tx) => blockData(tx, parsed) ?? resultData(tx, parsed, context))
    }),
    has: method((cid: string) => {
      const parsed = Cid.parse(cid)
      return store.read((tx) => hasBlock(tx, parsed) || tx.has(RESULTS, parsed.toString()))
    }),
    list: method((page?: Page & CallOptions) => {
      const range = readPage(page)
      return store.read((tx) => listBlocks(tx, range))
    }),
    pin: method((cid: string) => {
      const parsed = Cid.parse(cid)
      return store.transact((tx) => pinBlock(tx, parsed))
    }),
    unpin: method((cid: string) => {
      const parsed = Cid.parse(cid)
      return store.transact((tx) => unpinBlock(tx, parsed))
    }),
    root: method(() => store.read(dagRoot)),
    verifyAll: method((options?: VerifyAllOptions) => verifyAll(context, repair, options)),
  }
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
    if (typeof link.name !== 'string') throw wrong(`${at}.name`, 'a string', link.name)
    return { cid: Cid.parse(link.cid as string), name: link.name, size: expectU64(link.size, `${at}.size`) }
  })
}

function readCodec(codec: unknown): number {
  if (codec === undefined) return DAG_CBOR
  if (typeof codec === 'number' && Number.isInteger(codec) && codec >= 0 && codec <= 0xffff) return codec
  throw wrong('block.codec', 'an integer from 0 to 65535', codec)
}

function readScope(scope: unknown): string | null {
  if (scope === undefined || scope === null) return null
  if (typeof scope === 'string') return scope
  throw wrong('block.scope', 'a string', scope)
}

function wrong(name: string, expected: string, value: unknown): IcnError {
  return new IcnError('InvalidSpec', `${name} must be ${expected}, got ${inWords(value)}.`)
}
