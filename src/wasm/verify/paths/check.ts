/**
 * A whole module beside its metered form: every body by `BodyWalk`, and around them everything through which a function
 * can be reached: exports, the start function, tables, references. Throws where fuel could be charged otherwise than by
 * the table; what it returns says how much it has seen.
 */
import { DEFAULT_LIMITS, FUEL_TABLES, METER_EXPORTS } from '../../index.ts'
import type { FuelTable, WasmLimits } from '../../types.ts'
import { type Decoded, decodeModule, I32, I64, type Instr } from '../decode.ts'
import { type Costs, formOf, isCounted, type Pair, PathError } from './pair.ts'
import { BodyWalk } from './walk.ts'

export interface PathSums {
  readonly functions: number
  /** Functions whose callers charge for them. */
  readonly constant: number
  /** Loops written twice, whose trips were counted by running them. */
  readonly counted: number
}

const MEMORY_BULK = [0xfc08, 0xfc0a, 0xfc0b]
const TABLE_BULK = [0xfc0c, 0xfc0e, 0xfc0f, 0xfc11]

function costsOf(table: FuelTable): Costs {
  const free = new Set(table.freeOperators)
  return {
    entry: table.entry,
    // Prefixed operators cost what their prefix costs: none is free.
    of: (op) => (free.has(op) ? 0 : table.operator),
    unit: (op) =>
      MEMORY_BULK.includes(op)
        ? table.memoryBytesPerUnit
        : TABLE_BULK.includes(op)
          ? table.tableElementsPerUnit
          : 0,
  }
}

/** @throws PathError */
export function checkBytes(
  original: Uint8Array,
  metered: Uint8Array,
  limits: Partial<WasmLimits> = {},
): PathSums {
  return checkPaths(decodeModule(original), decodeModule(metered), limits)
}

/** @throws PathError */
export function checkPaths(
  original: Decoded,
  metered: Decoded,
  { tableElements = DEFAULT_LIMITS.tableElements }: Partial<WasmLimits> = {},
): PathSums {
  const globals = {
    fuel: globalNamed(metered, METER_EXPORTS.fuel),
    depth: globalNamed(metered, METER_EXPORTS.depth),
    reason: globalNamed(metered, METER_EXPORTS.reason),
  }
  if (globals.fuel < original.globals.length)
    throw new PathError("the counter is one of the module's globals")
  const stands = new StandIns(original, metered, globals, tableElements)
  const { pair } = stands
  const first = original.imports.length
  const all = Array.from(original.bodies, (_, i) => first + i)
  let counted = 0
  for (const index of all)
    if (formOf(pair, index) === 'same') pair.constant.set(index, new BodyWalk(pair, index).run())
  for (const index of all) {
    if (pair.constant.has(index)) continue
    const walk = new BodyWalk(pair, index)
    walk.run()
    counted += walk.covered
  }
  stands.check()
  return { functions: all.length, constant: pair.constant.size, counted }
}

/** @throws PathError */
function globalNamed(metered: Decoded, name: string): number {
  const found = metered.exports.find((one) => one.kind === 3 && one.name === name)
  if (found === undefined) throw new PathError(`nothing is exported as ${name}`)
  return found.index
}

/** What the functions added behind the original ones do. */
class StandIns {
  readonly pair: Pair
  readonly #added: number
  readonly #tableElements: number
  readonly #referred: (readonly [original: number, metered: number])[] = []

  constructor(original: Decoded, metered: Decoded, globals: Pair['globals'], tableElements: number) {
    this.#added = original.funcs.length
    this.#tableElements = tableElements
    this.pair = {
      original,
      metered,
      costs: costsOf(FUEL_TABLES['wasmtime-35']),
      globals,
      constant: new Map(),
      referred: (from, to) => {
        this.#referred.push([from, to])
      },
      grows: (added, table) => this.#grows(added, table),
    }
  }

  /** Exports, start, segments and globals lead to entries of the functions they led to. */
  check(): void {
    const { original, metered } = this.pair
    const wrong = (what: string): void => {
      throw new PathError(what)
    }
    for (const [i, { name, kind, index }] of original.exports.entries()) {
      const now = metered.exports[i]
      const own = kind === 0 && index >= original.imports.length
      const leads = own && now !== undefined ? this.#standsFor(now.index, 'outside') : now?.index
      if (now?.name !== name || now.kind !== kind || leads !== index)
        wrong(`the export ${name} leads to ${now?.index}`)
    }
    const start = metered.exports.find(({ name }) => name === METER_EXPORTS.start)
    if (metered.start !== undefined) wrong('the start function runs before there is a budget')
    if (original.start !== undefined && original.start >= original.imports.length)
      if (start === undefined || this.#standsFor(start.index, 'outside') !== original.start)
        wrong('the start function is another')
    const references = (from: readonly Instr[], to: readonly Instr[]) =>
      from.forEach(({ op, a }, i) => {
        if (op === 0xd2) this.#referred.push([a, to[i]?.a ?? -1])
      })
    original.elems.forEach(({ items }, i) => {
      items.forEach((item, j) => {
        references(item, metered.elems[i]!.items[j]!)
      })
    })
    original.globals.forEach(({ init }, i) => {
      references(init, metered.globals[i]!.init)
    })
    for (const [from, to] of this.#referred)
      if (from === to) this.#bare(from)
      else if (this.#standsFor(to, 'table') !== from)
        wrong(`a reference to function ${from} leads to function ${to}`)
  }

  /** A table holds the function itself: calls through tables hand over counter and depth. */
  #bare(index: number): void {
    const { original } = this.pair
    if (index < original.imports.length) return
    if (formOf(this.pair, index) !== 'depth')
      throw new PathError(`a table holds function ${index} without an entry`)
  }

  #global(name: string): number {
    return globalNamed(this.pair.metered, name)
  }

  #body(added: number): readonly Instr[] {
    const { metered } = this.pair
    return metered.bodies[added - metered.imports.length]?.code ?? []
  }

  /** `n > limit - size` counts in a global of its own and answers -1; else the operator, once. */
  #grows(added: number, table: number | null): boolean {
    const { original, metered, globals } = this.pair
    const index = metered.funcs[added]
    if (added < this.#added || index === undefined) return false
    const { params, results } = metered.types[index]!
    const wanted = table === null ? [I32] : [original.tables[table]!.type, I32]
    if (String(params) !== String(wanted) || String(results) !== String([I32])) return false
    const memory = table === null
    const denied = this.#global(memory ? METER_EXPORTS.memoryDenied : METER_EXPORTS.tableDenied)
    const { type, init } = metered.globals[denied]!
    const shared = denied < original.globals.length || Object.values(globals).includes(denied)
    if (shared || type !== I64 || !matches(init, ZERO)) return false
    const limit: Expected = memory ? [0x23, this.#global(METER_EXPORTS.pages)] : [0x41, this.#tableElements]
    const form: readonly Expected[] = [
      [0x20, wanted.length - 1],
      limit,
      memory ? [0x3f, 0] : [0xfc10, table],
      [0x6b, 0],
      [0x4b, 0],
      [0x04, -1],
      [0x23, denied],
      [0x42, 1n],
      [0x7c, 0],
      [0x24, denied],
      [0x41, -1],
      [0x05, 0],
      ...wanted.map((_, i): Expected => [0x20, i]),
      memory ? [0x40, 0] : [0xfc0f, table],
      [0x0b, 0],
      [0x0b, 0],
    ]
    return matches(this.#body(added), form)
  }

  /** The original function an added one enters, when it hands over exactly what it must. */
  #standsFor(added: number, use: 'table' | 'outside'): number | undefined {
    if (added < this.#added) return undefined
    const { original, metered, globals, costs, constant } = this.pair
    const code = this.#body(added)
    const target = code.find(({ op }) => op === 0x10)?.a
    if (target === undefined || target >= this.#added) return undefined
    const plain = original.types[original.funcs[target]!]!
    const type = metered.types[metered.funcs[added]!]!
    const count = plain.params.length
    const args: Expected[] = Array.from({ length: count }, (_, i): Expected => [0x20, i])
    const toFuel: Expected = [0x24, globals.fuel]
    const fromFuel: Expected = [0x23, globals.fuel]
    if (target < original.imports.length) {
      const adapter: Expected[] = [[0x20, count], toFuel, ...args, [0x10, target], fromFuel, [0x0b, 0]]
      return isCounted(plain, type, true) && matches(code, adapter) ? target : undefined
    }
    if (String(type.params) !== String(plain.params) || String(type.results) !== String(plain.results))
      return undefined
    const form = formOf(this.pair, target)
    const outside = use === 'outside'
    const depth: Expected = outside ? [0x20, count] : [0x23, globals.depth]
    const stop = (reason: number): Expected[] => [
      [0x04, -64],
      [0x41, reason],
      [0x24, globals.reason],
      [0x00, 0],
      [0x0b, 0],
    ]
    const cost = constant.get(target)
    const expected: Expected[] = [
      ...((outside
        ? [
            [0x23, globals.depth],
            [0x22, count],
            [0x41, 1],
            [0x76, 0],
            [0x24, globals.depth],
          ]
        : []) as Expected[]),
      ...((form === 'depth' ? [] : [depth, [0x41, null], [0x48, 0], ...stop(2)]) as Expected[]),
      ...((cost === undefined
        ? []
        : [
            ...[fromFuel, [0x42, BigInt(costs.entry)], [0x57, 0], ...stop(1)],
            ...[fromFuel, [0x42, cost === null ? null : BigInt(cost)], [0x7d, 0], toFuel],
          ]) as Expected[]),
      ...args,
      ...(cost === undefined ? [fromFuel] : []),
      ...(form === 'depth' ? [depth] : []),
      [0x10, target],
      ...(cost === undefined ? [toFuel] : []),
      ...((outside
        ? [
            [0x20, count],
            [0x24, globals.depth],
          ]
        : []) as Expected[]),
      [0x0b, 0],
    ]
    return matches(code, expected) ? target : undefined
  }
}

/** Operator and immediate; null for any. */
type Expected = readonly [op: number, immediate: number | bigint | null]

/** How a global begins that counts. */
const ZERO: readonly Expected[] = [
  [0x42, 0n],
  [0x0b, 0],
]

function matches(code: readonly Instr[], expected: readonly Expected[]): boolean {
  return (
    code.length === expected.length &&
    expected.every(([op, immediate], i) => {
      const one = code[i]!
      const given = typeof immediate === 'bigint' ? one.x : one.a
      return one.op === op && (immediate === null || given === immediate)
    })
  )
}
