import { tcp } from '@libp2p/tcp'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { encodeBincode } from '../../common/codec.ts'
import { nobleSigner } from '../../identity/signer.ts'
import { PortTransport } from '../port-transport.ts'
import { newProtocolMessage } from '../protocol.ts'
import { MAX_MESSAGE_BYTES, signedMessage, signMessage } from '../signed-message.ts'
import { type Libp2pMesh, type Libp2pMeshOptions, libp2pMesh } from './index.ts'
import { type Relay, startRelay } from './relay.ts'

const open: { close(): unknown }[] = []
afterEach(() => Promise.all(open.splice(0).map((one) => one.close())))
const keep = <T extends { close(): unknown }>(one: T): T => {
  open.push(one)
  return one
}

const signer = nobleSigner(new Uint8Array(32).fill(1))
async function word(payload: Uint8Array): Promise<Uint8Array> {
  const now = BigInt(Math.floor(Date.now() / 1_000))
  const message = newProtocolMessage({ GossipMessage: { topic: 't', payload, ttl: 1 } }, signer.did, now)
  return encodeBincode(signedMessage, await signMessage(message, signer))
}
const said = (text: string) => word(new TextEncoder().encode(text))

const overTcp = (relay: Relay) => relay.addresses().filter((address) => !address.includes('/ws/'))
async function at(relay: Relay, more: Libp2pMeshOptions = {}): Promise<Libp2pMesh> {
  return keep(await libp2pMesh({ relays: overTcp(relay), transports: [tcp()], ...more }))
}
const soon = (check: () => void) => vi.waitFor(check, { timeout: 10_000, interval: 10 })

async function linked(relay: Relay): Promise<Libp2pMesh> {
  const mesh = await at(relay)
  await soon(() => expect(mesh.stats().neighbours).toBe(1))
  return mesh
}

function worker(mesh: Libp2pMesh) {
  const port = keep(new PortTransport(mesh.connect()))
  const heard: number[] = []
  port.listen((bytes) => heard.push(bytes.length))
  return { port, heard }
}

describe('a node of libp2p behind a port', () => {
  it.each<[string, Libp2pMeshOptions]>([
    ['The option relays[0] must be a multiaddr such as', { relays: ['wss://relay.example'] }],
    [
      'The option relays[1] must be a multiaddr that ends with /p2p/',
      {
        relays: [
          '/ip4/127.0.0.1/tcp/1/p2p/12D3KooWMMoMUu9qqmsryYyTKhcXuFJnmHc38K3t55QQyEhBt765',
          '/ip4/127.0.0.1/tcp/1',
        ],
      },
    ],
    ['The option relays[0] must be a multiaddr such as', { relays: [7 as unknown as string] }],
    ['The option listen[0] must be a multiaddr such as', { listen: ['localhost:4001'] }],
    ['The option topic must be a name, got the string', { topic: '' }],
  ])('%s', async (sentence, options) => {
    await expect(libp2pMesh(options)).rejects.toMatchObject({
      code: 'InvalidSpec',
      message: expect.stringContaining(sentence),
    })
  })

  it('says why a relay is not reached, and reaches it when it is there', async () => {
    const relay = await startRelay({ wsPort: 0, tcpPort: 0 })
    const mesh = await at(relay)
    await soon(() => expect(mesh.stats().relays).toEqual([{ address: overTcp(relay)[0], connected: true }]))
    await relay.close()
    await soon(() =>
      expect(mesh.stats().relays).toEqual([
        { address: overTcp(relay)[0] ?? expect.any(String), connected: false, failure: expect.any(String) },
      ]),
    )
  })

  it('what is said before anybody is there is said when there is', async () => {
    const relay = keep(await startRelay({ wsPort: 0, tcpPort: 0 }))
    const early = await at(relay, { relays: [] })
    const port = worker(early).port
    for (let n = 0; n < 300; n++) port.send(await word(new Uint8Array(n)))
    // 256 are kept, the oldest make way.
    await soon(() => expect(early.stats()).toMatchObject({ sent: 0, dropped: 44 }))

    const listener = worker(await linked(relay))
    const speaker = await at(relay)
    const words = await Promise.all([said('a'), said('bb'), said('ccc')])
    const { port: speaking } = worker(speaker)
    for (const bytes of words) speaking.send(bytes)
    const lengths = words.map(({ length }) => length)
    await soon(() => expect(listener.heard.toSorted((a, b) => a - b)).toEqual(lengths))
    expect(speaker.stats()).toMatchObject({ sent: 3, dropped: 0 })
  })

  it('carries the largest message there is; one byte more goes nowhere, and is held against who sent it', async () => {
    const relay = keep(await startRelay({ wsPort: 0, tcpPort: 0 }))
    const [a, b] = [worker(await linked(relay)), worker(await linked(relay))]
    const frame = (await word(new Uint8Array(0))).length
    a.port.send(await word(new Uint8Array(MAX_MESSAGE_BYTES - frame + 1)))
    a.port.send(await word(new Uint8Array(MAX_MESSAGE_BYTES - frame)))
    await soon(() => expect(b.heard).toEqual([MAX_MESSAGE_BYTES]))
    expect(relay.stats()).toMatchObject({ accepted: 1, rejected: 1 })
  })

  it('a worker that speaks takes the place of the one before; the mesh ends with the last', async () => {
    const relay = keep(await startRelay({ wsPort: 0, tcpPort: 0 }))
    const mesh = await linked(relay)
    const other = worker(await linked(relay))
    const first = worker(mesh)
    first.port.send(await said('1'))
    await soon(() => expect(other.heard).toHaveLength(1))
    const second = worker(mesh)
    other.port.send(await said('to both'))
    await soon(() => expect([first.heard.length, second.heard.length]).toEqual([1, 1]))
    second.port.send(await said('2'))
    await soon(() => expect(other.heard).toHaveLength(2))
    other.port.send(await said('to the second'))
    await soon(() => expect(second.heard).toHaveLength(2))
    expect(first.heard).toHaveLength(1)
    // The first is told nothing any more, and its end is not the end of the mesh.
    first.port.close()
    other.port.send(await said('still there'))
    await soon(() => expect(second.heard).toHaveLength(3))
    second.port.close()
    await soon(() => expect(relay.stats().connections).toBe(1))
    expect(mesh.stats().connections).toBe(0)
    await mesh.close()
  })
})
