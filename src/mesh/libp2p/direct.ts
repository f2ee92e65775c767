/**
 * Connections past the relay: whoever is heard through one is asked, through it, for a WebRTC connection. One that does
 * not come about is no fault; the relay goes on carrying.
 */
import type { Libp2p, PeerId } from '@libp2p/interface'
import { multiaddr } from '@multiformats/multiaddr'
import type { Known } from './relays.ts'

/** Each takes a socket, memory and the noise of gossip; messages travel on from neighbour to neighbour. */
const MOST = 8
const DIAL_MS = 20_000
/** Before the same peer is tried again. */
const PAUSE_MS = 60_000
const MOST_REMEMBERED = 256

export class DirectConnections {
  readonly #node: Libp2p
  readonly #relays: ReadonlyMap<string, Known>
  readonly #signal: AbortSignal
  /** When each was last tried, ms. */
  readonly #tried = new Map<string, number>()
  #dialing = 0

  constructor(node: Libp2p, relays: readonly Known[], signal: AbortSignal) {
    this.#node = node
    this.#relays = new Map(relays.map((relay) => [relay.peer, relay]))
    this.#signal = signal
  }

  get open(): number {
    return this.#node.getConnections().filter(isDirect).length
  }

  heard(author: PeerId, through: PeerId): void {
    const relay = this.#relays.get(`${through}`)
    const id = `${author}`
    // Of the two one dials.
    if (relay === undefined || `${this.#node.peerId}` >= id || through.equals(author)) return
    if (this.open + this.#dialing >= MOST || this.#node.getConnections(author).some(isDirect)) return
    const now = Date.now()
    if (now - (this.#tried.get(id) ?? Number.NEGATIVE_INFINITY) < PAUSE_MS) return
    this.#remember(id, now)
    void this.#dial(id, relay)
  }

  async #dial(id: string, { address }: Known): Promise<void> {
    this.#dialing++
    const signal = AbortSignal.any([this.#signal, AbortSignal.timeout(DIAL_MS)])
    try {
      await this.#node.dial(multiaddr(`${address}/p2p-circuit/webrtc/p2p/${id}`), { signal })
    } catch {
      // It has no WebRTC, no place at this relay, or a firewall stands between.
    } finally {
      this.#dialing--
    }
  }

  #remember(id: string, now: number): void {
    this.#tried.delete(id)
    this.#tried.set(id, now)
    if (this.#tried.size <= MOST_REMEMBERED) return
    const [oldest] = this.#tried.keys()
    this.#tried.delete(oldest!)
  }
}

function isDirect({ remoteAddr, status }: { remoteAddr: { toString(): string }; status: string }): boolean {
  return status === 'open' && `${remoteAddr}`.includes('/webrtc')
}
