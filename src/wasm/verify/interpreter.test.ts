/** The interpreter itself held to Wasmtime: same results, same fuel, same decision under every recorded budget. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { interpret } from './judge.ts'
import { comparable, recorded } from './recorded.ts'

/** Kernels that execute more than this are left to the engines: the interpreter makes some 5 million a second. */
const PATIENCE = 2_000_000
const modules = recorded.modules
  .map((item) => ({ ...item, calls: item.calls.filter((call) => (call.fuel ?? 0) < PATIENCE) }))
  .filter((item) => item.calls.length > 0)

describe.each(modules)('$name', ({ wasm, file, calls }) => {
  const bytes = wasm
    ? new Uint8Array(Buffer.from(wasm, 'base64'))
    : new Uint8Array(readFileSync(new URL(`../../../${file}`, import.meta.url)))

  test.each(calls)('$export($args)', (call) => {
    const full = interpret(bytes, call.export, call.args, call.outcome === 'outOfFuel' ? 1_000_000 : 1e9)
    if (call.fuel !== undefined)
      expect(full).toEqual({
        outcome: 'done',
        results: call.results!.map(comparable),
        fuel: BigInt(call.fuel),
      })
    const small = call.budgets.filter(([, last]) => (call.fuel ?? 0) < 100_000 || last < 10_000)
    for (const [first, last, outcome] of small)
      for (let budget = first; budget <= last; budget++)
        expect(interpret(bytes, call.export, call.args, budget).outcome).toBe(outcome)
  })
})
