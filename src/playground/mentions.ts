/** CIDs inside a block's JSON: ICN writes them as structs or strings, so they are links in all but name. */
import { Cid } from '../index.ts'

export interface Mention {
  /** Where it stands, for instance `job_id`. */
  readonly path: string
  readonly cid: string
}

const MOST = 50

/** In order of appearance, each CID once. Empty for what is not JSON. */
export function mentions(raw: Uint8Array): readonly Mention[] {
  const found = new Map<string, Mention>()
  const visit = (value: unknown, path: string): void => {
    if (found.size >= MOST) return
    const cid = cidOf(value)
    if (cid !== undefined) {
      if (!found.has(cid)) found.set(cid, { path, cid })
    } else if (typeof value === 'object' && value !== null) {
      for (const [key, inner] of Object.entries(value)) visit(inner, path ? `${path}.${key}` : key)
    }
  }
  try {
    visit(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(raw)), '')
  } catch {
    return [] // not JSON, so it names nothing we could read
  }
  return [...found.values()]
}

function cidOf(value: unknown): string | undefined {
  try {
    if (typeof value === 'string')
      return /^b[a-z2-7]{50,120}$/.test(value) ? Cid.parse(value).toString() : undefined
    if (typeof value !== 'object' || value === null || !('hash_bytes' in value)) return undefined
    return Cid.fromJSON(value).toString()
  } catch {
    return undefined
  }
}
