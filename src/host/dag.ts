/**
 * The DAG as contracts see it: blocks by their Merkle CID. A contract's blocks are authored by the run's account and
 * unsigned, since signing cannot be done inside a run.
 */
import { utf8 } from '../common/bytes.ts'
import { Cid, RAW } from '../common/cid.ts'
import { cidOf } from '../common/cid-of.ts'
import { IcnError } from '../common/errors.ts'
import { stringifyJson } from '../common/json.ts'
import { buildBlock, type DagBlock, type DagLink } from '../dag/block.ts'
import { checkBlockSize, getBlock, putBlock } from '../dag/blocks.ts'
import { blockMetadata, pinBlock, unpinBlock } from '../dag/retention.ts'
import { BLOCKS } from '../dag/rows.ts'
import { type Table, table } from '../storage/types.ts'
import { bytesOf } from './arguments.ts'
import type { HostContext, HostFunction } from './context.ts'
import { refusal, unreadable } from './errors.ts'
import { payAndStore } from './storing.ts'

/** `module U+0000 CID` of each pin a contract set. */
export const CONTRACT_PINS: Table<1> = table('contractPins')

/** Fuel per byte of a block that is read and checked against its CID. */
const READ_FUEL = 4
/** Fuel per link of a block that is read. */
const LINK_FUEL = 1_500
const MOST_NAME_BYTES = 256
const MOST_STEPS = 64

export const dagFunctions = {
  host_get_block_info(context: HostContext, text: string): string {
    const cid = blockCid(text)
    const block = read(context, cid)
    const { pinned, ttl } = blockMetadata(context.tx, cid)!
    return stringifyJson({
      cid: cid.toString(),
      size: block.data.length,
      links: block.links.map((link) => ({ name: link.name, cid: link.cid.toString(), size: link.size })),
      timestamp: block.timestamp,
      author: block.authorDid.toString(),
      signed: block.signature !== null,
      scope: block.scope,
      pinned,
      ttl,
    })
  },

  host_dag_put: (context: HostContext, data: Uint8Array | string): string =>
    store(context, bytesOf(data), []),

  host_dag_get: (context: HostContext, text: string): Uint8Array => read(context, blockCid(text)).data,

  /** A pin that was there before stays whoever set it: only the contract that set one may take it away. */
  host_dag_pin(context: HostContext, text: string): true {
    const cid = blockCid(text)
    if (known(context, cid).pinned) return true
    if (context.module !== null) {
      payAndStore(context, text.length, `pin ${cid}`, () =>
        context.tx.put(CONTRACT_PINS, pinKey(context.module!, cid), 1),
      )
    }
    pinBlock(context.tx, cid)
    return true
  },

  host_dag_unpin(context: HostContext, text: string): true {
    const { tx, module } = context
    const cid = blockCid(text)
    if (!known(context, cid).pinned) return true
    if (module !== null) {
      if (!tx.has(CONTRACT_PINS, pinKey(module, cid))) {
        throw refusal(
          'PermissionDenied',
          `Block ${cid} was not pinned by this contract, which may not unpin it.`,
          {
            cid: cid.toString(),
          },
        )
      }
      tx.delete(CONTRACT_PINS, pinKey(module, cid))
    }
    unpinBlock(tx, cid)
    return true
  },

  /** The plain CID of content, not the Merkle CID of a block that holds it. */
  host_calculate_cid: (_context: HostContext, data: Uint8Array | string): string =>
    cidOf(RAW, bytesOf(data)).toString(),

  /** A new block with the parent's data and links, and the child's link behind them. */
  host_dag_link(context: HostContext, parentText: string, childText: string, name: string): string {
    const [parent, child] = [blockCid(parentText), blockCid(childText)]
    const { length } = utf8(name)
    if (length === 0 || length > MOST_NAME_BYTES || name.includes('/')) {
      throw refusal(
        'InvalidParameters',
        `A link's name has 1 to ${MOST_NAME_BYTES} bytes and no "/", got ${length} bytes.`,
        {
          length,
        },
      )
    }
    const from = read(context, parent)
    if (from.links.some((link) => link.name === name)) {
      throw refusal('InvalidParameters', `Block ${parent} has a link of that name.`, {
        cid: parent.toString(),
      })
    }
    const size = BigInt(knownRow(context, child).data.length)
    return store(context, from.data, [...from.links, { cid: child, name, size }])
  },

  host_dag_list_links: (context: HostContext, text: string): readonly string[] =>
    read(context, blockCid(text)).links.map(({ name }) => name),

  /** Data of the block that names separated by `/` lead to; of the root itself without any. */
  host_dag_resolve_path(context: HostContext, text: string, path: string): Uint8Array {
    const steps = path.split('/').filter((step) => step !== '')
    if (steps.length > MOST_STEPS) {
      throw refusal('InvalidParameters', `A path has at most ${MOST_STEPS} steps, got ${steps.length}.`, {
        steps: steps.length,
      })
    }
    let block = read(context, blockCid(text))
    for (const step of steps) {
      const link = block.links.find(({ name }) => name === step)
      if (link === undefined)
        throw unknown(`Block ${block.cid} has no link of the name asked for.`, block.cid)
      block = read(context, link.cid)
    }
    return block.data
  },
} satisfies Record<string, HostFunction>

function blockCid(text: string): Cid {
  return unreadable('Invalid block CID: ', () => Cid.parse(text))
}

/** Its work is charged by its size before it is done. */
function read(context: HostContext, cid: Cid): DagBlock {
  const { data, links } = knownRow(context, cid)
  context.charge(data.length * READ_FUEL + links.length * LINK_FUEL)
  return getBlock(context.tx, cid)!
}

function knownRow(context: HostContext, cid: Cid) {
  const row = context.tx.get(BLOCKS, cid.toString())
  if (row === undefined) throw unknown(`Block ${cid} is not in the DAG.`, cid)
  return row
}

function known(context: HostContext, cid: Cid) {
  const meta = blockMetadata(context.tx, cid)
  if (meta === undefined) throw unknown(`Block ${cid} is not in the DAG.`, cid)
  return meta
}

/** The same block again is free and changes nothing. */
function store(context: HostContext, data: Uint8Array, links: readonly DagLink[]): string {
  context.charge(data.length * READ_FUEL + links.length * LINK_FUEL)
  const { tx, identity, now } = context
  const block = buildBlock({ data, links, timestamp: now, authorDid: identity })
  const cid = block.cid.toString()
  checkBlockSize(block)
  if (tx.has(BLOCKS, cid)) putBlock(tx, block)
  else {
    const names = links.reduce((sum, link) => sum + link.name.length, 0)
    payAndStore(context, data.length + names, cid, () => putBlock(tx, block))
  }
  return cid
}

function unknown(message: string, cid: Cid): IcnError {
  return new IcnError('DagOperationFailed', message, {
    data: { cid: cid.toString(), reason: 'unknownBlock' },
  })
}

function pinKey(module: string, cid: Cid): string {
  return `${module}\u0000${cid}`
}
