/**
 * Decides, before any body is written, how each function takes part in counting: whether the fuel counter and the call
 * depth are handed to it as extra parameters, what its frame weighs, and how calls through tables reach it.
 *
 * Depth rule (deterministic, a function of the module alone): a function's frame weighs one unit for every started
 * `FRAME_BYTES` of parameters, locals and operands. A call chain that cannot recur needs no counting: the depth it can
 * reach is known, and whoever enters it checks for all of it. Functions that can recur count themselves.
 */
import type { Analyses } from './analyses.ts'
import type { BodyFacts } from './analysis.ts'
import type { ParsedModule, Signature } from './module.ts'
import { Type } from './module.ts'
import { ChargePlacer } from './optimise.ts'
import { Place } from './places.ts'

/** Bytes of native frame one unit of call depth stands for. */
export const FRAME_BYTES = 512

export interface FunctionPlan {
  /** Fuel on every path, entry included, when the callers charge it; else -1 and the counter is handed over. */
  readonly constantCost: number
  /** Call depth is handed over as well. */
  readonly depth: boolean
  /** Units of call depth of this frame alone. */
  readonly weight: number
  /** Units needed below this frame by chains that do not count themselves; without `depth`, this frame included. */
  readonly need: number
}

export interface ModulePlan {
  readonly functions: readonly FunctionPlan[]
  /** Tables hold functions in the handed-over form; else their entries are adapters of the original type. */
  readonly directTables: boolean
}

export function planModule(module: ParsedModule, analyses: Analyses, entry: number): ModulePlan {
  const imported = module.imports.length
  const count = module.bodies.length
  const graph = new CallGraph(module)
  const placer = new ChargePlacer(module.bytes, () => -1)
  const constant = new Int32Array(count).fill(-1)
  const weights = new Int32Array(count)
  let functionReferences = false
  module.bodies.forEach((body, i) => {
    const { facts, table } = analyses.of(i)
    functionReferences ||= facts.refFunc
    weights[i] = frameWeight(facts, module.types[module.functions[imported + i]!]!)
    graph.from(i)
    for (let row = 0; row < table.count; row++) {
      const kind = table.kind(row)
      if (kind === Place.call || kind === Place.returnCall) graph.call(table.argument(row))
      else if (kind === Place.callIndirect || kind === Place.returnCallIndirect)
        graph.indirect(table.argument(row))
      else if (kind === Place.refFunc) graph.taken.add(table.argument(row))
    }
    if (facts.loops === 0 && facts.calls === 0 && body.end - body.start < 4096) {
      const { constant: same, pendingAtEnd } = placer.place(table, entry)
      if (same) constant[i] = pendingAtEnd
    }
  })
  for (const site of [...module.elementSites, ...module.globalSites]) graph.taken.add(site.index)
  const directTables = !functionReferences && !tablesLeak(module)
  if (directTables) for (const index of graph.taken) if (index >= imported) constant[index - imported] = -1
  const depth = countsDepth(graph, module, directTables)
  return { functions: graph.needs(weights, depth, constant), directTables }
}

function frameWeight(facts: BodyFacts, type: Signature): number {
  const slots = type.params.length + facts.locals + facts.operands
  return Math.ceil((64 + slots * (facts.simd ? 16 : 8)) / FRAME_BYTES)
}

/** Whether a function held by a table could come to be called from outside, where only its original type will do. */
function tablesLeak(module: ParsedModule): boolean {
  const carries = (type: Signature) => [...type.params, ...type.results].includes(Type.funcref)
  return (
    module.globalSites.length > 0 ||
    module.globals.some((global) => global.type === Type.funcref) ||
    module.exports.some((entry) => entry.kind === 1) ||
    module.imports.some((entry) => carries(module.types[entry.type]!)) ||
    module.exports.some((entry) => entry.kind === 0 && carries(module.types[module.functions[entry.index]!]!))
  )
}

/**
 * Which functions take the depth: those that can recur, those that tables hold in the handed-over form, those that call
 * through a table, and whoever calls one of them.
 */
function countsDepth(graph: CallGraph, module: ParsedModule, directTables: boolean): Uint8Array {
  const imported = module.imports.length
  const depth = graph.recursive()
  if (directTables) for (const index of graph.taken) if (index >= imported) depth[index - imported] = 1
  for (const f of graph.indirectCallers) depth[f] = 1
  const callers = graph.callers()
  const work = [...depth.keys()].filter((f) => depth[f] === 1)
  for (let f = work.pop(); f !== undefined; f = work.pop())
    for (const caller of callers[f] ?? [])
      if (depth[caller] !== 1) {
        depth[caller] = 1
        work.push(caller)
      }
  return depth
}

/** Calls among the defined functions; a call through a table goes to a node of its type, and on to what tables hold. */
class CallGraph {
  readonly taken = new Set<number>()
  readonly indirectCallers = new Set<number>()
  readonly #module: ParsedModule
  readonly #imported: number
  readonly #defined: number
  readonly #edges: Set<number>[] = []
  readonly #shapes = new Map<string, number>()
  #current = new Set<number>()
  #caller = 0

  constructor(module: ParsedModule) {
    this.#module = module
    this.#imported = module.imports.length
    this.#defined = module.bodies.length
  }

  from(caller: number): void {
    this.#current = new Set()
    this.#caller = caller
    this.#edges[caller] = this.#current
  }

  call(callee: number): void {
    if (callee >= this.#imported) this.#current.add(callee - this.#imported)
  }

  indirect(type: number): void {
    this.indirectCallers.add(this.#caller)
    this.#current.add(this.#shapeNode(type))
  }

  #shapeNode(type: number): number {
    const { params, results } = this.#module.types[type]!
    const shape = `${params.join()}:${results.join()}`
    let node = this.#shapes.get(shape)
    if (node === undefined) {
      node = this.#defined + this.#shapes.size
      this.#shapes.set(shape, node)
    }
    return node
  }

  /** Edges of every node, those of the types behind those of the functions. */
  #complete(): readonly ReadonlySet<number>[] {
    for (const index of this.taken) {
      if (index < this.#imported) continue
      const node = this.#shapeNode(this.#module.functions[index]!)
      const edges = this.#edges[node] ?? new Set<number>()
      this.#edges[node] = edges
      edges.add(index - this.#imported)
    }
    const nodes = this.#defined + this.#shapes.size
    for (let node = 0; node < nodes; node++) this.#edges[node] ??= new Set()
    return this.#edges
  }

  /** 1 for every function on a cycle (Tarjan's strongly connected components, without recursion of our own). */
  recursive(): Uint8Array<ArrayBuffer> {
    const edges = this.#complete()
    const onCycle = new Uint8Array(edges.length)
    const order = new Int32Array(edges.length)
    const low = new Int32Array(edges.length)
    const open = new Uint8Array(edges.length)
    const members: number[] = []
    let counter = 0
    for (let root = 0; root < edges.length; root++) {
      if (order[root] !== 0) continue
      const path: { node: number; rest: Iterator<number> }[] = []
      const enter = (node: number): void => {
        order[node] = low[node] = ++counter
        open[node] = 1
        members.push(node)
        path.push({ node, rest: edges[node]!.values() })
      }
      enter(root)
      while (path.length > 0) {
        const { node, rest } = path[path.length - 1]!
        const next = rest.next()
        if (!next.done) {
          if (next.value === node) onCycle[node] = 1
          if (order[next.value] === 0) enter(next.value)
          else if (open[next.value] === 1) low[node] = Math.min(low[node]!, order[next.value]!)
          continue
        }
        path.pop()
        const above = path[path.length - 1]
        if (above !== undefined) low[above.node] = Math.min(low[above.node]!, low[node]!)
        if (low[node] !== order[node]) continue
        const alone = members[members.length - 1] === node
        for (let member = -1; member !== node; ) {
          member = members.pop()!
          open[member] = 0
          if (!alone) onCycle[member] = 1
        }
      }
    }
    return onCycle.slice(0, this.#defined)
  }

  callers(): number[][] {
    const callers: number[][] = []
    this.#edges.forEach((callees, caller) => {
      if (caller >= this.#defined) return
      for (const callee of callees) {
        callers[callee] ??= []
        callers[callee].push(caller)
      }
    })
    return callers
  }

  /** Plans of all functions; what does not take the depth is free of cycles, so its need is a longest path. */
  needs(weights: Int32Array, depth: Uint8Array, constant: Int32Array): FunctionPlan[] {
    const below = new Int32Array(this.#defined).fill(-1)
    const calm = (f: number): number[] =>
      [...this.#edges[f]!].filter((callee) => callee < this.#defined && depth[callee] === 0)
    for (let root = 0; root < this.#defined; root++) {
      const path = [root]
      while (path.length > 0) {
        const f = path[path.length - 1]!
        const callees = calm(f)
        const open = below[f] === -1 ? callees.filter((callee) => below[callee] === -1) : []
        if (open.length > 0) {
          path.push(...open)
          continue
        }
        path.pop()
        below[f] = callees.reduce((most, callee) => Math.max(most, weights[callee]! + below[callee]!), 0)
      }
    }
    return Array.from(weights, (weight, f) => ({
      constantCost: constant[f]!,
      depth: depth[f] === 1,
      weight,
      need: depth[f] === 1 ? below[f]! : weight + below[f]!,
    }))
  }
}
