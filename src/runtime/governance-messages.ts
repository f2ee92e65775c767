/**
 * Proposals and votes as signed messages of the mesh (ref §6.4): a proposal in HEAD's announcement, its bincode inside; a
 * vote as gossip under R1's topic with its bincode, since HEAD sends an empty one (ref §14 row 25). A message is dated by
 * what it tells of, so that every node counts by the same time.
 */
import { decodeBincode, encodeBincode } from '../common/codec.ts'
import { IcnError } from '../common/errors.ts'
import { receiveProposal, receiveVote } from '../governance/incoming.ts'
import { type Announce, knownProposal } from '../governance/proposal.ts'
import { VOTES, voteKey } from '../governance/rows.ts'
import { headProposal, type Proposal, type ProposalType, type Vote, vote } from '../governance/types.ts'
import { withoutVotes } from '../governance/wire.ts'
import { newProtocolMessage } from '../mesh/protocol.ts'
import type { MessagePayload, ProtocolMessage, ProtocolProposalType } from '../mesh/protocol-types.ts'
import { decodeSignedMessage, MessageVerifier, signedMessage, signMessage } from '../mesh/signed-message.ts'
import type { RuntimeContext } from './context.ts'

const VOTE_TOPIC = 'governance_vote'

/** Signs what this node has to say and gives it to the mesh. */
export async function announceChange(context: RuntimeContext, { id, voter }: Announce): Promise<void> {
  const now = context.time.seconds()
  if (voter !== undefined) {
    const own = await context.store.read((tx) => tx.get(VOTES, voteKey(id, voter))?.at(-1))
    // Only the voter itself can sign for its vote.
    if (own === undefined || voter !== context.identity.toString()) return
    const cast: Vote = { voter: context.identity, proposalId: id, option: own.option, votedAt: own.at }
    const payload = { GossipMessage: { topic: VOTE_TOPIC, payload: encodeBincode(vote, cast), ttl: 1 } }
    await context.mesh.announceVote(await signed(context, payload, own.at))
    return
  }
  const { proposal, at } = await context.store.read((tx) => {
    const row = knownProposal(tx, id)
    const fresh = row.end === null && row.veto === null && row.closedAt !== null
    return { proposal: withoutVotes(row, now), at: fresh ? row.closedAt : now }
  })
  const payload = {
    GovernanceProposalAnnouncement: {
      proposalId: id,
      proposerDid: proposal.proposer,
      proposalType: announcedType(proposal.proposalType),
      description: proposal.description,
      votingDeadline: proposal.votingDeadline,
      proposalData: encodeBincode(headProposal, proposal),
    },
  }
  await context.mesh.announceProposal(await signed(context, payload, at!))
}

async function signed(context: RuntimeContext, payload: MessagePayload, at: bigint): Promise<Uint8Array> {
  const message = newProtocolMessage(payload, context.identity, at)
  return encodeBincode(signedMessage, await signMessage(message, context.signer))
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
    const { payload, sender, timestamp: at } = message
    const heard = { sender, at, now }
    if (typeof payload === 'object' && 'GovernanceProposalAnnouncement' in payload) {
      const { proposalId, proposalData } = payload.GovernanceProposalAnnouncement
      const proposal: Proposal = decodeBincode(headProposal, proposalData, 'Proposal')
      if (proposal.id !== proposalId) throw unexpected(`it announces ${proposalId} and holds ${proposal.id}`)
      return store.transact((tx) => receiveProposal(tx, proposal, heard))
    }
    if (typeof payload === 'object' && 'GossipMessage' in payload) {
      const { topic, payload: data } = payload.GossipMessage
      if (topic !== VOTE_TOPIC) throw unexpected(`its topic is ${topic.slice(0, 100)}`)
      const cast: Vote = decodeBincode(vote, data, 'Vote')
      return store.transact((tx) => receiveVote(tx, cast, heard))
    }
    throw unexpected('it is about something else')
  }
}

function unexpected(why: string): IcnError {
  return new IcnError('InvalidSpec', `A message of governance is refused: ${why}.`, {
    data: { reason: 'unexpectedMessage' },
  })
}
