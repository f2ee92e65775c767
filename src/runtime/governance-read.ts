/** Proposals, members and payloads between the page's plain data and the rules. */
import { expectBytes, expectText, inWords, utf8 } from '../common/bytes.ts'
import { Cid } from '../common/cid.ts'
import { encodeJson } from '../common/codec.ts'
import { Did } from '../common/did.ts'
import { stringifyJson } from '../common/json.ts'
import { governanceState } from '../governance/members.ts'
import { createProposalPayload } from '../governance/payloads.ts'
import { tallyOf } from '../governance/proposal.ts'
import { invalid } from '../governance/refuse.ts'
import {
  DELEGATIONS,
  MEMBERS,
  PARAMETERS,
  PROPOSAL_ORDER,
  PROPOSALS,
  type ProposalRow,
} from '../governance/rows.ts'
import type { ProposalType as InnerType } from '../governance/types.ts'
import { resolution } from '../governance/types.ts'
import { toProposal } from '../governance/wire.ts'
import type {
  Listing,
  Member,
  ProposalInfo,
  ProposalRequest,
  ProposalType,
  SystemParameter,
} from '../protocol/api.ts'
import type { Transaction } from '../storage/types.ts'
import { listing } from './page.ts'

interface Range {
  readonly after?: string
  readonly limit: number
}

export function proposalInfo(tx: Transaction, row: ProposalRow, now: bigint): ProposalInfo {
  const found = toProposal(tx, row, now)
  const { yes, no, abstain } = tallyOf(tx, row)
  const { veto, contentCid } = row
  return {
    id: row.id,
    proposer: row.proposer,
    proposalType: plainType(found.proposalType),
    description: row.description,
    createdAt: Number(row.createdAt),
    votingDeadline: Number(row.deadline),
    // Deliberation is Pending in other nodes' words; no row of this one says so.
    status: found.status === 'Deliberation' ? 'Pending' : found.status,
    votes: [...found.votes.values()].map(({ voter, option, votedAt }) => ({
      voter: voter.toString(),
      option,
      votedAt: Number(votedAt),
    })),
    tally: { yes: Number(yes), no: Number(no), abstain: Number(abstain) },
    quorum: row.quorum ?? row.rules.quorum,
    threshold: row.threshold ?? row.rules.threshold,
    sponsors: row.sponsors,
    sponsorsNeeded: row.rules.minSponsors,
    ...(contentCid === null ? {} : { contentCid }),
    ...(found.acceptedAt === null ? {} : { acceptedAt: Number(found.acceptedAt) }),
    ...(row.timelockDelay === null ? {} : { timelockSecs: row.timelockDelay }),
    ...(veto === null ? {} : { veto: { by: veto.by, at: Number(veto.at), reason: veto.reason } }),
  }
}

export function findProposal(tx: Transaction, id: string, now: bigint): ProposalInfo | undefined {
  const row = tx.get(PROPOSALS, id)
  return row && proposalInfo(tx, row, now)
}

/** Newest first. */
export function listProposals(tx: Transaction, range: Range, now: bigint): Listing<ProposalInfo> {
  const rows = tx.list(PROPOSAL_ORDER, { ...range, reverse: true })
  const items = rows.flatMap(([, id]) => findProposal(tx, id, now) ?? [])
  return listing(items, rows, range.limit)
}

/** In the order of their DIDs. */
export function listMembers(tx: Transaction, range: Range): Listing<Member> & { readonly total: number } {
  const rows = tx.list(MEMBERS, range)
  const items = rows.map(([did, { since, proposal }]) => {
    const delegate = tx.get(DELEGATIONS, did)?.to
    return {
      did,
      since: Number(since),
      ...(proposal === null ? {} : { proposal }),
      ...(delegate === undefined ? {} : { delegate }),
    }
  })
  return { ...listing(items, rows, range.limit), total: governanceState(tx).members }
}

export function listParameters(tx: Transaction, range: Range): Listing<SystemParameter> {
  const rows = tx.list(PARAMETERS, range)
  const items = rows.map(([key, { value, proposal, at }]) => ({ key, value, proposal, at: Number(at) }))
  return listing(items, rows, range.limit)
}

/** `CreateProposalPayload` JSON. @throws IcnError InvalidSpec naming the field */
export function payloadJson(request: ProposalRequest): string {
  if (typeof request !== 'object' || request === null) throw wrong('The proposal', 'an object', request)
  const { proposalType, description, durationSecs, quorum, threshold, body } = request
  if (typeof description !== 'string') throw wrong('description', 'a text', description)
  if (threshold !== undefined && typeof threshold !== 'number')
    throw wrong('threshold', 'a number', threshold)
  const [proposalTypeStr, typeSpecificPayload] = payloadOf(proposalType)
  return encodeJson(createProposalPayload, {
    proposalTypeStr,
    typeSpecificPayload,
    description,
    durationSecs: whole(durationSecs, 'durationSecs'),
    quorum: quorum === undefined ? null : whole(quorum, 'quorum'),
    threshold: threshold === undefined ? null : finite(threshold),
    body: body === undefined ? null : expectBytes(body, 'body'),
  })
}

function payloadOf(type: ProposalType): readonly [name: string, payload: Uint8Array] {
  const entries = typeof type === 'object' && type !== null ? Object.entries(type) : []
  const [name = '', value] = entries[0] ?? []
  const parts = value as unknown
  if (entries.length === 1) {
    switch (name) {
      case 'GenericText':
      case 'SoftwareUpgrade':
      case 'NewMemberInvitation':
      case 'RemoveMember':
        return [name, utf8(expectText(parts, name))]
      case 'SystemParameterChange':
        if (isTuple(parts, ['string', 'string'])) return [name, utf8(JSON.stringify(parts))]
        break
      case 'BudgetAllocation':
        if (
          Array.isArray(parts) &&
          isTuple([parts[0], parts[2]], ['string', 'string']) &&
          parts.length === 3
        ) {
          return [name, utf8(stringifyJson([parts[0], whole(parts[1], 'amount'), parts[2]]))]
        }
        break
      case 'Resolution':
        return [name, utf8(encodeJson(resolution, { actions: actionsOf(parts) }))]
    }
  }
  throw wrong(
    'proposalType',
    'one of GenericText, SystemParameterChange, NewMemberInvitation, RemoveMember, SoftwareUpgrade, BudgetAllocation, Resolution, with what belongs to it',
    entries.length === 1 ? name : type,
  )
}

function actionsOf(value: unknown) {
  const actions = (value as { actions?: unknown } | null)?.actions
  if (!Array.isArray(actions)) throw wrong('Resolution', 'an object with a list of actions', value)
  return actions.map((action: Record<string, unknown> | null) => {
    if (typeof action?.PauseCredential === 'string')
      return { PauseCredential: Cid.parse(action.PauseCredential) }
    if (typeof action?.FreezeReputation === 'string')
      return { FreezeReputation: Did.parse(action.FreezeReputation) }
    throw wrong('An action', 'PauseCredential with a CID or FreezeReputation with a DID', action)
  })
}

function plainType(type: InnerType): ProposalType {
  if ('NewMemberInvitation' in type) return { NewMemberInvitation: type.NewMemberInvitation.toString() }
  if ('RemoveMember' in type) return { RemoveMember: type.RemoveMember.toString() }
  if ('BudgetAllocation' in type) {
    const [recipient, amount, purpose] = type.BudgetAllocation
    return { BudgetAllocation: [String(recipient), amount, purpose] }
  }
  if (!('Resolution' in type)) return type
  return {
    Resolution: {
      actions: type.Resolution.actions.map((action) =>
        'PauseCredential' in action
          ? { PauseCredential: action.PauseCredential.toString() }
          : { FreezeReputation: action.FreezeReputation.toString() },
      ),
    },
  }
}

function isTuple(value: unknown, types: readonly string[]): boolean {
  return (
    Array.isArray(value) &&
    value.length === types.length &&
    types.every((type, i) => typeof value[i] === type)
  )
}

function whole(value: unknown, name: string): bigint {
  const number = Number.isSafeInteger(value) ? BigInt(value as number) : value
  if (typeof number === 'bigint' && number >= 0n && number < 1n << 64n) return number
  throw wrong(name, 'a whole number from 0', value)
}

/** JSON has no other numbers. */
function finite(value: number): number {
  if (Number.isFinite(value)) return value
  throw wrong('threshold', 'above 0 and at most 1', value)
}

function wrong(name: string, expected: string, value: unknown) {
  return invalid('request', `${name} must be ${expected}, got ${inWords(value)}.`, { argument: name })
}
