/** Puts a runtime together: store, key, context, managers, background tasks, facade. */
import type { Did } from '../common/did.ts'
import { IcnError } from '../common/errors.ts'
import { late } from '../common/late.ts'
import { FixedTimeProvider, SystemTimeProvider, type TimeProvider } from '../common/time.ts'
import { creditMana } from '../economics/ledger.ts'
import { REGENERATION } from '../economics/rows.ts'
import { adoptRules, foundOnce } from '../governance/founding.ts'
import { openIdentity } from '../identity/identity-key.ts'
import { type DidResolver, KeyDidResolver } from '../identity/resolver.ts'
import { nobleSigner, type Signer } from '../identity/signer.ts'
import type { MeshNetworkService, MeshParticipant } from '../mesh/service.ts'
import { LocalMeshService } from '../mesh/service-local.ts'
import type { IcnRuntime, RuntimeOptions } from '../protocol/api.ts'
import { openIndexedDbStore } from '../storage/indexeddb-store.ts'
import { openState, type State } from '../storage/state.ts'
import { type Table, table } from '../storage/types.ts'
import { CLOCKS } from './clocks.ts'
import { type ContextOptions, RuntimeContext } from './context.ts'
import { type RunExclusive, webLocks } from './exclusive.ts'
import { facade } from './facade.ts'
import type { GovernanceSettings } from './governance-options.ts'
import type { RepairStrategy } from './integrity.ts'
import type { MeshMember } from './mesh-node.ts'
import type { MeshSettings } from './mesh-options.ts'
import { readOptions, type Settings } from './options.ts'
import { startOwnership } from './ownership.ts'
import { resumeImports } from './resume-imports.ts'
import { lateRooms } from './rooms.ts'
import type { Tasks } from './tasks.ts'

/** What may be injected beside the plain options; everything has a default. */
export interface RuntimeServices
  extends Pick<
    ContextOptions,
    'capabilities' | 'runExclusive' | 'policy' | 'killed' | 'onGuest' | 'replayer'
  > {
  /** An open state to work on; it is closed with the runtime. */
  readonly state?: State
  readonly signer?: Signer
  readonly mesh?: MeshNetworkService
  readonly resolver?: DidResolver
  readonly time?: TimeProvider
  /** Instead of the strategy named in the options. */
  readonly repair?: RepairStrategy
  /** Hears every event of the database from its opening on: `IcnRuntime.on` can be had only when the start is over. */
  readonly onEvent?: (name: string, detail: unknown) => void
}

/** Nothing of a mesh is needed by a node alone. */
const meshCode = late('The code of the mesh', () => import('./mesh-node.ts'))

const governanceOptions = late(
  'The code that reads the option governance',
  () => import('./governance-options.ts'),
)

const meshOptions = late('The code that reads the option mesh', () => import('./mesh-options.ts'))

const blockProofOption = late('The code that reads the option blockProofs', () => import('./block-proof.ts'))

const tasks = late('The code of the background tasks', () => import('./tasks.ts'))
const TASKS_AGAIN_MS = 60_000

/** One row, `created`: seconds since the epoch. */
const DATABASE: Table<number> = table('database')

/**
 * A runtime in this thread.
 * @throws IcnError InvalidSpec for a bad option, StorageUnavailable when the database cannot be opened
 */
export async function createRuntime(
  options: RuntimeOptions = {},
  services: RuntimeServices = {},
): Promise<IcnRuntime> {
  const settings = readOptions(options)
  const given: Given = {
    mesh: await readMesh(options),
    governance: await readGovernance(options),
    blockIssuers: await readBlockIssuers(options),
  }
  const state = services.state ?? (await openStorage(settings))
  const { onEvent } = services
  if (onEvent !== undefined) state.subscribe(({ type, detail }) => onEvent(type, detail))
  try {
    return await assemble(settings, given, services, state)
  } catch (error) {
    await state.close()
    throw error
  }
}

/** Options that most leave out; what reads them is loaded when they are given. */
interface Given {
  readonly governance: GovernanceSettings
  /** Undefined: a node alone. */
  readonly mesh: MeshSettings | undefined
  readonly blockIssuers: readonly Did[] | null
}

async function readMesh({ mesh }: RuntimeOptions): Promise<MeshSettings | undefined> {
  return mesh === undefined ? undefined : (await meshOptions()).readMesh(mesh)
}

async function readBlockIssuers({ blockProofs }: RuntimeOptions): Promise<readonly Did[] | null> {
  return blockProofs === undefined ? null : (await blockProofOption()).readBlockIssuers(blockProofs)
}

async function readGovernance({ governance }: RuntimeOptions): Promise<GovernanceSettings> {
  if (governance === undefined) return { members: null, rules: null }
  return (await governanceOptions()).readGovernance(governance)
}

async function assemble(
  settings: Settings,
  { governance, mesh: channel, blockIssuers }: Given,
  services: RuntimeServices,
  state: State,
): Promise<IcnRuntime> {
  const { environment, storage, limits, jobsInFlight, manaRegeneration, integrityCheck } = settings
  const signer = services.signer ?? (await openSigner(settings, state))
  const time =
    services.time ??
    (settings.fixedTime === null ? new SystemTimeProvider() : new FixedTimeProvider(settings.fixedTime))
  const resolver = services.resolver ?? new KeyDidResolver()
  const others = channel === undefined && services.mesh === undefined ? undefined : await meshCode()
  const mesh =
    services.mesh ??
    (channel && others ? others.meshService(channel, signer, resolver, time) : new LocalMeshService())
  const context = RuntimeContext.newWithServices(signer.did, mesh, signer, resolver, state, {
    ...services,
    environment,
    storage,
    limits,
    jobsInFlight,
    blockIssuers,
    time,
    fixedKey: settings.identitySeed !== null,
    ...lockOption(services.runExclusive, settings),
  })
  await begin(context, settings, governance)
  const background = new AbortController()
  await resumeImports(context, background.signal)
  const repair: RepairStrategy =
    services.repair ?? (() => (integrityCheck === false ? 'report' : integrityCheck.repair))
  const keepMetered = storage !== 'memory' && services.state === undefined
  let member: MeshMember | undefined
  const offer = (id: string) => member?.offer(id)
  const rooms = lateRooms({ context, repair, keepMetered, offer, signal: background.signal })
  if (others && 'join' in mesh) {
    const modules = async () => (await rooms.work()).modules
    member = others.meshMember(
      context,
      modules,
      mesh as MeshParticipant,
      channel ?? (await meshOptions()).DEFAULT_WINDOWS,
    )
    await member.join()
  }
  await startOwnership(context, background.signal, async () => (await rooms.work()).jobs)
  others?.startGovernanceMesh(context, background.signal)
  void loadTasks(context, { manaRegeneration, integrityCheck, repair }, background.signal)
  return facade({
    context,
    rooms,
    sync: (options) => member?.sync(options),
    database: settings.database,
    regeneration: manaRegeneration,
    async close() {
      background.abort(new IcnError('Closed', 'The runtime was closed.'))
      await rooms.close()
      await member?.close()
      await mesh.close()
      await state.close()
    },
  })
}

/** Where their code does not come it is asked for again; until then no mana is regenerated and nothing is checked. */
async function loadTasks(context: RuntimeContext, what: Tasks, signal: AbortSignal): Promise<void> {
  try {
    const { startTasks } = await tasks()
    if (!signal.aborted) startTasks(context, what, signal)
  } catch (error) {
    if (signal.aborted) return
    context.report((error as Error).message)
    const again = setTimeout(() => void loadTasks(context, what, signal), TASKS_AGAIN_MS)
    signal.addEventListener('abort', () => clearTimeout(again))
  }
}

/** A new database gets its initial mana, its clocks and its members, once. */
function begin(
  context: RuntimeContext,
  { initialMana }: Settings,
  { members, rules }: GovernanceSettings,
): Promise<void> {
  const at = context.time.seconds()
  const nowMs = context.time.milliseconds()
  return context.store.transact((tx) => {
    foundOnce(tx, members ?? [context.identity], at)
    if (rules !== null) adoptRules(tx, rules)
    if (tx.has(DATABASE, 'created')) return
    tx.put(DATABASE, 'created', Number(at))
    tx.put(REGENERATION, 'clock', { lastMs: nowMs })
    // So that its first check comes an interval later.
    tx.put(CLOCKS, 'integrity', nowMs)
    creditMana(tx, context.identity, initialMana, { cause: 'initial', at })
  })
}

const memory = late('The code that stores in memory', () => import('../storage/memory-store.ts'))

async function openStorage({ storage, database }: Settings): Promise<State> {
  return openState(
    storage === 'memory' ? (await memory()).openMemoryStore() : await openIndexedDbStore(database),
  )
}

async function openSigner({ identitySeed }: Settings, { keys }: State): Promise<Signer> {
  if (identitySeed !== null) return nobleSigner(identitySeed)
  return openIdentity(keys)
}

function lockOption(given: RunExclusive | undefined, settings: Settings): { runExclusive?: RunExclusive } {
  if (given !== undefined) return { runExclusive: given }
  if (settings.storage === 'memory' || globalThis.navigator?.locks === undefined) return {}
  return { runExclusive: webLocks(`icn-runtime:${settings.database}`) }
}
