/** The page's side: the runtime as any page starts it, measured end to end, and the benchmark's own worker beside it. */
import { type RuntimeClient, startRuntime } from '../../src/index.ts'
import type { JobFacts } from './bare.ts'
import { accountName } from './fill.ts'
import { at, IN_FLIGHT, median, pump, timed } from './measure.ts'

let runtime: RuntimeClient
let module = ''
let benchWorker: Worker | undefined

const OPTIONS = {
  environment: 'testing',
  initialMana: 1_000_000_000_000n,
  // An offer this high is above the local price whatever the reputation: it is held, paid from and returned.
  manaRegeneration: false,
  integrityCheck: false,
} as const
const OFFER = 1_000_000_000n

function worker(command: string, args: object): Promise<unknown> {
  benchWorker ??= new Worker('/bench.js', { type: 'module' })
  const mine = benchWorker
  return new Promise((resolve, reject) => {
    mine.onmessage = ({ data }) => (data.error ? reject(new Error(data.error)) : resolve(data.result))
    mine.postMessage({ command, args })
  })
}

const run = () => runtime.run(module, { costMana: OFFER })

const commands = {
  async start({ database }: { database: string }) {
    runtime = await startRuntime({
      ...OPTIONS,
      database,
      worker: () => new Worker('/worker.js', { type: 'module' }),
    })
  },

  async close() {
    await runtime.close()
  },

  /** Takes the guest in and warms it up. */
  async guest({ bytes, warm = 3 }: { bytes: number[]; warm?: number }) {
    module = (await runtime.modules.add(Uint8Array.from(bytes))).cid
    for (let n = 0; n < warm; n++) await run()
  },

  /** The facts of one job, read back through the public surface, for the bare loop to write. */
  async facts(): Promise<JobFacts> {
    const { jobId, receiptCid } = await run()
    const job = await runtime.jobs.status(jobId)
    const stored = await runtime.receipts.get(receiptCid)
    const { items } = await runtime.mana.history({ limit: 3 })
    const entries = items.filter(({ reference }) => reference === jobId).slice(0, 2)
    return [
      ['jobs', job],
      ['blocks', await runtime.dag.get(jobId)],
      ['escrows', { job: jobId, owner: job.creator, amount: OFFER, state: 'settled', paid: 10n }],
      ['results', new Uint8Array(8)],
      ['receipts', { cid: receiptCid, jobId, success: true, record: stored.run!.recordCid }],
      ['blocks', await runtime.dag.get(receiptCid)],
      ['blocks', await runtime.dag.get(stored.run!.recordCid)],
      ['accounts', { balance: 1_000_000n }],
      ...entries.map((entry) => ['journal', entry] as const),
    ]
  },

  /** Milliseconds for so many durable jobs, so many in flight. */
  jobs: ({ count, inFlight = IN_FLIGHT }: { count: number; inFlight?: number }) =>
    timed(() => pump(count, run, inFlight)),

  /** Runs made again because what they had read moved. */
  reruns: async () => (await runtime.inspect()).counters.runtime_job_reruns_total ?? 0,

  /** One round: jobs a second of the runtime, then of the bare loop, on the same facts. */
  async rate({ count }: { count: number }) {
    const facts = await commands.facts()
    const ours = await commands.jobs({ count })
    const bare = (await worker('bareJobs', { facts, count })) as number
    return {
      ours: (count / ours) * 1_000,
      bare: (count / bare) * 1_000,
      facts: facts.length,
      reruns: await commands.reruns(),
    }
  },

  /** One durable job alone, and one bare strict transaction, in turns. */
  async latency({ count }: { count: number }) {
    const facts = await commands.facts()
    await worker('bareOpen', {})
    const ours: number[] = []
    const bare: number[] = []
    for (let n = 0; n < count; n++) {
      ours.push(await timed(run))
      bare.push((await worker('bareOne', { value: facts[1]![1], n })) as number)
    }
    await worker('bareClose', {})
    return { p50: at(ours, 0.5), p99: at(ours, 0.99), bareP50: at(bare, 0.5), bareP99: at(bare, 0.99) }
  },

  async verifyAll() {
    const time = await timed(() => runtime.dag.verifyAll())
    const { checked, bad } = await runtime.dag.verifyAll()
    if (bad.length > 0) throw new Error(`${bad.length} bad blocks: ${JSON.stringify(bad[0])}`)
    return (checked / time) * 1_000
  },

  /**
   * From nothing to a runtime that answers, on each database in turns. The first start of a browser process opens the
   * files of every database of the site, and is kept apart.
   */
  async opening({ databases, rounds }: { databases: string[]; rounds: number }) {
    const start = async (database: string) => {
      const time = await timed(() => commands.start({ database }))
      await runtime.close()
      return time
    }
    const first = await start(databases[0]!)
    const times = databases.map((): number[] => [])
    for (let round = 0; round < rounds; round++) {
      for (const [i, database] of databases.entries()) times[i]!.push(await start(database))
    }
    return { first, times }
  },

  /** Medians of each, milliseconds. `accounts` of them are known by name. */
  async asking({ rounds, accounts }: { rounds: number; accounts: number }) {
    const times: Record<string, number[]> = { balance: [], coldBalance: [], job: [], newest: [], jobs: [] }
    const measure = async (what: string, work: () => Promise<unknown>) => times[what]!.push(await timed(work))
    const did = await runtime.identity.did()
    for (let n = 0; n < 50; n++) await run()
    for (let round = 0; round < rounds; round++) {
      const some = accounts > 0 ? accountName((round * 7_919) % accounts) : did
      await measure('coldBalance', () => runtime.mana.balance(some))
      await measure('balance', () => runtime.mana.balance())
      await measure('job', run)
      await measure('newest', () => runtime.receipts.list({ limit: 50 }))
      await measure('jobs', () => runtime.jobs.list({ limit: 50 }))
    }
    return Object.fromEntries(Object.entries(times).map(([what, all]) => [what, median(all)]))
  },

  /** Bytes of this page's workers, after a collection. */
  async memory() {
    const measured = await (
      performance as unknown as {
        measureUserAgentSpecificMemory(): Promise<{
          breakdown: { bytes: number; attribution: { scope: string; url: string }[] }[]
        }>
      }
    ).measureUserAgentSpecificMemory()
    return measured.breakdown
      .filter(({ attribution }) => attribution.some(({ url }) => url.endsWith('/worker.js')))
      .reduce((sum, { bytes }) => sum + bytes, 0)
  },
}

Object.assign(globalThis, {
  bench: (command: string, args: never) =>
    command in commands ? commands[command as keyof typeof commands](args) : worker(command, args),
})
