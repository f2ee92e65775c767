import { expect, it } from 'vitest'
import vectors from '../common/fixtures/vectors.json' with { type: 'json' }
import { decodeResult, encodeResult } from './result-encoding.ts'

it('vectors: result_encoding', () => {
  for (const { variant, value, i64, hex_u64 } of vectors.result_encoding.cases) {
    const result = variant === 'Ok' ? { ok: value } : { err: value }
    expect(encodeResult(result)).toBe(BigInt(i64))
    expect(BigInt.asUintN(64, encodeResult(result))).toBe(BigInt(hex_u64))
    expect(decodeResult(BigInt(i64))).toEqual(result)
  }
})

it('any tag but 0 is an error, and only i32 values are encoded', () => {
  expect(decodeResult(-1n)).toEqual({ err: -1 })
  expect(decodeResult(0x7fff_ffff_0000_0005n)).toEqual({ err: 5 })
  expect(() => encodeResult({ ok: 2 ** 31 })).toThrow('must be an i32, got the number 2147483648')
})
