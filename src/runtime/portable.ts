/**
 * What of a node's state goes into an export beside its blocks, and what a row of it must look like on its way back in.
 * Every table of the runtime is named here once: carried, or left out with the reason; a test holds the list complete.
 */

import { U64_MAX } from '../common/bytes.ts'
import { Cid } from '../common/cid.ts'
import { decodeBincode } from '../common/codec.ts'
import { Did } from '../common/did.ts'
import { journalKey } from '../economics/rows.ts'
import { MOST_LENT } from '../governance/electorate.ts'
import { MOST_VOTES } from '../governance/proposal.ts'
import { type Announce, type FactRow, factKey, outboxKey } from '../governance/rows.ts'
import { MOST_MEMBERS } from '../governance/rules.ts'
import { headProposalType } from '../governance/types.ts'
import { readGrant } from '../host/grant.ts'
import { JOB_LIFECYCLE_STATUSES } from '../mesh/records.ts'

/** @throws Error saying what is wrong with the row */
type RowCheck = (key: string, row: unknown) => void

const sequence = (key: string): void => need(/^\d{16}$/.test(key), 'its key is not a number of 16 digits')
const cidText = (value: unknown): void => {
  need(typeof value === 'string', 'a CID is missing')
  need(Cid.parse(value as string).toString() === value, 'a CID is not in its base32 form')
}
const didText = (value: unknown): void => {
  need(typeof value === 'string', 'a DID is missing')
  need(Did.parse(value as string).toString() === value, 'a DID is not in its own form')
}
const text = (most: number) => (value: unknown) =>
  need(typeof value === 'string' && value.length <= most, `a text of at most ${most} characters is missing`)
const u64 = (value: unknown): void =>
  need(typeof value === 'bigint' && value >= 0n && value <= U64_MAX, 'a u64 is missing')
const count = (value: unknown): void =>
  need(Number.isSafeInteger(value) && (value as number) >= 0, 'a whole number is missing')
const flag = (value: unknown): void => need(typeof value === 'boolean', 'true or false is missing')
const bytes = (value: unknown): void => need(value instanceof Uint8Array, 'bytes are missing')
const among =
  (...names: readonly string[]) =>
  (value: unknown) =>
    need(names.includes(value as string), `one of ${names.join(', ')} is missing`)
const orNull = (check: (value: unknown) => void) => (value: unknown) => {
  if (value !== null) check(value)
}
const optional = (check: (value: unknown) => void) =>
  Object.assign((value: unknown) => value === undefined || check(value), { optional: true })

/** Exactly these fields. */
function fields(shape: Readonly<Record<string, (value: unknown) => unknown>>): (row: unknown) => void {
  const names = Object.keys(shape)
  return (row) => {
    need(typeof row === 'object' && row !== null && !Array.isArray(row), 'it is not an object')
    const given = row as Record<string, unknown>
    for (const name of Object.keys(given)) need(Object.hasOwn(shape, name), `it has a field ${name}`)
    for (const name of names) {
      try {
        shape[name]!(given[name])
      } catch (error) {
        throw new Error(`its field ${name}: ${(error as Error).message}`)
      }
    }
  }
}

function need(held: boolean, otherwise: string): void {
  if (!held) throw new Error(otherwise)
}

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

const listOf =
  (most: number, check: (value: unknown) => void) =>
  (value: unknown): void => {
    need(Array.isArray(value) && value.length <= most, `a list of at most ${most} is missing`)
    for (const item of value as unknown[]) check(item)
  }
const single = (value: unknown): void =>
  need(typeof value === 'number' && Math.fround(value) === value, 'a share is missing')
const statusName = among(
  'Pending',
  'PendingSponsorship',
  'VotingOpen',
  'AcceptedTimelock',
  'Accepted',
  'Rejected',
  'Vetoed',
  'Executed',
  'Failed',
)
const voteOption = among('Yes', 'No', 'Abstain')

const rules = fields({
  quorum: u64,
  threshold: single,
  minSponsors: count,
  timelockSecs: u64,
  vetoGraceSecs: u64,
  vetoMembers: listOf(MOST_MEMBERS, didText),
})
const proposalRow = fields({
  id: text(8192),
  seq: count,
  proposer: didText,
  type: (value) => {
    bytes(value)
    decodeBincode(headProposalType, value as Uint8Array, 'proposal type')
  },
  description: text(4096),
  createdAt: u64,
  deadline: u64,
  quorum: orNull(u64),
  threshold: orNull(single),
  contentCid: orNull(cidText),
  timelockDelay: orNull(u64),
  rules,
  sponsors: listOf(MOST_MEMBERS, didText),
  opened: flag,
  closedAt: orNull(u64),
  electorate: orNull(
    listOf(MOST_MEMBERS, (pair) => {
      need(Array.isArray(pair) && pair.length === 2, 'a member with its delegate is missing')
      const [member, delegate] = pair as unknown[]
      didText(member)
      orNull(didText)(delegate)
    }),
  ),
  veto: orNull(fields({ by: didText, at: u64, reason: text(1000) })),
  end: orNull(among('Executed', 'Failed')),
  penalised: flag,
  status: statusName,
})
const casts = listOf(MOST_VOTES, fields({ option: voteOption, at: u64 }))
const fact = (value: unknown): void => {
  const { kind } = value as { kind?: unknown }
  const own = kind === 'vote' ? { option: voteOption } : kind === 'veto' ? { reason: text(1000) } : {}
  const shape = { kind: among('vote', 'sponsor', 'open', 'close', 'veto'), by: didText, at: u64, ...own }
  fields({ ...shape, carrier: optional(bytes) })(value)
}

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
  members: (key, row) => {
    didText(key)
    fields({ since: u64, proposal: orNull(text(8192)) })(row)
  },
  delegations: (key, row) => {
    didText(key)
    fields({ to: didText, at: u64 })(row)
  },
  lent: (key, row) => {
    didText(key)
    listOf(MOST_LENT, fields({ at: u64, nth: count, to: orNull(didText) }))(row)
  },
  formerMembers: (key, row) => {
    didText(key)
    listOf(MOST_MEMBERS, fields({ since: u64, until: u64 }))(row)
  },
  closedProposals: (key, row) => {
    const [end, id] = key.split('\u0000')
    need(/^\d{20}$/.test(end!) && id !== undefined && row === 1, 'it is not the end of a voting')
  },
  statements: (key, row) => {
    need(/^[0-9a-f]{32}$/.test(key), 'its key is not the name of a fact')
    bytes(row)
  },
  outbox: (key, row) => {
    const change = row as Announce
    fields('id' in change ? { id: text(8192), voter: optional(didText) } : { delegator: didText })(row)
    need(key === outboxKey(change), 'its key is not that of its change')
  },
  parameters: (key, row) => {
    text(256)(key)
    fields({ value: text(4096), proposal: text(8192), at: u64 })(row)
  },
  governanceRules: (key, row) => {
    need(key === 'rules', 'its key is not "rules"')
    rules(row)
  },
  governance: (key, row) => {
    need(key === 'state', 'its key is not "state"')
    fields({ proposals: count, members: count, waiting: count })(row)
  },
  proposals: (key, row) => {
    proposalRow(row)
    need(key === (row as { id: string }).id, 'its key is not its id')
  },
  proposalOrder: (key, row) => {
    sequence(key)
    text(8192)(row)
  },
  votes: (key, row) => {
    didText(key.slice(key.indexOf('\u0000') + 1))
    casts(row)
  },
  governanceWaiting: (key, row) => {
    fact(row)
    need(
      key === factKey(key.slice(0, Math.max(0, key.indexOf('\u0000'))), row as FactRow),
      'its key is not that of its proposal and content',
    )
  },
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
