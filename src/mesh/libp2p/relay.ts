/**
 * The node that pages meet at: WebSockets for them, TCP for nodes in Node and upstream's. It passes on what the judge
 * accepts and introduces pages to each other for WebRTC; it has no runtime, and no part in any job.
 */
import { isIP } from 'node:net'
import { circuitRelayServer } from '@libp2p/circuit-relay-v2'
import { type GossipSub, gossipsub } from '@libp2p/gossipsub'
import { identify } from '@libp2p/identify'
import type { Libp2p, PrivateKey } from '@libp2p/interface'
import { noise } from '@libp2p/noise'
import { tcp } from '@libp2p/tcp'
import { webSockets } from '@libp2p/websockets'
import { yamux } from '@libp2p/yamux'
import { createLibp2p } from 'libp2p'
import { inWords } from '../../common/bytes.ts'
import { IcnError } from '../../common/errors.ts'
import { ICN_TOPIC } from '../transport.ts'
import { readAddress, readPeerAddress, readTopic } from './addresses.ts'
import { endDeafConnections } from './deaf.ts'
import { gossipOptions, joinTopic } from './gossip.ts'
import { Judge } from './judge.ts'
import { provideWithResolvers } from './older-node.ts'
import { Relays } from './relays.ts'
import type { RelayState } from './types.ts'

/** Connections at once, each of which gets every message; and new ones of one address within a second. */
const MOST_CONNECTIONS = 256
const MOST_NEW_PER_SECOND = 20
/** A relayed connection only introduces two pages to each other: enough for WebRTC's offer and answer. */
const CIRCUIT_MS = 120_000
const CIRCUIT_BYTES = 131_072n

export interface RelayOptions {
  /** IP address to listen on. 127.0.0.1, which only this machine reaches. */
  readonly host?: string
  /** 0 takes a free one. 4002 and 4001. */
  readonly wsPort?: number
  readonly tcpPort?: number
  readonly topic?: string
  /** Multiaddrs to tell others instead of those it listens on: behind a proxy that ends TLS, or NAT. */
  readonly announce?: readonly string[]
  /** Nodes to stay connected to: other relays, upstream's nodes. */
  readonly peers?: readonly string[]
  /** What its id comes from; a new one each time when absent. */
  readonly key?: PrivateKey
}

export interface Relay {
  readonly peerId: string
  addresses(): readonly string[]
  stats(): RelayStatistics
  close(): Promise<void>
}

export interface RelayStatistics {
  readonly connections: number
  /** Those it was told to stay connected to. */
  readonly peers: readonly RelayState[]
  readonly accepted: number
  readonly ignored: number
  readonly rejected: number
}

/** @throws IcnError InvalidSpec for an address that is none; Error of js-libp2p when an address cannot be listened on */
export async function startRelay(options: RelayOptions = {}): Promise<Relay> {
  const { host = '127.0.0.1', wsPort = 4002, tcpPort = 4001, key } = options
  const topic = readTopic(options.topic ?? ICN_TOPIC)
  const family = isIP(host)
  if (family === 0)
    throw new IcnError('InvalidSpec', `The option host must be an IP address, got ${inWords(host)}.`, {
      data: { option: 'host' },
    })
  const base = `/ip${family}/${host}/tcp`
  const listen = [`${base}/${wsPort}/ws`, `${base}/${tcpPort}`]
  const announce = (options.announce ?? []).map((address) => `${readAddress('announce', address)}`)
  const peers = (options.peers ?? []).map((peer) => readPeerAddress('peer', peer))
  provideWithResolvers()
  const node: Libp2p<{ gossip: GossipSub }> = await createLibp2p({
    addresses: { listen, ...(announce.length > 0 ? { announce } : {}) },
    ...(key === undefined ? {} : { privateKey: key }),
    transports: [webSockets(), tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    connectionManager: {
      maxConnections: MOST_CONNECTIONS,
      inboundConnectionThreshold: MOST_NEW_PER_SECOND,
    },
    services: {
      identify: identify(),
      // Pages behind it have nobody else to hear messages from, so each gets all of them at once.
      gossip: gossipsub(gossipOptions(topic, MOST_CONNECTIONS)),
      circuit: circuitRelayServer({
        reservations: {
          maxReservations: MOST_CONNECTIONS,
          defaultDurationLimit: CIRCUIT_MS,
          defaultDataLimit: CIRCUIT_BYTES,
        },
      }),
    },
  })
  const judge = new Judge()
  joinTopic(node.services.gossip, topic, judge)
  const closing = new AbortController()
  const others = new Relays(node, peers, closing.signal)
  endDeafConnections(node, closing.signal)
  return {
    peerId: `${node.peerId}`,
    addresses: () => node.getMultiaddrs().map(String),
    stats() {
      const { accept, ignore, reject } = judge.counts
      return {
        connections: node.getConnections().length,
        peers: others.states(),
        accepted: accept,
        ignored: ignore,
        rejected: reject,
      }
    },
    async close() {
      closing.abort()
      await node.stop()
    },
  }
}
