/** Whether what is stored under a CID has the shape of a block row at all: somebody may have written it by hand. */
import { U64_MAX } from '../common/bytes.ts'
import type { BlockRow } from './rows.ts'

const isU64 = (value: unknown): boolean => typeof value === 'bigint' && value >= 0n && value <= U64_MAX

/** What is wrong with the shape, or undefined. */
export function shapeFault(row: unknown): string | undefined {
  if (typeof row !== 'object' || row === null || Array.isArray(row)) return 'it is not an object'
  const { seq, data, links, timestamp, author, signature, scope } = row as Partial<
    Record<keyof BlockRow, unknown>
  >
  if (!Number.isSafeInteger(seq) || (seq as number) < 0) return 'its number is missing'
  if (!(data instanceof Uint8Array)) return 'its data is missing'
  if (!Array.isArray(links)) return 'its links are missing'
  const bad = links.findIndex((link: unknown) => {
    const { cid, name, size } = (link ?? {}) as { cid?: unknown; name?: unknown; size?: unknown }
    return typeof cid !== 'string' || typeof name !== 'string' || !isU64(size)
  })
  if (bad >= 0) return `its link ${bad} is not a link`
  if (!isU64(timestamp)) return 'its timestamp is missing'
  if (typeof author !== 'string') return 'its author is missing'
  if (signature !== null && !(signature instanceof Uint8Array)) return 'its signature is no bytes'
  if (scope !== null && typeof scope !== 'string') return 'its scope is no text'
  return undefined
}
