import { hashes, Point, verify } from '@noble/ed25519'
import { sha512 } from '@noble/hashes/sha2.js'
import { describe, expect, it } from 'vitest'
import { concatBytes, fromHex, toHex, utf8 } from '../common/bytes.ts'
import { decodeJson, encodeJson } from '../common/codec.ts'
import { Did } from '../common/did.ts'
import { didPeer, didWeb } from '../common/did-key.ts'
import vectors from '../common/fixtures/vectors.json' with { type: 'json' }
import { verifyStrict } from './ed25519.ts'
import {
  generateIdentityKey,
  type IdentityKey,
  identityKeyOfSeed,
  openIdentity,
  signerOf,
} from './identity-key.ts'
import { decryptKeyFile, encryptKeyFile } from './key-file.ts'
import { requireSignature } from './require-signature.ts'
import { KeyDidResolver, RegistryDidResolver } from './resolver.ts'
import {
  credentialClaimSignable,
  didDocumentSignable,
  signedTransaction,
  transactionSignable,
} from './signables.ts'
import { nobleSigner, signWithSeed } from './signer.ts'
import { MAX_SIGNED_BYTES } from './signing-limit.ts'
import { webCryptoSigner } from './webcrypto-signer.ts'

const keyA = vectors.keys.A
const signer = nobleSigner(fromHex(keyA.seed_hex))
const resolver = new KeyDidResolver()

describe('vectors: keys', () => {
  for (const [name, key] of Object.entries(vectors.keys)) {
    it(`${name}: seed to public key and DID`, () => {
      const signer = nobleSigner(fromHex(key.seed_hex))
      expect(toHex(signer.publicKey)).toBe(key.public_key_hex)
      expect(signer.did.toString()).toBe(key.did_key)
    })
  }
})

describe('vectors: transaction', () => {
  it('signs, round trips and refuses a tampered payload', async () => {
    const vector = vectors.transaction
    const transaction = decodeJson(signedTransaction, vector.json, 'transaction')
    const message = transactionSignable(transaction)
    expect(toHex(message)).toBe(vector.signable_hex)
    expect(toHex(await signer.sign(message))).toBe(vector.signature_hex)
    expect(encodeJson(signedTransaction, transaction)).toBe(vector.json)
    expect(verifyStrict(signer.publicKey, message, transaction.signature!)).toBe(true)
    const tampered = transactionSignable({ ...transaction, payload: utf8('hellO') })
    expect(verifyStrict(signer.publicKey, tampered, transaction.signature!)).toBe(false)
  })
})

describe('vectors: did_document', () => {
  it('signs id and key', async () => {
    const message = didDocumentSignable({ id: signer.did, publicKey: signer.publicKey })
    expect(toHex(message)).toBe(vectors.did_document.signable_hex)
    expect(toHex(await signer.sign(message))).toBe(vectors.did_document.signature_hex)
  })
})

describe('vectors: credential_claim', () => {
  for (const vector of vectors.credential_claim.cases) {
    it(`expires ${vector.expires_at}`, async () => {
      const message = credentialClaimSignable({
        issuer: Did.parse(vector.issuer),
        holder: Did.parse(vector.holder),
        key: vector.key,
        value: vector.value,
        expiresAt: vector.expires_at === null ? null : BigInt(vector.expires_at),
      })
      expect(toHex(message)).toBe(vector.signable_hex)
      expect(toHex(await signer.sign(message))).toBe(vector.signature_hex)
    })
  }
})

describe('vectors: encrypted_key_file', () => {
  const vector = vectors.encrypted_key_file
  const secret = fromHex(vector.secret_key_hex)

  for (const file of vector.cases) {
    it(file.revision, async () => {
      expect(await decryptKeyFile(fromHex(file.file_hex), vector.passphrase_utf8)).toEqual(secret)
      await expect(decryptKeyFile(fromHex(file.file_hex), 'wrong')).rejects.toThrow('wrong passphrase')
      const altered = fromHex(file.file_hex)
      altered[altered.length - 1]! ^= 1
      await expect(decryptKeyFile(altered, vector.passphrase_utf8)).rejects.toThrow('the file was altered')
      if (file.salt_hex === undefined) return
      const randomness = { salt: fromHex(file.salt_hex), nonce: fromHex(file.nonce_hex) }
      expect(toHex(await encryptKeyFile(secret, vector.passphrase_utf8, randomness))).toBe(file.file_hex)
    })
  }

  it('refuses a file of another length and salts each file anew', async () => {
    await expect(decryptKeyFile(new Uint8Array(61), 'x')).rejects.toThrow('76 or 60 bytes, got 61')
    const files = [await encryptKeyFile(secret, 'x'), await encryptKeyFile(secret, 'x')]
    expect(toHex(files[0]!)).not.toBe(toHex(files[1]!))
    expect(await decryptKeyFile(files[0]!, 'x')).toEqual(secret)
  })
})

describe('signers', () => {
  it('roundtrip_sign_verify_message', async () => {
    const message = utf8('a message')
    expect(verifyStrict(signer.publicKey, message, await signer.sign(message))).toBe(true)
  })

  it('WebCrypto and noble give the same bytes', async () => {
    const pkcs8 = concatBytes(fromHex('302e020100300506032b657004220420'), fromHex(keyA.seed_hex))
    const key = await crypto.subtle.importKey('pkcs8', pkcs8 as BufferSource, 'Ed25519', false, ['sign'])
    const platform = webCryptoSigner(key, signer.publicKey)
    for (const text of ['a', 'receipt', 'x'.repeat(5000)]) {
      expect(toHex(await platform.sign(utf8(text)))).toBe(toHex(await signer.sign(utf8(text))))
    }
    expect(platform.did.equals(signer.did)).toBe(true)
  })

  it('a generated identity cannot be extracted, signs, and is made once', async () => {
    let stored: IdentityKey | undefined
    let stores = 0
    const holder = {
      get: async () => stored,
      put: async (_name: string, key: unknown) => {
        stores++
        stored ??= key as IdentityKey
        return stored
      },
    }
    const [one, two] = [await openIdentity(holder), await openIdentity(holder)]
    expect(stores).toBe(1)
    expect(one.did.equals(two.did)).toBe(true)
    const message = utf8('hello')
    expect(verifyStrict(resolver.resolve(one.did), message, await two.sign(message))).toBe(true)
    if (stored?.kind !== 'webcrypto') throw new Error('expected a WebCrypto key')
    expect(stored.privateKey.extractable).toBe(false)
    await expect(crypto.subtle.exportKey('pkcs8', stored.privateKey)).rejects.toThrow()
  })

  it('two tabs that open at once end with one identity', async () => {
    let stored: IdentityKey | undefined
    const holder = {
      get: async () => undefined,
      put: async (_name: string, key: unknown) => {
        stored ??= key as IdentityKey
        return stored
      },
    }
    const [one, two] = await Promise.all([openIdentity(holder), openIdentity(holder)])
    expect(one.did.equals(two.did)).toBe(true)
  })

  it('falls back to a seed where the platform has no Ed25519', async () => {
    const original = crypto.subtle.generateKey
    crypto.subtle.generateKey = (() =>
      Promise.reject(new DOMException('no', 'NotSupportedError'))) as unknown as typeof original
    try {
      const key = await generateIdentityKey()
      expect(key.kind).toBe('seed')
      const message = utf8('m')
      expect(verifyStrict(key.publicKey, message, await (await signerOf(key)).sign(message))).toBe(true)
    } finally {
      crypto.subtle.generateKey = original
    }
  })

  it('a seed identity keeps its DID', async () => {
    const kept = await identityKeyOfSeed(fromHex(keyA.seed_hex))
    expect((await signerOf(kept)).did.toString()).toBe(keyA.did_key)
    await expect(identityKeyOfSeed(new Uint8Array(31))).rejects.toThrow('Seed must be 32 bytes, got 31 bytes')
  })

  it('security_tests: empty and oversized messages are neither signed nor verified', async () => {
    for (const length of [0, MAX_SIGNED_BYTES + 1]) {
      await expect(signer.sign(new Uint8Array(length))).rejects.toThrow(`1 to 1048576 bytes, got ${length}`)
      expect(verifyStrict(signer.publicKey, new Uint8Array(length), new Uint8Array(64))).toBe(false)
    }
    const largest = new Uint8Array(MAX_SIGNED_BYTES)
    expect(verifyStrict(signer.publicKey, largest, signWithSeed(fromHex(keyA.seed_hex), largest))).toBe(true)
  })

  it('refuses keys and signatures of the wrong length or shape', () => {
    const message = utf8('m')
    expect(verifyStrict(new Uint8Array(31), message, new Uint8Array(64))).toBe(false)
    expect(verifyStrict(signer.publicKey, message, new Uint8Array(65))).toBe(false)
    expect(verifyStrict(new Uint8Array(32).fill(0xff), message, new Uint8Array(64))).toBe(false)
  })

  it('refuses every small-order public key and R', () => {
    // The eight points of small order and their non-canonical spellings (Chalkias et al. 2020, table 6).
    for (const hex of [
      '0100000000000000000000000000000000000000000000000000000000000000',
      'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
      '0000000000000000000000000000000000000000000000000000000000000080',
      '0000000000000000000000000000000000000000000000000000000000000000',
      'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
      'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa',
      '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
      '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85',
      '0100000000000000000000000000000000000000000000000000000000000080',
      'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    ]) {
      const point = fromHex(hex)
      expect(verifyStrict(point, utf8('m'), concatBytes(point, new Uint8Array(32)))).toBe(false)
      expect(verifyStrict(signer.publicKey, utf8('m'), concatBytes(point, new Uint8Array(32)))).toBe(false)
    }
  })
})

describe('the equation is the cofactorless one', () => {
  it('a key with a torsion part, which cofactored verifiers accept, is refused', () => {
    // A' = A + T with T of order 8, and a signature made for A': [8]([S]B − R − [k]A') = 0, yet [S]B ≠ R + [k]A'.
    const seed = fromHex(keyA.seed_hex)
    const secret = sha512(seed).slice(0, 32)
    secret[0]! &= 248
    secret[31] = (secret[31]! & 127) | 64
    const number = (bytes: Uint8Array) => BigInt(`0x${toHex(bytes.slice().reverse())}`)
    const order = Point.CURVE().n
    const torsion = Point.fromHex('c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a')
    const key = Point.fromBytes(signer.publicKey).add(torsion).toBytes()
    let disagreed = false
    for (let nonce = 2n; nonce < 12n; nonce++) {
      const message = utf8(`message ${nonce}`)
      const r = Point.BASE.multiply(nonce).toBytes()
      const k = number(sha512(concatBytes(r, key, message))) % order
      const s = (nonce + k * (number(secret) % order)) % order
      const signature = concatBytes(r, fromHex(s.toString(16).padStart(64, '0')).reverse())
      hashes.sha512 = sha512
      expect(verify(signature, message, key, { zip215: false })).toBe(true)
      const strict = verifyStrict(key, message, signature)
      expect(strict).toBe(k % 8n === 0n)
      disagreed ||= !strict
    }
    expect(disagreed).toBe(true)
  })

  it('agrees with WebCrypto on honest and on tampered signatures', async () => {
    const key = await crypto.subtle.importKey('raw', signer.publicKey as BufferSource, 'Ed25519', false, [
      'verify',
    ])
    for (let i = 0; i < 20; i++) {
      const message = utf8(`m${i}`)
      const signature = await signer.sign(message)
      if (i % 2 === 1) signature[(i * 7) % 64]! ^= 1 << (i % 8)
      const platform = await crypto.subtle.verify(
        'Ed25519',
        key,
        signature as BufferSource,
        message as BufferSource,
      )
      expect(verifyStrict(signer.publicKey, message, signature)).toBe(platform)
    }
  })
})

describe('resolvers', () => {
  it('did_peer_roundtrip_and_sign', async () => {
    const message = utf8('peer')
    requireSignature('Message', didPeer(signer.publicKey), message, await signer.sign(message), resolver)
  })

  it('key_rotation_updates_store', async () => {
    const registry = new RegistryDidResolver()
    const did = didWeb('example.com')
    const message = utf8('m')
    expect(() => registry.resolve(did)).toThrow('carries no public key')
    registry.register(did, signer.publicKey)
    requireSignature('Message', did, message, await signer.sign(message), registry)
    const next = nobleSigner(fromHex(vectors.keys.B.seed_hex))
    registry.register(did, next.publicKey)
    expect(() =>
      requireSignature('Message', did, message, signWithSeed(fromHex(keyA.seed_hex), message), registry),
    ).toThrow('does not hold')
    requireSignature('Message', did, message, await next.sign(message), registry)
    expect(registry.resolve(signer.did)).toEqual(signer.publicKey)
  })
})
