/** The service object that `startRuntime({ mesh })` takes. */
import { circuitRelayTransport } from '@libp2p/circuit-relay-v2'
import { type GossipSub, gossipsub } from '@libp2p/gossipsub'
import { type Identify, identify } from '@libp2p/identify'
import type { Libp2p } from '@libp2p/interface'
import { noise } from '@libp2p/noise'
import { webSockets } from '@libp2p/websockets'
import { yamux } from '@libp2p/yamux'
import type { Multiaddr } from '@multiformats/multiaddr'
import { createLibp2p, type Libp2pOptions } from 'libp2p'
import type { MeshTerms } from '../../protocol/api.ts'
import { PortTransport } from '../port-transport.ts'
import { ICN_TOPIC } from '../transport.ts'
import { readAddress, readPeerAddress, readTopic } from './addresses.ts'
import { endDeafConnections } from './deaf.ts'
import { DirectConnections } from './direct.ts'
import { gossipOptions, joinTopic } from './gossip.ts'
import { Judge } from './judge.ts'
import { provideWithResolvers } from './older-node.ts'
import { Outbox } from './outbox.ts'
import { type Known, Relays } from './relays.ts'
import type { Libp2pMesh, Libp2pMeshOptions, Libp2pStatistics } from './types.ts'

type Node = Libp2p<{ gossip: GossipSub; identify: Identify }>

const LAST_WORDS_MS = 1_000

interface Settings {
  readonly topic: string
  readonly relays: readonly Known[]
  /** Whether pages are to be connected past the relay. */
  readonly direct: boolean
  readonly terms: MeshTerms
}

/**
 * Starts a libp2p node in this thread. It goes on connecting to its relays until it is closed, whether they are there or
 * not.
 *
 * @example
 * const mesh = await libp2pMesh({ relays: ['/dns4/relay.example/tcp/443/wss/p2p/12D3Koo…'], webrtc: webRTC() })
 * const runtime = await startRuntime({ mesh })
 *
 * @throws IcnError InvalidSpec for an address that is none; Error of js-libp2p when an address cannot be listened on
 */
export async function libp2pMesh(options: Libp2pMeshOptions = {}): Promise<Libp2pMesh> {
  const { webrtc, transports = [], relays: given = [], listen: at = [], topic: named, ...terms } = options
  const topic = readTopic(named ?? ICN_TOPIC)
  const relays = given.map((relay, n) => readPeerAddress(`relays[${n}]`, relay))
  const listen = at.map((address, n) => `${readAddress(`listen[${n}]`, address)}`)
  provideWithResolvers()
  const node = await createLibp2p({
    addresses: { listen: [...listen, ...(webrtc ? ['/p2p-circuit', '/webrtc'] : [])] },
    transports: [
      webSockets(),
      ...(webrtc ? [circuitRelayTransport(), webrtc] : []),
      ...transports,
    ] as NonNullable<Libp2pOptions['transports']>,
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    connectionGater: {
      denyDialMultiaddr: (address) => !relays.some((relay) => leadsThrough(address, relay)),
    },
    services: { identify: identify(), gossip: gossipsub(gossipOptions(topic)) },
  })
  return new Mesh(node, { topic, relays, direct: webrtc !== undefined, terms })
}

/** Nobody else may tell this node where to connect to: a relay, or a page behind it. */
function leadsThrough(address: Multiaddr, { address: relay }: Known): boolean {
  const [asked, known] = [`${address}`, `${relay}`]
  return asked === known || asked.startsWith(`${known}/p2p-circuit/`)
}

class Mesh implements Libp2pMesh {
  readonly kind = 'port'
  readonly terms: MeshTerms
  readonly #node: Node
  readonly #topic: string
  readonly #judge = new Judge()
  readonly #outbox = new Outbox()
  readonly #direct: DirectConnections
  readonly #relays: Relays
  readonly #closing = new AbortController()
  readonly #counts = { sent: 0, received: 0, dropped: 0 }
  readonly #ports = new Set<PortTransport>()
  readonly #publishing = new Set<Promise<unknown>>()
  /** Neighbours that pass messages on to this node at once, and so back what is answered. */
  readonly #links = new Set<string>()
  #closed: Promise<void> | undefined

  constructor(node: Node, { topic, relays, direct, terms }: Settings) {
    this.terms = terms
    this.#node = node
    this.#topic = topic
    const { signal } = this.#closing
    this.#direct = new DirectConnections(node, direct ? relays : [], signal)
    const { gossip } = node.services
    joinTopic(gossip, topic, this.#judge, (bytes, author, neighbour) => {
      this.#counts.received++
      for (const port of this.#ports) port.send(bytes)
      this.#direct.heard(author, neighbour)
    })
    gossip.addEventListener('gossipsub:graft', ({ detail }) => this.#grafted(detail))
    gossip.addEventListener('gossipsub:prune', ({ detail }) => this.#links.delete(detail.peerId))
    node.addEventListener('peer:disconnect', ({ detail }) => this.#links.delete(`${detail}`))
    this.#relays = new Relays(node, relays, signal)
    endDeafConnections(node, signal)
  }

  get peerId(): string {
    return `${this.#node.peerId}`
  }

  addresses(): readonly string[] {
    return this.#node.getMultiaddrs().map(String)
  }

  stats(): Libp2pStatistics {
    const { ignore, reject } = this.#judge.counts
    const { sent, received, dropped } = this.#counts
    return {
      connections: this.#node.getConnections().length,
      neighbours: this.#links.size,
      direct: this.#direct.open,
      relays: this.#relays.states(),
      sent,
      received,
      rejected: reject,
      ignored: ignore,
      dropped: [...this.#ports, this.#outbox].reduce((sum, part) => sum + part.dropped, dropped),
    }
  }

  connect(): MessagePort {
    const { port1, port2 } = new MessageChannel()
    const port = new PortTransport(port1, () => this.#left(port))
    port.listen((bytes) => {
      this.#spoke(port)
      this.#say(bytes)
    })
    this.#ports.add(port)
    return port2
  }

  close(): Promise<void> {
    this.#closed ??= this.#close()
    return this.#closed
  }

  async #close(): Promise<void> {
    this.#closing.abort()
    for (const port of this.#ports) this.#disconnect(port)
    await Promise.allSettled(this.#publishing)
    await this.#lastWords()
    await this.#node.stop()
  }

  /**
   * A connection that ends takes along what its other end has not read yet, such as the word that this node leaves. So
   * that is asked something, and when it answers it has read all before.
   */
  async #lastWords(): Promise<void> {
    const { identify } = this.#node.services
    const signal = AbortSignal.timeout(LAST_WORDS_MS)
    const open = this.#node.getConnections().filter(({ status, limits }) => status === 'open' && !limits)
    await Promise.allSettled(open.map((connection) => identify.identify(connection, { signal })))
  }

  /** With its first word a worker takes the place of those before it, which are gone or about to go. */
  #spoke(port: PortTransport): void {
    if (this.#ports.size === 1) return
    for (const other of this.#ports) if (other !== port) this.#disconnect(other)
  }

  /** Nobody is left: the runtime has closed. */
  #left(port: PortTransport): void {
    this.#disconnect(port)
    if (this.#ports.size === 0) void this.close()
  }

  #disconnect(port: PortTransport): void {
    this.#ports.delete(port)
    this.#counts.dropped += port.dropped
    port.close()
  }

  /** Before there is a link, an answer would not come back: what was said by then is said when there is. */
  #say(bytes: Uint8Array): void {
    if (this.#links.size === 0) this.#outbox.keep(bytes, Date.now())
    else this.#publish(bytes)
  }

  #grafted({ peerId, topic }: { readonly peerId: string; readonly topic: string }): void {
    if (topic !== this.#topic) return
    this.#links.add(peerId)
    for (const bytes of this.#outbox.take(Date.now())) this.#publish(bytes)
  }

  #publish(bytes: Uint8Array): void {
    const publishing = this.#node.services.gossip
      .publish(this.#topic, bytes)
      .then(
        ({ recipients }) => (recipients.length > 0 ? this.#counts.sent++ : this.#counts.dropped++),
        () => this.#counts.dropped++,
      )
      .finally(() => this.#publishing.delete(publishing))
    this.#publishing.add(publishing)
  }
}
