/** This node among others: the service over a channel, jobs of its own offered, jobs of others taken. */
import { Cid } from '../common/cid.ts'
import { IcnError } from '../common/errors.ts'
import type { TimeProvider } from '../common/time.ts'
import { getBlock } from '../dag/blocks.ts'
import type { DidResolver } from '../identity/resolver.ts'
import type { Signer } from '../identity/signer.ts'
import { PortTransport } from '../mesh/port-transport.ts'
import type { MeshParticipant } from '../mesh/service.ts'
import { GossipMeshService } from '../mesh/service-gossip.ts'
import { ChannelTransport } from '../mesh/transport.ts'
import type { MeshTerms, SyncOptions, SyncProgress } from '../protocol/api.ts'
import type { RuntimeContext } from './context.ts'
import { untilAborted } from './exclusive.ts'
import { MeshExecutor } from './mesh-executor.ts'
import { MeshJobs } from './mesh-jobs.ts'
import type { MeshSettings } from './mesh-options.ts'
import type { Modules } from './modules.ts'
import { verifyEvidence } from './replay.ts'
import { placeOf } from './replay-store.ts'
import { Sync } from './sync.ts'

export { startGovernanceMesh } from './governance-mesh.ts'

export function meshService(
  settings: MeshSettings,
  signer: Signer,
  resolver: DidResolver,
  time: TimeProvider,
): MeshParticipant {
  const transport =
    settings.kind === 'port' ? new PortTransport(settings.connect()) : new ChannelTransport(settings.name)
  return new GossipMeshService({ transport, signer, resolver, time })
}

export interface MeshMember {
  /** Gives an open job of this node to the mesh. */
  offer(id: string): void
  /** Asks others for what this node lacks. */
  sync(options?: SyncOptions): Promise<SyncProgress>
  join(): Promise<void>
  close(): Promise<void>
}

export function meshMember(
  context: RuntimeContext,
  modules: () => Promise<Modules>,
  mesh: MeshParticipant,
  settings: Required<MeshTerms>,
): MeshMember {
  const { store } = context
  const closing = new AbortController()
  const jobs = new MeshJobs(context, mesh, {
    ...settings,
    async replay(receipt, record, row, signal) {
      const evidence = await store.read((tx) => {
        const job = getBlock(tx, Cid.parse(row.id))
        return { receipt, record, linked: receipt, job, manifest: getBlock(tx, Cid.parse(row.manifest)) }
      })
      return verifyEvidence(placeOf(context, await modules()), evidence, signal)
    },
  })
  const executor = new MeshExecutor(context, modules, mesh, closing.signal, settings.blockWaitMs)
  // Of several tabs on one database, which are one node to others, one takes jobs: they would all do the same.
  let takesJobs = false
  const taking = async () => {
    takesJobs = true
    await untilAborted(closing.signal)
  }
  context.runExclusive('mesh-executor', taking, closing.signal).catch(() => {})
  const sync = new Sync(context, mesh, closing.signal)
  return {
    offer: (id) => jobs.drive(id),
    sync: (options) => sync.sync(options),
    async join() {
      await mesh.join({
        block: (cid) => store.read((tx) => getBlock(tx, cid)),
        announced: (job, from) => settings.bid && takesJobs && executor.announced(job, from),
        assigned: (assignment, from) => executor.assigned(assignment, from),
        peer: (did, state) => {
          const detail = { did: did.toString(), state }
          store.transact((tx) => tx.emit({ type: 'peer', detail })).catch(() => {})
          if (state === 'joined') sync.met(did)
        },
      })
      // What could not be said is said at the next start; peers ask for it, too.
      await sync
        .start()
        .catch((error) => context.report(`Something decided earlier was not announced: ${error}`))
    },
    async close() {
      closing.abort(new IcnError('Closed', 'The runtime was closed.'))
      await sync.close()
      await jobs.close()
      await executor.close()
    },
  }
}
