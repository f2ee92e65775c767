/**
 * The in-thread runtime: `IcnRuntime` over a context. It reads its arguments strictly, since they come over the worker
 * boundary, and hands each call to the rule or the manager that knows it; those a start does not need are loaded with the
 * first call (rooms.ts). Whatever is thrown leaves as an `IcnError`.
 */
import { expectU64, inWords } from '../common/bytes.ts'
import { Cid } from '../common/cid.ts'
import { Did } from '../common/did.ts'
import { IcnError } from '../common/errors.ts'
import { balanceOf, ledgerTotals, listAccounts, listJournal } from '../economics/ledger.ts'
import type { RegenerationPolicy } from '../economics/regeneration.ts'
import type {
  CallOptions,
  IcnRuntime,
  Listing,
  ManaEntry,
  ModuleInfo,
  Page,
  RunOptions,
  RuntimeEventName,
  RuntimeEvents,
  SyncOptions,
  SyncProgress,
} from '../protocol/api.ts'
import { PROTOCOL_VERSION } from '../protocol/messages.ts'
import { WORKER_EVENTS } from '../protocol/methods.ts'
import { reputationOf } from '../reputation/rows.ts'
import type { RuntimeContext } from './context.ts'
import { isLongRunning, openJobs } from './open-jobs.ts'
import { listing, readPage } from './page.ts'
import { lateGroup, type Method, type Rooms } from './rooms.ts'
import { MODULES, type ModuleRow, RECEIPT_ORDER } from './tables.ts'

/** The release, as `inspect` tells it. */
export const VERSION = '0.1.0'

/** Catching up where there is nobody to ask. */
const ALONE: SyncProgress = {
  stage: 'done',
  peers: 0,
  statements: 0,
  refused: 0,
  receipts: 0,
  blocks: 0,
  bytes: 0,
  missing: 0,
}

export interface Assembly {
  readonly context: RuntimeContext
  readonly rooms: Rooms
  /** Undefined: there are no peers to be had. */
  sync(options?: SyncOptions): Promise<SyncProgress> | undefined
  readonly database: string
  readonly regeneration: RegenerationPolicy | false
  close(): Promise<void>
}

export function facade(assembly: Assembly): IcnRuntime {
  const { context, rooms } = assembly
  const { store } = context
  const me = context.identity

  /** Wraps a method: refuses when closed or aborted, and lets nothing but `IcnError` out. */
  let closing: Promise<void> | undefined
  const method: Method =
    (work) =>
    async (...args) => {
      if (closing !== undefined) throw new IcnError('Closed', 'The runtime was closed.')
      const options = args.at(-1) as CallOptions | undefined
      if (options?.signal?.aborted) throw aborted(options.signal)
      try {
        return await work(...args)
      } catch (error) {
        throw asIcnError(error)
      }
    }

  const runtime: IcnRuntime = {
    identity: { did: method(() => me.toString()) },

    modules: {
      add: method(async (bytes: Uint8Array) => (await rooms.work()).add(bytes)),
      inspect: method(async (bytes: Uint8Array) => (await rooms.work()).inspect(bytes)),
      get: method((cid: string) =>
        store.read((tx) => {
          const key = Cid.parse(cid).toString()
          const row = tx.get(MODULES, key)
          return row && moduleOfRow(key, row)
        }),
      ),
      list: method((page?: Page & CallOptions) => {
        const range = readPage(page)
        return store.read((tx) => {
          const rows = tx.list(MODULES, range)
          const items = rows.map(([cid, row]) => moduleOfRow(cid, row))
          return listing(items, rows, range.limit)
        })
      }),
    },

    run: method(async (module: string | Uint8Array, options?: RunOptions) =>
      (await rooms.work()).run(module, options),
    ),

    jobs: lateGroup(method, rooms.jobs, 'jobs'),

    receipts: {
      ...lateGroup(method, rooms.receipts, 'receipts'),
      list: method(async (page?: Page & CallOptions) => {
        readPage(page)
        // Where there are none, nothing is loaded to read them with.
        const some = await store.read((tx) => tx.list(RECEIPT_ORDER, { limit: 1 }))
        return some.length === 0 ? { items: [] } : (await rooms.receipts()).list(page)
      }),
    },

    mana: {
      balance: method((did?: string) => {
        const account = readDid(did, me)
        return store.read((tx) => balanceOf(tx, account))
      }),
      spend: method(async (amount: bigint) => {
        await rooms.call('host_account_spend_mana', [me.toString(), expectU64(amount, 'amount')])
        return store.read((tx) => balanceOf(tx, me))
      }),
      accounts: method((page?: Page & CallOptions) => {
        const range = readPage(page)
        return store.read((tx) => listAccounts(tx, range))
      }),
      history: method((page?: Page & { readonly did?: string } & CallOptions) => {
        const range = readPage(page)
        const account = readDid(page?.did, me)
        return store.read((tx): Listing<ManaEntry> => {
          const { items, ...next } = listJournal(tx, account, range)
          return {
            ...next,
            items: items.map(({ reference, at, ...entry }) => ({
              ...entry,
              at: Number(at),
              ...(reference === null ? {} : { reference }),
            })),
          }
        })
      }),
      regenerate: method(async () => {
        const policy = assembly.regeneration
        if (policy === false) throw new IcnError('InvalidSpec', 'Mana regeneration is off in this runtime.')
        return (await rooms.regeneration()).regenerateNow(context, policy)
      }),
      audit: method(async (options?: CallOptions) => (await rooms.audit()).audit(store, options?.signal)),
    },

    reputation: {
      get: method((did: string) => {
        const account = readDid(did, me)
        return store.read((tx) => reputationOf(tx, account))
      }),
    },

    zk: {
      verify: method((proof: string) => rooms.call('host_verify_zk_proof', [proof]) as Promise<boolean>),
      verifyRevocation: method(
        (proof: string) => rooms.call('host_verify_zk_revocation_proof', [proof]) as Promise<boolean>,
      ),
      generate: method(
        (request: string) => rooms.call('host_generate_zk_proof', [request]) as Promise<string>,
      ),
    },

    governance: lateGroup(method, rooms.governance, 'governance'),

    // Those that are made of transfers on the other side of the boundary are not in the list of methods.
    dag: lateGroup(method, rooms.dag, 'dag', ['export', 'exportCar', 'import']),

    mesh: {
      peers: method(async () => (await context.mesh.peers()).map((did) => did.toString())),
      stats: method(async () => ({ rejected: 0, ...(await context.mesh.stats()) })),
      sync: method(async (options?: SyncOptions) => (await assembly.sync(options)) ?? ALONE),
    },

    call: method((name: string, ...args: readonly unknown[]) => rooms.call(name, args)),

    inspect: method(async () => {
      const [totals, open] = await store.read((tx) => [ledgerTotals(tx), openJobs(tx)])
      const { accounts, minted, regenerated, balances, escrow, burned } = totals
      const estimate = await storageEstimate()
      return {
        version: VERSION,
        protocolVersion: PROTOCOL_VERSION,
        did: me.toString(),
        environment: context.environment,
        storage: context.storage,
        database: assembly.database,
        epoch: store.epoch,
        limits: context.limits,
        fuelTable: 'wasmtime-35' as const,
        counters: {
          ...context.counters,
          runtime_jobs_active: open.length,
          runtime_long_running_jobs: context.longRunning + open.filter(isLongRunning).length,
          ...(accounts === undefined ? {} : { runtime_mana_accounts_total: accounts }),
        },
        ...(estimate === undefined ? {} : { storageEstimate: estimate }),
        manaTotals: { minted, regenerated, balances, escrow, burned },
      }
    }),

    on<E extends RuntimeEventName>(event: E, listener: (detail: RuntimeEvents[E]) => void): () => void {
      if (!(WORKER_EVENTS as readonly string[]).includes(event) && event !== 'restart') {
        throw new IcnError('InvalidSpec', `There is no event named ${inWords(event)}.`)
      }
      return store.subscribe(({ type, detail }) => {
        if (type === event) listener(detail as RuntimeEvents[E])
      })
    },

    close() {
      closing ??= assembly.close()
      return closing
    },

    [Symbol.asyncDispose]() {
      return runtime.close()
    },
  }
  return runtime
}

function readDid(did: unknown, fallback: Did): Did {
  return did === undefined ? fallback : Did.parse(did as string)
}

function aborted(signal: AbortSignal): IcnError {
  const { reason } = signal
  return IcnError.is(reason)
    ? reason
    : new IcnError('Aborted', 'The call was aborted by its caller.', { cause: reason })
}

function asIcnError(error: unknown): unknown {
  if (IcnError.is(error)) return error
  const said = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  return new IcnError('Internal', `The runtime failed in a way it should not: ${said}`, { cause: error })
}

async function storageEstimate(): Promise<{ usage: number; quota: number } | undefined> {
  const { usage, quota } = (await globalThis.navigator?.storage?.estimate?.().catch(() => undefined)) ?? {}
  return usage === undefined || quota === undefined ? undefined : { usage, quota }
}

function moduleOfRow(cid: string, { inspection, meteredSize, declared }: ModuleRow): ModuleInfo {
  return { ...inspection, cid, meteredSize, ...(declared === undefined ? {} : { capabilities: declared }) }
}
