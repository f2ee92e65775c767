/** Export and import over a real worker and a real IndexedDB. */
import { expect, test } from 'vitest'
import type { RuntimeOptions } from '../protocol/api.ts'
import { start } from './start.ts'

const fresh = () => `streams-${crypto.randomUUID()}`

/** Remembers its workers, so that a test can end one. */
function opener(options: RuntimeOptions) {
  const workers: Worker[] = []
  const spawn = () => {
    const worker = new Worker(new URL('../worker.ts', import.meta.url), { type: 'module' })
    workers.push(worker)
    return worker
  }
  return { workers, open: () => start({ manaRegeneration: false, integrityCheck: false, ...options }, spawn) }
}

async function filled(blocks: number) {
  const { open } = opener({ database: fresh() })
  const runtime = await open()
  await Promise.all(
    Array.from({ length: blocks }, (_, i) =>
      runtime.dag.put({ data: new Uint8Array(i % 50 === 0 ? 40_000 : 300).fill(1 + (i % 251), i % 280) }),
    ),
  )
  return runtime
}

async function collect(stream: ReadableStream<Uint8Array>): Promise<Blob> {
  return new Response(stream).blob()
}

test('a node goes into a file and comes back on another database, and after a reload', async () => {
  await using runtime = await filled(900)
  await runtime.mana.spend(5n)
  const file = await collect(await runtime.dag.export())
  const there = opener({ database: fresh() })
  const first = await there.open()
  const result = await first.dag.import(file.stream())
  expect(result).toMatchObject({ state: 'restored', omitted: 0, bytes: file.size })
  const root = await runtime.dag.root()
  expect(await first.dag.root()).toBe(root)
  await first.close()
  await using again = await there.open()
  expect(await again.dag.root()).toBe(root)
  expect(await again.dag.verifyAll()).toMatchObject({ bad: [] })
  expect((await again.mana.audit()).faults).toEqual([])
  expect((await collect(await again.dag.exportCar())).size).toBeGreaterThan(file.size / 2)
})

test('a worker that dies in the middle of an import leaves nothing of it', async () => {
  await using runtime = await filled(900)
  const file = await collect(await runtime.dag.export())
  const there = opener({ database: fresh() })
  await using page = await there.open()
  const bytes = new Uint8Array(await file.arrayBuffer())
  let at = 0
  const source = new ReadableStream<Uint8Array>({
    pull(controller) {
      controller.enqueue(bytes.slice(at, at + 50_000))
      at += 50_000
      if (at > bytes.length * 0.8) there.workers[0]!.terminate()
    },
  })
  await expect(page.dag.import(source)).rejects.toMatchObject({ code: 'WorkerCrashed' })
  expect((await page.dag.list()).items).toEqual([])
  // The next one is not in its way, and finds the database as good as new.
  expect(await page.dag.import(file.stream())).toMatchObject({ state: 'restored' })
  expect(await page.dag.root()).toBe(await runtime.dag.root())
})
