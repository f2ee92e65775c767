/**
 * Governance records and their wire forms (ref §2.12). Two revisions of `ProposalStatus`, `BudgetAllocation` and the
 * proposal's tail exist on the wire; one shape exists in memory, and a codec per revision reads and writes it.
 */
import type { Cid } from '../common/cid.ts'
import { type Codec, f32, mismatch, string, u32, u64 } from '../common/codec.ts'
import { cid, did } from '../common/codecs.ts'
import type { Did } from '../common/did.ts'
import { IcnError } from '../common/errors.ts'
import { isObject, type JsonValue } from '../common/json.ts'
import { list, mapped, option, struct, tuple, variants } from '../common/shapes.ts'

export type VoteOption = 'Yes' | 'No' | 'Abstain'

export const voteOption: Codec<VoteOption> = variants<VoteOption>('VoteOption', {
  Yes: null,
  No: null,
  Abstain: null,
})

export interface Vote {
  readonly voter: Did
  /** `ProposalId`: a non-empty string. */
  readonly proposalId: string
  readonly option: VoteOption
  /** Seconds since the epoch. */
  readonly votedAt: bigint
}

export const vote: Codec<Vote> = struct<Vote>('Vote', {
  voter: did,
  proposalId: string,
  option: voteOption,
  votedAt: u64,
})

/** Whose vote a member lends, to nobody when null. Upstream announces none: ours, with its own version of topic. */
export interface Delegated {
  readonly from: Did
  readonly to: Did | null
  /** Seconds since the epoch. */
  readonly at: bigint
  /** Orders the changes of one second, from 0. */
  readonly nth: number
}

export const delegated: Codec<Delegated> = struct<Delegated>('Delegated', {
  from: did,
  to: option(did),
  at: u64,
  nth: u32,
})

export type ResolutionAction = { readonly PauseCredential: Cid } | { readonly FreezeReputation: Did }

const resolutionAction: Codec<ResolutionAction> = variants<ResolutionAction>('ResolutionAction', {
  PauseCredential: cid,
  FreezeReputation: did,
})

export interface Resolution {
  readonly actions: readonly ResolutionAction[]
}

export const resolution: Codec<Resolution> = struct<Resolution>('Resolution', {
  actions: list(resolutionAction),
})

/** The recipient is null in seed-era proposals, which name none. */
export type BudgetAllocation = readonly [recipient: Did | null, amount: bigint, purpose: string]

export type ProposalType =
  | { readonly SystemParameterChange: readonly [key: string, value: string] }
  | { readonly NewMemberInvitation: Did }
  | { readonly RemoveMember: Did }
  | { readonly SoftwareUpgrade: string }
  | { readonly GenericText: string }
  | { readonly BudgetAllocation: BudgetAllocation }
  | { readonly Resolution: Resolution }

// @__NO_SIDE_EFFECTS__
function proposalType(budget: Codec<BudgetAllocation>): Codec<ProposalType> {
  return variants<ProposalType>('ProposalType', {
    SystemParameterChange: tuple<readonly [string, string]>(string, string),
    NewMemberInvitation: did,
    RemoveMember: did,
    SoftwareUpgrade: string,
    GenericText: string,
    BudgetAllocation: budget,
    Resolution: resolution,
  })
}

const seedBudget = mapped<readonly [bigint, string], BudgetAllocation>(
  tuple(u64, string),
  ([amount, purpose]) => [null, amount, purpose],
  ([recipient, amount, purpose]) => {
    if (recipient === null) return [amount, purpose]
    throw new IcnError('Serialization', 'A seed-era budget allocation cannot name a recipient.')
  },
)

const headBudget = mapped<readonly [Did, bigint, string], BudgetAllocation>(
  tuple(did, u64, string),
  (allocation) => allocation,
  ([recipient, amount, purpose]) => {
    if (recipient !== null) return [recipient, amount, purpose]
    throw new IcnError('Serialization', 'A budget allocation must name its recipient.')
  },
)

/** HEAD's form, in which this node keeps and announces proposals. */
export const headProposalType: Codec<ProposalType> = proposalType(headBudget)

/** SEED's names and HEAD's. `Pending` and `Deliberation` are the same state of two revisions. */
export type ProposalStatus =
  | 'Pending'
  | 'Deliberation'
  | 'PendingSponsorship'
  | 'VotingOpen'
  | 'AcceptedTimelock'
  | 'Accepted'
  | 'Rejected'
  | 'Vetoed'
  | 'Executed'
  | 'Failed'

type SeedStatus = 'Pending' | 'VotingOpen' | 'Accepted' | 'Rejected' | 'Executed' | 'Failed'
type HeadStatus = Exclude<ProposalStatus, 'Pending'>

const seedStatus = variants<SeedStatus>('ProposalStatus', {
  Pending: null,
  VotingOpen: null,
  Accepted: null,
  Rejected: null,
  Executed: null,
  Failed: null,
}) as Codec<ProposalStatus>

const headStatus: Codec<ProposalStatus> = mapped<HeadStatus, ProposalStatus>(
  variants<HeadStatus>('ProposalStatus', {
    Deliberation: null,
    PendingSponsorship: null,
    VotingOpen: null,
    AcceptedTimelock: null,
    Accepted: null,
    Rejected: null,
    Vetoed: null,
    Executed: null,
    Failed: null,
  }),
  (status) => status,
  (status) => (status === 'Pending' ? 'Deliberation' : status),
)

/** By the voter's DID string. */
export type Votes = ReadonlyMap<string, Vote>

/** JSON has string keys, bincode has DIDs; both are sorted here, where upstream's order is random (ref §14 row 27). */
const votes: Codec<Votes> = {
  encode: (value) => Object.fromEntries(sorted(value).map(([voter, entry]) => [voter, vote.encode(entry)])),
  decode(json: JsonValue, at) {
    if (!isObject(json)) throw mismatch(at, 'an object of votes by DID', json)
    const entries = Object.entries(json).map(([key, value]) => {
      const entry = vote.decode(value!, `${at}.${key}`)
      if (entry.voter.toString() !== key) throw mismatch(`${at}.${key}.voter`, key, entry.voter.toString())
      return [key, entry] as const
    })
    return new Map(entries)
  },
  write(out, value) {
    out.length(value.size)
    for (const [, entry] of sorted(value)) {
      did.write(out, entry.voter)
      vote.write(out, entry)
    }
  },
  read(input) {
    const found = new Map<string, Vote>()
    for (let left = input.length(); left > 0; left--) {
      const key = did.read(input).toString()
      const entry = vote.read(input)
      if (entry.voter.toString() !== key) throw input.error(`a vote of ${entry.voter} is filed under ${key}`)
      if (found.has(key)) throw input.error(`two votes are filed under ${key}`)
      found.set(key, entry)
    }
    return found
  },
}

function sorted(value: Votes): [string, Vote][] {
  return [...value].sort(([a], [b]) => (a < b ? -1 : 1))
}

export interface Sponsorship {
  readonly sponsors: readonly Did[]
  readonly sponsorshipCompleteAt: bigint | null
}

export interface Veto {
  readonly vetoedBy: Did
  readonly vetoedAt: bigint
  readonly reason: string
}

/** Times are seconds since the epoch. */
export interface Proposal {
  readonly id: string
  readonly proposer: Did
  readonly proposalType: ProposalType
  readonly description: string
  readonly createdAt: bigint
  readonly votingDeadline: bigint
  readonly status: ProposalStatus
  readonly votes: Votes
  /** Counted votes needed. */
  readonly quorum: bigint | null
  /** f32. */
  readonly threshold: number | null
  readonly contentCid: Cid | null
  /** From here on HEAD only. */
  readonly sponsorship: Sponsorship
  readonly acceptedAt: bigint | null
  readonly timelockDelay: bigint | null
  readonly veto: Veto | null
}

type SeedProposal = Omit<Proposal, 'sponsorship' | 'acceptedAt' | 'timelockDelay' | 'veto'>

/** What HEAD appends, empty. */
export const NO_PROPOSAL_TAIL: Omit<Proposal, keyof SeedProposal> = {
  sponsorship: { sponsors: [], sponsorshipCompleteAt: null },
  acceptedAt: null,
  timelockDelay: null,
  veto: null,
}

// @__NO_SIDE_EFFECTS__
function seedFields(status: Codec<ProposalStatus>, type: Codec<ProposalType>) {
  return {
    id: string,
    proposer: did,
    proposalType: type,
    description: string,
    createdAt: u64,
    votingDeadline: u64,
    status,
    votes,
    quorum: option(u64),
    threshold: option(f32),
    contentCid: option(cid),
  }
}

/** R1 and R2. */
export const seedProposal: Codec<Proposal> = mapped<SeedProposal, Proposal>(
  struct<SeedProposal>('Proposal', seedFields(seedStatus, proposalType(seedBudget))),
  (proposal) => ({ ...proposal, ...NO_PROPOSAL_TAIL }),
  (proposal) => proposal,
)

/** HEAD. */
export const headProposal: Codec<Proposal> = struct<Proposal>('Proposal', {
  ...seedFields(headStatus, headProposalType),
  sponsorship: struct<Sponsorship>('Sponsorship', {
    sponsors: list(did),
    sponsorshipCompleteAt: option(u64),
  }),
  acceptedAt: option(u64),
  timelockDelay: option(u64),
  veto: option(struct<Veto>('Veto', { vetoedBy: did, vetoedAt: u64, reason: string })),
})

/**
 * `prop:<proposer DID>:<first ten characters of the description>:<seconds>` (ref §6.2); a control character in it
 * becomes a space. Ids of this node go on with a digest of what is proposed (content.ts).
 */
export function proposalId(proposer: Did, description: string, now: bigint): string {
  const start = [...description]
    .slice(0, 10)
    .join('')
    .replace(/\p{Cc}/gu, ' ')
  return `prop:${proposer}:${start}:${now}`
}
