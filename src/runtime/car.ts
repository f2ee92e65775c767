/**
 * The DAG as a CARv1 file (docs/export-format.md). A block's Merkle hash is the SHA-256 of its preimage, so the preimage
 * itself goes in as a raw block: its standard CID carries the same digest, and any IPLD tool that verifies it has
 * verified the ICN block. A dag-cbor node beside it says where the preimage is to be cut.
 */
import { equalBytes } from '../common/bytes.ts'
import { IcnError } from '../common/errors.ts'
import { blockPreimage, type DagBlock } from '../dag/block.ts'
import { rowFault } from '../dag/blocks.ts'
import { BLOCK_INDEX, BLOCKS, fromRow, sequenceKey } from '../dag/rows.ts'
import { type CborValue, carBlock, carHeader, cborCid, encodeCbor, rawCid } from '../dag/transfer/cbor.ts'
import type { RuntimeContext } from './context.ts'
import { chunked, streamOf } from './export.ts'

/** Blocks per page of the index. */
const PAGE = 128

export function exportCar(context: RuntimeContext): ReadableStream<Uint8Array> {
  return streamOf(chunked(parts(context)))
}

async function* parts(context: RuntimeContext): AsyncGenerator<Uint8Array> {
  // The root stands at the head of the file and names all pages, so they are made twice: once to know their CIDs.
  const pages: Uint8Array[] = []
  let blocks = 0
  let last = 0
  for (let from = 0; ; from = last) {
    const page = await readPage(context, from, Number.POSITIVE_INFINITY)
    if (page === undefined) break
    pages.push(cborCid(encodeCbor(indexPage(page.blocks))))
    blocks += page.blocks.length
    last = page.next
  }
  const root = encodeCbor({
    blocks,
    format: 'icn-dag-car/1',
    pages: pages.map((cid) => ({ link: cid })),
  })
  yield carHeader(cborCid(root))
  yield carBlock(cborCid(root), root)
  let from = 0
  for (const cid of pages) {
    const page = await readPage(context, from, last)
    const index = page && encodeCbor(indexPage(page.blocks))
    if (page === undefined || index === undefined || !equalBytes(cborCid(index), cid)) {
      throw new IcnError(
        'DagOperationFailed',
        'Blocks were deleted while the CAR file was made; export again.',
        {
          data: { reason: 'changed' },
        },
      )
    }
    for (const block of page.blocks) {
      const node = encodeCbor(nodeOf(block))
      yield carBlock(cborCid(node), node)
      yield carBlock(rawCid(block.cid), blockPreimage(block))
    }
    yield carBlock(cid, index)
    from = page.next
  }
}

/** Sound blocks from number `from` on; damaged ones are left out, they have no honest CID. */
async function readPage({ store }: RuntimeContext, from: number, end: number) {
  const index = await store.read((tx) =>
    tx.list(BLOCK_INDEX, { ...(from === 0 ? {} : { after: sequenceKey(from - 1) }), limit: PAGE }),
  )
  const mine = index.filter(([key]) => Number(key) < end)
  if (mine.length === 0) return undefined
  const blocks: DagBlock[] = []
  for (const [, { cid }] of mine) {
    const row = await store.read((tx) => tx.get(BLOCKS, cid))
    if (row !== undefined && rowFault(cid, row) === undefined) blocks.push(fromRow(cid, row))
  }
  return { blocks, next: Number(mine.at(-1)![0]) + 1 }
}

function indexPage(blocks: readonly DagBlock[]): CborValue {
  return blocks.map((block) => [block.cid.toString(), { link: cborCid(encodeCbor(nodeOf(block))) }])
}

/** The links' targets are the raw blocks of their preimages; of targets with another hash only the ICN CID is told. */
function nodeOf(block: DagBlock): CborValue {
  return {
    author: block.authorDid.toString(),
    cid: block.cid.toString(),
    codec: block.cid.codec,
    dataLength: block.data.length,
    links: block.links.map(({ cid, name, size }) => {
      const link = isSha256(cid) ? { link: rawCid(cid) } : null
      return { cid: cid.toString(), name, preimage: link, size }
    }),
    preimage: { link: rawCid(block.cid) },
    scope: block.scope,
    signature: block.signature,
    timestamp: block.timestamp,
  }
}

function isSha256(cid: { readonly hashAlg: number; readonly version: number }): boolean {
  return cid.hashAlg === 0x12 && cid.version === 1
}
