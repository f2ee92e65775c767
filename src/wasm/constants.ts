/** Value types and constant expressions, as several sections hold them. */
import { unsupported } from './errors.ts'
import { type FunctionSite, Type } from './module.ts'
import { BASE_OPS, Immediate, Op, refusedFeature } from './opcodes.ts'
import type { Reader } from './reader.ts'

export class ConstantReader {
  readonly #features: Set<string>
  /** Grows while the module is read. */
  readonly #functions: readonly number[]

  constructor(features: Set<string>, functions: readonly number[]) {
    this.#features = features
    this.#functions = functions
  }

  valueType(r: Reader, what: string): number {
    const at = r.position
    const code = r.byte(what)
    if (code >= Type.f64 && code <= Type.i32) return code
    if (code === Type.v128) this.#features.add('simd')
    else if (code === Type.funcref || code === Type.externref) this.#features.add('reference-types')
    else if (code === 0x69) throw unsupported('exceptions', r.section, at, 'an exception reference type')
    else if (code >= 0x63 && code <= 0x78)
      throw unsupported('gc', r.section, at, 'a typed or managed reference')
    else r.fail(what, at, `0x${code.toString(16)}`)
    return code
  }

  /** A constant expression up to and with its `end`; function references in it are noted. */
  constant(r: Reader, sites: FunctionSite[]): void {
    for (let instructions = 0; ; instructions++) {
      const at = r.position
      const op = r.byte('a constant instruction')
      if (op === Op.end) return
      if (instructions > 0) this.#features.add('extended-const')
      switch (op) {
        case Op.i32Const:
          r.signed(32, 'a constant')
          break
        case Op.i64Const:
          r.signed(64, 'a constant')
          break
        case Op.f32Const:
          r.skip(4, 'a constant')
          break
        case Op.f64Const:
          r.skip(8, 'a constant')
          break
        case Op.globalGet:
          r.u32('a global index')
          break
        case Op.refNull:
          this.valueType(r, 'a reference type')
          break
        case Op.refFunc: {
          const start = r.position
          const index = this.functionIndex(r)
          sites.push({ start, end: r.position, index })
          this.#features.add('reference-types')
          break
        }
        case Op.i32Add:
        case Op.i32Sub:
        case 0x6c:
        case Op.i64Add:
        case Op.i64Sub:
        case 0x7e:
          break
        case Op.prefixSimd:
          if (r.u32('a vector opcode') !== 0x0c) r.fail('a constant instruction', at)
          r.skip(16, 'a constant')
          this.#features.add('simd')
          break
        default: {
          const feature = refusedFeature(op)
          if (feature !== null) throw unsupported(feature, r.section, at, `opcode 0x${op.toString(16)}`)
          r.fail('a constant instruction', at, `opcode 0x${op.toString(16)}${known(op)}`)
        }
      }
    }
  }

  functionIndex(r: Reader): number {
    const at = r.position
    const index = r.u32('a function index')
    if (index >= this.#functions.length)
      r.fail(`a function index below ${this.#functions.length}`, at, `${index}`)
    return index
  }
}

function known(op: number): string {
  return BASE_OPS.immediate[op] === Immediate.refused ? '' : ', which is not constant'
}
