/** Databases of a given size: sound blocks in a chain of links, accounts with mana, jobs and receipts as runs leave them. */
import { utf8 } from '../../src/common/bytes.ts'
import { Did } from '../../src/common/did.ts'
import { buildBlock, type DagBlock } from '../../src/dag/block.ts'
import { dagCounters } from '../../src/dag/blocks.ts'
import {
  BLOCK_INDEX,
  BLOCK_REFS,
  BLOCKS,
  DAG_HEADS,
  DAG_STATE,
  sequenceKey,
  toRow,
} from '../../src/dag/rows.ts'
import { ledgerTotals } from '../../src/economics/ledger.ts'
import { ACCOUNTS, JOURNAL, journalKey, LEDGER } from '../../src/economics/rows.ts'
import { openIndexedDbStore } from '../../src/storage/indexeddb-store.ts'
import { openState, type State } from '../../src/storage/state.ts'
import type { Transaction } from '../../src/storage/types.ts'
import { cidKey } from './measure.ts'

const AUTHOR = new Did('key', 'bench')
const CHUNK = 500
const BLOCK_BYTES = 300

export interface Fill {
  readonly name: string
  readonly blocks: number
  readonly accounts: number
}

/** Brings the database to that many blocks and accounts. @returns the state it left, for figures */
export async function fill({ name, blocks, accounts }: Fill): Promise<object> {
  const state = await openState(await openIndexedDbStore(name))
  try {
    const start = await state.read((tx) => dagCounters(tx).blocks)
    let last: DagBlock | undefined
    for (let from = start; from < blocks; from += CHUNK) {
      const made: DagBlock[] = []
      for (let n = from; n < Math.min(blocks, from + CHUNK); n++) {
        last = block(n, last)
        made.push(last)
      }
      await state.transact((tx) => putBlocks(tx, made))
    }
    const there = await state.read((tx) => ledgerTotals(tx).nextSeq)
    for (let from = there; from < accounts; from += CHUNK) {
      await state.transact((tx) => putAccounts(tx, from, Math.min(accounts, from + CHUNK)))
    }
    await state.settle()
    return figuresOf(state)
  } finally {
    await state.close()
  }
}

export function figuresOf(state: State): object {
  const { runs, memory } = state.figures()
  return { rows: runs.reduce((sum, run) => sum + run.rows, 0), runs: runs.length, memory }
}

export function block(n: number, before: DagBlock | undefined): DagBlock {
  const data = utf8(`${n} `.padEnd(BLOCK_BYTES, cidKey(n)))
  const links = before === undefined ? [] : [{ cid: before.cid, name: 'before', size: 300n }]
  return buildBlock({ data, links, timestamp: BigInt(n), authorDid: AUTHOR })
}

/** As `putBlock` writes them, without its second look at each hash. */
function putBlocks(tx: Transaction, made: readonly DagBlock[]): void {
  const counters = dagCounters(tx)
  made.forEach((one, i) => {
    const cid = one.cid.toString()
    const row = toRow(one, counters.nextSeq + i)
    tx.put(BLOCKS, cid, row)
    tx.put(BLOCK_INDEX, sequenceKey(row.seq), {
      cid,
      size: row.data.length,
      links: row.links.length,
      timestamp: row.timestamp,
      author: row.author,
    })
    for (const link of row.links) {
      tx.put(BLOCK_REFS, link.cid, 1)
      tx.delete(DAG_HEADS, link.cid)
    }
    tx.put(DAG_HEADS, cid, 1)
  })
  tx.put(DAG_STATE, 'counters', {
    nextSeq: counters.nextSeq + made.length,
    blocks: counters.blocks + made.length,
    bytes: counters.bytes + made.length * BLOCK_BYTES,
  })
}

export function accountName(n: number): string {
  return `did:key:${cidKey(n)}`
}

function putAccounts(tx: Transaction, from: number, to: number): void {
  const totals = ledgerTotals(tx)
  const count = BigInt(to - from)
  for (let n = from; n < to; n++) {
    const account = accountName(n)
    tx.put(ACCOUNTS, account, { balance: 100n })
    const seq = totals.nextSeq + n - from
    tx.put(JOURNAL, journalKey(account, seq), {
      seq,
      amount: 100n,
      balance: 100n,
      cause: 'credit',
      reference: null,
      at: 0n,
    })
  }
  tx.put(LEDGER, 'totals', {
    ...totals,
    nextSeq: totals.nextSeq + to - from,
    minted: totals.minted + 100n * count,
    balances: totals.balances + 100n * count,
  })
}
