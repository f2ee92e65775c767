import { gossipsub } from '@libp2p/gossipsub'
import { identify } from '@libp2p/identify'
import { noise } from '@libp2p/noise'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { createLibp2p } from 'libp2p'
import { afterEach, expect, it, vi } from 'vitest'
import { encodeBincode } from '../../common/codec.ts'
import { nobleSigner } from '../../identity/signer.ts'
import { PortTransport } from '../port-transport.ts'
import { newProtocolMessage } from '../protocol.ts'
import { signedMessage, signMessage } from '../signed-message.ts'
import { endDeafConnections } from './deaf.ts'
import { libp2pMesh } from './index.ts'
import { provideWithResolvers } from './older-node.ts'

const closing: (() => unknown)[] = []
afterEach(() => Promise.all(closing.splice(0).map((close) => close())))

const signer = nobleSigner(new Uint8Array(32).fill(1))
async function word(text: string): Promise<Uint8Array> {
  const payload = new TextEncoder().encode(text)
  const now = BigInt(Math.floor(Date.now() / 1_000))
  const message = newProtocolMessage({ GossipMessage: { topic: 't', payload, ttl: 1 } }, signer.did, now)
  return encodeBincode(signedMessage, await signMessage(message, signer))
}

it('a neighbour whose stream broke gets a new connection, and hears again', async () => {
  provideWithResolvers()
  const hub = await createLibp2p({
    addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    services: { identify: identify(), gossip: gossipsub() },
  })
  const watching = new AbortController()
  closing.push(
    () => hub.stop(),
    () => watching.abort(),
  )
  const { gossip } = hub.services
  gossip.subscribe('icn-global')
  const mesh = await libp2pMesh({ transports: [tcp()], relays: hub.getMultiaddrs().map(String) })
  closing.push(() => mesh.close())
  const port = new PortTransport(mesh.connect())
  const heard: Uint8Array[] = []
  port.listen((bytes) => heard.push(bytes))
  const says = async (text: string) => {
    const bytes = await word(text)
    return gossip.publish('icn-global', bytes)
  }
  const linked = () => expect(gossip.getSubscribers('icn-global')).toHaveLength(1)
  await vi.waitFor(linked, { timeout: 5_000 })
  await says('one')
  await vi.waitFor(() => expect(heard).toHaveLength(1), { timeout: 5_000 })

  const [connection] = hub.getConnections()
  const stream = connection!.streams.find(
    ({ protocol, direction }) => protocol.startsWith('/meshsub/') && direction === 'outbound',
  )
  stream!.abort(new Error('too slow'))
  // Without the watch nobody notices: the connection is as good as ever.
  expect((await says('two')).recipients).toEqual([])
  expect(hub.getConnections()).toEqual([connection])
  endDeafConnections(hub, watching.signal, 20, 1_000)
  await vi.waitFor(() => expect(hub.getConnections()[0]?.id).not.toBe(connection!.id), { timeout: 10_000 })
  await vi.waitFor(linked, { timeout: 10_000 })
  watching.abort()
  await says('three')
  await vi.waitFor(() => expect(heard).toHaveLength(2), { timeout: 5_000 })
}, 30_000)
