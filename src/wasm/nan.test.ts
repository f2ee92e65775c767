import { describe, expect, it } from 'vitest'
import { fromWat, toWat } from './fixtures/wat.ts'
import { instantiate, meter } from './index.ts'

function result(body: string, canonicalNaN = true): unknown {
  const wat = `(module (memory 1) (global $g (mut f64) (f64.const 0)) ${body})`
  const { bytes } = meter(fromWat(wat), { canonicalNaN })
  return instantiate(new WebAssembly.Module(bytes), {}, { fuel: 10_000n }).call('f', [])
}

const F64 = (body: string) => `(func (export "f") (result i64) (local $x f64) (local $i i32) ${body})`
/** 0/0 is a negative NaN on x86 and a positive one on ARM. */
const NAN = '(f64.div (f64.const 0) (f64.const 0))'
const CANONICAL = 0x7ff8000000000000n
const PAYLOAD = 0x7ff0000000000123n

describe('NaN bits that arithmetic made are canonical wherever they can be seen', () => {
  it.each([
    ['reinterpreted', F64(`(i64.reinterpret_f64 ${NAN})`)],
    ['stored', F64(`(f64.store (i32.const 0) ${NAN}) (i64.load (i32.const 0))`)],
    ['in a local', F64(`(local.set $x ${NAN}) (i64.reinterpret_f64 (local.get $x))`)],
    ['in a tee', F64(`(i64.reinterpret_f64 (local.tee $x ${NAN}))`)],
    ['in a global', F64(`(global.set $g ${NAN}) (i64.reinterpret_f64 (global.get $g))`)],
    ['negated', F64(`(i64.xor (i64.const 0x8000000000000000) (i64.reinterpret_f64 (f64.neg ${NAN})))`)],
    ['without its sign', F64(`(i64.reinterpret_f64 (f64.abs (f64.neg ${NAN})))`)],
    [
      'without its sign, in a local',
      F64(`(local.set $x (f64.abs ${NAN})) (i64.reinterpret_f64 (local.get $x))`),
    ],
    ['selected', F64(`(i64.reinterpret_f64 (select ${NAN} (f64.const 1) (i32.const 1)))`)],
    ['carried by a branch', F64(`(i64.reinterpret_f64 (block (result f64) (br 0 ${NAN})))`)],
    ['carried by a br_if', F64(`(i64.reinterpret_f64 (block (result f64) (br_if 0 ${NAN} (i32.const 1))))`)],
    [
      'out of an if',
      F64(`(i64.reinterpret_f64 (if (result f64) (i32.const 1) (then ${NAN}) (else (f64.const 1))))`),
    ],
    [
      'passed to a function',
      `(func $g (param f64) (result i64) (i64.reinterpret_f64 (local.get 0))) ${F64(`(call $g ${NAN})`)}`,
    ],
    ['returned', `(func $g (result f64) ${NAN}) ${F64('(i64.reinterpret_f64 (call $g))')}`],
    [
      'after more arithmetic',
      F64(`(i64.reinterpret_f64 (f64.mul (f64.add ${NAN} (f64.const 1)) (f64.const 2)))`),
    ],
    [
      'of a payload',
      F64(
        '(i64.reinterpret_f64 (f64.add (f64.const 1) (f64.reinterpret_i64 (i64.const 0xfff0000000000123))))',
      ),
    ],
    ['promoted', F64('(i64.reinterpret_f64 (f64.promote_f32 (f32.div (f32.const 0) (f32.const 0))))')],
    [
      'summed in a loop',
      F64(`(loop (local.set $x (f64.add (local.get $x) ${NAN}))
      (br_if 0 (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 3))))
      (i64.reinterpret_f64 (local.get $x))`),
    ],
    [
      'in a vector',
      F64(`(i64x2.extract_lane 1 (f64x2.div (f64x2.splat (f64.const 0)) (f64x2.splat (f64.const 0))))`),
    ],
  ])('%s', (_name, body) => {
    expect(BigInt.asUintN(64, result(body) as bigint)).toBe(CANONICAL)
  })

  it('whose sign is copied', () => {
    expect(result(`(func (export "f") (result f64) (f64.copysign (f64.const 3) ${NAN}))`)).toBe(3)
  })

  it('of width 32', () => {
    const body =
      '(func (export "f") (result i32) (i32.reinterpret_f32 (f32.div (f32.const 0) (f32.const 0))))'
    expect(result(body)).toBe(0x7fc00000)
  })
})

describe('NaN bits that nothing computed are kept', () => {
  it.each([
    [
      'copied through memory',
      '(i64.store (i32.const 8) (i64.const 0x7ff0000000000123)) (f64.store (i32.const 0) (f64.load (i32.const 8))) (i64.load (i32.const 0))',
    ],
    [
      'through a local',
      '(local.set $x (f64.reinterpret_i64 (i64.const 0x7ff0000000000123))) (i64.reinterpret_f64 (local.get $x))',
    ],
    [
      'without its sign, in a local that holds a sum at other times',
      `(local.set $x (f64.abs (f64.reinterpret_i64 (i64.const 0xfff0000000000123))))
       (if (local.get $i) (then (local.set $x (f64.abs (f64.add (f64.const 1) (f64.const 2))))))
       (i64.reinterpret_f64 (local.get $x))`,
    ],
    ['through a constant', '(i64.reinterpret_f64 (f64.const nan:0x0000000000123))'],
    [
      'through a loop first entered with a sum',
      `(i64.store (i32.const 8) (i64.const 0x7ff0000000000123)) (f64.add (f64.const 1) (f64.const 2))
       (loop $l (param f64) (local.set $x)
         (if (i32.eqz (local.get $i)) (then (local.set $i (i32.const 1)) (f64.load (i32.const 8)) (br $l))))
       (i64.reinterpret_f64 (local.get $x))`,
    ],
    [
      'through the other arm of an if',
      `(i64.store (i32.const 8) (i64.const 0x7ff0000000000123)) (f64.load (i32.const 8))
       (if (param f64) (result f64) (local.get $i)
         (then (drop) (f64.add (f64.const 1) (f64.const 2))) (else (local.set $x) (local.get $x)))
       (i64.reinterpret_f64)`,
    ],
  ])('%s', (_name, body) => {
    expect(result(F64(body))).toBe(PAYLOAD)
  })
})

it('is left alone when not asked for', () => {
  const wat = `(module ${F64(`(i64.reinterpret_f64 ${NAN})`)})`
  expect(toWat(meter(fromWat(wat), { canonicalNaN: false }).bytes)).not.toContain('f64.le')
  expect(toWat(meter(fromWat(wat)).bytes)).toContain('f64.le')
})

it('costs an accumulator nothing inside its loop', () => {
  const wat = `(module ${F64(`(loop (local.set $x (f64.add (local.get $x) (f64.const 1)))
    (br_if 0 (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 3))))
    (i64.reinterpret_f64 (local.get $x))`)})`
  expect(toWat(meter(fromWat(wat)).bytes).split('f64.le').length - 1).toBe(1)
})

it('costs a conversion that looks at its bounds first nothing', () => {
  const body = `(if (result i64) (f64.lt (f64.abs (local.tee $x ${NAN})) (f64.const 0x1p63))
    (then (i64.trunc_f64_s (local.get $x))) (else (i64.const -1)))`
  expect(result(F64(body))).toBe(-1n)
  expect(toWat(meter(fromWat(`(module ${F64(body)})`)).bytes)).not.toContain('f64.le')
})
