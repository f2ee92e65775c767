/**
 * A reference interpreter: one instruction after another as the specification's chapter 4 has it, labels and values on
 * explicit stacks, no preparation but finding each block's end. It counts fuel by Wasmtime 35's rules the plain way:
 * 1 at each executed operator that is not free, compared at function entries and loop headers. Slow and simple on
 * purpose; it is what the rewriter is compared with, and shares nothing with it.
 */
import {
  type Decoded,
  decodeModule,
  EXTERNREF,
  F32,
  F64,
  FUNCREF,
  type FuncType,
  I32,
  I64,
  type Instr,
  PREFIX_FC,
  PREFIX_FD,
  type Type,
  V128,
} from './decode.ts'
import { BINARY, UNARY, type Value, WasmTrap } from './numeric.ts'
import { SIMD } from './simd.ts'

export class OutOfFuel extends Error {}
export class DepthExceeded extends Error {}

export interface FuncRef {
  readonly type: FuncType
  readonly index: number
  readonly host: ((...args: Value[]) => Value[]) | undefined
}
export interface InterpreterOptions {
  readonly imports?: Readonly<Record<string, (...args: Value[]) => Value[]>>
  /** Fuel at which the next comparison stops the run. */
  readonly budget?: number
  /** Frames; JavaScript's own stack bears about 4,000. */
  readonly depth?: number
  readonly memoryPages?: number
  readonly tableElements?: number
  readonly memoryBytesPerUnit?: number
  readonly tableElementsPerUnit?: number
  /** Count each instruction apart, for `Interpreter.profile`. */
  readonly profile?: boolean
}

/** Fuel by function and by innermost loop, as `FuelProfile` has it, of defined functions that were entered. */
export interface Profile {
  readonly index: number
  readonly fuel: number
  readonly calls: number
  readonly loops: { readonly offset: number; readonly fuel: number; readonly trips: number }[]
}

const FREE = new Set([0x00, 0x01, 0x02, 0x03, 0x05, 0x0b, 0x0f, 0x1a])
const PAGE = 65536

interface Prepared {
  readonly code: readonly Instr[]
  /** By position of a block, loop or if: of its end, and of its else where there is one. */
  readonly ends: Int32Array
  readonly elses: Int32Array
  readonly params: Int32Array
  readonly results: Int32Array
  /** When profiling: fuel spent by each instruction, comparisons made by each loop, entries. */
  readonly spent: Float64Array
  readonly trips: Float64Array
  calls: number
}

export function zero(type: Type): Value {
  if (type === I32 || type === F32) return 0
  if (type === I64 || type === F64) return 0n
  return type === V128 ? new Uint8Array(16) : null
}

export class Interpreter {
  readonly module: Decoded
  readonly globals: Value[]
  readonly tables: Value[][]
  readonly funcs: FuncRef[]
  memory = new Uint8Array(0)
  fuel = 0
  /** The most any comparison has seen: a budget stops the run exactly when it is not above this. */
  compared = 0
  /** How often growth beyond the options' limits was asked for; a module's own maximum is no such limit. */
  readonly denied = { memory: 0, table: 0 }
  #view = new DataView(this.memory.buffer)
  #depth = 0
  readonly #budget: number
  readonly #depthLimit: number
  readonly #options: InterpreterOptions
  readonly #prepared: (Prepared | undefined)[]
  readonly #elems: (Value[] | null)[]
  readonly #datas: (Uint8Array | null)[]

  constructor(bytes: Uint8Array, options: InterpreterOptions = {}) {
    const module = decodeModule(bytes)
    this.module = module
    this.#options = options
    this.#budget = options.budget ?? Number.POSITIVE_INFINITY
    this.#depthLimit = options.depth ?? 2000
    this.#prepared = module.bodies.map(() => undefined)
    this.funcs = module.funcs.map((type, index) => {
      const item = module.imports[index]
      const host = item && options.imports?.[`${item.module}.${item.name}`]
      if (item && !host) throw new Error(`no import ${item.module}.${item.name}`)
      return { type: module.types[type]!, index, host }
    })
    this.globals = []
    for (const { init } of module.globals) this.globals.push(this.#constant(init))
    this.tables = module.tables.map(({ limits }) => new Array<Value>(limits.min).fill(null))
    const pages = module.memories[0]?.min ?? 0
    this.#setMemory(new Uint8Array(pages * PAGE))
    this.#elems = module.elems.map((elem) => elem.items.map((item) => this.#constant(item)))
    this.#datas = module.datas.map((data) => data.bytes)
  }

  /** Active segments and the start function. Apart from the constructor, so that what has been used can be read. */
  start(): void {
    this.module.elems.forEach((elem, i) => {
      if (elem.mode === 'active')
        this.#tableInit(elem.table, i, (this.#constant(elem.offset) as number) >>> 0, 0, elem.items.length)
      if (elem.mode !== 'passive') this.#elems[i] = null
    })
    this.module.datas.forEach((data, i) => {
      if (!data.active) return
      this.#memoryInit(i, (this.#constant(data.offset) as number) >>> 0, 0, data.bytes.length)
      this.#datas[i] = null
    })
    if (this.module.start !== undefined) this.invoke(this.funcs[this.module.start]!, [])
  }

  call(name: string, args: readonly Value[]): Value[] {
    const item = this.module.exports.find((one) => one.name === name && one.kind === 0)
    if (!item) throw new Error(`no export ${name}`)
    return this.invoke(this.funcs[item.index]!, args)
  }

  typeOf(name: string): FuncType {
    return this.funcs[this.module.exports.find((one) => one.name === name && one.kind === 0)!.index]!.type
  }

  /** Where the fuel went; the sum of all functions is `fuel`. Needs the option `profile`. */
  profile(): Profile[] {
    return this.#prepared.flatMap((prepared, own) => {
      if (prepared === undefined || prepared.calls === 0) return []
      const { code, spent, trips, calls } = prepared
      const loops = new Map<number, { offset: number; fuel: number; trips: number }>()
      const open: number[] = []
      let fuel = calls
      code.forEach(({ op, at }, pc) => {
        if (op === 0x03) {
          loops.set(pc, { offset: at, fuel: 0, trips: trips[pc]! })
          open.push(pc)
        } else if (op === 0x02 || op === 0x04) open.push(open.at(-1) ?? -1)
        else if (op === 0x0b) open.pop()
        fuel += spent[pc]!
        const loop = loops.get(open.at(-1) ?? -1)
        if (loop !== undefined) loop.fuel += spent[pc]!
      })
      const index = own + this.module.imports.length
      return [{ index, fuel, calls, loops: [...loops.values()].filter((loop) => loop.trips > 0) }]
    })
  }

  invoke(func: FuncRef, args: readonly Value[]): Value[] {
    if (++this.#depth > this.#depthLimit) {
      this.#depth--
      throw new DepthExceeded('call depth')
    }
    try {
      let next: FuncRef = func
      let stack: Value[] = [...args]
      for (;;) {
        if (next.host) return next.host(...stack)
        const tail = this.#run(next, stack)
        if (!tail) return stack
        stack = stack.splice(stack.length - tail.type.params.length)
        next = tail
      }
    } finally {
      this.#depth--
    }
  }

  #setMemory(memory: Uint8Array<ArrayBuffer>): void {
    this.memory = memory
    this.#view = new DataView(memory.buffer)
  }

  #constant(code: readonly Instr[]): Value {
    const stack: Value[] = []
    for (const { op, a, x } of code) {
      if (op === 0x41 || op === 0x43) stack.push(a)
      else if (op === 0x42 || op === 0x44 || op === PREFIX_FD + 12) stack.push(x as Value)
      else if (op === 0x23) stack.push(this.globals[a]!)
      else if (op === 0xd0) stack.push(null)
      else if (op === 0xd2) stack.push(this.funcs[a]!)
      else if (op !== 0x0b) {
        const right = stack.pop()!
        const left = stack.pop()!
        stack.push(BINARY.get(op)!(left as never, right as never))
      }
    }
    return stack[0]!
  }

  #prepare(index: number): Prepared {
    const known = this.#prepared[index]
    if (known) return known
    const { code } = this.module.bodies[index]!
    const ends = new Int32Array(code.length)
    const elses = new Int32Array(code.length).fill(-1)
    const params = new Int32Array(code.length)
    const results = new Int32Array(code.length)
    const open: number[] = []
    code.forEach((one, at) => {
      if (one.op >= 0x02 && one.op <= 0x04) {
        open.push(at)
        if (one.a >= 0) {
          const type = this.module.types[one.a]!
          params[at] = type.params.length
          results[at] = type.results.length
        } else if (one.a !== -64) results[at] = 1
      } else if (one.op === 0x05) elses[open.at(-1)!] = at
      else if (one.op === 0x0b && open.length > 0) ends[open.pop()!] = at
    })
    const counters = this.#options.profile ? code.length : 0
    const spent = new Float64Array(counters)
    const trips = new Float64Array(counters)
    const prepared = { code, ends, elses, params, results, spent, trips, calls: 0 }
    this.#prepared[index] = prepared
    return prepared
  }

  #compare(): void {
    this.compared = this.fuel
    if (this.fuel >= this.#budget) throw new OutOfFuel('out of fuel')
  }

  /** Runs a body whose arguments are the whole of `stack`; leaves its results there, or names a tail callee. */
  #run(func: FuncRef, stack: Value[]): FuncRef | undefined {
    const own = func.index - this.module.imports.length
    const prepared = this.#prepare(own)
    const { code, ends, elses, params, results, spent, trips } = prepared
    const profiling = this.#options.profile === true
    const locals = stack.splice(0)
    for (const type of this.module.bodies[own]!.locals) locals.push(zero(type))
    // Label: where a branch goes, how many values it takes along, how high the stack was below them.
    const targets: number[] = [code.length]
    const arities: number[] = [func.type.results.length]
    const heights: number[] = [0]
    let pc = 0
    const enter = (target: number, arity: number, taken: number) => {
      targets.push(target)
      arities.push(arity)
      heights.push(stack.length - taken)
    }
    const branch = (depth: number) => {
      const at = targets.length - 1 - depth
      const target = targets[at]!
      const arity = arities[at]!
      const height = heights[at]!
      if (stack.length > height + arity) stack.splice(height, stack.length - height - arity)
      // A loop's label survives a branch to it: the target lies behind the `loop` instruction.
      const loop = target > 0 && target < code.length && code[target - 1]!.op === 0x03 && target <= pc
      targets.length = arities.length = heights.length = loop ? at + 1 : at
      pc = target
      if (!loop) return
      if (profiling) trips[pc - 1]!++
      this.#compare()
    }
    prepared.calls++
    this.fuel++
    this.#compare()
    while (pc < code.length) {
      const { op, a, b, x } = code[pc]!
      if (!FREE.has(op)) {
        this.fuel++
        if (profiling) spent[pc]!++
      }
      switch (op) {
        case 0x00:
          throw new WasmTrap('unreachable')
        case 0x01:
          break
        case 0x02:
          enter(ends[pc]! + 1, results[pc]!, params[pc]!)
          break
        case 0x03:
          enter(pc + 1, params[pc]!, params[pc]!)
          if (profiling) trips[pc]!++
          this.#compare()
          break
        case 0x04: {
          const yes = stack.pop() !== 0
          enter(ends[pc]! + 1, results[pc]!, params[pc]!)
          if (!yes) {
            // To the instruction after `else`; without one, to the `end` itself.
            pc = elses[pc]! >= 0 ? elses[pc]! : ends[pc]! - 1
          }
          break
        }
        case 0x05:
          // The first arm is done: leave through the label, which lies behind the end.
          branch(0)
          continue
        case 0x0b:
          targets.pop()
          arities.pop()
          heights.pop()
          break
        case 0x0c:
          branch(a)
          continue
        case 0x0d:
          if (stack.pop() !== 0) {
            branch(a)
            continue
          }
          break
        case 0x0e: {
          const list = x as number[]
          branch(list[(stack.pop() as number) >>> 0] ?? a)
          continue
        }
        case 0x0f:
          branch(targets.length - 1)
          continue
        case 0x10:
          this.#callOn(stack, this.funcs[a]!)
          break
        case 0x11:
          this.#callOn(stack, this.#indirect(b, stack.pop() as number, a))
          break
        case 0x12:
          return this.funcs[a]!
        case 0x13:
          return this.#indirect(b, stack.pop() as number, a)
        case 0x1a:
          stack.pop()
          break
        case 0x1b:
        case 0x1c: {
          const condition = stack.pop()
          const second = stack.pop()!
          if (condition === 0) stack[stack.length - 1] = second
          break
        }
        case 0x20:
          stack.push(locals[a]!)
          break
        case 0x21:
          locals[a] = stack.pop()!
          break
        case 0x22:
          locals[a] = stack[stack.length - 1]!
          break
        case 0x23:
          stack.push(this.globals[a]!)
          break
        case 0x24:
          this.globals[a] = stack.pop()!
          break
        case 0x25:
          stack.push(this.#element(a, stack.pop() as number))
          break
        case 0x26: {
          const value = stack.pop()!
          const at = stack.pop() as number
          this.#element(a, at)
          this.tables[a]![at >>> 0] = value
          break
        }
        case 0x3f:
          stack.push(this.memory.length / PAGE)
          break
        case 0x40:
          stack.push(this.#grow((stack.pop() as number) >>> 0))
          break
        case 0x41:
        case 0x43:
          stack.push(a)
          break
        case 0x42:
        case 0x44:
          stack.push(x as bigint)
          break
        case 0xd0:
          stack.push(null)
          break
        case 0xd1:
          stack.push(stack.pop() === null ? 1 : 0)
          break
        case 0xd2:
          stack.push(this.funcs[a]!)
          break
        default:
          if (op >= 0x28 && op <= 0x35) stack.push(this.#load(op, this.#address(stack, a, WIDTHS[op]!)))
          else if (op >= 0x36 && op <= 0x3e) {
            const value = stack.pop()!
            this.#store(op, this.#address(stack, a, WIDTHS[op]!), value)
          } else if (op >= PREFIX_FC + 8 && op <= PREFIX_FC + 17)
            this.#bulk(op - PREFIX_FC, a, b, stack, (units) => {
              if (profiling) spent[pc]! += units
            })
          else if (op >= PREFIX_FD)
            SIMD(
              op - PREFIX_FD,
              b,
              x as Uint8Array,
              stack,
              (width) => this.#address(stack, a, width),
              this.#view,
            )
          else {
            const unary = UNARY.get(op)
            if (unary) stack[stack.length - 1] = unary(stack[stack.length - 1] as never)
            else {
              const right = stack.pop()!
              stack[stack.length - 1] = BINARY.get(op)!(stack[stack.length - 1] as never, right as never)
            }
          }
      }
      pc++
    }
    return undefined
  }

  #callOn(stack: Value[], func: FuncRef): void {
    const args = stack.splice(stack.length - func.type.params.length)
    stack.push(...this.invoke(func, args))
  }

  #indirect(table: number, index: number, type: number): FuncRef {
    const func = this.#element(table, index) as FuncRef | null
    if (func === null) throw new WasmTrap('uninitialized element')
    const want = this.module.types[type]!
    if (
      String(func.type.params) !== String(want.params) ||
      String(func.type.results) !== String(want.results)
    )
      throw new WasmTrap('indirect call type mismatch')
    return func
  }

  #element(table: number, index: number): Value {
    const list = this.tables[table]!
    if (index >>> 0 >= list.length) throw new WasmTrap('table out of bounds')
    return list[index >>> 0]!
  }

  #address(stack: Value[], offset: number, width: number): number {
    const at = ((stack.pop() as number) >>> 0) + offset
    if (at + width > this.memory.length) throw new WasmTrap('memory out of bounds')
    return at
  }

  #load(op: number, at: number): Value {
    const view = this.#view
    switch (op) {
      case 0x28:
        return view.getInt32(at, true)
      case 0x29:
        return view.getBigInt64(at, true)
      case 0x2a:
        return view.getUint32(at, true)
      case 0x2b:
        return view.getBigUint64(at, true)
      case 0x2c:
        return view.getInt8(at)
      case 0x2d:
        return view.getUint8(at)
      case 0x2e:
        return view.getInt16(at, true)
      case 0x2f:
        return view.getUint16(at, true)
      case 0x30:
        return BigInt(view.getInt8(at))
      case 0x31:
        return BigInt(view.getUint8(at))
      case 0x32:
        return BigInt(view.getInt16(at, true))
      case 0x33:
        return BigInt(view.getUint16(at, true))
      case 0x34:
        return BigInt(view.getInt32(at, true))
      default:
        return BigInt(view.getUint32(at, true))
    }
  }

  #store(op: number, at: number, value: Value): void {
    const view = this.#view
    if (op === 0x36 || op === 0x38) view.setInt32(at, value as number, true)
    else if (op === 0x37 || op === 0x39) view.setBigInt64(at, value as bigint, true)
    else if (op === 0x3a) view.setInt8(at, value as number)
    else if (op === 0x3b) view.setInt16(at, value as number, true)
    else if (op === 0x3c) view.setInt8(at, Number((value as bigint) & 0xffn))
    else if (op === 0x3d) view.setInt16(at, Number((value as bigint) & 0xffffn), true)
    else view.setInt32(at, Number((value as bigint) & 0xffffffffn), true)
  }

  #grow(pages: number): number {
    const before = this.memory.length / PAGE
    if (before + pages > (this.#options.memoryPages ?? PAGE)) this.denied.memory++
    const limit = Math.min(this.module.memories[0]!.max ?? PAGE, this.#options.memoryPages ?? PAGE)
    if (before + pages > limit) return -1
    if (pages > 0) {
      const bigger = new Uint8Array((before + pages) * PAGE)
      bigger.set(this.memory)
      this.#setMemory(bigger)
    }
    return before
  }

  /** Our own addition to Wasmtime's rules: work by operand is charged, and compared at once where it is charged. */
  #charge(count: number, per: number | undefined, spend: (units: number) => void): void {
    const units = per === undefined ? 0 : Math.floor(count / per)
    this.fuel += units
    spend(units)
    if (units > 0) this.#compare()
  }

  #bulk(sub: number, a: number, b: number, stack: Value[], spend: (units: number) => void): void {
    if (sub === 9) {
      this.#datas[a] = null
      return
    }
    if (sub === 13) {
      this.#elems[a] = null
      return
    }
    if (sub === 16) {
      stack.push(this.tables[a]!.length)
      return
    }
    const count = (stack.pop() as number) >>> 0
    if (sub === 15) {
      const value = stack.pop()!
      const table = this.tables[a]!
      this.#charge(count, this.#options.tableElementsPerUnit, spend)
      const most = this.#options.tableElements ?? 1e7
      const limit = Math.min(this.module.tables[a]!.limits.max ?? 2 ** 32, most)
      if (table.length + count > most) this.denied.table++
      if (table.length + count > limit) stack.push(-1)
      else {
        stack.push(table.length)
        for (let i = 0; i < count; i++) table.push(value)
      }
      return
    }
    const second = stack.pop()!
    const to = (stack.pop() as number) >>> 0
    if (sub >= 12) this.#charge(count, this.#options.tableElementsPerUnit, spend)
    else this.#charge(count, this.#options.memoryBytesPerUnit, spend)
    const from = sub === 11 || sub === 17 ? 0 : (second as number) >>> 0
    if (sub === 8) this.#memoryInit(a, to, from, count)
    else if (sub === 10) {
      if (Math.max(to, from) + count > this.memory.length) throw new WasmTrap('memory out of bounds')
      this.memory.copyWithin(to, from, from + count)
    } else if (sub === 11) {
      if (to + count > this.memory.length) throw new WasmTrap('memory out of bounds')
      this.memory.fill((second as number) & 0xff, to, to + count)
    } else if (sub === 12) this.#tableInit(b, a, to, from, count)
    else if (sub === 14) {
      const target = this.tables[a]!
      const source = this.tables[b]!
      if (from + count > source.length || to + count > target.length)
        throw new WasmTrap('table out of bounds')
      const moved = source.slice(from, from + count)
      for (let i = 0; i < count; i++) target[to + i] = moved[i]!
    } else {
      const table = this.tables[a]!
      if (to + count > table.length) throw new WasmTrap('table out of bounds')
      table.fill(second, to, to + count)
    }
  }

  #memoryInit(data: number, to: number, from: number, count: number): void {
    const bytes = this.#datas[data] ?? new Uint8Array(0)
    if (from + count > bytes.length || to + count > this.memory.length)
      throw new WasmTrap('memory out of bounds')
    this.memory.set(bytes.subarray(from, from + count), to)
  }

  #tableInit(table: number, elem: number, to: number, from: number, count: number): void {
    const items = this.#elems[elem] ?? []
    const target = this.tables[table]!
    if (from + count > items.length || to + count > target.length) throw new WasmTrap('table out of bounds')
    for (let i = 0; i < count; i++) target[to + i] = items[from + i]!
  }
}

/** Bytes each memory access touches. */
const WIDTHS: Readonly<Record<number, number>> = Object.fromEntries(
  [4, 8, 4, 8, 1, 1, 2, 2, 1, 1, 2, 2, 4, 4, 4, 8, 4, 8, 1, 2, 1, 2, 4].map((width, i) => [0x28 + i, width]),
)

export const isReference = (type: Type) => type === FUNCREF || type === EXTERNREF
