/** The measuring side of the storage benchmark: runs in a worker, as the runtime does. Called by run.mjs over messages. */
import { openIndexedDbStore } from '../../src/storage/indexeddb-store.ts'
import { openState, type State } from '../../src/storage/state.ts'
import { table } from '../../src/storage/types.ts'

interface Fact {
  readonly job: number
  readonly kind: string
  readonly cid: string
  readonly mana: bigint
  readonly bytes: Uint8Array
}

const facts = table<Fact>('fact')
const accounts = table<{ balance: bigint }>('account')
const FACTS_PER_JOB = 10
const IN_FLIGHT = 64

/** Keys as CIDs are: without order. */
function factKey(n: number): string {
  let hash = Math.imul(n + 1, 0x9e3779b1)
  let text = 'bafyrei'
  for (let i = 0; i < 2; i++) {
    hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca77 + i)
    text += (hash >>> 0).toString(36).padStart(7, '0')
  }
  return `${text}gh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e`
}

function fact(n: number): Fact {
  return { job: n, kind: 'receipt', cid: factKey(n + 7), mana: BigInt(n), bytes: new Uint8Array(200).fill(n) }
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!
}

/** Keeps `IN_FLIGHT` calls under way until `count` are done. */
async function pump(count: number, call: (n: number) => Promise<unknown>): Promise<void> {
  let next = 0
  const lane = async (): Promise<void> => {
    while (next < count) await call(next++)
  }
  await Promise.all(Array.from({ length: IN_FLIGHT }, lane))
}

function job(state: State, n: number): Promise<unknown> {
  return state.transact((tx) => {
    const payer = `did:${n % 100}`
    const balance = tx.get(accounts, payer)?.balance ?? 0n
    tx.put(accounts, payer, { balance: balance + 1n })
    for (let i = 0; i < FACTS_PER_JOB - 1; i++) {
      const key = factKey(n * FACTS_PER_JOB + i)
      if (i === 0 && tx.has(facts, key)) throw new Error('twice')
      tx.put(facts, key, fact(n))
    }
  })
}

function openBare(name: string): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(name, 1)
    request.onupgradeneeded = () => {
      request.result.createObjectStore('fact')
      request.result.createObjectStore('account')
    }
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
}

/** The peer: the same facts, one row each, strict, 64 jobs a transaction. */
function bareGroup(database: IDBDatabase, from: number, count: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(['fact', 'account'], 'readwrite', { durability: 'strict' })
    const rows = transaction.objectStore('fact')
    const balances = transaction.objectStore('account')
    for (let n = from; n < from + count; n++) {
      for (let i = 0; i < FACTS_PER_JOB - 1; i++) rows.put(fact(n), factKey(n * FACTS_PER_JOB + i))
      balances.put({ balance: BigInt(n) }, `did:${n % 100}`)
    }
    transaction.oncomplete = () => resolve()
    transaction.onabort = () => reject(transaction.error)
  })
}

const commands = {
  /** Jobs per second, ours (until everything is in its pages) and the bare loop's, on the same facts. */
  async rate({ jobs, rounds, options }: { jobs: number; rounds: number; options?: object }) {
    const ours: number[] = []
    const answered: number[] = []
    const bare: number[] = []
    for (let round = 0; round < rounds; round++) {
      const name = `rate-${round}-${Date.now()}`
      const state = await openState(await openIndexedDbStore(name), options)
      let answers = 0
      const total = await timed(async () => {
        answers = await timed(() => pump(jobs, (n) => job(state, n)))
        await state.settle()
      })
      answered.push((jobs / answers) * 1000)
      ours.push((jobs / total) * 1000)
      await state.close()
      const database = await openBare(`bare-${name}`)
      const time = await timed(async () => {
        for (let n = 0; n < jobs; n += IN_FLIGHT) await bareGroup(database, n, Math.min(IN_FLIGHT, jobs - n))
      })
      bare.push((jobs / time) * 1000)
      database.close()
      indexedDB.deleteDatabase(name)
      indexedDB.deleteDatabase(`bare-${name}`)
    }
    return { answered: median(answered), withPages: median(ours), bare: median(bare) }
  },

  async latency({ count }: { count: number }) {
    const name = `latency-${Date.now()}`
    const state = await openState(await openIndexedDbStore(name))
    const database = await openBare(`bare-${name}`)
    const ours: number[] = []
    const bare: number[] = []
    for (let n = 0; n < count; n++) {
      ours.push(await timed(() => job(state, n)))
      bare.push(
        await timed(
          () =>
            new Promise<void>((resolve) => {
              const transaction = database.transaction('fact', 'readwrite', { durability: 'strict' })
              transaction.objectStore('fact').put(fact(n), factKey(n))
              transaction.oncomplete = () => resolve()
            }),
        ),
      )
    }
    await state.close()
    database.close()
    const at = (values: number[], share: number): number =>
      values.sort((a, b) => a - b)[Math.floor(values.length * share)]!
    return { p50: at(ours, 0.5), p99: at(ours, 0.99), bareP50: at(bare, 0.5), bareP99: at(bare, 0.99) }
  },

  /** Fills a database; answers rows per second. */
  async fill({ name, from, to, options }: { name: string; from: number; to: number; options?: object }) {
    const state = await openState(await openIndexedDbStore(name), options)
    const chunk = 500
    const time = await timed(async () => {
      for (let n = from; n < to; n += chunk * 4) {
        await Promise.all(
          Array.from({ length: 4 }, (_, i) =>
            state.transact((tx) => {
              for (let row = n + i * chunk; row < Math.min(to, n + (i + 1) * chunk); row++)
                tx.put(facts, factKey(row), fact(row))
            }),
          ),
        )
      }
      await state.settle()
    })
    const figures = state.figures()
    await state.close()
    return { perSecond: ((to - from) / time) * 1000, runs: figures.runs, memory: figures.memory }
  },

  /** Opening, the first cold read, a warm durable job and the newest 50 of a listing, on a database of `rows` rows. */
  async cold({ name, rows, rounds }: { name: string; rows: number; rounds: number }) {
    const result = {
      open: [] as number[],
      get: [] as number[],
      absent: [] as number[],
      list: [] as number[],
      commit: [] as number[],
    }
    for (let round = 0; round < rounds; round++) {
      let state!: State
      result.open.push(await timed(async () => (state = await openState(await openIndexedDbStore(name)))))
      const at = factKey(Math.floor((rows * (round + 0.5)) / rounds))
      result.get.push(await timed(() => state.read((tx) => tx.get(facts, at))))
      result.absent.push(await timed(() => state.read((tx) => tx.get(facts, `${at}x`))))
      result.list.push(await timed(() => state.read((tx) => tx.list(facts, { limit: 50, reverse: true }))))
      result.commit.push(await timed(() => job(state, 1_000_000_000 + rows + round)))
      await state.close()
    }
    return Object.fromEntries(Object.entries(result).map(([name, times]) => [name, median(times)]))
  },

  /** Everything read in key order, 1,000 rows at a time: ours, and a bare getAll over one row per fact. */
  async scan({ rows }: { rows: number }) {
    const name = `scan-${Date.now()}`
    const state = await openState(await openIndexedDbStore(name))
    const bare = await openBare(`bare-${name}`)
    for (let n = 0; n < rows; n += 500) {
      await state.transact((tx) => {
        for (let row = n; row < n + 500; row++) tx.put(facts, factKey(row), fact(row))
      })
      await new Promise((resolve) => {
        const transaction = bare.transaction('fact', 'readwrite', { durability: 'relaxed' })
        for (let row = n; row < n + 500; row++) transaction.objectStore('fact').put(fact(row), factKey(row))
        transaction.oncomplete = resolve
      })
    }
    await state.settle()
    await state.close()
    const cold = await openState(await openIndexedDbStore(name))
    const ours = await timed(async () => {
      for (let after = ''; ; ) {
        const page = await cold.read((tx) => tx.list(facts, { limit: 1000, after }))
        if (page.length === 0) break
        after = page.at(-1)![0]
      }
    })
    const theirs = await timed(async () => {
      for (let after = ''; ; ) {
        const range = IDBKeyRange.lowerBound(after, true)
        const source = bare.transaction('fact').objectStore('fact')
        const [keys] = await Promise.all([
          answer(source.getAllKeys(range, 1000)),
          answer(source.getAll(range, 1000)),
        ])
        if (keys.length === 0) break
        after = keys.at(-1) as string
      }
    })
    await cold.close()
    bare.close()
    return { ours: (rows / ours) * 1000, bare: (rows / theirs) * 1000 }
  },

  /** Single cold and warm gets in a large database. */
  async gets({ name, rows, count }: { name: string; rows: number; count: number }) {
    const state = await openState(await openIndexedDbStore(name))
    const time = await timed(async () => {
      for (let i = 0; i < count; i++) await state.read((tx) => tx.get(facts, factKey((i * 7919) % rows)))
    })
    const { memory } = state.figures()
    await state.close()
    return { perSecond: (count / time) * 1000, memory }
  },
}

function answer<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
}

self.onmessage = async ({
  data: { command, args },
}: MessageEvent<{ command: keyof typeof commands; args: never }>) => {
  try {
    self.postMessage({ result: await commands[command](args) })
  } catch (error) {
    self.postMessage({ error: String((error as Error).stack) })
  }
}
