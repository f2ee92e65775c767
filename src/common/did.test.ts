import { base58 as peer } from '@scure/base'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { base58, fromBase58 } from './base58.ts'
import { fromHex, toHex } from './bytes.ts'
import { decodeJson, encodeJson } from './codec.ts'
import { did as didCodec } from './codecs.ts'
import { Did } from './did.ts'
import { didKey, didPeer, didWeb, publicKeyOf, validateDid } from './did-key.ts'
import vectors from './fixtures/vectors.json' with { type: 'json' }

describe('vectors: did_parse', () => {
  for (const vector of vectors.did_parse) {
    it(vector.input, () => {
      const did = Did.parse(vector.input)
      expect(did.toJSON()).toEqual(vector.json)
      expect(did.toString()).toBe(vector.display)
      expect(encodeJson(didCodec, did)).toBe(JSON.stringify(vector.json))
      expect(decodeJson(didCodec, JSON.stringify(vector.json), 'did').equals(did)).toBe(true)
    })
  }
})

describe('vectors: keys', () => {
  for (const [name, key] of Object.entries(vectors.keys)) {
    it(name, () => {
      const publicKey = fromHex(key.public_key_hex)
      const did = didKey(publicKey)
      expect(did.toString()).toBe(key.did_key)
      expect(did.toJSON()).toEqual(key.did_json)
      expect(didPeer(publicKey).toString()).toBe(key.did_peer)
      expect(toHex(publicKeyOf(did))).toBe(key.public_key_hex)
      expect(toHex(publicKeyOf(Did.parse(key.did_peer)))).toBe(key.public_key_hex)
      validateDid(did)
      expect(() => validateDid(Did.parse(key.head_signer_malformed_did))).toThrow(
        '65 characters, expected 40 to 60',
      )
    })
  }
})

it('did_key_format_generation, did_key_roundtrip', () => {
  for (let i = 0; i < 32; i++) {
    const publicKey = new Uint8Array(32).fill(i)
    const did = didKey(publicKey)
    expect(did.toString()).toMatch(/^did:key:z6Mk[1-9A-HJ-NP-Za-km-z]{44}$/)
    expect(publicKeyOf(Did.parse(did.toString()))).toEqual(publicKey)
  }
})

describe('a DID', () => {
  it.each([
    ['key:z', 'does not start with "did:"'],
    ['did:key', 'has no method'],
    ['did::x', 'has no method'],
    ['did:key:', 'has nothing after its method'],
    // U+FFFD would stand for either in a signature.
    ['did:key:\ud800', 'holds a lone surrogate'],
    ['did:web:x#\udc00', 'holds a lone surrogate'],
  ])('%j is refused', (text, message) => {
    expect(() => Did.parse(text)).toThrow(message)
  })

  it('may have an empty id when a path follows', () => {
    expect(Did.parse('did:key:/p').toJSON()).toMatchObject({ id_string: '', path: '/p' })
  })

  it('never shares its string with a different DID', () => {
    expect(() => new Did('key', 'a/b')).toThrow('contains one of / ? #')
    expect(() => new Did('a:b', 'c')).toThrow('contains a colon')
    expect(() => new Did('a', 'c', 'p')).toThrow('must start with /')
    expect(() =>
      Did.fromJSON({ method: 'a', id_string: 'b', path: null, query: 'x#y', fragment: null }),
    ).toThrow('#')
  })

  it('has optional path, query and fragment in JSON', () => {
    expect(Did.fromJSON({ method: 'key', id_string: 'zA' }).toString()).toBe('did:key:zA')
    expect(Did.fromJSON(['key', 'zA', null, null, null]).toString()).toBe('did:key:zA')
    expect(() => Did.fromJSON({ method: 'key' })).toThrow('field id_string must be a string, got null')
  })
})

describe('security_tests: malformed DIDs are rejected', () => {
  const key = vectors.keys.A.did_key
  it.each([
    ['did:key:A6Mk', 'must start with "z"'],
    ['did:key:z6Mk', '4 characters, expected 40 to 60'],
    [`${key.slice(0, -1)}0`, 'outside the base58 alphabet'],
    [
      `did:key:z${peer.encode(Uint8Array.from([0xed, 1, ...new Uint8Array(33)]))}`,
      'has 33 bytes, expected 32',
    ],
    [`did:key:z${'1'.repeat(47)}`, 'not marked as Ed25519'],
    ['did:peer:9zabc', 'must start with 0, 1, 2 or 3'],
    ['did:web:a..b', 'must not hold ".."'],
    [`did:web:${'a'.repeat(254)}`, '1 to 253 characters, got 254'],
    ['did:web:ex ample', 'segment must be'],
    ['did:other:a b', 'its id must be'],
    [`did:${'m'.repeat(33)}:a`, 'method must be 1 to 32'],
  ])('%s', (text, message) => {
    expect(() => validateDid(Did.parse(text))).toThrow(message)
  })

  it('did_web_generation_and_parse', () => {
    expect(didWeb('example.com', 'user', 'alice').toString()).toBe('did:web:example.com:user:alice')
    expect(() => didWeb('example.com', 'no spaces')).toThrow('segment')
    expect(() => didWeb('example.com', 'x'.repeat(250))).toThrow('253')
  })
})

describe('base58', () => {
  it('agrees with @scure/base on any bytes and any text', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 70 }), (bytes) => {
        expect(base58(bytes)).toBe(peer.encode(bytes))
        expect(fromBase58(peer.encode(bytes))).toEqual(bytes)
      }),
    )
    fc.assert(
      fc.property(fc.string({ maxLength: 60 }), (text) => {
        let bytes: Uint8Array | undefined
        try {
          bytes = peer.decode(text)
        } catch {}
        expect(fromBase58(text)).toEqual(bytes)
      }),
    )
  })
})
