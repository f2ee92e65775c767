/** One run of a metered module: budgets set before the first instruction, stops and traps told apart afterwards. */
import { inWords } from '../common/bytes.ts'
import { IcnError, type IcnErrorData } from '../common/errors.ts'
import { LARGEST_BUDGET, LARGEST_DEPTH } from './counter.ts'
import { functionNames } from './names.ts'
import { countsProfile, HostCharges, readProfile } from './profile.ts'
import { classifyTrap, TRAP_WORDS, trappedFunction } from './traps.ts'
import {
  type FuelProfile,
  type HostImports,
  type InstanceOptions,
  METER_EXPORTS,
  type MeteredInstance,
  type StopReason,
} from './types.ts'
import { DEFAULT_LIMITS } from './validate/default-limits.ts'

/** Longer function names are cut, in code points. */
const LONGEST_NAME = 128

/** Values of the `icn:reason` global, written by metered code before it stops itself. */
const REASONS: readonly (StopReason | null)[] = [null, 'outOfFuel', 'callDepth']

/**
 * Instantiate a metered module under budgets and run its start function, if it has one, under them too. Synchronous:
 * the module is already compiled.
 *
 * @throws IcnError `WasmExecutionError`, reason `linkError`, where an import is missing or of the wrong kind, reason
 * `notMetered` where the module did not come from `meter`, or a trap's; `ResourceLimitExceeded`, reason `outOfFuel`,
 * `callDepth` or `memoryLimit`; `InvalidSpec` for an option that is no number of its kind
 */
export function instantiate(
  module: WebAssembly.Module,
  imports: HostImports,
  options: InstanceOptions,
): MeteredInstance {
  const callDepth = options.callDepth ?? DEFAULT_LIMITS.callDepth
  checkUnits('fuel', options.fuel)
  checkOption('callDepth', Number.isSafeInteger(callDepth) && callDepth >= 0, callDepth)
  const host = countsProfile(module) ? new HostCharges() : null
  let instance: WebAssembly.Instance
  try {
    const linked = host === null ? imports : host.watch(module, imports)
    instance = new WebAssembly.Instance(module, linked as WebAssembly.Imports)
  } catch (error) {
    throw instantiationError(error)
  }
  const run = new Run(module, instance, options.fuel, callDepth, host)
  run.limitMemory(options.memoryPages ?? DEFAULT_LIMITS.memoryPages)
  options.onInstance?.(run)
  if (METER_EXPORTS.start in instance.exports) run.call(METER_EXPORTS.start, [])
  return run
}

class Run implements MeteredInstance {
  readonly exports: WebAssembly.Exports
  readonly #module: WebAssembly.Module
  readonly #budget: bigint
  readonly #callDepth: number
  readonly #fuel: WebAssembly.Global<'i64'>
  readonly #depth: WebAssembly.Global<'i32'>
  readonly #reason: WebAssembly.Global<'i32'>
  readonly #memory: WebAssembly.Memory | null
  /** Of a profiled module. */
  readonly #host: HostCharges | null
  #nested = 0

  constructor(
    module: WebAssembly.Module,
    instance: WebAssembly.Instance,
    fuel: bigint,
    callDepth: number,
    host: HostCharges | null,
  ) {
    this.#host = host
    this.#module = module
    this.exports = instance.exports
    this.#budget = fuel < LARGEST_BUDGET ? fuel : LARGEST_BUDGET
    this.#callDepth = Math.min(callDepth, LARGEST_DEPTH)
    this.#fuel = meterGlobal(instance, METER_EXPORTS.fuel) as WebAssembly.Global<'i64'>
    this.#depth = meterGlobal(instance, METER_EXPORTS.depth) as WebAssembly.Global<'i32'>
    this.#reason = meterGlobal(instance, METER_EXPORTS.reason) as WebAssembly.Global<'i32'>
    const memory = Object.values(instance.exports).find((value) => value instanceof WebAssembly.Memory)
    this.#memory = memory ?? null
    this.#fuel.value = this.#budget
    this.#depth.value = this.#callDepth
  }

  get fuelUsed(): bigint {
    const left = this.#fuel.value
    return left > 0n ? this.#budget - left : this.#budget
  }

  get peakMemoryPages(): number {
    // Memory never shrinks, so its size is its peak.
    return this.#memory === null ? 0 : this.#memory.buffer.byteLength / 65_536
  }

  get deniedGrowth(): MeteredInstance['deniedGrowth'] {
    const count = (name: string): number => {
      const global = this.exports[name] as unknown as WebAssembly.Global<'i64'> | undefined
      return Number(global?.value ?? 0n)
    }
    return { memory: count(METER_EXPORTS.memoryDenied), table: count(METER_EXPORTS.tableDenied) }
  }

  get profile(): FuelProfile | null {
    return this.#host === null ? null : readProfile(this.#module, this.exports, this.#host, this.fuelUsed)
  }

  limitMemory(pages: number): void {
    checkOption('memoryPages', Number.isSafeInteger(pages) && pages >= 0, pages)
    const initial = this.peakMemoryPages
    if (initial > pages)
      throw new IcnError(
        'ResourceLimitExceeded',
        `The module starts with ${initial} pages of memory; this run may have ${pages}.`,
        { data: { reason: 'memoryLimit', limitName: 'memoryPages', actual: initial, limit: pages } },
      )
    const global = this.exports[METER_EXPORTS.pages] as unknown as WebAssembly.Global<'i32'> | undefined
    if (global !== undefined) global.value = Math.min(pages, 65_536)
  }

  chargeFuel(units: bigint): void {
    checkUnits('units', units)
    this.#host?.charge(units)
    const left = this.#fuel.value
    const rest = units < left ? left - units : 0n
    this.#fuel.value = rest
    if (rest === 0n) throw this.#stopped('outOfFuel', undefined)
  }

  call(name: string, args: readonly (number | bigint)[]): unknown {
    const target = this.exports[name]
    if (typeof target !== 'function')
      throw new IcnError(
        'WasmExecutionError',
        `The module exports no function named ${JSON.stringify(name)}.`,
        {
          data: { reason: 'noSuchExport', name },
        },
      )
    // A call from inside a host call goes on from the depth the guest had reached.
    if (this.#nested === 0) this.#depth.value = this.#callDepth
    this.#reason.value = 0
    this.#nested++
    try {
      return target(...args)
    } catch (error) {
      throw this.#explain(error)
    } finally {
      this.#nested--
    }
  }

  #explain(error: unknown): unknown {
    if (error instanceof IcnError) return error
    const own = error instanceof WebAssembly.RuntimeError ? (REASONS[this.#reason.value] ?? null) : null
    // Out of fuel means the budget is used up, whatever the last stretch had not yet written back.
    if (own === 'outOfFuel') this.#fuel.value = 0n
    const reason = own ?? classifyTrap(error)
    return reason === null ? error : this.#stopped(reason, error)
  }

  /**
   * The words depend on the reason, the numbers and the module alone: they go into records that must agree. Where it
   * happened is told by the engine's stack, which a host may rewrite, and stands in the data only.
   */
  #stopped(reason: StopReason, cause: unknown): IcnError {
    const index = trappedFunction(cause)
    const name = index === null ? null : this.#functionName(index)
    const data: IcnErrorData = {
      reason,
      fuelUsed: this.fuelUsed,
      ...(index === null || name === null ? {} : { function: name, functionIndex: index }),
    }
    const options = { data, cause }
    if (reason === 'outOfFuel')
      return new IcnError(
        'ResourceLimitExceeded',
        `The run used up its ${this.#budget} units of fuel.`,
        options,
      )
    if (reason === 'callDepth')
      return new IcnError(
        'ResourceLimitExceeded',
        `The run reached its call depth of ${this.#callDepth}.`,
        options,
      )
    return new IcnError('WasmExecutionError', `The module trapped: ${TRAP_WORDS[reason]}.`, options)
  }

  #functionName(index: number): string {
    const [section] = WebAssembly.Module.customSections(this.#module, 'name')
    const named = section === undefined ? undefined : functionNames(new Uint8Array(section)).get(index)
    // An exported function is named by its index (JS API, § exported functions); so are the entries that metering adds.
    const exported = Object.entries(this.exports).find(
      ([, value]) => (value as { name?: string }).name === `${index}`,
    )
    const name = named ?? exported?.[0]
    if (name === undefined) return `function ${index}`
    const points = Array.from(name)
    return points.length > LONGEST_NAME ? `${points.slice(0, LONGEST_NAME - 1).join('')}…` : name
  }
}

function meterGlobal(instance: WebAssembly.Instance, name: string): unknown {
  const global = instance.exports[name]
  if (global instanceof WebAssembly.Global) return global
  throw new IcnError(
    'WasmExecutionError',
    `The module exports no ${JSON.stringify(name)}: it was not metered.`,
    {
      data: { reason: 'notMetered' },
    },
  )
}

function checkUnits(name: string, value: unknown): void {
  if (typeof value === 'bigint' && value >= 0n) return
  throw new IcnError('InvalidSpec', `${name} must be a bigint, 0 or more, not ${inWords(value)}.`, {
    data: { name },
  })
}

function checkOption(name: string, good: boolean, value: number | bigint): void {
  if (good) return
  throw new IcnError('InvalidSpec', `${name} must be a whole number, 0 or more, not ${value}.`, {
    data: { name },
  })
}

function instantiationError(error: unknown): unknown {
  if (error instanceof WebAssembly.LinkError || error instanceof TypeError)
    return new IcnError('WasmExecutionError', `The module cannot be linked: ${error.message}.`, {
      data: { reason: 'linkError' },
      cause: error,
    })
  const trap = classifyTrap(error)
  if (trap === null) return error
  return new IcnError(
    'WasmExecutionError',
    `The module trapped while its segments were copied: ${TRAP_WORDS[trap]}.`,
    {
      data: { reason: trap },
      cause: error,
    },
  )
}
