import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { base32, fromBase32 } from './base32.ts'
import { BincodeReader, BincodeWriter } from './bincode.ts'
import {
  concatBytes,
  equalBytes,
  expectBytes,
  expectU64,
  f32le,
  fromHex,
  fromUtf8,
  inWords,
  toHex,
  U64_MAX,
  u32le,
  u64FromLe,
  u64le,
  utf8,
} from './bytes.ts'
import { decodeBincode, encodeBincode, f64, i32, u8 } from './codec.ts'
import { IcnError } from './errors.ts'
import { JsonFloat } from './json.ts'
import { list, option, struct, tuple, variants } from './shapes.ts'
import { FixedTimeProvider, SystemTimeProvider } from './time.ts'

describe('guards', () => {
  it('print what was expected and what came', () => {
    expect(expectBytes(new Uint8Array(2), 'Key', 2)).toHaveLength(2)
    expect(() => expectBytes(new Uint8Array(3), 'Key', 32)).toThrow('Key must be 32 bytes, got 3 bytes.')
    expect(() => expectBytes([1], 'Key')).toThrow('Key must be a Uint8Array, got an array of 1.')
    expect(() => expectU64(-1n, 'Amount')).toThrow(`Amount must be a bigint from 0 to ${U64_MAX}, got -1n.`)
    expect(() => expectU64(5, 'Amount')).toThrow('got the number 5.')
    expect(() => u32le(2 ** 32, 'Cores')).toThrow('Cores must be an integer from 0 to 4294967295')
  })

  it.each([
    [null, 'null'],
    [undefined, 'undefined'],
    [true, 'true'],
    [1.5, 'the number 1.5'],
    ['x'.repeat(50), `the string "${'x'.repeat(40)}…"`],
    [new Uint8Array(3), '3 bytes'],
    [[1, 2], 'an array of 2'],
    [{}, 'an object'],
  ])('%j in words', (value, words) => {
    expect(inWords(value)).toBe(words)
  })
})

describe('bytes', () => {
  it('hexadecimal, base32 and u64 survive a round trip', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), fc.bigInt(0n, U64_MAX), (bytes, value) => {
        expect(fromHex(toHex(bytes))).toEqual(bytes)
        expect(fromBase32(base32(bytes))).toEqual(bytes)
        expect(u64FromLe(u64le(value))).toBe(value)
      }),
    )
  })

  it('base32 has one text per content: spare bits and impossible lengths are refused', () => {
    expect(base32(utf8('foobar'))).toBe('mzxw6ytboi')
    expect(fromBase32('mzxw6ytbok')).toBe('its last character has bits set that lie beyond the data')
    expect(fromBase32('m')).toBe('length 1 is not a base32 length')
    expect(fromBase32('MZ')).toBe('character "M" at 0 is not in the base32 alphabet')
  })

  it('compares, joins and writes little-endian', () => {
    expect(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 2))).toBe(true)
    expect(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 3))).toBe(false)
    expect(equalBytes(Uint8Array.of(1), Uint8Array.of(1, 3))).toBe(false)
    expect(toHex(concatBytes(u32le(1), f32le(0.75), u64le(2n)))).toBe('010000000000403f0200000000000000')
    expect(u64FromLe(Uint8Array.of(1, 2))).toBe(513n)
  })

  it('refuses bad UTF-8 and bad hexadecimal', () => {
    expect(() => fromUtf8(Uint8Array.of(0xc3), 'Name')).toThrow('Name is not valid UTF-8 (1 bytes).')
    expect(fromUtf8(utf8('\ufeffx'))).toBe('\ufeffx')
    expect(() => fromHex('abc')).toThrow('an even number of hexadecimal digits')
    expect(() => fromHex('zz')).toThrow('got the string "zz"')
  })
})

describe('bincode', () => {
  it('writes every primitive as bincode 1.x does', () => {
    const out = new BincodeWriter()
    out.u8(1)
    out.u32(2)
    out.i32(-1)
    out.u64(3n)
    out.f32(0.75)
    out.f64(1)
    out.bool(true)
    out.string('é')
    out.bytes(Uint8Array.of(9))
    expect(toHex(out.finish())).toBe(
      `01${'02000000'}${'ffffffff'}${'0300000000000000'}${'0000403f'}${'000000000000f03f'}01${'0200000000000000c3a9'}${'010000000000000009'}`,
    )
  })

  it('grows, and leaves nothing behind', () => {
    const out = new BincodeWriter()
    const large = new Uint8Array(10_000).fill(7)
    out.bytes(large)
    out.u8(1)
    const input = new BincodeReader(out.finish())
    expect(input.bytes()).toEqual(large)
    expect(() => input.finish()).toThrow('bincode: 1 bytes are left over, at byte 10008 of 10009.')
  })

  it('reads inside a larger buffer', () => {
    const whole = Uint8Array.of(9, 9, 5, 0, 0, 0, 9)
    expect(new BincodeReader(whole.subarray(2, 6)).u32()).toBe(5)
  })

  it('refuses tags other than 0 and 1', () => {
    expect(() => new BincodeReader(Uint8Array.of(2)).bool()).toThrow('must be 0 or 1, got 2')
  })

  type Shape = 'Empty' | { readonly Full: readonly [number, number] }
  interface Sample {
    readonly shape: Shape
    readonly maybe: number | null
    readonly many: readonly number[]
  }
  const sample = struct<Sample>('Sample', {
    shape: variants<Shape>('Shape', { Empty: null, Full: tuple<readonly [number, number]>(u8, i32) }),
    maybe: option(f64),
    many: list(u8),
  })

  it('any bytes give a value that encodes to the same bytes, or an IcnError', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        try {
          const value = decodeBincode(sample, bytes, 'sample')
          if (value.maybe === null || !Number.isNaN(value.maybe))
            expect(encodeBincode(sample, value)).toEqual(bytes)
        } catch (error) {
          expect(IcnError.is(error, 'Serialization')).toBe(true)
        }
      }),
      { numRuns: 2_000 },
    )
  })

  it('any value survives', () => {
    const byte = fc.nat(255)
    const shape: fc.Arbitrary<Shape> = fc.oneof(
      fc.constant('Empty' as const),
      fc.tuple(byte, fc.integer()).map((pair) => ({ Full: pair }) as const),
    )
    const value = fc.record({ shape, maybe: fc.option(fc.double({ noNaN: true })), many: fc.array(byte) })
    fc.assert(
      fc.property(value, (value) => {
        expect(decodeBincode(sample, encodeBincode(sample, value), 'sample')).toEqual(value)
      }),
    )
  })

  it('names an unknown variant on writing', () => {
    const value = { shape: 'Other' as Shape, maybe: null, many: [] }
    expect(() => encodeBincode(sample, value)).toThrow('Shape has no variant the string "Other".')
  })
})

it('an f32 is kept as the f32 it is', () => {
  expect(new JsonFloat(66.66667, 32).value).toBe(Math.fround(66.66667))
})

describe('time', () => {
  it('one provider gives seconds and milliseconds of the same clock', () => {
    const system = new SystemTimeProvider()
    expect(Math.abs(Number(system.seconds()) * 1000 - system.milliseconds())).toBeLessThan(2_000)
    const fixed = new FixedTimeProvider(1_700_000_000.5)
    expect([fixed.seconds(), fixed.milliseconds()]).toEqual([1_700_000_000n, 1_700_000_000_500])
    fixed.advance(600)
    expect(fixed.seconds()).toBe(1_700_000_001n)
    expect(() => new FixedTimeProvider(-1)).toThrow('from 0 on, got -1')
  })
})
