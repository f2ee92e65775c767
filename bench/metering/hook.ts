/** Swaps metered bytes in wherever a package compiles WebAssembly, so that it is driven through its own interface. */
import { DEPTH_MASK, LARGEST_BUDGET } from '../../src/wasm/counter.ts'
import { METER_EXPORTS, type MeterOptions, meter } from '../../src/wasm/index.ts'

export interface Swapped {
  readonly bytes: number
  readonly meteredBytes: number
  /** Fuel used by all instances so far. */
  fuel(): bigint
}

/** Packages are larger than contracts may be. */
export const LIMITS = {
  memoryPages: 65_536,
  tableElements: 10_000_000,
  functions: 100_000,
  functionBytes: 10_000_000,
  globals: 10_000,
  imports: 10_000,
  exports: 10_000,
  types: 10_000,
  dataSegments: 100_000,
  elementSegments: 100_000,
  locals: 50_000,
  nesting: 10_000,
  brTableTargets: 100_000,
}
/** The largest budgets there are: nothing here is to be stopped. */
const AMPLE = LARGEST_BUDGET

/** @returns what has been swapped, filled in as modules come */
export function hookWebAssembly(options: MeterOptions): Swapped[] {
  const swapped: Swapped[] = []
  const instances = new Map<WebAssembly.Module, WebAssembly.Instance[]>()
  const { Module: PlainModule, Instance: PlainInstance } = WebAssembly

  function swap(source: BufferSource): WebAssembly.Module {
    const bytes =
      source instanceof ArrayBuffer
        ? new Uint8Array(source)
        : new Uint8Array(source.buffer as ArrayBuffer, source.byteOffset, source.byteLength)
    const metered = meter(bytes, { ...options, limits: LIMITS })
    const module = new PlainModule(metered.bytes)
    const made: WebAssembly.Instance[] = []
    instances.set(module, made)
    swapped.push({
      bytes: bytes.length,
      meteredBytes: metered.bytes.length,
      fuel: () =>
        made.reduce(
          (sum, { exports }) => sum + AMPLE - (exports[METER_EXPORTS.fuel] as WebAssembly.Global).value,
          0n,
        ),
    })
    return module
  }

  /** What `instantiate` of the product does, for callers that make instances themselves. */
  function start(module: WebAssembly.Module, imports: WebAssembly.Imports = {}): WebAssembly.Instance {
    const instance = new PlainInstance(module, imports)
    const { exports } = instance
    const set = (name: string, value: number | bigint) => {
      const global = exports[name]
      if (global instanceof WebAssembly.Global) global.value = value
    }
    set(METER_EXPORTS.fuel, AMPLE)
    set(METER_EXPORTS.depth, DEPTH_MASK)
    set(METER_EXPORTS.pages, 65_536)
    instances.get(module)?.push(instance)
    const begin = exports[METER_EXPORTS.start]
    if (typeof begin === 'function') begin()
    return instance
  }

  const api = WebAssembly as unknown as Record<string, unknown>
  api.Module = new Proxy(PlainModule, { construct: (_, [source]) => swap(source as BufferSource) })
  api.Instance = new Proxy(PlainInstance, {
    construct: (_, [module, imports]) => start(module as WebAssembly.Module, imports as WebAssembly.Imports),
  })
  api.compile = async (source: BufferSource) => swap(source)
  api.instantiate = async (source: BufferSource | WebAssembly.Module, imports?: WebAssembly.Imports) => {
    if (source instanceof PlainModule) return start(source, imports)
    const module = swap(source as BufferSource)
    return { module, instance: start(module, imports) }
  }
  const whole = async (response: Response | Promise<Response>) => swap(await (await response).arrayBuffer())
  api.compileStreaming = whole
  api.instantiateStreaming = async (
    response: Response | Promise<Response>,
    imports?: WebAssembly.Imports,
  ) => {
    const module = await whole(response)
    return { module, instance: start(module, imports) }
  }
  return swapped
}
