/** This node among others: the service over a channel, jobs of its own offered, jobs of others taken. */
import { Cid } from '../common/cid.ts'
import type { TimeProvider } from '../common/time.ts'
import { getBlock } from '../dag/blocks.ts'
import type { DidResolver } from '../identity/resolver.ts'
import type { Signer } from '../identity/signer.ts'
import type { MeshParticipant } from '../mesh/service.ts'
import { GossipMeshService } from '../mesh/service-gossip.ts'
import { ChannelTransport } from '../mesh/transport.ts'
import type { RuntimeContext } from './context.ts'
import { MeshExecutor } from './mesh-executor.ts'
import { MeshJobs } from './mesh-jobs.ts'
import type { Modules } from './modules.ts'
import type { ChannelSettings } from './options.ts'
import { verifyEvidence } from './replay.ts'
import { placeOf } from './replay-store.ts'

export function channelService(
  settings: ChannelSettings,
  signer: Signer,
  resolver: DidResolver,
  time: TimeProvider,
): MeshParticipant {
  return new GossipMeshService({ transport: new ChannelTransport(settings.name), signer, resolver, time })
}

export interface MeshMember {
  /** Gives an open job of this node to the mesh. */
  offer(id: string): void
  join(): Promise<void>
  close(): Promise<void>
}

export function meshMember(
  context: RuntimeContext,
  modules: () => Promise<Modules>,
  mesh: MeshParticipant,
  settings: Pick<ChannelSettings, 'bidWindowMs' | 'receiptWaitMs' | 'bid'>,
): MeshMember {
  const { store } = context
  const closing = new AbortController()
  const jobs = new MeshJobs(context, mesh, {
    ...settings,
    async wrong(receipt, record, row, signal) {
      const evidence = await store.read((tx) => {
        const job = getBlock(tx, Cid.parse(row.id))
        return { receipt, record, linked: receipt, job, manifest: getBlock(tx, Cid.parse(row.manifest)) }
      })
      const found = await verifyEvidence(placeOf(context, await modules()), evidence, signal)
      if (found.status !== 'mismatch') return undefined
      return `${found.field} is ${found.got}, not ${found.expected}.`
    },
  })
  const executor = new MeshExecutor(context, modules, mesh, closing.signal)
  return {
    offer: (id) => jobs.drive(id),
    join: () =>
      mesh.join({
        block: (cid) => store.read((tx) => getBlock(tx, cid)),
        announced: (job, from) => settings.bid && executor.announced(job, from),
        assigned: (assignment, from) => executor.assigned(assignment, from),
        peer: (did, state) => {
          const detail = { did: did.toString(), state }
          store.transact((tx) => tx.emit({ type: 'peer', detail })).catch(() => {})
        },
      }),
    async close() {
      closing.abort()
      await jobs.close()
      await executor.close()
    },
  }
}
