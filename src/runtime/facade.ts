/**
 * The in-thread runtime: `IcnRuntime` over a context. It reads its arguments strictly, since they come over the worker
 * boundary, and hands each call to the rule or the manager that knows it. Whatever is thrown leaves as an `IcnError`.
 */
import { expectBytes, expectU64, inWords } from '../common/bytes.ts'
import { Cid } from '../common/cid.ts'
import { Did } from '../common/did.ts'
import { IcnError } from '../common/errors.ts'
import { balanceOf, ledgerTotals, listAccounts, listJournal } from '../economics/ledger.ts'
import { type RegenerationPolicy, regenerate } from '../economics/regeneration.ts'
import { callByName, type PageContext } from '../host/page.ts'
import { prepareCalls } from '../host/preload.ts'
import type {
  CallOptions,
  IcnRuntime,
  JobId,
  JobRequest,
  Listing,
  ManaEntry,
  Page,
  RunOptions,
  RuntimeEventName,
  RuntimeEvents,
} from '../protocol/api.ts'
import { PROTOCOL_VERSION } from '../protocol/messages.ts'
import { WORKER_EVENTS } from '../protocol/methods.ts'
import { reputationOf } from '../reputation/reputation.ts'
import { audit } from './audit.ts'
import type { RuntimeContext } from './context.ts'
import { dagFacade } from './dag-facade.ts'
import { checkEntry } from './execute.ts'
import { hostJobs } from './host-jobs.ts'
import type { RepairStrategy } from './integrity.ts'
import { listJobs } from './job-list.ts'
import { readEntry } from './job-request.ts'
import { LOCAL_RUN_PRICE } from './job-rules.ts'
import type { JobManager } from './jobs.ts'
import { type Modules, moduleInfo, storeModule } from './modules.ts'
import { listing, readPage } from './page.ts'
import { listReceipts, readReceipt } from './receipts.ts'
import { exportReceipt, importAndVerify, verifyRun } from './replay-store.ts'
import { MODULES } from './tables.ts'

/** The release, as `inspect` tells it. */
export const VERSION = '0.1.0'

export interface Assembly {
  readonly context: RuntimeContext
  readonly modules: Modules
  readonly jobs: JobManager
  readonly database: string
  readonly regeneration: RegenerationPolicy | false
  readonly repair: RepairStrategy
  close(): Promise<void>
}

export function facade(assembly: Assembly): IcnRuntime {
  const { context, modules, jobs } = assembly
  const { store } = context
  const me = context.identity

  /** Wraps a method: refuses when closed or aborted, and lets nothing but `IcnError` out. */
  let closing: Promise<void> | undefined
  const method =
    <A extends unknown[], R>(work: (...args: A) => Promise<R> | R) =>
    async (...args: A): Promise<R> => {
      if (closing !== undefined) throw new IcnError('Closed', 'The runtime was closed.')
      const options = args.at(-1) as CallOptions | undefined
      if (options?.signal?.aborted) throw aborted(options.signal)
      try {
        return await work(...args)
      } catch (error) {
        throw asIcnError(error)
      }
    }

  const call = async (name: string, args: readonly unknown[]): Promise<unknown> => {
    const now = context.time.seconds()
    const submitted = new Map<bigint, string>()
    let counted: string[] = []
    let page: PageContext | undefined
    const done = () => {
      for (const metric of counted) context.count(metric)
    }
    await prepareCalls([name])
    try {
      const answer = await store.transact((tx) => {
        submitted.clear()
        counted = []
        page = {
          tx,
          identity: me,
          creator: me,
          now,
          capabilities: context.capabilities,
          resolver: context.resolver,
          dummyProofs: context.environment !== 'production',
          jobs: hostJobs(context, now),
          submitted,
          lastError: null,
          log: (line) => tx.emit({ type: 'log', detail: { ...line, source: 'page', at: Number(now) } }),
          count: (metric) => counted.push(metric),
        }
        return callByName(name, args, page)
      })
      if (submitted.size > 0) context.count('runtime_jobs_submitted_total')
      for (const id of submitted.values()) void jobs.enqueue(id)
      // Refused, with something on record.
      const refused = page?.lastError ?? null
      if (refused !== null) throw refused
      return answer
    } finally {
      done()
    }
  }

  const runtime: IcnRuntime = {
    identity: { did: method(() => me.toString()) },

    modules: {
      add: method((bytes: Uint8Array) => modules.add(expectBytes(bytes, 'The module'))),
      inspect: method(async (bytes: Uint8Array) =>
        moduleInfo(await modules.prepare(expectBytes(bytes, 'The module'))),
      ),
      get: method((cid: string) =>
        store.read((tx) => {
          const key = Cid.parse(cid).toString()
          const row = tx.get(MODULES, key)
          return row && { ...row.inspection, cid: key, meteredSize: row.meteredSize }
        }),
      ),
      list: method((page?: Page & CallOptions) => {
        const range = readPage(page)
        return store.read((tx) => {
          const rows = tx.list(MODULES, range)
          const items = rows.map(([cid, row]) => ({ ...row.inspection, cid, meteredSize: row.meteredSize }))
          return listing(items, rows, range.limit)
        })
      }),
    },

    run: method(async (module: string | Uint8Array, options: RunOptions = {}) => {
      const bytes = typeof module === 'string' ? undefined : expectBytes(module, 'The module')
      const prepared =
        bytes === undefined ? await modules.load(Cid.parse(module as string)) : await modules.prepare(bytes)
      const entry = readEntry(options.entry)
      checkEntry(prepared.inspection, entry)
      const request: JobRequest = {
        manifestCid: typeof module === 'string' ? module : prepared.cid.toString(),
        spec: { kind: 'CclWasm' },
        costMana: options.costMana ?? LOCAL_RUN_PRICE,
        entry,
        ...(options.fuel === undefined ? {} : { fuel: options.fuel }),
      }
      return jobs.run(request, { ...options, profile: readProfile(options.profile) }, (tx) => {
        if (bytes !== undefined) storeModule(tx, prepared, bytes)
      })
    }),

    jobs: {
      submit: method((request: JobRequest) => jobs.submit(request)),
      status: method((id: JobId) => jobs.status(readJobId(id))),
      wait: method((id: JobId, options?: CallOptions) => jobs.wait(readJobId(id), options?.signal)),
      list: method((page?: Parameters<IcnRuntime['jobs']['list']>[0]) => {
        const range = readPage(page)
        return store.read((tx) => listJobs(tx, range, page?.state))
      }),
      cancel: method((id: JobId) => jobs.cancel(readJobId(id))),
    },

    receipts: {
      get: method(async (cid: string) => {
        const key = Cid.parse(cid).toString()
        const found = await store.read((tx) => readReceipt(tx, context, key))
        if (found !== undefined) return found
        throw new IcnError('MissingOrInvalidReceipt', `No receipt is stored under ${key}.`, {
          data: { cid: key, reason: 'unknownReceipt' },
        })
      }),
      list: method((page?: Page & CallOptions) => {
        const range = readPage(page)
        return store.read((tx) => listReceipts(tx, context, range))
      }),
      anchor: method(async (json: string) => String(await call('host_anchor_receipt', [json]))),
      verify: method((cid: string, options?: CallOptions) =>
        verifyRun(context, modules, Cid.parse(cid), options?.signal),
      ),
      export: method((cid: string) => exportReceipt(context, Cid.parse(cid))),
      importAndVerify: method((file: Uint8Array, options?: CallOptions) =>
        importAndVerify(context, expectBytes(file, 'The file'), options?.signal),
      ),
    },

    mana: {
      balance: method((did?: string) => {
        const account = readDid(did, me)
        return store.read((tx) => balanceOf(tx, account))
      }),
      spend: method(async (amount: bigint) => {
        await call('host_account_spend_mana', [me.toString(), expectU64(amount, 'amount')])
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
        const done = await store.transact((tx) => regenerate(tx, policy, 1n, context.time.milliseconds()))
        return done.credited
      }),
      audit: method((options?: CallOptions) => audit(store, options?.signal)),
    },

    reputation: {
      get: method((did: string) => {
        const account = readDid(did, me)
        return store.read((tx) => reputationOf(tx, account))
      }),
    },


    dag: dagFacade(context, assembly.repair, method, (cid) => modules.remember(Cid.parse(cid))),

    call: method((name: string, ...args: readonly unknown[]) => call(name, args)),

    inspect: method(async () => {
      const totals = await store.read(ledgerTotals)
      const { minted, regenerated, balances, escrow, burned } = totals
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
        counters: context.counters,
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

function readProfile(profile: unknown): boolean {
  if (profile === undefined || typeof profile === 'boolean') return profile ?? false
  throw new IcnError('InvalidSpec', `profile must be true or false, not ${inWords(profile)}.`, {
    data: { name: 'profile' },
  })
}

function readJobId(id: unknown): string {
  return Cid.parse(id as string).toString()
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
