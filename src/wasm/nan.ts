/**
 * Where NaN bits must be made canonical. The specification leaves open which NaN float arithmetic yields, and engines
 * and processors differ; bits that come from memory, constants or reinterpretation are fixed and must be kept.
 *
 * So only results of arithmetic are touched, and only where their bits could come to be seen: not when the next to
 * consume them is arithmetic again, a comparison or a conversion to an integer. A local that only ever holds arithmetic
 * results is made canonical where it is read to be seen, not at each assignment, so accumulators in loops cost nothing.
 * Copying the sign counts as seeing it. Vector arithmetic is made canonical lane by lane, always.
 */
import { isFloatArithmetic } from './analysis.ts'
import { readNumber, skipInstruction } from './instructions.ts'
import { BASE_OPS, NUMERIC_OPS, Op, SIMD_OPS } from './opcodes.ts'
import type { Body, ParsedModule } from './sections.ts'

/** Shapes a NaN comes in. */
export const NanShape = { f32: 0, f64: 1, f32x4: 2, f64x2: 3 } as const

export interface NanSite {
  /** Behind the instruction whose result is to be made canonical. */
  readonly offset: number
  readonly shape: number
}

/** What a value on the operand stack is: nothing of interest, an arithmetic result, a read local, or a plain constant. */
interface Value {
  readonly offset: number
  /** Of an arithmetic result; a read local has that of what is assigned to it. */
  readonly shape: number
  /** The local it was read from, or -1. */
  readonly local: number
}

const OTHER: Value = { offset: -1, shape: 0, local: -1 }
const CONSTANT: Value = { offset: -2, shape: 0, local: -1 }

interface LocalUse {
  /** Every assignment is arithmetic or a constant that is no NaN. */
  pure: boolean
  /** Arithmetic results assigned. */
  readonly sets: Value[]
  /** Reads that are seen. */
  readonly gets: Value[]
}

/** Sites in order of their offsets. The body has been analysed: it is well formed, if not yet known to be valid. */
export function findNanSites(
  module: ParsedModule,
  functionIndex: number,
  body: Body,
  codeStart: number,
): NanSite[] {
  return new NanFinder(module, functionIndex, body, codeStart).find()
}

class NanFinder {
  readonly #bytes: Uint8Array
  readonly #module: ParsedModule
  readonly #type: number
  readonly #end: number
  readonly #start: number
  readonly #seen = new Map<number, number>()
  readonly #locals = new Map<number, LocalUse>()
  #stack: Value[] = []

  constructor(module: ParsedModule, functionIndex: number, body: Body, codeStart: number) {
    this.#bytes = module.bytes
    this.#module = module
    this.#type = module.functions[functionIndex]!
    this.#start = codeStart
    this.#end = body.end
  }

  find(): NanSite[] {
    this.#walk()
    const params = this.#module.types[this.#type]!.params.length
    for (const [index, { pure, sets, gets }] of this.#locals)
      for (const value of pure && index >= params ? gets : sets)
        if (sets[0] !== undefined) this.#seen.set(value.offset, sets[0].shape)
    return [...this.#seen].map(([offset, shape]) => ({ offset, shape })).sort((a, b) => a.offset - b.offset)
  }

  #walk(): void {
    const bytes = this.#bytes
    const stack = this.#stack
    const frames: { height: number; params: number; results: number; dead: boolean }[] = []
    const own = this.#module.types[this.#type]!
    frames.push({ height: 0, params: 0, results: own.results.length, dead: false })
    for (let at = this.#start; at < this.#end; ) {
      const op = bytes[at]!
      const next = skipInstruction(bytes, at)
      const frame = frames[frames.length - 1]!
      if (op === Op.block || op === Op.loop || op === Op.if) {
        const { params, results } = this.#blockType(at + 1)
        if (frame.dead) {
          frames.push({ height: frame.height, params, results, dead: true })
        } else {
          if (op === Op.if) this.#pop()
          this.#see(params)
          const height = Math.max(0, stack.length - params)
          this.#join(height, params)
          frames.push({ height, params, results, dead: false })
        }
      } else if (op === Op.else) {
        if (!frame.dead) this.#see(frame.results)
        this.#join(frame.height, frame.params)
        frame.dead = frames[frames.length - 2]?.dead ?? false
      } else if (op === Op.end) {
        if (!frame.dead) this.#see(frame.results)
        frames.pop()
        // Behind the end of a dead frame the values of the frame around it are out of reach, not gone.
        this.#join(frame.height, frame.results)
      } else if (!frame.dead) {
        this.#step(op, at, next)
        if (isJump(op)) {
          frame.dead = true
          this.#resize(frame.height)
        }
      }
      at = next
    }
  }

  #step(op: number, at: number, next: number): void {
    const bytes = this.#bytes
    const stack = this.#stack
    switch (op) {
      case Op.localGet: {
        stack.push({ offset: next, shape: -1, local: readNumber(bytes, at + 1) })
        return
      }
      case Op.localSet:
        this.#assign(readNumber(bytes, at + 1), this.#pop())
        return
      case Op.localTee: {
        // The value goes two ways; the copy left on the stack is taken to be seen.
        const index = readNumber(bytes, at + 1)
        const value = this.#pop()
        this.#assign(index, value)
        stack.push({ offset: next, shape: -1, local: index })
        return
      }
      case Op.f32Const:
      case Op.f64Const: {
        const view = new DataView(bytes.buffer, bytes.byteOffset)
        const value = op === Op.f32Const ? view.getFloat32(at + 1, true) : view.getFloat64(at + 1, true)
        stack.push(Number.isNaN(value) ? OTHER : CONSTANT)
        return
      }
      case Op.call:
      case Op.callIndirect:
      case Op.returnCall:
      case Op.returnCallIndirect: {
        const index = readNumber(bytes, at + 1)
        const direct = op === Op.call || op === Op.returnCall
        const type = this.#module.types[direct ? this.#module.functions[index]! : index]!
        if (!direct) this.#pop()
        this.#see(type.params.length)
        this.#resize(Math.max(0, stack.length - type.params.length))
        this.#resize(stack.length + type.results.length)
        return
      }
      case Op.br:
      case Op.brIf:
      case Op.brTable:
      case Op.return:
        if (op === Op.brIf || op === Op.brTable) this.#pop()
        this.#see(stack.length)
        return
      case Op.drop:
        this.#pop()
        return
    }
    if (op === Op.prefixSimd) {
      const sub = readNumber(bytes, at + 1)
      this.#see(SIMD_OPS.pops[sub]!)
      this.#resize(stack.length - SIMD_OPS.pops[sub]!)
      this.#resize(stack.length + SIMD_OPS.pushes[sub]!)
      const shape = vectorShape(sub)
      if (shape >= 0) this.#seen.set(next, shape)
      return
    }
    const sub = op === Op.prefixNumeric ? readNumber(bytes, at + 1) : 0
    const table = op === Op.prefixNumeric ? NUMERIC_OPS : BASE_OPS
    const code = op === Op.prefixNumeric ? sub : op
    const pops = table.pops[code]!
    if (!(op === Op.prefixNumeric ? sub < 8 : hidesBits(op))) this.#see(pops)
    this.#resize(Math.max(0, stack.length - pops))
    if (table.pushes[code] === 0) return
    stack.push(isFloatArithmetic(op) ? { offset: next, shape: scalarShape(op), local: -1 } : OTHER)
  }

  #pop(): Value {
    return this.#stack.pop() ?? OTHER
  }

  #resize(height: number): void {
    const stack = this.#stack
    while (stack.length < height) stack.push(OTHER)
    stack.length = Math.max(0, height)
  }

  /** Where paths meet, what lies above `height` is no longer one instruction's result: its sources have been seen. */
  #join(height: number, count: number): void {
    this.#resize(height)
    this.#resize(height + count)
  }

  /** The topmost values can be seen from here on. */
  #see(count: number): void {
    const stack = this.#stack
    for (let i = Math.max(0, stack.length - count); i < stack.length; i++) {
      const value = stack[i]!
      if (value.local >= 0) this.#use(value.local).gets.push(value)
      else if (value.offset >= 0) this.#seen.set(value.offset, value.shape)
    }
  }

  #use(index: number): LocalUse {
    let use = this.#locals.get(index)
    if (use === undefined) {
      use = { pure: true, sets: [], gets: [] }
      this.#locals.set(index, use)
    }
    return use
  }

  #assign(index: number, value: Value): void {
    const use = this.#use(index)
    if (value === CONSTANT) return
    if (value.local < 0 && value.offset >= 0) {
      use.sets.push(value)
      return
    }
    if (value.local >= 0) this.#use(value.local).gets.push(value)
    use.pure = false
  }

  #blockType(at: number): { params: number; results: number } {
    const code = this.#bytes[at]!
    if (code === 0x40) return { params: 0, results: 0 }
    if (code > 0x40 && code < 0x80) return { params: 0, results: 1 }
    const type = this.#module.types[readNumber(this.#bytes, at)]!
    return { params: type.params.length, results: type.results.length }
  }
}

function isJump(op: number): boolean {
  return (
    op === Op.br ||
    op === Op.brTable ||
    op === Op.return ||
    op === Op.unreachable ||
    op === Op.returnCall ||
    op === Op.returnCallIndirect
  )
}

/** Comparisons, conversions to integers and arithmetic: what they yield does not depend on a NaN's bits. */
function hidesBits(op: number): boolean {
  return (
    (op >= 0x5b && op <= 0x66) ||
    (op >= 0xa8 && op <= 0xab) ||
    (op >= 0xae && op <= 0xb1) ||
    isFloatArithmetic(op)
  )
}

function scalarShape(op: number): number {
  return (op >= 0x99 && op <= 0xa6) || op === 0xbb ? NanShape.f64 : NanShape.f32
}

/** Vector arithmetic with undetermined NaNs: the lanes of its result, or -1. */
function vectorShape(sub: number): number {
  if ((sub >= 0x67 && sub <= 0x6a) || sub === 0x5e || (sub >= 0xe3 && sub <= 0xe9)) return NanShape.f32x4
  if (sub === 0x74 || sub === 0x75 || sub === 0x7a || sub === 0x94 || sub === 0x5f) return NanShape.f64x2
  return sub >= 0xef && sub <= 0xf5 ? NanShape.f64x2 : -1
}
