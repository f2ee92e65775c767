/**
 * Every accepted instruction, once: how its immediates are read and what it does to the operand stack. The order and
 * the numbers are those of the WebAssembly specification (binary format, instructions).
 */

/** How the bytes after an opcode are read. */
export const Immediate = {
  refused: 0,
  none: 1,
  block: 2,
  label: 3,
  labelTable: 4,
  call: 5,
  callIndirect: 6,
  local: 7,
  index: 8,
  memoryArgument: 9,
  i32: 10,
  i64: 11,
  f32: 12,
  f64: 13,
  valueTypes: 14,
  referenceType: 15,
  zeroByte: 16,
  lane: 17,
  memoryArgumentLane: 18,
  bytes16: 19,
  twoIndices: 20,
  indexZeroByte: 21,
  twoZeroBytes: 22,
  functionReference: 23,
  prefixNumeric: 24,
  prefixSimd: 25,
} as const

export const Op = {
  unreachable: 0x00,
  nop: 0x01,
  block: 0x02,
  loop: 0x03,
  if: 0x04,
  else: 0x05,
  end: 0x0b,
  br: 0x0c,
  brIf: 0x0d,
  brTable: 0x0e,
  return: 0x0f,
  call: 0x10,
  callIndirect: 0x11,
  returnCall: 0x12,
  returnCallIndirect: 0x13,
  drop: 0x1a,
  select: 0x1b,
  selectTyped: 0x1c,
  localGet: 0x20,
  localSet: 0x21,
  localTee: 0x22,
  globalGet: 0x23,
  globalSet: 0x24,
  memorySize: 0x3f,
  memoryGrow: 0x40,
  i32Const: 0x41,
  i64Const: 0x42,
  f32Const: 0x43,
  f64Const: 0x44,
  i32Eqz: 0x45,
  i32LtS: 0x48,
  i32LtU: 0x49,
  i32GtU: 0x4b,
  i64Eqz: 0x50,
  i64Eq: 0x51,
  i64LtS: 0x53,
  i64GtS: 0x55,
  i64LeS: 0x57,
  i64GeS: 0x59,
  f32Le: 0x5f,
  f64Le: 0x65,
  i32Add: 0x6a,
  i32Sub: 0x6b,
  i32Mul: 0x6c,
  i32DivU: 0x6e,
  i32And: 0x71,
  i32ShrU: 0x76,
  i64Add: 0x7c,
  i64Sub: 0x7d,
  i64Mul: 0x7e,
  i64DivU: 0x80,
  i64RemU: 0x82,
  i64And: 0x83,
  i64Or: 0x84,
  i64Shl: 0x86,
  i64ShrS: 0x87,
  i64ShrU: 0x88,
  f32Abs: 0x8b,
  f64Abs: 0x99,
  i32WrapI64: 0xa7,
  i64ExtendI32S: 0xac,
  i64ExtendI32U: 0xad,
  refNull: 0xd0,
  refFunc: 0xd2,
  prefixNumeric: 0xfc,
  prefixSimd: 0xfd,
} as const

/** Opcodes after the 0xfc prefix. */
export const NumericOp = {
  memoryInit: 8,
  dataDrop: 9,
  memoryCopy: 10,
  memoryFill: 11,
  tableInit: 12,
  elementDrop: 13,
  tableCopy: 14,
  tableGrow: 15,
  tableSize: 16,
  tableFill: 17,
} as const

/** Pops and pushes of a whole range; `'21'` pops two and pushes one. */
type Row = readonly [first: number, last: number, immediate: number, stack: string]

const I = Immediate
const BASE: readonly Row[] = [
  [0x00, 0x01, I.none, '00'],
  [0x02, 0x04, I.block, '00'],
  [0x05, 0x05, I.none, '00'],
  [0x0b, 0x0b, I.none, '00'],
  [0x0c, 0x0c, I.label, '00'],
  [0x0d, 0x0d, I.label, '10'],
  [0x0e, 0x0e, I.labelTable, '10'],
  [0x0f, 0x0f, I.none, '00'],
  [0x10, 0x10, I.call, '00'],
  [0x11, 0x11, I.callIndirect, '10'],
  [0x12, 0x12, I.call, '00'],
  [0x13, 0x13, I.callIndirect, '10'],
  [0x1a, 0x1a, I.none, '10'],
  [0x1b, 0x1b, I.none, '31'],
  [0x1c, 0x1c, I.valueTypes, '31'],
  [0x20, 0x20, I.local, '01'],
  [0x21, 0x21, I.local, '10'],
  [0x22, 0x22, I.local, '11'],
  [0x23, 0x23, I.index, '01'],
  [0x24, 0x24, I.index, '10'],
  [0x25, 0x25, I.index, '11'],
  [0x26, 0x26, I.index, '20'],
  [0x28, 0x35, I.memoryArgument, '11'],
  [0x36, 0x3e, I.memoryArgument, '20'],
  [0x3f, 0x3f, I.zeroByte, '01'],
  [0x40, 0x40, I.zeroByte, '11'],
  [0x41, 0x41, I.i32, '01'],
  [0x42, 0x42, I.i64, '01'],
  [0x43, 0x43, I.f32, '01'],
  [0x44, 0x44, I.f64, '01'],
  [0x45, 0x45, I.none, '11'],
  [0x46, 0x4f, I.none, '21'],
  [0x50, 0x50, I.none, '11'],
  [0x51, 0x66, I.none, '21'],
  [0x67, 0x69, I.none, '11'],
  [0x6a, 0x78, I.none, '21'],
  [0x79, 0x7b, I.none, '11'],
  [0x7c, 0x8a, I.none, '21'],
  [0x8b, 0x91, I.none, '11'],
  [0x92, 0x98, I.none, '21'],
  [0x99, 0x9f, I.none, '11'],
  [0xa0, 0xa6, I.none, '21'],
  [0xa7, 0xc4, I.none, '11'],
  [0xd0, 0xd0, I.referenceType, '01'],
  [0xd1, 0xd1, I.none, '11'],
  [0xd2, 0xd2, I.functionReference, '01'],
  [0xfc, 0xfc, I.prefixNumeric, '00'],
  [0xfd, 0xfd, I.prefixSimd, '00'],
]

const NUMERIC: readonly Row[] = [
  [0, 7, I.none, '11'],
  [8, 8, I.indexZeroByte, '30'],
  [9, 9, I.index, '00'],
  [10, 10, I.twoZeroBytes, '30'],
  [11, 11, I.zeroByte, '30'],
  [12, 12, I.twoIndices, '30'],
  [13, 13, I.index, '00'],
  [14, 14, I.twoIndices, '30'],
  [15, 15, I.index, '21'],
  [16, 16, I.index, '01'],
  [17, 17, I.index, '30'],
]

const SIMD: readonly Row[] = [
  [0x00, 0x0a, I.memoryArgument, '11'],
  [0x0b, 0x0b, I.memoryArgument, '20'],
  [0x0c, 0x0c, I.bytes16, '01'],
  [0x0d, 0x0d, I.bytes16, '21'],
  [0x0e, 0x0e, I.none, '21'],
  [0x0f, 0x14, I.none, '11'],
  [0x15, 0x16, I.lane, '11'],
  [0x17, 0x17, I.lane, '21'],
  [0x18, 0x19, I.lane, '11'],
  [0x1a, 0x1a, I.lane, '21'],
  [0x1b, 0x1b, I.lane, '11'],
  [0x1c, 0x1c, I.lane, '21'],
  [0x1d, 0x1d, I.lane, '11'],
  [0x1e, 0x1e, I.lane, '21'],
  [0x1f, 0x1f, I.lane, '11'],
  [0x20, 0x20, I.lane, '21'],
  [0x21, 0x21, I.lane, '11'],
  [0x22, 0x22, I.lane, '21'],
  [0x23, 0x4c, I.none, '21'],
  [0x4d, 0x4d, I.none, '11'],
  [0x4e, 0x51, I.none, '21'],
  [0x52, 0x52, I.none, '31'],
  [0x53, 0x53, I.none, '11'],
  [0x54, 0x57, I.memoryArgumentLane, '21'],
  [0x58, 0x5b, I.memoryArgumentLane, '20'],
  [0x5c, 0x5d, I.memoryArgument, '11'],
  [0x5e, 0x64, I.none, '11'],
  [0x65, 0x66, I.none, '21'],
  [0x67, 0x6a, I.none, '11'],
  [0x6b, 0x73, I.none, '21'],
  [0x74, 0x75, I.none, '11'],
  [0x76, 0x79, I.none, '21'],
  [0x7a, 0x7a, I.none, '11'],
  [0x7b, 0x7b, I.none, '21'],
  [0x7c, 0x81, I.none, '11'],
  [0x82, 0x82, I.none, '21'],
  [0x83, 0x84, I.none, '11'],
  [0x85, 0x86, I.none, '21'],
  [0x87, 0x8a, I.none, '11'],
  [0x8b, 0x93, I.none, '21'],
  [0x94, 0x94, I.none, '11'],
  [0x95, 0x99, I.none, '21'],
  [0x9b, 0x9f, I.none, '21'],
  [0xa0, 0xa1, I.none, '11'],
  [0xa3, 0xa4, I.none, '11'],
  [0xa7, 0xaa, I.none, '11'],
  [0xab, 0xae, I.none, '21'],
  [0xb1, 0xb1, I.none, '21'],
  [0xb5, 0xba, I.none, '21'],
  [0xbc, 0xbf, I.none, '21'],
  [0xc0, 0xc1, I.none, '11'],
  [0xc3, 0xc4, I.none, '11'],
  [0xc7, 0xca, I.none, '11'],
  [0xcb, 0xce, I.none, '21'],
  [0xd1, 0xd1, I.none, '21'],
  [0xd5, 0xdf, I.none, '21'],
  [0xe0, 0xe1, I.none, '11'],
  [0xe3, 0xe3, I.none, '11'],
  [0xe4, 0xeb, I.none, '21'],
  [0xec, 0xed, I.none, '11'],
  [0xef, 0xef, I.none, '11'],
  [0xf0, 0xf7, I.none, '21'],
  [0xf8, 0xff, I.none, '11'],
]

/** Immediate kind, pops and pushes by opcode; `Immediate.refused` where there is none. */
export interface OpcodeTable {
  readonly immediate: Uint8Array
  readonly pops: Uint8Array
  readonly pushes: Uint8Array
}

function expand(rows: readonly Row[]): OpcodeTable {
  const table = { immediate: new Uint8Array(256), pops: new Uint8Array(256), pushes: new Uint8Array(256) }
  for (const [first, last, immediate, stack] of rows)
    for (let op = first; op <= last; op++) {
      table.immediate[op] = immediate
      table.pops[op] = Number(stack[0])
      table.pushes[op] = Number(stack[1])
    }
  return table
}

export const BASE_OPS = expand(BASE)
export const NUMERIC_OPS = expand(NUMERIC)
export const SIMD_OPS = expand(SIMD)

/** The proposal an opcode that is not accepted belongs to, or null where the number is unassigned. */
export function refusedFeature(op: number, prefixed?: number): string | null {
  if (op === 0xfd && prefixed !== undefined)
    return prefixed >= 0x100 && prefixed <= 0x12f ? 'relaxed-simd' : null
  if (op === 0xfc && prefixed !== undefined) {
    if (prefixed === 18) return 'memory-control'
    return prefixed >= 19 && prefixed <= 22 ? 'wide-arithmetic' : null
  }
  if ((op >= 0x06 && op <= 0x0a) || op === 0x18 || op === 0x19 || op === 0x1f) return 'exceptions'
  if (op === 0x14 || op === 0x15 || (op >= 0xd3 && op <= 0xd6)) return 'gc'
  if (op === 0xfb) return 'gc'
  if (op === 0xfe) return 'threads'
  if (op >= 0xe0 && op <= 0xe6) return 'stack-switching'
  return null
}
