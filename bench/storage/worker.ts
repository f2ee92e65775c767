/** The measuring side of the storage benchmark: runs in a worker, as the runtime does. Called by run.mjs over messages. */
import { openIndexedDbStore } from '../../src/storage/indexeddb-store.ts'
import { openState, type State } from '../../src/storage/state.ts'
import { table } from '../../src/storage/types.ts'
import { answer, type JobFacts, openBare, readAndHash, writeBlocks, writeJobs, writeOne } from './bare.ts'
import { block, type Fill, fill } from './fill.ts'
import { at, cidKey, IN_FLIGHT, median, pump, timed } from './measure.ts'

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

function fact(n: number): Fact {
  return { job: n, kind: 'receipt', cid: cidKey(n + 7), mana: BigInt(n), bytes: new Uint8Array(200).fill(n) }
}

function job(state: State, n: number): Promise<unknown> {
  return state.transact((tx) => {
    const payer = `did:${n % 100}`
    const balance = tx.get(accounts, payer)?.balance ?? 0n
    tx.put(accounts, payer, { balance: balance + 1n })
    for (let i = 0; i < FACTS_PER_JOB - 1; i++) {
      const key = cidKey(n * FACTS_PER_JOB + i)
      if (i === 0 && tx.has(facts, key)) throw new Error('twice')
      tx.put(facts, key, fact(n))
    }
  })
}

/** The same ten facts, one row each, strict, 64 jobs a transaction. */
function openFacts(name: string): Promise<IDBDatabase> {
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

function writeFacts(database: IDBDatabase, from: number, count: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(['fact', 'account'], 'readwrite', { durability: 'strict' })
    const rows = transaction.objectStore('fact')
    const balances = transaction.objectStore('account')
    for (let n = from; n < from + count; n++) {
      for (let i = 0; i < FACTS_PER_JOB - 1; i++) rows.put(fact(n), cidKey(n * FACTS_PER_JOB + i))
      balances.put({ balance: BigInt(n) }, `did:${n % 100}`)
    }
    transaction.oncomplete = () => resolve()
    transaction.onabort = () => reject(transaction.error)
  })
}

let bare: IDBDatabase

const commands = {
  /** Jobs per second, ours (until everything is in its pages) and the bare loop's, on the same facts. */
  async storeRate({ jobs, rounds, options }: { jobs: number; rounds: number; options?: object }) {
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
      const database = await openFacts(`bare-${name}`)
      const time = await timed(async () => {
        for (let n = 0; n < jobs; n += IN_FLIGHT) await writeFacts(database, n, Math.min(IN_FLIGHT, jobs - n))
      })
      bare.push((jobs / time) * 1000)
      database.close()
      indexedDB.deleteDatabase(name)
      indexedDB.deleteDatabase(`bare-${name}`)
    }
    return { answered: median(answered), withPages: median(ours), bare: median(bare) }
  },

  async storeLatency({ count }: { count: number }) {
    const name = `latency-${Date.now()}`
    const state = await openState(await openIndexedDbStore(name))
    const database = await openFacts(`bare-${name}`)
    const ours: number[] = []
    const bare: number[] = []
    for (let n = 0; n < count; n++) {
      ours.push(await timed(() => job(state, n)))
      bare.push(
        await timed(
          () =>
            new Promise<void>((resolve) => {
              const transaction = database.transaction('fact', 'readwrite', { durability: 'strict' })
              transaction.objectStore('fact').put(fact(n), cidKey(n))
              transaction.oncomplete = () => resolve()
            }),
        ),
      )
    }
    await state.close()
    database.close()
    return { p50: at(ours, 0.5), p99: at(ours, 0.99), bareP50: at(bare, 0.5), bareP99: at(bare, 0.99) }
  },

  /** A database of that many blocks and accounts; answers what the store says of itself. */
  fill: (args: Fill) => fill(args),

  /** Milliseconds for the facts of so many jobs, 64 jobs a transaction. */
  async bareJobs({ facts, count }: { facts: JobFacts; count: number }) {
    const name = `bare-${Date.now()}`
    const database = await openBare(name)
    const time = await timed(async () => {
      for (let n = 0; n < count; n += IN_FLIGHT) {
        await writeJobs(database, facts, n, Math.min(IN_FLIGHT, count - n))
      }
    })
    database.close()
    await answer(indexedDB.deleteDatabase(name))
    return time
  },

  async bareOpen() {
    bare = await openBare(`bare-${Date.now()}`)
  },

  /** Milliseconds for one row in a strict transaction of its own. */
  bareOne: ({ value, n }: { value: unknown; n: number }) => timed(() => writeOne(bare, value, n)),

  async bareClose() {
    bare.close()
    await answer(indexedDB.deleteDatabase(bare.name))
  },

  /** The blocks `fill` makes, one row each. */
  async bareFill({ name, blocks }: { name: string; blocks: number }) {
    bare = await openBare(name)
    let last: ReturnType<typeof block> | undefined
    for (let from = 0; from < blocks; from += 1_000) {
      const made = new Map<string, unknown>()
      for (let n = from; n < Math.min(blocks, from + 1_000); n++) {
        last = block(n, last)
        const { data, timestamp, signature, scope } = last
        const links = last.links.map((link) => ({ ...link, cid: link.cid.toString() }))
        made.set(last.cid.toString(), {
          data,
          links,
          timestamp,
          author: `${last.authorDid}`,
          signature,
          scope,
        })
      }
      await writeBlocks(bare, made)
    }
  },

  /** Blocks a second, read and hashed. */
  async bareVerify() {
    let count = 0
    const time = await timed(async () => {
      count = await readAndHash(bare)
    })
    return (count / time) * 1_000
  },

  /** Everything read in key order, 1,000 rows at a time: ours, and a bare getAll over one row per fact. */
  async scan({ rows }: { rows: number }) {
    const name = `scan-${Date.now()}`
    const state = await openState(await openIndexedDbStore(name))
    const bare = await openFacts(`bare-${name}`)
    for (let n = 0; n < rows; n += 500) {
      await state.transact((tx) => {
        for (let row = n; row < n + 500; row++) tx.put(facts, cidKey(row), fact(row))
      })
      await new Promise((resolve) => {
        const transaction = bare.transaction('fact', 'readwrite', { durability: 'relaxed' })
        for (let row = n; row < n + 500; row++) transaction.objectStore('fact').put(fact(row), cidKey(row))
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
