/** What is ours beyond upstream's messages (ref §2.13 `GossipMessage`), by topics that carry a version. */
import type { Did } from '../common/did.ts'
import { type GossipLink, gossipOf } from './gossip-link.ts'
import type { ProtocolMessage } from './protocol-types.ts'

type Listener = (payload: Uint8Array, from: Did) => void

export class GossipTopics {
  readonly #link: GossipLink
  readonly #listeners = new Map<string, Listener>()

  constructor(link: GossipLink) {
    this.#link = link
  }

  publish(topic: string, payload: Uint8Array, to?: Did): Promise<void> {
    return this.#link.send(gossipOf(topic, payload), to)
  }

  /** One listener for each topic. Returns unsubscribe. */
  subscribe(topic: string, listener: Listener): () => void {
    this.#listeners.set(topic, listener)
    return () => this.#listeners.delete(topic)
  }

  take({ payload, sender }: ProtocolMessage): void {
    if (!('GossipMessage' in payload)) return
    const { topic, payload: data } = payload.GossipMessage
    this.#listeners.get(topic)?.(data, sender)
  }
}
