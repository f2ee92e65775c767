import { describe, expect, it } from 'vitest'
import { fromHex, toHex, utf8 } from './bytes.ts'
import { Cid, DAG_CBOR, RAW, SHA2_256 } from './cid.ts'
import { cidOf } from './cid-of.ts'
import { decodeJson, encodeJson } from './codec.ts'
import { cid as cidCodec } from './codecs.ts'
import vectors from './fixtures/vectors.json' with { type: 'json' }

describe('vectors: cid', () => {
  for (const vector of vectors.cid.cases) {
    it(vector.name, () => {
      const cid =
        vector.sha256_hex === undefined
          ? new Cid(1, vector.codec, SHA2_256, fromHex(vector.data_hex))
          : cidOf(vector.codec, fromHex(vector.data_hex))
      expect(toHex(cid.toBytes())).toBe(vector.cid_bytes_hex)
      expect(cid.toString()).toBe(vector.cid_string)
      expect(cid.toJSON()).toEqual(vector.cid_json)
      expect(encodeJson(cidCodec, cid)).toBe(JSON.stringify(vector.cid_json))
      if (vector.sha256_hex === undefined) return
      expect(toHex(cid.hashBytes)).toBe(vector.sha256_hex)
      expect(Cid.parse(vector.cid_string).equals(cid)).toBe(true)
      expect(Cid.fromBytes(fromHex(vector.cid_bytes_hex)).equals(cid)).toBe(true)
      expect(Cid.fromJSON(vector.cid_json).equals(cid)).toBe(true)
      expect(decodeJson(cidCodec, JSON.stringify(vector.cid_json), 'cid').equals(cid)).toBe(true)
    })
  }

  it('refuses the dummy of one byte when it comes from outside', () => {
    expect(() => Cid.parse('bafyreqi')).toThrow('needs a hash of 32 bytes, got 1')
  })
})

describe('the CID string', () => {
  const hello = cidOf(RAW, utf8('hello world'))

  it('starts with b and holds 32 hash bytes (icn-common)', () => {
    const cid = cidOf(DAG_CBOR, utf8('hello world'))
    expect(cid.toString()[0]).toBe('b')
    expect(cid.hashBytes).toHaveLength(32)
    expect(Cid.parse(cid.toString()).toString()).toBe(cid.toString())
  })

  it('reads other multibases into the same CID', () => {
    const hex = `f${toHex(hello.toBytes())}`
    expect(Cid.parse(hex).toString()).toBe(hello.toString())
    expect(Cid.parse(hello.toString().toUpperCase()).equals(hello)).toBe(true)
  })

  it('converts to the standard form and back', () => {
    // Raw "hello world" as any IPFS tool names it.
    expect(hello.toStandard()).toBe('bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e')
    expect(Cid.fromStandard(hello.toStandard()).equals(hello)).toBe(true)
  })

  it('says so when a standard CID stands where an ICN one is meant', () => {
    expect(() => Cid.parse(hello.toStandard())).toThrow(/standard CID.*Cid\.fromStandard/)
    expect(() => Cid.parse('QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbdG')).toThrow('version 0')
    expect(() => Cid.fromStandard(hello.toString())).toThrow('says its hash has')
    expect(() => Cid.fromJSON({ ...hello.toJSON(), hash_bytes: [32, ...hello.hashBytes] })).toThrow(
      'standard CID',
    )
  })

  it.each([
    ['', 'Not an ICN CID: the CID string is empty.'],
    ['hello', 'Not an ICN CID: the string "hello" starts with multibase "h"; b, B, f and F are read.'],
    ['bafkr!', 'Not an ICN CID: the string "bafkr!": character "!" at 4 is not in the base32 alphabet.'],
    ['b', 'Not an ICN CID: its bytes end at 0, inside the version.'],
    ['f0155', 'Not an ICN CID: its bytes end at 2, inside the hash algorithm.'],
    ['f01d500', 'Not an ICN CID: its codec at byte 1 is not in the shortest varint form.'],
    ['f01ffffffff', 'Not an ICN CID: its codec at byte 1 does not fit 16 bits.'],
    [`b${'a'.repeat(600)}`, 'Not an ICN CID: the CID string has 601 characters, the most is 512.'],
  ])('refuses %j', (text, message) => {
    expect(() => Cid.parse(text)).toThrow(message)
  })

  it.each([
    [null, 'expected an object, got null'],
    [{ version: 1, codec: 85, hash_alg: 18 }, 'field hash_bytes is missing'],
    [{ version: 1, codec: -1, hash_alg: 18, hash_bytes: [] }, 'codec must be an integer from 0 to 65535'],
    [{ version: 1, codec: 65621, hash_alg: 18, hash_bytes: [] }, 'codec must be an integer from 0 to 65535'],
    [
      { version: 1, codec: 85, hash_alg: 18, hash_bytes: [256] },
      'hash_bytes must be an integer from 0 to 255',
    ],
    [
      { version: 1, codec: 85, hash_alg: 18, hash_bytes: [1.5] },
      'hash_bytes must be an integer from 0 to 255',
    ],
    [Object.create({ version: 1, codec: 85, hash_alg: 18, hash_bytes: [] }), 'field version is missing'],
  ])('refuses the JSON form %j', (json, message) => {
    expect(() => Cid.fromJSON(json)).toThrow(message)
  })

  it('keeps its own copy of the hash', () => {
    const bytes = new Uint8Array(32)
    const cid = new Cid(1, RAW, SHA2_256, bytes)
    bytes[0] = 1
    expect(cid.hashBytes[0]).toBe(0)
  })
})
