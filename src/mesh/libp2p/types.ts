/** What users of the libp2p mesh see. Nothing of js-libp2p's own types is in it, so its versions are the user's choice. */
import type { MeshPort, MeshTerms } from '../../protocol/api.ts'

/** A transport as js-libp2p's packages make them: `webRTC()`, `tcp()`. */
export type Libp2pTransport = (components: never) => object

export interface Libp2pMeshOptions extends MeshTerms {
  /** Nodes to stay connected to: multiaddrs that end with /p2p/ and the node's id. */
  readonly relays?: readonly string[]
  /** gossipsub's topic. `icn-global`, as ICN's nodes have it. */
  readonly topic?: string
  /** `webRTC()` of @libp2p/webrtc: pages then connect to each other as well, past the relay that introduced them. */
  readonly webrtc?: Libp2pTransport
  /** More than WebSockets: in Node `tcp()` of @libp2p/tcp. */
  readonly transports?: readonly Libp2pTransport[]
  /** Multiaddrs to be reached at; in Node, since a page cannot listen. */
  readonly listen?: readonly string[]
}

/** One of the relays that were named. */
export interface RelayState {
  readonly address: string
  readonly connected: boolean
  /** Why the last attempt to connect failed. */
  readonly failure?: string
}

/** The node in the network, counted since it was made. */
export interface Libp2pStatistics {
  /** Open connections, those to relays among them. */
  readonly connections: number
  /** Nodes that exchange messages with this one; before there is one, nothing is said or heard. */
  readonly neighbours: number
  /** Connections by WebRTC past the relay. */
  readonly direct: number
  readonly relays: readonly RelayState[]
  /** Messages published, and messages of others that were given to the runtime. */
  readonly sent: number
  readonly received: number
  /** Messages of others that no honest node sends: oversized, unreadable, forged. They count against the neighbour. */
  readonly rejected: number
  /** Messages of others that were late, known, not signed, or too many. */
  readonly ignored: number
  /** Messages nobody was there for, and those the other thread was too slow for. */
  readonly dropped: number
}

/** Serves one runtime, and is closed with it. */
export interface Libp2pMesh extends MeshPort {
  /** This node in the network; a new one each time, and not the identity of the runtime. */
  readonly peerId: string
  /** Multiaddrs others can reach it at, as far as it knows. */
  addresses(): readonly string[]
  /** A snapshot. */
  stats(): Libp2pStatistics
}
