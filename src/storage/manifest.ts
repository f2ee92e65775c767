/**
 * What the database is made of: the sorted runs of pages that hold every row up to the commit `applied`, newest first,
 * and the runs that are being written or thrown away. One small value, changed only by whoever materialises.
 */
import { damaged, decoding, FRAME_HEADER, openFrame, sealFrame } from './frame.ts'
import { pack, unpack } from './pack.ts'
import { encodeRecord } from './record.ts'
import { type Op, one, type Read } from './store.ts'

export interface Run {
  readonly id: number
  readonly level: number
  readonly first: string
  readonly last: string
  readonly rows: number
  readonly pages: number
  readonly bytes: number
  /** Bytes of its filter; 0 when it has none. */
  readonly filter: number
}

/** A run under construction out of `inputs` (none: out of the log). Its pages are nobody's until the manifest says so. */
export interface PendingRun {
  readonly id: number
  readonly inputs: readonly number[]
  /** Who writes it: changes hands when a tab is gone, and from then on the old owner's writes are refused. */
  readonly owner: string
}

export interface Manifest {
  readonly version: number
  /** Every commit up to here is in the runs; later ones are in the log. */
  readonly applied: number
  readonly nextRun: number
  readonly runs: readonly Run[]
  readonly pending: readonly PendingRun[]
  readonly garbage: readonly number[]
}

export const MAGIC = 'icn-runtime-web'
export const MANIFEST_KEY = 'manifest'
export const FORMAT_KEY = 'format'
export const manifestRead: Read = one('meta', MANIFEST_KEY)

export const emptyManifest: Manifest = {
  version: 1,
  applied: 0,
  nextRun: 1,
  runs: [],
  pending: [],
  garbage: [],
}

export function encodeManifest(manifest: Manifest): Uint8Array<ArrayBuffer> {
  const bytes = pack(manifest)
  const frame = new Uint8Array(FRAME_HEADER + bytes.length)
  frame.set(bytes, FRAME_HEADER)
  return sealFrame('manifest', frame)
}

export function putManifest(manifest: Manifest): Op {
  return { op: 'put', store: 'meta', key: MANIFEST_KEY, value: encodeManifest(manifest) }
}

export function decodeManifest(value: unknown): Manifest {
  const frame = openFrame('manifest', 'manifest', value)
  const manifest = decoding('manifest', () => unpack(frame.subarray(FRAME_HEADER)))
  if (!isManifest(manifest)) throw damaged('manifest', 'is not of the expected shape')
  return manifest
}

function isManifest(value: unknown): value is Manifest {
  if (typeof value !== 'object' || value === null) return false
  const { version, applied, nextRun, runs, pending, garbage } = value as Record<string, unknown>
  return (
    [version, applied, nextRun].every(Number.isSafeInteger) &&
    Array.isArray(runs) &&
    runs.every(isRun) &&
    Array.isArray(pending) &&
    pending.every(isPending) &&
    Array.isArray(garbage) &&
    garbage.every(Number.isSafeInteger)
  )
}

function isPending(value: unknown): value is PendingRun {
  if (typeof value !== 'object' || value === null) return false
  const { id, inputs, owner } = value as Record<string, unknown>
  return (
    Number.isSafeInteger(id) &&
    typeof owner === 'string' &&
    Array.isArray(inputs) &&
    inputs.every(Number.isSafeInteger)
  )
}

function isRun(value: unknown): value is Run {
  if (typeof value !== 'object' || value === null) return false
  const { id, level, first, last, rows, pages, bytes, filter } = value as Record<string, unknown>
  return (
    [id, level, rows, pages, bytes, filter].every(Number.isSafeInteger) &&
    typeof first === 'string' &&
    typeof last === 'string'
  )
}

/** The newest level that has grown too wide. */
export function crowdedLevel(all: readonly Run[], fanout: number): readonly Run[] | undefined {
  const levels = new Map<number, Run[]>()
  for (const run of all) {
    const runs = levels.get(run.level)
    if (runs) runs.push(run)
    else levels.set(run.level, [run])
  }
  for (const runs of levels.values()) if (runs.length >= fanout) return runs
  return undefined
}

/** The mark of a database of ours, readable by people. */
export interface FormatRow {
  readonly magic: string
  readonly format: number
  /** Tells this database from a later one under the same name. */
  readonly generation: string
}

/** What a new database begins with: the mark, an empty manifest, and commit 0, so that there is always a newest commit. */
export function genesis(format: FormatRow): readonly Op[] {
  return [
    { op: 'put', store: 'meta', key: FORMAT_KEY, value: format },
    putManifest(emptyManifest),
    { op: 'put', store: 'log', key: 0, value: encodeRecord(0, format.generation, [], 0, []).frame },
  ]
}

export function randomId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('')
}
