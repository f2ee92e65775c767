/**
 * Governance as signed messages (ref §6.4): a proposal in HEAD's announcement, its bincode inside; a vote as gossip under
 * R1's topic with its bincode, since HEAD sends an empty one (ref §14 row 25); a delegation under a topic of ours. A message
 * is dated by what it tells of, so that every node counts by the same time, and it is kept: whoever was away gets it from
 * anybody, in its author's own words.
 */
import { decodeBincode, encodeBincode } from '../common/codec.ts'
import { Did } from '../common/did.ts'
import { IcnError } from '../common/errors.ts'
import { lentBy } from '../governance/electorate.ts'
import { type Heard, receiveDelegation, receiveProposal, receiveVote } from '../governance/incoming.ts'
import { outboxKey, voteKey } from '../governance/keys.ts'
import { knownProposal } from '../governance/proposal.ts'
import { type Announce, OUTBOX, type ProposalRow, STATEMENTS, VOTES } from '../governance/rows.ts'
import { factId, lentId } from '../governance/statements.ts'
import { DELEGATION_TOPIC } from '../governance/topics.ts'
import { delegated, headProposal, type Proposal, type ProposalType, vote } from '../governance/types.ts'
import { withoutVotes } from '../governance/wire.ts'
import { requireSignature } from '../identity/require-signature.ts'
import { newProtocolMessage } from '../mesh/protocol.ts'
import type { MessagePayload, ProtocolMessage, ProtocolProposalType } from '../mesh/protocol-types.ts'
import type { MeshParticipant } from '../mesh/service.ts'
import {
  decodeSignedMessage,
  MessageVerifier,
  messageSignable,
  signedMessage,
  signMessage,
} from '../mesh/signed-message.ts'
import type { Transaction } from '../storage/types.ts'
import type { RuntimeContext } from './context.ts'

const VOTE_TOPIC = 'governance_vote'
/** How far ahead of this node's clock a message may be dated, seconds; as far as one that comes live. */
const MOST_AHEAD = 300n
/** Changes taken from the outbox at once. */
const MOST_LEFT = 1_000

interface Saying {
  readonly payload: MessagePayload
  /** Seconds since the epoch. */
  readonly at: bigint
}

/** Signs what this node has to say, keeps it, and gives it to the mesh. Saying it twice does no harm. */
export async function announceChange(context: RuntimeContext, change: Announce): Promise<void> {
  const { store, time, identity, signer } = context
  const now = time.seconds()
  const sayings = await store.read((tx) => sayingsOf(tx, change, identity, now))
  const said = await Promise.all(
    sayings.map(async ({ payload, at }) => {
      const message = await signMessage(newProtocolMessage(payload, identity, at), signer)
      return { message: message.message, bytes: encodeBincode(signedMessage, message) }
    }),
  )
  await store.transact((tx) => {
    for (const { message, bytes } of said) {
      readStatement(message)(tx, { sender: identity, at: message.timestamp, now, carrier: bytes })
    }
    if (tx.has(OUTBOX, outboxKey(change))) tx.delete(OUTBOX, outboxKey(change))
  })
  const mesh = context.mesh as RuntimeContext['mesh'] & Partial<MeshParticipant>
  for (const { bytes } of said) {
    if ('delegator' in change) await mesh.publish?.(DELEGATION_TOPIC, bytes)
    else if (change.voter === undefined) await mesh.announceProposal(bytes)
    else await mesh.announceVote(bytes)
  }
}

/** What was decided and not yet said when the page closed. */
export async function announceLeftOver(context: RuntimeContext): Promise<void> {
  const left = await context.store.read((tx) => tx.list(OUTBOX, { limit: MOST_LEFT }))
  for (const [, change] of left) await announceChange(context, change)
}

function sayingsOf(tx: Transaction, change: Announce, me: Did, now: bigint): readonly Saying[] {
  if ('delegator' in change) {
    // Only the member itself can sign for its vote.
    if (change.delegator !== me.toString()) return []
    return lentBy(tx, change.delegator)
      .filter((lent) => !tx.has(STATEMENTS, lentId(change.delegator, lent)))
      .map(({ at, nth, to }) => {
        const data = encodeBincode(delegated, { from: me, to: to === null ? null : Did.parse(to), at, nth })
        return { payload: { GossipMessage: { topic: DELEGATION_TOPIC, payload: data, ttl: 1 } }, at }
      })
  }
  const { id, voter } = change
  if (voter !== undefined) {
    if (voter !== me.toString()) return []
    return (tx.get(VOTES, voteKey(id, voter)) ?? [])
      .filter((cast) => !tx.has(STATEMENTS, factId(id, { kind: 'vote', by: voter, ...cast })))
      .map(({ option, at }) => {
        const data = encodeBincode(vote, { voter: me, proposalId: id, option, votedAt: at })
        return { payload: { GossipMessage: { topic: VOTE_TOPIC, payload: data, ttl: 1 } }, at }
      })
  }
  return proposalSayings(tx, knownProposal(tx, id), me, now)
}

/**
 * The proposal as it is; before it, each on its own, what a message of how it ended says no more: that it was opened, and
 * when its voting ended.
 */
function proposalSayings(tx: Transaction, row: ProposalRow, me: Did, now: bigint): readonly Saying[] {
  const { id, proposer: by, closedAt, veto, end } = row
  const as = withoutVotes(row, now)
  const unsaid = (kind: 'open' | 'close', at: bigint) => !tx.has(STATEMENTS, factId(id, { kind, by, at }))
  const sayings: Saying[] = []
  if (closedAt !== null) {
    if (row.opened && by === me.toString() && unsaid('open', now)) {
      sayings.push(announcement({ ...as, status: 'VotingOpen', acceptedAt: null, veto: null }, now))
    }
    if ((veto !== null || end !== null) && unsaid('close', closedAt)) {
      sayings.push(announcement({ ...as, status: 'Accepted', acceptedAt: closedAt, veto: null }, closedAt))
    }
  }
  const dated = veto?.by === me.toString() ? veto.at : veto === null ? closedAt : null
  return [...sayings, announcement(as, (end === null ? dated : null) ?? now)]
}

function announcement(proposal: Proposal, at: bigint): Saying {
  const payload = {
    GovernanceProposalAnnouncement: {
      proposalId: proposal.id,
      proposerDid: proposal.proposer,
      proposalType: announcedType(proposal.proposalType),
      description: proposal.description,
      votingDeadline: proposal.votingDeadline,
      proposalData: encodeBincode(headProposal, proposal),
    },
  }
  return { payload, at }
}

/** The protocol's own words for a proposal's type; what it has none for is a text. */
function announcedType(type: ProposalType): ProtocolProposalType {
  if ('SystemParameterChange' in type) {
    const [parameter, newValue] = type.SystemParameterChange
    return { ParameterChange: { parameter, newValue } }
  }
  if ('NewMemberInvitation' in type) return { MembershipInvitation: { newMember: type.NewMemberInvitation } }
  if ('RemoveMember' in type) return { MembershipRevocation: { memberToRemove: type.RemoveMember } }
  if ('SoftwareUpgrade' in type) return { SoftwareUpgrade: { version: type.SoftwareUpgrade } }
  return 'TextProposal'
}

/**
 * Reads what a message of governance says.
 * @returns the rule that takes it in
 * @throws IcnError Serialization, InvalidSpec
 */
function readStatement({ payload }: ProtocolMessage): (tx: Transaction, heard: Heard) => boolean {
  if ('GovernanceProposalAnnouncement' in payload) {
    const { proposalId, proposalData } = payload.GovernanceProposalAnnouncement
    const proposal = decodeBincode(headProposal, proposalData, 'Proposal')
    if (proposal.id !== proposalId) throw unexpected(`it announces ${proposalId} and holds ${proposal.id}`)
    return (tx, heard) => receiveProposal(tx, proposal, heard)
  }
  if ('GossipMessage' in payload) {
    const { topic, payload: data } = payload.GossipMessage
    if (topic === VOTE_TOPIC) {
      const cast = decodeBincode(vote, data, 'Vote')
      return (tx, heard) => receiveVote(tx, cast, heard)
    }
    if (topic === DELEGATION_TOPIC) {
      const lent = decodeBincode(delegated, data, 'Delegation')
      return (tx, heard) => receiveDelegation(tx, lent, heard)
    }
    throw unexpected(`its topic is ${topic.slice(0, 100)}`)
  }
  throw unexpected('it is about something else')
}

/** Takes in what other nodes announce. */
export class GovernanceReceiver {
  readonly #context: RuntimeContext
  readonly #verifier: MessageVerifier

  constructor(context: RuntimeContext) {
    this.#context = context
    this.#verifier = new MessageVerifier(context.resolver)
  }

  /**
   * @param encoded a signed message as it came
   * @returns whether anything was new; a message that came before says nothing new
   * @throws IcnError Serialization, ResourceLimitExceeded, SignatureError, InvalidSpec, PermissionDenied, InvalidJobState
   */
  async receive(encoded: Uint8Array): Promise<boolean> {
    const { store, time } = this.#context
    const now = time.seconds()
    let message: ProtocolMessage
    try {
      message = this.#verifier.accept(decodeSignedMessage(encoded), now)
    } catch (error) {
      if (IcnError.is(error, 'SignatureError') && error.data.reason === 'duplicate') return false
      throw error
    }
    const take = readStatement(message)
    const heard = { sender: message.sender, at: message.timestamp, now, carrier: encoded }
    return store.transact((tx) => take(tx, heard))
  }
}

/**
 * A statement that was kept by another node: of any age, and by its author's own signature.
 * @returns the rule that takes it in, and what it is given
 * @throws IcnError as `receive`
 */
export function readKept(
  { resolver, time }: Pick<RuntimeContext, 'resolver' | 'time'>,
  encoded: Uint8Array,
): (tx: Transaction) => boolean {
  const { message, sender, signature } = decodeSignedMessage(encoded)
  const now = time.seconds()
  if (!message.sender.equals(sender)) throw unexpected(`it names ${message.sender} as its sender`)
  if (message.timestamp > now + MOST_AHEAD) throw unexpected(`it is dated ${message.timestamp - now} s ahead`)
  const take = readStatement(message)
  requireSignature('Message', sender, messageSignable(message, sender), signature, resolver)
  return (tx) => take(tx, { sender, at: message.timestamp, now, carrier: encoded })
}

function unexpected(why: string): IcnError {
  return new IcnError('InvalidSpec', `A message of governance is refused: ${why}.`, {
    data: { reason: 'unexpectedMessage' },
  })
}
