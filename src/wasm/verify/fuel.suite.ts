/** `meter` held to what Wasmtime 35 did: results, fuel to the unit, and whether each budget stops the run. */
import { describe, expect, test } from 'vitest'
import { FUEL_TABLES, inspect, meter } from '../index.ts'
import type { FunctionType } from '../types.ts'
import { decode, runMetered } from './harness.ts'
import { interpret } from './judge.ts'
import { type Call, comparable, type Recorded, recorded } from './recorded.ts'

const { memoryBytesPerUnit, tableElementsPerUnit } = FUEL_TABLES['wasmtime-35']

/**
 * What our table adds to Wasmtime's figure: one unit per whole so many bytes or elements of the operand. Everything
 * not listed must be equal.
 */
function extra(module: string, call: Call): number {
  const operand = Number(call.args[0]?.slice(4) ?? 0)
  if (module === 'bulk' && ['fill', 'copy', 'init'].includes(call.export))
    return Math.floor(operand / memoryBytesPerUnit)
  if (module === 'reference' && ['fill', 'copy', 'init', 'grow'].includes(call.export))
    return Math.floor(operand / tableElementsPerUnit)
  return 0
}

const AMPLE = 1n << 40n
/**
 * @param load reads a file of the repository by its path from the root
 * @param refused modules this engine cannot validate; exactly these, so that nothing is passed over in silence
 */
export function fuelSuite(
  load: (path: string) => Promise<Uint8Array<ArrayBuffer>>,
  refused: readonly string[],
): void {
  test('the figures are those of the Wasmtime the table is named after', () => {
    expect(recorded.wasmtime).toMatch(/^35\./)
  })

  test('the engine accepts every module but the known ones', async () => {
    const not: string[] = []
    for (const item of recorded.modules) if (!WebAssembly.validate(await bytesOf(item))) not.push(item.name)
    expect(not).toEqual(refused)
  })

  describe.each(recorded.modules.filter(({ name }) => !refused.includes(name)))('$name', (item) => {
    let prepared: Promise<{ module: WebAssembly.Module; types: Map<string, FunctionType> }> | undefined

    async function prepare() {
      const bytes = await bytesOf(item)
      const types = new Map(inspect(bytes).exports.map((one) => [one.name, one.type as FunctionType]))
      return { module: new WebAssembly.Module(meter(bytes).bytes), types }
    }

    test.each(item.calls)('$export($args)', async (call) => {
      prepared ??= prepare()
      const { module, types } = await prepared
      const args = call.args.map(decode)
      const run = (budget: bigint) =>
        runMetered(module, call.export, args, types.get(call.export)!.results, budget).ending
      const more = extra(item.name, call)
      if (call.fuel !== undefined) {
        expect(run(AMPLE)).toEqual({
          outcome: 'done',
          results: call.results!.map(comparable),
          fuel: BigInt(call.fuel + more),
        })
      } else if (call.outcome === 'trap') expect(run(AMPLE).outcome).toBe('trap')
      if (more > 0) {
        // The operand's charge is compared at once, which Wasmtime knows nothing of: the interpreter says what follows.
        const bytes = await bytesOf(item)
        for (let budget = 0; budget < (call.fuel ?? 20) + more + 3; budget++)
          expect(run(BigInt(budget)).outcome, `under budget ${budget}`).toBe(
            interpret(bytes, call.export, call.args, budget, FUEL_TABLES['wasmtime-35']).outcome,
          )
        return
      }
      for (const [first, last, outcome] of call.budgets)
        for (let budget = first; budget <= last; budget++)
          expect(run(BigInt(budget)).outcome, `under budget ${budget}`).toBe(outcome)
      if (call.leastBudget !== undefined) {
        expect(run(BigInt(call.leastBudget)).outcome).toBe('done')
        if (call.leastBudget > 0) expect(run(BigInt(call.leastBudget - 1)).outcome).toBe('outOfFuel')
      }
    })
  })

  async function bytesOf(item: Recorded['modules'][number]): Promise<Uint8Array<ArrayBuffer>> {
    if (item.file !== undefined) return load(item.file)
    return Uint8Array.from(atob(item.wasm!), (char) => char.charCodeAt(0))
  }
}
