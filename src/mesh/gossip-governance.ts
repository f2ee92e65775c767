/** Proposals and votes, in R1's topics (ref §3.9), as their senders encoded them; whoever listens judges them. */
import { type GossipLink, gossipOf } from './gossip-link.ts'
import type { ProtocolMessage } from './protocol-types.ts'

const PROPOSAL_TOPIC = 'governance_proposal'
const VOTE_TOPIC = 'governance_vote'

export class GossipGovernance {
  readonly #link: GossipLink
  readonly #listeners = new Set<(message: Uint8Array) => void>()

  constructor(link: GossipLink) {
    this.#link = link
  }

  announceProposal(proposal: Uint8Array): Promise<void> {
    return this.#link.send(gossipOf(PROPOSAL_TOPIC, proposal))
  }

  announceVote(vote: Uint8Array): Promise<void> {
    return this.#link.send(gossipOf(VOTE_TOPIC, vote))
  }

  /** Returns unsubscribe. */
  listen(listener: (message: Uint8Array) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** @returns whether it was about governance */
  take({ payload }: ProtocolMessage): boolean {
    if (!('GossipMessage' in payload)) return false
    const { topic, payload: data } = payload.GossipMessage
    if (topic !== PROPOSAL_TOPIC && topic !== VOTE_TOPIC) return false
    for (const listener of this.#listeners) listener(data)
    return true
  }
}
