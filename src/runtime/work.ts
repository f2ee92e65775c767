/**
 * Where modules are made ready, jobs are run and host functions are called. A start and a plain question do without: it is
 * loaded at its first use, or for jobs that the last worker left behind (recovery.ts).
 */
import { expectBytes, inWords } from '../common/bytes.ts'
import { Cid } from '../common/cid.ts'
import { IcnError } from '../common/errors.ts'
import { callByName, type PageContext } from '../host/page.ts'
import { prepareCalls } from '../host/preload.ts'
import type { JobRequest, ModuleInfo, RunOptions, RunResult } from '../protocol/api.ts'
import { AnchoredReceipts } from './anchored.ts'
import type { RuntimeContext } from './context.ts'
import { checkEntry } from './execute.ts'
import { hostJobs } from './host-jobs.ts'
import { readEntry } from './job-request.ts'
import { LOCAL_RUN_PRICE } from './job-rules.ts'
import { JobManager } from './jobs.ts'
import { MeteredCache } from './metered-cache.ts'
import { Modules, moduleInfo, storeModule } from './modules.ts'
import { checkProved } from './unproved.ts'

/** Database of metered modules, of all runtimes of an origin: they are known by what they were made from. */
const METERED = 'icn-metered-modules'

export interface Work {
  readonly modules: Modules
  readonly jobs: JobManager
  add(bytes: Uint8Array): Promise<ModuleInfo>
  inspect(bytes: Uint8Array): Promise<ModuleInfo>
  run(module: string | Uint8Array, options?: RunOptions): Promise<RunResult>
  /** A host function by its name, from the page. */
  call(name: string, args: readonly unknown[]): Promise<unknown>
  /** What runs is finished. */
  close(): Promise<void>
}

/** @param keepMetered from one visit to the next @param offer gives a job to the mesh */
export function openWork(context: RuntimeContext, keepMetered: boolean, offer: (id: string) => void): Work {
  const { store, identity: me } = context
  const cache = keepMetered ? new MeteredCache(METERED) : null
  const modules = new Modules(store, context.limits, cache)
  const jobs = new JobManager(context, modules, offer)
  return {
    modules,
    jobs,

    add: (bytes) => modules.add(expectBytes(bytes, 'The module')),

    inspect: async (bytes) => moduleInfo(await modules.prepare(expectBytes(bytes, 'The module'))),

    async run(module, options = {}) {
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
        ...(options.capabilities === undefined ? {} : { capabilities: options.capabilities }),
      }
      return jobs.run(request, { ...options, profile: readProfile(options.profile) }, (tx) => {
        if (bytes !== undefined) storeModule(tx, prepared, bytes)
      })
    },

    async call(name, args) {
      if (context.blockIssuers !== null) checkProved(name)
      const now = context.time.seconds()
      const submitted = new Map<bigint, string>()
      let counted: string[] = []
      let anchored = new AnchoredReceipts()
      let page: PageContext | undefined
      const done = () => {
        for (const metric of counted) context.count(metric)
      }
      await prepareCalls([name])
      try {
        const answer = await store.transact((tx) => {
          submitted.clear()
          counted = []
          anchored = new AnchoredReceipts()
          page = {
            tx,
            identity: me,
            creator: me,
            now,
            capabilities: context.capabilities,
            resolver: context.resolver,
            dummyProofs: context.environment !== 'production',
            jobs: anchored.of(hostJobs(context, now)),
            submitted,
            lastError: null,
            log: (line) => tx.emit({ type: 'log', detail: { ...line, source: 'page', at: Number(now) } }),
            count: (metric) => counted.push(metric),
          }
          return callByName(name, args, page)
        })
        if (submitted.size > 0) context.count('runtime_jobs_submitted_total')
        anchored.count((metric) => context.count(metric))
        for (const id of submitted.values()) void jobs.enqueue(id)
        // Refused, with something on record.
        const refused = page?.lastError ?? null
        if (refused !== null) throw refused
        return answer
      } finally {
        done()
      }
    },

    async close() {
      await jobs.close()
      await cache?.close()
    },
  }
}

function readProfile(profile: unknown): boolean {
  if (profile === undefined || typeof profile === 'boolean') return profile ?? false
  throw new IcnError('InvalidSpec', `profile must be true or false, not ${inWords(profile)}.`, {
    data: { name: 'profile' },
  })
}
