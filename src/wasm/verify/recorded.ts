/** What Wasmtime did (fixtures/README.md), typed. */
import recordedJson from '../fixtures/fuel.json'

export interface Call {
  readonly export: string
  readonly args: readonly string[]
  readonly outcome: 'done' | 'trap' | 'outOfFuel'
  readonly results?: readonly string[]
  readonly fuel?: number
  readonly leastBudget?: number
  readonly budgets: readonly (readonly [number, number, string])[]
}
export interface Recorded {
  readonly wasmtime: string
  readonly modules: readonly { name: string; wasm?: string; file?: string; calls: readonly Call[] }[]
}

export const recorded = recordedJson as unknown as Recorded

/** What `encode` gives for a NaN, whatever bits Wasmtime had. */
export const comparable = (value: string) =>
  /^f32:0x[7f]f[c-f8-9ab]|^f64:0x[7f]ff[89a-f]/.test(value) ? `${value.slice(0, 4)}nan` : value
