/**
 * Random valid modules, from a seed. Code is grown as typed expressions and statements, so every module validates;
 * values lie on the stack below blocks, branches and calls wherever an operand is itself a block. Most loops are
 * counted, in the shapes compilers write and in odd ones; some are not, so every run needs a budget.
 */
import { EXTERNREF, F32, F64, FUNCREF, type FuncType, I32, I64, type Type, V128 } from './decode.ts'
import { functionType, list, localGroups, section, sleb, text, uleb } from './encode.ts'
import { Random } from './random.ts'
import { SHAPES, type VectorShape } from './simd-shapes.ts'

export interface Generated {
  readonly seed: number
  readonly bytes: Uint8Array<ArrayBuffer>
  /** Exported functions with the arguments each is to be called with, in this order, on one instance. */
  readonly calls: readonly { readonly name: string; readonly args: readonly string[] }[]
  readonly floats: boolean
}

interface Flavour {
  readonly types: readonly Type[]
  readonly memory: boolean
  readonly bulk: boolean
  readonly references: boolean
  readonly tails: boolean
  readonly multi: boolean
  readonly functions: number
  readonly size: number
  /** How much rather a loop or a call than anything else, percent of statements. */
  readonly loops: number
  readonly calls: number
  readonly traps: boolean
}

interface Signature extends FuncType {
  readonly typeIndex: number
}

/** Integer operators by type: [opcode] taking two operands and giving the same type. Division apart. */
const BINARY: Readonly<Record<number, readonly number[]>> = {
  [I32]: [0x6a, 0x6b, 0x6c, 0x71, 0x72, 0x73, 0x74, 0x75, 0x76, 0x77, 0x78],
  [I64]: [0x7c, 0x7d, 0x7e, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8a],
  [F32]: [0x92, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98],
  [F64]: [0xa0, 0xa1, 0xa2, 0xa3, 0xa4, 0xa5, 0xa6],
}
const DIVISION: Readonly<Record<number, readonly number[]>> = {
  [I32]: [0x6d, 0x6e, 0x6f, 0x70],
  [I64]: [0x7f, 0x80, 0x81, 0x82],
}
const UNARY: Readonly<Record<number, readonly number[]>> = {
  [I32]: [0x67, 0x68, 0x69, 0xc0, 0xc1],
  [I64]: [0x79, 0x7a, 0x7b, 0xc2, 0xc3, 0xc4],
  [F32]: [0x8b, 0x8c, 0x8d, 0x8e, 0x8f, 0x90, 0x91],
  [F64]: [0x99, 0x9a, 0x9b, 0x9c, 0x9d, 0x9e, 0x9f],
}
const COMPARE: Readonly<Record<number, readonly number[]>> = {
  [I32]: [0x46, 0x47, 0x48, 0x49, 0x4a, 0x4b, 0x4c, 0x4d, 0x4e, 0x4f],
  [I64]: [0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57, 0x58, 0x59, 0x5a],
  [F32]: [0x5b, 0x5c, 0x5d, 0x5e, 0x5f, 0x60],
  [F64]: [0x61, 0x62, 0x63, 0x64, 0x65, 0x66],
}
/** Result type: [source type, bytes of the operator]. Trapping truncation is in `TRUNCATE`. */
const CONVERT: Readonly<Record<number, readonly (readonly [Type, readonly number[]])[]>> = {
  [I32]: [
    [I64, [0xa7]],
    [I64, [0x50]],
    [F32, [0xfc, 0]],
    [F32, [0xfc, 1]],
    [F64, [0xfc, 2]],
    [F64, [0xfc, 3]],
    [F32, [0xbc]],
  ],
  [I64]: [
    [I32, [0xac]],
    [I32, [0xad]],
    [F32, [0xfc, 4]],
    [F32, [0xfc, 5]],
    [F64, [0xfc, 6]],
    [F64, [0xfc, 7]],
    [F64, [0xbd]],
  ],
  [F32]: [
    [I32, [0xb2]],
    [I32, [0xb3]],
    [I64, [0xb4]],
    [I64, [0xb5]],
    [F64, [0xb6]],
    [I32, [0xbe]],
  ],
  [F64]: [
    [I32, [0xb7]],
    [I32, [0xb8]],
    [I64, [0xb9]],
    [I64, [0xba]],
    [F32, [0xbb]],
    [I64, [0xbf]],
  ],
}
const TRUNCATE: Readonly<Record<number, readonly (readonly [Type, number])[]>> = {
  [I32]: [
    [F32, 0xa8],
    [F32, 0xa9],
    [F64, 0xaa],
    [F64, 0xab],
  ],
  [I64]: [
    [F32, 0xae],
    [F32, 0xaf],
    [F64, 0xb0],
    [F64, 0xb1],
  ],
}
const LOADS: Readonly<Record<number, readonly number[]>> = {
  [I32]: [0x28, 0x2c, 0x2d, 0x2e, 0x2f],
  [I64]: [0x29, 0x30, 0x31, 0x32, 0x33, 0x34, 0x35],
  [F32]: [0x2a],
  [F64]: [0x2b],
}
const STORES: Readonly<Record<number, readonly number[]>> = {
  [I32]: [0x36, 0x3a, 0x3b],
  [I64]: [0x37, 0x3c, 0x3d, 0x3e],
  [F32]: [0x38],
  [F64]: [0x39],
}
const EMPTY = 0x40
const same = (a: readonly Type[], b: readonly Type[]) =>
  a.length === b.length && a.every((x, i) => x === b[i])

class ModuleGenerator {
  readonly random: Random
  readonly flavour: Flavour
  readonly types: FuncType[] = []
  readonly imports: Signature[] = []
  readonly functions: Signature[] = []
  readonly globals: { type: Type; mutable: boolean }[] = []
  /** Function index at each element of table 0, null where none. */
  readonly elements: (number | null)[] = []
  readonly pages: number
  readonly passiveData = 11
  readonly passiveElements: number[] = []

  constructor(seed: number) {
    const random = new Random(seed)
    this.random = random
    const numeric = random.pick([[I32], [I32, I64], [I32, I64], [I32, I64, F32, F64], [I32, I64, F32, F64]])
    this.flavour = {
      types: random.chance(15) ? [...numeric, V128] : numeric,
      memory: random.chance(80),
      bulk: random.chance(30),
      references: random.chance(25),
      tails: random.chance(25),
      multi: random.chance(50),
      functions: 1 + random.below(6),
      size: 8 + random.below(60),
      loops: random.pick([5, 15, 30]),
      calls: random.pick([5, 15, 30]),
      traps: random.chance(20),
    }
    this.pages = 1 + random.below(2)
  }

  typeIndex(type: FuncType): number {
    const found = this.types.findIndex(
      (one) => same(one.params, type.params) && same(one.results, type.results),
    )
    return found >= 0 ? found : this.types.push(type) - 1
  }

  signature(params: readonly Type[], results: readonly Type[]): Signature {
    return { params, results, typeIndex: this.typeIndex({ params, results }) }
  }

  someTypes(most: number): Type[] {
    return Array.from({ length: this.random.below(most + 1) }, () => this.random.pick(this.flavour.types))
  }

  generate(seed: number): Generated {
    const { random, flavour } = this
    if (random.chance(30)) {
      this.imports.push(this.signature([I32], [I32]))
      if (random.chance(50)) this.imports.push(this.signature([], []))
    }
    const hasStart = random.chance(12)
    const vectorless = (types: Type[]) => types.filter((type) => type !== V128)
    const visible: boolean[] = []
    for (let i = 0; i < flavour.functions; i++) {
      visible.push(i === 0 || random.chance(40))
      const params = this.someTypes(3)
      const results = this.someTypes(flavour.multi ? 3 : 1)
      this.functions.push(
        hasStart && i === flavour.functions - 1
          ? this.signature([], [])
          : visible[i]
            ? this.signature(vectorless(params), vectorless(results))
            : this.signature(params, results),
      )
    }
    for (let i = random.below(4); i >= 0; i--)
      this.globals.push({ type: random.pick(flavour.types), mutable: random.chance(75) })
    const all = this.imports.length + this.functions.length
    const slots = random.below(8) + 1
    for (let i = 0; i < slots; i++) this.elements.push(random.chance(85) ? random.below(all) : null)
    for (let i = random.below(4); i >= 0; i--) this.passiveElements.push(random.below(all))

    const bodies = this.functions.map((signature, i) => new BodyGenerator(this, signature, i).generate())
    const exports: number[][] = []
    const calls: Generated['calls'][number][] = []
    this.functions.forEach((signature, i) => {
      if (!visible[i]) return
      exports.push([...text(`f${i}`), 0, ...uleb(this.imports.length + i)])
      const args = signature.params.map((type) => this.argument(type))
      calls.push({ name: `f${i}`, args })
      if (random.chance(20))
        calls.push({ name: `f${i}`, args: signature.params.map((type) => this.argument(type)) })
    })
    if (flavour.memory) exports.push([...text('memory'), 2, 0])
    this.globals.forEach((global, i) => {
      if (global.type !== V128 && random.chance(70)) exports.push([...text(`g${i}`), 3, ...uleb(i)])
    })
    if (random.chance(20)) exports.push([...text('table'), 1, 0])

    const host = this.imports.map((signature, i) => [
      ...text('test'),
      ...text(['add1', 'nothing'][i]!),
      0,
      ...uleb(signature.typeIndex),
    ])
    const globals = this.globals.map(({ type, mutable }) => [
      type,
      mutable ? 1 : 0,
      ...this.constant(type),
      0x0b,
    ])
    const elements: number[][] = []
    this.elements.forEach((func, at) => {
      if (func !== null) elements.push([0, 0x41, ...sleb(BigInt(at)), 0x0b, 1, ...uleb(func)])
    })
    // Two more, always there so that indices are known: a passive one and a declarative one of all functions.
    const passive = elements.length
    elements.push([1, 0, ...list(this.passiveElements.map(uleb))])
    elements.push([3, 0, ...list(Array.from({ length: all }, (_, i) => uleb(i)))])
    const body = new Uint8Array([
      ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
      ...section(1, list(this.types.map(functionType))),
      ...(host.length > 0 ? section(2, list(host)) : []),
      ...section(3, list(this.functions.map((signature) => uleb(signature.typeIndex)))),
      ...section(
        4,
        list([
          [FUNCREF, 1, ...uleb(slots), ...uleb(slots + 4)],
          [EXTERNREF, 1, 2, 6],
        ]),
      ),
      ...(flavour.memory ? section(5, list([[1, ...uleb(this.pages), ...uleb(this.pages + 2)]])) : []),
      ...section(6, list(globals)),
      ...section(7, list(exports)),
      ...(hasStart ? section(8, uleb(all - 1)) : []),
      ...section(9, list(elements)),
      ...(flavour.memory ? section(12, uleb(2)) : []),
      ...section(10, list(bodies.map((code) => [...uleb(code(passive).length), ...code(passive)]))),
      ...(flavour.memory
        ? section(
            11,
            list([
              [0, 0x41, 0, 0x0b, ...list(Array.from({ length: 64 }, () => [random.below(256)]))],
              [1, ...list(Array.from({ length: this.passiveData }, () => [random.below(256)]))],
            ]),
          )
        : []),
    ])
    return { seed, bytes: body, calls, floats: flavour.types.includes(F32) }
  }

  argument(type: Type): string {
    const { random } = this
    const integer = () => random.pick([0, 1, 2, 3, 5, 8, 13, -1, 40, random.below(100), random.u32() | 0])
    if (type === I32) return `i32:${integer()}`
    if (type === I64)
      return `i64:${random.chance(20) ? BigInt(random.u32()) * BigInt(random.u32()) : integer()}`
    return `${type === F32 ? 'f32' : 'f64'}:${random.pick([0, 1, -1.5, 2.25, 1e10, -3e-5, random.below(1000) / 8])}`
  }

  constant(type: Type): number[] {
    const { random } = this
    if (type === I32)
      return [
        0x41,
        ...sleb(BigInt(random.pick([0, 1, 2, 3, 7, 16, 255, -1, random.below(100), random.u32() | 0]))),
      ]
    if (type === I64)
      return [
        0x42,
        ...sleb(
          BigInt.asIntN(
            64,
            BigInt(random.pick([0, 1, 3, -1, 63, random.u32()])) * (random.chance(20) ? 0x123456789n : 1n),
          ),
        ),
      ]
    if (type === V128)
      return [0xfd, 12, ...Array.from({ length: 16 }, () => random.pick([0, 1, 255, random.below(256)]))]
    const view = new DataView(new ArrayBuffer(8))
    const value = random.pick([
      0,
      -0,
      1,
      -1,
      0.5,
      1.5,
      1e20,
      -1e-7,
      Number.POSITIVE_INFINITY,
      random.below(1000) / 16,
    ])
    if (type === F32) view.setFloat32(0, value, true)
    else view.setFloat64(0, value, true)
    return [type === F32 ? 0x43 : 0x44, ...new Uint8Array(view.buffer, 0, type === F32 ? 4 : 8)]
  }
}

interface Label {
  readonly types: readonly Type[]
  /** A branch here repeats; taken only under a falling counter, or rarely. */
  readonly loop: boolean
}

class BodyGenerator {
  readonly module: ModuleGenerator
  readonly random: Random
  readonly signature: Signature
  readonly index: number
  readonly locals: Type[]
  /** Loop counters and bounds: nothing but their loop writes them. */
  readonly reserved = new Set<number>()
  readonly labels: Label[] = []
  out: (number | 'passive')[] = []
  room: number
  loopDepth = 0

  constructor(module: ModuleGenerator, signature: Signature, index: number) {
    this.module = module
    this.random = module.random
    this.signature = signature
    this.index = index
    this.locals = [...signature.params, ...module.someTypes(4)]
    this.room = module.flavour.size
  }

  /** The finished body, once the index of the passive segment is known. */
  generate(): (passive: number) => number[] {
    this.labels.push({ types: this.signature.results, loop: false })
    this.statements(1 + this.random.below(4))
    for (const type of this.signature.results) this.expression(type, 0)
    const { out } = this
    const groups = localGroups(this.locals.slice(this.signature.params.length))
    return (passive) => [...groups, ...out.map((byte) => (byte === 'passive' ? passive : byte)), 0x0b]
  }

  put(...bytes: (number | 'passive')[]): void {
    this.out.push(...bytes)
  }
  number(value: number): void {
    this.put(0x41, ...sleb(BigInt(value)))
  }
  local(type: Type): number {
    return this.locals.push(type) - 1
  }

  statements(count: number): void {
    for (let i = 0; i < count; i++) this.statement(0)
  }

  /** Any address: mostly low, so that accesses hit; now and then wherever. */
  address(depth: number): void {
    this.expression(I32, depth + 1)
    if (this.module.flavour.traps && this.random.chance(4)) return
    this.number(this.random.pick([0xff, 0xfc, 0x3f, 0x7ff]))
    this.put(0x71)
  }
  memarg(): number[] {
    return [0, ...uleb(this.random.pick([0, 0, 1, 4, 8, 100]))]
  }
  writable(type: Type): number | undefined {
    const found = this.locals.flatMap((one, i) => (one === type && !this.reserved.has(i) ? [i] : []))
    return found.length > 0 ? this.random.pick(found) : undefined
  }
  global(type: Type, mutable: boolean): number | undefined {
    const found = this.module.globals.flatMap((one, i) =>
      one.type === type && (one.mutable || !mutable) ? [i] : [],
    )
    return found.length > 0 ? this.random.pick(found) : undefined
  }

  leaf(type: Type): void {
    const { random } = this
    if (type === FUNCREF || type === EXTERNREF) {
      if (type === FUNCREF && random.chance(70)) this.put(0xd2, ...uleb(random.below(this.all)))
      else this.put(0xd0, type)
      return
    }
    const found = this.locals.flatMap((one, i) => (one === type ? [i] : []))
    if (found.length > 0 && random.chance(60)) {
      this.put(0x20, ...uleb(random.pick(found)))
      return
    }
    const global = random.chance(30) ? this.global(type, false) : undefined
    if (global !== undefined) this.put(0x23, ...uleb(global))
    else this.put(...this.module.constant(type))
  }

  get all(): number {
    return this.module.imports.length + this.module.functions.length
  }
  signatureOf(func: number): Signature {
    const { imports, functions } = this.module
    return func < imports.length ? imports[func]! : functions[func - imports.length]!
  }
  /** Functions to call: mostly later ones, so that most call trees are finite. */
  callee(good: (signature: Signature) => boolean): number | undefined {
    const own = this.module.imports.length + this.index
    const found: number[] = []
    for (let i = 0; i < this.all; i++)
      if (good(this.signatureOf(i)) && (i > own || i < this.module.imports.length || this.random.chance(8)))
        found.push(i)
    return found.length > 0 ? this.random.pick(found) : undefined
  }

  /** Leaves one value of this type. */
  expression(type: Type, depth: number): void {
    const { random } = this
    const { flavour } = this.module
    if (--this.room < 0 || depth > 6 || type === FUNCREF || type === EXTERNREF) {
      this.leaf(type)
      return
    }
    const roll = random.below(100)
    if (roll < 22) {
      this.leaf(type)
      return
    }
    if (type === V128 && roll < 70) {
      this.vector(depth)
      return
    }
    if (roll < 42) {
      this.arithmetic(type, depth)
      return
    }
    if (roll < 48 && flavour.memory && type !== V128) {
      this.address(depth)
      this.put(random.pick(LOADS[type]!), ...this.memarg())
      return
    }
    if (roll < 52) {
      const at = this.writable(type)
      if (at !== undefined) {
        this.expression(type, depth + 1)
        this.put(0x22, ...uleb(at))
        return
      }
    }
    if (roll < 58) {
      this.blockValue(type, depth)
      return
    }
    if (roll < 64) {
      this.expression(I32, depth + 1)
      this.structure(0x04, [], [type], () => this.inside(type, depth))
      return
    }
    if (roll < 67) {
      this.expression(type, depth + 1)
      this.expression(type, depth + 1)
      this.expression(I32, depth + 1)
      if (type === V128 || random.chance(30)) this.put(0x1c, 1, type)
      else this.put(0x1b)
      return
    }
    if (roll < 72) {
      const label = this.label([type], false)
      if (label !== undefined) {
        this.expression(type, depth + 1)
        this.expression(I32, depth + 1)
        this.put(0x0d, ...uleb(label))
        return
      }
    }
    if (roll < 72 + flavour.calls / 2) {
      if (this.callFor(type, depth)) return
    }
    if (roll < 89 && type === I32) {
      this.oddInteger(depth)
      return
    }
    if (roll === 90 && random.chance(50)) {
      this.leave(depth)
      return
    }
    if (type === V128) {
      this.vector(depth)
      return
    }
    this.arithmetic(type, depth)
  }

  /** What fills a block that gives one value. */
  inside(type: Type, depth: number): void {
    if (this.random.chance(50)) this.statement(depth + 1)
    this.expression(type, depth + 1)
  }

  blockValue(type: Type, depth: number): void {
    const { random } = this
    const { flavour } = this.module
    if (flavour.multi && random.chance(40)) {
      // Parameters taken from the stack, more than one result, all but the wanted one dropped.
      const params = this.module.someTypes(2)
      const more = this.module.someTypes(2)
      for (const one of params) this.expression(one, depth + 1)
      this.structure(random.pick([0x02, 0x03]), params, [type, ...more], () => {
        for (const one of [...params].reverse()) {
          const at = this.writable(one)
          if (at !== undefined && random.chance(60)) this.put(0x21, ...uleb(at))
          else this.put(0x1a)
        }
        this.inside(type, depth)
        for (const one of more) this.expression(one, depth + 2)
      })
      for (const _ of more) this.put(0x1a)
      return
    }
    if (random.chance(20)) {
      // Without else, the parameter is the result.
      this.expression(type, depth + 1)
      this.expression(I32, depth + 1)
      this.structure(
        0x04,
        [type],
        [type],
        () => {
          this.put(0x1a)
          this.inside(type, depth)
        },
        false,
      )
      return
    }
    this.structure(random.pick([0x02, 0x02, 0x03]), [], [type], () => this.inside(type, depth))
  }

  /** A block, loop or if with its label open while `body` runs (twice for an if with an else). */
  structure(
    op: number,
    params: readonly Type[],
    results: readonly Type[],
    body: () => void,
    withElse = results.length > 0 || this.random.chance(50),
  ): void {
    const simple = params.length === 0 && results.length <= 1
    const type = simple ? [results[0] ?? EMPTY] : sleb(BigInt(this.module.typeIndex({ params, results })))
    this.put(op, ...type)
    this.labels.push({ types: op === 0x03 ? params : results, loop: op === 0x03 })
    body()
    if (op === 0x04 && withElse) {
      this.put(0x05)
      if (params.length > 0) for (const _ of params) this.put(0x1a)
      if (params.length > 0) for (const one of results) this.expression(one, 5)
      else body()
    }
    this.labels.pop()
    this.put(0x0b)
  }

  arithmetic(type: Type, depth: number): void {
    const { random } = this
    const { types, traps } = this.module.flavour
    const roll = random.below(100)
    if (roll < 15) {
      this.expression(type, depth + 1)
      this.put(random.pick(UNARY[type]!))
    } else if (roll < 25 && type === I32) {
      const operand = random.pick(types.filter((one) => one !== V128))
      this.expression(operand, depth + 1)
      if (operand === I32 && random.chance(20)) this.put(0x45)
      else {
        this.expression(operand, depth + 1)
        this.put(random.pick(COMPARE[operand]!))
      }
    } else if (roll < 33) {
      const usable = CONVERT[type]!.filter(([from]) => types.includes(from))
      if (usable.length === 0) {
        this.leaf(type)
        return
      }
      const [from, op] = random.pick(usable)
      this.expression(from, depth + 1)
      this.put(...op)
    } else if (roll < 38 && DIVISION[type]) {
      this.expression(type, depth + 1)
      this.expression(type, depth + 1)
      // An odd divisor is not zero.
      if (!traps || random.chance(80)) this.put(...(type === I32 ? [0x41, 1, 0x72] : [0x42, 1, 0x84]))
      this.put(random.pick(DIVISION[type]!))
    } else if (roll < 40 && traps && TRUNCATE[type] && types.includes(F32)) {
      const [from, op] = random.pick(TRUNCATE[type]!)
      this.expression(from, depth + 1)
      this.put(op)
    } else {
      this.expression(type, depth + 1)
      this.expression(type, depth + 1)
      this.put(random.pick(BINARY[type]!))
    }
  }

  vector(depth: number): void {
    const shape: VectorShape = this.random.pick(SHAPES)
    for (const operand of shape.operands) {
      if (operand === 'address') {
        if (!this.module.flavour.memory) {
          this.leaf(V128)
          return
        }
      }
    }
    if (shape.operands.some((one) => typeof one === 'number' && !this.module.flavour.types.includes(one))) {
      this.leaf(V128)
      return
    }
    for (const operand of shape.operands)
      if (operand === 'address') this.address(depth + 1)
      else this.expression(operand, depth + 2)
    this.put(0xfd, ...uleb(shape.sub))
    if (shape.memory) this.put(...this.memarg())
    for (let i = 0; i < shape.lanes; i++) this.put(this.random.below(shape.laneLimit))
  }

  oddInteger(depth: number): void {
    const { random } = this
    const { flavour } = this.module
    const choices: (() => void)[] = [() => this.leaf(I32)]
    if (flavour.memory)
      choices.push(
        () => this.put(0x3f, 0),
        () => {
          this.number(random.pick([0, 0, 1, 100]))
          this.put(0x40, 0)
        },
      )
    if (flavour.types.includes(V128))
      choices.push(() => {
        this.expression(V128, depth + 1)
        const [sub, lanes] = random.pick([
          [83, 0],
          [99, 0],
          [100, 0],
          [163, 0],
          [22, 16],
          [27, 4],
        ] as const)
        this.put(0xfd, ...uleb(sub))
        if (lanes > 0) this.put(random.below(lanes))
      })
    if (flavour.references)
      choices.push(
        () => {
          this.leaf(random.pick([FUNCREF, EXTERNREF]))
          this.put(0xd1)
        },
        () => {
          this.number(random.below(3))
          this.put(0x25, random.below(2), 0xd1)
        },
        () => this.put(0xfc, 16, random.below(2)),
        () => {
          const table = random.below(2)
          this.leaf(table === 0 ? FUNCREF : EXTERNREF)
          this.number(random.pick([0, 1, 4, 9]))
          this.put(0xfc, 15, table)
        },
      )
    random.pick(choices)()
  }

  /** Depth of a label with these types, where there is one. Loops only when asked for. */
  label(types: readonly Type[], loops: boolean): number | undefined {
    const found: number[] = []
    this.labels.forEach((one, i) => {
      if (same(one.types, types) && (!one.loop || loops)) found.push(this.labels.length - 1 - i)
    })
    return found.length > 0 ? this.random.pick(found) : undefined
  }

  arguments(signature: FuncType, depth: number): void {
    for (const type of signature.params) this.expression(type, depth + 1)
  }

  /** A call that gives this type first; what it gives besides is dropped. */
  callFor(type: Type, depth: number): boolean {
    if (this.loopDepth > 2) return false
    const good = (signature: FuncType) => signature.results[0] === type
    if (this.random.chance(30)) {
      const slot = this.indirectSlot(good)
      if (slot !== undefined) {
        const signature = this.signatureOf(this.module.elements[slot]!)
        this.arguments(signature, depth)
        this.number(slot)
        this.put(0x11, ...uleb(signature.typeIndex), 0)
        for (let i = 1; i < signature.results.length; i++) this.put(0x1a)
        return true
      }
    }
    const func = this.callee(good)
    if (func === undefined) return false
    this.arguments(this.signatureOf(func), depth)
    this.put(0x10, ...uleb(func))
    for (let i = 1; i < this.signatureOf(func).results.length; i++) this.put(0x1a)
    return true
  }
  indirectSlot(good: (signature: Signature) => boolean): number | undefined {
    const own = this.module.imports.length + this.index
    const found = this.module.elements.flatMap((func, i) =>
      func !== null && good(this.signatureOf(func)) && (func > own || this.random.chance(10)) ? [i] : [],
    )
    return found.length > 0 ? this.random.pick(found) : undefined
  }

  /** Code that does not go on: a branch, a return, a trap, a tail call. What follows is never executed. */
  leave(depth: number): void {
    const { random } = this
    const { tails, traps } = this.module.flavour
    const roll = random.below(100)
    const tail =
      tails && roll < 40 ? this.callee((one) => same(one.results, this.signature.results)) : undefined
    const slot =
      tails && tail === undefined && roll < 60
        ? this.indirectSlot((one) => same(one.results, this.signature.results))
        : undefined
    if (tail !== undefined) {
      this.arguments(this.signatureOf(tail), depth + 1)
      this.put(0x12, ...uleb(tail))
    } else if (slot !== undefined) {
      const signature = this.signatureOf(this.module.elements[slot]!)
      this.arguments(signature, depth + 1)
      this.number(slot)
      this.put(0x13, ...uleb(signature.typeIndex), 0)
    } else if (roll < 65) {
      for (const type of this.signature.results) this.expression(type, depth + 2)
      this.put(0x0f)
    } else if (roll < 68 && traps) this.put(0x00)
    else {
      const at = random.below(this.labels.length)
      const label = this.labels[this.labels.length - 1 - at]!
      const target = label.loop ? this.labels.length - 1 : at
      const { types } = this.labels[this.labels.length - 1 - target]!
      for (const type of types) this.expression(type, depth + 2)
      const others = this.labels.flatMap((one, i) =>
        same(one.types, types) && !one.loop ? [this.labels.length - 1 - i] : [],
      )
      if (roll < 85 && others.length > 0) {
        this.expression(I32, depth + 2)
        const targets = Array.from({ length: random.below(5) }, () => uleb(random.pick(others)))
        this.put(0x0e, ...list(targets), ...uleb(random.pick(others)))
      } else this.put(0x0c, ...uleb(target))
    }
    this.dead(depth)
  }

  dead(depth: number): void {
    const { random } = this
    if (random.chance(50)) this.statement(depth + 3)
    if (random.chance(30))
      this.put(
        ...random.pick([
          [0x6a, 0x1a],
          [0x1a, 0x1a],
          [0x45, 0x1a],
          [0x7c, 0x7c, 0x1a],
        ]),
      )
    if (random.chance(20)) this.put(0x02, EMPTY, 0x0c, 0, 0x0b)
  }

  /** Leaves the stack as it was. */
  statement(depth: number): void {
    const { random } = this
    const { flavour } = this.module
    if (--this.room < 0 || depth > 6) {
      this.put(0x01)
      return
    }
    const roll = random.below(100)
    if (roll < flavour.loops) {
      this.loop(depth)
      return
    }
    const type = random.pick(flavour.types)
    const choices: (() => void)[] = [
      () => this.assign(type, depth),
      () => this.assign(type, depth),
      () => {
        this.expression(I32, depth + 1)
        this.structure(0x04, [], [], () => this.statements(1 + random.below(2)))
      },
      () => this.structure(0x02, [], [], () => this.statements(1 + random.below(3))),
      () => {
        this.expression(type, depth + 1)
        this.put(0x1a)
      },
      () => {
        const label = this.label([], false)
        if (label === undefined) {
          this.put(0x01)
          return
        }
        this.expression(I32, depth + 1)
        this.put(0x0d, ...uleb(label))
      },
      () => {
        // Out, but only on a condition: what follows stays alive.
        this.expression(I32, depth + 1)
        this.structure(0x04, [], [], () => this.leave(depth + 1), random.chance(30))
      },
      () => {
        const func = this.callee(() => true)
        if (func === undefined || this.loopDepth > 2) {
          this.put(0x01)
          return
        }
        const signature = this.signatureOf(func)
        this.arguments(signature, depth)
        this.put(0x10, ...uleb(func))
        for (const _ of signature.results) this.put(0x1a)
      },
      () => this.switch(depth),
    ]
    if (flavour.memory)
      choices.push(
        () => this.store(type, depth),
        () => this.store(type, depth),
      )
    if (flavour.bulk) choices.push(() => this.bulk(depth))
    if (roll > 97) {
      this.structure(0x02, [], [], () => this.leave(depth + 1))
      return
    }
    random.pick(choices)()
  }

  assign(type: Type, depth: number): void {
    const global = this.random.chance(30) ? this.global(type, true) : undefined
    const local = global === undefined ? this.writable(type) : undefined
    this.expression(type, depth + 1)
    if (global !== undefined) this.put(0x24, ...uleb(global))
    else if (local !== undefined) this.put(0x21, ...uleb(local))
    else this.put(0x1a)
  }

  store(type: Type, depth: number): void {
    this.address(depth)
    this.expression(type, depth + 1)
    if (type === V128) this.put(0xfd, 11, ...this.memarg())
    else this.put(this.random.pick(STORES[type]!), ...this.memarg())
  }

  switch(depth: number): void {
    const arms = 1 + this.random.below(3)
    for (let i = 0; i <= arms; i++) {
      this.put(0x02, EMPTY)
      this.labels.push({ types: [], loop: false })
    }
    this.expression(I32, depth + 1)
    this.put(
      0x0e,
      ...list(Array.from({ length: arms + this.random.below(2) }, () => uleb(this.random.below(arms + 1)))),
      ...uleb(this.random.below(arms + 1)),
    )
    for (let i = 0; i <= arms; i++) {
      this.labels.pop()
      this.put(0x0b)
      if (this.random.chance(60)) this.statement(depth + 1)
      if (i < arms && this.random.chance(60)) this.put(0x0c, ...uleb(this.random.below(arms - i)))
    }
  }

  bulk(depth: number): void {
    const { random } = this
    const { memory, references } = this.module.flavour
    const length = () =>
      this.number(
        random.pick([0, 1, 2, 3, 15, 16, 17, 64, 200, ...(this.module.flavour.traps ? [70_000, -1] : [])]),
      )
    const few = () => this.number(random.pick([0, 1, 1, 2, 5]))
    const choices: (() => void)[] = [() => this.put(0x01)]
    if (memory)
      choices.push(
        () => {
          this.address(depth)
          this.expression(I32, depth + 1)
          length()
          this.put(0xfc, 11, 0)
        },
        () => {
          this.address(depth)
          this.address(depth)
          length()
          this.put(0xfc, 10, 0, 0)
        },
        () => {
          this.address(depth)
          this.number(random.below(3))
          few()
          this.put(0xfc, 8, 1, 0)
        },
        () => random.chance(20) && this.put(0xfc, 9, 1),
      )
    if (references)
      choices.push(
        () => {
          this.number(random.below(3))
          this.leaf(EXTERNREF)
          this.put(0x26, 1)
        },
        () => {
          this.number(random.below(2))
          this.leaf(EXTERNREF)
          few()
          this.put(0xfc, 17, 1)
        },
        () => {
          this.number(random.below(2))
          this.number(random.below(2))
          few()
          this.put(
            0xfc,
            14,
            ...random.pick([
              [0, 0],
              [1, 1],
            ]),
          )
        },
        () => {
          this.number(0)
          this.number(random.below(2))
          few()
          this.put(0xfc, 12, 'passive', 0)
        },
        () => random.chance(20) && this.put(0xfc, 13, 'passive'),
      )
    random.pick(choices)()
  }

  loop(depth: number): void {
    const { random } = this
    this.loopDepth++
    const type = random.chance(25) && this.module.flavour.types.includes(I64) ? I64 : I32
    const constant = (value: number) => this.put(type === I32 ? 0x41 : 0x42, ...sleb(BigInt(value)))
    const [add, sub, ne, ltS, ltU, gtS, geU, eqz] =
      type === I32
        ? [0x6a, 0x6b, 0x47, 0x48, 0x49, 0x4a, 0x4f, 0x45]
        : [0x7c, 0x7d, 0x52, 0x53, 0x54, 0x55, 0x5a, 0x50]
    const counter = this.local(type)
    this.reserved.add(counter)
    const get = [0x20, ...uleb(counter)]
    const set = [0x21, ...uleb(counter)]
    const tee = [0x22, ...uleb(counter)]
    const trips = random.pick([1, 2, 3, 4, 5, 8, 13])
    const step = random.pick([1, 1, 1, 2, 3])
    const body = () => {
      // Small bodies without calls are what optimisers look for; others must be left alone.
      if (random.chance(30)) this.assign(random.pick(this.module.flavour.types), 5)
      else this.statements(1 + random.below(2))
    }
    const open = (op: number) => {
      this.put(op, EMPTY)
      this.labels.push({ types: [], loop: op === 0x03 })
    }
    const close = () => {
      this.labels.pop()
      this.put(0x0b)
    }
    const shape = random.below(8)
    if (shape === 0) {
      // do { } while (--i)
      constant(trips)
      this.put(...set)
      open(0x03)
      body()
      this.put(...get)
      constant(1)
      this.put(sub, ...tee)
      if (type === I64) this.put(0x50, 0x45)
      this.put(0x0d, 0)
      close()
    } else if (shape === 1 || shape === 2) {
      // for (i = 0; i < n; i += step), the comparison at the end; the bound a constant or a local.
      const bound = shape === 2 ? this.local(type) : undefined
      if (bound !== undefined) {
        this.reserved.add(bound)
        if (random.chance(70)) constant(trips * step)
        else if (random.chance(90)) {
          this.expression(type, depth + 2)
          constant(15)
          this.put(type === I32 ? 0x71 : 0x83)
        } else this.expression(type, depth + 2)
        this.put(0x21, ...uleb(bound))
      }
      constant(random.pick([0, 0, 0, 1, -2]))
      this.put(...set)
      open(0x03)
      body()
      this.put(...get)
      constant(step)
      this.put(add, ...tee)
      if (bound !== undefined) this.put(0x20, ...uleb(bound))
      else constant(trips * step)
      this.put(random.pick([ltS, ltS, ltU, ...(random.chance(30) ? [ne] : [])]), 0x0d, 0)
      close()
    } else if (shape === 3 || shape === 4) {
      // while (i < n), left through a surrounding block.
      constant(0)
      this.put(...set)
      open(0x02)
      open(0x03)
      this.put(...get)
      constant(trips)
      this.put(geU, 0x0d, 1)
      body()
      this.put(...get)
      constant(step)
      this.put(add, ...set)
      if (shape === 4 && random.chance(50)) {
        this.expression(I32, depth + 3)
        this.put(0x0d, 1)
      }
      this.put(0x0c, 0)
      if (random.chance(20)) this.dead(depth)
      close()
      close()
    } else if (shape === 5) {
      // Falling by a step, greater than zero, two ways back to the header.
      constant(trips)
      this.put(...set)
      open(0x03)
      body()
      this.put(...get)
      constant(-step)
      this.put(add, ...tee)
      constant(0)
      this.put(gtS)
      this.put(0x04, EMPTY)
      this.labels.push({ types: [], loop: false })
      if (random.chance(40)) this.statement(depth + 2)
      this.put(0x0c, 1)
      this.labels.pop()
      this.put(0x0b)
      close()
    } else if (shape === 6) {
      // A counter checked first, then free branches back from anywhere, br_table among them.
      constant(trips)
      this.put(...set)
      open(0x02)
      open(0x03)
      this.put(...get, eqz, 0x0d, 1, ...get)
      constant(1)
      this.put(sub, ...set)
      body()
      this.expression(I32, depth + 2)
      if (random.chance(50)) this.put(0x0d, 0)
      else this.put(0x0e, ...list([[0], [1], [0]]), 1)
      body()
      close()
      close()
    } else {
      // Not counted at all: may be endless.
      open(0x03)
      body()
      this.expression(I32, depth + 2)
      this.number(random.pick([1, 3, 7]))
      this.put(0x71, 0x45, 0x0d, 0)
      close()
    }
    this.loopDepth--
  }
}

export function generate(seed: number): Generated {
  return new ModuleGenerator(seed).generate(seed)
}
