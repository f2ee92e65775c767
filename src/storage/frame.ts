/**
 * The envelope of every value this folder writes: what it is, which format, how long, and a checksum. A value that was
 * cut short, changed by hand or written by someone else is refused here, before anything in it is believed. The checksum
 * finds accidents; whoever can write the database can also compute it, so nothing above may take it for a signature.
 */
import { IcnError } from '../common/errors.ts'
import { MalformedBytes } from './pack.ts'

export const FORMAT = 1
export const FRAME_HEADER = 16

export type FrameKind = 'log' | 'page' | 'filter' | 'large' | 'manifest'

const KIND_LETTERS: Record<FrameKind, number> = {
  log: 0x4c,
  page: 0x50,
  filter: 0x46,
  large: 0x42,
  manifest: 0x4d,
}

/** `payload` must leave the first `FRAME_HEADER` bytes for the header, which this fills in. */
export function sealFrame(kind: FrameKind, frame: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.length)
  frame.set([0x49, 0x43, 0x4e, KIND_LETTERS[kind], FORMAT, 0, 0, 0])
  view.setUint32(8, frame.length - FRAME_HEADER, true)
  view.setUint32(12, checksum(frame), true)
  return frame
}

/** Checks the envelope of a value from the database; the payload starts at `FRAME_HEADER`. */
export function openFrame(kind: FrameKind, place: string, value: unknown): Uint8Array<ArrayBuffer> {
  if (!(value instanceof Uint8Array)) throw damaged(place, `is ${kindOf(value)}, not bytes`)
  const frame = value as Uint8Array<ArrayBuffer>
  if (frame.length < FRAME_HEADER)
    throw damaged(place, `is ${frame.length} bytes long, shorter than a header`)
  const view = new DataView(frame.buffer, frame.byteOffset, frame.length)
  if (frame[0] !== 0x49 || frame[1] !== 0x43 || frame[2] !== 0x4e || frame[3] !== KIND_LETTERS[kind]) {
    throw damaged(place, 'does not begin with the mark of such a value')
  }
  if (frame[4] !== FORMAT) {
    throw new IcnError(
      'VersionMismatch',
      `The stored ${place} has format ${frame[4]}, and this build reads format ${FORMAT}. Reload the page to get the newer build.`,
      { data: { place, format: frame[4]!, supported: FORMAT } },
    )
  }
  const length = view.getUint32(8, true)
  if (length !== frame.length - FRAME_HEADER) {
    throw damaged(place, `promises ${length} bytes and holds ${frame.length - FRAME_HEADER}`)
  }
  const expected = view.getUint32(12, true)
  const found = checksum(frame)
  if (found !== expected) throw damaged(place, `has checksum ${found} where ${expected} was written`)
  return frame
}

/** Runs a decoder over checked bytes and gives its complaint the code and the place. */
export function decoding<T>(place: string, decode: () => T): T {
  try {
    return decode()
  } catch (error) {
    if (error instanceof MalformedBytes) throw damaged(place, error.message, error)
    throw error
  }
}

export function damaged(place: string, what: string, cause?: unknown): IcnError {
  return new IcnError(
    'StorageUnavailable',
    `The database is damaged: the stored ${place} ${what}. Restore it from an export, or delete the site's data to start anew.`,
    { data: { reason: 'damaged', place }, ...(cause === undefined ? {} : { cause }) },
  )
}

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return 'missing'
  return typeof value === 'object' ? `a ${value.constructor?.name ?? 'bare'} object` : `a ${typeof value}`
}

const P1 = 0x9e3779b1
const P2 = 0x85ebca77
const P3 = 0xc2b2ae3d
const P4 = 0x27d4eb2f
const P5 = 0x165667b1

/** xxHash32 of everything behind the header. Four lanes of multiplications: about 2 GB/s, so a page costs 15 µs. */
function checksum(frame: Uint8Array<ArrayBuffer>): number {
  const aligned = frame.byteOffset % 4 === 0 ? frame : frame.slice()
  const count = (aligned.length - FRAME_HEADER) >>> 2
  const words = new Uint32Array(aligned.buffer, aligned.byteOffset + FRAME_HEADER, count)
  let hash = P5
  let i = 0
  if (count >= 4) {
    let a = (P1 + P2) | 0
    let b = P2 | 0
    let c = 0
    let d = -P1 | 0
    for (const end = count - 3; i < end; i += 4) {
      a = lane(a, words[i]!)
      b = lane(b, words[i + 1]!)
      c = lane(c, words[i + 2]!)
      d = lane(d, words[i + 3]!)
    }
    hash = (rotate(a, 1) + rotate(b, 7) + rotate(c, 12) + rotate(d, 18)) | 0
  }
  hash = (hash + aligned.length - FRAME_HEADER) | 0
  for (; i < count; i++) hash = Math.imul(rotate((hash + Math.imul(words[i]!, P3)) | 0, 17), P4)
  for (let at = FRAME_HEADER + count * 4; at < aligned.length; at++) {
    hash = Math.imul(rotate((hash + Math.imul(aligned[at]!, P5)) | 0, 11), P1)
  }
  hash = Math.imul(hash ^ (hash >>> 15), P2)
  hash = Math.imul(hash ^ (hash >>> 13), P3)
  return (hash ^ (hash >>> 16)) >>> 0
}

function lane(sum: number, word: number): number {
  return Math.imul(rotate((sum + Math.imul(word, P2)) | 0, 13), P1)
}

function rotate(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits))
}
