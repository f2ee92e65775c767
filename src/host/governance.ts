/**
 * Governance for guests (ref §6.3): the run's account proposes, votes, closes, executes. Closing answers with the plain
 * status; the count is had by a second call (ref §14 row 18).
 */
import { decodeBincode, decodeJson, encodeJson } from '../common/codec.ts'
import {
  type Actor,
  castVote,
  closeVoting,
  createProposal,
  openVoting,
  readOption,
  sponsorProposal,
  vetoProposal,
} from '../governance/calls.ts'
import { electorate } from '../governance/electorate.ts'
import { executeProposal } from '../governance/execute.ts'
import { delegateOf, delegateVote, isMember, revokeDelegation } from '../governance/members.ts'
import { castVotePayload, closeProposalResult, createProposalPayload } from '../governance/payloads.ts'
import { effectiveFrom, knownProposal, statusAt, tallyOf, votesOf } from '../governance/proposal.ts'
import type { ProposalRow } from '../governance/rows.ts'
import { parameter } from '../governance/rules.ts'
import { headProposal, headProposalType } from '../governance/types.ts'
import { toProposal } from '../governance/wire.ts'
import { didOf } from './arguments.ts'
import type { HostContext, HostFunction } from './context.ts'
import { refusal, unreadable } from './errors.ts'
import { chargeCount, chargeLending, chargeRecount } from './governance-fuel.ts'

const actor = ({ identity, now }: HostContext): Actor => ({ me: identity, now })

export const governanceFunctions = {
  host_create_governance_proposal(context: HostContext, json: string): string {
    const payload = unreadable('Failed to parse CreateProposalPayload JSON: ', () =>
      decodeJson(createProposalPayload, json, 'payload'),
    )
    const bytes = payload.typeSpecificPayload.length + (payload.body?.length ?? 0)
    return context.allowance.store(bytes, () => createProposal(context.tx, actor(context), payload).id)
  },

  host_open_governance_voting(context: HostContext, id: string): true {
    openVoting(context.tx, actor(context), id)
    return true
  },

  host_cast_governance_vote(context: HostContext, json: string): true {
    const { proposalIdStr, voteOptionStr } = unreadable('Failed to parse CastVotePayload JSON: ', () =>
      decodeJson(castVotePayload, json, 'payload'),
    )
    castVote(context.tx, actor(context), proposalIdStr, readOption(voteOptionStr))
    return true
  },

  /** The status then, in plain words of ref §2.12. */
  host_close_governance_proposal_voting(context: HostContext, id: string): string {
    chargeCount(context, 2)
    return closeVoting(context.tx, actor(context), id).status
  },

  /** `CloseProposalResult` JSON: the count as it stands. */
  host_get_governance_tally(context: HostContext, id: string): string {
    const row = knownProposal(context.tx, id)
    chargeCount(context)
    const status = statusAt(row, context.now)
    return encodeJson(closeProposalResult, { status, ...tallyOf(context.tx, row) })
  },

  /** `Proposal` JSON in HEAD's form, whose word for Pending is Deliberation. */
  host_get_governance_proposal(context: HostContext, id: string): string {
    const row = knownProposal(context.tx, id)
    chargeCount(context)
    return encodeJson(headProposal, toProposal(context.tx, row, context.now))
  },

  /** A failure is on record, so it is told by `lastError` and not thrown. */
  host_execute_governance_proposal(context: HostContext, id: string): boolean {
    const { tx } = context
    const row = knownProposal(tx, id)
    if (changesMembers(row)) chargeRecount(context, effectiveFrom(row))
    const { failure } = executeProposal(tx, actor(context), id)
    context.lastError = failure
    return failure === null
  },

  host_sponsor_governance_proposal(context: HostContext, id: string): true {
    sponsorProposal(context.tx, actor(context), id)
    return true
  },

  host_veto_governance_proposal(context: HostContext, id: string, reason: string): true {
    chargeCount(context)
    vetoProposal(context.tx, actor(context), id, reason)
    return true
  },

  host_delegate_vote(context: HostContext, from: string, to: string): true {
    const { tx, identity: me, now } = context
    const [delegator, delegate] = [didOf(from), didOf(to)]
    if (delegateOf(tx, me) !== delegate.toString()) chargeLending(context)
    delegateVote(tx, { me, now, from: delegator }, delegate)
    return true
  },

  /** With the delegate and the matter, as compiled contracts have it, that very delegation is meant. */
  host_revoke_delegation(context: HostContext, from: string, to?: string, scope = ''): boolean {
    const { tx, identity: me, now } = context
    const delegator = didOf(from)
    everyMatter(scope)
    if (to !== undefined && delegateOf(tx, delegator) !== didOf(to).toString()) return false
    if (delegateOf(tx, me) !== null) chargeLending(context)
    revokeDelegation(tx, { me, now, from: delegator })
    return true
  },

  /** As compiled contracts have it: delegator, delegate, matter, share of the vote in percent. */
  host_create_delegation(
    context: HostContext,
    from: string,
    to: string,
    scope: string,
    weight: number,
  ): true {
    everyMatter(scope)
    if (weight !== 100) {
      throw refusal('InvalidParameters', `A vote is lent whole, weight 100, got ${weight}.`, { weight })
    }
    return governanceFunctions.host_delegate_vote(context, from, to)
  },

  /** Votes that follow the delegate's when their owners cast none: its own, and one for each member that lent theirs. */
  host_calculate_delegated_power(context: HostContext, delegate: string, scope: string): number {
    everyMatter(scope)
    const { tx } = context
    const did = didOf(delegate)
    if (!isMember(tx, did)) return 0
    chargeCount(context)
    return 1 + electorate(tx).filter(([, to]) => to === did.toString()).length
  },

  /** The voter, and behind it the member it lent its vote to: a delegation is one level deep. */
  host_get_delegation_chain(context: HostContext, voter: string, scope: string): readonly string[] {
    everyMatter(scope)
    const { tx } = context
    const did = didOf(voter)
    const delegate = isMember(tx, did) ? delegateOf(tx, did) : null
    return delegate !== null && isMember(tx, delegate) ? [did.toString(), delegate] : [did.toString()]
  },

  /** DID of the member whose vote counts for the voter on this proposal; the voter itself while none does. */
  host_resolve_delegated_vote(context: HostContext, voter: string, id: string, scope: string): string {
    everyMatter(scope)
    const { tx } = context
    const did = didOf(voter)
    const row = knownProposal(tx, id)
    chargeCount(context)
    const votes = votesOf(tx, row)
    const delegate = delegateOf(tx, did)
    const lent = delegate !== null && !votes.has(did.toString()) && votes.has(delegate)
    return lent && isMember(tx, delegate) ? delegate : did.toString()
  },

  host_is_member: (context: HostContext, did: string): boolean => isMember(context.tx, didOf(did)),

  /** The empty string while no proposal has set it. */
  host_get_system_parameter: (context: HostContext, key: string): string => parameter(context.tx, key) ?? '',
} satisfies Record<string, HostFunction>

function changesMembers({ type }: ProposalRow): boolean {
  const kind = decodeBincode(headProposalType, type, 'proposal type')
  return 'NewMemberInvitation' in kind || 'RemoveMember' in kind
}

/** Compiled contracts may name a matter a delegation is for; here a delegation is for all of them. */
function everyMatter(scope: string): void {
  if (scope === '' || scope === 'all') return
  throw refusal(
    'InvalidParameters',
    `A delegation is for every matter, "all", got "${scope.slice(0, 100)}".`,
    {
      scope: scope.slice(0, 100),
    },
  )
}
