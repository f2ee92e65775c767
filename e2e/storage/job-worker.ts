/** The whole runtime in a worker: puts it under a load of jobs that spend mana, and checks afterwards what it finds. */
import type { IcnRuntime, JobStatus, Listing } from '../../src/protocol/api.ts'
import { createRuntime } from '../../src/runtime/create.ts'

const LANES = 24
/** A job that has not ended this long after the runtime came back is stuck. */
const STUCK_MS = 30_000

let runtime: IcnRuntime

async function all<T>(list: (page: { after?: string; limit: number }) => Promise<Listing<T>>): Promise<T[]> {
  const items: T[] = []
  for (let after: string | undefined; ; ) {
    const page = await list({ ...(after === undefined ? {} : { after }), limit: 500 })
    items.push(...page.items)
    if (page.next === undefined) return items
    after = page.next
  }
}

const commands = {
  async open({ name }: { name: string }) {
    runtime = await createRuntime({
      database: name,
      environment: 'testing',
      initialMana: 1_000_000n,
      manaRegeneration: false,
      integrityCheck: false,
    })
    return runtime.identity.did()
  },

  /** Jobs without end, each spending 1 mana; every answered one is told. */
  async load({ bytes }: { bytes: number[] }) {
    const { cid } = await runtime.modules.add(Uint8Array.from(bytes))
    const lane = async (n: number): Promise<never> => {
      for (;;) {
        // A page's two ways to a job: both must be there once they were answered.
        if (n % 3 === 0) {
          const spec = { kind: 'CclWasm' } as const
          const job = await runtime.jobs.submit({ manifestCid: cid, spec, costMana: 20n })
          self.postMessage({ answered: job })
          await runtime.jobs.wait(job)
        } else {
          const { jobId } = await runtime.run(cid, { costMana: 20n })
          self.postMessage({ answered: jobId })
        }
      }
    }
    for (let n = 0; n < LANES; n++) lane(n).catch((error) => self.postMessage({ failed: String(error) }))
  },

  /** What is wrong with what is stored, in words; nothing, if all is well. */
  async verify({ answered }: { answered: readonly string[] }) {
    const problems: string[] = []
    const before = await all<JobStatus>((page) => runtime.jobs.list(page))
    for (const { jobId, state } of before) {
      if (state !== 'Pending' && state !== 'Assigned') continue
      const late = new Promise<string>((resolve) => setTimeout(() => resolve('late'), STUCK_MS))
      if ((await Promise.race([runtime.jobs.wait(jobId), late])) === 'late')
        problems.push(`job ${jobId} is stuck`)
    }
    const jobs = await all<JobStatus>((page) => runtime.jobs.list(page))
    const known = new Map(jobs.map((job) => [job.jobId, job]))
    for (const id of answered) if (!known.has(id)) problems.push(`job ${id} was answered and is gone`)
    for (const { jobId, state, receiptCid } of jobs) {
      if (receiptCid === undefined) problems.push(`job ${jobId} is ${state} and has no receipt`)
      else if (!(await runtime.receipts.get(receiptCid)).signatureValid) {
        problems.push(`the receipt of job ${jobId} has a bad signature`)
      }
    }
    const receipts = await all((page) => runtime.receipts.list(page))
    if (receipts.length !== jobs.length) problems.push(`${receipts.length} receipts for ${jobs.length} jobs`)
    const completed = jobs.filter(({ state }) => state === 'Completed').length
    const { manaTotals } = await runtime.inspect()
    const { minted, regenerated, balances, escrow, burned } = manaTotals
    if (minted + regenerated !== balances + escrow + burned) problems.push('mana is not conserved')
    if (escrow !== 0n) problems.push(`${escrow} mana are held for no job`)
    if (burned !== BigInt(completed))
      problems.push(`${burned} mana were spent by ${completed} completed jobs`)
    if (minted !== 1_000_000n) problems.push(`${minted} mana were minted`)
    problems.push(...(await runtime.mana.audit()).faults.map((fault) => JSON.stringify(fault)))
    problems.push(...(await runtime.dag.verifyAll()).bad.map(({ cid, reason }) => `${cid}: ${reason}`))
    return { problems: problems.slice(0, 5), jobs: jobs.length, failed: jobs.length - completed }
  },

  async close() {
    await runtime.close()
  },
}

self.onmessage = async ({
  data: { call, command, args },
}: MessageEvent<{ call: number; command: keyof typeof commands; args: never }>) => {
  try {
    self.postMessage({ call, result: await commands[command](args) })
  } catch (error) {
    const { name, message, code, data } = error as Error & { code?: string; data?: unknown }
    self.postMessage({ call, error: { name, message, code, data: JSON.stringify(data ?? {}) } })
  }
}
