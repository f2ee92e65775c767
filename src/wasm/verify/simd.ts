/**
 * Vector operators of the integer kinds, lane by lane: loads, stores, lane access, logic, comparison, integer
 * arithmetic. Float vectors are left to the specification's own tests, which compare plain with metered.
 */
import type { Value } from './numeric.ts'

type Lane = 1 | 2 | 4 | 8
const dv = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

function get(bytes: Uint8Array, width: Lane, lane: number, signed: boolean): bigint {
  const view = dv(bytes)
  const at = lane * width
  const raw =
    width === 1
      ? BigInt(view.getUint8(at))
      : width === 2
        ? BigInt(view.getUint16(at, true))
        : width === 4
          ? BigInt(view.getUint32(at, true))
          : view.getBigUint64(at, true)
  return signed ? BigInt.asIntN(width * 8, raw) : raw
}
function set(bytes: Uint8Array, width: Lane, lane: number, value: bigint): void {
  const view = dv(bytes)
  const at = lane * width
  const raw = BigInt.asUintN(width * 8, value)
  if (width === 8) view.setBigUint64(at, raw, true)
  else if (width === 4) view.setUint32(at, Number(raw), true)
  else if (width === 2) view.setUint16(at, Number(raw), true)
  else view.setUint8(at, Number(raw))
}
function lanes(width: Lane, make: (lane: number) => bigint): Uint8Array {
  const out = new Uint8Array(16)
  for (let lane = 0; lane < 16 / width; lane++) set(out, width, lane, make(lane))
  return out
}

type Binary = readonly [width: Lane, signed: boolean, (a: bigint, b: bigint) => bigint]
const all = (value: boolean) => (value ? -1n : 0n)
const least = (a: bigint, b: bigint) => (a < b ? a : b)
const most = (a: bigint, b: bigint) => (a > b ? a : b)
const clamp = (low: bigint, high: bigint) => (value: bigint) => least(most(value, low), high)

/** Sub-opcode: what two lanes become. */
const BINARY = new Map<number, Binary>()
const WIDTHS: readonly Lane[] = [1, 2, 4]
WIDTHS.forEach((width, kind) => {
  const first = 35 + kind * 10
  const compare: [boolean, (a: bigint, b: bigint) => bigint][] = [
    [true, (a, b) => all(a === b)],
    [true, (a, b) => all(a !== b)],
    [true, (a, b) => all(a < b)],
    [false, (a, b) => all(a < b)],
    [true, (a, b) => all(a > b)],
    [false, (a, b) => all(a > b)],
    [true, (a, b) => all(a <= b)],
    [false, (a, b) => all(a <= b)],
    [true, (a, b) => all(a >= b)],
    [false, (a, b) => all(a >= b)],
  ]
  compare.forEach(([signed, one], i) => {
    BINARY.set(first + i, [width, signed, one])
  })
})
const compare64: ((a: bigint, b: bigint) => bigint)[] = [
  (a, b) => all(a === b),
  (a, b) => all(a !== b),
  (a, b) => all(a < b),
  (a, b) => all(a > b),
  (a, b) => all(a <= b),
  (a, b) => all(a >= b),
]
compare64.forEach((one, i) => {
  BINARY.set(214 + i, [8, true, one])
})
const ADD: readonly (readonly [Lane, number])[] = [
  [1, 110],
  [2, 142],
  [4, 174],
  [8, 206],
]
for (const [width, add] of ADD) {
  BINARY.set(add, [width, true, (a, b) => a + b])
  BINARY.set(add + 3, [width, true, (a, b) => a - b])
  if (width > 1) BINARY.set(add + 7, [width, true, (a, b) => a * b])
  if (width < 8) {
    BINARY.set(add + 8, [width, true, least])
    BINARY.set(add + 9, [width, false, least])
    BINARY.set(add + 10, [width, true, most])
    BINARY.set(add + 11, [width, false, most])
  }
  if (width < 4) {
    const bits = BigInt(width * 8)
    const signed = clamp(-(1n << (bits - 1n)), (1n << (bits - 1n)) - 1n)
    const unsigned = clamp(0n, (1n << bits) - 1n)
    BINARY.set(add + 1, [width, true, (a, b) => signed(a + b)])
    BINARY.set(add + 2, [width, false, (a, b) => unsigned(a + b)])
    BINARY.set(add + 4, [width, true, (a, b) => signed(a - b)])
    BINARY.set(add + 5, [width, false, (a, b) => unsigned(a - b)])
  }
}
const SHIFTS: readonly (readonly [number, Lane])[] = [
  [107, 1],
  [139, 2],
  [171, 4],
  [203, 8],
]
const TRUE: ReadonlyMap<number, Lane> = new Map([
  [99, 1],
  [131, 2],
  [163, 4],
  [195, 8],
])
const WIDTH_OF_EXTRACT: readonly (readonly [Lane, boolean])[] = [
  [1, true],
  [1, false],
  [1, false],
  [2, true],
  [2, false],
  [2, false],
  [4, true],
  [4, false],
  [8, true],
  [8, false],
]

/** Runs one operator on the stack. @throws Error for the operators this interpreter leaves out */
export function SIMD(
  sub: number,
  lane: number,
  x: Uint8Array,
  stack: Value[],
  address: (width: number) => number,
  view: DataView,
): void {
  const vector = () => stack.pop() as Uint8Array
  const binary = BINARY.get(sub)
  if (binary) {
    const [width, signed, one] = binary
    const b = vector()
    const a = vector()
    stack.push(lanes(width, (i) => one(get(a, width, i, signed), get(b, width, i, signed))))
    return
  }
  const shift = SHIFTS.find(([first]) => sub >= first && sub < first + 3)
  if (shift) {
    const [first, width] = shift
    const by = BigInt((stack.pop() as number) & (width * 8 - 1))
    const a = vector()
    const left = sub === first
    stack.push(
      lanes(width, (i) => (left ? get(a, width, i, true) << by : get(a, width, i, sub === first + 1) >> by)),
    )
    return
  }
  const memory = (at: number, length: number) => new Uint8Array(view.buffer, at, length).slice()
  const width = TRUE.get(sub)
  if (width !== undefined) {
    const a = vector()
    let every = 1
    for (let i = 0; i < 16 / width; i++) if (get(a, width, i, false) === 0n) every = 0
    stack.push(every)
  } else if (TRUE.has(sub - 1)) {
    const of = TRUE.get(sub - 1)!
    const a = vector()
    let mask = 0
    for (let i = 0; i < 16 / of; i++) if (get(a, of, i, true) < 0n) mask |= 1 << i
    stack.push(mask)
  } else if (sub === 0) stack.push(memory(address(16), 16))
  else if (sub >= 1 && sub <= 6) {
    const from = ([1, 2, 4] as const)[(sub - 1) >> 1]!
    const bytes = memory(address(8), 8)
    stack.push(lanes((from * 2) as Lane, (i) => get(bytes, from, i, sub % 2 === 1)))
  } else if (sub >= 7 && sub <= 10) {
    const of = ([1, 2, 4, 8] as const)[sub - 7]!
    const bytes = memory(address(of), of)
    stack.push(lanes(of, () => get(bytes, of, 0, false)))
  } else if (sub === 11) {
    const value = vector()
    const at = address(16)
    for (let i = 0; i < 16; i++) view.setUint8(at + i, value[i]!)
  } else if (sub === 12) stack.push(x)
  else if (sub === 13) {
    const b = vector()
    const a = vector()
    stack.push(Uint8Array.from(x, (i) => (i < 16 ? a[i]! : b[i - 16]!)))
  } else if (sub === 14) {
    const b = vector()
    const a = vector()
    stack.push(Uint8Array.from(b, (i) => a[i] ?? 0))
  } else if (sub >= 15 && sub <= 18) {
    const of = ([1, 2, 4, 8] as const)[sub - 15]!
    const value = BigInt(stack.pop() as number | bigint)
    stack.push(lanes(of, () => value))
  } else if (sub >= 21 && sub <= 30) {
    const [of, signed] = WIDTH_OF_EXTRACT[sub - 21]!
    const replace = sub === 23 || sub === 26 || sub === 28 || sub === 30
    if (replace) {
      const value = BigInt(stack.pop() as number | bigint)
      const a = vector().slice()
      set(a, of, lane, value)
      stack.push(a)
    } else if (of === 8) stack.push(get(vector(), 8, lane, true))
    else stack.push(Number(get(vector(), of, lane, signed)))
  } else if (sub === 77) stack.push(vector().map((byte) => ~byte))
  else if (sub >= 78 && sub <= 81) {
    const b = vector()
    const a = vector()
    const one = [
      (p: number, q: number) => p & q,
      (p: number, q: number) => p & ~q,
      (p: number, q: number) => p | q,
      (p: number, q: number) => p ^ q,
    ][sub - 78]!
    stack.push(a.map((byte, i) => one(byte, b[i]!)))
  } else if (sub === 82) {
    const mask = vector()
    const b = vector()
    const a = vector()
    stack.push(a.map((byte, i) => (byte & mask[i]!) | (b[i]! & ~mask[i]!)))
  } else if (sub === 83) stack.push(vector().some((byte) => byte !== 0) ? 1 : 0)
  else if (sub >= 84 && sub <= 87) {
    const of = ([1, 2, 4, 8] as const)[sub - 84]!
    const a = vector().slice()
    set(a, of, lane, get(memory(address(of), of), of, 0, false))
    stack.push(a)
  } else if (sub >= 88 && sub <= 91) {
    const of = ([1, 2, 4, 8] as const)[sub - 88]!
    const a = vector()
    const at = address(of)
    for (let i = 0; i < of; i++) view.setUint8(at + i, a[lane * of + i]!)
  } else if (sub === 92 || sub === 93) {
    const of = sub === 92 ? 4 : 8
    const at = address(of)
    const out = new Uint8Array(16)
    out.set(memory(at, of))
    stack.push(out)
  } else throw new Error(`vector operator ${sub} is left out`)
}
