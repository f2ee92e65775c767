/** The page's side: runs made for the first time, and their receipts verified, as any page does both. */
import { type RuntimeClient, startRuntime } from '../../src/index.ts'
import { pump, timed } from '../storage/measure.ts'

let runtime: RuntimeClient
let modules: readonly string[] = []

const commands = {
  /** @param pool with the workers the runtime would start itself */
  async start({ database, pool }: { database: string; pool: boolean }) {
    const script = pool ? '/worker.js' : '/alone.js'
    runtime = await startRuntime({
      environment: 'testing',
      initialMana: 1_000_000_000_000n,
      manaRegeneration: false,
      integrityCheck: false,
      database,
      worker: () => new Worker(script, { type: 'module' }),
    })
  },

  close: () => runtime.close(),

  async take({ contracts }: { contracts: number[][] }) {
    const taken: string[] = []
    for (const bytes of contracts) taken.push((await runtime.modules.add(Uint8Array.from(bytes))).cid)
    modules = taken
  },

  /** Milliseconds for so many first runs, of the modules in turns. */
  run: ({ count, inFlight }: { count: number; inFlight: number }) =>
    timed(() =>
      pump(
        count,
        async (n) => {
          const { success, failure } = await runtime.run(modules[n % modules.length]!, {
            costMana: 1_000_000n,
          })
          if (!success) throw new Error(`Run ${n} failed: ${JSON.stringify(failure)}`)
        },
        inFlight,
      ),
    ),

  /** Milliseconds for all receipts, and that they are what they should be. */
  async verify({ count }: { count: number }) {
    const start = performance.now()
    const found = await runtime.receipts.verifyAll()
    const time = performance.now() - start
    if (found.verified !== count || found.checked !== count)
      throw new Error(JSON.stringify(found).slice(0, 1_000))
    return time
  },

  /** From the call for an end to the end, milliseconds. */
  async abort({ after }: { after: number }) {
    const controller = new AbortController()
    const checking = runtime.receipts.verifyAll({ signal: controller.signal }).catch((error) => error)
    await new Promise((resolve) => setTimeout(resolve, after))
    const start = performance.now()
    controller.abort()
    const { code } = await checking
    if (code !== 'Aborted') throw new Error(`It ended with ${code}.`)
    return performance.now() - start
  },
}

Object.assign(globalThis, {
  bench: (command: keyof typeof commands, args: never) => commands[command](args),
})
