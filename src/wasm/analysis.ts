/**
 * One function body into a table of the places that matter for metering: where control moves, what the stretch since
 * the place before costs, and where operators stand that need treatment of their own. Everything between two places is
 * copied verbatim by the rewriter. Code that can never run (behind an unconditional branch) becomes one `dead` place.
 */
import { Immediates } from './immediates.ts'
import type { Body, ParsedModule } from './module.ts'
import { BASE_OPS, Immediate, NUMERIC_OPS, NumericOp, Op, SIMD_OPS } from './opcodes.ts'
import { Place, PlaceTable } from './places.ts'
import { Reader } from './reader.ts'
import type { FuelTable, WasmLimits } from './types.ts'
import { checkLimit } from './validate/limits.ts'

/** What one body is, beside its table. */
export interface BodyFacts {
  /** First instruction. */
  codeStart: number
  /** First byte of the first local group, and how many groups there are. */
  groupsStart: number
  groups: number
  /** Declared locals, without parameters. */
  locals: number
  /** Most operands on the stack at once. */
  operands: number
  loops: number
  calls: number
  /** Float arithmetic whose NaN results are not determined by the specification. */
  floatArithmetic: boolean
  simd: boolean
  refFunc: boolean
}

export class BodyAnalyser {
  readonly table = new PlaceTable()
  readonly #module: ParsedModule
  readonly #immediates: Immediates
  readonly #limits: WasmLimits
  readonly #costs: Uint8Array
  readonly #params: Int32Array
  readonly #results: Int32Array
  // The control stack: operand height at entry, values at the label's end, parameters, and whether it is a loop.
  readonly #heights: Int32Array
  readonly #ends: Int32Array
  readonly #starts: Int32Array
  readonly #forms: Uint8Array

  constructor(module: ParsedModule, limits: WasmLimits, fuel: FuelTable) {
    this.#module = module
    this.#immediates = new Immediates(module)
    this.#limits = limits
    this.#costs = new Uint8Array(256).fill(fuel.operator)
    for (const op of fuel.freeOperators) this.#costs[op] = 0
    this.#params = Int32Array.from(module.types, (type) => type.params.length)
    this.#results = Int32Array.from(module.types, (type) => type.results.length)
    const depth = limits.nesting + 2
    this.#heights = new Int32Array(depth)
    this.#ends = new Int32Array(depth)
    this.#starts = new Int32Array(depth)
    this.#forms = new Uint8Array(depth)
  }

  /** @throws IncnError as `parseModule` does */
  analyse(functionIndex: number, body: Body): BodyFacts {
    const table = this.table
    table.clear()
    const module = this.#module
    const bytes = module.bytes
    const r = new Reader(bytes, body.start, body.end, 'code')
    const type = module.functions[functionIndex]!
    const facts: BodyFacts = {
      codeStart: 0,
      groupsStart: 0,
      groups: 0,
      locals: 0,
      operands: 0,
      loops: 0,
      calls: 0,
      floatArithmetic: false,
      simd: false,
      refFunc: false,
    }
    this.#locals(r, facts, this.#params[type]!)
    facts.codeStart = r.position
    const localCount = facts.locals + this.#params[type]!

    const costs = this.#costs
    const { immediate, pops, pushes } = BASE_OPS
    const heights = this.#heights
    const ends = this.#ends
    const starts = this.#starts
    const forms = this.#forms
    const maxDepth = this.#limits.nesting
    const last = body.end
    let depth = 0
    heights[0] = 0
    ends[0] = this.#results[type]!
    starts[0] = 0
    forms[0] = Op.block
    let cost = 0
    let height = 0
    let highest = 0
    /** Offset where code stopped being reachable, or -1; then the depth of the block it is dead in. */
    let deadFrom = -1
    let deadDepth = 0

    for (;;) {
      const at = r.position
      if (at >= last) r.fail('an instruction', at, 'the end of the function body')
      const op = bytes[at]!
      r.position = at + 1
      const live = deadFrom < 0
      if (live) cost += costs[op]!
      switch (immediate[op]!) {
        case Immediate.none:
          height += pushes[op]! - pops[op]!
          if (op > Op.drop) {
            if (op >= 0x8d && op <= 0xbb && isFloatArithmetic(op) && live) facts.floatArithmetic = true
            else if (op >= 0xc0) module.features.add(op < 0xd0 ? 'sign-extension' : 'reference-types')
            break
          }
          if (op === Op.end || op === Op.else) {
            if (op === Op.else) {
              if (forms[depth] !== Op.if) r.fail('an if before else', at)
              forms[depth] = Op.else
            }
            if (!live && deadDepth === depth) {
              if (at > deadFrom) table.add(Place.dead, deadFrom, at, 0, 0)
              deadFrom = -1
            }
            if (deadFrom < 0) {
              table.add(op === Op.end ? Place.end : Place.else, at, at + 1, cost, forms[depth]!)
              cost = 0
            }
            if (op === Op.else) height = heights[depth]! + starts[depth]!
            else {
              height = heights[depth]! + ends[depth]!
              if (--depth < 0) {
                if (r.position !== last) r.fail('the end of the function body', r.position, 'more bytes')
                facts.operands = Math.max(highest, height)
                checkLimit(
                  this.#limits,
                  'operands',
                  facts.operands,
                  'a number of operands',
                  'code',
                  body.start,
                )
                return facts
              }
            }
          } else if ((op === Op.return || op === Op.unreachable) && live) {
            table.add(op === Op.return ? Place.return : Place.unreachable, at, at + 1, cost, 0)
            cost = 0
            deadFrom = at + 1
            deadDepth = depth
          }
          break
        case Immediate.local: {
          let index = bytes[r.position]!
          if (index < 0x80 && r.position < last) r.position++
          else index = r.u32('a local index')
          if (index >= localCount) r.fail(`a local index below ${localCount}`, at + 1, `${index}`)
          if (live) table.addLocal(at)
          height += pushes[op]! - pops[op]!
          break
        }
        case Immediate.i32:
          if (r.position < last && bytes[r.position]! < 0x80) r.position++
          else r.signed(32, 'an i32 constant')
          height++
          break
        case Immediate.memoryArgument:
          this.#immediates.memoryArgument(r)
          height += pushes[op]! - pops[op]!
          break
        case Immediate.block: {
          if (++depth > maxDepth) checkLimit(this.#limits, 'nesting', depth, 'a block nesting', 'code', at)
          const blockType = this.#immediates.blockType(r)
          if (op === Op.if) height--
          const params = blockType < 0 ? 0 : this.#params[blockType]!
          const results = blockType === -1 ? 0 : blockType === -2 ? 1 : this.#results[blockType]!
          if (params > 0 || results > 1) module.features.add('multi-value')
          heights[depth] = height - params
          starts[depth] = params
          ends[depth] = results
          forms[depth] = op
          if (live) {
            const kind = op === Op.block ? Place.block : op === Op.loop ? Place.loop : Place.if
            if (kind === Place.loop) facts.loops++
            table.add(kind, at, r.position, cost, op === Op.loop ? params : results)
            cost = 0
          }
          break
        }
        case Immediate.label: {
          const label = r.u32('a label')
          if (label > depth) r.fail(`a label of at most ${depth}`, at + 1, `${label}`)
          if (op === Op.brIf) height--
          if (live) {
            table.add(op === Op.br ? Place.br : Place.brIf, at, r.position, cost, label)
            cost = 0
            if (op === Op.br) {
              deadFrom = r.position
              deadDepth = depth
            }
          }
          break
        }
        case Immediate.labelTable: {
          const count = r.count('branch targets')
          checkLimit(this.#limits, 'brTableTargets', count, 'a br_table', 'code', at)
          for (let i = 0; i <= count; i++) {
            const label = r.u32('a label')
            if (label > depth) r.fail(`a label of at most ${depth}`, at, `${label}`)
          }
          height--
          if (live) {
            table.add(Place.brTable, at, r.position, cost, 0)
            cost = 0
            deadFrom = r.position
            deadDepth = depth
          }
          break
        }
        case Immediate.call: {
          const callee = r.u32('a function index')
          if (callee >= module.functions.length)
            r.fail(`a function index below ${module.functions.length}`, at + 1, `${callee}`)
          const calleeType = module.functions[callee]!
          height += this.#results[calleeType]! - this.#params[calleeType]!
          if (op === Op.returnCall) module.features.add('tail-call')
          if (live) {
            facts.calls++
            table.add(op === Op.call ? Place.call : Place.returnCall, at, r.position, cost, callee)
            cost = 0
            if (op === Op.returnCall) {
              deadFrom = r.position
              deadDepth = depth
            }
          }
          break
        }
        case Immediate.callIndirect: {
          const calleeType = r.u32('a type index')
          if (calleeType >= module.types.length)
            r.fail(`a type index below ${module.types.length}`, at + 1, `${calleeType}`)
          if (r.u32('a table index') !== 0) module.features.add('reference-types')
          height += this.#results[calleeType]! - this.#params[calleeType]! - 1
          if (op === Op.returnCallIndirect) module.features.add('tail-call')
          if (live) {
            facts.calls++
            const kind = op === Op.callIndirect ? Place.callIndirect : Place.returnCallIndirect
            table.add(kind, at, r.position, cost, calleeType)
            cost = 0
            if (kind === Place.returnCallIndirect) {
              deadFrom = r.position
              deadDepth = depth
            }
          }
          break
        }
        case Immediate.index:
          if (op === 0x25 || op === 0x26) module.features.add('reference-types')
          r.u32('an index')
          height += pushes[op]! - pops[op]!
          break
        case Immediate.i64:
          r.signed(64, 'an i64 constant')
          height++
          break
        case Immediate.f32:
          r.skip(4, 'an f32 constant')
          height++
          break
        case Immediate.f64:
          r.skip(8, 'an f64 constant')
          height++
          break
        case Immediate.zeroByte:
          this.#immediates.zeroByte(r, 'multi-memory', 'a memory index')
          height += pushes[op]! - pops[op]!
          if (op === Op.memoryGrow && live) {
            table.add(Place.memoryGrow, at, r.position, cost, 0)
            cost = 0
          }
          break
        case Immediate.valueTypes: {
          const count = r.count('types of a select')
          if (count !== 1) r.fail('one type of a select', at + 1, `${count}`)
          this.#immediates.referenceOrValueType(r)
          module.features.add('reference-types')
          height -= 2
          break
        }
        case Immediate.referenceType:
          this.#immediates.referenceOrValueType(r)
          module.features.add('reference-types')
          height++
          break
        case Immediate.functionReference: {
          const index = r.u32('a function index')
          if (index >= module.functions.length)
            r.fail(`a function index below ${module.functions.length}`, at + 1, `${index}`)
          module.features.add('reference-types')
          facts.refFunc = true
          height++
          if (live) {
            table.add(Place.refFunc, at, r.position, cost, index)
            cost = 0
          }
          break
        }
        case Immediate.prefixNumeric: {
          const sub = r.u32('a numeric opcode')
          if (sub > 17) this.#immediates.refuse(r, at, op, sub)
          height += NUMERIC_OPS.pushes[sub]! - NUMERIC_OPS.pops[sub]!
          this.#immediates.numericImmediate(r, sub)
          if (live && sub >= NumericOp.memoryInit && isBulk(sub)) {
            const memory = sub <= NumericOp.memoryFill
            table.add(memory ? Place.memoryBulk : Place.tableBulk, at, r.position, cost, sub)
            cost = 0
          }
          break
        }
        case Immediate.prefixSimd: {
          const sub = r.u32('a vector opcode')
          if (sub > 255 || SIMD_OPS.immediate[sub] === Immediate.refused)
            this.#immediates.refuse(r, at, op, sub)
          height += SIMD_OPS.pushes[sub]! - SIMD_OPS.pops[sub]!
          facts.simd = true
          module.features.add('simd')
          this.#immediates.simdImmediate(r, sub)
          break
        }
        default:
          this.#immediates.refuse(r, at, op)
      }
      if (height > highest && live) highest = height
      if (deadFrom >= 0 && !live) height = heights[depth]!
    }
  }

  #locals(r: Reader, facts: BodyFacts, params: number): void {
    const at = r.position
    facts.groups = r.count('local groups', 2)
    facts.groupsStart = r.position
    let total = 0
    for (let i = 0; i < facts.groups; i++) {
      total += r.u32('the number of locals of a group')
      checkLimit(this.#limits, 'locals', total + params, 'a number of locals', 'code', at)
      if (this.#immediates.referenceOrValueType(r) === 0x7b) facts.simd = true
    }
    facts.locals = total
  }
}

function isBulk(sub: number): boolean {
  return sub !== NumericOp.dataDrop && sub !== NumericOp.elementDrop && sub !== NumericOp.tableSize
}

/** ceil, floor, trunc, nearest, sqrt and the binary arithmetic of both widths, demotion and promotion. */
export function isFloatArithmetic(op: number): boolean {
  return (op >= 0x8d && op <= 0x97) || (op >= 0x9b && op <= 0xa5) || op === 0xb6 || op === 0xbb
}
