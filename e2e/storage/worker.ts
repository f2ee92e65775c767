/** A small ledger on the storage core alone, in a worker as in life: puts it under load, and checks afterwards what it finds. */
import { openIndexedDbStore } from '../../src/storage/indexeddb-store.ts'
import { lead } from '../../src/storage/leader.ts'
import { openState, type State, type StateOptions } from '../../src/storage/state.ts'
import { type Transaction, table } from '../../src/storage/types.ts'

interface Job {
  readonly from: string
  readonly to: string
  readonly amount: bigint
}

const ACCOUNTS = 10
const MINTED = 10_000n
const LANES = 8

const accounts = table<bigint>('account')
const jobs = table<Job>('job')
const journal = table<Job>('journal')
const bulk = table<Uint8Array>('bulk')
const counters = table<number>('counter')

let state: State

function mint(tx: Transaction): void {
  if (tx.has(counters, 'jobs')) return
  for (let i = 0; i < ACCOUNTS; i++) tx.put(accounts, `a${i}`, MINTED / BigInt(ACCOUNTS))
  tx.put(counters, 'jobs', 0)
}

/** One job: money moves, and the same fact is written in three places, now and then with a large row. */
function transfer(tx: Transaction, id: string, n: number): void {
  const job = { from: `a${n % ACCOUNTS}`, to: `a${(n * 7 + 3) % ACCOUNTS}`, amount: BigInt(n % 5) }
  tx.put(accounts, job.from, tx.get(accounts, job.from)! - job.amount)
  tx.put(accounts, job.to, tx.get(accounts, job.to)! + job.amount)
  tx.put(jobs, id, job)
  tx.put(journal, id, job)
  tx.put(counters, 'jobs', tx.get(counters, 'jobs')! + 1)
  if (n % 16 === 0) tx.put(bulk, id, new Uint8Array(20_000).fill(n))
  tx.emit({ type: 'job', detail: { id, at: performance.timeOrigin + performance.now() } })
}

function all<Row>(tx: Transaction, of: { readonly name: string }): Map<string, Row> {
  return new Map(tx.list<Row>(of, { limit: 1_000_000 }))
}

const commands = {
  async open({ name, options }: { name: string; options?: StateOptions }) {
    state = await openState(await openIndexedDbStore(name), options)
    await state.transact(mint)
    return state.epoch
  },

  /** Jobs without end; every answered one is told. */
  async load({ tab }: { tab: string }) {
    let n = 0
    const lane = async (): Promise<never> => {
      for (;;) {
        const mine = n++
        const id = `${tab}-${String(mine).padStart(6, '0')}`
        await state.transact((tx) => transfer(tx, id, mine))
        self.postMessage({ answered: id })
      }
    }
    for (let i = 0; i < LANES; i++) lane().catch((error) => self.postMessage({ failed: String(error) }))
  },

  async jobs({ tab, count }: { tab: string; count: number }) {
    let n = 0
    const lane = async (): Promise<void> => {
      while (n < count) {
        const mine = n++
        await state.transact((tx) => transfer(tx, `${tab}-${mine}`, mine))
      }
    }
    const start = performance.now()
    await Promise.all(Array.from({ length: LANES }, lane))
    return (count / (performance.now() - start)) * 1000
  },

  async write({ key, bytes }: { key: string; bytes: number }) {
    try {
      // Not compressible, or the disk would not fill.
      const row = Uint8Array.from({ length: bytes }, () => Math.random() * 256)
      await state.transact((tx) => tx.put(bulk, key, row))
      return 'written'
    } catch (error) {
      const { code, data } = error as { code: string; data: { reason: string } }
      return `${code} ${data.reason}`
    }
  },

  async has({ key }: { key: string }) {
    return state.transact((tx) => tx.has(bulk, key))
  },

  /** Tells of every job committed elsewhere, with how long it took to be heard of here. */
  async listen() {
    state.subscribe(({ detail }, origin) => {
      const { id, at } = detail as { id: string; at: number }
      if (origin === 'remote')
        self.postMessage({ heard: id, after: performance.timeOrigin + performance.now() - at })
    })
  },

  async lead({ name }: { name: string }) {
    lead(name, (signal) => {
      self.postMessage({ leads: true })
      return new Promise((resolve) => signal.addEventListener('abort', () => resolve()))
    })
  },

  /** What is wrong with what is stored, in words; nothing, if all is well. */
  async verify({ answered }: { answered: readonly string[] }) {
    const problems = await state.read((tx) => {
      const found: string[] = []
      const [ran, written, large] = [all<Job>(tx, jobs), all<Job>(tx, journal), all<Uint8Array>(tx, bulk)]
      for (const id of answered) if (!ran.has(id)) found.push(`job ${id} was answered and is gone`)
      if (ran.size !== tx.get(counters, 'jobs'))
        found.push(`${ran.size} jobs, counted ${tx.get(counters, 'jobs')}`)
      if (written.size !== ran.size) found.push(`${written.size} journal entries for ${ran.size} jobs`)
      const balances = new Map(
        Array.from({ length: ACCOUNTS }, (_, i) => [`a${i}`, MINTED / BigInt(ACCOUNTS)]),
      )
      for (const [id, job] of ran) {
        if (written.get(id)?.amount !== job.amount) found.push(`job ${id} is half there`)
        const n = Number(id.split('-').at(-1))
        if (n % 16 === 0 && large.get(id)?.[19_999] !== n % 256) found.push(`job ${id} lacks its large row`)
        balances.set(job.from, balances.get(job.from)! - job.amount)
        balances.set(job.to, balances.get(job.to)! + job.amount)
      }
      for (const [id, balance] of balances) {
        const stored = tx.get(accounts, id)
        if (stored !== balance) found.push(`account ${id} holds ${stored}, its jobs make ${balance}`)
      }
      return found.slice(0, 5)
    })
    return {
      problems,
      jobs: await state.read((tx) => tx.get(counters, 'jobs')!),
      failing: state.figures().materialising?.message,
    }
  },

  async close() {
    await state.close()
  },
}

self.onmessage = async ({
  data: { call, command, args },
}: MessageEvent<{ call: number; command: keyof typeof commands; args: never }>) => {
  try {
    self.postMessage({ call, result: await commands[command](args) })
  } catch (error) {
    const { name, message, code, data } = error as Error & { code?: string; data?: unknown }
    self.postMessage({ call, error: { name, message, code, data } })
  }
}
