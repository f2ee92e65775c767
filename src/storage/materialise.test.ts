/** What is brought up to date behind the log has code of its own, which may not come. */
import { afterEach, expect, test, vi } from 'vitest'
import { table } from './types.ts'

const rows = table<number>('row')
const small = { flushRows: 4, flushCommits: 4, pageBytes: 64 }
const COMMITS = 50

/** How the code comes, the next times it is asked for. */
const answers = vi.hoisted(() => ({ next: [] as (() => Promise<void>)[] }))

vi.mock('../common/late.ts', async (original) => {
  const { late } = await original<typeof import('../common/late.ts')>()
  return {
    late: <T>(what: string, load: () => Promise<T>) =>
      late(what, async () => {
        await answers.next.shift()?.()
        return load()
      }),
  }
})

/** With nothing loaded yet. */
async function fresh() {
  vi.resetModules()
  const { MemoryDatabase, openMemoryStore } = await import('./memory-store.ts')
  const { openState } = await import('./state.ts')
  return { MemoryDatabase, openMemoryStore, openState }
}

afterEach(() => {
  answers.next = []
  vi.useRealTimers()
})

test('while it does not come the log holds everything; it is asked for again and then nothing is missing', async () => {
  const { MemoryDatabase, openMemoryStore, openState } = await fresh()
  vi.useFakeTimers({ toFake: ['Date'] })
  const database = new MemoryDatabase()
  const lost = () => Promise.reject(new TypeError('no network'))
  answers.next = [lost, lost]
  const state = await openState(openMemoryStore(database), small)
  const put = async (from: number) => {
    for (let n = from; n < from + COMMITS; n++) await state.transact((tx) => tx.put(rows, `${n}`, n))
  }
  await put(0)
  // Far beyond four times the bound, and nobody was made to wait.
  expect(state.figures()).toMatchObject({
    lag: { commits: COMMITS, rows: COMMITS },
    runs: [],
    materialising: { code: 'ProcessingFailure', data: { reason: 'codeUnavailable' } },
  })
  expect(answers.next).toHaveLength(1)
  await expect(state.settle()).rejects.toMatchObject({ data: { reason: 'codeUnavailable' } })
  expect(answers.next).toHaveLength(0)

  // Another tab opens what there is: a log longer than usual.
  const other = await openState(openMemoryStore(database), small)
  expect(await other.read((tx) => tx.list(rows, { limit: 1_000 }).length)).toBe(COMMITS)
  await other.close()

  vi.setSystemTime(Date.now() + 5_000)
  await put(COMMITS)
  await vi.waitFor(() => expect(state.figures().lag.commits).toBeLessThan(small.flushCommits))
  expect(state.figures().materialising).toBeUndefined()
  expect(state.figures().runs.length).toBeGreaterThan(0)
  expect(await state.read((tx) => tx.list(rows, { limit: 1_000 }).map(([, n]) => n))).toEqual(
    Array.from({ length: 2 * COMMITS }, (_, n) => n).sort((a, b) => (`${a}` < `${b}` ? -1 : 1)),
  )
  await state.close()
})

test('nobody waits for it while it is on its way: transactions are answered, and the store closes', async () => {
  const { openMemoryStore, openState } = await fresh()
  answers.next = [() => new Promise(() => {})]
  const state = await openState(openMemoryStore(), small)
  for (let n = 0; n < COMMITS; n++) await state.transact((tx) => tx.put(rows, `${n}`, n))
  expect(state.figures().lag.rows).toBe(COMMITS)
  await state.close()
})
