import { afterEach, expect, it } from 'vitest'
import { fromUtf8, utf8 } from '../common/bytes.ts'
import { FixedTimeProvider } from '../common/time.ts'
import { KeyDidResolver } from '../identity/resolver.ts'
import { nobleSigner } from '../identity/signer.ts'
import { Hub } from './fixtures/hub.ts'
import type { ProtocolMessage } from './protocol-types.ts'
import { GossipMeshService } from './service-gossip.ts'
import { decodeSignedMessage } from './signed-message.ts'

const TOPIC = 'icn-runtime-web/test/1'
const open: GossipMeshService[] = []
afterEach(() => Promise.all(open.splice(0).map((service) => service.close())))

async function three() {
  const hub = new Hub()
  const heard: string[] = []
  const said: ProtocolMessage[] = []
  hub.drop = (bytes) => {
    said.push(decodeSignedMessage(bytes).message)
    return false
  }
  const nodes = await Promise.all(
    [1, 2, 3].map(async (byte) => {
      const signer = nobleSigner(new Uint8Array(32).fill(byte))
      const time = new FixedTimeProvider(1_700_000_000)
      const mesh = new GossipMeshService({
        transport: hub.port(),
        signer,
        resolver: new KeyDidResolver(),
        time,
      })
      open.push(mesh)
      await mesh.join({ block: async () => undefined, announced() {}, assigned() {}, peer() {} })
      const unsubscribe = mesh.subscribe(TOPIC, (payload, from) => {
        heard.push(`${byte} hears ${fromUtf8(payload)} of ${from.equals(nodes[0]!.signer.did) ? 1 : '?'}`)
      })
      return { mesh, signer, unsubscribe }
    }),
  )
  return { nodes, heard, said }
}

it('is heard by everybody, or by the one it is for, and no more after unsubscribing', async () => {
  const { nodes, heard } = await three()
  const [one, two, third] = nodes as [(typeof nodes)[0], (typeof nodes)[0], (typeof nodes)[0]]
  await one.mesh.publish(TOPIC, utf8('all'))
  expect(heard.sort()).toEqual(['2 hears all of 1', '3 hears all of 1'])
  await one.mesh.publish(TOPIC, utf8('third'), third.signer.did)
  await one.mesh.publish('icn-runtime-web/test/2', utf8('other'))
  expect(heard.slice(2)).toEqual(['3 hears third of 1'])
  two.unsubscribe()
  await one.mesh.publish(TOPIC, utf8('again'))
  expect(heard.slice(3)).toEqual(['3 hears again of 1'])
})

it('ten points silence a peer', async () => {
  const { nodes, heard } = await three()
  const [one, two] = nodes
  for (let n = 0; n < 10; n++) two!.mesh.blame(one!.signer.did)
  await one!.mesh.publish(TOPIC, utf8('x'))
  expect(heard).toEqual(['3 hears x of 1'])
  expect((await two!.mesh.peers()).map(String)).not.toContain(`${one!.signer.did}`)
})

it('a hello is said to everybody, and answered to the newcomer alone', async () => {
  const { nodes, said } = await three()
  expect(await Promise.all(nodes.map(async ({ mesh }) => (await mesh.peers()).length))).toEqual([2, 2, 2])
  expect(said.filter(({ recipient }) => recipient === null)).toHaveLength(3)
  expect(said.length).toBeGreaterThan(3)
})
