/** One size of the simulated co-operative, measured; and what one message costs a node. Prints JSON. */
import { encodeBincode } from '../../src/common/codec.ts'
import { FixedTimeProvider } from '../../src/common/time.ts'
import { KeyDidResolver } from '../../src/identity/resolver.ts'
import { nobleSigner } from '../../src/identity/signer.ts'
import { newProtocolMessage } from '../../src/mesh/protocol.ts'
import { GossipMeshService } from '../../src/mesh/service-gossip.ts'
import { signedMessage, signMessage } from '../../src/mesh/signed-message.ts'
import { evening } from '../../src/runtime/fixtures/assembly.ts'
import { Simulation } from '../../src/runtime/fixtures/simulation.ts'

const NOW = 1_700_000_000
const PROPOSALS = 3

const cpuMs = () => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1_000
}
const heap = () => {
  ;(globalThis as { gc?: () => void }).gc?.()
  return process.memoryUsage().heapUsed
}

async function simulate(nodes: number) {
  const simulation = new Simulation({ nodes, seed: 7, latency: [5, 250], loss: 0.05 })
  const before = heap()
  const snapshot = async () => {
    const { traffic } = simulation.network
    const sum = (of: (one: (typeof traffic)[number]) => number) =>
      traffic.reduce((total, one) => total + of(one), 0)
    const inspected = await Promise.all(simulation.nodes.map(({ runtime }) => runtime.inspect()))
    const stats = await Promise.all(simulation.nodes.map(({ runtime }) => runtime.mesh.stats()))
    return {
      sent: sum((one) => one.sent),
      delivered: sum((one) => one.delivered),
      deliveredBytes: sum((one) => one.deliveredBytes),
      peak: Math.max(...traffic.map((one) => one.peak)),
      checked: simulation.nodes.reduce((all, { checks }) => all + checks(), 0),
      rounds: inspected.reduce((all, { counters }) => all + (counters.runtime_sync_rounds_total ?? 0), 0),
      rejected: stats.reduce((all, { rejected }) => all + rejected, 0),
      virtualMs: simulation.time.now,
      cpuMs: cpuMs(),
    }
  }
  type Snapshot = Awaited<ReturnType<typeof snapshot>>
  let last: Snapshot = {
    sent: 0,
    delivered: 0,
    deliveredBytes: 0,
    peak: 0,
    checked: 0,
    rounds: 0,
    rejected: 0,
    virtualMs: simulation.time.now,
    cpuMs: cpuMs(),
  }
  const steps: Record<string, object> = {}
  let heapBytes = 0
  const end = await evening(simulation, PROPOSALS, {
    async reached(step) {
      const now = await snapshot()
      const per = (key: 'sent' | 'delivered' | 'deliveredBytes' | 'checked' | 'rounds') =>
        Number(((now[key] - last[key]) / nodes).toFixed(2))
      steps[step] = {
        seconds: (now.virtualMs - last.virtualMs) / 1_000,
        sentPerNode: per('sent'),
        deliveredPerNode: per('delivered'),
        checkedPerNode: per('checked'),
        bytesPerNode: per('deliveredBytes'),
        roundsPerNode: per('rounds'),
        cpuMsPerDelivery: Number(
          ((now.cpuMs - last.cpuMs) / Math.max(1, now.delivered - last.delivered)).toFixed(3),
        ),
      }
      if (step === 'ended') heapBytes = heap() - before
      last = now
    },
  })
  const result = { nodes, ...end, peakPerSecond: last.peak, rejected: last.rejected, heapBytes, steps }
  await simulation.close()
  return result
}

/** What it takes a node to hear one message: of peers in turn, so that their keys come back or do not. */
async function message() {
  const time = new FixedTimeProvider(NOW)
  const me = nobleSigner(new Uint8Array(32).fill(200))
  const hear = async (peers: number, count: number, recipient: boolean) => {
    let deliver: (bytes: Uint8Array) => void = () => {}
    const transport = {
      send() {},
      listen(listener: (bytes: Uint8Array) => void) {
        deliver = listener
      },
      close() {},
    }
    const service = new GossipMeshService({ transport, signer: me, resolver: new KeyDidResolver(), time })
    const signers = Array.from({ length: peers }, (_, n) => nobleSigner(new Uint8Array(32).fill(n + 1)))
    const messages = await Promise.all(
      Array.from({ length: count }, async (_, n) => {
        const by = signers[n % peers]!
        const topic = { topic: 'icn-runtime-web/bench/1', payload: new Uint8Array(200), ttl: n }
        const to = recipient ? signers[(n + 1) % peers]!.did : null
        const made = newProtocolMessage({ GossipMessage: topic }, by.did, BigInt(NOW), to)
        return encodeBincode(signedMessage, await signMessage(made, by))
      }),
    )
    const began = cpuMs()
    for (const bytes of messages) {
      // The limits of messages a second are not what is measured.
      time.advance(5)
      deliver(bytes)
    }
    const took = cpuMs() - began
    const { received, rejected = 0 } = await service.stats()
    if (received !== count || rejected > 0)
      throw new Error(`${rejected} of ${received} messages were refused.`)
    await service.close()
    return Number((took / count).toFixed(4))
  }
  await hear(4, 100, false)
  return {
    ofEightPeersMs: await hear(8, 800, false),
    ofFiftyPeersMs: await hear(50, 500, false),
    forAnotherMs: await hear(50, 500, true),
  }
}

const nodes = Number(process.argv[2])
console.log(JSON.stringify(nodes > 0 ? await simulate(nodes) : await message()))
process.exit(0)
