/** Runs in Chromium: variants of one kernel beside one another, round after round, times in milliseconds. */
import { instantiate } from '../../src/wasm/index.ts'

interface Variant {
  readonly name: string
  readonly base64: string
  readonly metered: boolean
}
interface Times {
  readonly result: string
  readonly fuel: string | null
  readonly times: readonly number[]
  readonly compile: number
}

/** What the host-call peers have charged: kept, so that the call has something to do. */
let hostCharged = 0
const AMPLE = (1n << 62n) - 1n
const decode = (base64: string) => Uint8Array.from(atob(base64), (char) => char.charCodeAt(0))

async function measure(
  variants: readonly Variant[],
  n: number,
  rounds: number,
  warm: number,
): Promise<Record<string, Times>> {
  const charge = (cost: number) => {
    hostCharged += cost
  }
  const imports = { peer: { charge }, metering: { usegas: charge } }
  const compiled = variants.map(({ name, base64, metered }) => {
    const bytes = decode(base64)
    const before = performance.now()
    const module = new WebAssembly.Module(bytes)
    const compile = performance.now() - before
    if (!metered) {
      const { exports } = new WebAssembly.Instance(module, imports)
      return { name, compile, run: exports.run as (n: number) => number | bigint, fuel: () => null }
    }
    const made = instantiate(module, {}, { fuel: AMPLE, callDepth: 1_000_000 })
    return {
      name,
      compile,
      run: (m: number) => made.call('run', [m]) as number | bigint,
      fuel: () => made.fuelUsed,
    }
  })
  const times = compiled.map((): number[] => [])
  const results = compiled.map(() => '')
  const fuels = compiled.map((): bigint | null => null)
  // Rounds before the first that counts let the optimising tier arrive; it compiles in the background.
  for (let round = -warm; round < rounds; round++) {
    for (let i = 0; i < compiled.length; i++) {
      // Another one begins each round, so that none always runs on a cold or a hot machine.
      const at = (i + round + warm) % compiled.length
      const one = compiled[at]!
      const fuelBefore = one.fuel()
      const before = performance.now()
      const result = one.run(n)
      const took = performance.now() - before
      results[at] = String(result)
      if (fuelBefore !== null) fuels[at] = (one.fuel() as unknown as bigint) - fuelBefore
      if (round >= 0) times[at]!.push(took)
    }
    await new Promise((resolve) => setTimeout(resolve, round < 0 ? 30 : 0))
  }
  return Object.fromEntries(
    compiled.map(({ name, compile }, i) => [
      name,
      { result: results[i]!, fuel: fuels[i] === null ? null : String(fuels[i]), times: times[i]!, compile },
    ]),
  )
}

/**
 * Best of many short rounds, for a machine that has other work: a round of a few milliseconds is now and then left in
 * peace, and the best of each variant is then the same from run to run within one percent, where medians are not.
 * Needs tier-up in the foreground (`--wasm-sync-tier-up`) and a clock of microseconds (cross-origin isolation).
 */
async function measureShort(
  variants: readonly Variant[],
  n: number,
  rounds: number,
): Promise<Record<string, Times>> {
  const compiled = variants.map(({ name, base64, metered }) => {
    const module = new WebAssembly.Module(decode(base64))
    if (!metered) {
      const { exports } = new WebAssembly.Instance(module, {})
      return { name, run: exports.run as (n: number) => number | bigint, fuel: () => null }
    }
    const made = instantiate(module, {}, { fuel: AMPLE, callDepth: 1_000_000 })
    return {
      name,
      run: (m: number) => made.call('run', [m]) as number | bigint,
      fuel: () => made.fuelUsed,
    }
  })
  const time = (at: number, m: number) => {
    const before = performance.now()
    compiled[at]!.run(m)
    return performance.now() - before
  }
  // Up to the optimising tier, and to an input that takes a few milliseconds.
  const warm = Math.max(1, n >> 2)
  for (let round = 0; round < 3; round++) for (let at = 0; at < compiled.length; at++) time(at, warm)
  let size = n
  // Exponential inputs step down one by one.
  while (size > 1 && Math.min(time(0, size), time(0, size), time(0, size)) > SHORT_ROUND)
    size = size > 64 ? size >> 1 : size - 1
  const results = compiled.map(({ run }) => String(run(size)))
  const times = compiled.map((): number[] => [])
  const fuels = compiled.map((): string | null => null)
  // Steady when the three best of every variant lie together: each has been left in peace more than once.
  const steady = () =>
    times.every((one) => {
      const best = one.toSorted((a, b) => a - b)
      return best[2]! < best[0]! * 1.02
    })
  for (let round = 0; round < rounds || (round < 6 * rounds && !steady()); round++)
    for (let i = 0; i < compiled.length; i++) {
      const at = (i + round) % compiled.length
      const before = compiled[at]!.fuel()
      times[at]!.push(time(at, size))
      if (before !== null) fuels[at] = String((compiled[at]!.fuel() as unknown as bigint) - before)
    }
  return Object.fromEntries(
    compiled.map(({ name }, i) => [
      name,
      { result: results[i]!, fuel: fuels[i]!, times: times[i]!, compile: 0 },
    ]),
  )
}

/** Milliseconds. */
const SHORT_ROUND = 4

/** Synchronous compilation of one module, several times, each from fresh bytes so that no cache helps. */
function compileTimes(base64s: readonly string[], rounds: number): number[][] {
  const times = base64s.map((): number[] => [])
  for (let round = 0; round < rounds; round++)
    base64s.forEach((base64, i) => {
      const plain = decode(base64)
      // A custom section with the round's number makes each module new to the engine's cache.
      const bytes = new Uint8Array([...plain, 0, 3, 1, 0x72, round])
      const before = performance.now()
      new WebAssembly.Module(bytes)
      times[i]!.push(performance.now() - before)
    })
  return times
}

Object.assign(globalThis, { measure, measureShort, compileTimes, hostCharged: () => hostCharged })
