/**
 * The shared suite of mesh services over js-libp2p: nodes that reach each other directly, and through a relay. Over TCP,
 * since Node 20 has no WebSocket of its own; pages come by WebSockets (e2e/libp2p.spec.ts).
 */
import { tcp } from '@libp2p/tcp'
import { afterEach } from 'vitest'
import { SystemTimeProvider } from '../../common/time.ts'
import { KeyDidResolver } from '../../identity/resolver.ts'
import { nobleSigner, type Signer } from '../../identity/signer.ts'
import { PortTransport } from '../port-transport.ts'
import { meshPeersSuite, meshServiceSuite } from '../service.suite.ts'
import { GossipMeshService } from '../service-gossip.ts'
import { type Libp2pMesh, libp2pMesh } from './index.ts'
import { type Relay, startRelay } from './relay.ts'

const me = nobleSigner(new Uint8Array(32).fill(1))

const over = (mesh: Libp2pMesh, signer: Signer) =>
  new GossipMeshService({
    transport: new PortTransport(mesh.connect()),
    signer,
    resolver: new KeyDidResolver(),
    time: new SystemTimeProvider(),
  })

const relays: Relay[] = []
afterEach(() => Promise.all(relays.splice(0).map((relay) => relay.close())))

/** One for each test: the same nodes, begun again within a second, would say what this relay has heard already. */
async function atRelay(signers: readonly Signer[]) {
  const relay = await startRelay({ wsPort: 0, tcpPort: 0 })
  relays.push(relay)
  const address = relay.addresses().filter((address) => !address.includes('/ws/'))
  const nodes = signers.map(() => libp2pMesh({ transports: [tcp()], relays: address }))
  return (await Promise.all(nodes)).map((node, n) => over(node, signers[n]!))
}

meshServiceSuite('libp2p, alone', async () => over(await libp2pMesh(), me))
meshServiceSuite('libp2p, alone at a relay', async () => (await atRelay([me]))[0]!)
meshPeersSuite('libp2p through a relay', atRelay)

meshPeersSuite('libp2p over TCP, one of them in the middle', async ([first, second, third]) => {
  const middle = await libp2pMesh({ transports: [tcp()], listen: ['/ip4/127.0.0.1/tcp/0'] })
  const outer = async (signer: Signer) =>
    over(await libp2pMesh({ transports: [tcp()], relays: middle.addresses() }), signer)
  return [await outer(first!), over(middle, second!), await outer(third!)]
})
