/** A commit as one value of the log: who made it, what it wrote, what it said. */
import { IcnError } from '../common/errors.ts'
import { Cell, LARGE_ROW_BYTES, type LargeRef } from './cell.ts'
import { decoding, FRAME_HEADER, openFrame, sealFrame } from './frame.ts'
import { ByteReader, ByteWriter, MalformedBytes, pack, unpack } from './pack.ts'
import type { Op } from './store.ts'
import type { CommitEvent } from './types.ts'

/** Cells as they stand in log records and pages. */
export const CellKind = { deleted: 0, packed: 1, large: 2 } as const

/** Large values are numbered by the commit that wrote them and their place in it. */
const LARGE_PER_COMMIT = 2 ** 14

export interface CommitRecord {
  readonly epoch: number
  /** The tab that made it: tells an own commit of unknown outcome from another's. */
  readonly writer: string
  readonly cells: Iterable<readonly [key: string, cell: Cell]>
  readonly events: readonly CommitEvent[]
}

export interface EncodedRecord {
  readonly frame: Uint8Array<ArrayBuffer>
  readonly large: readonly Op[]
  /** What each large cell becomes once its commit is durable. */
  readonly aside: readonly (readonly [cell: Cell, id: number, length: number])[]
}

/** Packed while its transaction is still alone, so that a refused detail is that transaction's failure. */
export interface PackedEvent {
  readonly event: CommitEvent
  readonly packed: Uint8Array
}

export function packEvent(event: CommitEvent): PackedEvent {
  return { event, packed: pack([event.type, event.detail]) }
}

const writer = new ByteWriter(256 * 1024)

/** Cells must be sealed. */
export function encodeRecord(
  epoch: number,
  author: string,
  cells: Iterable<readonly [string, Cell]>,
  count: number,
  events: readonly PackedEvent[],
): EncodedRecord {
  const large: Op[] = []
  const aside: [Cell, number, number][] = []
  try {
    writer.bytes(new Uint8Array(FRAME_HEADER))
    writer.varint(epoch)
    writer.string(author)
    writer.varint(count)
    for (const [key, cell] of cells) {
      writer.string(key)
      if (cell.isDeleted) {
        writer.byte(CellKind.deleted)
        continue
      }
      const bytes = cell.bytes!
      if (bytes.length <= LARGE_ROW_BYTES) {
        writer.byte(CellKind.packed)
        writer.varint(bytes.length)
        writer.bytes(bytes)
        continue
      }
      if (large.length === LARGE_PER_COMMIT) {
        throw new IcnError(
          'ResourceLimitExceeded',
          `One commit may write ${LARGE_PER_COMMIT} rows above ${LARGE_ROW_BYTES} bytes, and this one writes more.`,
          { data: { limit: LARGE_PER_COMMIT } },
        )
      }
      const id = epoch * LARGE_PER_COMMIT + large.length
      large.push({ op: 'put', store: 'large', key: id, value: encodeLarge(id, bytes) })
      aside.push([cell, id, bytes.length])
      writer.byte(CellKind.large)
      writer.varint(id)
      writer.varint(bytes.length)
    }
    writer.varint(events.length)
    for (const { packed } of events) {
      writer.varint(packed.length)
      writer.bytes(packed)
    }
    return { frame: sealFrame('log', writer.take()), large, aside }
  } finally {
    writer.reset()
  }
}

export function decodeRecord(value: unknown): CommitRecord {
  const place = 'log record'
  const frame = openFrame('log', place, value)
  return decoding(place, () => {
    const reader = new ByteReader(frame, FRAME_HEADER)
    const epoch = reader.varint()
    const author = reader.string()
    const count = reader.varint()
    const cells: [string, Cell][] = []
    for (let i = 0; i < count; i++) cells.push([reader.string(), decodeCell(reader)])
    const eventCount = reader.varint()
    const events: CommitEvent[] = []
    for (let i = 0; i < eventCount; i++) {
      const event = unpack(reader.bytes(reader.varint()))
      if (!Array.isArray(event) || typeof event[0] !== 'string')
        throw new MalformedBytes('has an event without a type')
      events.push({ type: event[0], detail: event[1] })
    }
    reader.end()
    return { epoch, writer: author, cells, events }
  })
}

export function decodeCell(reader: ByteReader): Cell {
  const kind = reader.byte()
  switch (kind) {
    case CellKind.deleted:
      return Cell.deleted()
    case CellKind.packed:
      return Cell.packed(reader.bytes(reader.varint()))
    case CellKind.large:
      return Cell.large({ id: reader.varint(), length: reader.varint() })
    default:
      throw new MalformedBytes(`has a row of unknown kind ${kind} before byte ${reader.offset}`)
  }
}

/** Past a cell, finding out whether it is one. */
export function skipCell(reader: ByteReader): void {
  const kind = reader.byte()
  if (kind === CellKind.packed) {
    reader.skip(reader.varint())
  } else if (kind === CellKind.large) {
    reader.varint()
    reader.varint()
  } else if (kind !== CellKind.deleted) {
    throw new MalformedBytes(`has a row of unknown kind ${kind} before byte ${reader.offset}`)
  }
}

/** The number is in the value too, in front of the row, so that values which changed places are found out. */
const LARGE_HEADER = FRAME_HEADER + 8

function encodeLarge(id: number, bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const frame = new Uint8Array(LARGE_HEADER + bytes.length)
  new DataView(frame.buffer).setFloat64(FRAME_HEADER, id, true)
  frame.set(bytes, LARGE_HEADER)
  return sealFrame('large', frame)
}

export function decodeLarge(key: string, { id, length }: LargeRef, value: unknown): Cell {
  const place = `large row ${JSON.stringify(key)}`
  const frame = openFrame('large', place, value)
  return decoding(place, () => {
    if (frame.length !== LARGE_HEADER + length) {
      throw new MalformedBytes(
        `is ${frame.length - LARGE_HEADER} bytes long where its reference says ${length}`,
      )
    }
    const inside = new DataView(frame.buffer, frame.byteOffset).getFloat64(FRAME_HEADER, true)
    if (inside !== id) throw new MalformedBytes(`is number ${inside} where its reference says ${id}`)
    return Cell.packed(frame.subarray(LARGE_HEADER))
  })
}
