/** What this node has to offer those who were away: the names of what stands, kept up to date, and what is behind them. */
import { toHex } from '../common/bytes.ts'
import { Cid } from '../common/cid.ts'
import { encodeBincode } from '../common/codec.ts'
import { STATEMENTS } from '../governance/rows.ts'
import { FACT_EVENT, type FactChange } from '../governance/statements.ts'
import {
  MOST_FETCHED,
  MOST_ITEM_BYTES,
  runEvidence,
  type SyncMessage,
  type SyncSet,
} from '../mesh/sync-messages.ts'
import { MOST_DIGITS, NAME_BYTES, NameSet } from '../mesh/sync-set.ts'
import type { CommitEvent, StateStore, Table, Transaction } from '../storage/types.ts'
import { RECEIPT_ORDER, RECEIPTS } from './tables.ts'

/** Receipts offered and followed, the newest. */
export const MOST_RECEIPTS = 1_000
const PAGE = 500

export class SyncSets {
  readonly Statements = new NameSet()
  readonly Receipts = new NameSet()
  /** CIDs of receipts by their names. */
  readonly #receipts = new Map<string, string>()
  readonly #store: StateStore
  readonly #unsubscribe: () => void
  #filled: Promise<void> | undefined

  constructor(store: StateStore) {
    this.#store = store
    this.#unsubscribe = store.subscribe((event) => this.#hear(event))
  }

  /** Resolves once everything that is stored is in the sets; they follow what is committed from then on. */
  filled(): Promise<void> {
    this.#filled ??= this.#fill().catch((error) => {
      this.#filled = undefined
      throw error
    })
    return this.#filled
  }

  /** @returns undefined for a question that no honest node asks */
  async answer(question: SyncMessage): Promise<SyncMessage | undefined> {
    await this.filled()
    if ('Ask' in question) {
      const { number, set, prefix } = question.Ask
      if (prefix.length > MOST_DIGITS || !/^[0-9a-f]*$/.test(prefix)) return undefined
      return { Tell: { number, ...this[set].branch(prefix) } }
    }
    if (!('Fetch' in question)) return undefined
    const { number, set, names } = question.Fetch
    if (names.length > MOST_FETCHED || names.some((name) => name.length !== NAME_BYTES)) return undefined
    return this.#store.read((tx) => {
      const items: { name: Uint8Array; data: Uint8Array }[] = []
      let room = MOST_ITEM_BYTES
      for (const [i, name] of names.entries()) {
        const data = this.#content(tx, set, toHex(name))
        if (data === undefined) continue
        room -= data.length
        // The first goes whatever its length, or it would never go.
        if (room < 0 && items.length > 0) return { Items: { number, items, left: names.length - i } }
        items.push({ name, data })
      }
      return { Items: { number, items, left: 0 } }
    })
  }

  close(): void {
    this.#unsubscribe()
  }

  #content(tx: Transaction, set: SyncSet, name: string): Uint8Array | undefined {
    if (set === 'Statements') return tx.get(STATEMENTS, name)
    const cid = this.#receipts.get(name)
    const record = cid === undefined ? undefined : tx.get(RECEIPTS, cid)?.record
    if (record === undefined) return undefined
    return encodeBincode(runEvidence, { receipt: Cid.parse(cid!), record: Cid.parse(record) })
  }

  async #fill(): Promise<void> {
    await this.#each(STATEMENTS, (name) => this.Statements.add(name))
    const newest = await this.#store.read((tx) =>
      tx
        .list(RECEIPT_ORDER, { limit: MOST_RECEIPTS, reverse: true })
        .map(([, cid]) => cid)
        .filter((cid) => tx.get(RECEIPTS, cid)?.record !== undefined),
    )
    for (const cid of newest.reverse()) this.#addReceipt(cid)
  }

  async #each(table: Table<unknown>, take: (key: string) => void): Promise<void> {
    for (let after: string | undefined; ; ) {
      const range = { limit: PAGE, ...(after === undefined ? {} : { after }) }
      const rows = await this.#store.read((tx) => tx.list(table, range))
      for (const [key] of rows) take(key)
      if (rows.length < PAGE) return
      after = rows.at(-1)![0]
    }
  }

  #hear({ type, detail }: CommitEvent): void {
    if (type === FACT_EVENT) {
      const { id, stands } = detail as FactChange
      if (stands) this.Statements.add(id)
      else this.Statements.delete(id)
    } else if (type === 'receipt') {
      const { cid } = detail as { cid: string }
      // Its record may be put into the row by a commit that follows.
      this.#addReceipt(cid)
    }
  }

  #addReceipt(cid: string): void {
    const name = receiptName(Cid.parse(cid))
    this.#receipts.set(name, cid)
    this.Receipts.add(name)
    if (this.#receipts.size <= MOST_RECEIPTS) return
    const [oldest] = this.#receipts.keys()
    this.#receipts.delete(oldest!)
    this.Receipts.delete(oldest!)
  }
}

/** The first bytes of its hash: every receipt's block has the same codec. */
export function receiptName(cid: Cid): string {
  return toHex(cid.hashBytes.subarray(0, NAME_BYTES))
}
