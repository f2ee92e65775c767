/**
 * A whole node as one file (docs/export-format.md): blocks as they were put, then the rest of the state as it stood
 * after one commit. The file is made while it is read, a slice at a time, and nothing else waits for it.
 */
import { utf8 } from '../common/bytes.ts'
import { stringifyJson } from '../common/json.ts'
import { rowFault } from '../dag/blocks.ts'
import { BLOCK_INDEX, BLOCKS, type BlockIndexRow, fromRow, sequenceKey } from '../dag/rows.ts'
import { encodeBlock } from '../dag/transfer/block-record.ts'
import { FrameWriter, type RecordKind } from '../dag/transfer/frames.ts'
import type { Transaction } from '../storage/types.ts'
import type { RuntimeContext } from './context.ts'
import { toPlain } from './plain.ts'
import { PORTABLE } from './portable.ts'
import { RESULTS } from './tables.ts'

/** Blocks looked up at once, and the bytes of data beyond which they are read one by one. */
const SLICE = 64
const SLICE_BYTES = 1024 * 1024
const ROWS = 500
const CHUNK_BYTES = 128 * 1024
/** State read in slices is good only when no commit came in between; after so many attempts it is read in one go. */
const PATIENCE = 3
const MOST_OMITTED = 10_000

type Piece = readonly [kind: RecordKind, payload: Uint8Array]

export function exportDatabase(context: RuntimeContext): ReadableStream<Uint8Array> {
  return streamOf(chunked(framed(pieces(context))))
}

/** A stream that is made as it is read and cleans up when its reader gives up. */
export function streamOf(source: AsyncGenerator<Uint8Array>): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await source.next()
        if (done) controller.close()
        else controller.enqueue(value)
      },
      async cancel() {
        await source.return(undefined)
      },
    },
    { highWaterMark: 0 },
  )
}

async function* framed(source: AsyncGenerator<Piece>): AsyncGenerator<Uint8Array> {
  const writer = new FrameWriter()
  yield writer.begin()
  for await (const [kind, payload] of source) yield* writer.frame(kind, payload)
}

/** Small parts together, large ones on their own. */
export async function* chunked(parts: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
  let chunk = new Uint8Array(CHUNK_BYTES)
  let filled = 0
  for await (const part of parts) {
    if (filled + part.length > CHUNK_BYTES && filled > 0) {
      yield chunk.subarray(0, filled)
      chunk = new Uint8Array(CHUNK_BYTES)
      filled = 0
    }
    if (part.length >= CHUNK_BYTES) {
      yield part
      continue
    }
    chunk.set(part, filled)
    filled += part.length
  }
  if (filled > 0) yield chunk.subarray(0, filled)
}

async function* pieces(context: RuntimeContext): AsyncGenerator<Piece> {
  const { store } = context
  const deleted = new Set<string>()
  const unsubscribe = store.subscribe(({ type, detail }) => {
    if (type !== 'block') return
    const { cid, change } = detail as { cid: string; change: string }
    if (change === 'deleted') deleted.add(cid)
    else if (change === 'put') deleted.delete(cid)
  })
  const counts = { blocks: 0, rows: 0, results: 0 }
  const omitted: [string, string][] = []
  try {
    yield json('head', {
      format: 1,
      producer: 'icn-runtime-web',
      did: context.identity.toString(),
      exported_at: context.time.seconds(),
    })
    let next = 0
    const blocks = async function* (): AsyncGenerator<Piece> {
      for (;;) {
        const found = await store.read((tx) => indexSlice(tx, next))
        for (const group of found.groups) {
          const rows = await store.read((tx) => group.map(({ cid }) => [cid, tx.get(BLOCKS, cid)] as const))
          for (const [cid, row] of rows) {
            const fault = row === undefined ? 'There is no block under its index.' : rowFault(cid, row)
            if (fault !== undefined) {
              if (omitted.length < MOST_OMITTED) omitted.push([cid, fault.slice(0, 500)])
              continue
            }
            counts.blocks++
            yield ['block', encodeBlock(fromRow(cid, row!))]
          }
        }
        if (found.next === undefined) return
        next = found.next
      }
    }
    yield* blocks()
    for (let attempt = 0; ; attempt++) {
      const { epoch } = store
      yield* blocks()
      const whole = attempt >= PATIENCE ? await store.read(everything) : undefined
      counts.rows = 0
      counts.results = 0
      yield json('state', { attempt })
      for await (const piece of whole ?? inSlices(store.read.bind(store))) {
        if (piece[0] === 'row') counts.rows++
        else counts.results++
        yield piece
      }
      // The state must not speak of blocks that are not in the file.
      if (whole !== undefined) yield* blocks()
      if (whole !== undefined || store.epoch === epoch) break
    }
    yield json('end', { ...counts, deleted: [...deleted], omitted })
    if (omitted.length > 0) {
      context.report(
        `${omitted.length} damaged blocks were left out of an export; verify the DAG to see which.`,
      )
    }
  } finally {
    unsubscribe()
  }
}

/** Index rows from number `from` on, grouped so that no group is large; `next` is the number after the last. */
function indexSlice(tx: Transaction, from: number): { groups: BlockIndexRow[][]; next: number | undefined } {
  const after = from === 0 ? {} : { after: sequenceKey(from - 1) }
  const rows = tx.list(BLOCK_INDEX, { ...after, limit: SLICE })
  const groups: BlockIndexRow[][] = []
  let room = 0
  for (const [, row] of rows) {
    if (room < row.size || groups.length === 0) {
      groups.push([])
      room = SLICE_BYTES
    }
    groups.at(-1)!.push(row)
    room -= row.size
  }
  const last = rows.at(-1)
  return { groups, next: last === undefined ? undefined : Number(last[0]) + 1 }
}

async function* inSlices(read: <T>(look: (tx: Transaction) => T) => Promise<T>): AsyncGenerator<Piece> {
  for (const name of [...Object.keys(PORTABLE), RESULTS.name]) {
    for (let after: string | undefined; ; ) {
      const page = await read((tx) => slice(tx, name, after))
      yield* page.pieces
      if (page.next === undefined) break
      after = page.next
    }
  }
}

function everything(tx: Transaction): Piece[] {
  const all: Piece[] = []
  for (const name of [...Object.keys(PORTABLE), RESULTS.name]) {
    for (let after: string | undefined; ; ) {
      const page = slice(tx, name, after)
      for (const piece of page.pieces) all.push(piece)
      if (page.next === undefined) break
      after = page.next
    }
  }
  return all
}

function slice(tx: Transaction, name: string, after: string | undefined): { pieces: Piece[]; next?: string } {
  const rows = tx.list<unknown>({ name }, { ...(after === undefined ? {} : { after }), limit: ROWS })
  const pieces = rows.map(([key, row]): Piece => {
    if (name === RESULTS.name) return ['result', row as Uint8Array]
    // What is known of a module is found again from its bytes.
    return ['row', utf8(stringifyJson([name, key, name === 'modules' ? true : toPlain(row)]))]
  })
  return rows.length < ROWS ? { pieces } : { pieces, next: rows.at(-1)![0] }
}

function json(kind: RecordKind, value: Parameters<typeof stringifyJson>[0]): Piece {
  return [kind, utf8(stringifyJson(value))]
}
