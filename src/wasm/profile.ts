/** Reads what profile mode counted back out of an instance, and counts what the host charged while each import ran. */
import { functionNames } from './names.ts'
import { Reader } from './reader.ts'
import {
  type FuelProfile,
  type FunctionProfile,
  type HostImports,
  type LoopProfile,
  METER_EXPORTS,
} from './types.ts'

/** Fuel charged by the host: to the import that was running, or to none. */
export class HostCharges {
  readonly calls: bigint[] = []
  readonly fuel: bigint[] = []
  outside = 0n
  /** Imports being called, the innermost last. */
  readonly #running: number[] = []

  charge(units: bigint): void {
    const import_ = this.#running[this.#running.length - 1]
    if (import_ === undefined) this.outside += units
    else this.fuel[import_]! += units
  }

  /** The imports, each wrapped so that it is known which one runs. Imported twice, one counts as its first. */
  watch(module: WebAssembly.Module, imports: HostImports): HostImports {
    const watched = Object.create(null) as Record<string, Record<string, unknown>>
    WebAssembly.Module.imports(module).forEach(({ module: from, name }, index) => {
      this.calls.push(0n)
      this.fuel.push(0n)
      watched[from] ??= Object.create(null) as Record<string, unknown>
      if (name in watched[from]) return
      const target = imports[from]?.[name] as ((...args: unknown[]) => unknown) | undefined
      // What cannot be linked is left for the engine to refuse.
      watched[from][name] =
        typeof target !== 'function'
          ? target
          : (...args: unknown[]) => {
              this.calls[index]! += 1n
              this.#running.push(index)
              try {
                return target(...args)
              } finally {
                this.#running.pop()
              }
            }
    })
    return watched as HostImports
  }
}

/** Whether a module was metered with `profile`. */
export function countsProfile(module: WebAssembly.Module): boolean {
  return WebAssembly.Module.exports(module).some(({ name }) => name === METER_EXPORTS.profile)
}

/** The profile so far; only what was entered is in it. */
export function readProfile(
  module: WebAssembly.Module,
  exports: WebAssembly.Exports,
  host: HostCharges,
  fuelUsed: bigint,
): FuelProfile {
  const counter = exports[METER_EXPORTS.profile] as (index: number) => bigint
  const [nameSection] = WebAssembly.Module.customSections(module, 'name')
  const names = nameSection === undefined ? new Map() : functionNames(new Uint8Array(nameSection))
  const functions: FunctionProfile[] = []
  WebAssembly.Module.imports(module).forEach(({ module: from, name }, index) => {
    const calls = host.calls[index]!
    if (calls > 0n)
      functions.push({ index, name: `${from}.${name}`, fuel: host.fuel[index]!, calls, loops: [] })
  })
  const [section] = WebAssembly.Module.customSections(module, METER_EXPORTS.profile)
  const r = new Reader(new Uint8Array(section!), 0, section!.byteLength, METER_EXPORTS.profile)
  const imported = r.u32('the first function')
  const count = r.u32('functions')
  const loops = Array.from({ length: count }, (): LoopProfile[] => [])
  const inLoops = new BigInt64Array(count)
  for (let place = count, left = r.u32('loops'); left > 0; left--, place++) {
    const own = r.u32('the function of a loop') - imported
    const offset = r.u32('the offset of a loop')
    const fuel = counter(place * 2)
    const trips = counter(place * 2 + 1)
    inLoops[own]! += fuel
    if (trips > 0n) loops[own]!.push({ offset, fuel, trips })
  }
  for (let own = 0; own < count; own++) {
    const calls = counter(own * 2 + 1)
    if (calls === 0n) continue
    const index = imported + own
    functions.push({
      index,
      name: names.get(index) ?? `function ${index}`,
      fuel: counter(own * 2) + inLoops[own]!,
      calls,
      loops: loops[own]!,
    })
  }
  const fuel = functions.reduce((sum, one) => sum + one.fuel, host.outside)
  return { fuel, beyond: fuel - fuelUsed, outside: host.outside, functions }
}
