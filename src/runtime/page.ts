/** Pages of listings: how they are asked for and how they are answered. */
import { inWords } from '../common/bytes.ts'
import { IcnError } from '../common/errors.ts'
import type { Listing, Page } from '../protocol/api.ts'

export function listing<T>(
  items: readonly T[],
  rows: readonly (readonly [string, unknown])[],
  limit: number,
): Listing<T> {
  return rows.length === limit ? { items, next: rows.at(-1)![0] } : { items }
}

/** @throws IcnError InvalidSpec */
export function readPage(page: Page | undefined): { readonly after?: string; readonly limit: number } {
  const { after, limit = 50 } = page ?? {}
  if (typeof limit !== 'number' || !Number.isSafeInteger(limit) || limit < 1 || limit > 1_000) {
    throw new IcnError('InvalidSpec', `limit must be a whole number from 1 to 1000, got ${inWords(limit)}.`)
  }
  if (after === undefined) return { limit }
  if (typeof after === 'string') return { limit, after }
  throw new IcnError('InvalidSpec', `after must be the cursor of a page before, got ${inWords(after)}.`)
}
