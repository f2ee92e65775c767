/**
 * The frames of an export file (docs/export-format.md): kind, length, payload and a SHA-256 that chains each record to
 * all before it. Reading holds no more than the record that is coming in, and no more of that than has come.
 */
import { sha256 } from '@noble/hashes/sha2.js'
import { concatBytes, equalBytes } from '../../common/bytes.ts'
import { IcnError, type IcnErrorData } from '../../common/errors.ts'

/** The first byte is not text and the line ends are of both sorts, so a file mangled on its way is known at once. */
export const MAGIC = Uint8Array.from([0x89, 0x49, 0x43, 0x4e, 0x0d, 0x0a, 0x1a, 0x0a])
export const FORMAT = 1
/** Magic, format as u16 LE, two bytes of zero. */
export const PREAMBLE_BYTES = 12
const HEADER_BYTES = 5
const CHECK_BYTES = 32

export type RecordKind = 'head' | 'block' | 'state' | 'row' | 'result' | 'end'

/** The byte that names a kind and the most bytes of its payload. */
const KINDS: Readonly<Record<RecordKind, readonly [code: number, most: number]>> = {
  head: [1, 65_536],
  block: [2, 128 * 1024 * 1024],
  state: [3, 65_536],
  row: [4, 16 * 1024 * 1024],
  result: [5, 64 * 1024 * 1024],
  end: [6, 16 * 1024 * 1024],
}
const KIND_OF = new Map(Object.entries(KINDS).map(([kind, [code]]) => [code, kind as RecordKind]))

export interface FileRecord {
  readonly kind: RecordKind
  readonly payload: Uint8Array
  /** Where in the file it begins. */
  readonly offset: number
}

function preamble(): Uint8Array {
  return concatBytes(MAGIC, Uint8Array.from([FORMAT & 0xff, FORMAT >> 8, 0, 0]))
}

export class FrameWriter {
  #chain: Uint8Array = sha256(preamble())

  begin(): Uint8Array {
    return preamble()
  }

  /** @throws IcnError ResourceLimitExceeded when the payload is larger than its kind allows */
  frame(kind: RecordKind, payload: Uint8Array): readonly Uint8Array[] {
    const [code, most] = KINDS[kind]
    if (payload.length > most) {
      throw new IcnError(
        'ResourceLimitExceeded',
        `A ${kind} record of ${payload.length} bytes does not fit an export, the most is ${most}.`,
        { data: { reason: 'recordTooLarge', actual: payload.length, limit: most } },
      )
    }
    const header = headerOf(code, payload.length)
    this.#chain = link(this.#chain, header, payload)
    return [header, payload, this.#chain]
  }
}

function headerOf(code: number, length: number): Uint8Array {
  const header = new Uint8Array(HEADER_BYTES)
  header[0] = code
  new DataView(header.buffer).setUint32(1, length, true)
  return header
}

function link(chain: Uint8Array, header: Uint8Array, payload: Uint8Array): Uint8Array {
  return sha256.create().update(chain).update(header).update(payload).digest()
}

/** @throws IcnError DagOperationFailed `badExport` with `data.offset` from every method */
export class FrameReader {
  readonly #pull: () => Promise<Uint8Array | undefined>
  #chunks: Uint8Array[] = []
  #buffered = 0
  #offset = 0
  #chain: Uint8Array | undefined

  /** @param pull the next chunk of the file, undefined at its end */
  constructor(pull: () => Promise<Uint8Array | undefined>) {
    this.#pull = pull
  }

  /** Bytes read so far. */
  get offset(): number {
    return this.#offset
  }

  /** The next record, or undefined where the file ends between two records. */
  async next(): Promise<FileRecord | undefined> {
    this.#chain ??= await this.#preamble()
    const offset = this.#offset
    const header = await this.#take(HEADER_BYTES, offset, true)
    if (header === undefined) return undefined
    const kind = KIND_OF.get(header[0]!)
    if (kind === undefined) throw badExport(offset, `the record is of the unknown kind ${header[0]}`)
    const length = new DataView(header.buffer, header.byteOffset).getUint32(1, true)
    const [, most] = KINDS[kind]
    if (length > most) {
      const why = `the ${kind} record says it has ${length} bytes, the most is ${most}`
      throw badExport(offset, why, { limit: most, actual: length })
    }
    const payload = (await this.#take(length, offset))!
    const check = (await this.#take(CHECK_BYTES, offset))!
    const chain = link(this.#chain, header, payload)
    if (!equalBytes(chain, check)) {
      throw badExport(
        offset,
        `the ${kind} record's checksum is wrong: it was changed, or one before it was left out`,
      )
    }
    this.#chain = chain
    return { kind, payload, offset }
  }

  async #preamble(): Promise<Uint8Array> {
    const start = (await this.#take(PREAMBLE_BYTES, 0))!
    if (!equalBytes(start.subarray(0, MAGIC.length), MAGIC)) {
      throw badExport(0, 'it does not begin like an export of icn-runtime-web')
    }
    const version = start[8]! | (start[9]! << 8)
    if (version !== FORMAT) {
      throw badExport(MAGIC.length, `it has format ${version}, this release reads format ${FORMAT}`, {
        format: version,
      })
    }
    if (start[10] !== 0 || start[11] !== 0) throw badExport(10, 'its reserved bytes are not zero')
    return sha256(start)
  }

  /** Exactly `count` bytes; undefined only when `mayEnd` and there is not one. */
  async #take(count: number, recordAt: number, mayEnd = false): Promise<Uint8Array | undefined> {
    while (this.#buffered < count) {
      const chunk = await this.#pull()
      if (chunk === undefined) {
        if (mayEnd && this.#buffered === 0) return undefined
        const end = this.#offset + this.#buffered
        throw badExport(recordAt, `the file ends at byte ${end}, inside the record`, { end })
      }
      if (chunk.length === 0) continue
      this.#chunks.push(chunk)
      this.#buffered += chunk.length
    }
    const taken = new Uint8Array(count)
    let filled = 0
    let used = 0
    while (filled < count) {
      const chunk = this.#chunks[used]!
      const part = chunk.subarray(0, count - filled)
      taken.set(part, filled)
      filled += part.length
      if (part.length === chunk.length) used++
      else this.#chunks[used] = chunk.subarray(part.length)
    }
    this.#chunks = this.#chunks.slice(used)
    this.#buffered -= count
    this.#offset += count
    return taken
  }
}

/** The one error of a file that is not what it should be. */
export function badExport(offset: number, why: string, data: IcnErrorData = {}, cause?: unknown): IcnError {
  return new IcnError('DagOperationFailed', `The import is refused at byte ${offset}: ${why}.`, {
    data: { reason: 'badExport', ...data, offset },
    ...(cause === undefined ? {} : { cause }),
  })
}
