/** Swaps metered bytes in wherever a package compiles WebAssembly, so that it is driven through its own interface. */
import {
  type HostImports,
  instantiate,
  type MeteredInstance,
  type MeterOptions,
  meter,
} from '../../src/wasm/index.ts'

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
/** Instances of one module whose fuel is still looked at. */
const KEPT = 16
/** The largest budgets there are: nothing here is to be stopped. */
const AMPLE = 1n << 48n

/** @returns what has been swapped, filled in as modules come */
export function hookWebAssembly(options: MeterOptions): Swapped[] {
  const swapped: Swapped[] = []
  const instances = new Map<WebAssembly.Module, (made: MeteredInstance) => void>()
  let inside = false
  const { Module: PlainModule, Instance: PlainInstance } = WebAssembly

  function swap(source: BufferSource): WebAssembly.Module {
    const bytes =
      source instanceof ArrayBuffer
        ? new Uint8Array(source)
        : new Uint8Array(source.buffer as ArrayBuffer, source.byteOffset, source.byteLength)
    const metered = meter(bytes, { ...options, limits: LIMITS })
    const module = new PlainModule(metered.bytes)
    const made: MeteredInstance[] = []
    let retired = 0n
    // Some packages make an instance per call: keeping all of them would use up the address space.
    instances.set(module, (one) => {
      made.push(one)
      if (made.length > KEPT) retired += made.shift()!.fuelUsed
    })
    swapped.push({
      bytes: bytes.length,
      meteredBytes: metered.bytes.length,
      fuel: () => made.reduce((sum, { fuelUsed }) => sum + fuelUsed, retired),
    })
    return module
  }

  /** Callers expect an instance; what they get has its prototype, and the exports of the metered one. */
  function start(module: WebAssembly.Module, imports: WebAssembly.Imports = {}): WebAssembly.Instance {
    inside = true
    const onInstance = (made: MeteredInstance) => {
      inside = false
      instances.get(module)?.(made)
    }
    const options = { fuel: AMPLE, callDepth: 1_000_000, memoryPages: 65_536, onInstance }
    try {
      const { exports } = instantiate(module, imports as HostImports, options)
      return Object.create(PlainInstance.prototype, { exports: { value: exports } }) as WebAssembly.Instance
    } finally {
      inside = false
    }
  }

  const api = WebAssembly as unknown as Record<string, unknown>
  api.Module = new Proxy(PlainModule, { construct: (_, [source]) => swap(source as BufferSource) })
  api.Instance = new Proxy(PlainInstance, {
    construct: (_, [module, imports]) =>
      inside
        ? new PlainInstance(module as WebAssembly.Module, imports as WebAssembly.Imports)
        : start(module as WebAssembly.Module, imports as WebAssembly.Imports),
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
