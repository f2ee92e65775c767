/** Damages what a page has stored, underneath its runtime: bytes in IndexedDB are altered, as a disk or a hand would. */
import type { Page } from '@playwright/test'
import { FRAME_HEADER, type FrameKind, sealFrame } from '../src/storage/frame.ts'

const KINDS = { log: 'log', pages: 'page', large: 'large' } as const satisfies Record<string, FrameKind>

interface StoredValue {
  readonly store: keyof typeof KINDS
  readonly key: number | [run: number, last: string]
  readonly base64: string
}

/** A page of the same site without a runtime, so that nothing holds the database and nothing is cached. */
export async function leave(page: Page): Promise<void> {
  await page.goto('/samples/hello.wat')
}

/**
 * Changes one byte of a block's content wherever it is stored, and makes the checksum around it right again: only the CID
 * can tell. Call it after `leave`.
 * @param content of the block; no other row may hold these bytes
 */
export function damageBlock(page: Page, content: Uint8Array): Promise<void> {
  return alter(page, content, ({ store }, bytes) => sealFrame(KINDS[store], bytes))
}

/** The same without the checksum: the store itself finds it. */
export function damageRow(page: Page, content: Uint8Array): Promise<void> {
  return alter(page, content, (_value, bytes) => bytes)
}

async function alter(
  page: Page,
  content: Uint8Array,
  seal: (value: StoredValue, bytes: Uint8Array<ArrayBuffer>) => Uint8Array,
): Promise<void> {
  const changed: StoredValue[] = []
  for (const value of await readAll(page)) {
    const bytes = Buffer.from(value.base64, 'base64')
    const places: number[] = []
    for (let at = bytes.indexOf(content, FRAME_HEADER); at >= 0; at = bytes.indexOf(content, at + 1))
      places.push(at)
    if (places.length === 0) continue
    for (const at of places) bytes[at]! ^= 1
    changed.push({ ...value, base64: Buffer.from(seal(value, new Uint8Array(bytes))).toString('base64') })
  }
  if (changed.length === 0) throw new Error('Nothing stored holds these bytes.')
  await writeAll(page, changed)
}

function readAll(page: Page): Promise<readonly StoredValue[]> {
  return page.evaluate(
    (stores) =>
      new Promise<StoredValue[]>((resolve, reject) => {
        const opening = indexedDB.open('icn-runtime')
        opening.onerror = () => reject(opening.error)
        opening.onsuccess = () => {
          const database = opening.result
          const found: StoredValue[] = []
          const transaction = database.transaction(stores)
          for (const store of stores) {
            transaction.objectStore(store).openCursor().onsuccess = ({ target }) => {
              const { result: cursor } = target as IDBRequest<IDBCursorWithValue | null>
              if (!cursor) return
              const base64 = btoa(
                Array.from(cursor.value as Uint8Array, (byte) => String.fromCharCode(byte)).join(''),
              )
              found.push({
                store: store as StoredValue['store'],
                key: cursor.key as StoredValue['key'],
                base64,
              })
              cursor.continue()
            }
          }
          transaction.oncomplete = () => {
            database.close()
            resolve(found)
          }
          transaction.onabort = () => reject(transaction.error)
        }
      }),
    Object.keys(KINDS),
  )
}

function writeAll(page: Page, values: readonly StoredValue[]): Promise<void> {
  return page.evaluate(
    (values) =>
      new Promise<void>((resolve, reject) => {
        const opening = indexedDB.open('icn-runtime')
        opening.onerror = () => reject(opening.error)
        opening.onsuccess = () => {
          const database = opening.result
          const transaction = database.transaction(
            [...new Set(values.map(({ store }) => store))],
            'readwrite',
          )
          for (const { store, key, base64 } of values)
            transaction.objectStore(store).put(
              Uint8Array.from(atob(base64), (char) => char.charCodeAt(0)),
              key,
            )
          transaction.oncomplete = () => {
            database.close()
            resolve()
          }
          transaction.onabort = () => reject(transaction.error)
        }
      }),
    values,
  )
}
