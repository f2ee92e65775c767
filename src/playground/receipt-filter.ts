/** Which receipts are wanted. The runtime lists them all, so pages are asked for until enough of them fit. */
import type { Listing } from '../index.ts'
import { endingOf, nameOfRun, type ReceiptEntry } from './receipts.ts'

export interface ReceiptFilter {
  readonly ending: '' | 'good' | 'bad'
  readonly from: '' | 'here' | 'elsewhere'
  /** Part of a name, CID or DID; any when empty. */
  readonly text: string
}

export const NO_FILTER: ReceiptFilter = { ending: '', from: '', text: '' }

export function fits(entry: ReceiptEntry, filter: ReceiptFilter, did: string): boolean {
  const { receipt, cid, run } = entry.stored
  if (filter.ending && (endingOf(entry).tone === 'good') !== (filter.ending === 'good')) return false
  if (filter.from && (receipt.executor === did) !== (filter.from === 'here')) return false
  const text = filter.text.trim().toLowerCase()
  if (!text) return true
  const ids = [cid, receipt.jobId, receipt.resultCid, receipt.executor, run?.moduleCid, run?.recordCid]
  return [...ids, nameOfRun(entry)].some((id) => id?.toLowerCase().includes(text))
}

/** At least `enough` that fit, or all there are; `next` goes on after the last one that was looked at. */
export async function sift<T>(
  load: (after: string | undefined) => Promise<Listing<T>>,
  wanted: (item: T) => boolean,
  enough: number,
  after: string | undefined,
): Promise<Listing<T>> {
  const found: T[] = []
  let cursor = after
  do {
    const page: Listing<T> = await load(cursor)
    found.push(...page.items.filter(wanted))
    cursor = page.next
  } while (cursor !== undefined && found.length < enough)
  return cursor === undefined ? { items: found } : { items: found, next: cursor }
}
