/** Steps over instructions that the analysis has already checked, without checking them again. */
import { BASE_OPS, Immediate, NUMERIC_OPS, Op, SIMD_OPS } from './opcodes.ts'

/** Offset behind a LEB128 number. */
export function skipNumber(bytes: Uint8Array, at: number): number {
  let end = at
  while (bytes[end]! >= 0x80) end++
  return end + 1
}

/** An unsigned LEB128 number. */
export function readNumber(bytes: Uint8Array, at: number): number {
  let value = 0
  for (let shift = 0, end = at; ; shift += 7) {
    const byte = bytes[end++]!
    value |= (byte & 0x7f) << shift
    if (byte < 0x80) return value >>> 0
  }
}

/** Offset behind the instruction at `at`. */
export function skipInstruction(bytes: Uint8Array, at: number): number {
  const op = bytes[at]!
  if (op === Op.prefixNumeric)
    return skipImmediate(bytes, skipNumber(bytes, at + 1), NUMERIC_OPS.immediate[readNumber(bytes, at + 1)]!)
  if (op === Op.prefixSimd)
    return skipImmediate(bytes, skipNumber(bytes, at + 1), SIMD_OPS.immediate[readNumber(bytes, at + 1)]!)
  return skipImmediate(bytes, at + 1, BASE_OPS.immediate[op]!)
}

function skipImmediate(bytes: Uint8Array, at: number, immediate: number): number {
  switch (immediate) {
    case Immediate.none:
      return at
    case Immediate.f32:
      return at + 4
    case Immediate.f64:
      return at + 8
    case Immediate.bytes16:
      return at + 16
    case Immediate.lane:
    case Immediate.zeroByte:
    case Immediate.referenceType:
      return at + 1
    case Immediate.valueTypes:
      return at + 2
    case Immediate.twoZeroBytes:
      return at + 2
    case Immediate.memoryArgument:
    case Immediate.twoIndices:
    case Immediate.callIndirect:
      return skipNumber(bytes, skipNumber(bytes, at))
    case Immediate.memoryArgumentLane:
    case Immediate.indexZeroByte:
      return skipNumber(bytes, skipNumber(bytes, at)) + (immediate === Immediate.memoryArgumentLane ? 1 : 0)
    case Immediate.labelTable: {
      let end = skipNumber(bytes, at)
      for (let left = readNumber(bytes, at); left >= 0; left--) end = skipNumber(bytes, end)
      return end
    }
    default:
      return skipNumber(bytes, at)
  }
}
