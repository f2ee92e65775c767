import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fromHex, utf8 } from './bytes.ts'
import { bool, bytes, type Codec, decodeJson, encodeJson, f32, string, u32, u64 } from './codec.ts'
import { signatureBytes } from './codecs.ts'
import vectors from './fixtures/vectors.json' with { type: 'json' }
import { JsonFloat, type JsonValue, stringifyJson } from './json.ts'
import { MAX_JSON_DEPTH, parseJson } from './json-parse.ts'
import { list, option, struct, withDefault } from './shapes.ts'

describe('vectors: float_json', () => {
  for (const vector of vectors.float_json.cases) {
    it(vector.json, () => {
      const value = new DataView(fromHex(vector.f32_le_hex).buffer).getFloat32(0, true)
      expect(stringifyJson(new JsonFloat(value, 32))).toBe(vector.json)
      expect(encodeJson(f32, decodeJson(f32, vector.json, 'f32'))).toBe(vector.json)
    })
  }
})

describe('vectors: signature_json', () => {
  it('is an array of numbers', () => {
    const value = fromHex(vectors.signature_json.SignatureBytes_hex)
    expect(encodeJson(signatureBytes, value)).toBe(vectors.signature_json.json)
    expect(decodeJson(signatureBytes, vectors.signature_json.json, 'sig')).toEqual(value)
    expect(decodeJson(signatureBytes, '"ab"', 'sig')).toEqual(utf8('ab'))
  })
})

describe('floats are written as serde_json does', () => {
  it.each([
    [1e15, '1000000000000000.0'],
    [1e16, '1e16'],
    [1.5e300, '1.5e300'],
    [0.00001, '0.00001'],
    [0.000001, '1e-6'],
    [1.25e-7, '1.25e-7'],
    [-0, '-0.0'],
    [-12.5, '-12.5'],
    [Number.NaN, 'null'],
  ])('%d', (value, text) => {
    expect(stringifyJson(new JsonFloat(value))).toBe(text)
  })

  it('finds the shortest digits of an f32 at powers of two', () => {
    expect(stringifyJson(new JsonFloat(2 ** -96, 32))).toBe('1.2621775e-29')
    expect(stringifyJson(new JsonFloat(2 ** 87, 32))).toBe('1.5474251e26')
    expect(stringifyJson(new JsonFloat(0.1, 32))).toBe('0.1')
    expect(stringifyJson(new JsonFloat(1 / 3, 32))).toBe('0.33333334')
  })

  it('reads back every f32 it writes', () => {
    fc.assert(
      fc.property(fc.float({ noNaN: true, noDefaultInfinity: true }), (value) => {
        const text = stringifyJson(new JsonFloat(value, 32))
        expect(Object.is(Math.fround(Number(text)), value)).toBe(true)
      }),
    )
  })
})

describe('the JSON reader', () => {
  it('keeps 64-bit integers exact', () => {
    const text = '[9007199254740991,9007199254740992,18446744073709551615,-9223372036854775808,0]'
    expect(parseJson(text)).toEqual([
      9007199254740991,
      9007199254740992n,
      18446744073709551615n,
      -9223372036854775808n,
      0,
    ])
    expect(stringifyJson(parseJson(text))).toBe(text)
  })

  it('keeps prototype-named keys as plain own data', () => {
    const value = parseJson('{"__proto__":{"polluted":1},"constructor":2,"toString":3}')
    expect(Object.keys(value as object)).toEqual(['__proto__', 'constructor', 'toString'])
    expect('polluted' in {}).toBe(false)
    expect(stringifyJson(value)).toBe('{"__proto__":{"polluted":1},"constructor":2,"toString":3}')
  })

  it.each([
    ['', 'expected a value, got the end of the text at line 1, column 1'],
    ['{"a":1,"a":2}', 'key "a" appears twice in one object at line 1, column 8'],
    ['{"__proto__":1,"__proto__":2}', 'appears twice'],
    ['[1] x', 'unexpected "x" after the value at line 1, column 5'],
    ['[1,\n 2', 'expected "," or "]", got the end of the text at line 2, column 3'],
    ['[1,]', 'expected a value, got "]"'],
    ['{"a" 1}', 'expected ":", got "1"'],
    ['{a:1}', 'expected a key in quotes, got "a"'],
    ['01', 'unexpected "1" after the value'],
    ['1.', 'unexpected "." after the value'],
    ['+1', 'expected a value, got "+"'],
    ['NaN', 'expected a value, got "N"'],
    ['truth', 'expected a value, got "t"'],
    ['1e999', 'a number is out of range'],
    ['18446744073709551616', 'the integer 18446744073709551616 does not fit 64 bits'],
    ['-9223372036854775809', 'does not fit 64 bits'],
    ['9'.repeat(100_000), 'does not fit 64 bits'],
    ['"a', 'the text ends inside a string'],
    ['"\n"', 'a control character stands unescaped'],
    ['"\\x"', 'an unknown escape'],
    ['"\\u12"', 'four hexadecimal digits'],
    ['"\\ud800"', 'a lone surrogate'],
    ['\ufeff1', 'expected a value'],
  ])('refuses %j', (text, message) => {
    expect(() => parseJson(text)).toThrow(message)
  })

  it('refuses bytes that are not UTF-8', () => {
    expect(() => parseJson(Uint8Array.of(0x22, 0xff, 0x22), 'Job JSON')).toThrow(
      'Job JSON is not valid UTF-8',
    )
  })

  it('refuses depth bombs and accepts the depth serde_json accepts', () => {
    const nest = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)
    expect(() => parseJson(nest(MAX_JSON_DEPTH))).not.toThrow()
    expect(() => parseJson(nest(MAX_JSON_DEPTH + 1))).toThrow('nesting is deeper than 127')
    expect(() => parseJson('['.repeat(1_000_000))).toThrow('nesting is deeper than 127')
    expect(() => parseJson('{"a":'.repeat(1_000_000))).toThrow('nesting is deeper than 127')
  })

  it('agrees with JSON.parse on every text JSON.stringify writes', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        const plain = (value: JsonValue): unknown => {
          if (value instanceof JsonFloat) return value.value
          if (typeof value === 'bigint') return Number(value)
          if (Array.isArray(value)) return value.map(plain)
          if (typeof value !== 'object' || value === null) return value
          const out: Record<string, unknown> = {}
          for (const [key, field] of Object.entries(value)) {
            Object.defineProperty(out, key, { value: plain(field as JsonValue), enumerable: true })
          }
          return out
        }
        let read: JsonValue
        try {
          read = parseJson(text)
        } catch (error) {
          // JSON.stringify keeps lone surrogates as escapes and prints integers of any size.
          expect(String(error)).toMatch(/surrogate|64 bits/)
          return
        }
        expect(JSON.stringify(plain(read))).toBe(JSON.stringify(JSON.parse(text)))
      }),
    )
  })
})

interface Sample {
  readonly jobName: string
  readonly cost: bigint
  readonly cores: number
  readonly note: string | null
  readonly tags: readonly string[]
  readonly done: boolean
}

const sample: Codec<Sample> = struct<Sample>('Sample', {
  jobName: string,
  cost: u64,
  cores: u32,
  note: option(string),
  tags: withDefault(list(string), () => []),
  done: withDefault(bool, () => false),
})

it('values that never were JSON text are held to the same rules', () => {
  for (const bad of [1.5, Number.NaN, 2 ** 53, -1, 2n ** 64n, '1', true]) {
    expect(() => u64.decode(bad, 'x')).toThrow('x: expected an integer from 0')
  }
  for (const bad of [1.5, Number.NaN, -1, 2 ** 32, 1n])
    expect(() => u32.decode(bad, 'x')).toThrow('x: expected')
  for (const bad of [1.5, -1, 256, null]) expect(() => bytes.decode([0, bad], 'x')).toThrow('x[1]: expected')
})

describe('structs decode as serde does', () => {
  const whole = '{"job_name":"j","cost":18446744073709551615,"cores":2,"note":null,"tags":["a"],"done":true}'

  it('round trips with field order kept', () => {
    const value = decodeJson(sample, whole, 'sample')
    expect(value.cost).toBe(18446744073709551615n)
    expect(encodeJson(sample, value)).toBe(whole)
  })

  it('gives a u64 as bigint even when small', () => {
    expect(decodeJson(sample, '{"job_name":"j","cost":1,"cores":2}', 'sample')).toEqual({
      jobName: 'j',
      cost: 1n,
      cores: 2,
      note: null,
      tags: [],
      done: false,
    })
  })

  it('ignores unknown fields and accepts positional arrays', () => {
    expect(decodeJson(sample, '{"job_name":"j","cost":1,"cores":2,"other":[{}]}', 'sample').cores).toBe(2)
    expect(decodeJson(sample, '["j",1,2,null]', 'sample').tags).toEqual([])
  })

  it.each([
    ['{"cost":1,"cores":2}', 'sample: field job_name of Sample is missing.'],
    [
      '{"job_name":"j","cost":-1,"cores":2}',
      'sample.cost: expected an integer from 0 to 18446744073709551615, got the number -1.',
    ],
    [
      '{"job_name":"j","cost":1.0,"cores":2}',
      'sample.cost: expected an integer from 0 to 18446744073709551615, got the fractional number 1.',
    ],
    ['{"job_name":"j","cost":1e2,"cores":2}', 'got the fractional number 100'],
    ['{"job_name":"j","cost":"1","cores":2}', 'sample.cost: expected an integer'],
    [
      '{"job_name":"j","cost":1,"cores":4294967296}',
      'sample.cores: expected an integer from 0 to 4294967295, got the number 4294967296.',
    ],
    ['{"job_name":null,"cost":1,"cores":2}', 'sample.job_name: expected a string, got null.'],
    [
      '{"job_name":"j","cost":1,"cores":2,"tags":["a",7]}',
      'sample.tags[1]: expected a string, got the number 7.',
    ],
    ['{"job_name":"j","cost":1,"cores":2,"tags":null}', 'sample.tags: expected an array, got null.'],
    ['["j",1,2]', 'sample: expected Sample with 6 fields, got an array of 3.'],
    ['["j",1,2,null,[],true,0]', 'sample: expected Sample with 6 fields, got an array of 7.'],
    ['7', 'sample: expected Sample (an object), got the number 7.'],
  ])('refuses %s', (text, message) => {
    expect(() => decodeJson(sample, text, 'sample')).toThrow(message)
  })
})
