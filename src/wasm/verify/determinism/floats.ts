/**
 * Modules that put every float operator through every kind of operand, NaNs with payloads of both signs among them, and
 * let the result's bits be seen in every way there is. Built from bytes, so that a page needs nothing to make them.
 */
import { F32, F64, I32, I64, type Type, V128 } from '../decode.ts'
import { functionType, list, localGroups, section, sleb, text, uleb } from '../encode.ts'

export interface OperatorModule {
  readonly bytes: Uint8Array<ArrayBuffer>
  /** Exports, one for each operator: each writes from `OUTPUT` on and answers where it stopped. */
  readonly operators: readonly string[]
}

/** Where results begin in memory. */
export const OUTPUT = 4096

interface Operator {
  readonly name: string
  readonly code: readonly number[]
  readonly from: Type
  readonly to: Type
  readonly operands: 1 | 2
}

const F32_INPUTS: readonly number[] = [
  ...[0x00000000, 0x80000000, 0x3f800000, 0xbf800000, 0x40490fdb, 0x7f800000, 0xff800000, 0x00000001],
  ...[0x807fffff, 0x7f7fffff, 0x7fc00000, 0xffc00000, 0x7fa00000, 0xffa12345, 0x7fffffff, 0x4f000000],
  ...[0x40200000, 0xbf000000, 0x3fc00000, 0x7f800001],
]
const F64_INPUTS: readonly bigint[] = [
  ...[0x0000000000000000n, 0x8000000000000000n, 0x3ff0000000000000n, 0xbff0000000000000n],
  ...[0x400921fb54442d18n, 0x7ff0000000000000n, 0xfff0000000000000n, 0x0000000000000001n],
  ...[0x800fffffffffffffn, 0x7fefffffffffffffn, 0x7ff8000000000000n, 0xfff8000000000000n],
  ...[0x7ff4000000000000n, 0xfff4567812345678n, 0x7fffffffffffffffn, 0x43e0000000000000n],
  ...[0x4004000000000000n, 0xbfe0000000000000n, 0x3ff8000000000000n, 0x7ff0000000000001n],
]

/** The same table for all: as vectors, every input is followed by its neighbours. */
function inputs(type: Type): number[] {
  const narrow = F32_INPUTS.flatMap((bits) => [0, 8, 16, 24].map((shift) => (bits >>> shift) & 0xff))
  const wide = F64_INPUTS.flatMap((bits) =>
    Array.from({ length: 8 }, (_, i) => Number((bits >> BigInt(8 * i)) & 0xffn)),
  )
  return type === F32 ? narrow : type === F64 ? wide : [...narrow, ...wide]
}

const SIZE: Readonly<Record<Type, number>> = { [I32]: 4, [F32]: 4, [I64]: 8, [F64]: 8, [V128]: 16 }
const LOAD: Readonly<Record<Type, readonly number[]>> = {
  [F32]: [0x2a, 2, 0],
  [F64]: [0x2b, 3, 0],
  [V128]: [0xfd, 0, 4, 0],
}
const STORE: Readonly<Record<Type, readonly number[]>> = {
  [I32]: [0x36, 2, 0],
  [I64]: [0x37, 3, 0],
  [F32]: [0x38, 2, 0],
  [F64]: [0x39, 3, 0],
  [V128]: [0xfd, 11, 4, 0],
}

/** An address between inputs and results, as a constant. */
const SPARE = [0x41, ...sleb(2048n)]
/** Locals of every function. */
const LEFT = 0
const RIGHT = 1
const OUT = 2
const HELD = 3
const get = (local: number) => [0x20, local]
const set = (local: number) => [0x21, local]
const ONE: Readonly<Record<Type, readonly number[]>> = {
  [F32]: [0x43, 0, 0, 0x80, 0x3f],
  [F64]: [0x44, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f],
}

/** Ways a result's bits come to be seen, as code behind the operator; the first is to be stored as it is. */
function views(type: Type, identity: number): readonly (readonly number[])[] {
  const held = [...set(HELD), ...get(HELD)]
  if (type === V128) return [[], held, [0xfd, 77]]
  if (type !== F32 && type !== F64) return [[]]
  const narrow = type === F32
  const [abs, neg, copysign, add] = narrow ? [0x8b, 0x8c, 0x98, 0x92] : [0x99, 0x9a, 0xa6, 0xa0]
  const back = narrow ? [0xbc, 0xbe] : [0xbd, 0xbf]
  const one = ONE[type]!
  return [
    [],
    held,
    [0x22, HELD],
    [abs],
    [neg],
    [...one, copysign],
    [...set(HELD), ...one, ...get(HELD), copysign],
    [...one, add, neg],
    [0x24, narrow ? 0 : 1, 0x23, narrow ? 0 : 1],
    back,
    [...one, 0x41, 1, 0x1b],
    [0x10, identity],
    // Out of a block by a branch.
    [...set(HELD), 0x02, type, ...get(HELD), 0x0c, 0, 0x0b],
    // Through the other width, and through memory.
    narrow ? [0xbb, 0xb6] : [0xb6, 0xbb],
    [...set(HELD), ...SPARE, ...get(HELD), ...STORE[type]!, ...SPARE, ...LOAD[type]!],
  ]
}

function body(operator: Operator, identity: number): number[] {
  const { from, to, code, operands } = operator
  const table = inputs(from)
  const size = SIZE[from]!
  const end = table.length
  const next = (local: number, by: number) => [...get(local), 0x41, ...sleb(BigInt(by)), 0x6a]
  const each = views(to, identity).flatMap((view) => [
    ...get(OUT),
    ...[...get(LEFT), ...LOAD[from]!],
    ...(operands === 2 ? [...get(RIGHT), ...LOAD[from]!] : []),
    ...code,
    ...view,
    ...STORE[to]!,
    ...[...next(OUT, SIZE[to]!), ...set(OUT)],
  ])
  const below = (local: number, bound: number) => [
    ...[...next(local, size), 0x22, local],
    ...[0x41, ...sleb(BigInt(bound)), 0x49, 0x0d, 0],
  ]
  const inner = [0x03, 0x40, ...each, ...below(RIGHT, operands === 2 ? end : size), 0x0b]
  return [
    ...localGroups([I32, I32, I32, to]),
    ...[0x41, ...sleb(BigInt(OUTPUT)), ...set(OUT)],
    ...[0x03, 0x40, 0x41, 0, ...set(RIGHT), ...inner, ...below(LEFT, end), 0x0b],
    ...[...get(OUT), 0x0b],
  ]
}

/** One module for operators that read one type and write one. */
export function operatorModule(operators: readonly Operator[]): OperatorModule {
  const { from } = operators[0]!
  const bodies = operators.map((operator) => body(operator, operator.to === F64 ? 1 : 0))
  const identities = [
    [...localGroups([]), ...get(0), 0x0b],
    [...localGroups([]), ...get(0), 0x0b],
  ]
  const bytes = [
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(
      1,
      list([
        functionType({ params: [F32], results: [F32] }),
        functionType({ params: [F64], results: [F64] }),
        functionType({ params: [], results: [I32] }),
      ]),
    ),
    ...section(3, list([[0], [1], ...operators.map(() => [2])])),
    ...section(5, list([[0, 8]])),
    ...section(
      6,
      list([
        [F32, 1, 0x43, 0, 0, 0, 0, 0x0b],
        [F64, 1, 0x44, 0, 0, 0, 0, 0, 0, 0, 0, 0x0b],
      ]),
    ),
    ...section(
      7,
      list([
        [...text('memory'), 2, 0],
        ...operators.map(({ name }, i) => [...text(name), 0, ...uleb(i + 2)]),
      ]),
    ),
    ...section(10, list([...identities, ...bodies].map((code) => [...uleb(code.length), ...code]))),
    ...section(11, list([[0, 0x41, 0, 0x0b, ...uleb(inputs(from).length), ...inputs(from)]])),
  ]
  return { bytes: new Uint8Array(bytes), operators: operators.map(({ name }) => name) }
}

const range = (
  prefix: string,
  names: string,
  first: number,
  from: Type,
  to: Type,
  operands: 1 | 2,
  encode: (op: number) => readonly number[] = (op) => [op],
): Operator[] =>
  names
    .split(' ')
    .map((name, i) => ({ name: `${prefix}.${name}`, code: encode(first + i), from, to, operands }))
    .filter(({ name }) => !name.endsWith('-'))
const vector = (op: number) => [0xfd, ...uleb(op)]
const saturating = (op: number) => [0xfc, op]

/** Every float operator of the MVP, saturating conversion and SIMD, by the type it reads. Those that can trap are out. */
export const OPERATORS: readonly (readonly Operator[])[] = [
  [
    ...range('f32', 'abs neg ceil floor trunc nearest sqrt', 0x8b, F32, F32, 1),
    ...range('f32', 'add sub mul div min max copysign', 0x92, F32, F32, 2),
    ...range('f32', 'eq ne lt gt le ge', 0x5b, F32, I32, 2),
    ...range('f32', 'i32.trunc_sat_s i32.trunc_sat_u', 0, F32, I32, 1, saturating),
    ...range('f32', 'i64.trunc_sat_s i64.trunc_sat_u', 4, F32, I64, 1, saturating),
    ...range('f32', 'f64.promote', 0xbb, F32, F64, 1),
    ...range('f32', 'i32.reinterpret', 0xbc, F32, I32, 1),
  ],
  [
    ...range('f64', 'abs neg ceil floor trunc nearest sqrt', 0x99, F64, F64, 1),
    ...range('f64', 'add sub mul div min max copysign', 0xa0, F64, F64, 2),
    ...range('f64', 'eq ne lt gt le ge', 0x61, F64, I32, 2),
    ...range('f64', 'i32.trunc_sat_s i32.trunc_sat_u', 2, F64, I32, 1, saturating),
    ...range('f64', 'i64.trunc_sat_s i64.trunc_sat_u', 6, F64, I64, 1, saturating),
    ...range('f64', 'f32.demote', 0xb6, F64, F32, 1),
    ...range('f64', 'i64.reinterpret', 0xbd, F64, I64, 1),
  ],
  [
    ...range('f32x4', 'eq ne lt gt le ge', 0x41, V128, V128, 2, vector),
    ...range('f64x2', 'eq ne lt gt le ge', 0x47, V128, V128, 2, vector),
    ...range('vector', 'f32x4.demote f64x2.promote', 0x5e, V128, V128, 1, vector),
    ...range('f32x4', 'ceil floor trunc nearest', 0x67, V128, V128, 1, vector),
    ...range('f64x2', 'ceil floor', 0x74, V128, V128, 1, vector),
    ...range('f64x2', 'trunc', 0x7a, V128, V128, 1, vector),
    ...range('f64x2', 'nearest', 0x94, V128, V128, 1, vector),
    ...range('f32x4', 'abs neg - sqrt', 0xe0, V128, V128, 1, vector),
    ...range('f32x4', 'add sub mul div min max pmin pmax', 0xe4, V128, V128, 2, vector),
    ...range('f64x2', 'abs neg - sqrt', 0xec, V128, V128, 1, vector),
    ...range('f64x2', 'add sub mul div min max pmin pmax', 0xf0, V128, V128, 2, vector),
    ...range('i32x4', 'trunc_sat_f32x4_s trunc_sat_f32x4_u', 0xf8, V128, V128, 1, vector),
    ...range('f32x4', 'convert_i32x4_s convert_i32x4_u', 0xfa, V128, V128, 1, vector),
    ...range('i32x4', 'trunc_sat_f64x2_s_zero trunc_sat_f64x2_u_zero', 0xfc, V128, V128, 1, vector),
    ...range('f64x2', 'convert_low_i32x4_s convert_low_i32x4_u', 0xfe, V128, V128, 1, vector),
    ...range('f32x4', 'extract_lane_0', 0x1f, V128, F32, 1, (op) => [0xfd, op, 0]),
    ...range('f64x2', 'extract_lane_1', 0x21, V128, F64, 1, (op) => [0xfd, op, 1]),
  ],
]
