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
import type { Body, ParsedModule } from './module.ts'
import { BASE_OPS, NUMERIC_OPS, Op, SIMD_OPS } from './opcodes.ts'
import type { WasmLimits } from './types.ts'
import { checkLimit } from './validate/limits.ts'

/** Shapes a NaN comes in. */
export const NanShape = { f32: 0, f64: 1, f32x4: 2, f64x2: 3 } as const

/** The sites of one body, in order of their offsets. */
export interface NanSites {
  readonly count: number
  /** Behind the instruction whose result is to be made canonical. */
  offset(site: number): number
  shape(site: number): number
  /** Whether any site has this shape. */
  has(shape: number): boolean
}

/** Of a body without float arithmetic. */
export const NO_SITES: NanSites = { count: 0, offset: () => -1, shape: () => -1, has: () => false }

/** What stands on the operand stack instead of an offset: nothing of interest, and a constant that is no NaN. */
const OTHER = -1
const CONSTANT = -2

/** A list of numbers that is filled, read and filled again. */
class Numbers {
  items = new Uint32Array(256)
  length = 0

  push(value: number): void {
    if (this.length === this.items.length) {
      const grown = new Uint32Array(this.items.length * 2)
      grown.set(this.items)
      this.items = grown
    }
    this.items[this.length++] = value
  }

  /** The first `length` numbers, in ascending order. */
  sorted(): Uint32Array {
    return this.items.subarray(0, this.length).sort()
  }
}

/** Finds the sites of one body after another; what it answers holds until it is asked again. */
export class NanFinder implements NanSites {
  readonly #module: ParsedModule
  readonly #bytes: Uint8Array
  readonly #view: DataView
  readonly #limits: WasmLimits
  /** The operand stack: offset behind an arithmetic result or a read of a local, or `OTHER` or `CONSTANT`. */
  #offsets = new Int32Array(64)
  /** Beside it: of a read the local; of a result -1 minus its shape. */
  #origins = new Int32Array(64)
  #height = 0
  /** Of each open block: height, parameters, results, and 1 where its code can no longer be reached. */
  readonly #frames: Int32Array
  #top = 0
  /** By local: 1 once something is assigned that is neither arithmetic nor a constant; shape of the first result, or -1. */
  #impure = new Uint8Array(64)
  #shapes = new Int8Array(64)
  /** Reads that are seen (local, offset), results that are assigned (local, offset, shape). */
  readonly #gets = new Numbers()
  readonly #sets = new Numbers()
  /** Sites, as `offset * 4 + shape`; some of them more than once. Engines take no module of 1 GiB. */
  readonly #seen = new Numbers()
  #sites: Uint32Array = new Uint32Array(0)
  #mask = 0
  #start = 0
  count = 0

  constructor(module: ParsedModule, limits: WasmLimits) {
    this.#module = module
    this.#limits = limits
    this.#frames = new Int32Array(4 * (limits.nesting + 2))
    this.#bytes = module.bytes
    this.#view = new DataView(module.bytes.buffer, module.bytes.byteOffset, module.bytes.byteLength)
  }

  offset(site: number): number {
    return this.#sites[site]! >>> 2
  }

  shape(site: number): number {
    return this.#sites[site]! & 3
  }

  has(shape: number): boolean {
    return (this.#mask & (1 << shape)) !== 0
  }

  /**
   * The body has been analysed: it is well formed, if not yet known to be valid.
   * @param locals parameters included
   */
  find(functionIndex: number, body: Body, codeStart: number, locals: number): NanSites {
    const type = this.#module.types[this.#module.functions[functionIndex]!]!
    if (this.#impure.length < locals) {
      this.#impure = new Uint8Array(locals * 2)
      this.#shapes = new Int8Array(locals * 2)
    }
    // A parameter may come with any bits.
    this.#impure.fill(0, 0, locals).fill(1, 0, type.params.length)
    this.#shapes.fill(-1, 0, locals)
    this.#start = codeStart
    this.#height = this.#gets.length = this.#sets.length = this.#seen.length = 0
    this.#walk(codeStart, body.end, type.results.length)
    this.#resolveLocals()
    this.#collect()
    return this
  }

  #resolveLocals(): void {
    const gets = this.#gets.items
    for (let i = 0; i < this.#gets.length; i += 2) {
      const local = gets[i]!
      if (this.#impure[local] === 0 && this.#shapes[local]! >= 0)
        this.#seen.push(gets[i + 1]! * 4 + this.#shapes[local]!)
    }
    const sets = this.#sets.items
    for (let i = 0; i < this.#sets.length; i += 3)
      if (this.#impure[sets[i]!] !== 0) this.#seen.push(sets[i + 1]! * 4 + sets[i + 2]!)
  }

  #collect(): void {
    const sites = this.#seen.sorted()
    this.#mask = 0
    let count = 0
    for (let i = 0; i < sites.length; i++) {
      const site = sites[i]!
      if (count > 0 && site === sites[count - 1]) continue
      sites[count++] = site
      this.#mask |= 1 << (site & 3)
    }
    this.#sites = sites
    this.count = count
  }

  #walk(from: number, end: number, results: number): void {
    const bytes = this.#bytes
    const frames = this.#frames
    this.#top = -4
    this.#enter(0, 0, results, 0)
    for (let at = from; at < end; ) {
      const op = bytes[at]!
      const next = skipInstruction(bytes, at)
      const top = this.#top
      const dead = frames[top + 3] === 1
      if (op === Op.block || op === Op.loop || op === Op.if) this.#open(op, at, dead)
      else if (op === Op.else) {
        if (!dead) this.#see(frames[top + 2]!)
        this.#join(frames[top]!, frames[top + 1]!)
        frames[top + 3] = frames[top - 1]!
      } else if (op === Op.end) {
        if (!dead) this.#see(frames[top + 2]!)
        // Behind the end of a dead frame the values of the frame around it are out of reach, not gone.
        this.#join(frames[top]!, frames[top + 2]!)
        this.#top = top - 4
      } else if (!dead) {
        this.#step(op, at, next)
        if ((TRAITS[op]! & Trait.jump) !== 0) {
          frames[top + 3] = 1
          this.#resize(frames[top]!)
        }
      }
      at = next
    }
  }

  #enter(height: number, params: number, results: number, dead: number): void {
    const frames = this.#frames
    const at = this.#top + 4
    frames[at] = height
    frames[at + 1] = params
    frames[at + 2] = results
    frames[at + 3] = dead
    this.#top = at
  }

  #open(op: number, at: number, dead: boolean): void {
    const code = this.#bytes[at + 1]!
    let params = 0
    let results = 0
    if (code > 0x40 && code < 0x80) results = 1
    else if (code !== 0x40) {
      const type = this.#module.types[readNumber(this.#bytes, at + 1)]!
      params = type.params.length
      results = type.results.length
    }
    if (dead) {
      this.#enter(this.#frames[this.#top]!, params, results, 1)
      return
    }
    if (op === Op.if) this.#pop()
    this.#see(params)
    const height = Math.max(0, this.#height - params)
    this.#join(height, params)
    this.#enter(height, params, results, 0)
  }

  #step(op: number, at: number, next: number): void {
    const bytes = this.#bytes
    switch (op) {
      case Op.localGet:
        this.#push(next, readNumber(bytes, at + 1))
        return
      case Op.localSet:
        this.#pop()
        this.#assign(readNumber(bytes, at + 1))
        return
      case Op.localTee: {
        // The value goes two ways; the copy left on the stack is taken to be seen.
        const local = readNumber(bytes, at + 1)
        this.#pop()
        this.#assign(local)
        this.#push(next, local)
        return
      }
      case Op.f32Const:
      case Op.f64Const: {
        const view = this.#view
        const value = op === Op.f32Const ? view.getFloat32(at + 1, true) : view.getFloat64(at + 1, true)
        this.#push(Number.isNaN(value) ? OTHER : CONSTANT, 0)
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
        this.#resize(this.#height - type.params.length)
        this.#resize(this.#height + type.results.length)
        return
      }
      case Op.br:
      case Op.brIf:
      case Op.brTable:
      case Op.return:
        if (op === Op.brIf || op === Op.brTable) this.#pop()
        this.#see(this.#height)
        return
      case Op.drop:
        this.#pop()
        return
      case Op.f32Abs:
      case Op.f64Abs:
        // Still the same value: its sign is gone, and the canonical NaN has none, so either order gives the same bits.
        // Compilers take it ahead of every conversion to an integer, to compare with the bounds.
        return
      case Op.prefixSimd: {
        const sub = readNumber(bytes, at + 1)
        this.#replace(SIMD_OPS.pops[sub]!, SIMD_OPS.pushes[sub]!, false)
        const shape = vectorShape(sub)
        if (shape >= 0) this.#seen.push(next * 4 + shape)
        return
      }
      case Op.prefixNumeric: {
        const sub = readNumber(bytes, at + 1)
        this.#replace(NUMERIC_OPS.pops[sub]!, NUMERIC_OPS.pushes[sub]!, sub < 8)
        return
      }
    }
    const traits = TRAITS[op]!
    this.#replace(BASE_OPS.pops[op]!, BASE_OPS.pushes[op]!, (traits & Trait.hidesBits) !== 0)
    if ((traits & Trait.arithmetic) === 0) return
    this.#offsets[this.#height - 1] = next
    this.#origins[this.#height - 1] = -1 - ((traits & Trait.wide) === 0 ? NanShape.f32 : NanShape.f64)
  }

  /** An instruction that takes values, seen by it unless it hides their bits, and gives others. */
  #replace(pops: number, pushes: number, hides: boolean): void {
    if (!hides) this.#see(pops)
    this.#resize(this.#height - pops)
    if (pushes > 0) this.#resize(this.#height + pushes)
  }

  #push(offset: number, origin: number): void {
    const at = this.#height
    this.#resize(at + 1)
    this.#offsets[at] = offset
    this.#origins[at] = origin
  }

  /** What was on top, and in invalid code may not have been there, is read by `assign` from behind the height. */
  #pop(): void {
    if (this.#height > 0) this.#height--
    else this.#offsets[0] = OTHER
  }

  #resize(height: number): void {
    if (height > this.#offsets.length) {
      // Valid code never gets here: the analysis has counted its operands.
      const { operands, signatureValues } = this.#limits
      if (height > operands + 2 * signatureValues)
        checkLimit(this.#limits, 'operands', height, 'a number of operands', 'code', this.#start)
      const offsets = new Int32Array(height * 2)
      const origins = new Int32Array(height * 2)
      offsets.set(this.#offsets)
      origins.set(this.#origins)
      this.#offsets = offsets
      this.#origins = origins
    }
    for (let at = this.#height; at < height; at++) this.#offsets[at] = OTHER
    this.#height = Math.max(0, height)
  }

  /** Where paths meet, what lies above `height` is no longer one instruction's result: its sources have been seen. */
  #join(height: number, count: number): void {
    this.#resize(height)
    this.#resize(height + count)
  }

  /** The topmost values can be seen from here on. */
  #see(count: number): void {
    for (let at = Math.max(0, this.#height - count); at < this.#height; at++) this.#look(at)
  }

  #look(at: number): void {
    const offset = this.#offsets[at]!
    if (offset < 0) return
    const origin = this.#origins[at]!
    if (origin < 0) this.#seen.push(offset * 4 - 1 - origin)
    else {
      this.#gets.push(origin)
      this.#gets.push(offset)
    }
  }

  /** The value popped last goes into a local. */
  #assign(local: number): void {
    const at = this.#height
    const offset = this.#offsets[at]!
    if (offset === CONSTANT) return
    const origin = this.#origins[at]!
    if (offset === OTHER || origin >= 0) {
      this.#look(at)
      this.#impure[local] = 1
      return
    }
    const shape = -1 - origin
    this.#sets.push(local)
    this.#sets.push(offset)
    this.#sets.push(shape)
    if (this.#shapes[local] === -1) this.#shapes[local] = shape
  }
}

/** What matters here of an instruction. */
const Trait = { arithmetic: 1, hidesBits: 2, wide: 4, jump: 8 } as const

const TRAITS = Uint8Array.from(
  { length: 256 },
  (_, op) =>
    (isFloatArithmetic(op) ? Trait.arithmetic : 0) |
    (hidesBits(op) ? Trait.hidesBits : 0) |
    (scalarShape(op) === NanShape.f64 ? Trait.wide : 0) |
    (isJump(op) ? Trait.jump : 0),
)

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
