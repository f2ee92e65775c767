/** The analyses of a module's bodies, from planning to writing: each body is read once as long as memory allows. */
import { BodyAnalyser, type BodyFacts } from './analysis.ts'
import type { ParsedModule } from './module.ts'
import type { PlaceTable } from './places.ts'
import type { FuelTable, WasmLimits } from './types.ts'

/** Bytes of tables kept at once; bodies beyond are read a second time. */
const MOST_KEPT = 64 * 1024 * 1024
/** Numbers in one stretch of memory. */
const CHUNK = 1 << 18

export interface Analysis {
  readonly facts: BodyFacts
  readonly table: PlaceTable
}

export class Analyses {
  readonly #module: ParsedModule
  readonly #analyser: BodyAnalyser
  readonly #kept: (Analysis | undefined)[] = []
  #room = MOST_KEPT
  #chunk = new Int32Array(0)
  #taken = 0

  constructor(module: ParsedModule, limits: WasmLimits, fuel: FuelTable) {
    this.#module = module
    this.#analyser = new BodyAnalyser(module, limits, fuel)
  }

  /** Of a defined function; it holds until the next is asked for. @throws IcnError as `parseModule` does */
  of(body: number): Analysis {
    const kept = this.#kept[body]
    if (kept !== undefined) return kept
    const facts = this.#analyser.analyse(this.#module.imports.length + body, this.#module.bodies[body]!)
    const { table } = this.#analyser
    const room = this.#room - table.byteLength
    if (room < 0) return { facts, table }
    this.#room = room
    const analysis = { facts, table: table.copy((length) => this.#take(length)) }
    this.#kept[body] = analysis
    return analysis
  }

  /** Many small arrays of their own would be the garbage collector's work. */
  #take(length: number): Int32Array<ArrayBuffer> {
    if (this.#taken + length > this.#chunk.length) {
      this.#chunk = new Int32Array(Math.max(length, CHUNK))
      this.#taken = 0
    }
    this.#taken += length
    return this.#chunk.subarray(this.#taken - length, this.#taken)
  }
}
