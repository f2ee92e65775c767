/** What the rows of governance must look like on their way back in (portable.ts). */
import { decodeBincode } from '../common/codec.ts'
import { MOST_LENT } from '../governance/electorate.ts'
import { factKey, outboxKey } from '../governance/keys.ts'
import { MOST_VOTES } from '../governance/proposal.ts'
import type { Announce, FactRow } from '../governance/rows.ts'
import { MOST_MEMBERS } from '../governance/rules.ts'
import { headProposalType } from '../governance/types.ts'
import {
  among,
  bytes,
  cidText,
  count,
  didText,
  fields,
  flag,
  listOf,
  need,
  optional,
  orNull,
  type RowCheck,
  sequence,
  text,
  u64,
} from './portable-checks.ts'

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
export const GOVERNANCE_ROWS: Readonly<Record<string, RowCheck>> = {
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
}
