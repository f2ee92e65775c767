/** Reads what stands behind opcodes, beyond the plain numbers: checked for form, and for features that are refused. */
import { malformed, unsupported } from './errors.ts'
import type { ParsedModule } from './module.ts'
import { Immediate, NUMERIC_OPS, NumericOp, refusedFeature, SIMD_OPS } from './opcodes.ts'
import type { Reader } from './reader.ts'

export class Immediates {
  readonly #module: ParsedModule

  constructor(module: ParsedModule) {
    this.#module = module
  }

  referenceOrValueType(r: Reader): number {
    const at = r.position
    const code = r.byte('a value type')
    if (code >= 0x7c && code <= 0x7f) return code
    if (code === 0x7b) this.#module.features.add('simd')
    else if (code === 0x70 || code === 0x6f) this.#module.features.add('reference-types')
    else if (code === 0x69 || code === 0x74)
      throw unsupported('exceptions', 'code', at, 'an exception reference')
    else if (code >= 0x63 && code <= 0x78) throw unsupported('gc', 'code', at, 'a typed or managed reference')
    else throw malformed('code', at, 'a value type', `0x${code.toString(16)}`)
    return code
  }

  /** A type index, -1 for no result, -2 for one. */
  blockType(r: Reader): number {
    const at = r.position
    const code = r.bytes[at]!
    if (code === 0x40 && at < r.end) {
      r.position++
      return -1
    }
    if (code >= 0x40 && code < 0x80 && at < r.end) {
      this.referenceOrValueType(r)
      return -2
    }
    const index = r.signed(33, 'a block type')
    if (index < 0 || index >= this.#module.types.length)
      r.fail(`a block type: a value type or an index below ${this.#module.types.length}`, at, `${index}`)
    return index
  }

  memoryArgument(r: Reader): void {
    const at = r.position
    const bytes = r.bytes
    if (at + 1 < r.end && bytes[at]! < 0x40 && bytes[at + 1]! < 0x80) {
      r.position = at + 2
      return
    }
    const align = r.u32('an alignment')
    if (align >= 64 && align < 128)
      throw unsupported('multi-memory', 'code', at, 'a memory index in an access')
    if (align >= 32) r.fail('an alignment below 32', at, `${align}`)
    r.u32('an offset')
  }

  zeroByte(r: Reader, feature: string, what: string): void {
    const at = r.position
    if (r.byte(what) !== 0) throw unsupported(feature, 'code', at, what)
  }

  numericImmediate(r: Reader, sub: number): void {
    if (sub < NumericOp.memoryInit) {
      this.#module.features.add('saturating-float-to-int')
      return
    }
    this.#module.features.add(sub >= NumericOp.tableGrow ? 'reference-types' : 'bulk-memory')
    switch (NUMERIC_OPS.immediate[sub]!) {
      case Immediate.index:
        r.u32('an index')
        break
      case Immediate.twoIndices:
        r.u32('an index')
        r.u32('an index')
        break
      case Immediate.indexZeroByte:
        r.u32('a data segment index')
        this.zeroByte(r, 'multi-memory', 'a memory index')
        break
      case Immediate.twoZeroBytes:
        this.zeroByte(r, 'multi-memory', 'a memory index')
        this.zeroByte(r, 'multi-memory', 'a memory index')
        break
      default:
        this.zeroByte(r, 'multi-memory', 'a memory index')
    }
  }

  simdImmediate(r: Reader, sub: number): void {
    switch (SIMD_OPS.immediate[sub]!) {
      case Immediate.memoryArgument:
        this.memoryArgument(r)
        break
      case Immediate.memoryArgumentLane:
        this.memoryArgument(r)
        r.byte('a lane')
        break
      case Immediate.lane:
        r.byte('a lane')
        break
      case Immediate.bytes16:
        r.skip(16, 'a vector immediate')
    }
  }

  refuse(r: Reader, at: number, op: number, sub?: number): never {
    const feature = refusedFeature(op, sub)
    const named = `opcode 0x${op.toString(16)}${sub === undefined ? '' : ` 0x${sub.toString(16)}`}`
    if (feature !== null) throw unsupported(feature, 'code', at, named)
    return r.fail('a known instruction', at, named)
  }
}
