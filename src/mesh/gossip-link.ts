/** What the groups of messages (jobs, blocks, governance) have of the service that sends and receives for them. */
import { utf8 } from '../common/bytes.ts'
import type { Did } from '../common/did.ts'
import { IcnError } from '../common/errors.ts'
import { type JsonObject, stringifyJson } from '../common/json.ts'
import type { TimeProvider } from '../common/time.ts'
import type { DidResolver } from '../identity/resolver.ts'
import type { Signer } from '../identity/signer.ts'
import type { MessagePayload } from './protocol-types.ts'
import type { MeshNode } from './service.ts'

export interface GossipLink {
  readonly signer: Signer
  readonly resolver: DidResolver
  readonly time: TimeProvider
  /** Who is served; undefined before it has joined. */
  node(): MeshNode | undefined
  /**
   * Signs and sends to everybody; `recipient` says whom it is for.
   * @param inner signature of what the message carries, where that has one of its own
   * @throws IcnError ResourceLimitExceeded, CryptoError when it is too large
   */
  send(payload: MessagePayload, recipient?: Did | null, inner?: Uint8Array): Promise<void>
  /** A verified message broke a rule: held against its sender. @throws Error when it did */
  rule(kept: boolean, sender: Did, what: string): void
  breach(sender: Did): void
}

/** What is ours beyond upstream's messages rides in its gossip, under a topic with a version. */
export function gossipOf(topic: string, payload: Uint8Array | JsonObject): MessagePayload {
  const bytes = payload instanceof Uint8Array ? payload : utf8(stringifyJson(payload))
  return { GossipMessage: { topic, payload: bytes, ttl: 1 } }
}

export function holds(check: () => void): boolean {
  try {
    check()
    return true
  } catch (error) {
    if (IcnError.is(error)) return false
    throw error
  }
}
