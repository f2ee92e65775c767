// Compiled, never run: the declarations as a strict foreign project meets them.
import {
  Cid,
  Did,
  type ExecutionReceipt,
  IcnError,
  type IcnErrorCode,
  type IcnRuntime,
  type RunResult,
  type RuntimeEvents,
  type StartOptions,
  startRuntime,
} from 'icn-runtime-web'

const options: StartOptions = {
  database: 'foreign',
  environment: 'testing',
  identitySeed: new Uint8Array(32),
  limits: { fuel: 5_000_000n, executionMs: 1_000 },
  manaRegeneration: false,
  worker: () => new Worker(new URL('icn-runtime-web/worker', import.meta.url), { type: 'module' }),
  signal: AbortSignal.timeout(1_000),
}

export async function use(bytes: Uint8Array): Promise<bigint> {
  const runtime = await startRuntime(options)
  const held: IcnRuntime = runtime
  const stop: () => void = runtime.on('mana', ({ did, balance }) => console.log(Did.parse(did), balance + 1n))
  runtime.addEventListener('restart', (event) => {
    const { restarts } = (event as CustomEvent<RuntimeEvents['restart']>).detail
    console.log(restarts.toFixed())
  })
  try {
    const result: RunResult = await runtime.run(bytes, { fuel: 10n, signal: AbortSignal.timeout(10) })
    const receipt: ExecutionReceipt = result.receipt
    console.log(Cid.parse(receipt.resultCid).toString(), receipt.cpuMs + 1n)
  } catch (error) {
    if (IcnError.is(error, 'ExecutionTimeout')) console.log(error.code satisfies 'ExecutionTimeout')
    if (IcnError.is(error)) console.log(error.code satisfies IcnErrorCode)
  }
  // @ts-expect-error mana is bigint
  await held.mana.spend(5)
  // @ts-expect-error no such event
  runtime.on('weather', () => {})
  stop()
  await runtime.close()
  return held.mana.balance()
}
