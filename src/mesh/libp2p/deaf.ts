/**
 * gossipsub has one stream to each neighbour and does not open another when that ends, for instance because the neighbour
 * reads more slowly than it is told. It would hear nothing for as long as the connection lives; so the connection is ended,
 * and whoever wants it makes a new one.
 */
import type { GossipSub } from '@libp2p/gossipsub'
import type { Connection, Libp2p } from '@libp2p/interface'

/** A new connection gets its stream within this time, ms. */
const GRACE_MS = 10_000
const EVERY_MS = 5_000

export function endDeafConnections(
  node: Libp2p<{ gossip: GossipSub }>,
  signal: AbortSignal,
  every = EVERY_MS,
  grace = GRACE_MS,
): void {
  const timer = setInterval(() => {
    const before = Date.now() - grace
    for (const peer of node.services.gossip.getPeers()) {
      const connections = node.getConnections(peer)
      if (connections.some(({ timeline }) => timeline.open > before) || connections.some(speaks)) continue
      for (const connection of connections) connection.close().catch((error) => connection.abort(error))
    }
  }, every)
  ;(timer as { unref?: () => void }).unref?.()
  signal.addEventListener('abort', () => clearInterval(timer), { once: true })
}

function speaks({ streams }: Connection): boolean {
  return streams.some(
    ({ protocol, direction, status }) =>
      protocol.startsWith('/meshsub/') && direction === 'outbound' && status === 'open',
  )
}
