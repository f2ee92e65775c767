/** Jobs between runtimes whose only way to each other is a relay of js-libp2p. */
import { generateKeyPair } from '@libp2p/crypto/keys'
import { gossipsub } from '@libp2p/gossipsub'
import { identify } from '@libp2p/identify'
import { noise } from '@libp2p/noise'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p } from 'libp2p'
import { afterEach, expect, it, vi } from 'vitest'
import { equalBytes } from '../common/bytes.ts'
import { encodeBincode } from '../common/codec.ts'
import { SystemTimeProvider } from '../common/time.ts'
import { KeyDidResolver } from '../identity/resolver.ts'
import { libp2pMesh } from '../mesh/libp2p/index.ts'
import { type Relay, startRelay } from '../mesh/libp2p/relay.ts'
import { PortTransport } from '../mesh/port-transport.ts'
import { payloadName } from '../mesh/protocol.ts'
import { decodeSignedMessage, MessageVerifier, signedMessage } from '../mesh/signed-message.ts'
import type { IcnRuntime, MeshPort } from '../protocol/api.ts'
import { closeAll, ended, keep, node, request } from './fixtures/mesh.ts'
import { signerOf } from './fixtures/world.ts'

afterEach(closeAll)

const overTcp = (relay: Relay) => relay.addresses().filter((address) => !address.includes('/ws/'))
const time = new SystemTimeProvider()

async function member(byte: number, relays: readonly string[], more = {}): Promise<IcnRuntime> {
  const mesh = await libp2pMesh({
    relays,
    transports: [tcp()],
    bidWindowMs: 1_500,
    receiptWaitMs: 20_000,
    ...more,
  })
  return node(byte, mesh, { time })
}

async function meet(...nodes: readonly IcnRuntime[]): Promise<void> {
  for (const one of nodes) {
    const others = async () => expect(await one.mesh.peers()).toHaveLength(nodes.length - 1)
    await vi.waitFor(others, { timeout: 20_000, interval: 20 })
  }
}

/** A node of anybody: gossipsub as its library has it. */
async function plainNode(address: string) {
  const plain = await createLibp2p({
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    services: { identify: identify(), gossip: gossipsub() },
  })
  const heard: Uint8Array[] = []
  plain.services.gossip.addEventListener('message', ({ detail }) => {
    if (detail.topic === 'icn-global') heard.push(detail.data)
  })
  plain.services.gossip.subscribe('icn-global')
  keep({ close: async () => plain.stop() })
  await plain.dial(multiaddr(address))
  return { plain, heard }
}

it('a job is run through a relay, and what travels is upstream’s signed messages, byte for byte', async () => {
  const relay = keep(await startRelay({ wsPort: 0, tcpPort: 0 }))
  const { heard } = await plainNode(overTcp(relay)[0]!)
  const a = await member(1, overTcp(relay), { bid: false })
  const b = await member(2, overTcp(relay))
  await meet(a, b)
  const id = await a.jobs.submit(await request(a))
  const status = await a.jobs.wait(id)
  const executor = `${signerOf(2).did}`
  expect(status).toMatchObject({ state: 'Completed', executor })
  await ended(a, id, await a.mana.balance(executor))
  expect(await a.receipts.verify(status.receiptCid!)).toEqual({ status: 'verified' })

  const verifier = new MessageVerifier(new KeyDidResolver())
  const names = heard.map((bytes) => {
    const signed = decodeSignedMessage(bytes)
    expect(equalBytes(encodeBincode(signedMessage, signed), bytes)).toBe(true)
    return payloadName(verifier.accept(signed, time.seconds()).payload)
  })
  for (const name of [
    'HeartbeatMessage',
    'MeshJobAnnouncement',
    'DagBlockRequest',
    'DagBlockResponse',
    'MeshBidSubmission',
    'MeshJobAssignment',
    'MeshReceiptSubmission',
  ])
    expect(names).toContain(name)
})

it('who says what no honest node says is no longer listened to, and nothing of it is passed on', async () => {
  const relay = keep(await startRelay({ wsPort: 0, tcpPort: 0 }))
  const { plain } = await plainNode(overTcp(relay)[0]!)
  const { plain: other, heard } = await plainNode(overTcp(relay)[0]!)
  const { gossip } = plain.services
  const atRelay = () => expect(gossip.getSubscribers('icn-global').map(String)).toEqual([relay.peerId])
  await vi.waitFor(atRelay, { timeout: 5_000 })
  for (let n = 0; n < 8; n++) await gossip.publish('icn-global', Uint8Array.of(n))
  await vi.waitFor(() => expect(relay.stats().rejected).toBe(8), { timeout: 5_000 })
  await gossip.publish('icn-global', Uint8Array.of(8))
  await vi.waitFor(() => expect(relay.stats().rejected).toBe(9), { timeout: 5_000 })
  // gossipsub keeps a score for a second; then it is below what is listened to at all.
  await vi.waitFor(
    async () => {
      const before = relay.stats().rejected
      await gossip.publish('icn-global', crypto.getRandomValues(new Uint8Array(8)))
      // What comes after it on the same connection has come, so it has.
      await plain.services.identify.identify(plain.getConnections()[0]!)
      expect(relay.stats().rejected).toBe(before)
    },
    { timeout: 10_000, interval: 200 },
  )
  expect(other.getPeers().map(String)).toEqual([relay.peerId])
  expect(heard).toEqual([])
})

it('the relay goes away when a job has been given out, and comes back: the job is done and paid once', async () => {
  const key = await generateKeyPair('Ed25519')
  const first = await startRelay({ wsPort: 0, tcpPort: 0, key })
  const [address] = overTcp(first)
  const a = await member(1, [address!], { bid: false })
  const b = await member(2, [address!])
  await meet(a, b)
  const assigned = new Promise<void>((resolve) => {
    a.on('job', ({ state }) => state === 'Assigned' && resolve())
  })
  const id = await a.jobs.submit(await request(a))
  await assigned
  await first.close()
  keep(await startRelay({ wsPort: 0, tcpPort: Number(/tcp\/(\d+)/.exec(address!)![1]), key }))
  const status = await a.jobs.wait(id)
  const executor = `${signerOf(2).did}`
  expect(status).toMatchObject({ state: 'Completed', executor })
  await ended(a, id, await a.mana.balance(executor))
}, 60_000)

/** A way to the relay that loses, doubles, delays and so reorders messages, both ways, by a seed. */
function faulty(mesh: MeshPort, seed: number): MeshPort {
  let state = seed
  const random = () => {
    // mulberry32
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
  const carry = (bytes: Uint8Array, to: PortTransport) => {
    for (let copies = random() < 0.06 ? 0 : random() < 0.3 ? 2 : 1; copies > 0; copies--)
      setTimeout(() => to.send(bytes), random() * 50)
  }
  return {
    ...mesh,
    kind: 'port',
    close: () => mesh.close(),
    connect() {
      const { port1, port2 } = new MessageChannel()
      const network = new PortTransport(mesh.connect())
      const runtime = new PortTransport(port1, () => network.close())
      runtime.listen((bytes) => carry(bytes, network))
      network.listen((bytes) => carry(bytes, runtime))
      return port2
    },
  }
}

it.each([1, 2, 3])(
  'messages are lost, doubled and reordered (%i): each job ends, its mana is right',
  async (seed) => {
    const relay = keep(await startRelay({ wsPort: 0, tcpPort: 0 }))
    const terms = { bidWindowMs: 2_500, receiptWaitMs: 8_000, noticeEveryMs: 400, blockWaitMs: 700 }
    const open = async (byte: number) => {
      const mesh = await libp2pMesh({
        relays: overTcp(relay),
        transports: [tcp()],
        bid: byte === 2,
        ...terms,
      })
      const linked = () => expect(mesh.stats().neighbours).toBe(1)
      await vi.waitFor(linked, { timeout: 10_000 })
      return node(byte, faulty(mesh, seed * byte), { time })
    }
    const [a, b] = [await open(1), await open(2)]
    const ids = await Promise.all(
      [7n, 8n, 9n].map(async (n) => a.jobs.submit(await request(a, `(i64.const ${n})`))),
    )
    const states = await Promise.all(ids.map(async (id) => (await a.jobs.wait(id)).state))
    for (const state of states) expect(['Completed', 'Failed']).toContain(state)
    const executor = `${signerOf(2).did}`
    const paid = await a.mana.balance(executor)
    await ended(a, ids[0]!, paid)
    expect(paid > 0n).toBe(states.includes('Completed'))
    expect((await b.mana.audit()).faults).toEqual([])
  },
  60_000,
)
