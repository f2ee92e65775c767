/**
 * What of a node's state goes into an export beside its blocks, and what a row of it must look like on its way back in.
 * Every table of the runtime is named here once: carried, or left out with the reason; a test holds the list complete.
 */

import { U64_MAX } from '../common/bytes.ts'
import { journalKey } from '../economics/rows.ts'
import { readGrant } from '../host/grant.ts'
import { JOB_LIFECYCLE_STATUSES } from '../mesh/records.ts'
import {
  among,
  bytes,
  cidText,
  count,
  didText,
  fields,
  flag,
  need,
  optional,
  orNull,
  type RowCheck,
  sequence,
  text,
  u64,
} from './portable-checks.ts'
import { GOVERNANCE_ROWS } from './portable-governance.ts'

const CAUSES = [
  'initial',
  'spend',
  'credit',
  'escrow',
  'payment',
  'refund',
  'regeneration',
  'governance',
  'zk',
]
const SIGNED_MOST = U64_MAX

const account = fields({ balance: u64 })
const journal = fields({
  seq: count,
  amount: (value) =>
    need(
      typeof value === 'bigint' && value >= -SIGNED_MOST && value <= SIGNED_MOST && value !== 0n,
      'an amount is missing',
    ),
  balance: u64,
  cause: among(...CAUSES),
  reference: orNull(text(4096)),
  at: u64,
})
const escrow = fields({
  owner: didText,
  amount: u64,
  state: among('held', 'settled', 'refunded'),
  paid: u64,
  payee: orNull(didText),
})
const total = (value: unknown): void =>
  need(typeof value === 'bigint' && value >= 0n && value < 1n << 128n, 'a total is missing')
const totals = fields({
  nextSeq: count,
  accounts: optional(count),
  minted: total,
  regenerated: total,
  balances: total,
  escrow: total,
  burned: total,
})
const percent = (value: unknown): void =>
  need(typeof value === 'number' && value >= 0 && value <= 100, 'a percentage is missing')
const job = fields({
  id: cidText,
  seq: count,
  manifest: cidText,
  spec: bytes,
  state: among('Pending', 'Assigned', 'Completed', 'Failed', 'Cancelled'),
  creator: didText,
  executor: optional(didText),
  cost: u64,
  price: optional(u64),
  maxWaitMs: orNull(u64),
  submittedAt: count,
  finishedAt: optional(count),
  receipt: optional(cidText),
  result: optional(cidText),
  failure: optional(
    fields({
      code: text(256),
      message: text(65_536),
      reason: optional(text(4096)),
      function: optional(text(65_536)),
    }),
  ),
  parent: optional(cidText),
  via: optional(among('mesh')),
  stage: optional(among(...JOB_LIFECYCLE_STATUSES)),
  assignedAt: optional(count),
  progress: optional(fields({ stage: text(4096), percent, at: count })),
  depth: count,
  entry: text(65_536),
  fuel: u64,
  grant: optional((value) => void readGrant(value, 'grant')),
  attempts: count,
  owner: text(256),
})
const receipt = fields({
  cid: cidText,
  jobId: cidText,
  success: flag,
  record: optional(cidText),
  manaCharged: u64,
})

/** Carried, in this order. */
export const PORTABLE: Readonly<Record<string, RowCheck>> = {
  accounts: (key, row) => {
    didText(key)
    account(row)
  },
  journal: (key, row) => {
    journal(row)
    const { seq } = row as { seq: number }
    const did = key.slice(0, Math.max(0, key.length - 17))
    didText(did)
    need(key === journalKey(did, seq), 'its key is not that of its account and number')
  },
  escrows: (key, row) => {
    text(4096)(key)
    escrow(row)
  },
  ledger: (key, row) => {
    need(key === 'totals', 'its key is not "totals"')
    totals(row)
  },
  reputation: (key, row) => {
    didText(key)
    fields({ score: u64 })(row)
  },
  blockMeta: (key, row) => {
    cidText(key)
    fields({ pinned: flag, ttl: orNull(u64) })(row)
  },
  jobs: (key, row) => {
    job(row)
    need(key === (row as { id: string }).id, 'its key is not its id')
  },
  jobOrder: (key, row) => {
    sequence(key)
    cidText(row)
  },
  jobHistory: (key, row) => {
    const [id = '', number = ''] = key.split('/')
    cidText(id)
    sequence(number)
    need(key === `${id}/${number}`, 'its key is not a job and a number')
    fields({ kind: among('bid', 'assignment', 'checkpoint', 'receipt', 'state'), cid: cidText })(row)
  },
  openJobs: (key, row) => {
    sequence(key)
    cidText(row)
  },
  receipts: (key, row) => {
    receipt(row)
    need(key === (row as { cid: string }).cid, 'its key is not its CID')
  },
  receiptOrder: (key, row) => {
    sequence(key)
    cidText(row)
  },
  runtimeCounts: (key, row) => {
    among('jobs', 'openJobs', 'receipts')(key)
    count(row)
  },
  modules: (key, row) => {
    cidText(key)
    need(row === true, 'it is not true')
  },
  ...GOVERNANCE_ROWS,
  contractState: (key, row) => {
    const parts = key.split('\u0000')
    need(parts.length === 3, 'its key is not of a module, a name and a version')
    if (parts[0] !== 'page') cidText(parts[0])
    need(parts[1] !== '' && parts[1]!.length <= 256, 'its name is not one')
    need(/^\d{20}$/.test(parts[2]!), 'its version is not a number of 20 digits')
    fields({ data: bytes })(row)
  },
  zkKeys: (key, row) => {
    const { issuer } = row as { issuer: string }
    fields({ issuer: didText, circuit: text(100), key: bytes })(row)
    const [cid] = key.split('\u0000')
    cidText(cid)
    need(key === `${cid}\u0000${issuer}`, 'its key is not that of its CID and issuer')
  },
  zkCircuits: (key, row) => {
    didText(key.slice(0, key.indexOf('\u0000')))
    cidText(row)
  },
  tokenClasses: (key, row) => {
    text(256)(key)
    fields({ name: text(256), symbol: text(32), issuer: didText, supply: u64 })(row)
  },
  tokenBalances: (key, row) => {
    didText(key.slice(key.indexOf('\u0000') + 1))
    fields({ balance: u64 })(row)
  },
  contractPins: (key, row) => {
    const [module, cid, more] = key.split('\u0000')
    cidText(module)
    cidText(cid)
    need(more === undefined && row === 1, 'it is not a pin')
  },
}

/** Not carried as rows. */
export const LEFT_OUT: Readonly<Record<string, string>> = {
  blocks: 'carried as block records',
  blockIndex: 'made anew by each put',
  blockExpiry: 'made from blockMeta',
  blockRefs: 'made anew by each put',
  dagHeads: 'made anew by each put',
  dagState: 'made anew by each put',
  dagPins: 'of this database only',
  dagStale: 'of this database only',
  quarantine: 'damaged blocks are not carried on',
  results: 'carried as result records',
  regeneration: 'the clock of a database is its own',
  runtimeClocks: 'the clock of a database is its own',
  database: 'the age of a database is its own',
  imports: 'an import under way',
  importBatches: 'an import under way',
  importBlocks: 'an import under way',
  importCids: 'an import under way',
}
